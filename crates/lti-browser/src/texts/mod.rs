//! The words of every page, in English and Spanish; each can be replaced.

mod english;
mod partial;
mod spanish;

use std::borrow::Cow;

use crate::{Fault, Remedy};

type Text = Cow<'static, str>;

/// The words of one language. Take the nearest ([`Texts::for_locale`]), assign what should read otherwise. They are
/// plain text: markup in them is shown, not obeyed.
///
/// ```
/// use lti_browser::Texts;
/// let mut texts = Texts::for_locale("es_MX");
/// assert_eq!(texts.lang, "es");
/// texts.continue_button = "¡Vamos!".into();
/// ```
///
/// Read from a file, members that are not there are English, the two sentences of each fault included.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Texts {
    /// The language tag of all the others (BCP 47), for the page's `lang`.
    pub lang: Text,
    /// The direction of its script, `ltr` or `rtl`, for the page's `dir`.
    pub dir: Text,
    /// Title and heading while a page goes on by itself.
    pub opening_title: Text,
    /// A line below it.
    pub opening_wait: Text,
    /// The button or link for when nothing happens.
    pub continue_button: Text,
    /// What it is for.
    pub continue_hint: Text,
    /// Shown when scripts are off and a button does the same.
    pub script_off: Text,
    /// Shown when scripts are off and nothing does the same.
    pub script_needed: Text,
    /// Title and heading of the new-window offer.
    pub new_window_title: Text,
    /// Why a new window is needed.
    pub new_window_why: Text,
    /// The link that opens it; must say that a new window opens.
    pub new_window_link: Text,
    /// Title and heading of an error.
    pub error_title: Text,
    /// Heading.
    pub what_heading: Text,
    /// Heading.
    pub why_heading: Text,
    /// Heading.
    pub who_heading: Text,
    /// Heading of code, section and reference.
    pub details_heading: Text,
    /// Label of the machine code.
    pub code_label: Text,
    /// Label of the specification's section.
    pub spec_label: Text,
    /// Label of the support reference.
    pub reference_label: Text,
    /// Label of the other system's words.
    pub reported_label: Text,
    /// Who can fix it: the reader.
    pub remedy_person: Text,
    /// Who can fix it: the platform's administrator.
    pub remedy_platform_administrator: Text,
    /// Who can fix it: the tool's vendor.
    pub remedy_tool_vendor: Text,
    /// [`Fault::Malformed`].
    #[serde(deserialize_with = "partial::malformed")]
    pub malformed: FaultTexts,
    /// [`Fault::Expired`].
    #[serde(deserialize_with = "partial::expired")]
    pub expired: FaultTexts,
    /// [`Fault::OtherBrowser`].
    #[serde(deserialize_with = "partial::other_browser")]
    pub other_browser: FaultTexts,
    /// [`Fault::SignedOut`].
    #[serde(deserialize_with = "partial::signed_out")]
    pub signed_out: FaultTexts,
    /// [`Fault::Declined`].
    #[serde(deserialize_with = "partial::declined")]
    pub declined: FaultTexts,
    /// [`Fault::Unknown`].
    #[serde(deserialize_with = "partial::unknown")]
    pub unknown: FaultTexts,
    /// [`Fault::NotFound`].
    #[serde(deserialize_with = "partial::not_found")]
    pub not_found: FaultTexts,
    /// [`Fault::Configuration`].
    #[serde(deserialize_with = "partial::configuration")]
    pub configuration: FaultTexts,
    /// [`Fault::Unavailable`].
    #[serde(deserialize_with = "partial::unavailable")]
    pub unavailable: FaultTexts,
}

/// The words for one kind of trouble.
///
/// ```
/// use lti_browser::{FaultTexts, Texts};
///
/// let mut texts = Texts::for_locale("en");
/// texts.expired = FaultTexts::new("The quiz was open for too long.", "For your safety a sign-in lasts ten minutes.");
/// assert_eq!(texts.expired.what, "The quiz was open for too long.");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct FaultTexts {
    /// What went wrong.
    pub what: Text,
    /// Why that may be.
    pub why: Text,
}

