//! The platform's end: requests in, responses out (Security Framework 1.0 §4.1, AGS 2.0, NRPS 2.0).
//!
//! Each request walks through values that cannot be skipped:
//!
//! | | made by | proves |
//! |---|---|---|
//! | [`UnverifiedTokenRequest`] | `from_http` | a well-formed token request, of whom it says |
//! | [`PendingGrant`] | `verify` | the client signed it, for us, in time |
//! | [`AccessGrant`] | `first_use` | for the first time; with the scopes that it may have |
//! | [`Access`] | [`Access::of`] | a live grant for the token of this request |
//! | `…Request` | `read` | method, scope, media type and body are right |
//! | `…List`, [`NewLineItem`], [`ScorePosting`], … | `on` | the token owns what it points to |
//!
//! What the token does not own is answered like what does not exist: with 404. A [`Place`] says whose a thing is: the
//! client, the deployment, the context. Where URLs name both a context and a line item, both are compared.
//!
//! Addresses of the platform's own are handed in, and never taken from a request's headers. Positions in lists leave
//! the platform sealed: [`SealedCursors`] does it with the keys of an [`lti_jwks::Sealer`].

mod access;
mod access_grant;
mod cursor;
mod line_items;
mod place;
mod query;
mod reply;
mod request_refusal;
mod results;
mod roster;
mod score_record;
mod scores;
mod token_endpoint;
mod token_refusal;

pub use access::{Access, bearer_token};
pub use access_grant::{AccessGrant, GrantSigner};
pub use cursor::{Cursor, CursorSeal, SealedCursors};
pub use line_items::{
    ChangedLineItem, LineItemList, LineItemOperation, LineItemRequest, LineItemsOperation, LineItemsRequest,
    NewLineItem, created, deleted, line_item,
};
/// What a store says of the assertion of a [`PendingGrant`].
pub use lti_types::Use;
pub use place::{LineItemRecord, Place};
pub use request_refusal::{RequestRefusal, SCORE_REPEATED, SCORE_STALE};
pub use results::{ResultEntry, ResultList, ResultsRequest};
pub use roster::{MemberList, MemberPage, RosterRequest};
pub use score_record::{Grade, ScoreRecord};
pub use scores::{ScorePosting, ScoreRequest};
pub use token_endpoint::{PendingGrant, TokenClient, UnverifiedTokenRequest};
pub use token_refusal::TokenRefusal;
