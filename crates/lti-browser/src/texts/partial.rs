//! The words of a fault in a file that has only one of its sentences: the other is English, as other members are.

use serde::{Deserialize, Deserializer};

use super::{FaultTexts, Text, english};

#[derive(Deserialize)]
struct Partial {
    what: Option<Text>,
    why: Option<Text>,
}

macro_rules! faults {
    ($($fault:ident)*) => { $(
        pub(super) fn $fault<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FaultTexts, D::Error> {
            let found = Partial::deserialize(deserializer)?;
            let english = english::texts().$fault;
            Ok(FaultTexts { what: found.what.unwrap_or(english.what), why: found.why.unwrap_or(english.why) })
        }
    )* };
}

faults!(malformed expired other_browser signed_out declined unknown not_found configuration unavailable);
