//! Published vectors: RFC 5849, OAuth Request Body Hash, and our own that were checked with oauthlib.

use http::Request;
use lti_legacy::{
    BaseString, Evidence, Parameters, SignatureMethod, UnverifiedRequest, Use, consumer_key_signature,
    evidence,
};
use lti_types::{Audience, ClientId, LaunchClaims, Lti1p1};
use serde_json::json;

use crate::support::{SECRET, URL, any_key, credential, key, nonce, now, received, secret, signer, url};

fn parameters(method: &str) -> Vec<(&'static str, String)> {
    [
        ("lti_message_type", "basic-lti-launch-request"),
        ("lti_version", "LTI-1p0"),
        ("resource_link_id", "rl-42"),
        ("resource_link_title", "Fractions & Décimals"),
        ("user_id", "u/7"),
        ("roles", "Learner,urn:lti:instrole:ims/lis/Student"),
        ("custom_note", ""),
        ("custom_tilde", "~a b+c*"),
        ("oauth_callback", "about:blank"),
        ("oauth_consumer_key", "key1"),
        ("oauth_nonce", "n0nce"),
        ("oauth_signature_method", method),
        ("oauth_timestamp", "1700000000"),
        ("oauth_version", "1.0"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

const BASE: &str = "POST&https%3A%2F%2Ftool.example.com%2Flaunch&a%3D1%26custom_note%3D%26custom_tilde%3D~a%2520b%252Bc%252A%26lti_message_type%3Dbasic-lti-launch-request%26lti_version%3DLTI-1p0%26oauth_callback%3Dabout%253Ablank%26oauth_consumer_key%3Dkey1%26oauth_nonce%3Dn0nce%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1700000000%26oauth_version%3D1.0%26resource_link_id%3Drl-42%26resource_link_title%3DFractions%2520%2526%2520D%25C3%25A9cimals%26roles%3DLearner%252Curn%253Alti%253Ainstrole%253Aims%252Flis%252FStudent%26user_id%3Du%252F7";
const SHA1: &str = "yKOx6yYY5SGq+seQzXx8IfBUOQA=";
const SHA256: &str = "y7FQt7hi8yRGKQyW1h3yvMLZUBXcIsueAHEXVZadRMg=";

#[test]
fn x38_base_string_of_the_launch() {
    let parameters = parameters("HMAC-SHA1");
    let all = parameters.iter().map(|(name, value)| (*name, value.as_str()));
    let base = BaseString::new("POST", &url(), all.chain([("a", "1"), ("oauth_signature", "x")])).unwrap();
    assert_eq!(base.as_str(), BASE);
}

#[test]
fn x38_signatures_of_the_launch() {
    for (method, signature) in [(SignatureMethod::HmacSha1, SHA1), (SignatureMethod::HmacSha256, SHA256)] {
        let parameters = parameters(method.as_str());
        let all = parameters.iter().map(|(name, value)| (*name, value.as_str()));
        let base = BaseString::new("POST", &url(), all.chain([("a", "1")])).unwrap();
        assert_eq!(method.sign(&base, &secret(SECRET)), signature);

        // And as a whole: what is posted is the vector, and is believed.
        let own: Parameters = parameters
            .iter()
            .filter(|(name, _)| !name.starts_with("oauth_"))
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut signer = signer();
        signer.method = method;
        let post = signer.form(&url(), own, &nonce("n0nce"), now()).unwrap();
        assert_eq!(post.field("oauth_signature"), Some(signature));
        assert_eq!(post.action, URL);
        assert!(post.field("a").is_none(), "the query stays in the address");
        let launch = received(&post).unwrap();
        assert_eq!(launch.launch_parameters().resource_link_title.as_deref(), Some("Fractions & Décimals"));
        assert_eq!(launch.launch_parameters().custom.get("tilde"), Some("~a b+c*"));
        assert_eq!(launch.parameters().get("a"), Some("1"));
    }
}

#[test]
fn x38_base_string_of_rfc_5849() {
    // RFC 5849 §3.4.1.1, with the parameters of query, form and header.
    let parameters = [
        ("b5", "=%3D"),
        ("a3", "a"),
        ("c@", ""),
        ("a2", "r b"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ];
    let base = BaseString::new("POST", &"http://EXAMPLE.COM:80/request?b5=x".into(), parameters).unwrap();
    assert_eq!(
        base.as_str(),
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
}

#[test]
fn x38_body_hashes() {
    for (body, hash) in
        [("Hello World!", "Lve95gjOVATpfV8EL5X4nxwjKHE="), ("", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=")]
    {
        assert_eq!(SignatureMethod::HmacSha1.body_hash(body.as_bytes()), hash);
    }
}

#[test]
fn x38_signature_of_a_service_request() {
    // The body of that hash is not published; the signature is over the hash.
    let parameters = [
        ("oauth_body_hash", "q3xl/DKgZ9GDMtpuBQBFT4vw2sM="),
        ("oauth_consumer_key", "key1"),
        ("oauth_nonce", "n2"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1700000000"),
        ("oauth_version", "1.0"),
    ];
    let base = BaseString::new("POST", &"https://lms.example.com/outcomes".into(), parameters).unwrap();
    let signature = SignatureMethod::HmacSha1.sign(&base, &secret(SECRET));
    assert_eq!(signature, "oQF646OVHJaGDYBqp4LYWa5jVFU=");

    let request =
        Request::post("https://lms.example.com/outcomes?x=1").body(b"Hello World!".to_vec()).unwrap();
    let request = signer().request(request, &nonce("n2"), now()).unwrap();
    let header = request.headers()["authorization"].to_str().unwrap();
    assert!(header.contains(r#"oauth_body_hash="Lve95gjOVATpfV8EL5X4nxwjKHE%3D""#), "{header}");
    let endpoint = "https://lms.example.com/outcomes".into();
    let verified = UnverifiedRequest::from_http(&request, &endpoint).unwrap().verify(&[credential()], now());
    assert_eq!(verified.unwrap().first_use(Use::First).unwrap().body(), b"Hello World!");
}

/// The claims of the vector.
fn old_key(signature: &str) -> LaunchClaims {
    let mut claims: LaunchClaims = serde_json::from_value(json!({
        "iss": "https://lmsvendor.com", "exp": 1_551_290_856, "nonce": "172we8671fd8z",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "689302",
    }))
    .unwrap();
    claims.aud = Some(Audience::list(["PM48OJSfGDTAzAo".to_owned()]));
    let mut claim = Lti1p1::new();
    claim.oauth_consumer_key = Some("179248902".to_owned());
    claim.oauth_consumer_key_sign = Some(signature.to_owned());
    claim.user_id = Some("34212".to_owned());
    claims.lti1p1 = Some(claim);
    claims
}

#[test]
fn x37_lti1p1_vector() {
    const SIGNATURE: &str = "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps=";
    let client_id = ClientId::new("PM48OJSfGDTAzAo").unwrap();
    let old = secret("my-lti11-secret");
    let signed = consumer_key_signature(&old_key(""), &key("179248902"), &client_id, &old).unwrap();
    assert_eq!(signed, SIGNATURE);
    // Each of several secrets is tried.
    let known = [any_key("another"), any_key("my-lti11-secret")];
    let Evidence::Proven(ids) = evidence(&old_key(SIGNATURE), &client_id, &known) else { panic!() };
    assert_eq!((ids.consumer_key(), ids.ids().user_id.as_deref()), (&key("179248902"), Some("34212")));
}

#[test]
fn x37_one_bit_changed_is_rejected() {
    use base64_of::{decode, encode};
    const SIGNATURE: &str = "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps=";
    let client_id = ClientId::new("PM48OJSfGDTAzAo").unwrap();
    let known = [any_key("my-lti11-secret")];
    let proven = |claims: &LaunchClaims| matches!(evidence(claims, &client_id, &known), Evidence::Proven(_));
    assert!(proven(&old_key(SIGNATURE)));
    let bytes = decode(SIGNATURE);
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!proven(&old_key(&encode(&changed))), "bit {bit}");
    }
    // So is each part of what is signed.
    for (member, value) in [
        ("iss", json!("https://lmsvendor.com/")),
        ("exp", json!(1_551_290_857)),
        ("nonce", json!("172we8671fd8y")),
        ("https://purl.imsglobal.org/spec/lti/claim/deployment_id", json!("689303")),
    ] {
        let mut claims = serde_json::to_value(old_key(SIGNATURE)).unwrap();
        claims[member] = value;
        assert!(!proven(&serde_json::from_value(claims).unwrap()), "{member}");
    }
    let other = ClientId::new("PM48OJSfGDTAzAp").unwrap();
    assert!(matches!(evidence(&old_key(SIGNATURE), &other, &known), Evidence::Unproven(_)));
}

/// Base64 as the tests need it, without a library.
pub(crate) mod base64_of {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub(crate) fn encode(bytes: &[u8]) -> String {
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let word = (0..3).fold(0, |word, i| word << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
            for i in 0..4 {
                let digit = ALPHABET[(word >> (18 - 6 * i) & 63) as usize];
                text.push(if i <= chunk.len() { digit.into() } else { '=' });
            }
        }
        text
    }

    pub(crate) fn decode(text: &str) -> Vec<u8> {
        let digit = |byte: &u8| ALPHABET.iter().position(|b| b == byte).unwrap() as u32;
        let digits: Vec<u32> = text.trim_end_matches('=').as_bytes().iter().map(digit).collect();
        let mut bytes = Vec::new();
        for chunk in digits.chunks(4) {
            let word = (0..4).fold(0, |word, i| word << 6 | chunk.get(i).copied().unwrap_or(0));
            bytes.extend(word.to_be_bytes()[1..chunk.len()].iter());
        }
        bytes
    }
}
