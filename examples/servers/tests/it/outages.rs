//! The other side hangs, fails or is not there.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpListener;

use crate::browser::{Browser, HTML, JSON};
use crate::campus::{ago, score};
use crate::deployments::Pair;

const AGS: [&str; 3] = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
];

/// Accepts connections and never answers.
async fn black_hole() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    format!("http://{address}/token")
}

#[tokio::test]
async fn a_launch_succeeds_although_tokens_and_grades_hang() {
    let (pair, front) = Pair::start_behind_a_front(|_, tool| tool["scopes"] = json!(AGS)).await;
    // On the very origin of the keys.
    front.hang(&["/lti/token", "/lti/contexts"]);
    let mut teacher = pair.signed_in("teacher-1").await;
    let started = Instant::now();
    let launched = pair.launch(&mut teacher, 0).await.expect(200).json();
    assert!(started.elapsed() < Duration::from_secs(5));
    let (id, token) = (launched["launch_id"].as_str().unwrap(), launched["access_token"].as_str().unwrap());
    let of = |rest: &str| format!("{}/lti/launches/{id}{rest}", pair.tool);
    let timed_out = teacher.call("GET", &of("/members"), token, None).await.expect(504);
    assert_eq!(timed_out.code(), "timed_out");
    let body = Some(score("student-1", 1.0, &ago(1)));
    assert_eq!(teacher.call("POST", &of("/scores"), token, body).await.expect(504).code(), "timed_out");
    // The launch itself is still there.
    teacher.call("GET", &of(""), token, None).await.expect(200);
}

#[tokio::test]
async fn a_score_whose_endpoint_hangs_is_a_504() {
    let (pair, front) = Pair::start_behind_a_front(|_, tool| tool["scopes"] = json!(AGS)).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let launched = pair.launch(&mut teacher, 0).await.expect(200).json();
    let (id, token) = (launched["launch_id"].as_str().unwrap(), launched["access_token"].as_str().unwrap());
    front.hang(&["/scores"]);
    let started = Instant::now();
    let url = format!("{}/lti/launches/{id}/scores", pair.tool);
    let body = Some(score("student-1", 1.0, &ago(1)));
    assert_eq!(teacher.call("POST", &url, token, body).await.expect(504).code(), "timed_out");
    assert!(started.elapsed() < Duration::from_secs(8), "two attempts of a second: {:?}", started.elapsed());
}

