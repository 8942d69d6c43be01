//! Why a call did not bring what it was made for.

use lti_types::InvalidUrl;

use crate::{DocumentError, Refusal};

/// Why a call did not bring what it was made for. It prints nothing that the server said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The server refused.
    #[error("{0}")]
    Refused(Refusal),
    /// The answer is longer than [`crate::MAX_RESPONSE_BYTES`].
    #[error("the answer is too long")]
    TooLarge,
    /// The answer is not the document that was asked for.
    #[error("the answer is not what was asked for: {0}")]
    Document(DocumentError),
    /// There is more, or may be, but it cannot be had; what was read is not all.
    #[error("the list is not whole: {0}")]
    Next(PagingError),
    /// A line item was made or changed, or is listed, but the answer does not say where it is: list the line items to
    /// find it.
    #[error("the line item in the answer has no address")]
    LineItemWithoutId,
    /// A line item in an answer is on another origin than the service, which must not see the token.
    #[error("the line item in the answer is on another origin")]
    LineItemOffOrigin,
}

impl ServiceError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::TooLarge => "too_large",
            Self::Document(error) => error.code(),
            Self::Next(error) => error.code(),
            Self::LineItemWithoutId => "line_item_without_id",
            Self::LineItemOffOrigin => "line_item_off_origin",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Refused(_) => "RFC 9110 §15",
            Self::TooLarge | Self::Document(_) => "RFC 8259 §9",
            Self::Next(error) => error.spec(),
            Self::LineItemWithoutId | Self::LineItemOffOrigin => "AGS 2.0 §3.2.1",
        }
    }

    /// Whether the same request may succeed later. Repeat it only if it is safe to repeat
    /// ([`crate::Call::REPEATABLE`]).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_retryable(),
            // Cut off on its way, perhaps.
            Self::Document(error) => error.problem() == crate::DocumentProblem::NotJson,
            Self::TooLarge | Self::Next(_) | Self::LineItemWithoutId | Self::LineItemOffOrigin => false,
        }
    }

    /// Whether another token may help: get one, and repeat the call once.
    #[must_use]
    pub fn is_about_the_token(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status() == 401)
    }
}

/// Why a list is not followed further. One that ends here is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PagingError {
    /// Its address is none.
    #[error("its address is not one: {0}")]
    Url(InvalidUrl),
    /// It is on another origin, which must not see the token.
    #[error("it is on another origin")]
    OtherOrigin,
    /// It was there before.
    #[error("it is a page that was read already")]
    Loop,
    /// There are more pages than [`PagingError::MAX_PAGES`].
    #[error("there are too many pages")]
    TooManyPages,
    /// There is more on all pages together than [`PagingError::MAX_ITEMS`].
    #[error("there is too much on all pages together")]
    TooManyItems,
    /// A `Link` header that cannot be read, or is longer than 64 KiB: nobody knows whether there is a next page.
    #[error("the Link header cannot be read")]
    Unreadable,
}

impl PagingError {
    /// The most pages of one list.
    pub const MAX_PAGES: usize = 10_000;

    /// The most that is read on all pages of one list together.
    pub const MAX_ITEMS: usize = 1_000_000;

    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Url(_) => "next_url_invalid",
            Self::OtherOrigin => "next_off_origin",
            Self::Loop => "next_loop",
            Self::TooManyPages => "too_many_pages",
            Self::TooManyItems => "too_many_items",
            Self::Unreadable => "link_header_unreadable",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "AGS 2.0 §3.2.4, NRPS 2.0 §2.4.1"
    }
}
