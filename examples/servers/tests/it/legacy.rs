//! LTI 1.1 over HTTP: launches with a key and a secret, and grades by Basic Outcomes.

use clap::Parser;
use lti_example_servers::server::Running;
use lti_example_servers::{platform, tool};
use lti_legacy::{
    ConsumerKey, LaunchParameters, LegacyMessageType, Operation, OutcomeCall, OutcomeRequest,
    OutcomeResponse, ReplaceResult, ResponseBody, ResultScore, SharedSecret, Signer,
};
use lti_types::{Nonce, ResourceLinkId, UserId};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, HTML, JSON};

const KEY: &str = "campus key";
const SECRET: &str = "s3cr&t of the campus";
const OTHER_KEY: &str = "other";
const OTHER_SECRET: &str = "another secret";

/// A tool, and a platform that launches it by LTI 1.1 under two keys.
struct Pair {
    lms: String,
    tool: String,
    _running: Vec<Running>,
    _files: tempfile::TempDir,
}

type Fields = Vec<(String, String)>;

impl Pair {
    async fn start() -> Self {
        let files = tempfile::tempdir().unwrap();
        let write = |name: &str, value: Value| {
            let path = files.path().join(name);
            std::fs::write(&path, value.to_string()).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let consumers = json!([
            {"key": KEY, "secret": SECRET, "name": "Campus LMS"},
            {"key": OTHER_KEY, "secret": OTHER_SECRET},
        ]);
        let consumers = write("consumers.json", consumers);
        let common = ["--listen", "127.0.0.1:0", "--allow-loopback"];
        let of_tool = ["tool_server", "--legacy-consumers", &consumers];
        let of_tool = tool::Arguments::parse_from(of_tool.into_iter().chain(common));
        let tool = tool::start(of_tool).await.unwrap();
        let launch = format!("{}/lti/legacy/launch", tool.url());
        let tools = json!([
            {"key": KEY, "secret": SECRET, "name": "Old quizzes", "launch_url": launch},
            {"key": OTHER_KEY, "secret": OTHER_SECRET, "launch_url": launch},
        ]);
        let tools = write("tools.json", tools);
        let of_platform = ["platform_server", "--legacy-tools", &tools];
        let of_platform = platform::Arguments::parse_from(of_platform.into_iter().chain(common));
        let platform = platform::start(of_platform).await.unwrap();
        let (lms, quizzes) = (platform.url().to_owned(), tool.url().to_owned());
        Self { lms, tool: quizzes, _running: vec![platform, tool], _files: files }
    }

    fn launch_url(&self) -> String {
        format!("{}/lti/legacy/launch", self.tool)
    }

    /// A form that some platform signed so many seconds ago.
    fn signed(&self, signer: &Signer, seconds_ago: i64) -> Fields {
        let mut launch = LaunchParameters::new(LegacyMessageType::Launch);
        launch.resource_link_id = Some(ResourceLinkId::new("rl-42").unwrap());
        launch.user_id = Some(UserId::new("ada").unwrap());
        launch.roles = Some(["Learner"].into_iter().collect());
        launch.custom.add("quiz", "planets");
        let time = now() - chrono::TimeDelta::seconds(seconds_ago);
        let url = self.launch_url().into();
        let post = signer.launch(&url, &launch, &Nonce::random().unwrap(), time).unwrap();
        url::form_urlencoded::parse(post.body().as_bytes()).into_owned().collect()
    }

    async fn launch(&self, fields: &[(String, String)]) -> Answer {
        Browser::new().post(&self.launch_url(), fields, JSON).await
    }

    /// The form by which the platform launches its first course's link number `index`.
    async fn form(&self, user: &str, index: usize) -> (Browser, Fields) {
        let mut browser = Browser::new();
        let fields = [("user".to_owned(), user.to_owned())];
        browser.post(&format!("{}/session", self.lms), &fields, JSON).await.expect(200);
        let links = browser.get(&format!("{}/courses/course-1/links", self.lms), JSON).await.json();
        assert_eq!(links[index]["url"], self.launch_url());
        let url = format!("{}/launch/{}", self.lms, links[index]["id"].as_str().unwrap());
        let (action, fields) = browser.get(&url, HTML).await.expect(200).form();
        assert_eq!(action, self.launch_url());
        (browser, fields)
    }

    async fn send(&self, call: http::Request<Vec<u8>>) -> (u16, OutcomeResponse) {
        let text = |name: &str| call.headers()[name].to_str().unwrap().to_owned();
        let (authorization, kind) = (text("authorization"), text("content-type"));
        let headers = [("authorization", authorization.as_str()), ("content-type", kind.as_str())];
        let url = call.uri().to_string();
        let answer = Browser::new().send("POST", &url, &headers, call.into_body()).await;
        assert_eq!(answer.header("content-type"), "application/xml", "{}", answer.body);
        (answer.status, OutcomeResponse::from_xml(answer.body.as_bytes()).unwrap())
    }

    fn call(&self, signer: &Signer, sourced_id: &str, operation: Operation) -> http::Request<Vec<u8>> {
        let url = format!("{}/lti/legacy/outcomes", self.lms);
        let call = OutcomeCall::new(url.into(), OutcomeRequest::new("m-1", sourced_id, operation));
        call.to_http(signer, &Nonce::random().unwrap(), now()).unwrap()
    }

    /// What stands in the columns of the first course for one person.
    async fn grades(&self, user: &str) -> Vec<Option<f64>> {
        let book = Browser::new().get(&format!("{}/courses/course-1/gradebook", self.lms), JSON).await.json();
        let of = |column: &Value| {
            let scores = column["scores"].as_array().unwrap();
            scores.iter().find(|score| score["user_id"] == user).and_then(|score| score["score"].as_f64())
        };
        book["line_items"].as_array().unwrap().iter().map(of).collect()
    }
}

fn now() -> chrono::DateTime<chrono::Utc> {
    std::time::SystemTime::now().into()
}

fn signer_of(key: &str, secret: &str) -> Signer {
    Signer::new(ConsumerKey::new(key).unwrap(), SharedSecret::new(secret).unwrap())
}

fn signer() -> Signer {
    signer_of(KEY, SECRET)
}

fn replace(score: f64) -> Operation {
    Operation::Replace(ReplaceResult::new(ResultScore::new(score).unwrap()))
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str())
}