/// The grades of the first column, once there are some.
async fn graded(lms: &str) -> serde_json::Value {
    for _ in 0..300 {
        let book = Browser::new().get(&format!("{lms}/courses/course-1/gradebook"), JSON).await.json();
        let entry = &book["line_items"][0]["scores"][0];
        if entry.is_object() {
            return entry["score"].clone();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the grade did not arrive")
}

#[tokio::test]
async fn a_grade_arrives_although_the_browser_has_left() {
    let (pair, front) = Pair::start_behind_a_front(|_, tool| tool["scopes"] = json!(AGS)).await;
    let mut student = pair.signed_in("student-1").await;
    let launched = pair.launch(&mut student, 0).await.expect(200).json();
    let url = format!("{}/lti/launches/{}/quiz", pair.tool, launched["launch_id"].as_str().unwrap());
    let answers = [("q0".to_owned(), "0".to_owned())];
    front.hang(&["/lti/token", "/scores"]);
    let page = tokio::spawn(async move { student.post(&url, &answers, HTML).await.status });
    tokio::time::sleep(Duration::from_millis(500)).await;
    page.abort();
    assert!(page.await.unwrap_err().is_cancelled());
    front.let_go();
    assert_eq!(graded(&pair.lms).await, 50.0, "1 of 2, out of 100");
}

#[tokio::test]
async fn a_grade_that_takes_long_is_said_to_be_on_its_way() {
    let (pair, front) = Pair::start_behind_a_front(|_, tool| tool["scopes"] = json!(AGS)).await;
    let mut student = pair.signed_in("student-1").await;
    let launched = pair.launch(&mut student, 0).await.expect(200).json();
    let url = format!("{}/lti/launches/{}/quiz", pair.tool, launched["launch_id"].as_str().unwrap());
    front.hang(&["/scores"]);
    let page = student.post(&url, &[("q0".to_owned(), "0".to_owned())], HTML).await.expect(200);
    assert!(page.body.contains("Your grade is on its way"), "{}", page.body);
    front.let_go();
    assert_eq!(graded(&pair.lms).await, 50.0);
}

/// A login is not used up by keys that cannot be had: the same post works when they can.
#[tokio::test]
async fn keys_that_hang_use_no_login_up() {
    let (pair, front) = Pair::start_behind_a_front(|_, _| {}).await;
    let mut student = pair.signed_in("student-1").await;
    let fields = pair.form(&mut student, &pair.tool).await;
    let launch = format!("{}/lti/launch", pair.tool);
    front.hang(&["/.well-known/jwks.json"]);
    assert_eq!(student.post(&launch, &fields, JSON).await.expect(504).code(), "timed_out");
    front.let_go();
    let mut answer = student.post(&launch, &fields, JSON).await;
    for _ in 0..100 {
        if answer.status < 500 {
            break;
        }
        // Failed fetches are not repeated at once.
        tokio::time::sleep(Duration::from_millis(200)).await;
        answer = student.post(&launch, &fields, JSON).await;
    }
    answer.expect(200);
}

#[tokio::test]
async fn a_platform_that_is_not_there_is_told_apart() {
    let pair = Pair::start(|platform, tool| {
        platform["token_url"] = json!("http://127.0.0.1:1/token");
        tool["scopes"] = json!(AGS);
    })
    .await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let launched = pair.launch(&mut teacher, 0).await.expect(200).json();
    let (id, token) = (launched["launch_id"].as_str().unwrap(), launched["access_token"].as_str().unwrap());
    let url = format!("{}/lti/launches/{id}/members", pair.tool);
    assert_eq!(teacher.call("GET", &url, token, None).await.expect(502).code(), "not_connected");
}

#[tokio::test]
async fn keys_that_hang_are_a_504_and_those_of_a_stranger_a_401() {
    let hole = black_hole().await;
    let pair = Pair::start(|platform, _| platform["key_set_url"] = json!(hole)).await;
    let mut student = pair.signed_in("student-1").await;
    assert_eq!(pair.launch(&mut student, 0).await.expect(504).code(), "timed_out");

    let own = |tool: &str| json!(format!("{}/.well-known/jwks.json", tool.trim_end_matches("/lti/login")));
    let pair =
        Pair::start(|platform, tool| platform["key_set_url"] = own(tool["login_url"].as_str().unwrap()))
            .await;
    let mut student = pair.signed_in("student-1").await;
    let refused = pair.launch(&mut student, 0).await.expect(401);
    assert!(refused.code().contains("key"), "{}", refused.body);
}

#[tokio::test]
async fn without_the_flag_nothing_leaves_for_loopback() {
    use clap::Parser;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let arguments = ["tool_server", "--listen", "127.0.0.1:0"];
    let running =
        lti_example_servers::tool::start(lti_example_servers::tool::Arguments::parse_from(arguments));
    let running = running.await.unwrap();
    for scheme in ["http", "https"] {
        let url = format!(
            "{}/lti/register?openid_configuration={scheme}%3A%2F%2F127.0.0.1%3A{port}%2Fopenid&registration_token=x",
            running.url()
        );
        assert_eq!(Browser::new().get(&url, JSON).await.code(), "configuration_url_invalid", "{scheme}");
    }
    let called = tokio::time::timeout(Duration::from_millis(300), listener.accept()).await;
    assert!(called.is_err(), "somebody connected");
    running.stop().await;
}

#[tokio::test]
async fn a_flood_from_one_address_is_limited() {
    use clap::Parser;
    let arguments = ["tool_server", "--listen", "127.0.0.1:0", "--rate-limit", "1"];
    let running =
        lti_example_servers::tool::start(lti_example_servers::tool::Arguments::parse_from(arguments));
    let running = running.await.unwrap();
    let url = format!("{}/.well-known/jwks.json", running.url());
    let mut browser = Browser::new();
    let mut limited = None;
    for _ in 0..20 {
        let answer = browser.get(&url, JSON).await;
        if answer.status == 429 {
            limited = Some(answer.code());
        }
    }
    assert_eq!(limited.as_deref(), Some("rate_limited"));
    assert_eq!(
        browser.get(&format!("{}/healthz", running.url()), JSON).await.status,
        200,
        "probes go through"
    );
    running.stop().await;
}
