//! The life of a published course: exported, imported, launched, edited, retired, completed and opened again.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser as _;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, HTML, JSON};
use crate::campus::Campus;
use crate::deployments::Pair;

#[path = "../../../export_catalog.rs"]
#[allow(dead_code, reason = "an example is a program")]
mod export_catalog;

const SHIPPED: &str = include_str!("../../../data/catalog.json");

/// The files that whoever runs the tool edits.
struct Files {
    folder: tempfile::TempDir,
    flags: Vec<String>,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let flags = vec![
            "--catalog".to_owned(),
            path("catalog.json"),
            "--publications".to_owned(),
            path("terms.json"),
        ];
        let files = Self { folder, flags };
        files.catalog(SHIPPED);
        files.terms(&json!([]));
        files
    }

    fn flags(&self) -> Vec<&str> {
        self.flags.iter().map(String::as_str).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn catalog(&self, text: &str) {
        std::fs::write(self.path("catalog.json"), text).unwrap();
    }

    fn terms(&self, courses: &Value) {
        std::fs::write(self.path("terms.json"), json!({"courses": courses}).to_string()).unwrap();
    }

    /// The cartridges of the catalog, as `export_catalog` writes them.
    fn cartridges(&self, launch_base: &str) -> Vec<Vec<u8>> {
        let (catalog, out) = (self.path("catalog.json"), self.path("package.zip"));
        let arguments =
            ["export_catalog", "--launch-base", launch_base, "--catalog", catalog.to_str().unwrap()];
        let arguments = arguments.into_iter().chain(["--out", out.to_str().unwrap()]);
        let arguments = export_catalog::Arguments::try_parse_from(arguments).unwrap();
        let exported = export_catalog::export(&arguments).unwrap();
        assert_eq!(exported.totals.exportable(), 17);
        cartridges(&exported.package)
    }
}

fn cartridges(package: &Path) -> Vec<Vec<u8>> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(package).unwrap()).unwrap();
    let mut found = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        if entry.name().unwrap().ends_with(".imscc") {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            found.push(bytes);
        }
    }
    found
}

async fn upload(browser: &mut Browser, url: &str, package: Vec<u8>) -> Answer {
    browser.send("POST", url, &[("content-type", "application/zip"), ("accept", JSON)], package).await
}

/// The path that launches the course's one link of that address.
async fn launch_path(lms: &str, course: &str, url: &str) -> String {
    let links = Browser::new().get(&format!("{lms}/courses/{course}/links"), JSON).await.expect(200).json();
    let link =
        links.as_array().unwrap().iter().find(|link| link["url"] == url).unwrap_or_else(|| panic!("{url}"));
    format!("/launch/{}", link["id"].as_str().unwrap())
}

/// Completes a course, or hands in its exam.
async fn complete(campus: &Campus, browser: &mut Browser, launched: &Value, answers: &str) -> Value {
    complete_at(&campus.tool, browser, launched, answers).await
}

async fn complete_at(tool: &str, browser: &mut Browser, launched: &Value, answers: &str) -> Value {
    let url = format!("{tool}/lti/launches/{}/course", launched["launch_id"].as_str().unwrap());
    let bearer = format!("Bearer {}", launched["access_token"].as_str().unwrap());
    let kind = "application/x-www-form-urlencoded";
    let headers = [("accept", JSON), ("content-type", kind), ("authorization", bearer.as_str())];
    browser.send("POST", &url, &headers, answers.as_bytes().to_vec()).await.expect(200).json()
}

/// The score of somebody in a published course's column, if there is one.
async fn score(campus: &Campus, course: &str, id: &str, user: &str) -> Option<Value> {
    let book = campus.gradebook(course).await;
    let mut columns =
        book["line_items"].as_array().unwrap().iter().filter(|column| column["resource_id"] == id);
    let column = columns.next()?.clone();
    assert!(columns.next().is_none(), "{book}");
    column["scores"].as_array().unwrap().iter().find(|score| score["user_id"] == user).cloned()
}

