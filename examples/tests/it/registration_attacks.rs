//! What hostile platforms, tools and passers-by try at registration.

use chrono::TimeDelta;
use http::{Method, Request, Response};
use lti_registration::platform::{AuthorizedManagement, Offered, RegistrationPolicy, UnauthorizedManagement};
use lti_registration::{
    AddressRules, Fetched, MAX_DOCUMENT_BYTES, RegistrationError, RegistrationInitiation, check_metadata,
};
use lti_types::{ClientMetadata, MessageType, PersonalData, RegistrationStatus, RegistrationToken, Scope};
use serde_json::{Value, json};

use crate::registration::{CONFIGURATION, Platform, answered, json_response, offer, own_metadata, register};

fn query(configuration: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("openid_configuration", configuration)
        .append_pair("registration_token", "s3cret")
        .finish()
}

#[test]
fn dr_5_ssrf_by_configuration_and_endpoints() {
    for address in [
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.8/openid",
        "https://[::1]/openid",
        "https://[::ffff:192.168.0.1]/openid",
        "https://localhost/openid",
        "https://2130706433/openid",
        "https://metadata.google.internal/",
        "https://user:pw@lms.example/openid",
        "file:///etc/passwd",
        "gopher://lms.example/",
        "https://lms.example/openid#x",
        "//lms.example/openid",
    ] {
        let initiation = RegistrationInitiation::from_query(&query(address)).unwrap();
        let error = initiation.fetch(AddressRules::default()).unwrap_err();
        assert_eq!(error.code(), "configuration_url_invalid", "{address}");
    }
    for member in ["authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"] {
        for address in
            ["https://10.0.0.8/x", "https://localhost/x", "http://lms.example/x", "javascript:alert(1)", ""]
        {
            let mut document = serde_json::to_value(Platform::new().document()).unwrap();
            document[member] = address.into();
            let error = answered(&query(CONFIGURATION), json_response(200, &document)).unwrap_err();
            assert_eq!(error.code(), "address_invalid", "{member} {address}");
        }
    }
    // A tool tries the same on the platform.
    for member in ["jwks_uri", "logo_uri", "initiate_login_uri", "client_uri", "policy_uri", "tos_uri"] {
        for address in ["https://10.0.0.8/x", "javascript:alert(1)", "http://tool.example/x"] {
            let mut metadata = serde_json::to_value(own_metadata()).unwrap();
            metadata[member] = address.into();
            let metadata: ClientMetadata = serde_json::from_value(metadata).unwrap();
            let faults = check_metadata(&metadata, AddressRules::default());
            assert!(faults.iter().any(|f| f.field() == member), "{member} {address}");
        }
    }
    let mut metadata = own_metadata();
    metadata.extensions.insert("policy_uri#de".to_owned(), "javascript:alert(1)".into());
    let faults = check_metadata(&metadata, AddressRules::default());
    assert_eq!(faults[0].field(), "policy_uri#de", "in another language it is no better");
}

#[test]
fn dr_2_rogue_issuer() {
    // Somebody's server says that it is the shared issuer of a product, with keys of its own.
    let mut document = serde_json::to_value(Platform::new().document()).unwrap();
    document["issuer"] = "https://canvas.instructure.com".into();
    document["jwks_uri"] = "https://evil.example/jwks".into();
    let error = answered(&query("https://evil.example/openid"), json_response(200, &document)).unwrap_err();
    assert_eq!(error, RegistrationError::IssuerMismatch);
    // Its own issuer, and another's addresses, is for the administrator to see.
    document["issuer"] = "https://evil.example".into();
    let Fetched::Offer(offer) =
        answered(&query("https://evil.example/openid"), json_response(200, &document)).unwrap()
    else {
        panic!("moved")
    };
    let warned: Vec<_> = offer.warnings().iter().map(|f| (f.field(), f.code())).collect();
    assert_eq!(warned.len(), 3);
    assert!(warned.contains(&("token_endpoint", "other_host")));
}

