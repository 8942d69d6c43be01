//! Deep linking through both servers.

use serde_json::json;

use crate::browser::{Browser, HTML, JSON};
use crate::campus::Campus;

#[tokio::test]
async fn a_teacher_adds_two_quizzes() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    let launched = campus.choosing(&mut teacher).await;
    assert_eq!(launched.document["services"]["deep_linking"], true);
    let picker = teacher.get(&campus.of(&launched, ""), HTML).await.expect(200);
    assert!(picker.body.contains("Choose quizzes") && picker.body.contains("type=\"checkbox\""));
    let ticked = ["leaves", "planets"].map(|quiz| ("quiz".to_owned(), quiz.to_owned()));
    let (action, fields) =
        teacher.post(&campus.of(&launched, "/deep-link"), &ticked, HTML).await.expect(200).form();
    assert_eq!(action, format!("{}/lti/deep-linking/return", campus.lms));
    let added = teacher.post(&action, &fields, HTML).await.expect(200);
    assert!(
        added.body.contains("<li>Leaves</li>") && added.body.contains("<li>Planets</li>"),
        "{}",
        added.body
    );

    let links = teacher.get(&format!("{}/courses/course-1/links", campus.lms), JSON).await.json();
    assert_eq!(links.as_array().unwrap().len(), 3);
    let book = campus.gradebook("course-1").await;
    assert_eq!(book["line_items"][2]["resource_id"], "planets");
    assert_eq!(book["line_items"][2]["score_maximum"], 2.0);

    // The same answer once more adds nothing.
    let refused = teacher.post(&action, &fields, JSON).await;
    assert_eq!(refused.code(), "response_replayed", "{}", refused.body);
    assert!(campus.link("course-1").await.starts_with("course-1-link"));

    let mut student = campus.signed_in("student-1").await;
    let path = format!("/launch/{}", links[2]["id"].as_str().unwrap());
    let quiz = campus.post(&mut student, &path, HTML).await.expect(200);
    assert!(quiz.body.contains("Which planet is nearest to the sun?"), "{}", quiz.body);
}

#[tokio::test]
async fn a_program_answers_and_another_session_does_not() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    let launched = campus.choosing(&mut teacher).await;
    let url = campus.of(&launched, "/deep-link");
    let items = json!({"content_items": [{"type": "ltiResourceLink", "title": "Unit 1"}], "msg": "done"});
    let answer = Browser::new().call("POST", &url, &launched.token, Some(items)).await.expect(200).json();
    let to = answer["return_url"].as_str().unwrap();
    let fields = [("JWT".to_owned(), answer["jwt"].as_str().unwrap().to_owned())];
    assert_eq!(Browser::new().post(to, &fields, JSON).await.expect(401).code(), "session_missing");
    // A browser that kept its cookie back is asked to post once more, from a page of the platform's own.
    let (again, repeated) = Browser::new().post(to, &fields, HTML).await.expect(200).form();
    assert_eq!((again.as_str(), repeated.len()), (to, 2));
    Browser::new().post(to, &repeated, HTML).await.expect(401);
    let mut other = campus.signed_in("teacher-1").await;
    let refused = other.post(to, &fields, JSON).await;
    assert!(
        refused.status >= 400 && refused.status < 500,
        "another session of the same person: {}",
        refused.body
    );
    let added = teacher.post(to, &fields, JSON).await.expect(200).json();
    assert_eq!(added["links"][0]["title"], "Unit 1");

    let bad = json!({"content_items": [{"type": "file", "url": "https://x.example/a"}]});
    let refused = Browser::new().call("POST", &url, &launched.token, Some(bad)).await.expect(400);
    assert_eq!(refused.code(), "item_type_not_accepted");
    let plain = campus.launched(&mut teacher).await;
    let none = Some(json!({"content_items": []}));
    let refused =
        Browser::new().call("POST", &campus.of(&plain, "/deep-link"), &plain.token, none).await.expect(400);
    assert_eq!(refused.code(), "not_deep_linking");
}
