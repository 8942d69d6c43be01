//! What a tool may learn about a person (LTI Core 1.3 §5.3.6): each kind of data sent, or not.

use lti_types::{LaunchClaims, PersonalData};

/// What is sent about people. Whatever is off is taken out of every claim that a specification defines, and custom
/// parameters obey it by the variables that they name. What a platform writes into claims of its own, or as plain text
/// into custom parameters, is its own to watch.
///
/// ```
/// use lti_platform::Privacy;
///
/// let mut privacy = Privacy::only_user_id();
/// privacy.name = true; // so that a teacher sees whose work it is
/// assert!(!privacy.email);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Privacy {
    /// The opaque user id. Off makes every launch anonymous, and switches all the others off with it.
    pub user_id: bool,
    /// Full, given, middle and family names.
    pub name: bool,
    /// The e-mail address.
    pub email: bool,
    /// The picture.
    pub picture: bool,
    /// The language.
    pub locale: bool,
    /// The student information system's identifiers of the person.
    pub sourcedid: bool,
}

impl Privacy {
    /// Everything that the platform knows.
    #[must_use]
    pub fn everything() -> Self {
        Self { user_id: true, name: true, email: true, picture: true, locale: true, sourcedid: true }
    }

    /// The opaque user id and nothing else.
    #[must_use]
    pub fn only_user_id() -> Self {
        Self { user_id: true, ..Self::anonymous() }
    }

    /// Nothing at all: anonymous launches.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { user_id: false, name: false, email: false, picture: false, locale: false, sourcedid: false }
    }

    /// As a record says it: nothing said is everything, a list is what it names beside the user id.
    #[must_use]
    pub fn of_record(allowed: Option<&[PersonalData]>) -> Self {
        let Some(allowed) = allowed else { return Self::everything() };
        let has = |kind: &PersonalData| allowed.contains(kind);
        Self {
            user_id: true,
            name: has(&PersonalData::Name),
            email: has(&PersonalData::Email),
            picture: has(&PersonalData::Picture),
            locale: has(&PersonalData::Locale),
            sourcedid: has(&PersonalData::Sourcedid),
        }
    }

    /// Takes out of a message what may not be sent. Without a user id nothing personal is, whatever else is on.
    pub(crate) fn apply(self, claims: &mut LaunchClaims) {
        let known = self.user_id && claims.sub.is_some();
        if !known {
            claims.sub = None;
            claims.lti11_legacy_user_id = None;
            claims.role_scope_mentor = None;
            claims.for_user = None;
            if let Some(migration) = &mut claims.lti1p1 {
                migration.user_id = None;
                migration.extensions.clear();
            }
            // What a result is filed under stands for one person.
            if let Some(lis) = &mut claims.lis {
                lis.result_sourcedid = None;
                lis.extensions.clear();
            }
            if let Some(outcome) = &mut claims.basic_outcome {
                outcome.lis_result_sourcedid = None;
                outcome.extensions.clear();
            }
        }
        if !(known && self.name) {
            claims.name = None;
            claims.given_name = None;
            claims.family_name = None;
            claims.middle_name = None;
        }
        if !(known && self.email) {
            claims.email = None;
        }
        if !(known && self.picture) {
            claims.picture = None;
        }
        if !(known && self.locale) {
            claims.locale = None;
        }
        if !(known && self.sourcedid)
            && let Some(lis) = &mut claims.lis
        {
            lis.person_sourcedid = None;
        }
        // Gender, birthdate, telephone and the like, for which a record has no word.
        if self != Self::everything() || !known {
            let members = claims.for_user.as_mut().map(|person| &mut person.extensions);
            for extensions in members.into_iter().chain([&mut claims.extensions]) {
                extensions.retain(|name, _| !lti_types::is_registered_claim(name));
            }
        }
        if let Some(person) = &mut claims.for_user {
            if !self.name {
                person.name = None;
                person.given_name = None;
                person.middle_name = None;
                person.family_name = None;
            }
            if !self.email {
                person.email = None;
            }
            if !self.picture {
                person.picture = None;
            }
            if !self.locale {
                person.extensions.remove("locale");
            }
            if !self.sourcedid {
                person.person_sourcedid = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lti_types::{ForUser, LaunchClaims, UserId};

    use super::Privacy;

    #[test]
    fn somebody_else_has_the_same_privacy() {
        let sent = |privacy: Privacy| {
            let mut claims = LaunchClaims::new();
            claims.sub = Some(UserId::new("u-1").unwrap());
            let mut person = ForUser::new();
            for name in ["gender", "locale", "https://lms.example/seat"] {
                person.extensions.insert(name.to_owned(), "x".into());
            }
            claims.for_user = Some(person);
            privacy.apply(&mut claims);
            claims.for_user.unwrap().extensions.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(sent(Privacy::everything()), ["gender", "https://lms.example/seat", "locale"]);
        assert_eq!(sent(Privacy::only_user_id()), ["https://lms.example/seat"]);
    }

    /// Each kind by itself, of who launches and of whom the launch is about.
    #[test]
    fn each_kind_is_sent_or_withheld_by_its_own_switch() {
        for bits in 0..32 {
            let on = |bit: u8| bits & (1 << bit) != 0;
            let mut privacy = Privacy::only_user_id();
            (privacy.name, privacy.email, privacy.picture) = (on(0), on(1), on(2));
            (privacy.locale, privacy.sourcedid) = (on(3), on(4));
            let mut claims = LaunchClaims::new();
            claims.sub = Some(UserId::new("u-1").unwrap());
            let text = || Some("x".to_owned());
            (claims.name, claims.given_name, claims.family_name) = (text(), text(), text());
            (claims.middle_name, claims.email, claims.locale) = (text(), text(), text());
            claims.picture = Some("https://lms.example/x".into());
            let mut lis = lti_types::Lis::new();
            lis.person_sourcedid = text();
            claims.lis = Some(lis);
            let mut other = ForUser::new();
            (other.name, other.given_name, other.middle_name) = (text(), text(), text());
            (other.family_name, other.email, other.person_sourcedid) = (text(), text(), text());
            other.picture = Some("https://lms.example/x".into());
            claims.for_user = Some(other);
            privacy.apply(&mut claims);
            let other = claims.for_user.unwrap();
            for name in [claims.name, claims.given_name, claims.middle_name, claims.family_name]
                .into_iter()
                .chain([other.name, other.given_name, other.middle_name, other.family_name])
            {
                assert_eq!(name.is_some(), privacy.name);
            }
            for (sent, wanted) in [
                (claims.email.is_some(), privacy.email),
                (other.email.is_some(), privacy.email),
                (claims.picture.is_some(), privacy.picture),
                (other.picture.is_some(), privacy.picture),
                (claims.locale.is_some(), privacy.locale),
                (claims.lis.unwrap().person_sourcedid.is_some(), privacy.sourcedid),
                (other.person_sourcedid.is_some(), privacy.sourcedid),
            ] {
                assert_eq!(sent, wanted, "{privacy:?}");
            }
        }
    }
}
