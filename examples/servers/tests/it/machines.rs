//! Two machines of one tool, with one store (`LTI_TEST_REDIS_URL`, `LTI_TEST_POSTGRES_URL`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lti_store::{Platforms, RecordStore};
use lti_store_postgres::{PostgresSettings, PostgresStore};
use lti_store_redis::{RedisSettings, RedisStore};
use lti_types::{Issuer, RegistrationStatus};
use serde_json::json;

use crate::browser::{Browser, JSON};
use crate::deployments::Pair;

/// The engine's address; `None` where there is none and none is demanded.
pub fn engine(variable: &str) -> Option<String> {
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
        assert!(answers.iter().all(|answer| [200, 303].contains(&answer.status)));

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

    // Whoever took the platform out meanwhile is heard: the same post once more is no launch any more.
    let fields = pair.form(&mut student, &machines[0]).await;
    student.post(&format!("{}/lti/launch", machines[0]), &fields, JSON).await.expect(200);
    let issuer = Issuer::new(pair.lms.as_str()).unwrap();
    let platforms = Platforms::new(records(store).await, "tool");
    for platform in platforms.of_issuer(&issuer).await.unwrap() {
        let disabled = platforms.set_status(&issuer, &platform.client_id, RegistrationStatus::Disabled).await;
        assert!(disabled.unwrap().is_some());
    }
    for machine in &machines {
        let refused = student.post(&format!("{machine}/lti/launch"), &fields, JSON).await.expect(403);
        assert_eq!(refused.code(), "registration_not_active");
    }
    second.stop().await;
}

/// What an administrator would change.
async fn records(store: &str) -> Arc<dyn RecordStore> {
    if store.starts_with("redis") {
        Arc::new(RedisStore::connect(RedisSettings::new(store)).await.unwrap())
    } else {
        Arc::new(PostgresStore::connect(PostgresSettings::new(store)).await.unwrap())
    }
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

/// A lost store refuses everything with 503; when it is back, so is the tool, and what was used stays used.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_lost_and_comes_back() {
    let Some(url) = engine("LTI_TEST_REDIS_URL") else { return };
    let line = Line::to(url::Url::parse(&url).unwrap()).await;
    let pair = Pair::start_on(&line.url, |_, _| {}).await;
    let mut student = pair.signed_in("student-1").await;
    let launch = format!("{}/lti/launch", pair.tool);
    let used = pair.form(&mut student, &pair.tool).await;
    student.post(&launch, &used, JSON).await.expect(200);
    let pending = pair.form(&mut student, &pair.tool).await;

    line.cut.store(true, Ordering::SeqCst);
    // Connections that are open break a moment later.
    tokio::time::sleep(Duration::from_millis(100)).await;
    for fields in [&used, &pending] {
        assert_eq!(student.post(&launch, fields, JSON).await.expect(503).code(), "store_unavailable");
    }
    let login = format!("{}/lti/login?iss={}&login_hint=1&target_link_uri=x", pair.tool, pair.lms);
    assert_eq!(student.get(&login, JSON).await.expect(503).code(), "store_unavailable");

    line.cut.store(false, Ordering::SeqCst);
    let mut answer = student.post(&launch, &pending, JSON).await;
    for _ in 0..50 {
        if answer.status != 503 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        answer = student.post(&launch, &pending, JSON).await;
    }
    answer.expect(200);
    student.post(&launch, &used, JSON).await.expect(303);
    Browser::new().post(&launch, &used, JSON).await.expect(401);
}

/// A line to an engine that can be cut.
struct Line {
    url: String,
    cut: Arc<AtomicBool>,
}

impl Line {
    async fn to(mut engine: url::Url) -> Self {
        let there = format!("{}:{}", engine.host_str().unwrap(), engine.port().unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        engine.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let (there, is_cut) = (there.clone(), Arc::clone(&is_cut));
                tokio::spawn(async move {
                    if is_cut.load(Ordering::SeqCst) {
                        return;
                    }
                    let mut there = tokio::net::TcpStream::connect(there).await.unwrap();
                    let broken = async {
                        while !is_cut.load(Ordering::SeqCst) {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                    };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
                        () = broken => {}
                    }
                });
            }
        });
        Self { url: engine.to_string(), cut }
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
