//! What is wrong with what one side says about itself or the other: all of it at once, each with the place, the reason
//! and what to do (LTI Core 1.3 §3.1.3; Security Framework 1.0 §6).

use std::fmt;

use lti_jwks::UnusableKey;
use lti_types::{InvalidIdentifier, InvalidUrl};

/// One thing that is wrong. It holds names of members, never their values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    field: String,
    problem: Problem,
}

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// It will work, or may, but looks like a mistake.
    Warning,
    /// It cannot be used.
    Error,
}

/// In which way something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It must be there.
    Missing,
    /// There is no such member; a misspelled one, most likely.
    UnknownMember,
    /// It occurs twice.
    Repeated,
    /// It is of another JSON type; the one that it should be of.
    WrongType(&'static str),
    /// It is none of a few words; these.
    NotOneOf(&'static str),
    /// An identifier that is none.
    Identifier(InvalidIdentifier),
    /// A URL that is none, or not one to use.
    Url(InvalidUrl),
    /// A URL that leads to this machine, where that was not allowed.
    Loopback,
    /// A URL that leads into a private network.
    PrivateAddress,
    /// An issuer with a query.
    IssuerQuery,
    /// An issuer that ends with a slash: issuers are compared byte for byte, and few have one.
    IssuerTrailingSlash,
    /// An issuer that is the address of something else.
    IssuerIsEndpoint,
    /// A product whose issuer is the same for all its customers: that one.
    IssuerIsShared(&'static str),
    /// An address that the product has given up for another host: that one.
    HostMoved(&'static str),
    /// A profile, and an address on a host of another product.
    OtherProduct(&'static str),
    /// No such profile.
    ProfileUnknown,
    /// Neither a key set URL nor a key.
    KeysMissing,
    /// Both a key set URL and a key.
    KeysTwice,
    /// A key where a URL belongs.
    KeyForUrl,
    /// A URL where a key belongs.
    UrlForKey,
    /// A private key where a public one belongs. It is burnt.
    PrivateKey,
    /// A key that cannot be used.
    Key(UnusableKey),
    /// The key set address of a product names another client id.
    KeySetOfOtherClient,
    /// The product wants an audience of its own: this one.
    TokenAudience(&'static str),
    /// The audience differs from the token URL by a slash only.
    TokenAudienceSlash,
    /// The audience is an address on another server than the token URL: that server would take what this one was sent.
    TokenAudienceElsewhere,
    /// The list is empty, so every launch is refused.
    NoDeployment,
    /// The same address as another one that means something else; its member.
    SameAs(&'static str),
    /// A redirect URI with a query, which some platforms do not match.
    RedirectQuery,
    /// On another host than the rest of the tool.
    OtherHost,
    /// On none of the domains that the tool names.
    OutsideDomain,
    /// A host was expected, and no scheme, port or path.
    NotAHost,
    /// A domain that the policy does not allow.
    DomainNotAllowed,
    /// A placement that is not offered.
    PlacementNotOffered,
    /// A message that is not offered.
    MessageNotOffered,
    /// A scope that is not granted.
    ScopeNotGranted,
    /// Something about people that is not told.
    PersonalDataNotGranted,
    /// A name with characters that do not show, or turn the direction of others.
    HiddenCharacters,
    /// The value that is needed is not among those listed: this one.
    Lacks(&'static str),
    /// Longer, or more of them, than anybody needs.
    TooMuch,
    /// Another record has the same issuer and client id.
    Duplicate,
    /// Elements of a list that are separated by something else than white space.
    Separator,
    /// A line that is not `name=value`.
    NotAPair,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, problem: Problem) -> Self {
        // Names of members may come from anywhere.
        let field: String = field.into();
        let field = field.chars().flat_map(char::escape_debug).take(100).collect();
        Self { field, problem }
    }

    /// The member, such as `redirect_uris[1]`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// In which way it is wrong.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem
    }

    /// Whether it can be used all the same.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.problem.severity()
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        self.problem.spec()
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> String {
        self.problem.fix()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl Problem {
    /// Whether what has it can be used all the same.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::IssuerIsEndpoint
            | Self::IssuerTrailingSlash
            | Self::IssuerIsShared(_)
            | Self::HostMoved(_)
            | Self::OtherProduct(_)
            | Self::ProfileUnknown
            | Self::KeysTwice
            | Self::KeySetOfOtherClient
            | Self::TokenAudience(_)
            | Self::TokenAudienceSlash
            | Self::TokenAudienceElsewhere
            | Self::NoDeployment
            | Self::SameAs(_)
            | Self::RedirectQuery
            | Self::OtherHost
            | Self::PlacementNotOffered
            | Self::MessageNotOffered
            | Self::ScopeNotGranted
            | Self::PersonalDataNotGranted => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::UnknownMember => "unknown_member",
            Self::Repeated => "repeated",
            Self::WrongType(_) => "wrong_type",
            Self::NotOneOf(_) => "not_one_of",
            Self::Identifier(error) => error.code(),
            Self::Url(error) => error.code(),
            Self::Loopback => "url_loopback",
            Self::PrivateAddress => "url_private_address",
            Self::IssuerQuery => "issuer_query",
            Self::IssuerTrailingSlash => "issuer_trailing_slash",
            Self::IssuerIsEndpoint => "issuer_is_endpoint",
            Self::IssuerIsShared(_) => "issuer_is_shared",
            Self::HostMoved(_) => "host_moved",
            Self::OtherProduct(_) => "other_product",
            Self::ProfileUnknown => "profile_unknown",
            Self::KeysMissing => "keys_missing",
            Self::KeysTwice => "keys_twice",
            Self::KeyForUrl => "key_for_url",
            Self::UrlForKey => "url_for_key",
            Self::PrivateKey => "private_key",
            Self::Key(_) => "key_unusable",
            Self::KeySetOfOtherClient => "key_set_of_other_client",
            Self::TokenAudience(_) => "token_audience",
            Self::TokenAudienceSlash => "token_audience_slash",
            Self::TokenAudienceElsewhere => "token_audience_elsewhere",
            Self::NoDeployment => "no_deployment",
            Self::SameAs(_) => "same_address",
            Self::RedirectQuery => "redirect_query",
            Self::OtherHost => "other_host",
            Self::OutsideDomain => "outside_domain",
            Self::NotAHost => "not_a_host",
            Self::DomainNotAllowed => "domain_not_allowed",
            Self::PlacementNotOffered => "placement_not_offered",
            Self::MessageNotOffered => "message_not_offered",
            Self::ScopeNotGranted => "scope_not_granted",
            Self::PersonalDataNotGranted => "personal_data_not_granted",
            Self::HiddenCharacters => "hidden_characters",
            Self::Lacks(_) => "value_lacking",
            Self::TooMuch => "too_much",
            Self::Duplicate => "duplicate",
            Self::Separator => "separator",
            Self::NotAPair => "not_a_pair",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Identifier(error) => error.spec(),
            Self::IssuerQuery
            | Self::IssuerTrailingSlash
            | Self::IssuerIsEndpoint
            | Self::IssuerIsShared(_) => "Security Framework 1.0 §5.1.2",
            Self::KeysMissing
            | Self::KeysTwice
            | Self::KeyForUrl
            | Self::UrlForKey
            | Self::PrivateKey
            | Self::Key(_)
            | Self::KeySetOfOtherClient => "Security Framework 1.0 §6.1",
            Self::TokenAudience(_) | Self::TokenAudienceSlash | Self::TokenAudienceElsewhere => {
                "Security Framework 1.0 §4.1.1"
            }
            Self::OutsideDomain
            | Self::NotAHost
            | Self::DomainNotAllowed
            | Self::PlacementNotOffered
            | Self::MessageNotOffered
            | Self::ScopeNotGranted
            | Self::PersonalDataNotGranted
            | Self::HiddenCharacters
            | Self::Lacks(_) => "LTI Dynamic Registration 1.0 §4",
            Self::PrivateAddress => "LTI Dynamic Registration 1.0 §5",
            _ => "LTI Core 1.3 §3.1.3",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(self) -> String {
        match self {
            Self::Missing => "Ask the other side for it, and enter it.".into(),
            Self::UnknownMember => "Check the spelling against docs/registration.md, or remove it.".into(),
            Self::Repeated => "Keep one of them.".into(),
            Self::WrongType(expected) => format!("Write {expected}."),
            Self::NotOneOf(words) => format!("Write one of: {words}."),
            Self::Identifier(_) => "Copy it again from where it is shown.".into(),
            Self::Url(InvalidUrl::NotHttps) => "Use the https address.".into(),
            Self::Url(InvalidUrl::Fragment) => "Remove the # and what follows.".into(),
            Self::Url(InvalidUrl::Credentials) => "Remove the user name and password.".into(),
            Self::Url(InvalidUrl::Whitespace) => "Remove blanks and line breaks.".into(),
            Self::Url(_) => "Write the whole address, beginning with https://.".into(),
            Self::Loopback => {
                "Use an address that the other side can reach, or allow loopback while trying things out."
                    .into()
            }
            Self::PrivateAddress => "Use a public host name.".into(),
            Self::IssuerQuery => "Remove the ? and what follows.".into(),
            Self::IssuerTrailingSlash => {
                "Compare it with the platform's own page, and remove the slash unless it is there.".into()
            }
            Self::IssuerIsEndpoint => {
                "Enter the platform's issuer (platform id), not one of its addresses.".into()
            }
            Self::IssuerIsShared(issuer) => {
                format!("Enter {issuer}, unless this platform is set to another one.")
            }
            Self::HostMoved(host) => format!("Use the address on {host}."),
            Self::OtherProduct(profile) => format!("Check the profile: the address is that of {profile}."),
            Self::ProfileUnknown => {
                let names: Vec<_> =
                    crate::profile::Profile::all().iter().map(|profile| profile.name).collect();
                format!("Use one of {}, or leave it out.", names.join(", "))
            }
            Self::KeysMissing => "Enter the address of the key set.".into(),
            Self::KeysTwice => "Keep the key set URL: it survives a change of keys.".into(),
            Self::KeyForUrl => "Enter the key as public_key_pem.".into(),
            Self::UrlForKey => "Enter the address as key_set_url.".into(),
            Self::PrivateKey => {
                "Make a new key pair, tell nobody the private key, and enter the public one.".into()
            }
            Self::Key(_) => "Paste the public key, from -----BEGIN PUBLIC KEY----- to its end.".into(),
            Self::KeySetOfOtherClient => "Copy the key set URL that belongs to this client id.".into(),
            Self::TokenAudience(audience) => format!("Set token_audience to {audience}."),
            Self::TokenAudienceSlash => {
                "Leave token_audience out: it is the token URL then, byte for byte.".into()
            }
            Self::TokenAudienceElsewhere => {
                "Leave token_audience out, unless the platform's own documentation names this one.".into()
            }
            Self::NoDeployment => "Enter the deployment id; or null, where nobody told yet.".into(),
            Self::SameAs(other) => format!("Check which of them is right, this or {other}."),
            Self::RedirectQuery => {
                "Use one fixed address, and carry the rest in the target link or in custom parameters.".into()
            }
            Self::OtherHost => "Check that this host is yours.".into(),
            Self::OutsideDomain => {
                "Use an address on the domain, or name its host in secondary_domains.".into()
            }
            Self::NotAHost => "Write the host alone, such as tool.example.".into(),
            Self::DomainNotAllowed => "Ask the platform's administrator to allow the domain.".into(),
            Self::PlacementNotOffered
            | Self::MessageNotOffered
            | Self::ScopeNotGranted
            | Self::PersonalDataNotGranted => "Do without it, or ask the platform's administrator.".into(),
            Self::HiddenCharacters => "Write it with letters that show.".into(),
            Self::Lacks(value) => format!("Add {value}."),
            Self::TooMuch => "Shorten it.".into(),
            Self::Duplicate => "Remove one of the two records.".into(),
            Self::Separator => "Separate the elements by blanks or line breaks.".into(),
            Self::NotAPair => "Write one name=value on each line.".into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is missing"),
            Self::UnknownMember => f.write_str("there is no such member"),
            Self::Repeated => f.write_str("it occurs twice"),
            Self::WrongType(expected) => write!(f, "it is not {expected}"),
            Self::NotOneOf(words) => write!(f, "it is none of: {words}"),
            Self::Identifier(error) => error.fmt(f),
            Self::Url(error) => error.fmt(f),
            Self::Loopback => f.write_str("the URL leads to this machine only"),
            Self::PrivateAddress => f.write_str("the URL leads into a private network"),
            Self::IssuerQuery => f.write_str("an issuer has no query"),
            Self::IssuerTrailingSlash => {
                f.write_str("the issuer ends with a slash, and is compared byte for byte")
            }
            Self::IssuerIsEndpoint => f.write_str("the issuer is the address of something else"),
            Self::IssuerIsShared(issuer) => {
                write!(f, "this product's issuer is {issuer} for all its customers")
            }
            Self::HostMoved(host) => write!(f, "the product has moved this address to {host}"),
            Self::OtherProduct(profile) => write!(f, "the address is on a host of {profile}"),
            Self::ProfileUnknown => f.write_str("there is no such profile"),
            Self::KeysMissing => f.write_str("there is neither a key set URL nor a key"),
            Self::KeysTwice => f.write_str("there are both a key set URL and a key"),
            Self::KeyForUrl => f.write_str("it is a key, not a URL"),
            Self::UrlForKey => f.write_str("it is a URL, not a key"),
            Self::PrivateKey => f.write_str("it is a private key"),
            Self::Key(error) => error.fmt(f),
            Self::KeySetOfOtherClient => f.write_str("the key set is that of another client id"),
            Self::TokenAudience(audience) => write!(f, "this product wants {audience}"),
            Self::TokenAudienceSlash => f.write_str("it differs from the token URL by a slash only"),
            Self::TokenAudienceElsewhere => f.write_str("it is on another server than the token URL"),
            Self::NoDeployment => f.write_str("the list is empty, so every launch is refused"),
            Self::SameAs(other) => write!(f, "it is the same as {other}"),
            Self::RedirectQuery => f.write_str("some platforms do not match a redirect URI with a query"),
            Self::OtherHost => f.write_str("it is on another host than the rest"),
            Self::OutsideDomain => f.write_str("it is on none of the domains that the tool names"),
            Self::NotAHost => f.write_str("it is not a host name"),
            Self::DomainNotAllowed => f.write_str("the policy does not allow this domain"),
            Self::PlacementNotOffered => f.write_str("this placement is not offered"),
            Self::MessageNotOffered => f.write_str("this message is not offered"),
            Self::ScopeNotGranted => f.write_str("this scope is not granted"),
            Self::PersonalDataNotGranted => f.write_str("not all of this may be told about people"),
            Self::HiddenCharacters => f.write_str("it has characters that do not show"),
            Self::Lacks(value) => write!(f, "{value} is not among them"),
            Self::TooMuch => f.write_str("it is longer, or more, than is accepted"),
            Self::Duplicate => f.write_str("another record has the same issuer and client id"),
            Self::Separator => f.write_str("the elements are not separated by white space"),
            Self::NotAPair => f.write_str("a line is not name=value"),
        }
    }
}

impl std::error::Error for Fault {}

impl std::error::Error for Problem {}

/// Whether anything among them stands in the way.
///
/// ```
/// use lti_registration::{AddressRules, Severity, check_platform, has_errors};
/// use lti_types::{ClientId, Deployments, Issuer, PlatformRecord};
///
/// let mut record = PlatformRecord::new(Issuer::new("https://lms.example/")?, ClientId::new("quiz")?,
///     Deployments::NotYetKnown, "https://lms.example/auth".into());
/// record.key_set_url = Some("https://lms.example/jwks".into());
/// let faults = check_platform(&record, AddressRules::default());
/// assert!(faults.iter().any(|fault| fault.severity() == Severity::Warning)); // a slash where most have none
/// assert!(!has_errors(&faults)); // it can be used
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[must_use]
pub fn has_errors(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.severity() == Severity::Error)
}
