//! Attacks by name: each begins with a message that is believed, and changes one thing.

use chrono::TimeDelta;
use http::Request;
use lti_legacy::{
    EnvelopeError, OAuthError, Operation, OutcomeRequest, Parameters, SignatureMethod, UnverifiedLaunch,
    UnverifiedRequest, Use,
};
use lti_types::{DeploymentId, FormPost};

use crate::support::{changed, credential, key, launch, nonce, now, received, secret, sent, signer, url};
use crate::vectors::base64_of;

fn post() -> FormPost {
    signer().launch(&url(), &launch(), &nonce("n-1"), now()).unwrap()
}

fn code_of(post: &FormPost) -> &'static str {
    received(post).unwrap_err().code()
}

fn with_field(name: &str, change: impl Fn(&str) -> String) -> FormPost {
    let mut post = post();
    let field = post.fields.iter_mut().find(|(n, _)| n == name).unwrap();
    field.1 = change(&field.1);
    post
}

#[test]
fn attack_wrong_secret() {
    assert!(received(&post()).is_ok());
    for guess in ["s3cr&T", "s3cr&t ", "s3cr%26t", "another"] {
        let mut signer = signer();
        signer.secret = secret(guess);
        let post = signer.launch(&url(), &launch(), &nonce("n-1"), now()).unwrap();
        assert_eq!(code_of(&post), "signature_mismatch", "{guess}");
    }
}

#[test]
fn attack_reused_nonce() {
    let signed = |n: &str, at| {
        let post = signer().launch(&url(), &launch(), &nonce(n), at).unwrap();
        let launch = UnverifiedLaunch::from_form(&url(), post.body().as_bytes()).unwrap();
        launch.verify(&[credential()], now()).unwrap()
    };
    let first = signed("n-1", now());
    let again = signed("n-1", now());
    assert_eq!(first.nonce_use(), again.nonce_use());
    assert!(first.first_use(Use::First).is_ok());
    let refusal = again.first_use(Use::Repeated).unwrap_err();
    assert_eq!((refusal.code(), refusal.http_status()), ("nonce_replayed", 401));
    // Never back to the platform, whatever the message says.
    assert_eq!(refusal.return_to(&lti_types::ReturnMessages::new()), None);

    // Signed anew at another time, it is the same nonce all the same.
    let later = signed("n-1", now() - TimeDelta::seconds(30));
    assert_eq!(later.nonce_use().store_key(), signed("n-1", now()).nonce_use().store_key());
    assert_ne!(signed("n-2", now()).nonce_use().store_key(), later.nonce_use().store_key());
}

#[test]
fn attack_nonce_forgotten_too_early() {
    // As long as the message would be believed, its nonce is to be remembered.
    for offset in [-300, -1, 0, 299, 300] {
        let signed_at = now() + TimeDelta::seconds(offset);
        let post = signer().launch(&url(), &launch(), &nonce("n"), signed_at).unwrap();
        let verify = |at| {
            UnverifiedLaunch::from_form(&url(), post.body().as_bytes()).unwrap().verify(&[credential()], at)
        };
        let until = verify(now()).unwrap().nonce_use().remember_until();
        assert!(verify(until - TimeDelta::seconds(1)).is_ok());
        assert_eq!(verify(until).unwrap_err(), OAuthError::TooOld);
    }
}

#[test]
fn attack_old_timestamp() {
    let at = |seconds| {
        let post =
            signer().launch(&url(), &launch(), &nonce("n"), now() + TimeDelta::seconds(seconds)).unwrap();
        received(&post).map(|_| ()).map_err(|refusal| refusal.code())
    };
    assert_eq!(at(-300), Ok(()));
    assert_eq!(at(-301), Err("timestamp_too_old"));
    assert_eq!(at(300), Ok(()));
    assert_eq!(at(301), Err("timestamp_in_future"));

    // The registration may allow more, up to 90 minutes.
    let mut wide = credential();
    wide.window = TimeDelta::days(30);
    for (minutes, expected) in
        [(-90, None), (-91, Some(OAuthError::TooOld)), (91, Some(OAuthError::InFuture))]
    {
        let signed_at = now() + TimeDelta::minutes(minutes);
        let post = signer().launch(&url(), &launch(), &nonce("n"), signed_at).unwrap();
        let launch = UnverifiedLaunch::from_form(&url(), post.body().as_bytes()).unwrap();
        assert_eq!(launch.verify(std::slice::from_ref(&wide), now()).err(), expected, "{minutes}");
    }
}

