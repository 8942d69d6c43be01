//! The audience of token requests that a platform announces (Security Framework 1.0 §4.1.1). Whoever gets an assertion
//! can show it to the server that it names, so a platform may name only its own.

use lti_types::{OpenIdConfiguration, WireUrl};
use url::Url;

use crate::Problem;
use crate::offer::profile_of;
use crate::profile::Profile;

/// The audience to keep for a platform; none is the token endpoint itself.
///
/// # Errors
/// [`Problem::TokenAudienceElsewhere`] for an announced one that is on another server than the token endpoint, and not
/// kept.
pub(crate) fn audience_of(configuration: &OpenIdConfiguration) -> Result<Option<String>, Problem> {
    let profile = profile_of(configuration);
    let token_url = configuration.token_endpoint.as_str();
    // The product is the platform's own word, so its constant holds only where assertions go to the product.
    if let Some(constant) = profile.and_then(|profile| constant_at(profile, token_url)) {
        return Ok(Some(constant.to_owned()));
    }
    // They expect the token URL, whatever they announce (quirk 45).
    if profile.is_some_and(|profile| profile.quirks.contains(&45)) {
        return Ok(None);
    }
    let Some(announced) = configuration.authorization_server.as_deref() else { return Ok(None) };
    // A bare host name is no audience (Canvas).
    if announced == token_url || WireUrl::from(announced).to_secure_url().is_err() {
        return Ok(None);
    }
    if is_elsewhere(announced, token_url) {
        return Err(Problem::TokenAudienceElsewhere);
    }
    Ok(Some(announced.to_owned()))
}

/// The audience that is the product's constant, if assertions go to a host of the product.
pub(crate) fn constant_at(profile: &Profile, token_url: &str) -> Option<&'static str> {
    let url = Url::parse(token_url).ok()?;
    profile.token_audience.filter(|_| url.host_str().is_some_and(|host| profile.has_host(host)))
}

/// Whether the audience is an address, and on another origin than the token URL.
pub(crate) fn is_elsewhere(audience: &str, token_url: &str) -> bool {
    match (Url::parse(audience), Url::parse(token_url)) {
        (Ok(audience), Ok(token_url)) => audience.has_host() && audience.origin() != token_url.origin(),
        _ => false,
    }
}
