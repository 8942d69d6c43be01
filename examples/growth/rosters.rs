use http::Response;
use lti_services::{Call as _, ListMembers, ServiceUrl};

/// A page of so many members, as Canvas and Moodle send it.
#[must_use]
pub fn roster(members: usize) -> Response<Vec<u8>> {
    let member = |n: usize| {
        serde_json::json!({
            "status": "Active",
            "name": format!("Given{n} Family{n}"),
            "email": format!("person{n}@school.example"),
            "user_id": format!("535fa085-f22b-4655-f48c-{n:012}"),
            "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        })
    };
    let page = serde_json::json!({
        "id": "https://lms.example/c/5/members",
        "context": {"id": "4dde05e8ca1973bcca9bffc13e1548820eee93a3"},
        "members": (0..members).map(member).collect::<Vec<_>>(),
    });
    Response::new(serde_json::to_vec(&page).unwrap())
}

/// Reads it; how many members there were.
#[must_use]
pub fn read_roster(page: Response<Vec<u8>>) -> usize {
    let call = ListMembers::new(ServiceUrl::parse(&"https://lms.example/c/5/members".into()).unwrap());
    call.read(page).unwrap().page.items.len()
}
