//! The contract of `tool_server`, row by row: the launch.

use serde_json::json;

use crate::browser::{Browser, HTML, JSON};
use crate::campus::Campus;

#[tokio::test]
async fn a_launch_as_a_program_gets_it() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let launched = campus.launched(&mut student).await;
    let document = &launched.document;
    assert_eq!(document["message_type"], "LtiResourceLinkRequest");
    assert_eq!(document["user"]["id"], "student-1");
    assert_eq!(document["user"]["email"], "ines@school.example");
    assert_eq!(document["roles"], json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]));
    assert_eq!(document["context"]["id"], "course-1");
    assert_eq!(document["services"], json!({"ags": true, "nrps": true, "deep_linking": false}));
    let claims = &document["claims"];
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(campus.lms), &json!("quizzes")));
    let custom = &claims["https://purl.imsglobal.org/spec/lti/claim/custom"];
    assert_eq!(custom["campus"], "Example LMS", "a variable was replaced");
}

#[tokio::test]
async fn a_launch_as_a_person_gets_it() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let link = campus.link("course-1").await;
    let page = campus.post(&mut student, &format!("/launch/{link}"), HTML).await.expect(200);
    for text in
        ["What makes leaves green?", "Inés Rojas is learning in Botany", "What was checked", "by a cookie"]
    {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("frame-ancestors 'self' {}", campus.lms)), "{policy}");
    assert!(page.headers.get("x-frame-options").is_none(), "quirk 42");
    assert_eq!(page.header("cache-control"), "no-store");
}

/// What is too long for a cookie is kept in the store, and the cookie opens it.
#[tokio::test]
async fn a_launch_that_is_too_long_for_a_cookie_opens_by_one() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    let choosing = campus.choosing(&mut teacher).await;
    let items = json!({"content_items": [
        {"type": "ltiResourceLink", "title": "Long", "text": "long ".repeat(1000)},
    ]});
    let url = campus.of(&choosing, "/deep-link");
    let form = teacher.call("POST", &url, &choosing.token, Some(items)).await.expect(200).json();
    let fields = [("JWT".to_owned(), form["jwt"].as_str().unwrap_or_default().to_owned())];
    let returned = format!("{}/lti/deep-linking/return", campus.lms);
    let added = teacher.post(&returned, &fields, JSON).await.expect(200).json();
    let path = format!("/launch/{}", added["links"][0]["id"].as_str().unwrap());
    let mut student = campus.signed_in("student-1").await;
    let (action, fields) = campus.form(&mut student, &path).await;
    let mut forgetful = student.clone();
    let launched = crate::campus::Launched::of(&student.post(&action, &fields, JSON).await.expect(200));
    assert!(launched.token.len() < 100, "kept in the store");
    let page = student.get(&campus.of(&launched, ""), HTML).await.expect(200);
    assert!(page.body.contains("Hand in"), "{}", page.body);
    // Who knows the id alone gets nothing, and takes nothing away.
    for token in ["guess", "s.guess"] {
        Browser::new().call("GET", &campus.of(&launched, ""), token, None).await.expect(401);
    }
    student.get(&campus.of(&launched, ""), HTML).await.expect(200);
    // The same post once more is led there, and puts nothing into the store for a second cookie.
    let again = forgetful.post(&action, &fields, HTML).await.expect(303);
    assert_eq!(again.header("location"), format!("/lti/launches/{}", launched.id));
    assert!(again.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn a_login_may_come_by_post_and_its_body_counts() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let link = campus.link("course-1").await;
    let login = student.get(&format!("{}/launch/{link}", campus.lms), HTML).await.location();
    let fields: Vec<_> = login.query_pairs().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    let url = format!("{}/lti/login?iss=https://elsewhere.example", campus.tool);
    let begun = student.post(&url, &fields, HTML).await;
    let request = begun.location();
    assert!(request.as_str().starts_with(&format!("{}/lti/auth?", campus.lms)));
    let cookies: Vec<_> = begun.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(
        cookies.iter().any(|c| c.ends_with("; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")),
        "{cookies:?}"
    );
    assert!(
        cookies.iter().any(|c| c.ends_with("; Path=/; HttpOnly; SameSite=Lax")),
        "for those that take no Secure"
    );
    let (action, fields) = student.get(request.as_str(), HTML).await.expect(200).form();
    student.post(&action, &fields, JSON).await.expect(200);
}

#[tokio::test]
async fn a_launchs_page_opens_for_its_browser_alone() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let launched = campus.launched(&mut student).await;
    let url = campus.of(&launched, "");
    assert!(student.get(&url, HTML).await.expect(200).body.contains("Hand in"));
    assert_eq!(student.get(&url, JSON).await.expect(200).json()["launch_id"], launched.id.as_str());
    assert_eq!(Browser::new().get(&url, JSON).await.expect(401).code(), "token_missing");
    let page = Browser::new().get(&url, HTML).await.expect(401);
    assert!(page.body.contains("token_missing") && page.body.contains("RFC 6750"), "a page for people");
    for wrong in ["wrong", "s.", "s.wrong", &format!("{}x", launched.token)] {
        let refused = Browser::new().call("GET", &url, wrong, None).await.expect(401);
        assert_eq!(refused.code(), "invalid_token", "{wrong}");
    }
    let nowhere = format!("{}/lti/launches/nowhere", campus.tool);
    assert_eq!(
        Browser::new().call("GET", &nowhere, &launched.token, None).await.expect(404).code(),
        "launch_unknown"
    );
    let other = campus.launched(&mut student).await;
    let crossed = Browser::new().call("GET", &url, &other.token, None).await.expect(401);
    assert_eq!(crossed.code(), "invalid_token", "one launch's token does not open another");
}

#[tokio::test]
async fn a_mentor_and_a_teacher_launch_too() {
    let campus = Campus::start().await;
    for (user, role) in [("mentor-1", "Mentor"), ("teacher-1", "Instructor")] {
        let mut browser = campus.signed_in(user).await;
        let launched = campus.launched(&mut browser).await;
        assert!(launched.document["roles"][0].as_str().unwrap().ends_with(role));
        let mentored =
            &launched.document["claims"]["https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor"];
        assert_eq!(mentored.is_array(), user == "mentor-1");
    }
}

#[tokio::test]
async fn error_pages_speak_two_languages() {
    let campus = Campus::start().await;
    for (language, heading) in [("en", "<html lang=\"en\""), ("es-PE,es;q=0.9", "<html lang=\"es\"")] {
        let headers = [("accept", HTML), ("accept-language", language)];
        let url =
            format!("{}/lti/login?iss=https://nobody.example&login_hint=1&target_link_uri=x", campus.tool);
        let page = Browser::new().send("GET", &url, &headers, Vec::new()).await.expect(400);
        assert!(page.body.contains(heading) && page.body.contains("issuer_unknown"), "{}", page.body);
        assert!(!page.body.contains("nobody.example"), "nothing is echoed");
    }
}

#[tokio::test]
async fn a_platform_that_declined_is_said_so() {
    let campus = Campus::start().await;
    let fields = [("error".to_owned(), "login_required".to_owned()), ("state".to_owned(), "x".to_owned())];
    let refused =
        Browser::new().post(&format!("{}/lti/launch", campus.tool), &fields, JSON).await.expect(401);
    assert!(refused.code().contains("login_required"), "{}", refused.body);
    // A person is told what to do about it.
    let page = Browser::new().post(&format!("{}/lti/launch", campus.tool), &fields, HTML).await.expect(401);
    assert!(page.body.contains("you are not signed in"), "{}", page.body);
}
