//! Scores, compared as the decimal numbers that they were written as.

use crate::course::MinimumScore;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A score out of a maximum (in AGS: `scoreGiven` and `scoreMaximum`). More than the maximum is allowed.
///
/// ```
/// use lti_eligibility::course::MinimumScore;
/// use lti_eligibility::outcome::Points;
///
/// // In binary floating point, 0.57 * 100 is a little less than 95 * 0.6. Here they are what they say.
/// assert!(Points::new(0.57, 0.6)?.reach(MinimumScore::new(95)?));
/// assert!(Points::new(-1.0, 10.0).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Numbers", into = "Numbers")]
pub struct Points {
    given: f64,
    maximum: f64,
}

impl Points {
    /// Takes a score.
    ///
    /// # Errors
    ///
    /// A number that is not finite, a negative score, or a maximum that is not positive.
    pub fn new(given: f64, maximum: f64) -> Result<Self, InvalidPoints> {
        if given.is_finite() && maximum.is_finite() && given >= 0.0 && maximum > 0.0 {
            Ok(Self { given: given.abs(), maximum })
        } else {
            Err(InvalidPoints(()))
        }
    }

    /// The score, 0 or more.
    #[must_use]
    pub fn given(self) -> f64 {
        self.given
    }

    /// The maximum, more than 0.
    #[must_use]
    pub fn maximum(self) -> f64 {
        self.maximum
    }

    /// Whether `given · 100 ≥ minimum · maximum`, exactly.
    ///
    /// Each number stands for the shortest decimal that reads back as it, which is the one that a score was written
    /// as; nothing is rounded.
    #[must_use]
    pub fn reach(self, minimum: MinimumScore) -> bool {
        let given = Decimal::of(self.given).times(100);
        let needed = Decimal::of(self.maximum).times(u128::from(minimum.percent()));
        given.compare(needed) != Ordering::Less
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    given: f64,
    maximum: f64,
}

impl TryFrom<Numbers> for Points {
    type Error = InvalidPoints;

    fn try_from(numbers: Numbers) -> Result<Self, Self::Error> {
        Self::new(numbers.given, numbers.maximum)
    }
}

impl From<Points> for Numbers {
    fn from(points: Points) -> Self {
        Self { given: points.given, maximum: points.maximum }
    }
}

/// The numbers cannot be a score.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a score is a finite number from 0 on, out of a finite maximum above 0")]
pub struct InvalidPoints(());

impl InvalidPoints {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid_points"
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, Grades"
    }
}

/// `digits · 10^exponent`, exactly. The digits of an `f64` are at most 17, so that a factor of 100 fits easily.
#[derive(Clone, Copy)]
struct Decimal {
    digits: u128,
    exponent: i32,
}

impl Decimal {
    /// The shortest decimal that reads back as this number, which is finite and not negative.
    fn of(number: f64) -> Self {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = whole
            .bytes()
            .chain(fraction.bytes())
            .fold(0, |digits: u128, digit| digits * 10 + u128::from(digit.saturating_sub(b'0')));
        let places = fraction.bytes().fold(0, |places: i32, _| places + 1);
        Self { digits, exponent: exponent.parse().unwrap_or(0) - places }
    }

    fn times(self, factor: u128) -> Self {
        Self { digits: self.digits * factor, ..self }
    }

    fn compare(self, other: Self) -> Ordering {
        let lowest = self.exponent.min(other.exponent);
        match (self.shifted_to(lowest), other.shifted_to(lowest)) {
            (Some(one), Some(two)) => one.cmp(&two),
            // At most one of them is shifted; what no longer fits is more than the other, whose digits do.
            (None, _) => Ordering::Greater,
            (_, None) => Ordering::Less,
        }
    }

    /// The digits at a lower exponent; `None` when they do not fit.
    fn shifted_to(self, exponent: i32) -> Option<u128> {
        if self.digits == 0 {
            return Some(0);
        }
        let places = u32::try_from(self.exponent - exponent).ok()?;
        10_u128.checked_pow(places)?.checked_mul(self.digits)
    }
}
