//! Whether a request comes from a page of our own (Fetch Standard, `Origin`; Fetch Metadata, `Sec-Fetch-Site`).

use crate::Origin;

/// Why a request is not taken for one of our own pages'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSameOrigin {
    /// No `Origin` header.
    #[error("the request has no Origin header")]
    OriginMissing,
    /// An `Origin` that is not ours, or `null`.
    #[error("the request comes from another origin")]
    OriginForeign,
    /// No `Sec-Fetch-Site` header: a browser from before 2023, or none.
    #[error("the request has no Sec-Fetch-Site header")]
    FetchSiteMissing,
    /// `Sec-Fetch-Site` says something else than `same-origin`.
    #[error("the browser says that the request is not from the same origin")]
    FetchSiteForeign,
}

impl NotSameOrigin {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OriginMissing => "origin_missing",
            Self::OriginForeign => "origin_foreign",
            Self::FetchSiteMissing => "fetch_site_missing",
            Self::FetchSiteForeign => "fetch_site_foreign",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "RFC 6749 §10.12"
    }
}

/// Checks that a request was sent by a page of our own origin: `Origin` is ours and `Sec-Fetch-Site` is
/// `same-origin`. Both headers are the browser's alone to set; no page can forge them.
///
/// `own` is the server's configured public origin, never one made of request headers (quirk 41). A header that
/// came more than once counts as foreign: pass its values joined by `, `, as HTTP libraries do.
///
/// ```
/// use lti_browser::{NotSameOrigin, Origin, check_same_origin};
/// let own = Origin::parse("https://tool.example")?;
/// assert_eq!(check_same_origin(&own, Some("https://tool.example"), Some("same-origin")), Ok(()));
/// assert_eq!(
///     check_same_origin(&own, Some("https://evil.example"), Some("cross-site")),
///     Err(NotSameOrigin::OriginForeign),
/// );
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
///
/// # Errors
/// [`NotSameOrigin`] says which header is missing or wrong.
pub fn check_same_origin(
    own: &Origin,
    origin: Option<&str>,
    sec_fetch_site: Option<&str>,
) -> Result<(), NotSameOrigin> {
    if origin.ok_or(NotSameOrigin::OriginMissing)? != own.as_str() {
        return Err(NotSameOrigin::OriginForeign);
    }
    if sec_fetch_site.ok_or(NotSameOrigin::FetchSiteMissing)? != "same-origin" {
        return Err(NotSameOrigin::FetchSiteForeign);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NotSameOrigin as No, check_same_origin};
    use crate::Origin;

    #[test]
    fn table() {
        let own = Origin::parse("https://tool.example").unwrap();
        let ours = Some("https://tool.example");
        for (origin, site, expected) in [
            (ours, Some("same-origin"), Ok(())),
            (None, Some("same-origin"), Err(No::OriginMissing)),
            (Some("null"), Some("same-origin"), Err(No::OriginForeign)),
            (Some(""), Some("same-origin"), Err(No::OriginForeign)),
            (Some("http://tool.example"), Some("same-origin"), Err(No::OriginForeign)),
            (Some("https://tool.example:444"), Some("same-origin"), Err(No::OriginForeign)),
            (Some("https://tool.example.evil.example"), Some("same-origin"), Err(No::OriginForeign)),
            (Some("https://tool.example, https://tool.example"), Some("same-origin"), Err(No::OriginForeign)),
            (ours, None, Err(No::FetchSiteMissing)),
            (ours, Some("same-site"), Err(No::FetchSiteForeign)),
            (ours, Some("cross-site"), Err(No::FetchSiteForeign)),
            (ours, Some("none"), Err(No::FetchSiteForeign)),
        ] {
            assert_eq!(check_same_origin(&own, origin, site), expected, "{origin:?} {site:?}");
        }
    }
}
