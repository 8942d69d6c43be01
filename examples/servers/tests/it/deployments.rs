//! Servers on their own, with registrations of all kinds, and dynamic registration between them.

use clap::Parser;
use lti_example_servers::server::Running;
use lti_example_servers::{platform, tool};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, HTML, JSON};
use crate::front::Front;

/// A platform and a tool, each started with a file.
pub struct Pair {
    pub lms: String,
    pub tool: String,
    _running: Vec<Running>,
    files: tempfile::TempDir,
    /// Flags of the tool.
    flags: Vec<String>,
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Pair {
    /// `change` alters the two records before they are written.
    pub async fn start(change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        Self::start_on("memory", change).await
    }

    /// The same with a store for the tool.
    pub async fn start_on(store: &str, change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        Self::start_at(free_port(), None, store, &[], change).await
    }

    /// The same with more flags for the tool.
    pub async fn start_with(
        store: &str,
        flags: &[&str],
        change: impl FnOnce(&mut Value, &mut Value),
    ) -> Self {
        Self::start_at(free_port(), None, store, flags, change).await
    }

    /// The same with something before the platform.
    pub async fn start_behind_a_front(change: impl FnOnce(&mut Value, &mut Value)) -> (Self, Front) {
        let port = free_port();
        let front = Front::of(format!("http://127.0.0.1:{port}")).await;
        (Self::start_at(port, Some(&front.url), "memory", &[], change).await, front)
    }

    async fn start_at(
        lms_port: u16,
        lms_public: Option<&str>,
        store: &str,
        flags: &[&str],
        change: impl FnOnce(&mut Value, &mut Value),
    ) -> Self {
        let files = tempfile::tempdir().unwrap();
        let tool_port = free_port();
        let local = format!("http://127.0.0.1:{lms_port}");
        let lms = lms_public.unwrap_or(&local).to_owned();
        let quizzes = format!("http://127.0.0.1:{tool_port}");
        let mut of_platform = json!({
            "name": "Campus LMS", "issuer": lms, "client_id": "abc", "deployment_ids": ["1"],
            "authentication_url": format!("{lms}/lti/auth"), "token_url": format!("{lms}/lti/token"),
            "key_set_url": format!("{lms}/.well-known/jwks.json"), "token_audience": null, "profile": "moodle",
        });
        let mut of_tool = json!({
            "name": "Quiz", "client_id": "abc", "deployment_ids": ["1"], "login_url": format!("{quizzes}/lti/login"),
            "redirect_uris": [format!("{quizzes}/lti/launch")], "target_link_uri": format!("{quizzes}/lti/launch"),
            "key_set_url": format!("{quizzes}/.well-known/jwks.json"), "public_key_pem": null,
            "deep_linking_url": format!("{quizzes}/lti/launch"),
            "scopes": ["https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"],
            "custom": {"k": "$User.username"}, "privacy": ["name"],
        });
        change(&mut of_platform, &mut of_tool);
        let write = |name: &str, value: &Value| {
            let path = files.path().join(name);
            std::fs::write(&path, json!([value]).to_string()).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (tools, registrations) =
            (write("tools.json", &of_tool), write("registrations.json", &of_platform));
        let common = ["--allow-loopback", "--outbound-timeout", "1"];
        let keys = files.path().join("keys.pem").to_str().unwrap().to_owned();
        let lms_listen = format!("127.0.0.1:{lms_port}");
        let data = files.path().join("data").to_str().unwrap().to_owned();
        let of_platform = [
            "platform_server",
            "--data",
            &data,
            "--listen",
            &lms_listen,
            "--tools",
            &tools,
            "--public-url",
            &lms,
        ];
        let of_tool = [
            "tool_server",
            "--listen",
            &format!("127.0.0.1:{tool_port}"),
            "--registrations",
            &registrations,
            "--keys",
            &keys,
        ];
        let platform = platform::Arguments::parse_from(of_platform.into_iter().chain(common));
        let tool = tool::Arguments::parse_from(
            of_tool.into_iter().chain(common).chain(["--store", store]).chain(flags.iter().copied()),
        );
        let running = vec![platform::start(platform).await.unwrap(), tool::start(tool).await.unwrap()];
        assert_eq!((running[0].url(), running[1].url()), (local.as_str(), quizzes.as_str()));
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Self { lms, tool: quizzes, _running: running, files, flags }
    }

    /// Another machine of the same tool: the same registrations, keys, store and public address.
    pub async fn second_tool(&self, store: &str) -> Running {
        let file = |name: &str| self.files.path().join(name).to_str().unwrap().to_owned();
        let (registrations, keys) = (file("registrations.json"), file("keys.pem"));
        let arguments = [
            "tool_server",
            "--listen",
            "127.0.0.1:0",
            "--public-url",
            &self.tool,
            "--registrations",
            &registrations,
            "--keys",
            &keys,
            "--store",
            store,
            "--allow-loopback",
        ];
        let arguments = arguments.into_iter().chain(self.flags.iter().map(String::as_str));
        tool::start(tool::Arguments::parse_from(arguments)).await.unwrap()
    }

    /// The platform anew, under the same address, with a tool that changed.
    pub async fn platform_again(mut self, change: impl FnOnce(&mut Value)) -> Self {
        self._running.remove(0).stop().await;
        let path = self.files.path().join("tools.json");
        let mut tools: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut tools[0]);
        std::fs::write(&path, tools.to_string()).unwrap();
        let listen = self.lms.trim_start_matches("http://").to_owned();
        let data = self.files.path().join("data");
        let arguments = ["platform_server", "--listen", &listen, "--tools", path.to_str().unwrap()];
        let rest = ["--allow-loopback", "--data", data.to_str().unwrap()];
        let arguments = platform::Arguments::parse_from(arguments.into_iter().chain(rest));
        self._running.insert(0, platform::start(arguments).await.unwrap());
        self
    }

    /// From the click to the form, with the login at one machine of the tool.
    pub async fn form(&self, browser: &mut Browser, at: &str) -> Vec<(String, String)> {
        self.form_of(browser, at, 0).await
    }

    /// The same for the first course's link number `index`.
    pub async fn form_of(&self, browser: &mut Browser, at: &str, index: usize) -> Vec<(String, String)> {
        let links = browser.get(&format!("{}/courses/course-1/links", self.lms), JSON).await.json();
        let url = format!("{}/launch/{}", self.lms, links[index]["id"].as_str().unwrap());
        let login = browser.get(&url, HTML).await.location();
        let login = login.as_str().replace(&self.tool, at);
        let request = browser.get(&login, HTML).await.location();
        browser.get(request.as_str(), HTML).await.expect(200).form().1
    }

    pub async fn signed_in(&self, user: &str) -> Browser {
        let mut browser = Browser::new();
        let fields = [("user".to_owned(), user.to_owned())];
        browser.post(&format!("{}/session", self.lms), &fields, JSON).await.expect(200);
        browser
    }

    /// The launch of the first course's link number `index`.
    pub async fn launch(&self, browser: &mut Browser, index: usize) -> Answer {
        let links = browser.get(&format!("{}/courses/course-1/links", self.lms), JSON).await.json();
        self.launch_link(browser, links[index]["id"].as_str().unwrap()).await
    }

    /// The launch of any link.
    pub async fn launch_link(&self, browser: &mut Browser, link: &str) -> Answer {
        self.walk(browser, &format!("{}/launch/{link}", self.lms)).await
    }

    async fn walk(&self, browser: &mut Browser, url: &str) -> Answer {
        let login = browser.get(url, HTML).await.location();
        let request = browser.get(login.as_str(), HTML).await.location();
        let (action, fields) = browser.get(request.as_str(), HTML).await.expect(200).form();
        browser.post(&action, &fields, JSON).await
    }

    /// Has the tool register itself with the platform: the client id that it got.
    pub async fn register_itself(&self, teacher: &mut Browser) -> String {
        let mint = format!("{}/admin/registrations", self.lms);
        let invitation = teacher.post(&mint, &[], JSON).await.expect(200).json();
        let done = Browser::new().get(&register_url(&self.tool, &invitation), JSON).await.expect(200).json();
        done["client_id"].as_str().unwrap().to_owned()
    }

    /// The link that deep linking with a tool made of a content item.
    pub async fn choose(&self, teacher: &mut Browser, client_id: &str, items: Value) -> String {
        let url = format!("{}/deep-link/{client_id}?course=course-1", self.lms);
        let choosing = self.walk(teacher, &url).await.expect(200).json();
        let (id, token) =
            (choosing["launch_id"].as_str().unwrap(), choosing["access_token"].as_str().unwrap());
        let url = format!("{}/lti/launches/{id}/deep-link", self.tool);
        let form =
            teacher.call("POST", &url, token, Some(json!({"content_items": items}))).await.expect(200).json();
        let fields = [("JWT".to_owned(), form["jwt"].as_str().unwrap().to_owned())];
        let added =
            teacher.post(&format!("{}/lti/deep-linking/return", self.lms), &fields, JSON).await.expect(200);
        added.json()["links"][0]["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn files_of_the_contracts_shape_are_read() {
    let pair = Pair::start(|_, _| {}).await;
    let mut student = pair.signed_in("student-1").await;
    let document = pair.launch(&mut student, 0).await.expect(200).json();
    assert_eq!(document["user"]["name"], "Inés Rojas");
    assert_eq!(document["user"]["email"], Value::Null, "privacy lists the name alone");
    assert_eq!(document["services"], json!({"ags": false, "nrps": true, "deep_linking": false}));
    let custom = &document["claims"]["https://purl.imsglobal.org/spec/lti/claim/custom"];
    assert_eq!(custom["k"], "$User.username", "not supported here");

    let mut teacher = pair.signed_in("teacher-1").await;
    let launched = pair.launch(&mut teacher, 0).await.expect(200).json();
    let (id, token) = (launched["launch_id"].as_str().unwrap(), launched["access_token"].as_str().unwrap());
    let url = format!("{}/lti/launches/{id}/members", pair.tool);
    let members = teacher.call("GET", &url, token, None).await.expect(200);
    assert!(members.body.contains("Tomasz") && !members.body.contains("@school.example"), "{}", members.body);
    let url = format!("{}/lti/launches/{id}/results", pair.tool);
    assert_eq!(teacher.call("GET", &url, token, None).await.expect(403).code(), "service_missing");
}

#[tokio::test]
async fn no_deployments_refuse_every_launch() {
    let pair = Pair::start(|platform, _| platform["deployment_ids"] = json!([])).await;
    let mut student = pair.signed_in("student-1").await;
    assert_eq!(pair.launch(&mut student, 0).await.expect(403).code(), "deployment_unknown");
}

#[tokio::test]
async fn deployments_not_known_yet_admit_the_first_alone() {
    let pair = Pair::start(|platform, _| platform["deployment_ids"] = Value::Null).await;
    let mut student = pair.signed_in("student-1").await;
    pair.launch(&mut student, 0).await.expect(200);
    pair.launch(&mut student, 0).await.expect(200);
    // The platform has it under another deployment from now on.
    let second = pair.platform_again(|tool| tool["deployment_ids"] = json!(["2"])).await;
    let mut student = second.signed_in("student-1").await;
    assert_eq!(second.launch(&mut student, 0).await.expect(403).code(), "deployment_unknown");
}

#[tokio::test]
async fn privacy_of_nothing_sends_nothing() {
    let pair = Pair::start(|_, tool| tool["privacy"] = json!([])).await;
    let mut student = pair.signed_in("student-1").await;
    let answer = pair.launch(&mut student, 0).await.expect(200);
    assert_eq!(answer.json()["user"]["id"], "student-1");
    assert!(!answer.body.contains("Rojas") && !answer.body.contains("@"), "{}", answer.body);
}

#[tokio::test]
async fn a_tool_registers_itself_and_waits_for_a_teacher() {
    // The tool does not know the platform yet.
    let pair = Pair::start(|platform, _| platform["issuer"] = json!("https://other.example")).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let mut student = pair.signed_in("student-1").await;
    let mint = format!("{}/admin/registrations", pair.lms);
    assert_eq!(student.post(&mint, &[], JSON).await.expect(403).code(), "teacher_required");
    assert_eq!(Browser::new().post(&mint, &[], JSON).await.expect(401).code(), "session_missing");
    let invitation = teacher.post(&mint, &[], JSON).await.expect(200).json();
    let url = register_url(&pair.tool, &invitation);
    let page = Browser::new().get(&url, HTML).await.expect(200);
    assert!(page.body.contains("org.imsglobal.lti.close"), "{}", page.body);
    let again = Browser::new().get(&url, JSON).await.expect(502);
    assert!(
        !again.body.contains(invitation["registration_token"].as_str().unwrap()),
        "an invitation is for once"
    );

    let tools = teacher.get(&format!("{}/tools", pair.lms), HTML).await.expect(200);
    assert!(tools.body.contains("waiting for a teacher"), "{}", tools.body);
    let links = student.get(&format!("{}/courses/course-1/links", pair.lms), JSON).await.json();
    let (link, client_id) = (links[1]["id"].as_str().unwrap(), links[1]["tool"].as_str().unwrap());
    let refused = student.get(&format!("{}/launch/{link}", pair.lms), JSON).await.expect(403);
    assert_eq!(refused.code(), "registration_not_active");
    let activate = format!("{}/admin/registrations/{client_id}/activate", pair.lms);
    assert_eq!(student.post(&activate, &[], JSON).await.expect(403).code(), "teacher_required");
    teacher.post(&activate, &[], JSON).await.expect(200);
    let document = pair.launch(&mut student, 1).await.expect(200).json();
    assert_eq!(document["services"]["ags"], true);
}

fn register_url(tool: &str, invitation: &Value) -> String {
    let fields = ["openid_configuration", "registration_token"].map(|n| (n, invitation[n].as_str().unwrap()));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("{tool}/lti/register?{query}")
}

/// A platform that is here already may register the tool again.
#[tokio::test]
async fn a_second_registration_with_the_same_addresses_is_in_use_at_once() {
    let pair = Pair::start(|_, _| {}).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let mint = format!("{}/admin/registrations", pair.lms);
    let invitation = teacher.post(&mint, &[], JSON).await.expect(200).json();
    let done = Browser::new().get(&register_url(&pair.tool, &invitation), JSON).await.expect(200).json();
    assert_eq!(done["status"], "registered");
}

/// Nobody adds a registration with addresses of their own to a platform that is here already, and has it used.
#[tokio::test]
async fn a_second_registration_with_other_addresses_waits_for_whoever_runs_the_tool() {
    let pair = Pair::start(|platform, _| platform["token_url"] = json!("https://other.example/token")).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let mint = format!("{}/admin/registrations", pair.lms);
    let invitation = teacher.post(&mint, &[], JSON).await.expect(200).json();
    let done = Browser::new().get(&register_url(&pair.tool, &invitation), JSON).await.expect(200).json();
    assert_eq!(done["status"], "pending");
    let client_id = done["client_id"].as_str().unwrap();
    let login = format!(
        "{}/lti/login?iss={}&login_hint=1&target_link_uri=x&client_id={client_id}",
        pair.tool, pair.lms
    );
    let refused = teacher.get(&login, JSON).await.expect(403);
    assert_eq!(refused.code(), "registration_not_active");
    // The one that was there is as it was.
    pair.launch(&mut teacher, 0).await.expect(200);
}

/// What is taken out of `--tools` is gone with the next start; what registered itself stays.
#[tokio::test]
async fn a_tool_is_revoked_by_taking_it_out_of_the_file() {
    let pair = Pair::start(|_, _| {}).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let mint = format!("{}/admin/registrations", pair.lms);
    let invitation = teacher.post(&mint, &[], JSON).await.expect(200).json();
    let done = Browser::new().get(&register_url(&pair.tool, &invitation), JSON).await.expect(200).json();
    let client_id = done["client_id"].as_str().unwrap();
    let tools = teacher.get(&format!("{}/tools", pair.lms), HTML).await.expect(200);
    assert!(tools.body.contains("<code>abc</code>"), "{}", tools.body);
    let pair = pair.platform_again(|tool| tool["client_id"] = json!("another")).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let tools = teacher.get(&format!("{}/tools", pair.lms), HTML).await.expect(200);
    assert!(tools.body.contains(client_id) && tools.body.contains("another"), "{}", tools.body);
    assert!(!tools.body.contains("<code>abc</code>"), "{}", tools.body);
}

/// Nor does a deployment that was made up get columns of its own.
#[tokio::test]
async fn a_tool_reaches_no_deployment_that_is_not_its_own() {
    use std::sync::Arc;
    let pair = Pair::start(|_, tool| {
        tool["scopes"] = json!(["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"]);
    })
    .await;
    let read = |name: &str| std::fs::read_to_string(pair.files.path().join(name)).unwrap();
    let key = lti_jwks::SigningKey::parse(&read("keys.pem")).unwrap();
    let mut records: Vec<lti_types::PlatformRecord> =
        serde_json::from_str(&read("registrations.json")).unwrap();
    let credentials = lti_client::Credentials::new(&records.remove(0), Arc::new(key)).unwrap();
    let policy = lti_client::OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
    let client = lti_client::Client::builder().outbound(policy).build().unwrap();
    let granted = client.token_source(&credentials, [lti_types::Scope::LineItem]).token().await.unwrap();
    let mut program = Browser::new();
    for (deployment, status) in [("1", 201), ("2", 404), ("made-up", 404)] {
        let url = format!("{}/lti/contexts/course-1/line-items?deployment_id={deployment}", pair.lms);
        let kind = "application/vnd.ims.lis.v2.lineitem+json";
        let bearer = format!("Bearer {}", granted.token.expose());
        let headers = [("authorization", bearer.as_str()), ("content-type", kind), ("accept", kind)];
        let item = json!({"scoreMaximum": 1, "label": "x"}).to_string();
        program.send("POST", &url, &headers, item.into()).await.expect(status);
    }
}

#[tokio::test]
async fn a_public_address_is_scheme_and_host_alone() {
    for url in
        ["https://t.example/?a=1", "https://t.example/#a", "https://me:it@t.example/", "https://t.example/x"]
    {
        let arguments = ["tool_server", "--listen", "127.0.0.1:0", "--public-url", url];
        let error = tool::start(tool::Arguments::parse_from(arguments)).await.unwrap_err().to_string();
        assert!(error.starts_with("--public-url must be ") && !error.contains('\n'), "{url}: {error}");
    }
}

#[tokio::test]
async fn administrators_get_documents() {
    let pair = Pair::start(|_, _| {}).await;
    let canvas =
        Browser::new().get(&format!("{}/lti/config/canvas.json", pair.tool), JSON).await.expect(200).json();
    assert_eq!(canvas["oidc_initiation_url"], format!("{}/lti/login", pair.tool));
    let xml = Browser::new().get(&format!("{}/lti/cartridge.xml", pair.tool), "*/*").await.expect(200);
    assert!(
        xml.body.contains(&format!("{}/lti/launch", pair.tool)) && xml.header("content-type").contains("xml")
    );
}

#[tokio::test]
async fn content_is_imported_for_the_tool_that_it_fits() {
    let pair = Pair::start(|_, _| {}).await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let url = format!("{}/courses/course-1/import", pair.lms);
    let form = |fields: &[(&str, &str)]| {
        fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<Vec<_>>()
    };
    let launch = format!("{}/lti/launch", pair.tool);
    let fields = form(&[("title", "Planets"), ("url", &launch), ("custom", "quiz=planets\nlevel=2")]);
    let added = teacher.post(&url, &fields, JSON).await.expect(200).json();
    assert_eq!((&added["added"][0]["title"], &added["added"][0]["tool"]), (&json!("Planets"), &json!("abc")));
    let document = pair.launch(&mut teacher, 1).await.expect(200).json();
    assert_eq!(document["claims"]["https://purl.imsglobal.org/spec/lti/claim/custom"]["quiz"], "planets");

    let elsewhere = form(&[("url", "https://elsewhere.example/x")]);
    let left = teacher.post(&url, &elsewhere, JSON).await.expect(200).json();
    assert_eq!((left["added"].as_array().unwrap().len(), left["left_out"].as_array().unwrap().len()), (0, 1));
    let fetched = form(&[("cartridge_url", &format!("{}/lti/cartridge.xml", pair.tool))]);
    let added = teacher.post(&url, &fetched, JSON).await.expect(200).json();
    assert_eq!(added["added"][0]["title"], "Example quizzes");
    let mut student = pair.signed_in("student-1").await;
    student.post(&url, &fetched, JSON).await.expect(403);
    let headers = [("content-type", "application/zip"), ("accept", JSON)];
    let refused = teacher.send("POST", &url, &headers, b"no package".to_vec()).await.expect(400);
    assert_eq!(refused.code(), "archive");
}
