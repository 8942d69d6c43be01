//! LMS profiles: what is known of a product, as data. Nothing here changes how anything behaves until a caller takes a
//! value and puts it where it belongs; without a profile everything is as the specification says.

use lti_types::{ClientId, Issuer, WireUrl};

use crate::profiles::PROFILES;

/// What is known of one product.
///
/// ```
/// use lti_registration::Profile;
/// let brightspace = Profile::find("brightspace").unwrap();
/// assert_eq!(brightspace.token_audience, Some("https://api.brightspace.com/auth/token"));
/// assert!(brightspace.quirks.contains(&43));
/// assert!(Profile::find("unheard of").is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// Its name in records, such as `canvas`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How it calls itself (`product_family_code`), in lower case.
    pub family_codes: &'static [&'static str],
    /// Its well-known addresses, by edition; the first is the usual one.
    pub editions: &'static [Edition],
    /// What is known of its issuer.
    pub issuer_habit: IssuerHabit,
    /// Hosts that are the product's own; a host under one counts.
    pub hosts: &'static [&'static str],
    /// Hosts that it has given up, and what they became (quirk 2).
    pub moved_hosts: &'static [(&'static str, &'static str)],
    /// The audience of token requests, where it is the same constant for everybody and not the token URL (quirk 43).
    pub token_audience: Option<&'static str>,
    /// Whether tools can register dynamically.
    pub dynamic_registration: bool,
    /// Whether the key has to be pasted, because no key set URL is asked for by some releases (quirk 12).
    pub wants_pem: bool,
    /// The spelling of placements in dynamic registration, by where a person sees them.
    pub placements: &'static [(Surface, &'static str)],
    /// What of scores is peculiar.
    pub scores: ScoreHabits,
    /// What of rosters is peculiar.
    pub rosters: RosterHabits,
    /// What of launches is peculiar: what a tool may have to allow.
    pub launches: LaunchHabits,
    /// The numbers in docs/quirks.md that this profile rests on.
    pub quirks: &'static [u8],
}

/// The well-known addresses of one edition of a product. `{site}` stands for the customer's host and path without a
/// slash at the end, `{client_id}` for the client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edition {
    /// Its name, such as `beta`.
    pub name: &'static str,
    /// The issuer.
    pub issuer: &'static str,
    /// Where authentication requests go.
    pub authentication_url: &'static str,
    /// Where access tokens are had; `None` where it is of one registration and the platform has to show it.
    pub token_url: Option<&'static str>,
    /// Where the platform publishes its keys; `None` likewise.
    pub key_set_url: Option<&'static str>,
}

/// The addresses of an edition, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoints {
    /// The issuer.
    pub issuer: Issuer,
    /// Where authentication requests go.
    pub authentication_url: WireUrl,
    /// Where access tokens are had, if that is known beforehand.
    pub token_url: Option<WireUrl>,
    /// Where the platform publishes its keys, if that is known beforehand.
    pub key_set_url: Option<WireUrl>,
}

/// What is known of a product's issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerHabit {
    /// Each customer has one of their own: the address of the site.
    OfSite,
    /// One for all customers of an edition: never take an issuer for a customer (quirks 1, 4).
    Shared,
    /// One for all who are hosted; those who host themselves have their own, or left the shared one unchanged (quirk
    /// 1).
    SharedUnlessSelfHosted,
}

/// Where a person meets a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Surface {
    /// Choosing content for a course.
    ContentPicker,
    /// The button of a text editor.
    TextEditor,
    /// The menu of a course.
    CourseMenu,
    /// Making an assignment.
    Assignment,
}

/// What of scores is peculiar. The default is nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScoreHabits {
    /// Vendor members in a score are refused (quirk 8).
    pub refuses_extensions: bool,
    /// Each final score counts as another attempt unless an extension says otherwise (quirk 56).
    pub counts_attempts: bool,
    /// Line items have to be found or made: none is made on launch, and concurrent ones are doubled (quirks 23, 63).
    pub find_or_create: bool,
    /// Only scopes that were advertised may be asked for, or the whole request fails (quirks 10, 52).
    pub only_advertised_scopes: bool,
}

/// What of rosters is peculiar. The default is nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RosterHabits {
    /// `rlid` is refused: ask for the roster of the context (quirk 9).
    pub refuses_rlid: bool,
    /// Members per page, where it is known (quirk 65).
    pub page_size: Option<u16>,
    /// Older releases ignore `limit` and have no next page (quirk 67).
    pub ignores_limit: bool,
}

/// What a tool may have to allow in launches. The default is nothing. The names are those of the tool's policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaunchHabits {
    /// One release sends no `kid` (quirk 38).
    pub danger_kid_optional_with_one_key: bool,
    /// Older releases send another `target_link_uri` (quirk 37).
    pub danger_target_link_uri_may_differ: bool,
    /// Launches may lack the resource link.
    pub danger_resource_link_optional: bool,
}