/// The same, once it is there and fits.
async fn scored(campus: &Campus, id: &str, user: &str, fits: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        if let Some(score) = score(campus, "course-1", id, user).await.filter(&fits) {
            return score;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no such score of {user} in {id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_life_of_a_published_course() {
    let files = Files::new();
    let (campus, front) = Campus::start_behind_a_front(&files.flags()).await;
    let base = format!("{}/lti/launch", campus.tool);

    // Exported, and imported into another system's course.
    let mut teacher = campus.signed_in("teacher-1").await;
    let import = format!("{}/courses/course-1/import", campus.lms);
    for cartridge in files.cartridges(&base) {
        let imported = upload(&mut teacher, &import, cartridge).await.expect(200).json();
        assert_eq!(imported["added"][0]["tool"], "quizzes", "{imported}");
        assert_eq!(imported["left_out"], json!([]));
    }
    let path = async |id: &str| launch_path(&campus.lms, "course-1", &format!("{base}/{id}")).await;
    let (basics, seats) = (path("instances-1").await, path("instances-4").await);

    // Launched.
    let mut student = campus.signed_in("student-1").await;
    let page = campus.post(&mut student, &basics, HTML).await.expect(200).body;
    for text in [
        "Data protection basics",
        "What every employee should know.",
        "Why it matters",
        "Complete the course",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(campus.post(&mut student, &basics, JSON).await.expect(200).json()["course"], "instances-1");

    // Edited: the same link shows what is there now.
    let edited = SHIPPED.replace("Data protection basics", "Data protection, revised <b>");
    files.catalog(&edited.replace("Everyday rules", "Rules for every day"));
    let page = campus.post(&mut student, &basics, HTML).await.expect(200).body;
    for text in ["Data protection, revised &#60;b&#62;", "Rules for every day"] {
        assert!(page.contains(text), "{text}: {page}");
    }

    // Completed: the grade book has the grade.
    let launched = campus.post(&mut student, &basics, JSON).await.expect(200).json();
    let done = complete(&campus, &mut student, &launched, "").await;
    assert_eq!(done, json!({"course": "instances-1", "outcome": "completed", "grade": "sent"}));
    let first = scored(&campus, "instances-1", "student-1", |score| score["score"] == 100.0).await;

    // Retired: refused, for programs and for people, whoever was enrolled.
    files.terms(&json!([{"course": "instances-1", "retired": true}]));
    let refused = campus.post(&mut student, &basics, JSON).await.expect(403);
    assert_eq!(refused.code(), "course_retired");
    assert_eq!(refused.json()["spec"], "lti-eligibility README, Launches");
    let page = campus.post(&mut student, &basics, HTML).await.expect(403).body;
    assert!(page.contains("course_retired") && page.contains("although learners are enrolled"), "{page}");
    files.terms(&json!([]));

    // Opened again, once it is back: the grade is sent again.
    let later = |score: &Value| score["timestamp"].as_str() > first["timestamp"].as_str();
    let page = campus.post(&mut student, &basics, HTML).await.expect(200).body;
    assert!(
        page.contains("You have completed this course") && !page.contains("Complete the course"),
        "{page}"
    );
    let second = scored(&campus, "instances-1", "student-1", later).await;
    assert_eq!(second["score"], 100.0);

    // Seats: one for each of two, and the one that has it keeps it.
    files.terms(&json!([{"course": "instances-4", "publication": {"name": "Two", "max_enrolled": 2}}]));
    let mut other = campus.signed_in("student-2").await;
    for browser in [&mut student, &mut other] {
        campus.post(browser, &seats, JSON).await.expect(200);
    }
    let refused = campus.post(&mut teacher, &seats, JSON).await.expect(403);
    assert_eq!(refused.code(), "enrollment_limit_reached");
    assert!(
        refused.json()["message"].as_str().unwrap().contains("Raise the enrollment limit"),
        "{}",
        refused.body
    );
    campus.post(&mut student, &seats, JSON).await.expect(200);

    // The grade service hangs: launches succeed, and grades arrive when it answers.
    front.hang(&["/lti/token", "/lti/contexts"]);
    let started = Instant::now();
    campus.post(&mut student, &basics, HTML).await.expect(200);
    let launched = campus.post(&mut other, &basics, JSON).await.expect(200).json();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let done = complete(&campus, &mut other, &launched, "").await;
    assert_eq!((&done["outcome"], &done["grade"]), (&json!("completed"), &json!("on_its_way")));
    assert_eq!(score(&campus, "course-1", "instances-1", "student-2").await, None);
    front.let_go();
    assert_eq!(scored(&campus, "instances-1", "student-2", |_| true).await["score"], 100.0);
    scored(&campus, "instances-1", "student-1", |score| {
        score["timestamp"].as_str() > second["timestamp"].as_str()
    })
    .await;
}

/// The tool's own column is found by `resourceId` and `tag`, in the copy of a course too, and nothing is there twice.
#[tokio::test]
async fn a_copied_course_has_one_column_for_each_link() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    let url = format!("{}/lti/launch/instances-1", campus.tool);
    let fields = [("url".to_owned(), url.clone()), ("title".to_owned(), "Basics".to_owned())];
    teacher.post(&format!("{}/courses/course-1/import", campus.lms), &fields, JSON).await.expect(200);
    let mut student = campus.signed_in("student-1").await;
    let hand_in = async |student: &mut Browser, course: &str| {
        let path = launch_path(&campus.lms, course, &url).await;
        let launched = campus.post(student, &path, JSON).await.expect(200).json();
        assert_eq!(complete(&campus, student, &launched, "").await["grade"], "sent");
    };
    hand_in(&mut student, "course-1").await;
    let copied =
        teacher.post(&format!("{}/courses/course-1/copy", campus.lms), &[], JSON).await.expect(201).json();
    let copy = copied["course"].as_str().unwrap();
    let columns = async || {
        let book = campus.gradebook(copy).await;
        book["line_items"].as_array().unwrap().len()
    };
    assert_eq!(columns().await, 1, "the quiz's own; the tool has not made one yet");
    for _ in 0..2 {
        hand_in(&mut student, copy).await;
        assert_eq!(columns().await, 2);
    }
    assert_eq!(score(&campus, copy, "instances-1", "student-1").await.unwrap()["score"], 100.0);
}

#[tokio::test]
async fn an_exam_is_failed_and_passed() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    // By a custom parameter, at the address of everything else.
    let fields = [
        ("url".to_owned(), format!("{}/lti/launch", campus.tool)),
        ("title".to_owned(), "Exam".to_owned()),
        ("custom".to_owned(), "published_course=biology-101".to_owned()),
    ];
    let import = format!("{}/courses/course-1/import", campus.lms);
    let added = teacher.post(&import, &fields, JSON).await.expect(200).json();
    let path = format!("/launch/{}", added["added"][0]["id"].as_str().unwrap());
    let mut student = campus.signed_in("student-1").await;
    let launched = campus.post(&mut student, &path, JSON).await.expect(200).json();
    for (answers, outcome, score) in
        [("q0=0&q1=0", "failed", 50.0), ("q0=0&q1=1", "passed", 100.0), ("", "passed", 100.0)]
    {
        let done = complete(&campus, &mut student, &launched, answers).await;
        assert_eq!((&done["outcome"], &done["grade"]), (&json!(outcome), &json!("sent")), "{answers}");
        scored(&campus, "biology-101", "student-1", |found| found["score"] == score).await;
    }
    // Whoever teaches may look, and completes nothing.
    let page = campus.post(&mut teacher, &path, HTML).await.expect(200).body;
    assert!(page.contains("Learners complete the course here"), "{page}");
    let launched = crate::campus::Launched::of(&campus.post(&mut teacher, &path, JSON).await.expect(200));
    let bearer = format!("Bearer {}", launched.token);
    let kind = "application/x-www-form-urlencoded";
    let headers = [("accept", JSON), ("content-type", kind), ("authorization", bearer.as_str())];
    let refused =
        teacher.send("POST", &campus.of(&launched, "/course"), &headers, Vec::new()).await.expect(403);
    assert_eq!(refused.code(), "learner_required");
}

/// What a link may name that is no course, and who may not come in.
#[tokio::test]
async fn launches_that_are_refused_say_why() {
    let files = Files::new();
    let pair = Pair::start_with("memory", &files.flags(), |_, _| {}).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let import = format!("{}/courses/course-1/import", pair.lms);
    for course in ["instances-1", "nowhere", "instances-5", "%2E%2E%2Fx"] {
        let fields = [("url".to_owned(), format!("{}/lti/launch/{course}", pair.tool))];
        teacher.post(&import, &fields, JSON).await.expect(200);
    }
    let mut student = pair.signed_in("student-1").await;
    for (link, code) in [
        // The platform shares names alone.
        (1, "profile_field_missing"),
        (2, "course_deleted"),
        (3, "instance_retired"),
        (4, "course_deleted"),
    ] {
        let refused = pair.launch(&mut student, link).await.expect(403);
        assert_eq!(refused.code(), code);
        assert!(!refused.body.contains("Rojas"), "{}", refused.body);
    }
    pair.launch(&mut student, 0).await.expect(200);
}

/// Two machines with one Redis have one seat between them.
#[tokio::test(flavor = "multi_thread")]
async fn two_machines_have_one_seat() {
    let Some(redis) = crate::machines::engine("LTI_TEST_REDIS_URL") else { return };
    let files = Files::new();
    files.terms(&json!([{"course": "instances-1", "publication": {"name": "One", "max_enrolled": 1}}]));
    let everything = |_: &mut Value, tool: &mut Value| tool["privacy"] = json!(["name", "email"]);
    let pair = Pair::start_with(&redis, &files.flags(), everything).await;
    let second = pair.second_tool(&redis).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let fields = [("url".to_owned(), format!("{}/lti/launch/instances-1", pair.tool))];
    teacher.post(&format!("{}/courses/course-1/import", pair.lms), &fields, JSON).await.expect(200);
    let mut posts = Vec::new();
    for (user, machine) in [("student-1", &pair.tool), ("student-2", &second.url().to_owned())] {
        let mut browser = pair.signed_in(user).await;
        let fields = pair.form_of(&mut browser, machine, 1).await;
        let url = format!("{machine}/lti/launch");
        posts.push(tokio::spawn(async move { browser.post(&url, &fields, JSON).await }));
    }
    let mut statuses = Vec::new();
    for post in posts {
        statuses.push(post.await.unwrap().status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
    second.stop().await;
}

/// Of two machines that need a column at the same moment one makes it.
#[tokio::test(flavor = "multi_thread")]
async fn two_machines_make_one_column() {
    let Some(redis) = crate::machines::engine("LTI_TEST_REDIS_URL") else { return };
    let files = Files::new();
    let all = |_: &mut Value, tool: &mut Value| {
        tool["privacy"] = json!(["name", "email"]);
        let ags = "https://purl.imsglobal.org/spec/lti-ags/scope/";
        tool["scopes"] = json!([format!("{ags}score"), format!("{ags}lineitem")]);
    };
    let pair = Pair::start_with(&redis, &files.flags(), all).await;
    let second = pair.second_tool(&redis).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let import = format!("{}/courses/course-1/import", pair.lms);
    for id in ["instances-1", "instances-4", "mobile"] {
        let fields = [("url".to_owned(), format!("{}/lti/launch/{id}", pair.tool))];
        teacher.post(&import, &fields, JSON).await.expect(200);
    }
    for index in 1..=3 {
        let mut posts = Vec::new();
        for (user, machine) in [("student-1", pair.tool.clone()), ("student-2", second.url().to_owned())] {
            let mut browser = pair.signed_in(user).await;
            let launched = pair.launch(&mut browser, index).await.expect(200).json();
            let campus = (machine, launched);
            posts
                .push(tokio::spawn(async move { complete_at(&campus.0, &mut browser, &campus.1, "").await }));
        }
        for post in posts {
            assert_eq!(post.await.unwrap()["grade"], "sent");
        }
    }
    let book = Browser::new().get(&format!("{}/courses/course-1/gradebook", pair.lms), JSON).await.json();
    // The quizzes' own, and one for each course with two grades.
    let counts: Vec<_> = book["line_items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["scores"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [0, 2, 2, 2], "{book}");
    second.stop().await;
}

/// Whoever runs the tool publishes to platforms that are known; one that registered itself has quizzes.
#[tokio::test]
async fn a_platform_that_registered_itself_has_no_courses() {
    let files = Files::new();
    let other = |platform: &mut Value, _: &mut Value| platform["issuer"] = json!("https://other.example");
    let pair = Pair::start_with("memory", &files.flags(), other).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let client_id = pair.register_itself(&mut teacher).await;
    let activate = format!("{}/admin/registrations/{client_id}/activate", pair.lms);
    teacher.post(&activate, &[], JSON).await.expect(200);
    pair.launch(&mut teacher, 1).await.expect(200);
    // The import takes the tool that is in the file, too, for fitting.
    let fields = [("url".to_owned(), format!("{}/lti/launch/instances-1", pair.tool))];
    let import = format!("{}/courses/course-1/import", pair.lms);
    let left = teacher.post(&import, &fields, JSON).await.expect(200).json();
    assert_eq!(left["left_out"][0]["error"], "tool_ambiguous", "{left}");
    // So the link is chosen by deep linking.
    let custom = json!({"published_course": "instances-1"});
    let link =
        pair.choose(&mut teacher, &client_id, json!([{"type": "ltiResourceLink", "custom": custom}])).await;
    let refused = pair.launch_link(&mut teacher, &link).await.expect(403);
    assert_eq!(refused.code(), "publication_disabled");
}

/// What a learner has of a launch answers with that status and code, at an address of the launch.
async fn refused(
    campus: &Campus,
    browser: &mut Browser,
    launched: &Value,
    what: &str,
    kind: &str,
    body: &str,
) -> String {
    let url = format!("{}/lti/launches/{}/{what}", campus.tool, launched["launch_id"].as_str().unwrap());
    let bearer = format!("Bearer {}", launched["access_token"].as_str().unwrap());
    let headers = [("accept", JSON), ("content-type", kind), ("authorization", bearer.as_str())];
    browser.send("POST", &url, &headers, body.as_bytes().to_vec()).await.expect(403).code()
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test(flavor = "multi_thread")]
async fn attack_a_learner_writes_the_grade_of_a_course_by_hand() {
    let files = Files::new();
    let (campus, _front) = Campus::start_behind_a_front(&files.flags()).await;
    let base = format!("{}/lti/launch", campus.tool);
    let mut teacher = campus.signed_in("teacher-1").await;
    for cartridge in files.cartridges(&base) {
        upload(&mut teacher, &format!("{}/courses/course-1/import", campus.lms), cartridge).await.expect(200);
    }
    let path = launch_path(&campus.lms, "course-1", &format!("{base}/instances-1")).await;
    let mut student = campus.signed_in("student-1").await;
    let launched = campus.post(&mut student, &path, JSON).await.expect(200).json();
    let score = json!({
        "userId": launched["user"]["id"], "scoreGiven": 100, "scoreMaximum": 100, "timestamp": "2030-01-01T00:00:00Z",
        "activityProgress": "Completed", "gradingProgress": "FullyGraded",
    });
    let code = refused(&campus, &mut student, &launched, "scores", JSON, &score.to_string()).await;
    assert_eq!(code, "grade_of_course");
    assert_eq!(refused(&campus, &mut student, &launched, "quiz", FORM, "q0=0").await, "grade_of_course");
    assert!(self::score(&campus, "course-1", "instances-1", "student-1").await.is_none());

    // Nor does a launch of an hour ago complete what is retired since.
    files.terms(&json!([{"course": "instances-1", "retired": true}]));
    assert_eq!(refused(&campus, &mut student, &launched, "course", FORM, "").await, "course_retired");
    files.terms(&json!([]));
    assert_eq!(complete(&campus, &mut student, &launched, "").await["grade"], "sent");
}