#[test]
fn dr_4_redirecting_configuration() {
    let redirect =
        |to: &str| Response::builder().status(302).header("location", to).body(Vec::new()).unwrap();
    for elsewhere in [
        "https://evil.example/openid",
        "http://lms.example/openid",
        "https://lms.example:8443/openid",
        "//evil.example/openid",
        "https://10.0.0.8/openid",
        "https://lms.example@evil.example/",
        "javascript:alert(1)",
    ] {
        let error = answered(&query(CONFIGURATION), redirect(elsewhere)).unwrap_err();
        assert!(
            ["configuration_redirected", "configuration_url_invalid"].contains(&error.code()),
            "{elsewhere}: {error}"
        );
    }
    assert!(
        answered(&query(CONFIGURATION), Response::builder().status(302).body(Vec::new()).unwrap()).is_err()
    );
    // On its own origin, with the token (quirk 21), five times and no more.
    let mut fetch = RegistrationInitiation::from_query(&query(CONFIGURATION)).unwrap();
    let mut fetch_next = fetch_of(&mut fetch);
    for hop in 0..5 {
        let Fetched::Moved(next) = fetch_next.read(redirect(&format!("/elsewhere/{hop}?x=1"))).unwrap()
        else {
            panic!("not moved")
        };
        assert_eq!(next.url().as_str(), format!("https://lms.example/elsewhere/{hop}?x=1"));
        assert_eq!(next.to_http().headers()["authorization"], "Bearer s3cret");
        fetch_next = next;
    }
    assert_eq!(fetch_next.read(redirect("/again")).unwrap_err(), RegistrationError::Redirected);
}

fn fetch_of(initiation: &mut RegistrationInitiation) -> lti_registration::FetchConfiguration {
    let query = query(initiation.openid_configuration.as_str());
    RegistrationInitiation::from_query(&query).unwrap().fetch(AddressRules::default()).unwrap()
}

#[test]
fn oversized_documents_are_not_read() {
    let big = vec![b' '; MAX_DOCUMENT_BYTES + 1];
    let error = answered(&query(CONFIGURATION), Response::new(big.clone())).unwrap_err();
    assert_eq!(error, RegistrationError::TooLarge);
    let mut platform = Platform::new();
    let invitation = platform.invite();
    let register = offer(&mut platform, &invitation).unwrap().register(&own_metadata()).unwrap();
    let mut request = register.to_http();
    request.body_mut().extend(vec![b' '; 256 * 1024]);
    assert_eq!(platform.serve(&request).status(), 413);
    assert_eq!(register.read(Response::new(big)).unwrap_err(), RegistrationError::TooLarge);
    // Deep and odd ones neither.
    for body in ["[".repeat(10_000), "{\"issuer\":7}".to_owned(), "[]".to_owned(), String::new()] {
        let error = answered(&query(CONFIGURATION), Response::new(body.into_bytes())).unwrap_err();
        assert_eq!(error.code(), "configuration_invalid");
    }
    let html = Response::builder().header("content-type", "text/html").body(b"{}".to_vec()).unwrap();
    assert_eq!(answered(&query(CONFIGURATION), html).unwrap_err(), RegistrationError::MediaType);
    // More of anything than a tool needs.
    let mut metadata = own_metadata();
    metadata.redirect_uris = Some(vec!["https://tool.example/launch".into(); 101]);
    metadata.client_name = Some("x".repeat(5_001));
    let faults = check_metadata(&metadata, AddressRules::default());
    assert_eq!(faults.iter().filter(|f| f.code() == "too_much").count(), 2);
}

