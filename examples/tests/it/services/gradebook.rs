//! The platform's AGS suite of the certification guide: two contexts, and three tokens, each for one scope.

use http::Response;
use http::header::CONTENT_TYPE;
use lti_services::{
    Call, CreateLineItem, GrantedToken, LineItemUrl, ListLineItems, ListResults, TokenRequest, media_type,
};
use lti_types::{LineItem, Scope, Score, WireUrl};

use super::certification::{item_url, quiz};
use super::platform::{Platform, TOKEN_URL, key, user};

/// The suite up to the end, and what it met on its way.
struct Suite {
    platform: Platform,
    line_item: GrantedToken,
    score: GrantedToken,
    result: GrantedToken,
    /// The answers that made line items 1 and 2 in context c1, and 3 in c2.
    created: Vec<Response<Vec<u8>>>,
    items: Vec<LineItem>,
    /// The answers to the scores for line items 3 and 1.
    scored: Vec<Response<Vec<u8>>>,
}

/// Points for line items 3 and 1.
const POINTS: [(usize, f64); 2] = [(2, 12.5), (0, 0.0)];

fn suite() -> Suite {
    let mut platform = Platform::new();
    let line_item = token(&mut platform, Scope::LineItem);
    let (mut created, mut items) = (Vec::new(), Vec::new());
    for context in ["c1", "c1", "c2"] {
        let call = CreateLineItem::new(Platform::line_items_url(context), quiz(20.0)).unwrap();
        let response = platform.serve(&call.to_http(&line_item.token));
        items.push(call.read(response.clone()).unwrap());
        created.push(response);
    }
    let score = token(&mut platform, Scope::Score);
    let mut scored = Vec::new();
    for (item, points) in POINTS {
        let given = Score::graded(user("u1"), platform.now.into(), points, 20.0);
        let call = item_url(&items[item]).publish(given).unwrap();
        scored.push(platform.serve(&call.to_http(&score.token)));
    }
    let result = token(&mut platform, Scope::ResultReadOnly);
    Suite { platform, line_item, score, result, created, items, scored }
}

/// A token for one scope, by the whole way.
fn token(platform: &mut Platform, scope: Scope) -> GrantedToken {
    let assertion = platform.assertion("quiz").sign(key()).unwrap();
    let request = TokenRequest::new(&TOKEN_URL.into(), assertion, [scope]).unwrap();
    let response = platform.grant_token(&request.to_http());
    assert_eq!(response.status(), 200);
    request.read(&response, platform.now).unwrap()
}

impl Suite {
    /// The result of the one person with a score, as the platform answers it.
    fn check_result(&mut self, item: usize, points: f64) {
        let call: ListResults = item_url(&self.items[item]).results();
        let response = self.platform.serve(&call.to_http(&self.result.token));
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], media_type::RESULT_CONTAINER);
        let page = call.read(response).unwrap();
        assert_eq!(page.items.len(), 1);
        assert_eq!(page.items[0].user_id, user("u1"));
        assert_eq!((page.items[0].result_score, page.items[0].maximum()), (Some(points), 20.0));
        assert_eq!(page.items[0].score_of, self.items[item].id);
        assert_eq!(page.items[0].id, Some(WireUrl::from(format!("{}&user_id=u1", call.url().as_str()))));
    }

    fn check_created(&self, index: usize) {
        assert_eq!(self.created[index].status(), 201);
        assert_eq!(self.created[index].headers()[CONTENT_TYPE], media_type::LINE_ITEM);
        let item = &self.items[index];
        assert_eq!(self.created[index].headers()["location"], item.id.as_ref().unwrap().as_str());
        assert_eq!((item.resource_id(), item.tag()), (Some("quiz-9"), Some("grade")));
    }
}

#[test]
fn p_a03_a_token_for_line_items_only() {
    assert_eq!(suite().line_item.scopes, [Scope::LineItem]);
}

#[test]
fn p_a04_line_item_1_is_created() {
    suite().check_created(0);
}

#[test]
fn p_a05_line_item_1_is_read_as_it_was_made() {
    let mut suite = suite();
    let call = item_url(&suite.items[0]).read();
    let read = suite.platform.call(&call, &suite.line_item.token).unwrap();
    assert_eq!(read, suite.items[0]);
}

#[test]
fn p_a06_line_item_2_is_created_beside_it() {
    let suite = suite();
    suite.check_created(1);
    assert_ne!(suite.items[0].id, suite.items[1].id);
}

#[test]
fn p_a08_line_item_3_of_another_context_by_the_same_token() {
    let suite = suite();
    suite.check_created(2);
    assert!(suite.items[2].id.as_ref().unwrap().as_str().contains("/c2/"));
}

#[test]
fn p_a09_a_token_for_scores_only() {
    assert_eq!(suite().score.scopes, [Scope::Score]);
}

#[test]
fn p_a10_a_score_for_line_item_3() {
    assert!(suite().scored[0].status().is_success());
}

#[test]
fn p_a11_a_score_for_line_item_1_of_the_other_context_by_the_same_token() {
    assert!(suite().scored[1].status().is_success());
}

#[test]
fn p_a12_a_token_for_results_only() {
    assert_eq!(suite().result.scopes, [Scope::ResultReadOnly]);
}

#[test]
fn p_a13_the_result_of_line_item_3_is_the_score() {
    suite().check_result(2, 12.5);
}

#[test]
fn p_a14_the_result_of_line_item_1_is_the_score() {
    suite().check_result(0, 0.0);
}

/// In the suite somebody looks at the grade book; here the grade book is asked.
#[test]
fn p_a15_the_grade_book_holds_it_all() {
    let suite = suite();
    assert_eq!(suite.platform.line_items.len(), 3);
    assert_eq!(suite.platform.scores.len(), 2);
    for (item, points) in POINTS {
        let id = suite.items[item].id.as_ref().unwrap();
        assert_eq!(suite.platform.grade(id, "u1"), Some(points));
    }
}

#[test]
fn ags_p19_each_token_is_good_for_its_scope_and_nothing_else() {
    let mut suite = suite();
    let item: LineItemUrl = item_url(&suite.items[0]);
    for (token, scope) in [
        (suite.line_item.token.clone(), "lineitem"),
        (suite.score.token.clone(), "score"),
        (suite.result.token.clone(), "result"),
    ] {
        let given = Score::graded(user("u2"), suite.platform.now.into(), 1.0, 1.0);
        let calls: [(&str, http::Request<Vec<u8>>); 4] = [
            ("lineitem", ListLineItems::new(Platform::line_items_url("c1")).to_http(&token)),
            ("lineitem", item.delete().to_http(&token)),
            ("score", item.publish(given).unwrap().to_http(&token)),
            ("result", item.results().to_http(&token)),
        ];
        for (needs, request) in calls {
            if needs != scope {
                let response = suite.platform.serve(&request);
                assert_eq!(response.status(), 403, "{scope} for {needs}");
                let challenge = response.headers()["www-authenticate"].to_str().unwrap();
                assert!(challenge.contains("insufficient_scope") && challenge.contains(needs), "{challenge}");
            }
        }
    }
}
