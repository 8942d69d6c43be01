//! What must hold of any input to LTI 1.x: as in `oracles.rs`, whose targets these stand beside.

use chrono::{DateTime, Utc};
use lti_legacy::{
    BaseString, ConsumerKey, ContentItemSelection, Credential, LaunchParameters, Operation, OutcomeRequest,
    OutcomeResponse, Parameters, SharedSecret, Signer, UnverifiedLaunch, UnverifiedRequest, Use,
    read_return_messages,
};
use lti_types::{DeploymentId, Nonce, WireUrl};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("a time")
}

fn signer() -> Signer {
    Signer::new(ConsumerKey::new("key1").expect("a key"), SharedSecret::new("s3cr&t").expect("a secret"))
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', "%2B");
    url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().expect("one").1.into_owned()
}

/// A URL on the first line, and a form: the base string says what they say, in whatever order, and what is signed over
/// it is believed, until something changes.
pub(crate) fn legacy_base_string(data: &[u8]) {
    let (url, form) = data.split_at(data.iter().position(|b| *b == b'\n').unwrap_or(data.len()));
    let form = form.strip_prefix(b"\n").unwrap_or(form);
    let Ok(url) = std::str::from_utf8(url).map(WireUrl::from) else { return };
    let Ok(parameters) = Parameters::from_form(form) else { return };
    let Ok(base) = BaseString::new("post", &url, parameters.iter()) else { return };

    let mut backwards: Vec<_> = parameters.iter().collect();
    backwards.reverse();
    assert_eq!(BaseString::new("POST", &url, backwards), Ok(base.clone()), "the order does not matter");
    let parts: Vec<_> = base.as_str().split('&').collect();
    let [method, uri, normalized] = parts[..] else { panic!("three parts") };
    assert_eq!(method, "POST");
    let uri = WireUrl::from(decoded(uri));
    assert_eq!(BaseString::new("POST", &uri, parameters.iter()), Ok(base.clone()), "a base URI is its own");
    let said: Vec<(String, String)> = decoded(normalized)
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').expect("name and value"))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    let mut signed: Vec<_> = parameters.iter().filter(|(name, _)| *name != "oauth_signature").collect();
    let mut said: Vec<_> = said.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    signed.sort_unstable();
    said.sort_unstable();
    assert_eq!(said, signed, "nothing is lost");

    let Ok(post) = signer().form(&url, parameters, &Nonce::new("n").expect("a nonce"), now()) else { return };
    let account = DeploymentId::new("a").expect("an account");
    let credential = Credential::for_any_key(account, SharedSecret::new("s3cr&t").expect("a secret"));
    let verify = |body: &str| {
        let launch = UnverifiedLaunch::from_form(&url, body.as_bytes())?;
        launch.verify(std::slice::from_ref(&credential), now())
    };
    let body = post.body();
    let believed = verify(&body).expect("what is signed is believed");
    assert!(verify(&format!("{body}&x1=1")).is_err(), "believed with more than was signed");
    let _ = believed.first_use(Use::First);
}

/// Envelopes of either direction.
pub(crate) fn legacy_outcome(data: &[u8]) {
    if let Ok(request) = OutcomeRequest::from_xml(data) {
        let written = request.to_xml().expect("what was read can be written");
        let again = OutcomeRequest::from_xml(&written).expect("what was written can be read");
        // The name of an operation that nobody knows is written as nothing but a name.
        if !matches!(request.operation, Operation::Other(_)) {
            assert_eq!(again, request);
        }
    }
    if let Ok(response) = OutcomeResponse::from_xml(data) {
        let written = response.to_xml().expect("what was read can be written");
        assert_eq!(OutcomeResponse::from_xml(&written), Ok(response));
    }
}

/// Forms as launches, content-item answers and return messages; and, as a header, as the parameters of a service request.
pub(crate) fn legacy_parameters(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = read_return_messages(text);
        if let Ok(request) =
            http::Request::post("https://lms.example/o").header("authorization", text).body(vec![])
        {
            let _ = UnverifiedRequest::from_http(&request, &"https://lms.example/o".into());
        }
    }
    let Ok(parameters) = Parameters::from_form(data) else { return };
    match Parameters::from_form(parameters.to_form().as_bytes()) {
        Ok(again) => assert_eq!(again, parameters),
        // Percent-encoding may make it longer than anybody reads.
        Err(error) => assert_eq!(error, lti_legacy::InvalidForm::TooLarge),
    }
    if let Ok(launch) = LaunchParameters::read(&parameters) {
        assert_eq!(LaunchParameters::read(&launch.write()), Ok(launch.clone()));
        let claims = launch.to_claims();
        if let Ok(back) = LaunchParameters::from_claims(&claims) {
            // The first time, custom parameters get their other spelling.
            let claims = back.to_claims();
            let again = LaunchParameters::from_claims(&claims).expect("mapped once");
            assert_eq!(again.to_claims(), claims);
        }
        let _ = (launch.check(), claims.message().is_ok());
    }
    if let Ok(selection) = ContentItemSelection::read(&parameters) {
        let again = ContentItemSelection::read(&selection.write()).expect("what was written can be read");
        assert_eq!(again.items.len(), selection.items.len());
        assert_eq!(ContentItemSelection::read(&again.write()), Ok(again));
    }
}
