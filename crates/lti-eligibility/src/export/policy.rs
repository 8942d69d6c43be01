//! What each rule does: block, warn, or nothing (README, The rules of the export).

use super::Rule;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a broken rule leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// The answer is no, with the reason.
    Block,
    /// The answer is yes, with the reason as a warning.
    Warn,
    /// The rule is not checked.
    Ignore,
}

/// A policy to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Preset {
    /// [`Policy::default`]
    #[default]
    Default,
    /// [`Policy::adobe_learning_manager`]
    AdobeLearningManager,
    /// [`Policy::rakoo`]
    Rakoo,
}

/// The effect of every rule. As JSON: `{"preset": "default", "rules": {"paid": "warn"}}`, both members optional; an
/// unknown or repeated rule is an error.
///
/// ```
/// use lti_eligibility::export::{Effect, Policy, Rule};
///
/// let policy = Policy::default().with(Rule::Paid, Effect::Warn);
/// assert_eq!(policy.effect(Rule::Paid), Effect::Warn);
///
/// let read: Policy = serde_json::from_str(r#"{"rules": {"paid": "warn"}}"#)?;
/// assert_eq!(read, policy);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PolicyDocument", into = "PolicyDocument")]
pub struct Policy {
    // One bit per rule, so that a check of a million courses does not look anything up.
    block: u32,
    warn: u32,
}

impl Policy {
    const NOTHING: Self = Self { block: 0, warn: 0 };

    /// The rules of Adobe Learning Manager: as [`Policy::default`], but a course that itself holds LTI modules is
    /// blocked.
    #[must_use]
    pub fn adobe_learning_manager() -> Self {
        Self::default().with(Rule::ContainsLtiModule, Effect::Block)
    }

    /// Only the activity type and the "available for LTI" switch decide; the four warnings stay, the rules 1
    /// to 14 are ignored.
    #[must_use]
    pub fn rakoo() -> Self {
        let own = [Rule::ActivityTypeNotShareable, Rule::NotAvailableForLti];
        Self::WARNINGS
            .into_iter()
            .map(|rule| (rule, Effect::Warn))
            .chain(own.into_iter().map(|rule| (rule, Effect::Block)))
            .fold(Self::NOTHING, |policy, (rule, effect)| policy.with(rule, effect))
    }

    /// The policy of a preset.
    #[must_use]
    pub fn of(preset: Preset) -> Self {
        match preset {
            Preset::Default => Self::default(),
            Preset::AdobeLearningManager => Self::adobe_learning_manager(),
            Preset::Rakoo => Self::rakoo(),
        }
    }

    /// The same policy with another effect for one rule.
    #[must_use]
    pub fn with(self, rule: Rule, effect: Effect) -> Self {
        let bit = bit(rule);
        let rest = Self { block: self.block & !bit, warn: self.warn & !bit };
        match effect {
            Effect::Block => Self { block: rest.block | bit, ..rest },
            Effect::Warn => Self { warn: rest.warn | bit, ..rest },
            Effect::Ignore => rest,
        }
    }

    /// What breaking the rule leads to.
    #[must_use]
    pub fn effect(&self, rule: Rule) -> Effect {
        let bit = bit(rule);
        if self.block & bit != 0 {
            Effect::Block
        } else if self.warn & bit != 0 {
            Effect::Warn
        } else {
            Effect::Ignore
        }
    }

    const WARNINGS: [Rule; 4] = [
        Rule::MarketplaceContent,
        Rule::EnrollmentDeadlinePassed,
        Rule::ContainsLtiModule,
        Rule::MobileOrOffline,
    ];
}

/// The rules 1 to 14 block, the four warnings warn, the two rules of the preset `rakoo` are ignored.
impl Default for Policy {
    fn default() -> Self {
        let own = [Rule::ActivityTypeNotShareable, Rule::NotAvailableForLti];
        Rule::ALL
            .into_iter()
            .filter(|rule| !own.contains(rule))
            .map(|rule| (rule, if Self::WARNINGS.contains(&rule) { Effect::Warn } else { Effect::Block }))
            .fold(Self::NOTHING, |policy, (rule, effect)| policy.with(rule, effect))
    }
}

fn bit(rule: Rule) -> u32 {
    1 << (rule as u32)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyDocument {
    #[serde(default)]
    preset: Preset,
    #[serde(default, deserialize_with = "each_once")]
    rules: BTreeMap<Rule, Effect>,
}

/// Reads the rules, none of them twice: the last one would win without a word.
fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Rule, Effect>, D::Error> {
    struct EachOnce;

    impl<'de> Visitor<'de> for EachOnce {
        type Value = BTreeMap<Rule, Effect>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("rules and their effects, each rule once")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut rules = BTreeMap::new();
            while let Some((rule, effect)) = members.next_entry::<Rule, Effect>()? {
                if rules.insert(rule, effect).is_some() {
                    return Err(A::Error::custom(format_args!("the rule `{}` is repeated", rule.code())));
                }
            }
            Ok(rules)
        }
    }

    deserializer.deserialize_map(EachOnce)
}

impl From<PolicyDocument> for Policy {
    fn from(document: PolicyDocument) -> Self {
        document
            .rules
            .into_iter()
            .fold(Self::of(document.preset), |policy, (rule, effect)| policy.with(rule, effect))
    }
}

impl From<Policy> for PolicyDocument {
    fn from(policy: Policy) -> Self {
        let base = Policy::default();
        let rules = Rule::ALL
            .into_iter()
            .map(|rule| (rule, policy.effect(rule)))
            .filter(|(rule, effect)| base.effect(*rule) != *effect)
            .collect();
        Self { preset: Preset::Default, rules }
    }
}
