//! Times in service documents (AGS 2.0 §3.2.6, §3.4.4): ISO 8601 with a zone, kept as they were written.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Timelike as _, Utc};

/// A time as it was written. It is read by [`Timestamp::to_utc`], and only there checked; there times are compared too,
/// for as a text noon in one zone may come after one o'clock in another.
///
/// ```compile_fail,E0369
/// # use lti_types::Timestamp;
/// assert!(Timestamp::from("2024-05-01T12:00:00+02:00") < Timestamp::from("2024-05-01T11:00:00Z"));
/// ```
///
/// Made from a [`DateTime`] it is written in UTC with three digits of a second, or six where three would not be exact
/// (what is below a microsecond is cut off: some platforms refuse more digits).
///
/// ```
/// use chrono::DateTime;
/// use lti_types::Timestamp;
///
/// let written = Timestamp::from(DateTime::from_timestamp_millis(1_714_558_530_123).unwrap());
/// assert_eq!(written.as_str(), "2024-05-01T10:15:30.123Z");
/// assert_eq!(Timestamp::from("2024-05-01T12:15:30.123+02").to_utc(), written.to_utc());
/// assert_eq!(Timestamp::from("2024-05-01T12:15:30").to_utc(), None, "whose half past twelve?");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(#[serde(deserialize_with = "crate::refusal::text")] String);

impl Timestamp {
    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it: some platforms send `""` for "none".
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The time. `None` for what is no ISO 8601 date and time, or has no zone. Zones of hours only (`+00`), zones
    /// without a colon and decimal commas are read; a fraction may be missing.
    #[must_use]
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        let text = self.0.trim();
        // Longer than any spelling of a time, and not worth a copy.
        if text.len() > 64 {
            return None;
        }
        let read = |text: &str| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc());
        if let Some(time) = read(text) {
            return Some(time);
        }
        let text = text.replacen(',', ".", 1);
        let (_, clock) = text.split_once(['T', 't', ' '])?;
        let sign = clock.rfind(['+', '-']);
        let zone = sign.and_then(|at| clock.get(at + 1..)).unwrap_or_default();
        let digits = !zone.is_empty() && zone.bytes().all(|b| b.is_ascii_digit());
        match zone.len() {
            2 if digits => read(&format!("{text}:00")),
            4 if digits => {
                let (head, minutes) = text.split_at_checked(text.len() - 2)?;
                read(&format!("{head}:{minutes}"))
            }
            _ => read(&text),
        }
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        let format = if (time.nanosecond() / 1_000).is_multiple_of(1_000) {
            SecondsFormat::Millis
        } else {
            SecondsFormat::Micros
        };
        Self(time.to_rfc3339_opts(format, true))
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({:?})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn one_instant_in_many_spellings() {
        let expected = Timestamp::from("2017-04-16T18:54:36.736Z").to_utc().unwrap();
        for text in [
            "2017-04-16T18:54:36.736+00:00",
            "2017-04-16T18:54:36.736+00",
            "2017-04-16T18:54:36.736-0000",
            "2017-04-16T18:54:36,736Z",
            "2017-04-16T18:54:36,736+00",
            "2017-04-16t18:54:36.736000z",
            " 2017-04-16T20:24:36.736+0130 ",
            "2017-04-16T15:54:36.736-03",
        ] {
            assert_eq!(Timestamp::from(text).to_utc(), Some(expected), "{text}");
        }
        assert!(Timestamp::from("2008-05-26T01:32:13Z").to_utc().is_some(), "without a fraction");
    }

    #[test]
    fn quirk_57_a_time_without_a_zone_is_no_time() {
        for text in [
            "",
            " ",
            "2017-04-16",
            "2017-04-16T18:54:36",
            "2017-04-16T18:54:36.736",
            "2017-04-16T18",
            "2017-04-16T18:54:36.736+0",
            "2017-04-16T18:54:36.736+é0",
            "1492368876",
            "yesterday",
            "2017-02-30T00:00:00Z",
        ] {
            assert_eq!(Timestamp::from(text).to_utc(), None, "{text}");
        }
        assert_eq!(Timestamp::from("9".repeat(100_000)).to_utc(), None);
    }

    #[test]
    fn written_with_as_many_digits_as_everybody_reads() {
        let at = |nanos| Timestamp::from(chrono::DateTime::from_timestamp(0, nanos).unwrap());
        assert_eq!(at(0).as_str(), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(120_000_000).as_str(), "1970-01-01T00:00:00.120Z");
        assert_eq!(at(120_001_000).as_str(), "1970-01-01T00:00:00.120001Z");
        assert_eq!(at(120_001_999).as_str(), "1970-01-01T00:00:00.120001Z");
    }
}
