//! Logins, authentication requests and responses as browsers bring them.

use lti_types::{
    AuthenticationErrorCode, AuthenticationRequest, AuthenticationResponse, ClientId, FormError,
    LoginInitiation, MessageHint, Nonce, State,
};
use url::form_urlencoded;

type Pairs = Vec<(String, String)>;

fn pairs(text: &[(&str, &str)]) -> Pairs {
    text.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn body(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn with(pairs: &Pairs, name: &str, value: &str) -> Pairs {
    let mut changed = pairs.clone();
    match changed.iter_mut().find(|(n, _)| n == name) {
        Some((_, old)) => value.clone_into(old),
        None => changed.push((name.to_owned(), value.to_owned())),
    }
    changed
}

fn without(pairs: &Pairs, name: &str) -> Pairs {
    pairs.iter().filter(|(n, _)| n != name).cloned().collect()
}

fn repeated(pairs: &Pairs, name: &str) -> Pairs {
    let mut changed = pairs.clone();
    changed.extend(pairs.iter().find(|(n, _)| n == name).cloned());
    changed
}

fn login() -> Pairs {
    pairs(&[
        ("iss", "https://lms.example"),
        ("login_hint", "hint"),
        ("target_link_uri", "https://tool.example/go?a=1&b=%20"),
        ("lti_message_hint", "message"),
        ("lti_deployment_id", "1:a"),
        ("client_id", "client"),
        ("lti_storage_target", "_parent"),
    ])
}

fn request() -> Pairs {
    pairs(&[
        ("scope", "openid"),
        ("response_type", "id_token"),
        ("client_id", "client"),
        ("redirect_uri", "https://tool.example/launch"),
        ("login_hint", "hint"),
        ("state", "state"),
        ("response_mode", "form_post"),
        ("nonce", "nonce"),
        ("prompt", "none"),
        ("lti_message_hint", "message"),
    ])
}

fn response() -> Pairs {
    pairs(&[("id_token", "a.b.c"), ("state", "state"), ("lti_storage_target", "_parent")])
}

fn refused() -> Pairs {
    pairs(&[
        ("error", "login_required"),
        ("error_description", "why"),
        ("error_uri", "u"),
        ("state", "state"),
    ])
}

fn read_login(pairs: &Pairs) -> Result<Pairs, FormError> {
    let read = LoginInitiation::from_form(body(pairs).as_bytes());
    assert_eq!(LoginInitiation::from_query(&body(pairs)), read, "GET and POST are read alike");
    assert_eq!(LoginInitiation::from_pairs(pairs.clone()), read);
    Ok(read?.to_pairs())
}

fn read_request(pairs: &Pairs) -> Result<Pairs, FormError> {
    let read = AuthenticationRequest::from_form(body(pairs).as_bytes());
    assert_eq!(AuthenticationRequest::from_query(&body(pairs)), read, "GET and POST are read alike");
    assert_eq!(AuthenticationRequest::from_pairs(pairs.clone()), read);
    Ok(read?.to_pairs())
}

fn read_response(pairs: &Pairs) -> Result<Pairs, FormError> {
    let read = AuthenticationResponse::from_form(body(pairs).as_bytes());
    assert_eq!(AuthenticationResponse::from_pairs(pairs.clone()), read);
    Ok(read?.to_pairs())
}

type Read = fn(&Pairs) -> Result<Pairs, FormError>;

/// A complete form, its reader, and the parameters it requires.
type Form = (fn() -> Pairs, Read, &'static [&'static str]);

const REQUIRED: [Form; 4] = [
    (login, read_login, &["iss", "login_hint", "target_link_uri"]),
    (request, read_request, &[]),
    (response, read_response, &["id_token", "state"]),
    (refused, read_response, &[]),
];

#[test]
fn x23_complete_forms_are_read_and_written_alike_by_get_and_post() {
    for (form, read, _) in REQUIRED {
        assert_eq!(read(&form()), Ok(form()));
        let mut reversed = form();
        reversed.reverse();
        assert_eq!(read(&reversed), Ok(form()), "in whatever order they come");
    }
}

#[test]
fn what_is_required_is_missed_when_absent_or_empty() {
    for (form, read, required) in REQUIRED {
        for (name, _) in form() {
            let (absent, empty) = (read(&without(&form(), &name)), read(&with(&form(), &name, "")));
            match required.iter().find(|required| **required == name) {
                Some(required) => {
                    assert_eq!(absent, Err(FormError::Missing(required)));
                    assert_eq!(empty, Err(FormError::Missing(required)));
                }
                // Without `error`, what is left of a refusal is a response without a token.
                None if name == "error" => {
                    assert_eq!(absent, Err(FormError::Missing("id_token")));
                    assert_eq!(empty, Err(FormError::Missing("id_token")));
                }
                None => {
                    assert_eq!(absent, Ok(without(&form(), &name)), "{name}");
                    assert_eq!(empty, Ok(without(&form(), &name)), "{name}: empty is absent");
                }
            }
        }
    }
    for nothing in [b"".as_slice(), b"&&&", b"=", b"&=&x"] {
        assert_eq!(LoginInitiation::from_form(nothing), Err(FormError::Missing("iss")));
        assert_eq!(AuthenticationResponse::from_form(nothing), Err(FormError::Missing("state")));
        assert!(AuthenticationRequest::from_form(nothing).unwrap().client_id.is_none());
    }
}

#[test]
fn a_parameter_given_twice_is_refused_even_when_both_agree() {
    for (form, read, _) in REQUIRED {
        for (name, _) in form() {
            // Nothing depends on this one: it is left out rather than refused.
            if name == "lti_storage_target" && form().iter().any(|(n, _)| n == "id_token") {
                assert_eq!(read(&repeated(&form(), &name)), Ok(without(&form(), &name)));
                continue;
            }
            let Err(FormError::Repeated(found)) = read(&repeated(&form(), &name)) else { panic!("{name}") };
            assert_eq!(found, name);
        }
    }
    // Once with an escape in its name, and once empty.
    let twice = format!("{}&%69ss=https://evil.example", body(&login()));
    assert_eq!(LoginInitiation::from_query(&twice), Err(FormError::Repeated("iss")));
    assert_eq!(
        LoginInitiation::from_query(&format!("{}&iss", body(&login()))),
        Err(FormError::Repeated("iss"))
    );
    assert_eq!(LoginInitiation::from_query("iss=&iss=https://lms.example"), Err(FormError::Repeated("iss")));
}

#[test]
fn names_are_case_sensitive_and_unknown_parameters_are_kept_in_order() {
    let others =
        pairs(&[("canvas_region", "eu"), ("ISS", "x"), ("iss ", "y"), ("a", "1"), ("a", "1"), ("", "")]);
    let mut all = login();
    all.extend(others.clone());
    let read = LoginInitiation::from_form(body(&all).as_bytes()).unwrap();
    assert_eq!(read.other, others);
    assert_eq!(read.to_pairs(), all);
    let mut all = request();
    all.extend(others.clone());
    assert_eq!(AuthenticationRequest::from_query(&body(&all)).unwrap().other, others);
}

#[test]
fn control_characters_and_overlong_identifiers_are_malformed() {
    const OPEN: &[&str] = &[
        "target_link_uri",
        "scope",
        "response_type",
        "response_mode",
        "prompt",
        "redirect_uri",
        "id_token",
        "error",
        "error_description",
        "error_uri",
    ];
    for (form, read, _) in REQUIRED {
        for (name, _) in form() {
            if OPEN.contains(&name.as_str()) {
                continue;
            }
            for bad in
                ["a\nb".to_owned(), "a\0".to_owned(), "\u{7f}".to_owned(), " ".to_owned(), "x".repeat(20_000)]
            {
                // What is opaque is echoed, whatever it holds.
                let opaque = ["login_hint", "lti_message_hint", "state", "nonce"].contains(&name.as_str());
                match read(&with(&form(), &name, &bad)) {
                    Ok(read) if opaque && bad.len() < 100 => assert_eq!(read, with(&form(), &name, &bad)),
                    Err(FormError::Malformed(found)) => assert_eq!(found, name),
                    Ok(read) if name == "lti_storage_target" => assert_eq!(read, without(&form(), &name)),
                    other => panic!("{name}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn sixty_four_kib_are_read_and_no_more() {
    let limit = 64 * 1024;
    let filled = |form: Pairs, len: usize| {
        let mut text = body(&form);
        text.push_str("&pad=");
        let missing = len - text.len();
        text + &"x".repeat(missing)
    };
    assert!(LoginInitiation::from_query(&filled(login(), limit)).is_ok());
    assert_eq!(LoginInitiation::from_query(&filled(login(), limit + 1)), Err(FormError::TooLarge));
    assert_eq!(LoginInitiation::from_form(filled(login(), limit + 1).as_bytes()), Err(FormError::TooLarge));
    assert!(AuthenticationRequest::from_query(&filled(request(), limit)).is_ok());
    assert_eq!(AuthenticationRequest::from_query(&filled(request(), limit + 1)), Err(FormError::TooLarge));
    // A response has room for a token of 64 KiB, percent-encoded as badly as can be.
    assert!(AuthenticationResponse::from_form(filled(response(), 4 * limit).as_bytes()).is_ok());
    let large = filled(response(), 4 * limit + 1);
    assert_eq!(AuthenticationResponse::from_form(large.as_bytes()), Err(FormError::TooLarge));
    let token = with(&response(), "id_token", &"a".repeat(limit));
    assert_eq!(read_response(&token), Ok(token));
    // Decoded pairs are held to the same.
    let pad = |len| with(&login(), "pad", &"x".repeat(len));
    assert!(LoginInitiation::from_pairs(pad(limit - 500)).is_ok());
    assert_eq!(LoginInitiation::from_pairs(pad(limit)), Err(FormError::TooLarge));
}

#[test]
fn broken_escapes_are_taken_for_what_they_are() {
    for (sent, read) in [
        ("%", "%"),
        ("%z1", "%z1"),
        ("a%2", "a%2"),
        ("a+b", "a b"),
        ("%2B", "+"),
        ("%ff", "\u{fffd}"),
        ("%c3%28", "\u{fffd}("),
        ("%ed%a0%80", "\u{fffd}\u{fffd}\u{fffd}"),
        ("%f0%9f%92%a1", "💡"),
    ] {
        let query = format!("iss=https://lms.example&login_hint={sent}&target_link_uri=x");
        assert_eq!(LoginInitiation::from_query(&query).unwrap().login_hint.as_str(), read, "{sent}");
        let raw = query.replace("x", "\u{e9}");
        assert_eq!(LoginInitiation::from_form(raw.as_bytes()).unwrap().target_link_uri.as_str(), "é");
    }
    let raw = b"iss=https://lms.example&login_hint=\xff\xfe&target_link_uri=x";
    assert_eq!(LoginInitiation::from_form(raw).unwrap().login_hint.as_str(), "\u{fffd}\u{fffd}");
}

#[test]
fn hints_come_back_exactly_as_they_went() {
    let token = format!("eyJhbGciOiJIUzI1NiJ9.{}.c2ln-_", "e30".repeat(3000));
    for hint in [
        "1",
        "a b",
        "a+b",
        "a%2Bb",
        "a%20b",
        "%",
        "a&b=c",
        "a=b==",
        "a;b",
        "#x?y",
        "\"{'a':1}\"",
        "<script>",
        "é💡\u{2028}",
        "{\"cmid\":5,\"launchid\":\"x\"}",
        token.as_str(),
    ] {
        let sent = with(&with(&login(), "lti_message_hint", hint), "login_hint", hint);
        let login = LoginInitiation::from_query(&body(&sent)).unwrap();
        let request = AuthenticationRequest::new(
            login.client_id.unwrap(),
            "https://tool.example/launch",
            login.login_hint,
            login.lti_message_hint,
            State::new("s").unwrap(),
            Nonce::new("n").unwrap(),
        );
        for query in [
            request.to_url(&"https://lms.example/auth".parse().unwrap()).query().unwrap().to_owned(),
            request.to_form_post(&"https://lms.example/auth".parse().unwrap()).body(),
        ] {
            let arrived = AuthenticationRequest::from_query(&query).unwrap();
            assert_eq!(arrived.lti_message_hint.unwrap().as_str(), hint);
            assert_eq!(arrived.login_hint.unwrap().as_str(), hint);
            assert_eq!(arrived.other, [], "{hint}: nothing escapes from its parameter");
        }
    }
    // None came, so none goes back.
    let request = AuthenticationRequest::new(
        ClientId::new("c").unwrap(),
        "r",
        "hint".try_into().unwrap(),
        None::<MessageHint>,
        State::new("s").unwrap(),
        Nonce::new("n").unwrap(),
    );
    assert!(request.to_pairs().iter().all(|(name, _)| name != "lti_message_hint"));
}

#[test]
fn x24_a_query_that_an_address_already_has_stays_as_it_is() {
    let request = AuthenticationRequest::from_pairs(request()).unwrap();
    let login = LoginInitiation::from_pairs(login()).unwrap();
    for address in [
        "https://lms.example/auth?tenant=7&x=%2F&y&z=a+b%20c&&=",
        "https://lms.example/auth?",
        "https://lms.example/auth",
        "https://lms.example/auth?state=of-the-platform#top",
    ] {
        let base: url::Url = address.parse().unwrap();
        for (url, added) in [
            (request.to_url(&base), body(&request.to_pairs())),
            (login.to_url(&base), body(&login.to_pairs())),
        ] {
            let kept = base.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&"));
            assert_eq!(url.query().unwrap(), kept.unwrap_or_default() + &added, "{address}");
            assert_eq!((url.path(), url.fragment()), (base.path(), base.fragment()));
        }
        assert_eq!(request.to_form_post(&base).action, address);
        assert_eq!(login.to_form_post(&base).action, address);
    }
}

#[test]
fn x13_a_refusal_is_a_result_and_outweighs_a_token() {
    let mut both = refused();
    both.push(("id_token".to_owned(), "a.b.c".to_owned()));
    let Ok(AuthenticationResponse::Error(error)) = AuthenticationResponse::from_pairs(both) else { panic!() };
    assert_eq!(error.error, AuthenticationErrorCode::LoginRequired);
    assert_eq!(error.state.unwrap().as_str(), "state");
    let unheard = AuthenticationResponse::from_form(b"error=lms_on_fire").unwrap();
    let AuthenticationResponse::Error(error) = unheard else { panic!() };
    assert_eq!((error.error.as_str(), error.state), ("lms_on_fire", None));
}

#[test]
fn nothing_that_unlocks_something_is_shown() {
    let login = LoginInitiation::from_pairs(with(
        &with(&login(), "login_hint", "S3cret"),
        "lti_message_hint",
        "S3cret",
    ));
    let request = AuthenticationRequest::from_pairs(
        ["login_hint", "lti_message_hint", "state", "nonce"].map(|name| (name, "S3cret")),
    );
    let response = AuthenticationResponse::from_form(b"id_token=S3cret&state=S3cret");
    let error = AuthenticationResponse::from_form(b"error=S3cret&error_description=S3cret&state=S3cret");
    let post = response.clone().unwrap().to_form_post("https://tool.example/launch");
    let shown = format!("{login:?} {request:?} {response:?} {error:?} {post:?}");
    assert!(!shown.contains("S3cret"), "{shown}");
}