#[tokio::test]
async fn a_launch_answers_as_one_of_1_3_and_says_that_it_is_none() {
    let pair = Pair::start().await;
    let document = pair.launch(&pair.signed(&signer(), 0)).await.expect(200).json();
    assert_eq!(document["legacy"], true);
    assert_eq!(document["message_type"], "LtiResourceLinkRequest");
    assert_eq!(document["user"]["id"], "ada");
    assert_eq!(document["roles"], json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]));
    assert_eq!(document["resource_link"]["id"], "rl-42");
    assert_eq!((&document["deployment_id"], &document["consumer_key"]), (&json!(KEY), &json!(KEY)));
    assert_eq!(document["target_link_uri"], pair.launch_url());
    assert_eq!(
        document["services"],
        json!({"ags": false, "nrps": false, "deep_linking": false, "basic_outcomes": false})
    );
    assert!(document["claims"]["iss"].is_null());
    // Its token opens it, and no service of 1.3.
    let (id, token) = (document["launch_id"].as_str().unwrap(), document["access_token"].as_str().unwrap());
    let url = format!("{}/lti/launches/{id}", pair.tool);
    Browser::new().call("GET", &url, token, None).await.expect(200);
    let refused = Browser::new().call("GET", &format!("{url}/members"), token, None).await.expect(403);
    assert_eq!(refused.code(), "instructor_required");

    let page = Browser::new().post(&pair.launch_url(), &pair.signed(&signer(), 0), HTML).await.expect(200);
    for text in ["Which planet is nearest to the sun?", "The platform is Campus LMS", "launched by LTI 1.1"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains("What was checked"));
}

