//! Lists that come in pages: whole, or an error.

use futures_util::{StreamExt as _, TryStreamExt as _};
use http::Request;
use lti_types::{LineItem, Member};
use serde_json::json;

use crate::support::{
    Server, client, credentials, grade_service, json as json_reply, reply, roster_service, token,
};

fn page_of(request: &Request<Vec<u8>>) -> usize {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').find_map(|pair| pair.strip_prefix("page=")).map_or(0, |n| n.parse().unwrap())
}

fn members(page: usize) -> serde_json::Value {
    let members: Vec<_> = (0..3).map(|n| json!({"user_id": format!("u-{page}-{n}"), "roles": []})).collect();
    json!({"context": {"id": "c", "title": "Botany"}, "members": members})
}

#[tokio::test]
async fn members_come_page_by_page() {
    let server = Server::start(|request| {
        if request.uri().path() == "/token" {
            return token("t");
        }
        let page = page_of(&request);
        let mut response = json_reply(&members(page));
        let links = match page {
            // Relative, among others, and odd.
            0 => "</members?course=5&amp;page=1>; REL='next', </other>; rel=prev",
            1 => "<?course=5&page=2>;rel=\"last next\", </members?since=7>; rel=differences",
            _ => "</members?since=8>; rel=differences",
        };
        response.headers_mut().insert("link", links.parse().unwrap());
        response
    });
    let roster = client().roster(&credentials(&server), &roster_service(&server)).unwrap();
    let mut stream = roster.members();
    let mut got = Vec::new();
    while let Some(member) = stream.next().await {
        got.push(member.unwrap().user_id.as_str().to_owned());
    }
    assert_eq!(got.len(), 9);
    assert_eq!((got[0].as_str(), got[8].as_str()), ("u-0-0", "u-2-2"));
    assert_eq!(stream.pages_read(), 3);
    assert_eq!(stream.context().unwrap().title.as_deref(), Some("Botany"));
    assert_eq!(stream.differences().unwrap().as_str(), server.url("/members?since=8"));
    // Nothing is asked for before it is wanted.
    let before = server.requests();
    let mut stream = roster.members();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    assert_eq!(server.requests(), before + 1);
    // Later: what changed.
    let differences = roster.all().since(&server.url("/members?since=8").as_str().into()).unwrap();
    let changed: Vec<Member> = roster.list(differences).try_collect().await.unwrap();
    assert!(!changed.is_empty());
}

/// What cannot be had as a whole is an error, after however many pages.
#[tokio::test]
async fn a_partial_roster_is_an_error() {
    for (third, code) in [(500, "unavailable"), (403, "forbidden"), (200, "not_json"), (302, "redirected")] {
        let server = Server::start(move |request| {
            if request.uri().path() == "/token" {
                return token("t");
            }
            let page = page_of(&request);
            if page == 2 {
                return reply(third, r#"{"context":{"id":"c"},"members":[{"user_id""#);
            }
            let mut response = json_reply(&members(page));
            let next = format!("<?page={}>; rel=next", page + 1);
            response.headers_mut().insert("link", next.parse().unwrap());
            response
        });
        let roster = client().roster(&credentials(&server), &roster_service(&server)).unwrap();
        let got: Result<Vec<Member>, _> = roster.members().try_collect().await;
        assert_eq!(got.unwrap_err().code(), code);
        let items: Vec<_> = roster.members().collect().await;
        assert_eq!(items.len(), 7, "six members, the error, and no more");
        assert!(items[..6].iter().all(Result::is_ok) && items[6].is_err());
    }
}

/// X-34 and longer circles, for every kind of list.
#[tokio::test]
async fn x34_circles_are_errors() {
    for length in [1, 2, 3] {
        let server = Server::start(move |request| {
            if request.uri().path() == "/token" {
                return token("t");
            }
            let page = page_of(&request);
            let body = match request.uri().path() {
                "/members" => members(page),
                _ => json!([{"id": "x", "label": "Quiz", "scoreMaximum": 1}]),
            };
            let mut response = json_reply(&body);
            let next = format!("<?page={}>; rel=next", (page + 1) % length);
            response.headers_mut().insert("link", next.parse().unwrap());
            response
        });
        let client = client();
        let roster = client.roster(&credentials(&server), &roster_service(&server)).unwrap();
        let got: Result<Vec<Member>, _> = roster.members().try_collect().await;
        assert_eq!(got.unwrap_err().code(), "next_loop");
        let grades = client.grades(&credentials(&server), &grade_service(&server)).unwrap();
        let got: Result<Vec<LineItem>, _> = grades.list(grades.all_line_items().unwrap()).try_collect().await;
        assert_eq!(got.unwrap_err().code(), "next_loop");
        assert!(server.requests() < 16);
    }
}