#[test]
fn attack_changed_parameter() {
    // Every one of them, and each way to change it.
    for (place, (name, _)) in post().fields.iter().enumerate() {
        if matches!(name.as_str(), "oauth_signature" | "oauth_version" | "oauth_signature_method") {
            continue;
        }
        let code = |change: &dyn Fn(&mut Vec<(String, String)>)| {
            let mut post = post();
            change(&mut post.fields);
            UnverifiedLaunch::from_form(&url(), post.body().as_bytes())
                .and_then(|launch| launch.verify(&[credential_for_any()], now()).map(|_| ()))
                .unwrap_err()
        };
        let digit = name == "oauth_timestamp";
        let error = code(&|fields| fields[place].1.push(if digit { '1' } else { 'x' }));
        assert_eq!(error, OAuthError::SignatureMismatch, "{name} changed");
        if !name.starts_with("oauth_") || name == "oauth_callback" {
            let error = code(&|fields| drop(fields.remove(place)));
            assert_eq!(error, OAuthError::SignatureMismatch, "{name} removed");
            let error = code(&|fields| fields[place].0.push('x'));
            assert_eq!(error, OAuthError::SignatureMismatch, "{name} renamed");
        }
    }
    let mut added = post();
    added.fields.push(("roles_".to_owned(), "Instructor".to_owned()));
    assert_eq!(code_of(&added), "signature_mismatch");
}

fn credential_for_any() -> lti_legacy::Credential {
    let mut any = credential();
    any.consumer_key = None;
    any
}

#[test]
fn attack_other_address() {
    let body = post().body();
    for address in [
        "https://tool.example.com/launch",
        "https://tool.example.com/launch?a=2",
        "https://tool.example.com/launch?a=1&b=2",
        "https://tool.example.com/Launch?a=1",
        "https://tool.example.com:8443/launch?a=1",
        "http://tool.example.com/launch?a=1",
        "https://tool.example.com.evil.example/launch?a=1",
    ] {
        let launch = UnverifiedLaunch::from_form(&address.into(), body.as_bytes()).unwrap();
        let error = launch.verify(&[credential()], now()).unwrap_err();
        assert_eq!(error, OAuthError::SignatureMismatch, "{address}");
    }
    for same in ["HTTPS://TOOL.example.com:443/launch?a=1#top", "https://tool.example.com/launch?%61=%31"] {
        let launch = UnverifiedLaunch::from_form(&same.into(), body.as_bytes()).unwrap();
        assert!(launch.verify(&[credential()], now()).is_ok(), "{same}");
    }
}

/// What a proxy or an attacker says in `Host` is not looked at (quirk 41).
#[test]
fn attack_host_header() {
    let http = |uri: &str| {
        Request::post(uri)
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .body(post().body().into_bytes())
            .unwrap()
    };
    let endpoint = "https://tool.example.com/launch".into();
    for uri in ["/launch?a=1", "http://evil.example/other?a=1"] {
        let launch = UnverifiedLaunch::from_http(&http(uri), &endpoint).unwrap();
        assert_eq!(launch.launch_url().as_str(), "https://tool.example.com/launch?a=1");
        assert!(launch.verify(&[credential()], now()).is_ok());
    }
    for change in [0, 1, 2] {
        let mut request = http("/launch?a=1");
        match change {
            0 => *request.method_mut() = http::Method::GET,
            1 => drop(request.headers_mut().remove("content-type")),
            _ => drop(request.headers_mut().insert("content-type", "application/json".parse().unwrap())),
        }
        assert_eq!(UnverifiedLaunch::from_http(&request, &endpoint).unwrap_err(), OAuthError::Request);
    }
}

#[test]
fn attack_duplicate_signature_parameter() {
    for name in [
        "oauth_signature",
        "oauth_nonce",
        "oauth_timestamp",
        "oauth_consumer_key",
        "oauth_signature_method",
        "oauth_version",
        "oauth_callback",
    ] {
        let value = post().field(name).unwrap().to_owned();
        for other in [value.as_str(), "x", ""] {
            for first in [true, false] {
                let mut post = post();
                let place = if first { 0 } else { post.fields.len() };
                post.fields.insert(place, (name.to_owned(), other.to_owned()));
                assert_eq!(code_of(&post), "oauth_parameter_repeated", "{name}");
            }
            // Nor may one stand in the query.
            let address = format!("{}&{name}={}", crate::support::URL, value.replace('+', "%2B"));
            let error = UnverifiedLaunch::from_form(&address.into(), post().body().as_bytes()).unwrap_err();
            assert_eq!(error, OAuthError::Repeated, "{name}");
        }
    }
}

