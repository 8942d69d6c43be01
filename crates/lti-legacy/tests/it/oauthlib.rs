//! Launches that we sign are verified by oauthlib, and the other way round. Where there is no Python with oauthlib the
//! test says so and passes, unless `LTI_TEST_REQUIRE_ALL=1`. `LTI_TEST_PYTHON` names the Python to use.

#![allow(clippy::disallowed_methods, reason = "a test may ask the environment what it is to demand")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use lti_legacy::{BaseString, Credential, Parameters, SignatureMethod, Signer, UnverifiedLaunch};
use lti_types::{DeploymentId, FormPost, WireUrl};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{key, nonce, now, secret};

const SCRIPT: &str = r#"
import json, sys
from types import SimpleNamespace as Request
from urllib.parse import urlsplit
from oauthlib.oauth1 import Client, SIGNATURE_TYPE_BODY
from oauthlib.oauth1.rfc5849 import signature as s

FORM = {'Content-Type': 'application/x-www-form-urlencoded'}
VERIFY = {'HMAC-SHA1': s.verify_hmac_sha1, 'HMAC-SHA256': s.verify_hmac_sha256}

def one(launch):
    query = urlsplit(launch['url']).query
    def verified(body):
        given = dict(s.collect_parameters(body=body, exclude_oauth_signature=False))['oauth_signature']
        params = s.collect_parameters(uri_query=query, body=body)
        request = Request(uri=launch['url'], http_method='POST', params=params, signature=given)
        base = s.signature_base_string('POST', s.base_string_uri(launch['url']), s.normalize_parameters(params))
        return VERIFY[launch['method']](request, client_secret=launch['secret']), base
    ok, base = verified(launch['body'])
    forged, _ = verified(launch['body'] + '&added=1')
    client = Client(launch['key'], client_secret=launch['secret'], signature_method=launch['method'],
                    signature_type=SIGNATURE_TYPE_BODY, nonce=launch['nonce'], timestamp='1700000000')
    _, _, body = client.sign(launch['url'], http_method='POST', body=[tuple(f) for f in launch['fields']], headers=FORM)
    return {'verified': ok, 'forged': forged, 'base': base, 'body': body}

json.dump([one(launch) for launch in json.load(sys.stdin)], sys.stdout)
"#;

fn python() -> Option<String> {
    let python = std::env::var("LTI_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", "import oauthlib.oauth1"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    assert_ne!(
        std::env::var("LTI_TEST_REQUIRE_ALL").as_deref(),
        Ok("1"),
        "oauthlib is required and not installed"
    );
    println!("skipped: no Python with oauthlib");
    None
}

#[derive(Debug)]
struct Random {
    url: String,
    secret: String,
    key: String,
    nonce: String,
    method: SignatureMethod,
    fields: Vec<(String, String)>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[a-zA-Z0-9_.~%+*&=/;:'()!-]{0,12}",
        "\\PC{0,8}",
        prop::sample::select(vec!["", " ", "a\nb\r\nc\rd", "%41%", "Ünïcödé 課程 👩‍🎓", "{\"a\":[1,\"<&>\"]}"])
            .prop_map(str::to_owned),
    ]
}

fn random() -> impl Strategy<Value = Random> {
    let names = prop_oneof![
        prop::sample::select(vec![
            "user_id",
            "roles",
            "context_id",
            "lis_person_name_full",
            "ext_lms",
            "resource_link_title",
        ])
        .prop_map(str::to_owned),
        "custom_[a-z_]{1,8}",
        text(),
    ];
    let query = vec((text(), text()), 0..4).prop_map(|pairs| {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { query } else { format!("?{query}") }
    });
    // A `;` at the very end of a path is lost in Python's own `urlparse`, so there is always something behind it.
    let place = "(https|HTTPS|http)://[a-zA-Z]{1,8}\\.Example(:80|:443|:8443)?((/[a-zA-Z0-9._~=+-]{0,6}|/%2F%7e){1,3}(;v=1)?)?";
    let visible = "[A-Za-z0-9 _.~+*&=/:-]{1,12}";
    (place, query, text(), visible, visible, any::<bool>(), vec((names, text()), 0..25)).prop_map(
        |(place, query, secret, key, nonce, sha1, fields)| {
            let method = if sha1 { SignatureMethod::HmacSha1 } else { SignatureMethod::HmacSha256 };
            let secret = if secret.is_empty() { "s".to_owned() } else { secret };
            Random { url: format!("{place}{query}"), secret, key, nonce, method, fields }
        },
    )
}

impl Random {
    /// As a browser sends them, without what a sender may not send: its own OAuth parameters, and others twice.
    fn fields(&self) -> Parameters {
        let mut fields = Parameters::new();
        fields.push("lti_message_type", "basic-lti-launch-request");
        fields.push("lti_version", "LTI-1p0");
        fields.push("resource_link_id", "rl-42");
        for (name, value) in &self.fields {
            let repeated = fields.get(name).is_some() && !name.starts_with("custom_");
            if !repeated && !name.starts_with("oauth_") {
                fields.push(
                    name.clone(),
                    value.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n"),
                );
            }
        }
        fields
    }

    fn signed(&self) -> FormPost {
        let mut signer = Signer::new(key(&self.key), secret(&self.secret));
        signer.method = self.method;
        signer.form(&self.url.as_str().into(), self.fields(), &nonce(&self.nonce), now()).unwrap()
    }

    fn base(&self, body: &str) -> String {
        let url = WireUrl::from(self.url.as_str());
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let query = Parameters::from_form(query.as_bytes()).unwrap();
        let form = Parameters::from_form(body.as_bytes()).unwrap();
        BaseString::new("POST", &url, query.iter().chain(form.iter())).unwrap().as_str().to_owned()
    }

    fn believed(&self, body: &str) -> bool {
        let account = DeploymentId::new("account").unwrap();
        let mut credential = Credential::new(account, key(&self.key), secret(&self.secret));
        credential.methods = vec![self.method];
        let launch = UnverifiedLaunch::from_form(&self.url.as_str().into(), body.as_bytes()).unwrap();
        launch.verify(&[credential], now()).is_ok()
    }
}

#[test]
fn a_thousand_launches_signed_by_each_and_verified_by_the_other() {
    let Some(python) = python() else { return };
    let mut runner = TestRunner::deterministic();
    let launches: Vec<_> = (0..1000).map(|_| random().new_tree(&mut runner).unwrap().current()).collect();
    let bodies: Vec<_> = launches.iter().map(|launch| launch.signed().body()).collect();
    let input: Vec<_> = launches
        .iter()
        .zip(&bodies)
        .map(|(launch, body)| {
            let fields = launch.fields();
            json!({"url": launch.url, "secret": launch.secret, "key": launch.key, "nonce": launch.nonce,
                "method": launch.method, "body": body, "fields": fields.iter().collect::<Vec<_>>()})
        })
        .collect();

    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(&input).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the script failed");
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), 1000);

    for ((launch, body), answer) in launches.iter().zip(&bodies).zip(&answers) {
        assert_eq!(answer["base"], launch.base(body), "{}", launch.url);
        assert_eq!(answer["verified"], true, "ours was not believed: {} {body}", launch.url);
        assert_eq!(answer["forged"], false, "they believe anything");
        let theirs = answer["body"].as_str().unwrap();
        assert!(launch.believed(theirs), "theirs was not believed: {} {theirs}", launch.url);
        assert!(!launch.believed(&format!("{theirs}&added=1")));
    }
}
