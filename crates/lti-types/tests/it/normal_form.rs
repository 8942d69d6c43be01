//! What a document looks like once it was read and written again, worked out from its JSON alone: the
//! normalizations that a round trip may make, and nothing else. It shares no code with the crate.

use serde_json::{Map, Value};

/// What a member is, and so which of its deviations are folded away.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// As it comes; `null` is dropped.
    Plain,
    /// As it comes, `null` too.
    Kept,
    /// A string; numbers and booleans become their spelling.
    Text,
    /// A boolean; `"true"`, `"false"`, `"1"` and `"0"` become one.
    Flag,
    /// A whole number; numeric strings become one.
    Whole,
    /// Seconds since the epoch; numeric strings become a number.
    Seconds,
    /// A list; one bare value becomes a list, `null` elements are dropped.
    List,
    /// An object with typed members; `[]` is dropped.
    Object(&'static [(&'static str, Kind)]),
    /// Names and strings; scalars become strings, `null` is dropped, `[]` becomes `{}`.
    Custom,
}

use Kind::{Custom, Flag, Kept, List, Object, Plain, Seconds, Text, Whole};

impl Kind {
    /// The normal form; `None` when the member is dropped.
    pub(crate) fn of(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Kept, value) => Some(value.clone()),
            (_, Value::Null) => None,
            (Text, Value::Number(_) | Value::Bool(_)) => Some(Value::from(value.to_string())),
            (Flag, Value::String(text)) => match text.as_str() {
                "true" | "1" => Some(Value::from(true)),
                "false" | "0" => Some(Value::from(false)),
                other => panic!("no flag: {other}"),
            },
            (Whole, Value::String(text)) => Some(Value::from(text.parse::<u32>().unwrap())),
            (Seconds, Value::String(text)) => Self::of(Seconds, &serde_json::from_str(text).unwrap()),
            (Whole | Seconds, Value::Number(number)) => Some(whole_if_exact(number.as_f64().unwrap())),
            (List, Value::Array(list)) => Some(list.iter().filter(|v| !v.is_null()).cloned().collect()),
            (List, bare) => Some(Value::from(vec![bare.clone()])),
            (Object(_), Value::Array(list)) if list.is_empty() => None,
            (Object(members), Value::Object(object)) => Some(of_object(members, object)),
            (Custom, Value::Array(list)) if list.is_empty() => Some(Value::Object(Map::new())),
            (Custom, Value::Object(object)) => Some(of_custom(object)),
            (_, value) => Some(value.clone()),
        }
    }
}

fn whole_if_exact(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

fn of_object(members: &[(&str, Kind)], object: &Map<String, Value>) -> Value {
    let kind = |name: &str| members.iter().find(|(n, _)| *n == name).map_or(Kept, |(_, kind)| *kind);
    let normal = object.iter().filter_map(|(name, value)| Some((name.clone(), kind(name).of(value)?)));
    Value::Object(normal.collect())
}

fn of_custom(object: &Map<String, Value>) -> Value {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(Value::from(text.as_str())),
        other => Some(Value::from(other.to_string())),
    };
    Value::Object(object.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect())
}

const SCOPED: Kind = Object(&[("scope", List), ("service_versions", List), ("url", Plain)]);

/// A launch, claim by claim; what is not listed has no type, and is kept as it is.
pub(crate) const LAUNCH: Kind = Object(&[
    ("iss", Plain),
    ("aud", Plain),
    ("azp", Plain),
    ("exp", Seconds),
    ("iat", Seconds),
    ("nbf", Seconds),
    ("nonce", Plain),
    ("sub", Plain),
    ("name", Text),
    ("given_name", Text),
    ("family_name", Text),
    ("middle_name", Text),
    ("email", Text),
    ("locale", Text),
    ("picture", Plain),
    ("https://purl.imsglobal.org/spec/lti/claim/message_type", Plain),
    ("https://purl.imsglobal.org/spec/lti/claim/version", Text),
    ("https://purl.imsglobal.org/spec/lti/claim/deployment_id", Plain),
    ("https://purl.imsglobal.org/spec/lti/claim/target_link_uri", Plain),
    ("https://purl.imsglobal.org/spec/lti/claim/resource_link", RESOURCE_LINK),
    ("https://purl.imsglobal.org/spec/lti/claim/roles", List),
    ("https://purl.imsglobal.org/spec/lti/claim/context", CONTEXT),
    ("https://purl.imsglobal.org/spec/lti/claim/tool_platform", TOOL_PLATFORM),
    ("https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor", List),
    ("https://purl.imsglobal.org/spec/lti/claim/launch_presentation", PRESENTATION),
    ("https://purl.imsglobal.org/spec/lti/claim/lis", LIS),
    ("https://purl.imsglobal.org/spec/lti/claim/custom", Custom),
    ("https://purl.imsglobal.org/spec/lti/claim/for_user", FOR_USER),
    ("https://purl.imsglobal.org/spec/lti/claim/lti1p1", LTI1P1),
    ("https://purl.imsglobal.org/spec/lti/claim/lti11_legacy_user_id", Text),
    ("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint", GRADES),
    ("https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice", ROSTER),
    ("https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice", GROUPS),
    ("https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome", OUTCOME),
    ("https://purl.imsglobal.org/spec/lti-ces/claim/caliper-endpoint-service", CALIPER),
    ("https://purl.imsglobal.org/spec/lti/claim/platformnotificationservice", NOTICES),
    ("https://purl.imsglobal.org/spec/lti/claim/eulaservice", SCOPED),
    ("https://purl.imsglobal.org/spec/lti/claim/activity", Object(&[("id", Plain), ("title", Text)])),
    ("https://purl.imsglobal.org/spec/lti/claim/submission", Object(&[("id", Plain)])),
    ("https://purl.imsglobal.org/spec/lti/claim/asset", Object(&[("id", Plain)])),
    ("https://purl.imsglobal.org/spec/lti/claim/assetreport_type", Text),
    ("https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings", DEEP_LINKING),
]);