/// Of two roles, one reader might take the first and one the last; signed or not, nobody guesses.
#[test]
fn attack_duplicate_parameter_of_the_protocol() {
    for (name, value) in [("user_id", "admin"), ("roles", "Learner"), ("resource_link_id", "rl-42")] {
        let mut parameters = changed(&[], &[]);
        parameters.push(name, value);
        // Our own signer refuses to make one, so this one is made by hand.
        assert_eq!(
            signer().form(&url(), parameters.clone(), &nonce("n"), now()).unwrap_err().code(),
            "parameter_repeated"
        );
        let post = by_hand(parameters);
        let refusal = received(&post).unwrap_err();
        assert_eq!(refusal.code(), "parameter_repeated");
        assert!(refusal.to_string().contains(name));
    }
}

/// Signs whatever is given.
fn by_hand(mut parameters: Parameters) -> FormPost {
    parameters.extend([
        ("oauth_consumer_key", "key1"),
        ("oauth_nonce", "n"),
        ("oauth_timestamp", "1700000000"),
        ("oauth_signature_method", "HMAC-SHA1"),
    ]);
    let all = parameters.iter().chain([("a", "1")]);
    let base = lti_legacy::BaseString::new("POST", &url(), all).unwrap();
    parameters
        .push("oauth_signature", SignatureMethod::HmacSha1.sign(&base, &secret(crate::support::SECRET)));
    FormPost::new(crate::support::URL, parameters.iter())
}

#[test]
fn attack_algorithm_chosen_by_the_message() {
    let mut strict = credential();
    strict.methods = vec![SignatureMethod::HmacSha256];
    let launch = || UnverifiedLaunch::from_form(&url(), post().body().as_bytes()).unwrap();
    assert_eq!(launch().verify(&[strict.clone()], now()).unwrap_err(), OAuthError::MethodNotAllowed);
    strict.methods.clear();
    assert_eq!(launch().verify(&[strict], now()).unwrap_err(), OAuthError::MethodNotAllowed);
    for method in ["PLAINTEXT", "RSA-SHA1", "none", "hmac-sha1", "HMAC-SHA512"] {
        let post = with_field("oauth_signature_method", |_| method.to_owned());
        assert_eq!(code_of(&post), "signature_method_unknown", "{method}");
    }
    // PLAINTEXT would have been this.
    let mut plain = with_field("oauth_signature_method", |_| "PLAINTEXT".to_owned());
    plain.fields.last_mut().unwrap().1 = "s3cr%26t&".to_owned();
    assert_eq!(code_of(&plain), "signature_method_unknown");
    // One method's signature under the other's name.
    assert_eq!(
        code_of(&with_field("oauth_signature_method", |_| "HMAC-SHA256".to_owned())),
        "signature_mismatch"
    );
}

/// There is one comparison, over whole decoded signatures, in a type that has no `==` and whose time does not depend on
/// where two differ: every single bit counts, and no prefix does.
#[test]
fn attack_timing_signatures_are_compared_whole_and_in_constant_time() {
    let signature = post().field("oauth_signature").unwrap().to_owned();
    let bytes = base64_of::decode(&signature);
    assert_eq!(base64_of::encode(&bytes), signature);
    let with = |bytes: &[u8]| code_of(&with_field("oauth_signature", |_| base64_of::encode(bytes)));
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(with(&changed), "signature_mismatch", "bit {bit}");
    }
    for len in 1..bytes.len() {
        assert_eq!(with(&bytes[..len]), "signature_mismatch", "{len} bytes");
    }
    assert_eq!(with(&[&bytes[..], &[0]].concat()), "signature_mismatch");
    for text in ["", "=", "****", "\u{0}"] {
        let code = code_of(&with_field("oauth_signature", |_| text.to_owned()));
        assert!(matches!(code, "oauth_parameter_missing" | "oauth_parameter_malformed"), "{text}");
    }

    // What the compiler cannot show: the type of received signatures derives no comparison, and its one goes through
    // `subtle`.
    let source = include_str!("../../src/signature.rs");
    let (_, received) = source.split_once("pub(crate) struct ReceivedMac(Vec<u8>);").unwrap();
    assert!(source.contains("where the two differ.\npub(crate) struct ReceivedMac"), "no derive on it");
    assert!(received.contains("self.0.ct_eq(expected)") && !received.contains("impl PartialEq"));
}

