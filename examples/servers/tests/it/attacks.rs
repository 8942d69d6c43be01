//! Attacks over HTTP, each with what must become of it.

use crate::browser::{Browser, HTML, JSON};
use crate::campus::Campus;

/// Login CSRF: an attacker's own launch, finished in the victim's browser.
#[tokio::test]
async fn an_attackers_launch_does_not_finish_in_a_victims_browser() {
    let campus = Campus::start().await;
    let path = format!("/launch/{}", campus.link("course-1").await);
    let mut attacker = campus.signed_in("student-2").await;
    let (action, fields) = campus.form(&mut attacker, &path).await;
    let mut victim = campus.signed_in("student-1").await;
    campus.launched(&mut victim).await;
    victim.post(&action, &fields, HTML).await.expect(401);
}

/// A token of one login does not answer another, whoever holds it.
#[tokio::test]
async fn tokens_do_not_change_logins() {
    let campus = Campus::start().await;
    let path = format!("/launch/{}", campus.link("course-1").await);
    let mut student = campus.signed_in("student-1").await;
    let (action, first) = campus.form(&mut student, &path).await;
    let (_, second) = campus.form(&mut student, &path).await;
    let crossed = vec![first[0].clone(), second[1].clone()];
    assert_eq!((crossed[0].0.as_str(), crossed[1].0.as_str()), ("id_token", "state"));
    assert_eq!(student.post(&action, &crossed, JSON).await.expect(401).code(), "nonce_mismatch");
    student.post(&action, &first, JSON).await.expect(200);
}

/// Where a login initiation says it leads is followed by nobody.
#[tokio::test]
async fn no_open_redirects() {
    let campus = Campus::start().await;
    let mut browser = Browser::new();
    let url = format!(
        "{}/lti/login?iss={}&login_hint=x&target_link_uri=https%3A%2F%2Fevil.example%2F&client_id=quizzes",
        campus.tool, campus.lms
    );
    let to = browser.get(&url, HTML).await.location();
    assert!(to.as_str().starts_with(&format!("{}/lti/auth?", campus.lms)), "{to}");
    let mut student = campus.signed_in("student-1").await;
    let url = format!("{}/lti/auth?client_id=quizzes&redirect_uri=https%3A%2F%2Fevil.example%2F", campus.lms);
    let refused = student.get(&url, JSON).await.expect(400);
    assert_eq!(refused.code(), "redirect_uri_unknown");
    assert!(!refused.body.contains("evil"));
}

/// Nothing that comes in by a parameter goes out as markup.
#[tokio::test]
async fn markup_stays_text() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    let launched = campus.choosing(&mut teacher).await;
    let title = "<script>alert(1)</script>\"'";
    let items = serde_json::json!({
        "content_items": [{"type": "ltiResourceLink", "title": title, "text": title}], "msg": title,
    });
    let url = campus.of(&launched, "/deep-link");
    let answer = Browser::new().call("POST", &url, &launched.token, Some(items)).await.expect(200).json();
    let fields = [("JWT".to_owned(), answer["jwt"].as_str().unwrap().to_owned())];
    let added = teacher.post(answer["return_url"].as_str().unwrap(), &fields, HTML).await.expect(200);
    let course = teacher.get(&format!("{}/courses/course-1", campus.lms), HTML).await.expect(200);
    for page in [added, course] {
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(page.body.contains("alert(1)"));
    }
}

/// Addresses are never made of request headers (quirk 41).
#[tokio::test]
async fn the_host_header_decides_nothing() {
    let campus = Campus::start().await;
    let headers = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("accept", JSON)];
    let url = format!("{}/.well-known/openid-configuration", campus.lms);
    let about = Browser::new().send("GET", &url, &headers, Vec::new()).await.expect(200);
    assert!(!about.body.contains("evil.example"), "{}", about.body);
    assert_eq!(about.json()["issuer"], campus.lms);
}

/// Tokens for services are the platform's own, and its id_tokens are none.
#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let campus = Campus::start().await;
    let path = format!("/launch/{}", campus.link("course-1").await);
    let mut student = campus.signed_in("student-1").await;
    let (_, fields) = campus.form(&mut student, &path).await;
    let url = format!("{}/lti/contexts/course-1/line-items", campus.lms);
    let refused = Browser::new().call("GET", &url, &fields[0].1, None).await.expect(401);
    assert_eq!(refused.json()["error"], "invalid_token");
    assert_eq!(Browser::new().get(&url, JSON).await.expect(401).json()["error"], "token_missing");
}