impl FaultTexts {
    /// Both sentences.
    #[must_use]
    pub fn new(what: impl Into<Text>, why: impl Into<Text>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

/// English.
impl Default for Texts {
    fn default() -> Self {
        english::texts()
    }
}

impl Texts {
    /// The words for a language tag (BCP 47; `_` for `-` is understood, case does not matter), English if the
    /// language is not there.
    #[must_use]
    pub fn for_locale(tag: &str) -> Self {
        Self::find(tag).unwrap_or_else(english::texts)
    }

    /// The words for an `Accept-Language` header (RFC 9110 §12.5.4): the language that is there and weighs most,
    /// English if none is.
    ///
    /// ```
    /// use lti_browser::Texts;
    /// assert_eq!(Texts::for_accept_language("de, es;q=0.8, en;q=0.7").lang, "es");
    /// assert_eq!(Texts::for_accept_language("").lang, "en");
    /// ```
    #[must_use]
    pub fn for_accept_language(header: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',').take(32) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = match parameters.trim().strip_prefix("q=") {
                Some(digits) => digits.trim().parse::<f32>().unwrap_or(0.0),
                None => 1.0,
            };
            let better = weight > best.as_ref().map_or(0.0, |(most, _)| *most);
            if let (true, Some(texts)) = (better, Self::find(tag.trim())) {
                best = Some((weight, texts));
            }
        }
        best.map_or_else(english::texts, |(_, texts)| texts)
    }

    fn find(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" => Some(english::texts()),
            "es" => Some(spanish::texts()),
            _ => None,
        }
    }

    /// The words for a kind of trouble.
    #[must_use]
    pub fn fault(&self, fault: Fault) -> &FaultTexts {
        match fault {
            Fault::Malformed => &self.malformed,
            Fault::Expired => &self.expired,
            Fault::OtherBrowser => &self.other_browser,
            Fault::SignedOut => &self.signed_out,
            Fault::Declined => &self.declined,
            Fault::Unknown => &self.unknown,
            Fault::NotFound => &self.not_found,
            Fault::Configuration => &self.configuration,
            Fault::Unavailable => &self.unavailable,
        }
    }

    /// The words for who can fix it.
    #[must_use]
    pub fn remedy(&self, remedy: Remedy) -> &str {
        match remedy {
            Remedy::Person => &self.remedy_person,
            Remedy::PlatformAdministrator => &self.remedy_platform_administrator,
            Remedy::ToolVendor => &self.remedy_tool_vendor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Texts, english, spanish};

    fn all(texts: &Texts) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (name, value) in serde_json::to_value(texts).unwrap().as_object().unwrap() {
            match value {
                serde_json::Value::Object(inner) => {
                    found.extend(
                        inner.iter().map(|(n, v)| (format!("{name}.{n}"), v.as_str().unwrap().to_owned())),
                    );
                }
                other => found.push((name.clone(), other.as_str().unwrap().to_owned())),
            }
        }
        found
    }

    #[test]
    fn both_languages_are_complete_and_differ() {
        let (english, spanish) = (all(&english::texts()), all(&spanish::texts()));
        assert_eq!(english.len(), spanish.len());
        for ((name, en), (_, es)) in english.iter().zip(&spanish) {
            assert!(!en.trim().is_empty() && !es.trim().is_empty(), "{name}");
            assert!(en != es || name == "dir", "{name} is not translated");
        }
    }

    #[test]
    fn a_file_may_replace_a_few() {
        let texts: Texts = serde_json::from_str(r#"{"lang": "en-AU", "continue_button": "Go on"}"#).unwrap();
        assert_eq!(texts.continue_button, "Go on");
        assert_eq!(texts.error_title, Texts::for_locale("en").error_title);
    }

    #[test]
    fn a_file_may_replace_one_sentence_of_a_fault() {
        let file =
            r#"{"expired": {"what": "Too late!"}, "unavailable": {"why": "It rests."}, "declined": {}}"#;
        let (texts, english) = (serde_json::from_str::<Texts>(file).unwrap(), english::texts());
        assert_eq!((&*texts.expired.what, &texts.expired.why), ("Too late!", &english.expired.why));
        assert_eq!(
            (&texts.unavailable.what, &*texts.unavailable.why),
            (&english.unavailable.what, "It rests.")
        );
        assert_eq!(texts.declined, english.declined);
        let all = serde_json::to_string(&spanish::texts()).unwrap();
        assert_eq!(serde_json::from_str::<Texts>(&all).unwrap(), spanish::texts());
    }

    #[test]
    fn languages_are_found() {
        for (tag, lang) in [
            ("en", "en"),
            ("en-GB", "en"),
            ("es", "es"),
            ("ES_mx", "es"),
            ("es-419", "es"),
            ("est", "en"),
            ("fr", "en"),
            ("", "en"),
            ("\"><script>", "en"),
        ] {
            assert_eq!(Texts::for_locale(tag).lang, lang, "{tag}");
        }
        for (header, lang) in [
            ("es-ES,es;q=0.9,en;q=0.8", "es"),
            ("en;q=0.8, es", "es"),
            ("en, es", "en"),
            ("es;q=0, en;q=0.1", "en"),
            ("es;q=NaN", "en"),
            ("es;q=x", "en"),
            ("*", "en"),
            (";;;,,,q=", "en"),
        ] {
            assert_eq!(Texts::for_accept_language(header).lang, lang, "{header}");
        }
    }
}