#[test]
fn attack_changed_or_missing_body_hash() {
    let endpoint = "https://lms.example/outcomes".into();
    let xml = OutcomeRequest::new("m", "sid", Operation::Delete).to_xml().unwrap();
    let request = Request::post("https://lms.example/outcomes").header("content-type", "application/xml");
    let request = signer().request(request.body(xml).unwrap(), &nonce("n"), now()).unwrap();
    let verify = |request: &Request<Vec<u8>>| {
        UnverifiedRequest::from_http(request, &endpoint)?.verify(&[credential()], now()).map(|_| ())
    };
    assert_eq!(verify(&request), Ok(()));

    let mut other_body = request.clone();
    other_body.body_mut().push(b' ');
    assert_eq!(verify(&other_body), Err(OAuthError::BodyHashMismatch));

    // A hash that fits the other body is not the one that was signed.
    let header = request.headers()["authorization"].to_str().unwrap().to_owned();
    let hash = |body: &[u8]| {
        SignatureMethod::HmacSha1.body_hash(body).replace('=', "%3D").replace('+', "%2B").replace('/', "%2F")
    };
    let forged = header.replace(&hash(request.body()), &hash(other_body.body()));
    assert_ne!(forged, header);
    other_body.headers_mut().insert("authorization", forged.parse().unwrap());
    assert_eq!(verify(&other_body), Err(OAuthError::SignatureMismatch));

    let mut without = request.clone();
    let header = header.replace("oauth_body_hash=", "oauth_body_hush=");
    without.headers_mut().insert("authorization", header.parse().unwrap());
    assert_eq!(verify(&without), Err(OAuthError::Missing("oauth_body_hash")));

    // A body that poses as a form would have been signed otherwise.
    let mut form = request.clone();
    form.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    assert_eq!(verify(&form), Err(OAuthError::Request));
    let mut two = request.clone();
    two.headers_mut().append("authorization", "OAuth a=\"b\"".parse().unwrap());
    assert_eq!(verify(&two), Err(OAuthError::Header));
    let mut bearer = request;
    bearer.headers_mut().insert("authorization", "Bearer t".parse().unwrap());
    assert_eq!(verify(&bearer), Err(OAuthError::Header));
}

fn read(xml: &str) -> Result<OutcomeRequest, EnvelopeError> {
    OutcomeRequest::from_xml(xml.as_bytes())
}

#[test]
fn attack_xml_bomb() {
    let mut bomb = String::from("<!DOCTYPE b [<!ENTITY a0 \"ha\">");
    for i in 1..20 {
        bomb += &format!("<!ENTITY a{i} \"&a{p};&a{p};\">", p = i - 1);
    }
    bomb += "]><imsx_POXEnvelopeRequest>&a19;</imsx_POXEnvelopeRequest>";
    assert_eq!(read(&bomb), Err(EnvelopeError::Doctype));
    assert_eq!(read(&"<imsx_POXBody>".repeat(100_000)), Err(EnvelopeError::TooLarge), "deep");
    let wide = format!("<imsx_POXEnvelopeRequest>{}</imsx_POXEnvelopeRequest>", "<x/>".repeat(100_000));
    assert_eq!(read(&wide), Err(EnvelopeError::TooLarge), "wide");
    let long = format!("<imsx_POXEnvelopeRequest>{}</imsx_POXEnvelopeRequest>", "x".repeat(1 << 20));
    assert_eq!(read(&long), Err(EnvelopeError::TooLarge), "long");
    let attributes = format!("<imsx_POXEnvelopeRequest {}/>", "a=\"\" ".repeat(100_000));
    assert_eq!(
        read(&attributes),
        Err(EnvelopeError::Missing("imsx_POXHeader")),
        "attributes are not looked at"
    );
}

#[test]
fn attack_external_entity() {
    let xml = String::from_utf8(OutcomeRequest::new("m", "sid", Operation::Read).to_xml().unwrap()).unwrap();
    assert!(read(&xml).is_ok());
    let declared = |doctype: &str, reference: &str| {
        xml.replace("?>\n", &format!("?>\n{doctype}")).replace("sid<", &format!("{reference}<"))
    };
    for doctype in [
        r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"#,
        r#"<!DOCTYPE x SYSTEM "https://evil.example/x.dtd">"#,
        r#"<!DOCTYPE x [<!ENTITY % p SYSTEM "https://evil.example/x"> %p;]>"#,
        "<!DOCTYPE x>",
    ] {
        assert_eq!(read(&declared(doctype, "&e;")), Err(EnvelopeError::Doctype), "{doctype}");
        assert_eq!(read(&declared(doctype, "sid")), Err(EnvelopeError::Doctype), "{doctype}");
    }
    assert_eq!(read(&declared("", "&e;")), Err(EnvelopeError::UnknownEntity));
    assert_eq!(read(&declared("", "a&amp;&#60;b")).unwrap().sourced_id, "a&<b");
}

