//! The platform: its keys, at an address, and its messages.

use std::hint::black_box;

use axum::Router;
use axum::routing::get;
use chrono::{DateTime, Utc};
use lti_jwks::{JwkSet, SigningKey, UnsignedJwt, VerifyingKeys};
use lti_tool::{Browser, LoginSecrets, Registration, UnverifiedLaunch};
use lti_types::{AuthenticationResponse, LoginInitiation, PlatformRecord};
use serde_json::{Value, json};

use crate::{baseline, server};

const KEY: &str = include_str!("../../../../crates/lti-jwks/tests/fixtures/rsa2048.pkcs8.pem");

pub struct Platform {
    key: SigningKey,
    launch: Value,
    registration: Value,
    /// The path and query of a login.
    pub login: String,
}

fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}

impl Platform {
    /// Serves its keys from now on.
    pub async fn start() -> Self {
        let key = SigningKey::from_pem(KEY).unwrap();
        let keys = serde_json::to_vec(&JwkSet::new([key.public_jwk()])).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks", listener.local_addr().unwrap());
        let app = Router::new().route("/jwks", get(async || keys));
        tokio::spawn(async move { axum::serve(listener, app).await });

        let launch = serde_json::to_value(baseline::launch()).unwrap();
        let claim = |name: &str| {
            launch[format!("https://purl.imsglobal.org/spec/lti/claim/{name}")].as_str().unwrap()
        };
        let registration = json!({
            "name": "Load", "issuer": launch["iss"], "client_id": launch["aud"],
            "deployment_ids": [claim("deployment_id")], "authentication_url": "https://lms.example.edu/auth",
            "token_url": "https://lms.example.edu/token", "key_set_url": url,
        });
        let login = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("iss", launch["iss"].as_str().unwrap())
            .append_pair("client_id", launch["aud"].as_str().unwrap())
            .append_pair("lti_deployment_id", claim("deployment_id"))
            .append_pair("target_link_uri", claim("target_link_uri"))
            .append_pair("login_hint", "535fa085-f22b-4655-8ef7-2ad3d9b54f21")
            .append_pair("lti_message_hint", "a9f2d1b0-8a35-4d0e-b5f5-0b3f7a2d5c11")
            .finish();
        Self { key, registration, login: format!("/lti/login?{login}"), launch }
    }

    /// The file of the tool that it is registered with.
    pub fn registrations(&self) -> String {
        json!([self.registration]).to_string()
    }

    /// The answer to an authentication request.
    pub fn token(&self, nonce: &str) -> String {
        let mut payload = self.launch.clone();
        payload["nonce"] = nonce.into();
        payload["iat"] = now().timestamp().into();
        payload["exp"] = (now().timestamp() + 3600).into();
        UnsignedJwt::new(&payload).unwrap().sign(&self.key).unwrap()
    }

    /// Seconds of CPU time of one verification, in this process, of so many. Nothing else must go on in it.
    pub fn verify(&self, times: usize) -> f64 {
        let record: PlatformRecord = serde_json::from_value(self.registration.clone()).unwrap();
        let registration = Registration::new(record).unwrap();
        let keys = VerifyingKeys::single(self.key.verifying_key().clone());
        let redirect_uri = "https://tool.example.com/lti/launch".into();
        let begin = || {
            let login = LoginInitiation::from_query(self.login.split_once('?').unwrap().1).unwrap();
            let secrets = LoginSecrets::from_entropy([[1; 32], [2; 32], [3; 32]]);
            registration.begin_login(login, &redirect_uri, secrets, now()).unwrap()
        };
        let login = begin();
        let browser = Browser::from_cookie(login.browser_secret);
        let token = self.token(login.request.nonce.as_ref().unwrap().as_str());
        let state = login.request.state.clone().unwrap();
        let prepared: Vec<_> = (0..times)
            .map(|_| (AuthenticationResponse::id_token(token.clone(), state.clone()), begin().pending))
            .collect();
        let before = server::cpu_of_thread();
        for (response, pending) in prepared {
            let unverified = UnverifiedLaunch::from_form(response).unwrap();
            black_box(unverified.verify(pending, &browser, &registration, &keys, now()).unwrap());
        }
        (server::cpu_of_thread() - before) / times as f64
    }
}
