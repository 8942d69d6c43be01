//! A launch belongs to the browser that began it (Security Framework 1.0 §7.3.1).

use crate::browser::{Browser, HTML, JSON};
use crate::campus::Campus;

#[tokio::test]
async fn the_same_post_twice_from_the_same_browser_is_one_launch() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let path = format!("/launch/{}", campus.link("course-1").await);
    let (action, fields) = campus.form(&mut student, &path).await;
    let clicked = student.clone();
    let first = student.post(&action, &fields, JSON).await.expect(200).json();
    // As a browser that never read the first answer.
    let mut forgetful = clicked;
    let again = forgetful.post(&action, &fields, HTML).await.expect(303);
    let id = first["launch_id"].as_str().unwrap();
    assert_eq!(again.header("location"), format!("/lti/launches/{id}"));
    let page = forgetful.get(&format!("{}/lti/launches/{id}", campus.tool), HTML).await.expect(200);
    assert!(page.body.contains("Hand in"), "{}", page.body);
    let metrics = Browser::new().get(&format!("{}/metrics", campus.tool), "*/*").await.body;
    assert!(metrics.contains("lti_launches_total{outcome=\"accepted\"} 1"), "one launch recorded");
}

/// The same post is one with the same token, and that is verified each time.
#[tokio::test]
async fn a_second_post_with_another_token_is_refused() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let path = format!("/launch/{}", campus.link("course-1").await);
    let (action, fields) = campus.form(&mut student, &path).await;
    student.post(&action, &fields, JSON).await.expect(200);
    let with = |change: fn([&str; 3]) -> String| -> Vec<_> {
        let changed = |name: &str, value: &str| match name {
            "id_token" => change(value.split('.').collect::<Vec<_>>().try_into().unwrap()),
            _ => value.to_owned(),
        };
        fields.iter().map(|(name, value)| (name.clone(), changed(name, value))).collect()
    };
    for (token, code) in [
        (with(|[header, claims, _]| format!("{header}.{claims}.AAAA")), "login_unknown"),
        (with(|[header, _, signature]| format!("{header}.e30.{signature}")), "signature_invalid"),
    ] {
        let refused = student.post(&action, &token, JSON).await.expect(401);
        assert_eq!(refused.code(), code);
    }
    student.post(&action, &fields, HTML).await.expect(303);
}

#[tokio::test]
async fn the_same_post_at_the_same_moment_is_one_launch() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let path = format!("/launch/{}", campus.link("course-1").await);
    let (action, fields) = campus.form(&mut student, &path).await;
    let posts = (0..8).map(|_| {
        let (mut browser, action, fields) = (student.clone(), action.clone(), fields.clone());
        tokio::spawn(async move { browser.post(&action, &fields, JSON).await.status })
    });
    let mut statuses = Vec::new();
    for post in posts.collect::<Vec<_>>() {
        statuses.push(post.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 303, 303, 303, 303, 303, 303, 303]);
    let metrics = Browser::new().get(&format!("{}/metrics", campus.tool), "*/*").await.body;
    assert!(metrics.contains("lti_launches_total{outcome=\"accepted\"} 1"), "{statuses:?}");
}

/// The second click ends the browser's first navigation: nobody reads the first answer, and its cookie is lost.
#[tokio::test]
async fn a_launch_that_the_browser_gave_up_opens_with_the_second_click() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let path = format!("/launch/{}", campus.link("course-1").await);
    let (action, fields) = campus.form(&mut student, &path).await;
    let mut given_up = student.clone();
    let (to, same) = (action.clone(), fields.clone());
    let first = tokio::spawn(async move { given_up.post(&to, &same, HTML).await.status });
    // Once the server has it.
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    first.abort();
    let second = student.post(&action, &fields, HTML).await;
    let page = if second.status == 303 {
        student.get(&format!("{}{}", campus.tool, second.header("location")), HTML).await.expect(200)
    } else {
        // The first never arrived.
        second.expect(200)
    };
    assert!(page.body.contains("Hand in"), "{}", page.body);
}

