//! A platform and a tool that know each other, and the walk of a launch between them.

use clap::Parser;
use lti_example_servers::campus as servers;
use lti_example_servers::server::Running;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, HTML, JSON};
use crate::deployments::free_port;
use crate::front::Front;

pub struct Campus {
    pub lms: String,
    pub tool: String,
    _running: Vec<Running>,
}

/// A launch as a program gets it.
pub struct Launched {
    pub id: String,
    pub token: String,
    pub document: Value,
}

impl Campus {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(flags: &[&str]) -> Self {
        let arguments = ["campus", "--listen", "127.0.0.1:0", "--tool-listen", "127.0.0.1:0"];
        Self::started(servers::Arguments::parse_from(arguments.iter().chain(flags))).await
    }

    /// The same with something before the platform.
    pub async fn start_behind_a_front(flags: &[&str]) -> (Self, Front) {
        let port = free_port();
        let front = Front::of(format!("http://127.0.0.1:{port}")).await;
        let listen = format!("127.0.0.1:{port}");
        let arguments =
            ["campus", "--listen", &listen, "--public-url", &front.url, "--tool-listen", "127.0.0.1:0"];
        let arguments = servers::Arguments::parse_from(arguments.iter().chain(flags));
        let mut campus = Self::started(arguments).await;
        assert_eq!(campus.lms, front.there());
        campus.lms.clone_from(&front.url);
        (campus, front)
    }

    async fn started(arguments: servers::Arguments) -> Self {
        let running = servers::start(arguments).await.unwrap();
        let (lms, tool) = (running[0].url().to_owned(), running[1].url().to_owned());
        Self { lms, tool, _running: running }
    }

    pub async fn signed_in(&self, user: &str) -> Browser {
        let mut browser = Browser::new();
        let fields = [("user".to_owned(), user.to_owned())];
        browser.post(&format!("{}/session", self.lms), &fields, HTML).await.expect(303);
        browser
    }

    /// The id of the link that the tool has in a course from the beginning.
    pub async fn link(&self, course: &str) -> String {
        let links = Browser::new()
            .get(&format!("{}/courses/{course}/links", self.lms), JSON)
            .await
            .expect(200)
            .json();
        links[0]["id"].as_str().unwrap().to_owned()
    }

    /// From the click to the form that is to be posted to the tool.
    pub async fn form(&self, browser: &mut Browser, path: &str) -> (String, Vec<(String, String)>) {
        let login = browser.get(&format!("{}{path}", self.lms), HTML).await.location();
        assert!(login.as_str().starts_with(&format!("{}/lti/login?iss=", self.tool)), "{login}");
        let request = browser.get(login.as_str(), HTML).await.location();
        assert!(request.as_str().starts_with(&format!("{}/lti/auth?", self.lms)), "{request}");
        browser.get(request.as_str(), HTML).await.expect(200).form()
    }

    pub async fn post(&self, browser: &mut Browser, path: &str, accept: &str) -> Answer {
        let (action, fields) = self.form(browser, path).await;
        assert_eq!(action, format!("{}/lti/launch", self.tool));
        browser.post(&action, &fields, accept).await
    }

    /// A whole launch of the first course's link.
    pub async fn launched(&self, browser: &mut Browser) -> Launched {
        let path = format!("/launch/{}", self.link("course-1").await);
        Launched::of(&self.post(browser, &path, JSON).await.expect(200))
    }

    pub async fn choosing(&self, browser: &mut Browser) -> Launched {
        Launched::of(&self.post(browser, "/deep-link/quizzes?course=course-1", JSON).await.expect(200))
    }

    pub fn of(&self, launched: &Launched, rest: &str) -> String {
        format!("{}/lti/launches/{}{rest}", self.tool, launched.id)
    }

    pub async fn gradebook(&self, course: &str) -> Value {
        Browser::new().get(&format!("{}/courses/{course}/gradebook", self.lms), JSON).await.expect(200).json()
    }
}

impl Launched {
    pub fn of(answer: &Answer) -> Self {
        let document = answer.json();
        let text = |name: &str| document[name].as_str().unwrap().to_owned();
        Self { id: text("launch_id"), token: text("access_token"), document }
    }
}

/// A final score of one person.
pub fn score(user: &str, given: f64, timestamp: &str) -> Value {
    json!({
        "userId": user, "scoreGiven": given, "scoreMaximum": 100.0, "timestamp": timestamp,
        "activityProgress": "Completed", "gradingProgress": "FullyGraded",
    })
}

/// A time that many seconds ago.
pub fn ago(seconds: i64) -> String {
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    (now - chrono::TimeDelta::seconds(seconds)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
