//! Our own further cases (X-30 to X-34) between both ends.

use http::header::{CONTENT_TYPE, LINK};
use http::{Request, Response};
use lti_services::platform::RequestRefusal;
use lti_services::{
    AccessToken, Call, CreateLineItem, LineItemUrl, ListLineItems, ListMembers, ListResults, PagingError,
    Publication, ScoreOutcome, ServiceError, Verdict,
};
use lti_types::{LineItem, Scope, Score, WireUrl};

use super::platform::{Platform, service_url, user};

const ALL: &[Scope] =
    &[Scope::LineItem, Scope::Score, Scope::ResultReadOnly, Scope::ContextMembershipReadOnly];

/// A platform with one line item of 20 points in c1, and a token for everything.
fn with_line_item() -> (Platform, AccessToken, LineItemUrl) {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let call =
        CreateLineItem::new(Platform::line_items_url("c1"), LineItem::new(20.0, "Quiz".to_owned())).unwrap();
    let made = platform.call(&call, &token).unwrap();
    let url = LineItemUrl::parse(&made.id.unwrap()).unwrap();
    (platform, token, url)
}

/// A score as raw JSON, past all that our own tool would refuse to send.
fn raw(url: &LineItemUrl, token: &AccessToken, json: &str) -> Request<Vec<u8>> {
    let good = url.publish(Score::graded(user("u1"), "2024-01-01T00:00:00.000Z".into(), 1.0, 1.0)).unwrap();
    let mut request = good.to_http(token);
    *request.body_mut() = json.as_bytes().to_vec();
    request
}

#[test]
fn x30_ags_p11_an_older_score_is_refused_and_changes_nothing() {
    let (mut platform, token, url) = with_line_item();
    let id = WireUrl::from(url.url());
    let send = |platform: &mut Platform, time: &str, points: f64| {
        let call = url.publish(Score::graded(user("u1"), time.into(), points, 20.0)).unwrap();
        let mut publication = Publication::of(&call);
        let response = platform.serve(&call.to_http(&token));
        let status = response.status().as_u16();
        (status, publication.judge(call.read(response)))
    };
    let (status, verdict) = send(&mut platform, "2024-01-01T00:00:00.500Z", 15.0);
    assert_eq!(status, 204);
    assert!(matches!(verdict, Verdict::Done(ScoreOutcome::Accepted(_))));
    for time in ["2024-01-01T00:00:00.499Z", "2023-12-31T23:59:59Z", "2024-01-01T01:00:00.499+01"] {
        assert_eq!(send(&mut platform, time, 3.0), (409, Verdict::Done(ScoreOutcome::Stale)), "{time}");
    }
    // The very same time, however it is written: the same score is recorded already, another one is not.
    for time in ["2024-01-01T00:00:00.500Z", "2024-01-01T02:30:00.5+02:30"] {
        assert_eq!(send(&mut platform, time, 3.0), (409, Verdict::Done(ScoreOutcome::Stale)), "{time}");
        assert_eq!(
            send(&mut platform, time, 15.0),
            (409, Verdict::Done(ScoreOutcome::AlreadyRecorded)),
            "{time}"
        );
    }
    assert_eq!(platform.grade(&id, "u1"), Some(15.0));
    assert_eq!(send(&mut platform, "2024-01-01T00:00:00.501Z", 0.0).0, 204);
    assert_eq!(platform.grade(&id, "u1"), Some(0.0), "zero is a score");
}

#[test]
fn x31_ags_p12_more_than_the_maximum_is_accepted() {
    let (mut platform, token, url) = with_line_item();
    let call = url.publish(Score::graded(user("u1"), platform.now.into(), 12.0, 10.0)).unwrap();
    platform.call(&call, &token).unwrap();
    let results = platform.call(&url.results(), &token).unwrap();
    assert_eq!((results.items[0].result_score, results.items[0].result_maximum), (Some(24.0), Some(20.0)));
}

