//! The contract of `platform_server`, row by row.

use serde_json::json;

use crate::browser::{Browser, HTML, JSON};
use crate::campus::Campus;

#[tokio::test]
async fn pages_for_people() {
    let campus = Campus::start().await;
    let mut visitor = Browser::new();
    let home = visitor.get(&format!("{}/", campus.lms), HTML).await.expect(200);
    assert!(home.body.contains("Who are you?") && home.body.contains("<html lang=\"en\">"));
    let policy = home.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"));
    assert_eq!(home.header("cache-control"), "no-store");
    assert_eq!(home.header("x-content-type-options"), "nosniff");

    let mut teacher = campus.signed_in("teacher-1").await;
    let link = campus.link("course-1").await;
    let mut see = async |path: &str, text: &str| {
        let page = teacher.get(&format!("{}{path}", campus.lms), HTML).await.expect(200);
        assert!(page.body.contains(text), "{path}: {}", page.body);
        page
    };
    see("/", "Grace Okafor").await;
    see("/courses/course-1", "Add content from Quizzes").await;
    see("/courses/course-1/gradebook", "Quizzes (of 100)").await;
    see("/courses/course-1/roster", "ines@school.example").await;
    see("/tools", "in use").await;
    let framed = see(&format!("/courses/course-1/open/{link}"), "<iframe").await;
    let policy = framed.header("content-security-policy");
    assert!(policy.contains(&format!("frame-src 'self' {}", campus.tool)), "{policy}");
    see("/courses/course-1/add/quizzes", "/deep-link/quizzes?course=course-1").await;

    let mut student = campus.signed_in("student-1").await;
    let page = student.get(&format!("{}/courses/course-1", campus.lms), HTML).await.expect(200);
    assert!(!page.body.contains("Add content"));
    for path in
        ["/courses/course-1/roster", "/courses/course-1/add/quizzes", "/deep-link/quizzes?course=course-1"]
    {
        let refused = student.get(&format!("{}{path}", campus.lms), JSON).await.expect(403);
        assert_eq!(refused.code(), "teacher_required");
    }
    let grades = student.get(&format!("{}/courses/course-1/gradebook", campus.lms), HTML).await.expect(200);
    assert!(grades.body.contains("Inés Rojas") && !grades.body.contains("Tomasz"), "one's own row only");
}

#[tokio::test]
async fn metadata_and_keys() {
    let campus = Campus::start().await;
    let mut program = Browser::new();
    let about = program
        .get(&format!("{}/.well-known/openid-configuration", campus.lms), JSON)
        .await
        .expect(200)
        .json();
    assert_eq!(about["issuer"], campus.lms);
    for (name, path) in [
        ("authorization_endpoint", "/lti/auth"),
        ("token_endpoint", "/lti/token"),
        ("jwks_uri", "/.well-known/jwks.json"),
    ] {
        assert_eq!(about[name], format!("{}{path}", campus.lms));
    }
    for server in [&campus.lms, &campus.tool] {
        let keys = program.get(&format!("{server}/.well-known/jwks.json"), JSON).await.expect(200);
        let keys = keys.json();
        assert!(keys["keys"][0]["kid"].is_string() && keys["keys"][0]["d"].is_null());
        assert_eq!(
            program.get(&format!("{server}/healthz"), JSON).await.expect(200).json(),
            json!({"status": "ok"})
        );
    }
}

