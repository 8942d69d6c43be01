//! What may be used once.

/// Whether something is used for the first time: what a store says of a nonce, an assertion, a message.
///
/// Whoever keeps that, keeps it in one atomic step (`lti-store` does), and hands the answer to whatever waits for it.
///
/// ```
/// use lti_types::Use;
/// assert!(Use::First.is_first());
/// assert!(!Use::Repeated.is_first());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a repeated use must be refused"]
#[non_exhaustive]
pub enum Use {
    /// Nobody used it before. Exactly one caller hears this.
    First,
    /// It was used before: a replay.
    Repeated,
}

impl Use {
    /// Whether it is the first.
    #[must_use]
    pub fn is_first(self) -> bool {
        self == Self::First
    }
}
