#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the protocol
//!
//! - a token: [`ClientAssertion`] with its [`AssertionId`] → [`TokenRequest`] → [`GrantedToken`] with its
//!   [`AccessToken`]; [`offered_scopes`]
//! - a call: [`Call`], [`ServiceUrl`], [`Page`], [`Link`]; what goes wrong: [`ServiceError`], [`Refusal`],
//!   [`DocumentError`], [`PagingError`]
//! - grades: [`ListLineItems`], [`CreateLineItem`], [`LineItemUrl`], [`find_line_item`]; [`PublishScore`],
//!   [`ScoreClock`], [`Publication`]; [`ListResults`]
//! - rosters: [`ListMembers`]
//! - the other end: [`platform`]

mod access_token;
mod call;
mod client_assertion;
mod document;
mod line_item_calls;
mod line_item_fault;
mod line_item_search;
mod link_header;
pub mod media_type;
pub mod platform;
mod publication;
mod refusal;
mod roster_calls;
mod score_calls;
mod score_clock;
mod service_error;
mod service_url;
mod token_request;
mod walk;

pub use access_token::{AccessToken, InvalidAccessToken};
pub use call::{Call, Page};
pub use client_assertion::{AssertionId, ClientAssertion};
pub use document::{DocumentError, DocumentProblem, MAX_LIST, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES};
pub use line_item_calls::{
    CreateLineItem, DeleteLineItem, LineItemUrl, ListLineItems, ReadLineItem, UpdateLineItem,
};
pub use line_item_fault::{LineItemFault, ScoreFault};
pub use line_item_search::{LineItemSearch, find_line_item};
pub use link_header::Link;
pub use publication::{Publication, ScoreFailure, ScoreOutcome, Verdict};
pub use refusal::{Refusal, RefusalKind, RetryAfter};
pub use roster_calls::{ListMembers, RosterPage};
pub use score_calls::{ListResults, PublishScore, Published};
pub use score_clock::{ScoreClock, timestamp_after};
pub use service_error::{PagingError, ServiceError};
pub use service_url::ServiceUrl;
pub use token_request::{
    ASSERTION_TYPE, GrantedToken, OAuthError, TokenError, TokenRequest, TokenRequestError, offered_scopes,
};