#[test]
fn x32_ags_p09_p10_scores_that_are_none_are_400() {
    let (mut platform, token, url) = with_line_item();
    const HEAD: &str = r#""userId":"u1","timestamp":"2024-01-01T00:00:00.000Z","activityProgress":"Completed","gradingProgress":"FullyGraded""#;
    for (members, code) in [
        (r#","scoreGiven":-1,"scoreMaximum":10"#, "score_given_invalid"),
        (r#","scoreGiven":1"#, "score_maximum_missing"),
        (r#","scoreGiven":1,"scoreMaximum":null"#, "score_maximum_missing"),
        (r#","scoreGiven":1,"scoreMaximum":0"#, "score_maximum_invalid"),
        (r#","scoreMaximum":-1"#, "score_maximum_invalid"),
        (r#","scoreGiven":"A","scoreMaximum":10"#, "member_invalid"),
        (r#","scoreGiven":true,"scoreMaximum":10"#, "member_invalid"),
        (r#","scoreGiven":1,"scoreGiven":2,"scoreMaximum":10"#, "member_duplicated"),
        (r#","scoringUserId":"""#, "member_invalid"),
        (
            r#","submission":{"startedAt":"2024-01-02T00:00:00Z","submittedAt":"2024-01-01T00:00:00Z"}"#,
            "submission_order",
        ),
    ] {
        let request = raw(&url, &token, &format!("{{{HEAD}{members}}}"));
        let refusal = platform.try_serve(&request).unwrap_err();
        assert_eq!((refusal.code(), refusal.http_status().as_u16()), (code, 400), "{members}");
    }
    for json in ["", "[]", "{}", "null", r#"{"userId":"u1"}"#] {
        assert_eq!(platform.serve(&raw(&url, &token, json)).status(), 400, "{json}");
    }
    let mut html = raw(&url, &token, &format!("{{{HEAD}}}"));
    html.headers_mut().insert(CONTENT_TYPE, "text/html".parse().unwrap());
    assert_eq!(platform.try_serve(&html).unwrap_err(), RequestRefusal::MediaTypeUnsupported);
    let huge = raw(&url, &token, &" ".repeat(lti_services::MAX_REQUEST_BYTES + 1));
    assert_eq!(platform.try_serve(&huge).unwrap_err(), RequestRefusal::TooLarge);
    assert!(platform.scores.is_empty());
    assert_eq!(
        platform.serve(&raw(&url, &token, &format!("{{{HEAD}}}"))).status(),
        204,
        "no score is no fault"
    );
}

#[test]
fn x33_scores_go_before_the_query_and_arrive() {
    let (mut platform, token, url) = with_line_item();
    assert_eq!(url.url().as_str(), "https://lms.example/c1/lineitems/1/lineitem?type_id=1");
    let call = url.publish(Score::graded(user("u1"), platform.now.into(), 3.0, 20.0)).unwrap();
    assert_eq!(call.url().as_str(), "https://lms.example/c1/lineitems/1/lineitem/scores?type_id=1");
    assert_eq!(url.results().url().as_str(), "https://lms.example/c1/lineitems/1/lineitem/results?type_id=1");
    platform.call(&call, &token).unwrap();
    assert_eq!(platform.grade(&url.url().into(), "u1"), Some(3.0));
}

fn page(link: &str, body: &str) -> Response<Vec<u8>> {
    Response::builder().header(LINK, link).body(body.as_bytes().to_vec()).unwrap()
}

#[test]
fn x34_a_page_that_names_itself_is_an_error() {
    let url = service_url("https://lms.example/c1/members?p=1");
    let members = r#"{"context":{"id":"c1"},"members":[]}"#;
    let same = "<https://lms.example/c1/members?p=1>; rel=\"next\"";
    let call = ListMembers::new(url.clone());
    assert_eq!(call.read(page(same, members)).unwrap_err(), ServiceError::Next(PagingError::Loop));
    let items = ListLineItems::new(url.clone());
    assert_eq!(
        items.read(page("<?p=1>; rel=next", "[]")).unwrap_err(),
        ServiceError::Next(PagingError::Loop)
    );

    // A longer circle is one too, and nobody has to ask for that to be seen.
    let mut call = ListMembers::new(url);
    for link in ["<?p=2>; rel=next", "<?p=3>; rel=next"] {
        call = call.read(page(link, members)).unwrap().page.next.unwrap();
    }
    for link in ["<?p=1>; rel=next", "<?p=2>; rel=next", "<?p=3>; rel=next"] {
        assert_eq!(call.read(page(link, members)).unwrap_err(), ServiceError::Next(PagingError::Loop));
    }
}

/// A list must not end where nobody can read whether it does.
#[test]
fn a_link_header_that_cannot_be_read_is_an_error_and_no_end() {
    let url = service_url("https://lms.example/c1/x");
    let item = LineItemUrl::parse(&"https://lms.example/1".into()).unwrap();
    let long = format!("<?p=2>; rel=next; title=\"{}\"", "x".repeat(64 * 1024));
    let members = r#"{"context":{"id":"c1"},"members":[]}"#;
    for link in ["<https://lms.example/c1/x?p=2", &long] {
        let errors = [
            ListLineItems::new(url.clone()).read(page(link, "[]")).unwrap_err(),
            ListResults::new(&item).read(page(link, "[]")).unwrap_err(),
            ListMembers::new(url.clone()).read(page(link, members)).unwrap_err(),
        ];
        assert_eq!(errors.map(|error| error.code()), ["link_header_unreadable"; 3]);
    }
}

#[test]
fn a_next_page_elsewhere_is_an_error_and_no_end() {
    let url = service_url("https://lms.example/c1/x");
    for (link, error) in [
        ("<https://evil.example/c1/x?p=2>; rel=next", "next_off_origin"),
        ("<//evil.example/x>; rel=next", "next_off_origin"),
        ("<http://lms.example/c1/x?p=2>; rel=next", "next_off_origin"),
        ("<https://lms.example:444/x>; rel=next", "next_off_origin"),
        ("<https://lms.example@evil.example/x>; rel=next", "next_url_invalid"),
        ("<https://lms.example\\@evil.example/x>; rel=next", ""),
        ("<javascript:alert(1)>; rel=next", "next_url_invalid"),
    ] {
        let read = ListLineItems::new(url.clone()).read(page(link, "[]"));
        match read {
            Err(refused) => assert_eq!(refused.code(), error, "{link}"),
            // What is followed is on the same host, for every parser.
            Ok(read) => assert_eq!(read.next.unwrap().url().to_uri().host(), Some("lms.example"), "{link}"),
        }
    }
    assert!(ListMembers::new(url).since(&"https://evil.example/changes".into()).is_err());
}

#[test]
fn answers_are_bounded() {
    let url = LineItemUrl::parse(&"https://lms.example/1".into()).unwrap();
    let body = vec![b' '; lti_services::MAX_RESPONSE_BYTES + 1];
    assert_eq!(ListResults::new(&url).read(Response::new(body)).unwrap_err(), ServiceError::TooLarge);
    // A refusal means what its status says, however long the page is that comes with it.
    let long = |status: u16| {
        let body = vec![b' '; lti_services::MAX_RESPONSE_BYTES + 1];
        Response::builder().status(status).header("retry-after", "7").body(body).unwrap()
    };
    let error = ListResults::new(&url).read(long(503)).unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(error.code(), "unavailable");
    assert_eq!(ListResults::new(&url).read(long(401)).unwrap_err().code(), "token_rejected");
    let token =
        lti_services::TokenRequest::new(&"https://lms.example/t".into(), "a".into(), [Scope::Score]).unwrap();
    assert!(token.read(&long(429), super::platform::start()).unwrap_err().is_retryable());
    assert_eq!(token.read(&long(200), super::platform::start()).unwrap_err().code(), "too_large");
    let many = format!("[{}]", vec![r#"{"userId":"u"}"#; lti_services::MAX_LIST + 1].join(","));
    assert!(matches!(
        ListResults::new(&url).read(Response::new(many.into_bytes())),
        Err(ServiceError::Document(_))
    ));
}

#[test]
fn requests_without_a_good_token() {
    let (mut platform, token, url) = with_line_item();
    let request = url.read().to_http(&token);
    let with = |value: Option<&str>| {
        let mut request = request.clone();
        request.headers_mut().remove("authorization");
        if let Some(value) = value {
            request.headers_mut().insert("authorization", value.parse().unwrap());
        }
        request
    };
    let good = format!("bearer  {}", token.expose());
    for (value, status, challenge) in [
        (None, 401, "Bearer"),
        (Some("Basic dTpw"), 401, "Bearer"),
        (Some("Bearer"), 400, "Bearer error=\"invalid_request\""),
        (Some("Bearer a b"), 400, "Bearer error=\"invalid_request\""),
        (Some("Bearer unknown"), 401, "Bearer error=\"invalid_token\""),
        (Some(good.as_str()), 200, ""),
    ] {
        let response = platform.serve(&with(value));
        assert_eq!(response.status().as_u16(), status, "{value:?}");
        let found = response.headers().get("www-authenticate").map_or("", |value| value.to_str().unwrap());
        assert_eq!(found, challenge, "{value:?}");
    }
    let mut twice = request.clone();
    twice.headers_mut().append("authorization", "Bearer x".parse().unwrap());
    assert_eq!(platform.serve(&twice).status(), 400);
    platform.pass(chrono::TimeDelta::hours(1));
    assert_eq!(platform.serve(&request).status(), 401, "expired");
}