const RESOURCE_LINK: Kind = Object(&[("id", Plain), ("title", Text), ("description", Text)]);
const CONTEXT: Kind = Object(&[("id", Plain), ("type", List), ("label", Text), ("title", Text)]);
const TOOL_PLATFORM: Kind = Object(&[
    ("guid", Text),
    ("name", Text),
    ("description", Text),
    ("url", Plain),
    ("contact_email", Text),
    ("product_family_code", Text),
    ("version", Text),
]);
const PRESENTATION: Kind = Object(&[
    ("document_target", Plain),
    ("height", Whole),
    ("width", Whole),
    ("return_url", Plain),
    ("locale", Text),
    ("css_url", Plain),
]);
const LIS: Kind = Object(&[
    ("person_sourcedid", Text),
    ("course_offering_sourcedid", Text),
    ("course_section_sourcedid", Text),
    ("result_sourcedid", Text),
    ("outcome_service_url", Plain),
]);
const FOR_USER: Kind = Object(&[
    ("user_id", Plain),
    ("id", Plain),
    ("person_sourcedid", Text),
    ("name", Text),
    ("given_name", Text),
    ("middle_name", Text),
    ("family_name", Text),
    ("email", Text),
    ("picture", Plain),
    ("roles", List),
]);
const LTI1P1: Kind = Object(&[
    ("oauth_consumer_key", Text),
    ("oauth_consumer_key_sign", Text),
    ("user_id", Text),
    ("context_id", Text),
    ("resource_link_id", Text),
    ("tool_consumer_instance_guid", Text),
]);
const GRADES: Kind = Object(&[("scope", List), ("lineitems", Plain), ("lineitem", Plain)]);
const ROSTER: Kind =
    Object(&[("context_memberships_url", Plain), ("service_versions", List), ("scope", List)]);
const GROUPS: Kind = Object(&[
    ("context_groups_url", Plain),
    ("context_group_sets_url", Plain),
    ("scope", List),
    ("service_versions", List),
]);
const OUTCOME: Kind = Object(&[("lis_result_sourcedid", Text), ("lis_outcome_service_url", Plain)]);
const CALIPER: Kind =
    Object(&[("scopes", List), ("caliper_endpoint_url", Plain), ("caliper_federated_session_id", Text)]);
const NOTICES: Kind = Object(&[
    ("platform_notification_service_url", Plain),
    ("service_versions", List),
    ("scope", List),
    ("notice_types_supported", List),
]);
const DEEP_LINKING: Kind = Object(&[
    ("deep_link_return_url", Plain),
    ("accept_types", List),
    ("accept_presentation_document_targets", List),
    ("accept_media_types", Plain),
    ("accept_multiple", Flag),
    ("accept_lineitem", Flag),
    ("auto_create", Flag),
    ("title", Text),
    ("text", Text),
    ("data", Text),
]);

/// A tool's record of a platform. `null` for the deployments means that nobody told them yet.
pub(crate) const PLATFORM_RECORD: Kind = Object(&[
    ("name", Plain),
    ("deployment_ids", Kept),
    ("token_url", Plain),
    ("key_set_url", Plain),
    ("public_key_pem", Plain),
    ("token_audience", Plain),
    ("profile", Plain),
]);

/// A platform's record of a tool.
pub(crate) const TOOL_RECORD: Kind = Object(&[
    ("name", Plain),
    ("key_set_url", Plain),
    ("public_key_pem", Plain),
    ("deep_linking_url", Plain),
    ("custom", Custom),
    ("privacy", Plain),
]);
