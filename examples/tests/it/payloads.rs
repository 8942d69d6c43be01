//! Launch payloads of our own, with the members that the certification suite sends.

use serde_json::{Value, json};

use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, TARGET};

pub const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
pub const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#";
pub const INSTITUTION: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#";

pub fn claim(name: &str) -> String {
    format!("{LTI}{name}")
}

fn base(role: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": CLIENT, "sub": "user-40899", "iat": "$now", "exp": "$now+300", "nonce": "$nonce",
        "name": "Nora K Bell", "given_name": "Nora", "family_name": "Bell", "middle_name": "K",
        "email": "n.bell@school.example", "locale": "en-US",
        claim("message_type"): "LtiResourceLinkRequest",
        claim("version"): "1.3.0",
        claim("deployment_id"): DEPLOYMENT,
        claim("target_link_uri"): TARGET,
        claim("roles"): [format!("{MEMBERSHIP}{role}")],
        claim("context"): {"id": "ctx-8893", "label": "BIO 102", "title": "Life, Up Close",
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"]},
        claim("resource_link"): {"id": "rl-7d3e", "title": "First Steps", "description": "Where it begins"},
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
            "context_memberships_url": "https://lms.example/roster?memberships=1882", "service_versions": ["2.0"]},
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
                      "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
                      "https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "lineitems": "https://lms.example/grades/1882/lineitems"},
    })
}

pub fn instructor() -> Value {
    base("Instructor")
}

pub fn learner() -> Value {
    base("Learner")
}

/// Both payloads that each bad launch is derived from.
pub fn both() -> [Value; 2] {
    [learner(), instructor()]
}

pub fn without(mut payload: Value, names: &[&str]) -> Value {
    for name in names {
        let members = payload.as_object_mut().unwrap();
        let gone = members.remove(*name).or_else(|| members.remove(&claim(name)));
        assert!(gone.is_some(), "{name} was not there to be removed");
    }
    payload
}

pub fn with(mut payload: Value, name: &str, value: impl Into<Value>) -> Value {
    let name = if payload.get(name).is_none() && payload.get(claim(name)).is_some() {
        claim(name)
    } else {
        name.to_owned()
    };
    payload[name] = value.into();
    payload
}

pub fn with_roles(payload: Value, roles: &[&str]) -> Value {
    with(payload, "roles", roles.to_vec())
}
