//! The platform's end: requests in, responses out.

/// The `error` of a 409 for a score that is older than the one there is.
pub const SCORE_STALE: &str = "score_stale";
/// The `error` of a 409 for a score with the very timestamp of the one there is.
pub const SCORE_REPEATED: &str = "score_repeated";