/// Two results in one message: of two readers one might check the first and write the second.
#[test]
fn attack_two_results_in_one_message() {
    let xml =
        String::from_utf8(OutcomeRequest::new("m", "mine", Operation::Delete).to_xml().unwrap()).unwrap();
    for (from, to, error) in [
        (
            "<sourcedId>mine</sourcedId>",
            "<sourcedId>mine</sourcedId><sourcedId>other</sourcedId>",
            "element_repeated",
        ),
        (
            "</sourcedGUID>",
            "</sourcedGUID><sourcedGUID><sourcedId>other</sourcedId></sourcedGUID>",
            "element_repeated",
        ),
        ("</resultRecord>", "</resultRecord><resultRecord/>", "element_repeated"),
        ("</deleteResultRequest>", "</deleteResultRequest><readResultRequest/>", "element_repeated"),
        ("</imsx_POXBody>", "</imsx_POXBody><imsx_POXBody/>", "element_repeated"),
        ("<sourcedId>mine</sourcedId>", "<sourcedId> </sourcedId>", "element_missing"),
    ] {
        assert_eq!(read(&xml.replace(from, to)).unwrap_err().code(), error, "{to}");
    }
}

#[test]
fn attack_same_key_in_another_account() {
    // Two publications, whose consumers made up the same key: the secret decides whose launch it is.
    let mut other = credential();
    other.account = DeploymentId::new("account-2").unwrap();
    other.secret = secret("another");
    let mine = credential();
    let verified = |candidates: &[lti_legacy::Credential]| {
        let launch = UnverifiedLaunch::from_form(&url(), post().body().as_bytes()).unwrap();
        launch.verify(candidates, now()).map(|signed| signed.first_use(Use::First).unwrap())
    };
    for candidates in [[mine.clone(), other.clone()], [other.clone(), mine]] {
        assert_eq!(verified(&candidates).unwrap().account().as_str(), "account-1");
    }
    assert_eq!(verified(&[other]).unwrap_err(), OAuthError::SignatureMismatch);
}

#[test]
fn attack_errors_and_debug_do_not_echo() {
    let mut post = post();
    let launch = UnverifiedLaunch::from_form(&url(), post.body().as_bytes()).unwrap();
    let mut shown = format!("{launch:?} {post:?} {:?} {:?}", signer(), credential());
    let signed = launch.verify(&[credential()], now()).unwrap();
    shown += &format!("{signed:?}");
    let launch = signed.first_use(Use::First).unwrap();
    shown += &format!("{launch:?} {:?} {:?}", launch.parameters(), launch.launch_parameters());
    post.fields.retain(|(name, _)| name != "resource_link_id");
    shown += &format!("{:?}", received(&sent(changed(&["resource_link_id"], &[]))).unwrap_err().error());
    for private in ["Ada", "ada@", "u/7", "s3cr", "n-1", "instanceid", post.field("oauth_signature").unwrap()]
    {
        assert!(!shown.contains(private), "{private} in {shown}");
    }
    assert!(format!("{:?}", key("a\nb")).contains("a\\nb"), "no line of a log begins with a key");
}

/// One platform repeats the query of the address in the form, and signs it once (quirk 85). Only true copies pass so.
#[test]
fn query_repeated_in_the_form_is_counted_once() {
    let signed_once = |extra: &[(&str, &str)]| {
        let mut parameters = changed(&[], &[]);
        parameters.extend(extra.iter().copied());
        parameters.extend([
            ("oauth_consumer_key", "key1"),
            ("oauth_nonce", "n"),
            ("oauth_timestamp", "1700000000"),
            ("oauth_signature_method", "HMAC-SHA1"),
        ]);
        let base = lti_legacy::BaseString::new("POST", &url(), parameters.iter()).unwrap();
        parameters
            .push("oauth_signature", SignatureMethod::HmacSha1.sign(&base, &secret(crate::support::SECRET)));
        FormPost::new(crate::support::URL, parameters.iter())
    };
    let launch = received(&signed_once(&[("a", "1")])).unwrap();
    assert_eq!(launch.parameters().all("a").collect::<Vec<_>>(), ["1"]);
    for extra in [&[][..], &[("a", "2")], &[("A", "1")]] {
        assert_eq!(received(&signed_once(extra)).unwrap_err().code(), "signature_mismatch", "{extra:?}");
    }
}