#[tokio::test]
async fn a_post_from_another_browser_is_refused_and_uses_nothing_up() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let path = format!("/launch/{}", campus.link("course-1").await);
    let (action, fields) = campus.form(&mut student, &path).await;
    for accept in [JSON, HTML] {
        let refused = Browser::new().post(&action, &fields, accept).await.expect(401);
        assert!(refused.body.contains("browser_mismatch"), "{}", refused.body);
    }
    // A cookie of another login does not do, nor does one that was made up.
    let mut other = campus.signed_in("student-2").await;
    campus.launched(&mut other).await;
    other.post(&action, &fields, JSON).await.expect(401);
    student.post(&action, &fields, JSON).await.expect(200);
    Browser::new().post(&action, &fields, JSON).await.expect(401);
}

#[tokio::test]
async fn platform_storage_takes_nothing_before_the_secret_comes() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let path = format!("/launch/{}?frame=1", campus.link("course-1").await);
    let login = student.get(&format!("{}{path}", campus.lms), HTML).await.location();
    assert!(login.query_pairs().any(|(n, v)| n == "lti_storage_target" && v == "_parent"));
    let page = student.get(login.as_str(), HTML).await.expect(200);
    let script = scraper::Html::parse_document(&page.body);
    let selector = scraper::Selector::parse("script[data-settings]").unwrap();
    let settings = script.select(&selector).next().unwrap().value().attr("data-settings").unwrap();
    let settings: serde_json::Value = serde_json::from_str(settings).unwrap();
    let (secret, next) = (settings["value"].as_str().unwrap(), settings["next"].as_str().unwrap());
    let (action, fields) = student.get(next, HTML).await.expect(200).form();

    // The post comes without a cookie; the answer is a page that asks the platform's frame.
    let mut framed = Browser::new();
    let page = framed.post(&action, &fields, HTML).await.expect(200);
    assert!(page.body.contains("/lti/launch/complete"), "{}", page.body);
    let value = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap();
    let completion = |secret: &str| {
        serde_json::json!({"id_token": value("id_token"), "state": value("state"), "secret": secret})
            .to_string()
    };
    let url = format!("{}/lti/launch/complete", campus.tool);
    let own = campus.tool.as_str();
    let kind = ("content-type", JSON);
    // A captured completion, posted from elsewhere, or with another secret, fails and takes nothing.
    for (origin, site, secret, status) in [
        (own, "cross-site", secret, 403),
        ("https://evil.example", "same-origin", secret, 403),
        ("null", "same-origin", secret, 403),
        (own, "same-origin", "guess", 401),
    ] {
        let headers = [kind, ("origin", origin), ("sec-fetch-site", site), ("accept", JSON)];
        let refused = framed.send("POST", &url, &headers, completion(secret).into()).await.expect(status);
        assert!(!refused.code().is_empty());
    }
    let headers = [kind, ("origin", own), ("sec-fetch-site", "same-origin"), ("accept", JSON)];
    let done = framed.send("POST", &url, &headers, completion(secret).into()).await.expect(200).json();
    let location = format!("{}{}", campus.tool, done["location"].as_str().unwrap());
    let page = framed.get(&location, HTML).await.expect(200);
    assert!(page.body.contains("by platform storage"), "{}", page.body);
    // Nor does it do twice, from a browser that has no cookie of the first.
    let again =
        Browser::new().send("POST", &url, &headers, completion(secret).into()).await.expect(200).json();
    let again = format!("{}{}", campus.tool, again["location"].as_str().unwrap());
    Browser::new().get(&again, HTML).await.expect(401);
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing_with_a_launch() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let launched = campus.launched(&mut student).await;
    let headers = |origin| {
        [("origin", origin), ("content-type", "application/x-www-form-urlencoded"), ("accept", JSON)]
    };
    let url = campus.of(&launched, "/quiz");
    for origin in ["https://evil.example", "null", campus.lms.as_str()] {
        let refused = student.send("POST", &url, &headers(origin), b"q0=0".to_vec()).await.expect(403);
        assert_eq!(refused.code(), "origin_foreign");
    }
    student.send("POST", &url, &headers(&campus.tool), b"q0=0".to_vec()).await.expect(200);
}