#[tokio::test]
async fn attack_forms_that_are_not_the_signed_ones() {
    let pair = Pair::start().await;
    let good = || pair.signed(&signer(), 0);
    let changed = |name: &str, to: &str| {
        let mut fields = good();
        fields.iter_mut().find(|(n, _)| n == name).unwrap().1 = to.to_owned();
        fields
    };
    let with = |name: &str, value: &str| {
        let mut fields = good();
        fields.push((name.to_owned(), value.to_owned()));
        fields
    };
    let mut unsigned = good();
    unsigned.retain(|(name, _)| name != "oauth_signature");
    let cases = [
        ("wrong secret", pair.signed(&signer_of(KEY, "wrong"), 0), 401, "signature_mismatch"),
        ("another's secret", pair.signed(&signer_of(KEY, OTHER_SECRET), 0), 401, "signature_mismatch"),
        ("unknown key", pair.signed(&signer_of("nobody", SECRET), 0), 401, "consumer_key_unknown"),
        ("old", pair.signed(&signer(), 600), 401, "timestamp_too_old"),
        ("of the future", pair.signed(&signer(), -600), 401, "timestamp_in_future"),
        ("changed role", changed("roles", "Instructor"), 401, "signature_mismatch"),
        ("changed key", changed("oauth_consumer_key", OTHER_KEY), 401, "signature_mismatch"),
        ("changed nonce", changed("oauth_nonce", "other"), 401, "signature_mismatch"),
        ("one more parameter", with("custom_admin", "1"), 401, "signature_mismatch"),
        ("two signatures", with("oauth_signature", "x"), 400, "oauth_parameter_repeated"),
        ("no signature", unsigned, 400, "oauth_parameter_missing"),
    ];
    for (name, fields, status, code) in cases {
        let refused = pair.launch(&fields).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{name}");
        assert!(!refused.body.contains(SECRET) && !refused.body.contains("ada"), "{name}: {}", refused.body);
    }
    // Nothing of all that used up what is good.
    pair.launch(&good()).await.expect(200);
    let page = Browser::new().post(&pair.launch_url(), &changed("roles", "x"), HTML).await.expect(401);
    assert!(page.body.contains("signature_mismatch") && page.body.contains("RFC 5849"), "{}", page.body);
}

#[tokio::test]
async fn attack_a_launch_counts_once() {
    let pair = Pair::start().await;
    let fields = pair.signed(&signer(), 0);
    pair.launch(&fields).await.expect(200);
    assert_eq!(pair.launch(&fields).await.expect(401).code(), "nonce_replayed");
    let metrics = Browser::new().get(&format!("{}/metrics", pair.tool), "*/*").await.body;
    assert!(metrics.contains("outcome=\"nonce_replayed\"} 1"), "{metrics}");
}

/// The address that was signed is the configured one, whatever the request says of its host.
#[tokio::test]
async fn attack_the_host_header_signs_nothing() {
    let pair = Pair::start().await;
    let body =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pair.signed(&signer(), 0)).finish();
    let kind = "application/x-www-form-urlencoded";
    let headers = [("host", "elsewhere.example"), ("content-type", kind), ("accept", JSON)];
    let launched = Browser::new().send("POST", &pair.launch_url(), &headers, body.into()).await;
    launched.expect(200);
}

#[tokio::test]
async fn a_quiz_that_is_handed_in_is_graded_by_outcomes() {
    let pair = Pair::start().await;
    let (mut student, fields) = pair.form("student-1", 0).await;
    let page = student.post(&pair.launch_url(), &fields, HTML).await.expect(200);
    let (path, answers) = page.form();
    let mut fields: Fields = answers.into_iter().filter(|(name, _)| name == "access_token").collect();
    // One of two is right.
    fields.extend([("q0".to_owned(), "0".to_owned()), ("q1".to_owned(), "0".to_owned())]);
    let done = student.post(&format!("{}{path}", pair.tool), &fields, HTML).await.expect(200);
    assert!(done.body.contains("Your grade was sent"), "{}", done.body);
    assert_eq!(pair.grades("student-1").await, [Some(50.0), None]);
    let (_, fields) = pair.form("teacher-1", 0).await;
    assert_eq!(value(&fields, "lis_result_sourcedid"), "", "nobody grades a teacher");
}