#[test]
fn replayed_registration_token() {
    let mut platform = Platform::new();
    let invitation = platform.invite();
    let register = offer(&mut platform, &invitation).unwrap().register(&own_metadata()).unwrap();
    let request = register.to_http();
    assert_eq!(platform.serve(&request).status(), 200);
    let again = platform.serve(&request);
    assert_eq!(again.status(), 401);
    assert_eq!(again.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
    assert_eq!(platform.tools.len(), 1);
    // One that is too old, one that nobody gave, none, two, and one in another scheme.
    let invitation = platform.invite();
    let register = offer(&mut platform, &invitation).unwrap().register(&own_metadata()).unwrap();
    platform.now += TimeDelta::hours(1);
    assert_eq!(platform.serve(&register.to_http()).status(), 401);
    for headers in
        [vec![], vec!["Bearer made-up"], vec!["Bearer a", "Bearer b"], vec!["Basic a"], vec!["Bearer"]]
    {
        let mut request = register.to_http();
        request.headers_mut().remove("authorization");
        for header in &headers {
            request.headers_mut().append("authorization", header.parse().unwrap());
        }
        assert_eq!(platform.serve(&request).status(), 401, "{headers:?}");
    }
    assert_eq!(platform.tools.len(), 1);
}

#[test]
fn a_bad_request_uses_the_token_up_and_hears_every_fault() {
    let mut platform = Platform::new();
    let invitation = platform.invite();
    let register = offer(&mut platform, &invitation).unwrap().register(&own_metadata()).unwrap();
    let mut request = register.to_http();
    let good = request.body().clone();
    let mut body: Value = serde_json::from_slice(&good).unwrap();
    body["application_type"] = "native".into();
    body["token_endpoint_auth_method"] = "none".into();
    body["redirect_uris"] = json!(["https://evil.example/launch"]);
    *request.body_mut() = body.to_string().into_bytes();
    let refused = platform.serve(&request);
    assert_eq!(refused.status(), 400);
    let said: Value = serde_json::from_slice(refused.body()).unwrap();
    assert_eq!(said["error"], "invalid_client_metadata");
    for field in ["application_type", "token_endpoint_auth_method", "redirect_uris[0]"] {
        assert!(said["error_description"].as_str().unwrap().contains(field), "{said}");
    }
    *request.body_mut() = good;
    assert_eq!(platform.serve(&request).status(), 401);
}

#[test]
fn scope_escalation() {
    let mut platform = Platform::new();
    let mut metadata = own_metadata();
    // The tool sends what was not offered, past its own library.
    metadata.scope =
        Some([Scope::Score, Scope::ContextMembershipReadOnly, Scope::from("admin")].into_iter().collect());
    let invitation = platform.invite();
    let register = offer(&mut platform, &invitation).unwrap().register(&own_metadata()).unwrap();
    let mut request = register.to_http();
    let mut body: Value = serde_json::from_slice(request.body()).unwrap();
    body["scope"] = metadata.scope.as_ref().unwrap().to_string().into();
    body["client_id"] = "client-of-somebody-else".into();
    body["deployment_id"] = "d-of-somebody-else".into();
    let tool = "https://purl.imsglobal.org/spec/lti-tool-configuration";
    body[tool]["deployment_id"] = "d-of-somebody-else".into();
    body[tool]["claims"] = json!(["sub", "name", "email", "https://purl.imsglobal.org/spec/lti/claim/lis"]);
    body[tool]["messages"] = json!([
        {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea", "admin_menu"]},
        {"type": "LtiEulaRequest"}
    ]);
    *request.body_mut() = body.to_string().into_bytes();
    let response = platform.serve(&request);
    let registered = register.read(response).unwrap();
    let record = &platform.tools.values().next().unwrap().record;
    assert_eq!(record.scopes, [Scope::Score]);
    assert_eq!(record.privacy, Some(vec![PersonalData::Name]));
    assert_eq!((record.client_id.as_str(), record.deployment_ids[0].as_str()), ("client-1", "d-1"));
    let messages = registered.metadata().tool.as_ref().unwrap().messages.clone().unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].placements, Some(vec!["ContentArea".to_owned()]));

    // And by an update.
    platform.tools.values_mut().next().unwrap().record.status = RegistrationStatus::Active;
    let management = registered.management().unwrap().clone();
    let update = management.to_update(&metadata).unwrap();
    let response = platform.serve(&update);
    assert_eq!(response.status(), 200);
    assert_eq!(platform.tools.values().next().unwrap().record.scopes, [Scope::Score]);
}

