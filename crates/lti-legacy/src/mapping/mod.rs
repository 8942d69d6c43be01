//! LTI 1.x parameters as 1.3 claims, and back (LTI Core 1.3 §C, §D): one code path for a tool of both.

mod roles;
mod to_claims;
mod to_parameters;

pub use roles::{legacy_role, uri_role};
pub(crate) use to_claims::item_types;
pub use to_parameters::NotMapped;

/// The claim that `ext_…` parameters stand in, as one platform sends them itself.
const EXT_CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/ext";

/// The media type of an LTI link.
pub(crate) const LTI_LINK: &str = "application/vnd.ims.lti.v1.ltilink";

#[cfg(test)]
mod tests;
