//! Courses that are copied: new ids, and a history that tells where they come from.

use serde_json::{Value, json};

use crate::browser::{Browser, HTML, JSON};
use crate::campus::Campus;
use crate::deployments::Pair;

const CUSTOM: &str = "https://purl.imsglobal.org/spec/lti/claim/custom";

async fn copy(browser: &mut Browser, lms: &str, course: &str) -> Value {
    browser.post(&format!("{lms}/courses/{course}/copy"), &[], JSON).await.expect(201).json()
}

#[tokio::test]
async fn former_ids_resolve_the_most_recent_first() {
    let histories = |_: &mut Value, tool: &mut Value| {
        tool["custom"] = json!({"of_context": "$Context.id.history", "of_link": "$ResourceLink.id.history"});
    };
    let pair = Pair::start(histories).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let first = copy(&mut teacher, &pair.lms, "course-1").await;
    let first_id = first["course"].as_str().unwrap();
    let second = copy(&mut teacher, &pair.lms, first_id).await;
    let second_id = second["course"].as_str().unwrap();
    let link = |copied: &Value| copied["links"][0]["id"].as_str().unwrap().to_owned();
    let links = teacher.get(&format!("{}/courses/course-1/links", pair.lms), JSON).await.json();
    let original = links[0]["id"].as_str().unwrap().to_owned();

    let mut student = pair.signed_in("student-1").await;
    for (link_id, context, of_context, of_link) in [
        (original.clone(), "course-1", String::new(), String::new()),
        (link(&first), first_id, "course-1".to_owned(), original.clone()),
        (link(&second), second_id, format!("{first_id},course-1"), format!("{},{original}", link(&first))),
    ] {
        let document = pair.launch_link(&mut student, &link_id).await.expect(200).json();
        assert_eq!(document["context"]["id"], context);
        assert_eq!(document["resource_link"]["id"], link_id.as_str());
        let custom = &document["claims"][CUSTOM];
        let value = |name: &str| custom[name].as_str().unwrap_or_default().to_owned();
        assert_eq!((value("of_context"), value("of_link")), (of_context, of_link), "{context}: {custom}");
    }
    // What was copied is still there after a restart.
    let pair = pair.platform_again(|_| {}).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let home = teacher.get(&format!("{}/", pair.lms), HTML).await.expect(200);
    assert!(home.body.contains("Botany (copy) (copy)"), "{}", home.body);
}

#[tokio::test]
async fn what_came_with_a_link_is_copied_once_and_grades_are_not() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    let choosing = campus.choosing(&mut teacher).await;
    let items = json!({"content_items": [{
        "type": "ltiResourceLink", "title": "Planets", "custom": {"quiz": "planets"},
        "lineItem": {"scoreMaximum": 2, "label": "Planets", "resourceId": "planets", "tag": "quiz"},
    }]});
    let form = teacher.call("POST", &campus.of(&choosing, "/deep-link"), &choosing.token, Some(items)).await;
    let fields = [("JWT".to_owned(), form.expect(200).json()["jwt"].as_str().unwrap().to_owned())];
    teacher.post(&format!("{}/lti/deep-linking/return", campus.lms), &fields, JSON).await.expect(200);
    // And one of the tool's own, made by a program.
    let launched = campus.launched(&mut teacher).await;
    let own = json!({"scoreMaximum": 5, "label": "Own", "resourceId": "own", "tag": "t"});
    teacher.call("POST", &campus.of(&launched, "/line-items"), &launched.token, Some(own)).await.expect(201);
    let graded = Some(crate::campus::score("student-1", 50.0, &crate::campus::ago(1)));
    teacher.call("POST", &campus.of(&launched, "/scores"), &launched.token, graded).await.expect(200);

    let copied = copy(&mut teacher, &campus.lms, "course-1").await;
    let book = campus.gradebook(copied["course"].as_str().unwrap()).await;
    let columns: Vec<_> = book["line_items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| {
            assert_eq!(column["scores"], json!([]));
            (column["resource_id"].clone(), column["tag"].clone(), column["resource_link_id"].clone())
        })
        .collect();
    let ids: Vec<_> = copied["links"].as_array().unwrap().iter().map(|link| link["id"].clone()).collect();
    assert_eq!(
        columns,
        [(Value::Null, Value::Null, ids[0].clone()), (json!("planets"), json!("quiz"), ids[1].clone()),]
    );
    // A launch of the copy has the column that came with it.
    let mut student = campus.signed_in("student-1").await;
    let path = format!("/launch/{}", ids[1].as_str().unwrap());
    let document = campus.post(&mut student, &path, JSON).await.expect(200).json();
    assert_eq!(document["claims"][CUSTOM]["quiz"], "planets", "custom parameters survive");
    let service = &document["claims"]["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"];
    assert_eq!(service["lineitem"], book["line_items"][1]["id"]);
}

#[tokio::test]
async fn a_teacher_copies_and_nobody_else() {
    let campus = Campus::start().await;
    let url = format!("{}/courses/course-1/copy", campus.lms);
    let mut student = campus.signed_in("student-1").await;
    assert_eq!(student.post(&url, &[], JSON).await.expect(403).code(), "teacher_required");
    assert_eq!(Browser::new().post(&url, &[], JSON).await.expect(401).code(), "session_missing");
    let mut teacher = campus.signed_in("teacher-1").await;
    let titled = [("title".to_owned(), "Next <year>".to_owned())];
    let there = teacher.post(&url, &titled, HTML).await.expect(303).header("location").to_owned();
    let page = teacher.get(&format!("{}{there}", campus.lms), HTML).await.expect(200).body;
    assert!(page.contains("<h1>Next &#60;year&#62;</h1>") && page.contains("Copy this course"), "{page}");
    let foreign = [("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(teacher.send("POST", &url, &foreign, Vec::new()).await.expect(403).code(), "origin_foreign");
    for title in ["x".repeat(201), "a\nb".to_owned()] {
        let refused = teacher.post(&url, &[("title".to_owned(), title)], JSON).await.expect(400);
        assert_eq!(refused.code(), "title_invalid");
    }
}
