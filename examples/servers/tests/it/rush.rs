//! Two machines of one tool, a platform that signs, and browsers in great number.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use clap::Parser;
use lti_example_servers::server::Running;
use lti_example_servers::tool;
use lti_jwks::{JwkSet, RsaSize, SigningKey, UnsignedJwt};
use reqwest::Url;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};

use crate::browser::JSON;

const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim";

/// What a browser has after a login that its platform answered.
#[derive(Debug)]
pub struct Begun {
    pub form: String,
    pub cookie: String,
}

/// What a browser is told.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    /// Of a refusal.
    pub code: String,
    /// The launch that was made, or is led to.
    pub launch_id: Option<String>,
}

/// How often each was said.
pub fn tally<'a>(answers: impl IntoIterator<Item = &'a Answered>) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        *tally.entry(format!("{} {}", answer.status, answer.code).trim().to_owned()).or_default() += 1;
    }
    tally
}

pub struct Rush {
    key: SigningKey,
    issuer: String,
    machines: Vec<Running>,
    client: reqwest::Client,
    _files: tempfile::TempDir,
}

impl Rush {
    pub async fn start(store: &str) -> Self {
        Self::try_start(store).await.unwrap()
    }

    /// Or what the first machine says instead.
    pub async fn try_start(store: &str) -> Result<Self, String> {
        let key = SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap();
        let keys = serde_json::to_vec(&JwkSet::new([key.public_jwk()])).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        // The store keeps registrations; each run has its own.
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/jwks", get(async || keys));
        tokio::spawn(async move { axum::serve(listener, app).await });

        let files = tempfile::tempdir().unwrap();
        let file = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
        let registration = json!([{
            "name": "Rush", "issuer": issuer, "client_id": "abc", "deployment_ids": ["1"],
            "authentication_url": format!("{issuer}/auth"), "token_url": format!("{issuer}/token"),
            "key_set_url": format!("{issuer}/jwks"),
        }]);
        std::fs::write(file("registrations.json"), registration.to_string()).unwrap();
        let (registrations, keys) = (file("registrations.json"), file("keys.pem"));
        let mut machines: Vec<Running> = Vec::new();
        for _ in 0..2 {
            let public = machines.first().map(|first| first.url().to_owned());
            let arguments = ["tool_server", "--listen", "127.0.0.1:0", "--registrations", &registrations];
            let rest = ["--keys", &keys, "--store", store, "--allow-loopback", "--rate-limit", "0"];
            let public = public.iter().flat_map(|public| ["--public-url", public.as_str()]);
            let arguments = tool::Arguments::parse_from(arguments.into_iter().chain(rest).chain(public));
            machines.push(tool::start(arguments).await.map_err(|error| error.to_string())?);
        }
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Ok(Self { key, issuer, machines, client: client.build().unwrap(), _files: files })
    }

    /// So many logins, at the machines in turn, answered by the platform.
    pub async fn begin(&self, logins: usize) -> Vec<Arc<Begun>> {
        let mut begun = Vec::new();
        for index in 0..logins {
            begun.push(Arc::new(self.login(index % 2).await.unwrap()));
        }
        begun
    }

    /// One of them, or the refusal.
    pub async fn login(&self, machine: usize) -> Result<Begun, Answered> {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("iss", self.issuer.as_str()), ("client_id", "abc"), ("login_hint", "1")])
            .append_pair("target_link_uri", &format!("{}/lti/launch", self.machines[0].url()))
            .finish();
        let url = format!("{}/lti/login?{query}", self.machines[machine].url());
        let answer = self.client.get(url).header(ACCEPT, JSON).send().await.unwrap();
        if answer.status() != 302 {
            return Err(Answered::of(answer).await);
        }
        let to = Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap();
        let field = |name: &str| to.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookies = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("id_token", &self.token(&field("nonce")))
            .append_pair("state", &field("state"))
            .finish();
        Ok(Begun { form, cookie: cookies.collect::<Vec<_>>().join("; ") })
    }

    fn token(&self, nonce: &str) -> String {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let payload = json!({
            "iss": self.issuer, "aud": "abc", "sub": "student", "nonce": nonce, "iat": now, "exp": now + 3600,
            format!("{CLAIM}/message_type"): "LtiResourceLinkRequest", format!("{CLAIM}/version"): "1.3.0",
            format!("{CLAIM}/deployment_id"): "1", format!("{CLAIM}/resource_link"): {"id": "link"},
            format!("{CLAIM}/target_link_uri"): format!("{}/lti/launch", self.machines[0].url()),
            format!("{CLAIM}/roles"): ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        });
        UnsignedJwt::new(&payload).unwrap().sign(&self.key).unwrap()
    }

    pub async fn post(&self, machine: usize, form: &str, cookie: &str) -> Answered {
        let url = format!("{}/lti/launch", self.machines[machine].url());
        let request = self.client.post(url).header(ACCEPT, JSON).header(COOKIE, cookie);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        Answered::of(request.body(form.to_owned()).send().await.unwrap()).await
    }

    /// How many launches the machines say that they accepted.
    pub async fn accepted(&self) -> usize {
        let mut accepted = 0;
        for machine in &self.machines {
            let answer = self.client.get(format!("{}/metrics", machine.url())).send().await.unwrap();
            let text = answer.text().await.unwrap();
            let line =
                text.lines().find_map(|line| line.strip_prefix("lti_launches_total{outcome=\"accepted\"} "));
            accepted += line.map_or(0, |count| count.parse::<usize>().unwrap());
        }
        accepted
    }
}

impl Answered {
    async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let led = response.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let led = led.and_then(|to| Some(to.strip_prefix("/lti/launches/")?.to_owned()));
        Self { status, code: text("error").unwrap_or_default(), launch_id: text("launch_id").or(led) }
    }
}