#[test]
fn domains_that_are_not_allowed() {
    let mut platform = Platform::new();
    platform.policy.domains = Some(vec!["trusted.example".to_owned()]);
    let error = register(&mut platform, &own_metadata()).unwrap_err();
    assert_eq!(error.code(), "metadata_refused");
    // A trusted domain in front of another's addresses.
    for (domain, secondary, code) in [
        ("trusted.example", json!([]), 400),
        ("trusted.example", json!(["tool.example"]), 400),
        ("https://trusted.example", json!([]), 400),
        ("eviltrusted.example", json!([]), 400),
        ("tool.example/trusted.example", json!([]), 400),
    ] {
        let invitation = platform.invite();
        let register = offer(&mut platform, &invitation).unwrap().register(&own_metadata()).unwrap();
        let mut request = register.to_http();
        let mut body: Value = serde_json::from_slice(request.body()).unwrap();
        body["https://purl.imsglobal.org/spec/lti-tool-configuration"]["domain"] = domain.into();
        body["https://purl.imsglobal.org/spec/lti-tool-configuration"]["secondary_domains"] = secondary;
        *request.body_mut() = body.to_string().into_bytes();
        assert_eq!(platform.serve(&request).status(), code, "{domain}");
    }
    platform.policy.domains = Some(vec!["example".to_owned()]);
    assert!(register(&mut platform, &own_metadata()).is_ok(), "a domain under an allowed one");
}

#[test]
fn management_is_for_the_tool_that_it_is_of() {
    let mut platform = Platform::new();
    let first = register(&mut platform, &own_metadata()).unwrap();
    let second = register(&mut platform, &own_metadata()).unwrap();
    let (first, second) = (first.management().unwrap().clone(), second.management().unwrap().clone());
    let asking = |request: Request<Vec<u8>>, uri: &str| {
        let mut request = request;
        *request.uri_mut() = uri.parse().unwrap();
        request
    };
    // The token of one opens no other, and nobody learns which there are.
    for request in [first.to_read(), first.to_delete(), first.to_update(&own_metadata()).unwrap()] {
        let other = platform.serve(&asking(request.clone(), second.url().as_str()));
        let none = platform.serve(&asking(request, "https://lms.example/register/nobody"));
        assert_eq!((other.status().as_u16(), other.body()), (401, none.body()));
    }
    let mut foreign: Value =
        serde_json::from_slice(first.to_update(&own_metadata()).unwrap().body()).unwrap();
    for client in [json!("client-2"), json!(null)] {
        foreign["client_id"] = client;
        let mut request = first.to_update(&own_metadata()).unwrap();
        *request.body_mut() = foreign.to_string().into_bytes();
        assert_eq!(platform.serve(&request).status(), 400);
    }
    let mut patch = first.to_read();
    *patch.method_mut() = Method::PATCH;
    assert_eq!(platform.serve(&patch).headers()["allow"], "GET, PUT, DELETE");
    // Its own: read, renamed, moved, deleted.
    platform.tools.values_mut().for_each(|tool| tool.record.status = RegistrationStatus::Active);
    let status = |platform: &Platform| platform.tools.values().next().unwrap().record.status;
    let (metadata, first) = first.clone().read(&platform.serve(&first.to_read())).unwrap();
    assert_eq!(metadata.client_id.as_ref().unwrap().as_str(), "client-1");
    let mut described = metadata.clone();
    described.tool.as_mut().unwrap().description = Some("More quizzes".to_owned());
    let (_, first) = first.clone().read(&platform.serve(&first.to_update(&described).unwrap())).unwrap();
    assert_eq!(status(&platform), RegistrationStatus::Active, "other words need no consent");
    let mut moved = described.clone();
    moved.jwks_uri = Some("https://tool.example/other-keys".into());
    let (_, first) = first.clone().read(&platform.serve(&first.to_update(&moved).unwrap())).unwrap();
    assert_eq!(status(&platform), RegistrationStatus::Pending, "other keys do");
    let answer = platform.serve(&first.to_delete());
    assert_eq!((answer.status().as_u16(), platform.tools.len()), (204, 1));
    first.clone().read_deleted(&answer).unwrap();
    first.clone().read_deleted(&json_response(404, &json!({}))).unwrap();
    assert_eq!(platform.serve(&first.to_read()).status(), 401);
    assert!(first.read_deleted(&json_response(403, &json!({}))).is_err());
}

