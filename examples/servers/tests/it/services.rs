//! The contract of `tool_server`, row by row: grades and rosters, and who may.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::campus::{Campus, Launched, ago, score};

async fn pair(campus: &Campus) -> (Launched, Launched) {
    let teacher = campus.launched(&mut campus.signed_in("teacher-1").await).await;
    let student = campus.launched(&mut campus.signed_in("student-1").await).await;
    (teacher, student)
}

#[tokio::test]
async fn scores_reach_the_gradebook_and_come_back_as_results() {
    let campus = Campus::start().await;
    let (teacher, student) = pair(&campus).await;
    let mut program = Browser::new();
    let url = campus.of(&student, "/scores");
    let answer = program
        .call("POST", &url, &student.token, Some(score("student-1", 80.0, &ago(60))))
        .await
        .expect(200);
    assert_eq!(answer.json(), json!({"status": "accepted"}));
    let book = campus.gradebook("course-1").await;
    let entry = &book["line_items"][0]["scores"][0];
    assert_eq!((&entry["user_id"], &entry["score"]), (&json!("student-1"), &json!(80.0)));
    let results =
        program.call("GET", &campus.of(&teacher, "/results"), &teacher.token, None).await.expect(200).json();
    assert_eq!(results["results"][0]["resultScore"], 80.0);

    // The same score once more is no error; an older one is told apart.
    program.call("POST", &url, &student.token, Some(score("student-1", 10.0, &ago(90)))).await.expect(409);
    assert_eq!(campus.gradebook("course-1").await["line_items"][0]["scores"][0]["score"], 80.0);
    // Zero is a score.
    program.call("POST", &url, &student.token, Some(score("student-1", 0.0, &ago(30)))).await.expect(200);
    assert_eq!(campus.gradebook("course-1").await["line_items"][0]["scores"][0]["score"], 0.0);
}

#[tokio::test]
async fn line_items_are_made_listed_and_scored() {
    let campus = Campus::start().await;
    let (teacher, student) = pair(&campus).await;
    let mut program = Browser::new();
    let url = campus.of(&teacher, "/line-items");
    let mut last = Value::Null;
    for number in 0..60 {
        let item = json!({"scoreMaximum": 10, "label": format!("Essay {number}"), "resourceId": format!("e{number}")});
        last = program.call("POST", &url, &teacher.token, Some(item)).await.expect(201).json();
    }
    let listed = program.call("GET", &url, &teacher.token, None).await.expect(200).json();
    assert_eq!(listed["line_items"].as_array().unwrap().len(), 61, "all pages");

    let mut essay = score("student-1", 50.0, &ago(60));
    essay["line_item"] = last["id"].clone();
    let to = campus.of(&student, "/scores");
    program.call("POST", &to, &student.token, Some(essay.clone())).await.expect(200);
    program
        .call("POST", &campus.of(&teacher, "/scores"), &teacher.token, Some(essay.clone()))
        .await
        .expect(200);
    // The same deployment's line item of another course is not this course's, for an instructor neither.
    let mut other = campus.signed_in("teacher-1").await;
    let path = format!("/launch/{}", campus.link("course-2").await);
    let other = Launched::of(&campus.post(&mut other, &path, crate::browser::JSON).await.expect(200));
    let foreign =
        program.call("GET", &campus.of(&other, "/line-items"), &other.token, None).await.expect(200).json();
    essay["line_item"] = foreign["line_items"][0]["id"].clone();
    for launched in [&student, &teacher] {
        let to = campus.of(launched, "/scores");
        let refused = program.call("POST", &to, &launched.token, Some(essay.clone())).await.expect(403);
        assert_eq!(refused.code(), "line_item_of_other_course");
    }
    assert_eq!(campus.gradebook("course-2").await["line_items"][0]["scores"], json!([]));
    // Nor does a token leave for another origin.
    essay["line_item"] = json!("http://localhost:1/line-items/1");
    let refused =
        program.call("POST", &campus.of(&teacher, "/scores"), &teacher.token, Some(essay)).await.expect(400);
    assert_eq!(refused.code(), "call_off_origin");
}

#[tokio::test]
async fn the_roster_comes_whole_by_role_and_by_pages() {
    let campus = Campus::start().await;
    let (teacher, _) = pair(&campus).await;
    let mut program = Browser::new();
    for (query, expected) in [("", 4), ("?limit=1", 4), ("?role=Learner", 2), ("?role=Learner&limit=1", 2)] {
        let url = campus.of(&teacher, &format!("/members{query}"));
        let members = program.call("GET", &url, &teacher.token, None).await.expect(200).json();
        assert_eq!(members["members"].as_array().unwrap().len(), expected, "{query}");
    }
    let refused =
        program.call("GET", &campus.of(&teacher, "/members?limit=0"), &teacher.token, None).await.expect(400);
    assert_eq!(refused.code(), "parameter_invalid");
}

#[tokio::test]
async fn a_learner_sees_and_grades_nobody_else() {
    let campus = Campus::start().await;
    let (teacher, student) = pair(&campus).await;
    let mut program = Browser::new();
    for path in ["/members", "/line-items", "/results"] {
        let refused = program.call("GET", &campus.of(&student, path), &student.token, None).await.expect(403);
        assert_eq!(refused.code(), "instructor_required", "{path}");
    }
    let item = Some(json!({"scoreMaximum": 1, "label": "x"}));
    let refused =
        program.call("POST", &campus.of(&student, "/line-items"), &student.token, item).await.expect(403);
    assert_eq!(refused.code(), "instructor_required");
    let url = campus.of(&student, "/scores");
    let other = Some(score("student-2", 100.0, &ago(1)));
    let refused = program.call("POST", &url, &student.token, other.clone()).await.expect(403);
    assert_eq!(refused.code(), "score_of_other");
    program.call("POST", &campus.of(&teacher, "/scores"), &teacher.token, other).await.expect(200);
    let stranger = Some(score("nobody-1", 1.0, &ago(1)));
    let refused =
        program.call("POST", &campus.of(&teacher, "/scores"), &teacher.token, stranger).await.expect(502);
    assert!(!refused.body.contains("nobody-1"));
}

#[tokio::test]
async fn the_quiz_sends_its_grade() {
    let campus = Campus::start().await;
    let mut student = campus.signed_in("student-1").await;
    let launched = campus.launched(&mut student).await;
    let answers = [("q0", "0"), ("q1", "2")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    let page = student.post(&campus.of(&launched, "/quiz"), &answers, crate::browser::HTML).await.expect(200);
    assert!(
        page.body.contains("1 of 2 points") && page.body.contains("Your grade was sent"),
        "{}",
        page.body
    );
    let entry = &campus.gradebook("course-1").await["line_items"][0]["scores"][0];
    assert_eq!(entry["score"], 50.0, "1 of 2, out of 100");
}
