//! Two machines of one tool, with one store (`LTI_TEST_REDIS_URL`, `LTI_TEST_POSTGRES_URL`).

use serde_json::json;

use crate::browser::{Browser, JSON};
use crate::deployments::Pair;

/// The engine's address; `None` where there is none and none is demanded.
fn engine(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(std::env::var("LTI_TEST_REQUIRE_ALL").is_err(), "{variable} is not set");
        eprintln!("skipped: {variable} is not set");
    }
    url
}

/// A login begins at either machine and ends at either; posted to both at the same moment, it is one launch.
async fn two_machines(store: &str) {
    // The store keeps registrations; each run has its own.
    let pair = Pair::start_on(store, |_, _| {}).await;
    let second = pair.second_tool(store).await;
    let machines = [pair.tool.clone(), second.url().to_owned()];
    let mut student = pair.signed_in("student-1").await;
    for round in 0..20 {
        let fields = pair.form(&mut student, &machines[round % 2]).await;
        let posts = machines.clone().map(|machine| {
            let (mut browser, fields) = (student.clone(), fields.clone());
            tokio::spawn(async move { browser.post(&format!("{machine}/lti/launch"), &fields, JSON).await })
        });
        let [first, other] = posts;
        let answers = [first.await.unwrap(), other.await.unwrap()];
        let accepted: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(accepted.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        assert!(answers.iter().all(|answer| [200, 303, 401].contains(&answer.status)));

        // What one machine accepted opens at both.
        let launch = accepted[0].json();
        let (id, token) = (launch["launch_id"].as_str().unwrap(), launch["access_token"].as_str().unwrap());
        for machine in &machines {
            let url = format!("{machine}/lti/launches/{id}");
            let opened = Browser::new().call("GET", &url, token, None).await.expect(200).json();
            assert_eq!(opened["launch_id"], json!(id));
        }
        // And is posted in vain from elsewhere, at either.
        for machine in &machines {
            Browser::new().post(&format!("{machine}/lti/launch"), &fields, JSON).await.expect(401);
        }
    }
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_machines_with_one_redis() {
    if let Some(url) = engine("LTI_TEST_REDIS_URL") {
        two_machines(&url).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_machines_with_one_postgres() {
    if let Some(url) = engine("LTI_TEST_POSTGRES_URL") {
        two_machines(&url).await;
    }
}

/// A store that cannot be reached is said so when the server starts, without its password.
#[tokio::test]
async fn a_store_that_is_not_there_is_one_line() {
    use clap::Parser;
    for store in ["redis://:hunter2@127.0.0.1:1/0", "postgres://lti:hunter2@127.0.0.1:1/x"] {
        let arguments = ["tool_server", "--listen", "127.0.0.1:0", "--store", store];
        let arguments = lti_example_servers::tool::Arguments::parse_from(arguments);
        let error = lti_example_servers::tool::start(arguments).await.unwrap_err().to_string();
        assert!(error.starts_with("--store: ") && !error.contains('\n'), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