#[test]
fn an_update_of_what_was_consented_to_is_pending_again() {
    const TOOL: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";
    type Change = fn(&mut Value);
    let cases: [(&str, bool, Change); 13] = [
        ("description", true, |m| m[TOOL]["description"] = "Other words".into()),
        ("description#de", true, |m| m[TOOL]["description#de"] = "Andere Worte".into()),
        ("label", true, |m| m[TOOL]["messages"][0]["label"] = "Pick".into()),
        ("label#de", true, |m| m[TOOL]["messages"][0]["label#de"] = "Wahl".into()),
        ("icon", true, |m| m[TOOL]["messages"][0]["icon_uri"] = "https://cdn.example/i.png".into()),
        ("logo", true, |m| m["logo_uri"] = "https://cdn.example/l.png".into()),
        // The name is what the administrator read.
        ("client_name", false, |m| m["client_name"] = "Gradebook".into()),
        ("client_name#de", false, |m| m["client_name#de"] = "Notenbuch".into()),
        ("roles", false, |m| m[TOOL]["messages"][0]["roles"] = json!(["Learner"])),
        ("types", false, |m| m[TOOL]["messages"][0]["supported_types"] = json!(["file"])),
        ("media", false, |m| m[TOOL]["messages"][0]["supported_media_types"] = json!(["text/html"])),
        ("vendor", false, |m| m[TOOL]["messages"][0]["https://v.example/visibility"] = "admins".into()),
        ("vendor tool", false, |m| m[TOOL]["https://v.example/privacy"] = "public".into()),
    ];
    for (what, stays, change) in cases {
        let mut platform = Platform::new();
        let registered = register(&mut platform, &own_metadata()).unwrap();
        platform.tools.values_mut().for_each(|tool| tool.record.status = RegistrationStatus::Active);
        let management = registered.management().unwrap();
        let mut metadata = serde_json::to_value(registered.metadata()).unwrap();
        change(&mut metadata);
        let metadata: ClientMetadata = serde_json::from_value(metadata).unwrap();
        let answer = platform.serve(&management.to_update(&metadata).unwrap());
        assert_eq!(answer.status(), 200, "{what}");
        let status = platform.tools.values().next().unwrap().record.status;
        let expected = if stays { RegistrationStatus::Active } else { RegistrationStatus::Pending };
        assert_eq!(status, expected, "{what}");
    }
}

