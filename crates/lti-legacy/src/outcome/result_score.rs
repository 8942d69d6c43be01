//! Scores of Basic Outcomes: from 0.0 to 1.0 (LTI 1.1 §6.1.1).

use std::fmt;

/// A share of the points, from 0.0 to 1.0 inclusive. It is written as a decimal number, with a point, never an
/// exponent.
///
/// ```
/// use lti_legacy::ResultScore;
/// assert_eq!(ResultScore::new(0.92)?.to_string(), "0.92");
/// assert_eq!(ResultScore::parse(" 1.0 ")?, ResultScore::of_points(20.0, 20.0)?);
/// for text in ["1.01", "-0.1", "0,5", "NaN", "A", ""] {
///     assert!(ResultScore::parse(text).is_err());
/// }
/// # Ok::<(), lti_legacy::InvalidScore>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct ResultScore(f64);

/// Not a number from 0.0 to 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the score is not a number from 0.0 to 1.0")]
#[non_exhaustive]
pub struct InvalidScore;

impl InvalidScore {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        "score_invalid"
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "LTI 1.1 §6.1.1"
    }
}

impl ResultScore {
    /// A score.
    ///
    /// # Errors
    /// [`InvalidScore`].
    pub fn new(score: f64) -> Result<Self, InvalidScore> {
        // Without the sign that a zero may have.
        if (0.0..=1.0).contains(&score) { Ok(Self(score + 0.0)) } else { Err(InvalidScore) }
    }

    /// So many points of so many: the view of a 1.3 score.
    ///
    /// # Errors
    /// [`InvalidScore`]: also for more points than there are.
    pub fn of_points(given: f64, maximum: f64) -> Result<Self, InvalidScore> {
        if maximum > 0.0 { Self::new(given / maximum) } else { Err(InvalidScore) }
    }

    /// Reads a score. An exponent, as some languages write one, is read; a decimal comma is not.
    ///
    /// # Errors
    /// [`InvalidScore`].
    pub fn parse(text: &str) -> Result<Self, InvalidScore> {
        number(text).ok_or(InvalidScore).and_then(Self::new)
    }

    /// From 0.0 to 1.0.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }
}

impl fmt::Display for ResultScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A finite number, in digits.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E'));
    (digits && text.len() <= 400).then(|| text.parse::<f64>().ok()).flatten().filter(|n| n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::ResultScore;

    #[test]
    fn no_exponent_is_written() {
        for (score, text) in
            [(1e-7, "0.0000001"), (-0.0, "0"), (1.0, "1"), (0.1 + 0.2, "0.30000000000000004")]
        {
            let score = ResultScore::new(score).unwrap();
            assert_eq!(score.to_string(), text);
            assert_eq!(ResultScore::parse(text), Ok(score));
        }
    }

    #[test]
    fn what_is_a_score() {
        for text in ["0", "0.0", "1", "1.000", ".5", "1.", "1e-3", "+0.5"] {
            assert!(ResultScore::parse(text).is_ok(), "{text}");
        }
        for text in
            ["1.0000001", "-0.0001", "inf", "nan", "0x1", "50%", "1e400", "0.5 0.6", "1_0", "infinity"]
        {
            assert!(ResultScore::parse(text).is_err(), "{text}");
        }
        assert!(ResultScore::of_points(1.0, 0.0).is_err() && ResultScore::of_points(f64::NAN, 1.0).is_err());
    }
}
