//! A real browser, by the W3C WebDriver protocol: plain JSON over HTTP, so that no client library is needed for the few
//! commands that are used. `LTI_TEST_WEBDRIVER_URL` names a chromedriver; `.ci/browser` starts one.

use std::cell::Cell;
use std::time::Duration;

use clap::Parser;
use lti_example_servers::campus as servers;
use lti_example_servers::server::Running;
use serde_json::{Value, json};

/// Which third-party cookies the browser keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cookies {
    All,
    NoThirdParty,
    /// None at all for the tool's site.
    NoneOfTool,
}

struct Chrome {
    http: reqwest::Client,
    session: String,
    in_frame: Cell<bool>,
    /// A fresh one each.
    _profile: tempfile::TempDir,
}

/// The driver's address; `None` where there is none and none is demanded.
fn driver() -> Option<String> {
    let url = std::env::var("LTI_TEST_WEBDRIVER_URL").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(std::env::var("LTI_TEST_REQUIRE_ALL").is_err(), "LTI_TEST_WEBDRIVER_URL is not set");
        eprintln!("skipped: LTI_TEST_WEBDRIVER_URL is not set");
    }
    url
}

impl Chrome {
    async fn open(driver: &str, cookies: Cookies) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let preferences = match cookies {
            Cookies::All => {
                json!({"profile.cookie_controls_mode": 0, "profile.block_third_party_cookies": false})
            }
            Cookies::NoThirdParty => {
                json!({"profile.cookie_controls_mode": 1, "profile.block_third_party_cookies": true})
            }
            Cookies::NoneOfTool => json!({
                "profile.content_settings.exceptions.cookies": {"http://localhost,*": {"setting": 2}},
            }),
        };
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments, "prefs": preferences},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        let mut chrome = Self {
            http,
            session: driver.trim_end_matches('/').to_owned(),
            in_frame: Cell::new(false),
            _profile: profile,
        };
        let opened = chrome.post("/session", capabilities).await;
        chrome.session = format!("{}/session/{}", chrome.session, opened["sessionId"].as_str().unwrap());
        chrome.post("/timeouts", json!({"script": 5000})).await;
        chrome
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.attempt(path, body).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn attempt(&self, path: &str, body: Value) -> Result<Value, Value> {
        let url = format!("{}{path}", self.session);
        let kind = (reqwest::header::CONTENT_TYPE, "application/json");
        let response =
            self.http.post(&url).header(kind.0, kind.1).body(body.to_string()).send().await.unwrap();
        let mut answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        let refused = !answer["value"]["error"].is_null();
        let value = answer["value"].take();
        if refused { Err(value["message"].clone()) } else { Ok(value) }
    }

    async fn go(&self, url: &str) {
        self.post("/url", json!({"url": url})).await;
    }

    async fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": []})).await
    }

    /// Waits until the script says something else than `null` or `false`. A frame that goes to another site is another
    /// frame for the driver, so it is entered anew each time; what fails while a page is on its way is tried again.
    async fn wait(&self, what: &str, script: &str) -> Value {
        for _ in 0..200 {
            if self.in_frame.get() {
                let _ = self.attempt("/frame", json!({"id": null})).await;
                let _ = self.attempt("/frame", json!({"id": 0})).await;
            }
            let said = self.attempt("/execute/sync", json!({"script": script, "args": []})).await;
            if let Ok(said) = said
                && !said.is_null()
                && said != json!(false)
            {
                return said;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let page = self.run("return location.href + ' ' + document.body.innerText").await;
        panic!("{what} did not come: {page}");
    }

    async fn wait_text(&self, text: &str) {
        let script =
            format!("return document.body !== null && document.body.innerText.includes({})", json!(text));
        self.wait(text, &script).await;
    }

    /// Clicks on what a person would: the link or button of that name.
    async fn click(&self, name: &str) {
        let script = format!(
            "return [...document.querySelectorAll('a, button')].find((e) => e.innerText.trim() === {}) || null",
            json!(name)
        );
        let element = self.wait(name, &script).await;
        let id = element.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
        self.post(&format!("/element/{id}/click"), json!({})).await;
    }

    /// Into the frame that shows the tool, or back out.
    async fn enter_frame(&self) {
        self.wait("the frame", "return document.querySelector('iframe')").await;
        self.in_frame.set(true);
    }

    async fn enter_newest_window(&self) {
        for _ in 0..50 {
            let url = format!("{}/window/handles", self.session);
            let answer = self.http.get(&url).send().await.unwrap().text().await.unwrap();
            let handles: Value = serde_json::from_str(&answer).unwrap();
            if let [_, .., newest] = handles["value"].as_array().unwrap().as_slice() {
                self.post("/window", json!({"handle": newest})).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no window was opened");
    }

    async fn leave_frame(&self) {
        self.in_frame.set(false);
        self.post("/frame", json!({"id": null})).await;
    }

    /// Keeps a picture of the page as build output, and looks at what a person with weak eyes, a screen reader or a
    /// console would complain about.
    async fn inspect(&self, name: &str) {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let url = format!("{}/screenshot", self.session);
        let picture: Value =
            serde_json::from_str(&self.http.get(&url).send().await.unwrap().text().await.unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.png.base64")), picture["value"].as_str().unwrap())
            .unwrap();
        let faults = self.run(AUDIT).await;
        assert_eq!(faults, json!([]), "{name}");
    }

    async fn no_console_errors(&self) {
        let log = self.post("/se/log", json!({"type": "browser"})).await;
        let severe: Vec<_> =
            log.as_array().unwrap().iter().filter(|entry| entry["level"] == "SEVERE").collect();
        assert!(severe.is_empty(), "{severe:?}");
    }

    async fn close(self) {
        self.http.delete(&self.session).send().await.unwrap();
    }
}

/// Contrast of all text (WCAG 2 AA, 4.5 to 1), language, names of controls, one first heading.
const AUDIT: &str = r##"
const faults = [];
const rgb = (text) => text.match(/[\d.]+/g).map(Number);
const luminance = (c) => {
  const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const background = (e) => {
  for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
for (const e of document.querySelectorAll("body *")) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own || ["SCRIPT", "STYLE"].includes(e.tagName)) continue;
  const [a, b] = [luminance(rgb(getComputedStyle(e).color)), luminance(background(e))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${e.textContent.trim().slice(0, 40)}`);
}
if (!document.documentElement.lang) faults.push("no lang");
if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
if (!document.title.trim()) faults.push("no title");
for (const e of document.querySelectorAll("input:not([type=hidden]), textarea, select"))
  if (!e.labels || !e.labels.length || !e.labels[0].innerText.trim()) faults.push(`no label: ${e.name}`);
for (const e of document.querySelectorAll("a, button"))
  if (!e.innerText.trim() && e.offsetParent) faults.push("a control without a name");
for (const e of document.querySelectorAll("iframe")) if (!e.title) faults.push("a frame without a title");
for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) faults.push("a forced focus order");
return faults;
"##;

/// A platform on 127.0.0.1 and a tool on localhost: for browsers two sites.
async fn two_sites() -> Vec<Running> {
    let arguments = ["campus", "--listen", "127.0.0.1:0", "--tool-listen", "localhost:0"];
    let running = servers::start(servers::Arguments::parse_from(arguments)).await.unwrap();
    assert!(running[1].url().starts_with("http://localhost:"));
    running
}

async fn semester(cookies: Cookies, proof: &str) {
    let Some(driver) = driver() else { return };
    let running = two_sites().await;
    let lms = running[0].url().to_owned();
    let name = |page: &str| format!("{page}-{cookies:?}");

    // A teacher adds two quizzes.
    let chrome = Chrome::open(&driver, cookies).await;
    chrome.go(&lms).await;
    chrome.wait_text("Who are you?").await;
    chrome.inspect(&name("sign-in")).await;
    chrome.click("Sign in as Grace Okafor").await;
    chrome.wait_text("Welcome, Grace Okafor").await;
    chrome.go(&format!("{lms}/courses/course-1")).await;
    chrome.inspect(&name("course")).await;
    chrome.click("Add content from Quizzes").await;
    chrome.enter_frame().await;
    chrome.wait_text("Choose quizzes").await;
    chrome.inspect(&name("picker")).await;
    chrome
        .run("for (const id of ['leaves', 'planets']) document.querySelector(`input[value=${id}]`).click()")
        .await;
    chrome.click("Add to the course").await;
    chrome.wait_text("Content added").await;
    chrome.inspect(&name("added")).await;
    chrome.click("Go to the course").await;
    chrome.leave_frame().await;
    chrome.wait_text("Planets in a new tab").await;
    for page in ["gradebook", "roster", "import"] {
        chrome.go(&format!("{lms}/courses/course-1/{page}")).await;
        chrome.inspect(&name(page)).await;
    }
    chrome.go(&format!("{lms}/tools")).await;
    chrome.inspect(&name("tools")).await;
    chrome.no_console_errors().await;
    chrome.close().await;

    // A student opens one in its frame, on another site, and answers.
    let chrome = Chrome::open(&driver, cookies).await;
    chrome.go(&lms).await;
    chrome.click("Sign in as Inés Rojas").await;
    chrome.wait_text("Welcome, Inés Rojas").await;
    chrome.go(&format!("{lms}/courses/course-1")).await;
    chrome.click("Open Planets").await;
    chrome.enter_frame().await;
    chrome.wait_text("Which planet is nearest to the sun?").await;
    let summary = chrome.run("return document.querySelector('details').textContent").await;
    assert!(summary.as_str().unwrap().contains(proof), "{cookies:?}: {summary}");
    chrome.inspect(&name("quiz")).await;
    chrome.run("document.querySelector('input[name=q0][value=\"1\"]').click()").await;
    chrome.run("document.querySelector('input[name=q1][value=\"2\"]').click()").await;
    chrome.click("Hand in").await;
    chrome.wait_text("Your grade was sent to your course").await;
    chrome.inspect(&name("handed-in")).await;
    chrome.leave_frame().await;
    chrome.go(&format!("{lms}/courses/course-1/gradebook")).await;
    chrome.wait_text("Planets (of 2)").await;
    let row = chrome.run("return document.querySelector('tbody tr').innerText").await;
    assert!(row.as_str().unwrap().trim_end().ends_with('2'), "{row}");
    if cookies != Cookies::NoneOfTool {
        chrome.no_console_errors().await;
    }
    chrome.close().await;
    for server in running {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_semester_with_third_party_cookies() {
    semester(Cookies::All, "by a cookie").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_semester_without_third_party_cookies() {
    // Those that are partitioned by the platform's site are still kept.
    semester(Cookies::NoThirdParty, "by a cookie").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_semester_without_any_cookies_for_the_tool() {
    semester(Cookies::NoneOfTool, "by platform storage").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_launch_in_a_new_tab() {
    let Some(driver) = driver() else { return };
    let running = two_sites().await;
    let lms = running[0].url();
    let chrome = Chrome::open(&driver, Cookies::NoThirdParty).await;
    chrome.go(lms).await;
    chrome.click("Sign in as Tomasz Nowak").await;
    chrome.wait_text("Welcome, Tomasz Nowak").await;
    chrome.go(&format!("{lms}/courses/course-1")).await;
    chrome.click("Quizzes in a new tab").await;
    chrome.enter_newest_window().await;
    chrome.wait_text("What makes leaves green?").await;
    chrome.inspect("new-tab").await;
    chrome.no_console_errors().await;
    // Loading it again posts the same once more, and leads to the launch that was made.
    let before = chrome.run("return document.querySelector('form').action").await;
    chrome.post("/refresh", json!({})).await;
    chrome.wait_text("What makes leaves green?").await;
    let after = chrome.run("return document.querySelector('form').action").await;
    assert_eq!(before, after, "one launch");
    chrome.close().await;
}

/// A course of the catalog: imported, copied, opened in a frame, completed and opened again.
#[tokio::test(flavor = "multi_thread")]
async fn a_published_course_in_a_frame() {
    let Some(driver) = driver() else { return };
    let running = two_sites().await;
    let (lms, tool) = (running[0].url(), running[1].url());
    let chrome = Chrome::open(&driver, Cookies::All).await;
    chrome.go(lms).await;
    chrome.click("Sign in as Grace Okafor").await;
    chrome.wait_text("Welcome, Grace Okafor").await;
    chrome.go(&format!("{lms}/courses/course-1/import")).await;
    chrome
        .run(&format!(
            "document.querySelector('#title').value = 'Data protection';
             document.querySelector('#url').value = '{tool}/lti/launch/instances-1';"
        ))
        .await;
    chrome.click("Add the link").await;
    chrome.wait_text("1 added").await;
    chrome.inspect("imported").await;
    chrome.go(&format!("{lms}/courses/course-1")).await;
    chrome.click("Copy the course").await;
    chrome.wait("the copy", "return document.querySelector('h1').innerText === 'Botany (copy)'").await;
    chrome.inspect("copied-course").await;
    chrome.go(tool).await;
    chrome.wait_text("Published courses").await;
    chrome.inspect("tool-home").await;
    chrome.no_console_errors().await;
    chrome.close().await;

    let chrome = Chrome::open(&driver, Cookies::All).await;
    chrome.go(lms).await;
    chrome.click("Sign in as Inés Rojas").await;
    chrome.wait_text("Welcome, Inés Rojas").await;
    chrome.go(&format!("{lms}/courses/course-1")).await;
    chrome.click("Open Data protection").await;
    chrome.enter_frame().await;
    chrome.wait_text("Why it matters").await;
    chrome.inspect("published-course").await;
    chrome.click("Complete the course").await;
    chrome.wait_text("Your grade was sent to your course").await;
    chrome.inspect("course-done").await;
    chrome.click("Back to the course").await;
    chrome.wait_text("You have completed this course").await;
    chrome.no_console_errors().await;
    chrome.close().await;
    for server in running {
        server.stop().await;
    }
}