#[test]
fn an_update_says_what_it_replaces_so_that_disabling_is_not_undone() {
    let mut platform = Platform::new();
    let registered = register(&mut platform, &own_metadata()).unwrap();
    platform.tools.values_mut().for_each(|tool| tool.record.status = RegistrationStatus::Active);
    let request = registered.management().unwrap().to_update(&own_metadata()).unwrap();
    let update = |platform: &Platform| {
        let found = platform.tools.values().next().cloned();
        match UnauthorizedManagement::read(&request).unwrap().authorize(found).unwrap() {
            AuthorizedManagement::Update(update) => update.update(&platform.policy).unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let late = update(&platform);
    assert_eq!(late.managed.record.status, RegistrationStatus::Active);
    // Before it is stored, an administrator switches the tool off.
    platform.tools.values_mut().for_each(|tool| tool.record.status = RegistrationStatus::Disabled);
    assert_ne!(platform.tools.values().next(), Some(&late.replaces), "so it is not stored");
    let again = update(&platform);
    assert_eq!(platform.tools.values().next(), Some(&again.replaces));
    assert_eq!(again.managed.record.status, RegistrationStatus::Disabled);
}

/// A server that is its own issuer wants assertions that another platform would take.
#[test]
fn an_announced_audience_on_another_server_is_not_kept() {
    const PLATFORM: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";
    const BRIGHTSPACE: &str = "https://api.brightspace.com/auth/token";
    let record = |token_url: &str, announced: Value, product: &str| {
        let mut document = serde_json::to_value(Platform::new().document()).unwrap();
        document["token_endpoint"] = token_url.into();
        document["authorization_server"] = announced;
        document[PLATFORM]["product_family_code"] = product.into();
        let fetched = answered(&query(CONFIGURATION), json_response(200, &document)).unwrap();
        let Fetched::Offer(offer) = fetched else { panic!("moved") };
        let warned = offer.warnings().iter().any(|f| f.code() == "token_audience_elsewhere");
        let register = offer.register(&own_metadata()).unwrap();
        let registered = register.read(json_response(200, &json!({"client_id": "theirs"}))).unwrap();
        (registered.to_record([]).unwrap().token_audience, warned)
    };
    let own = "https://lms.example/token";
    let kept = |audience: &str| (Some(audience.to_owned()), false);
    for (token_url, announced, product, expected) in [
        (own, json!("https://victim.example/login/oauth2/token"), "pond", (None, true)),
        (own, json!("https://lms.example:8443/token"), "pond", (None, true)),
        (own, json!("https://lms.example.evil.example/token"), "pond", (None, true)),
        (own, json!("https://sub.lms.example/token"), "pond", (None, true)),
        // A product is easily said, and its constant is good only where assertions go to it.
        (own, json!(BRIGHTSPACE), "desire2learn", (None, true)),
        (own, Value::Null, "desire2learn", (None, false)),
        ("https://auth.brightspace.com/core/connect/token", Value::Null, "desire2learn", kept(BRIGHTSPACE)),
        ("https://brightspace.com.evil.example/t", json!(BRIGHTSPACE), "desire2learn", (None, true)),
        // Its own server's, and those that are none.
        (own, json!("https://lms.example/audience"), "pond", kept("https://lms.example/audience")),
        (own, json!(own), "pond", (None, false)),
        (own, json!("lms.example"), "pond", (None, false)),
        (own, json!("https://lms.example/audience"), "moodle", (None, false)),
    ] {
        assert_eq!(
            record(token_url, announced.clone(), product),
            expected,
            "{token_url} {announced} {product}"
        );
    }
}

#[test]
fn too_much_of_a_list_is_told_by_its_own_name() {
    const TOOL: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";
    let many: Vec<_> = (0..101).map(|index| format!("a{index}.example")).collect();
    let pairs: serde_json::Map<_, _> = many.iter().map(|name| (name.clone(), json!("x"))).collect();
    for (member, value) in [
        ("contacts", json!(many)),
        ("scope", json!(many.join(" "))),
        ("claims", json!(many)),
        ("secondary_domains", json!(many)),
        ("custom_parameters", json!(pairs)),
    ] {
        let mut metadata = serde_json::to_value(own_metadata()).unwrap();
        let of_tool = !["contacts", "scope"].contains(&member);
        let place = if of_tool { &mut metadata[TOOL] } else { &mut metadata };
        place[member] = value;
        let metadata: ClientMetadata = serde_json::from_value(metadata).unwrap();
        let faults = check_metadata(&metadata, AddressRules::default());
        let codes: Vec<_> = faults.iter().map(|f| (f.field(), f.code())).collect();
        assert_eq!(codes, [(member, "too_much")]);
    }
}

#[test]
fn a_management_address_elsewhere_is_not_kept() {
    let tool = own_metadata();
    for uri in ["https://evil.example/r/1", "http://lms.example/r/1", "https://10.0.0.8/r", "/r/1"] {
        let Fetched::Offer(offer) = answered(
            &query(CONFIGURATION),
            json_response(200, &serde_json::to_value(Platform::new().document()).unwrap()),
        )
        .unwrap() else {
            panic!("moved")
        };
        let answer =
            json!({"client_id": "c", "registration_client_uri": uri, "registration_access_token": "t"});
        let registered = offer.register(&tool).unwrap().read(json_response(201, &answer)).unwrap();
        assert!(registered.management().is_none(), "{uri}");
    }
}

#[test]
fn an_existing_registration_is_never_replaced() {
    let mut platform = Platform::new();
    let registered = register(&mut platform, &own_metadata()).unwrap();
    let mut known = registered.to_record([]).unwrap();
    known.key_set_url = Some("https://lms.example/the-real-keys".into());
    assert_eq!(registered.to_record([&known]).unwrap_err(), RegistrationError::AlreadyRegistered);
}

#[test]
fn tokens_do_not_show() {
    let initiation = RegistrationInitiation::from_query(&query(CONFIGURATION)).unwrap();
    assert!(!format!("{initiation:?}").contains("s3cret"));
    let fetch = initiation.fetch(AddressRules::default()).unwrap();
    assert!(!format!("{fetch:?} {:?}", fetch.to_http()).contains("s3cret"));
    let mut platform = Platform::new();
    let registered = register(&mut platform, &own_metadata()).unwrap();
    let token = registered.management().unwrap().token().as_str().to_owned();
    assert!(!format!("{registered:?} {:?}", platform.tools).contains(&token));
    let stored = serde_json::to_string(platform.tools.values().next().unwrap()).unwrap();
    assert!(!stored.contains(&token), "only its digest is stored");
    assert!(RegistrationToken::new("a").unwrap().matches(&RegistrationToken::new("a").unwrap()));
    // A token that would make a second header line is none.
    for token in ["a%0d%0aX: y", "a b", "%c3%a9", "a%00"] {
        let query = format!("openid_configuration=https%3A%2F%2Flms.example&registration_token={token}");
        assert_eq!(RegistrationInitiation::from_query(&query).unwrap_err().code(), "parameter_invalid");
    }
    let twice = format!("{0}&{0}", query(CONFIGURATION));
    assert_eq!(RegistrationInitiation::from_query(&twice).unwrap_err().code(), "parameter_invalid");
    assert_eq!(RegistrationInitiation::from_query("").unwrap_err().code(), "parameter_invalid");
}

#[test]
fn by_default_a_platform_grants_nothing_beyond_launches() {
    let mut platform = Platform::new();
    platform.policy = RegistrationPolicy::default();
    assert_eq!(
        platform.policy.messages,
        [Offered::new(MessageType::ResourceLinkRequest, Vec::<String>::new())]
    );
    register(&mut platform, &own_metadata()).unwrap();
    let record = &platform.tools.values().next().unwrap().record;
    assert_eq!(
        (record.scopes.len(), record.privacy.as_deref(), &record.deep_linking_url),
        (0, Some([].as_slice()), &None)
    );
}

#[test]
fn a_name_that_shows_as_another_is_refused() {
    for (member, value) in [
        ("client_name", "Quiz\u{202e}sdaer"),
        ("client_name", "Quiz\u{7}"),
        ("client_name", "Quiz\u{61c}"),
        ("client_name", "Quiz\u{2029}"),
        ("client_name#de", "R\u{200b}aetsel"),
    ] {
        let mut metadata = serde_json::to_value(own_metadata()).unwrap();
        metadata[member] = value.into();
        if member == "client_name#de" {
            metadata["client_name"] = "Quiz".into();
        }
        let mut metadata: ClientMetadata = serde_json::from_value(metadata).unwrap();
        // The label was made of the record's name.
        metadata.tool.as_mut().unwrap().messages = None;
        let faults = check_metadata(&metadata, AddressRules::default());
        let codes: Vec<_> = faults.iter().map(|f| (f.field(), f.code())).collect();
        assert_eq!(codes, [(member, "hidden_characters")]);
    }
    // Letters that join are letters.
    let mut metadata = own_metadata();
    metadata.client_name = Some("می\u{200c}خواهم 試験".to_owned());
    assert_eq!(check_metadata(&metadata, AddressRules::default()), []);
}