impl Profile {
    /// All profiles.
    #[must_use]
    pub fn all() -> &'static [Self] {
        PROFILES
    }

    /// The profile of that name, whatever its case; an edition may follow after a hyphen (`canvas-beta`).
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.trim().to_ascii_lowercase();
        PROFILES.iter().find(|profile| {
            name.strip_prefix(profile.name).is_some_and(|rest| {
                let edition = rest.strip_prefix('-');
                rest.is_empty()
                    || edition.is_some_and(|e| profile.editions.iter().any(|known| known.name == e))
            })
        })
    }

    /// The profile of a product, by how it calls itself in its configuration.
    #[must_use]
    pub fn of_family(code: &str) -> Option<&'static Self> {
        let code = code.trim().to_ascii_lowercase();
        PROFILES.iter().find(|profile| profile.family_codes.contains(&code.as_str()))
    }

    /// The profile whose product has that host.
    #[must_use]
    pub fn of_host(host: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.has_host(host))
    }

    pub(crate) fn has_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| crate::address::is_on_domain(host, own, true))
    }

    /// The edition of that name.
    #[must_use]
    pub fn edition(&self, name: &str) -> Option<&'static Edition> {
        self.editions.iter().find(|edition| edition.name.eq_ignore_ascii_case(name))
    }

    /// How it spells a place in dynamic registration.
    #[must_use]
    pub fn placement(&self, place: Surface) -> Option<&'static str> {
        self.placements.iter().find(|(known, _)| *known == place).map(|(_, name)| *name)
    }
}

impl Edition {
    /// Whether the customer's site has to be known.
    #[must_use]
    pub fn needs_site(&self) -> bool {
        self.issuer.contains("{site}") || self.authentication_url.contains("{site}")
    }

    /// The addresses for a customer and a client. A site is an https address, such as `https://lms.example/moodle`.
    ///
    /// ```
    /// use lti_registration::Profile;
    /// let moodle = Profile::find("moodle").unwrap();
    /// let endpoints = moodle.editions[0].endpoints(Some("https://lms.example/moodle/"), None).unwrap();
    /// assert_eq!(endpoints.token_url.unwrap().as_str(), "https://lms.example/moodle/mod/lti/token.php");
    /// ```
    #[must_use]
    pub fn endpoints(&self, site: Option<&str>, client_id: Option<&ClientId>) -> Option<Endpoints> {
        let site = match site {
            Some(site) => {
                let site = site.trim().trim_end_matches('/');
                let url = WireUrl::from(site).to_secure_url().ok()?;
                if url.query().is_some() || url.fragment().is_some() {
                    return None;
                }
                Some(site)
            }
            None => None,
        };
        // A client id goes into a path only if it is a plain word.
        let plain = |id: &&str| {
            id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'))
        };
        let client_id = client_id.map(ClientId::as_str).filter(plain);
        let fill = |template: &str| {
            let mut text = template.to_owned();
            if template.contains("{site}") {
                text = text.replace("{site}", site?);
            }
            if template.contains("{client_id}") {
                text = text.replace("{client_id}", client_id?);
            }
            Some(text)
        };
        Some(Endpoints {
            issuer: Issuer::new(fill(self.issuer)?).ok()?,
            authentication_url: fill(self.authentication_url)?.into(),
            token_url: match self.token_url {
                Some(template) => Some(fill(template)?.into()),
                None => None,
            },
            key_set_url: match self.key_set_url {
                Some(template) => Some(fill(template)?.into()),
                None => None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoints, IssuerHabit, Profile};
    use lti_types::ClientId;

    #[test]
    fn names_and_codes_are_of_one_profile_each() {
        let mut names = std::collections::BTreeSet::new();
        for profile in Profile::all() {
            assert!(names.insert(profile.name));
            assert_eq!(Profile::find(&profile.name.to_uppercase()), Some(profile));
            for code in profile.family_codes {
                assert!(names.insert(code) || *code == profile.name);
                assert_eq!(Profile::of_family(&code.to_uppercase()), Some(profile));
            }
            for host in profile.hosts {
                assert_eq!(Profile::of_host(host), Some(profile), "{host}");
            }
        }
        assert_eq!(Profile::all().len(), 7);
        assert_eq!(Profile::find("canvas-beta").unwrap().name, "canvas");
        assert!(Profile::find("canvas-nightly").is_none() && Profile::find("canvasser").is_none());
    }

    #[test]
    fn every_edition_gives_addresses_that_pass_our_own_check() {
        let client = ClientId::new("17-ab").unwrap();
        for profile in Profile::all() {
            for edition in profile.editions {
                let site = edition.needs_site().then_some("https://lms.example");
                let Endpoints { issuer, authentication_url, token_url, key_set_url, .. } =
                    edition.endpoints(site, Some(&client)).unwrap();
                let mut record = lti_types::PlatformRecord::new(
                    issuer,
                    client.clone(),
                    lti_types::Deployments::NotYetKnown,
                    authentication_url,
                );
                (record.token_url, record.key_set_url) =
                    (token_url, key_set_url.or(Some("https://lms.example/k".into())));
                record.profile = Some(profile.name.to_owned());
                record.token_audience = profile.token_audience.map(str::to_owned);
                let faults = crate::check_platform(&record, crate::AddressRules::default());
                assert_eq!(faults, [], "{} {}", profile.name, edition.name);
                if edition.needs_site() {
                    assert!(edition.endpoints(None, Some(&client)).is_none());
                    assert!(edition.endpoints(Some("http://lms.example"), Some(&client)).is_none());
                    assert!(edition.endpoints(Some("https://lms.example?x"), Some(&client)).is_none());
                } else {
                    assert_ne!(profile.issuer_habit, IssuerHabit::OfSite);
                }
            }
        }
        let blackboard = Profile::find("blackboard").unwrap().editions[0];
        assert!(blackboard.endpoints(None, Some(&ClientId::new("../x").unwrap())).is_none());
    }

    /// docs/quirks.md is where the numbers lead.
    #[test]
    fn quirk_numbers_lead_somewhere() {
        let document = include_str!("../../../docs/quirks.md");
        for profile in Profile::all() {
            assert!(!profile.quirks.is_empty(), "{}", profile.name);
            for quirk in profile.quirks {
                assert!(document.contains(&format!("\n| {quirk} |")), "{}: {quirk}", profile.name);
            }
        }
    }
}