#[tokio::test]
async fn signing_in_and_out() {
    let campus = Campus::start().await;
    let url = format!("{}/session", campus.lms);
    let mut browser = Browser::new();
    let fields = [("user".to_owned(), "student-1".to_owned())];
    let signed_in = browser.post(&url, &fields, JSON).await.expect(200);
    assert_eq!(signed_in.json(), json!({"user": "student-1"}));
    let cookies: Vec<_> =
        signed_in.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(
        cookies.iter().any(|c| c.ends_with("; Secure; HttpOnly; SameSite=None; Partitioned")),
        "{cookies:?}"
    );
    assert!(cookies.iter().all(|c| c.contains("; HttpOnly")));
    // A page of another site cannot sign anybody in.
    let foreign = [
        ("origin", "https://evil.example"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", JSON),
    ];
    let refused = browser.send("POST", &url, &foreign, b"user=teacher-1".to_vec()).await.expect(403);
    assert_eq!(refused.code(), "origin_foreign");
    browser.post(&format!("{}/session/end", campus.lms), &[], HTML).await.expect(303);
    let refused = browser.get(&format!("{}/courses/course-1", campus.lms), JSON).await.expect(401);
    assert_eq!(refused.code(), "session_missing");
}

#[tokio::test]
async fn links_and_the_gradebook_are_json() {
    let campus = Campus::start().await;
    let mut program = Browser::new();
    for course in ["course-1", "course-2"] {
        let links =
            program.get(&format!("{}/courses/{course}/links", campus.lms), "*/*").await.expect(200).json();
        assert_eq!(links.as_array().unwrap().len(), 1, "one link per tool");
        assert_eq!(links[0]["tool"], "quizzes");
        assert_eq!(links[0]["url"], format!("{}/lti/launch", campus.tool));
        let book = program
            .get(&format!("{}/courses/{course}/gradebook", campus.lms), "*/*")
            .await
            .expect(200)
            .json();
        assert_eq!(book["line_items"][0]["resource_link_id"], links[0]["id"]);
    }
    assert_eq!(
        program.get(&format!("{}/courses/course-9/links", campus.lms), JSON).await.expect(404).code(),
        "not_found"
    );
}

#[tokio::test]
async fn comments_are_for_teachers() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    let launched = campus.launched(&mut teacher).await;
    let mut commented = crate::campus::score("student-1", 50.0, &crate::campus::ago(1));
    commented["comment"] = json!("see me after class");
    let url = campus.of(&launched, "/scores");
    teacher.call("POST", &url, &launched.token, Some(commented)).await.expect(200);
    let student = campus.signed_in("student-2").await;
    let url = format!("{}/courses/course-1/gradebook", campus.lms);
    for (mut browser, seen) in [(teacher, true), (student, false), (Browser::new(), false)] {
        let book = browser.get(&url, JSON).await.expect(200);
        assert_eq!(book.body.contains("see me after class"), seen);
        assert_eq!(book.json()["line_items"][0]["scores"][0]["score"], 50.0);
    }
}

#[tokio::test]
async fn an_authentication_request_without_a_session_uses_nothing_up() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let link = campus.link("course-1").await;
    let login = student.get(&format!("{}/launch/{link}", campus.lms), HTML).await.location();
    let request = student.get(login.as_str(), HTML).await.location();
    let (action, fields) = Browser::new().get(request.as_str(), HTML).await.expect(200).form();
    assert_eq!(action, format!("{}/lti/launch", campus.tool));
    assert!(fields.contains(&("error".to_owned(), "login_required".to_owned())), "{fields:?}");
    // Somebody else's session neither gets the launch, nor …
    let (_, fields) = student.get(request.as_str(), HTML).await.expect(200).form();
    assert!(
        fields.iter().any(|(name, _)| name == "id_token"),
        "the login is still there for whoever began it"
    );
    let (_, fields) = student.get(request.as_str(), HTML).await.expect(200).form();
    assert!(
        fields.contains(&("error".to_owned(), "invalid_request".to_owned())),
        "and is used once: {fields:?}"
    );
}

#[tokio::test]
async fn another_persons_login_is_denied() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let link = campus.link("course-1").await;
    let login = student.get(&format!("{}/launch/{link}", campus.lms), HTML).await.location();
    let request = student.get(login.as_str(), HTML).await.location();
    let mut other = campus.signed_in("student-2").await;
    let (_, fields) = other.get(request.as_str(), HTML).await.expect(200).form();
    assert!(fields.contains(&("error".to_owned(), "access_denied".to_owned())), "{fields:?}");
}

#[tokio::test]
async fn metrics_count_by_code_and_name_nobody() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let launched = campus.launched(&mut student).await;
    Browser::new().post(&format!("{}/lti/launch", campus.tool), &[], JSON).await.expect(400);
    for server in [&campus.lms, &campus.tool] {
        let text = Browser::new().get(&format!("{server}/metrics"), "*/*").await.expect(200).body;
        assert!(text.contains("lti_launches_total{outcome=\"accepted\"} 1"), "{text}");
        assert!(text.contains("lti_http_request_seconds_bucket"));
        for secret in ["student-1", "Rojas", &launched.id, &launched.token, "127.0.0.1"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
    let text = Browser::new().get(&format!("{}/metrics", campus.tool), "*/*").await.body;
    assert!(text.contains("lti_launches_total{outcome=\"parameter_missing\"} 1"), "{text}");
    assert!(text.contains("lti_outbound_calls_total{call=\"key_set\",outcome=\"ok\"} 1"), "{text}");
}
