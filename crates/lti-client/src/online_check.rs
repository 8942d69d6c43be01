//! Records held against what the other side publishes (LTI Core 1.3 §3.1.3; Security Framework 1.0 §6.3; OpenID Connect
//! Discovery 1.0 §4.3).

use std::fmt;

use futures_util::future::join;
use lti_registration::{RegistrationInitiation, Severity, Term};
use lti_types::{PlatformRecord, ToolRecord, WireUrl};

use crate::key_sets::fetch;
use crate::{Client, KeySetError, RegisterError};

/// What is wrong with a record, seen from the network. It holds nothing that the other side sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnlineFault {
    /// The key set cannot be had.
    KeySet(KeySetError),
    /// The key set has no key that can be used; so many that cannot.
    NoUsableKey(usize),
    /// No usable key of the key set has a name (`kid`), so none is found (quirk 38).
    NamelessKeys,
    /// The configuration cannot be had, or is not acceptable. Some platforms show it only to those who have a
    /// registration token (quirk 18).
    Configuration(RegisterError),
    /// The configuration says otherwise than the record.
    Differs(Term),
}

impl OnlineFault {
    /// The member of the record, or `openid_configuration`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::KeySet(_) | Self::NoUsableKey(_) | Self::NamelessKeys => Term::KeySetUrl.member(),
            Self::Configuration(_) => "openid_configuration",
            Self::Differs(term) => term.member(),
        }
    }

    /// Whether the record can be used all the same.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::KeySet(_) | Self::NoUsableKey(_) | Self::Differs(Term::Issuer) => Severity::Error,
            Self::NamelessKeys | Self::Configuration(_) | Self::Differs(_) => Severity::Warning,
        }
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeySet(error) => error.code(),
            Self::NoUsableKey(_) => "no_usable_key",
            Self::NamelessKeys => "keys_nameless",
            Self::Configuration(error) => error.code(),
            Self::Differs(_) => "differs",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::KeySet(error) => error.spec(),
            Self::NoUsableKey(_) | Self::NamelessKeys => "Security Framework 1.0 §6.3",
            Self::Configuration(error) => error.spec(),
            Self::Differs(_) => "OpenID Connect Discovery 1.0 §4.3",
        }
    }

    /// What to do.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::KeySet(_) => "Open the address in a browser: it must show a key set to everybody, as JSON.",
            Self::NoUsableKey(_) => {
                "Ask the other side to publish an RSA key of 2048 bits or more, for RS256."
            }
            Self::NamelessKeys => {
                "Ask the other side to name its keys (kid), and to send the name with each token."
            }
            Self::Configuration(_) => "Compare the addresses with those that the platform shows, by eye.",
            Self::Differs(Term::Issuer) => {
                "Enter the issuer exactly as the configuration has it, slash by slash."
            }
            Self::Differs(_) => {
                "Enter what the configuration says, unless the platform's operator says otherwise."
            }
        }
    }
}

impl fmt::Display for OnlineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.field())?;
        match self {
            Self::KeySet(error) => error.fmt(f),
            Self::NoUsableKey(0) => f.write_str("the key set is empty"),
            Self::NoUsableKey(skipped) => write!(f, "none of the {skipped} keys of the key set can be used"),
            Self::NamelessKeys => f.write_str("the keys of the key set have no names"),
            Self::Configuration(error) => error.fmt(f),
            Self::Differs(_) => f.write_str("the platform's configuration says otherwise"),
        }
    }
}

impl Client {
    /// Holds a tool's record of a platform against what the platform publishes: its key set, and its OpenID
    /// configuration where its address is given (it has no usual place). [`lti_registration::check_platform`] comes
    /// first, and asks nobody. Everything is asked for anew, once, and nothing is kept.
    ///
    /// ```
    /// # use lti_types::{ClientId, Deployments, Issuer, PlatformRecord};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let lms = format!("http://{}", listener.local_addr()?);
    /// # tokio::spawn(async move { axum::serve(listener, axum::Router::new()).await });
    /// # let mut record = PlatformRecord::new(Issuer::new(lms.as_str())?, ClientId::new("quiz")?,
    /// #     Deployments::NotYetKnown, format!("{lms}/auth").into());
    /// # let policy = lti_client::OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
    /// # let client = lti_client::Client::builder().outbound(policy).build()?;
    /// record.key_set_url = Some(format!("{lms}/jwks-of-last-year").into());
    /// let faults = client.check_platform(&record, None).await;
    /// for fault in &faults {
    ///     println!("{fault}. {}", fault.fix());
    /// }
    /// assert_eq!(faults[0].code(), "key_set_status"); // 404
    /// # Ok(()) }
    /// ```
    pub async fn check_platform(
        &self,
        record: &PlatformRecord,
        openid_configuration: Option<&WireUrl>,
    ) -> Vec<OnlineFault> {
        let keys = self.check_key_set(record.key_set_url.as_ref());
        let configuration = self.check_configuration(record, openid_configuration);
        let (key, configuration) = join(keys, configuration).await;
        key.into_iter().chain(configuration).collect()
    }

    /// Holds a platform's record of a tool against what the tool publishes: its key set.
    pub async fn check_tool(&self, record: &ToolRecord) -> Vec<OnlineFault> {
        self.check_key_set(record.key_set_url.as_ref()).await.into_iter().collect()
    }

    async fn check_key_set(&self, url: Option<&WireUrl>) -> Option<OnlineFault> {
        match fetch(&self.0, url?).await {
            Err(error) => Some(OnlineFault::KeySet(error)),
            Ok((keys, _)) if keys.is_empty() => Some(OnlineFault::NoUsableKey(keys.skipped().len())),
            Ok((keys, _)) if keys.iter().all(|key| key.key_id().is_none()) => Some(OnlineFault::NamelessKeys),
            Ok(_) => None,
        }
    }

    async fn check_configuration(&self, record: &PlatformRecord, url: Option<&WireUrl>) -> Vec<OnlineFault> {
        let Some(url) = url else { return Vec::new() };
        let offer = match self.registration_offer(RegistrationInitiation::new(url.clone())).await {
            Ok(offer) => offer,
            Err(error) => return vec![OnlineFault::Configuration(error)],
        };
        let said = offer.configuration();
        let differs = |recorded: Option<&WireUrl>, said: &WireUrl| recorded.is_some_and(|url| url != said);
        [
            (Term::Issuer, record.issuer != said.issuer),
            (
                Term::AuthenticationUrl,
                differs(Some(&record.authentication_url), &said.authorization_endpoint),
            ),
            (Term::TokenUrl, differs(record.token_url.as_ref(), &said.token_endpoint)),
            (Term::KeySetUrl, differs(record.key_set_url.as_ref(), &said.jwks_uri)),
        ]
        .into_iter()
        .filter_map(|(term, differs)| differs.then_some(OnlineFault::Differs(term)))
        .collect()
    }
}
