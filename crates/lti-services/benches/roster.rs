//! A page of a roster read into typed members, against serde into bare structs of the same members: no check of
//! identifiers, no roles but texts, no bounds, and no answer around it.
//!
//! `cargo bench -p lti-services` · `-- --check` fails below the limit

#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench"
)]

#[path = "../../lti-jwks/benches/ratio.rs"]
mod ratio;

use std::process::ExitCode;

use http::Response;
use lti_services::{Call as _, ListMembers, RosterPage, ServiceUrl};

const MEMBERS: usize = 10_000;

/// The members of a page that are used, as anybody would write them down.
#[derive(serde::Deserialize)]
struct BarePage {
    id: Option<String>,
    context: BareContext,
    members: Vec<BareMember>,
}

#[derive(serde::Deserialize)]
struct BareContext {
    id: String,
    label: Option<String>,
    title: Option<String>,
}

#[derive(serde::Deserialize)]
struct BareMember {
    user_id: String,
    roles: Vec<String>,
    status: Option<String>,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    email: Option<String>,
    picture: Option<String>,
    lis_person_sourcedid: Option<String>,
    lti11_legacy_user_id: Option<String>,
}

/// A page as Canvas and Moodle send it, without members of their own.
fn page() -> Vec<u8> {
    let member = |n: usize| {
        let role = if n.is_multiple_of(40) { "Instructor" } else { "Learner" };
        serde_json::json!({
            "status": "Active",
            "name": format!("Given{n} Family{n}"),
            "given_name": format!("Given{n}"),
            "family_name": format!("Family{n}"),
            "email": format!("person{n}@school.example"),
            "picture": format!("https://lms.example/pictures/{n}.png"),
            "lis_person_sourcedid": format!("sis-{n:06}"),
            "user_id": format!("535fa085-f22b-4655-f48c-{n:012}"),
            "roles": [format!("http://purl.imsglobal.org/vocab/lis/v2/membership#{role}")],
        })
    };
    let page = serde_json::json!({
        "id": "https://lms.example/c/5/members",
        "context": {"id": "4dde05e8ca1973bcca9bffc13e1548820eee93a3", "label": "BIO 102", "title": "Botany"},
        "members": (0..MEMBERS).map(member).collect::<Vec<_>>(),
    });
    serde_json::to_vec(&page).unwrap()
}

fn main() -> ExitCode {
    let mut comparisons = ratio::Comparisons::from_arguments();
    let body = page();
    let call = ListMembers::new(ServiceUrl::parse(&"https://lms.example/c/5/members".into()).unwrap());
    let read = |response: Response<Vec<u8>>| -> RosterPage { call.read(response).unwrap() };
    assert_eq!(read(Response::new(body.clone())).page.items.len(), MEMBERS);

    let bare = || serde_json::from_slice::<BarePage>(&body).unwrap();
    assert_eq!(bare().members.len(), MEMBERS);
    let name = format!("a page of {MEMBERS} members, {} KiB", body.len() / 1024);
    comparisons.compare_prepared(&name, Some(0.80), bare, || Response::new(body.clone()), read);
    comparisons.finish()
}