#[tokio::test]
async fn outcomes_replace_read_and_delete_one_result() {
    let pair = Pair::start().await;
    let (_, fields) = pair.form("student-1", 0).await;
    let sourced_id = value(&fields, "lis_result_sourcedid");
    let ask = async |operation| {
        let (status, answer) = pair.send(pair.call(&signer(), sourced_id, operation)).await;
        assert_eq!((status, answer.code_major.as_str()), (200, "success"), "{:?}", answer.description);
        assert_eq!(answer.message_ref.as_deref(), Some("m-1"));
        answer.body
    };
    let read = |score: Option<f64>| ResponseBody::Read {
        score: score.map(|score| ResultScore::new(score).unwrap()),
        data: Vec::new(),
    };
    assert_eq!(ask(Operation::Read).await, read(None));
    for score in [0.25, 0.75, 0.75, 0.0] {
        assert_eq!(ask(replace(score)).await, ResponseBody::Replaced);
        assert_eq!(pair.grades("student-1").await, [Some(score * 100.0), None]);
        assert_eq!(ask(Operation::Read).await, read(Some(score)));
    }
    for _ in 0..2 {
        assert_eq!(ask(Operation::Delete).await, ResponseBody::Deleted);
        assert_eq!(ask(Operation::Read).await, read(None));
    }
    assert_eq!(pair.grades("student-1").await, [None, None]);
    let (_, answer) = pair.send(pair.call(&signer(), sourced_id, Operation::Other("launch".into()))).await;
    assert_eq!(answer.code_major.as_str(), "unsupported");
}

/// A signature says who asks, not that they may.
#[tokio::test]
async fn attack_a_result_of_another_consumer() {
    let pair = Pair::start().await;
    let (_, fields) = pair.form("student-1", 0).await;
    let sourced_id = value(&fields, "lis_result_sourcedid");
    let other = signer_of(OTHER_KEY, OTHER_SECRET);
    for (signer, sourced_id) in [(&other, sourced_id), (&signer(), "made up")] {
        for operation in [replace(1.0), Operation::Read, Operation::Delete] {
            let (status, answer) = pair.send(pair.call(signer, sourced_id, operation)).await;
            assert_eq!((status, answer.code_major.as_str()), (200, "failure"));
            assert_eq!(answer.code_minor[0].value, "unknownobject");
        }
    }
    assert_eq!(pair.grades("student-1").await, [None, None]);
}

#[tokio::test]
async fn attack_outcomes_that_are_not_the_signed_ones() {
    let pair = Pair::start().await;
    let (_, fields) = pair.form("student-1", 0).await;
    let sourced_id = value(&fields, "lis_result_sourcedid");
    let refused = async |call| {
        let (status, answer) = pair.send(call).await;
        assert_eq!((status, answer.code_major.as_str()), (401, "failure"));
        answer.description.unwrap()
    };
    let wrong = pair.call(&signer_of(KEY, "wrong"), sourced_id, replace(1.0));
    assert!(refused(wrong).await.contains("signature"));
    let mut changed = pair.call(&signer(), sourced_id, replace(0.1));
    let text = String::from_utf8(changed.body().clone()).unwrap().replace("0.1", "1.0");
    *changed.body_mut() = text.into();
    assert!(refused(changed).await.contains("body"));
    assert_eq!(pair.grades("student-1").await, [None, None]);
    let once = pair.call(&signer(), sourced_id, replace(0.5));
    assert_eq!(pair.send(once.clone()).await.1.code_major.as_str(), "success");
    assert!(refused(once).await.contains("used before"));
}

#[tokio::test]
async fn both_servers_say_what_is_wrong_with_their_files() {
    let files = tempfile::tempdir().unwrap();
    let path = files.path().join("file.json");
    let path = path.to_str().unwrap();
    for (text, said) in [
        (r#"[{"key": "", "secret": "s", "launch_url": "https://tool.example/"}]"#, "entry 1"),
        (r#"[{"key": "k", "secret": "", "launch_url": "https://tool.example/"}]"#, "entry 1"),
        (r#"[{"key": "k", "sekret": "s"}]"#, "sekret"),
    ] {
        std::fs::write(path, text).unwrap();
        let arguments = ["server", "--listen", "127.0.0.1:0", "--legacy-consumers", path];
        let fault = tool::start(tool::Arguments::parse_from(arguments)).await.unwrap_err();
        assert!(fault.to_string().contains(said), "{fault}");
        let arguments = ["server", "--listen", "127.0.0.1:0", "--legacy-tools", path];
        let fault = platform::start(platform::Arguments::parse_from(arguments)).await.unwrap_err();
        assert!(fault.to_string().contains(said), "{fault}");
    }
}
