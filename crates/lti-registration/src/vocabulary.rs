//! What the two sides call the things that they exchange (LTI Core 1.3 §3.1.3; Security Framework 1.0 §6): one term for
//! each, the member of a record that holds it, and the names under which other products ask for it.

use std::fmt;

/// Something that one side tells the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Term {
    /// What people call the other side.
    Name,
    /// The platform's issuer.
    Issuer,
    /// The platform's name for the tool.
    ClientId,
    /// The tool's deployments.
    DeploymentIds,
    /// Where authentication requests go.
    AuthenticationUrl,
    /// Where access tokens are had.
    TokenUrl,
    /// The audience of token requests, where it is not the token URL.
    TokenAudience,
    /// Where that side publishes its keys.
    KeySetUrl,
    /// That side's key itself.
    PublicKey,
    /// The product, for its known deviations.
    Profile,
    /// Whether the record may be used.
    Status,
    /// Where logins are initiated.
    LoginUrl,
    /// Where launches lead when a link names nothing else.
    TargetLinkUri,
    /// Where authentication responses may go.
    RedirectUris,
    /// Where deep linking requests lead.
    DeepLinkingUrl,
    /// What access tokens may be granted.
    Scopes,
    /// Custom parameters of every launch.
    Custom,
    /// What may be sent about a person.
    Privacy,
}

impl Term {
    /// The member of a record that holds it; also the name of a column.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Issuer => "issuer",
            Self::ClientId => "client_id",
            Self::DeploymentIds => "deployment_ids",
            Self::AuthenticationUrl => "authentication_url",
            Self::TokenUrl => "token_url",
            Self::TokenAudience => "token_audience",
            Self::KeySetUrl => "key_set_url",
            Self::PublicKey => "public_key_pem",
            Self::Profile => "profile",
            Self::Status => "status",
            Self::LoginUrl => "login_url",
            Self::TargetLinkUri => "target_link_uri",
            Self::RedirectUris => "redirect_uris",
            Self::DeepLinkingUrl => "deep_linking_url",
            Self::Scopes => "scopes",
            Self::Custom => "custom",
            Self::Privacy => "privacy",
        }
    }

    /// What people are shown.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Issuer => "Issuer",
            Self::ClientId => "Client ID",
            Self::DeploymentIds => "Deployment ID",
            Self::AuthenticationUrl => "OIDC authentication URL",
            Self::TokenUrl => "Access token URL",
            Self::TokenAudience => "Access token audience",
            Self::KeySetUrl => "Key set URL",
            Self::PublicKey => "Public key",
            Self::Profile => "Product",
            Self::Status => "Status",
            Self::LoginUrl => "Initiate login URL",
            Self::TargetLinkUri => "Target link URL",
            Self::RedirectUris => "Redirect URLs",
            Self::DeepLinkingUrl => "Deep linking URL",
            Self::Scopes => "Scopes",
            Self::Custom => "Custom parameters",
            Self::Privacy => "Personal data",
        }
    }

    /// Under which other names products and documents ask for it. In the header of a CSV file they are read as well,
    /// whatever their case, with blanks, `-` and `_` as one.
    #[must_use]
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["tool name", "platform name", "title", "client name"],
            Self::Issuer => &["issuer or platform id", "platform id", "iss", "platform issuer"],
            Self::ClientId => &["tool client id", "application id", "client"],
            Self::DeploymentIds => &["deployment id", "tool deployment id", "deployments"],
            Self::AuthenticationUrl => &[
                "oidc authentication url",
                "authentication request url",
                "openid connect authentication endpoint",
                "oidc auth url",
                "auth url",
            ],
            Self::TokenUrl => &["access token url", "oauth2 access token url", "token endpoint"],
            Self::TokenAudience => &["access token audience", "oauth2 audience", "audience"],
            Self::KeySetUrl => &[
                "public key url",
                "public keyset url",
                "keyset url",
                "jwks url",
                "jwks uri",
                "public keyset",
            ],
            Self::PublicKey => &["public key", "rsa key", "pem"],
            Self::Profile => &["product", "lms"],
            Self::Status => &["state"],
            Self::LoginUrl => &[
                "initiate login url",
                "oidc login url",
                "login initiation url",
                "openid connect initiation url",
                "oidc login init url",
                "openid connect login url",
                "initiate login uri",
            ],
            Self::TargetLinkUri => {
                &["target link url", "resource url", "tool url", "launch url", "tool launch url"]
            }
            Self::RedirectUris => {
                &["redirect url", "redirect urls", "redirection uris", "tool redirect urls"]
            }
            Self::DeepLinkingUrl => &["deep linking launch url", "content selection url"],
            Self::Scopes => &["scope"],
            Self::Custom => &["custom parameters", "custom fields"],
            Self::Privacy => &["personal data"],
        }
    }

    /// All terms.
    pub const ALL: [Self; 18] = [
        Self::Name,
        Self::Issuer,
        Self::ClientId,
        Self::DeploymentIds,
        Self::AuthenticationUrl,
        Self::TokenUrl,
        Self::TokenAudience,
        Self::KeySetUrl,
        Self::PublicKey,
        Self::Profile,
        Self::Status,
        Self::LoginUrl,
        Self::TargetLinkUri,
        Self::RedirectUris,
        Self::DeepLinkingUrl,
        Self::Scopes,
        Self::Custom,
        Self::Privacy,
    ];

    /// The term that a heading means.
    ///
    /// ```
    /// use lti_registration::Term;
    /// assert_eq!(Term::of_heading(" Initiate_Login URL"), Some(Term::LoginUrl));
    /// assert_eq!(Term::of_heading("shoe size"), None);
    /// ```
    #[must_use]
    pub fn of_heading(heading: &str) -> Option<Self> {
        let heading = plain(heading);
        Self::ALL.into_iter().find(|term| {
            plain(term.member()) == heading || term.aliases().iter().any(|alias| plain(alias) == heading)
        })
    }
}

/// Lower case, without blanks, `-`, `_` and parentheses.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '(' | ')'))
        .flat_map(char::to_lowercase)
        .collect()
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::{Term, plain};

    #[test]
    fn no_heading_means_two_terms() {
        let mut seen = std::collections::BTreeMap::new();
        for term in Term::ALL {
            let names = std::iter::once(term.member()).chain(term.aliases().iter().copied());
            for name in names {
                let earlier = seen.insert(plain(name), term);
                assert!(earlier.is_none() || earlier == Some(term), "{name}: {earlier:?} and {term:?}");
                assert_eq!(Term::of_heading(&name.to_uppercase()), Some(term), "{name}");
            }
        }
    }
}
