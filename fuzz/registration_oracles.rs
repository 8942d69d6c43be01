//! What must hold of any registration document or table, as in `oracles.rs`.

use chrono::DateTime;
use http::{Request, Response, StatusCode};
use lti_registration::platform::{
    Invitation, Offered, RegistrationPolicy, RegistrationRefusal, UnauthorizedRegistration,
};
use lti_registration::{
    AddressRules, Fetched, Import, PlatformOffer, Record, Register, RegistrationInitiation, check_metadata,
    check_platform, check_tool, find_tool, has_errors, metadata_of, tool_record_of,
};
use lti_types::{
    ClientId, ClientMetadata, MessageType, OpenIdConfiguration, PersonalData, PlatformRecord,
    RegistrationStatus, Scope, ToolRecord, WireUrl,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

const QUERY: &str = "openid_configuration=https%3A%2F%2Flms.example%2Fopenid&registration_token=once-only";
const CONFIGURATION: &str = r#"{"issuer":"https://lms.example","authorization_endpoint":"https://lms.example/a",
    "token_endpoint":"https://lms.example/t","jwks_uri":"https://lms.example/j",
    "registration_endpoint":"https://lms.example/r"}"#;

fn stable<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let written = serde_json::to_string(value).expect("JSON");
    let again: T = serde_json::from_str(&written).expect("what is written is read");
    assert_eq!(&again, value);
}

fn own() -> ClientMetadata {
    let mut own = ToolRecord::new(
        ClientId::new("-").expect("an id"),
        vec![],
        "https://tool.example/login".into(),
        "https://tool.example/launch".into(),
    );
    own.name = Some("Quiz".to_owned());
    own.key_set_url = Some("https://tool.example/jwks".into());
    own.deep_linking_url = Some("https://tool.example/pick".into());
    own.scopes = vec![Scope::Score, Scope::LineItem];
    metadata_of(&own)
}

fn offer(body: &[u8]) -> Option<PlatformOffer> {
    let initiation = RegistrationInitiation::from_query(QUERY).expect("a query");
    let fetch = initiation.fetch(AddressRules::default()).expect("an address");
    match fetch.read(Response::new(body.to_vec())) {
        Ok(Fetched::Offer(offer)) => Some(*offer),
        Ok(_) => panic!("a success is no redirect"),
        Err(error) => {
            let _ = (error.to_string(), error.code(), error.spec(), error.http_status());
            None
        }
    }
}

fn register() -> Register {
    offer(CONFIGURATION.as_bytes()).expect("an offer").register(&own()).expect("good metadata")
}

/// An OpenID configuration: read → written → read is equal; what is offered is on the issuer's own word, over https, and
/// asked for no more than it offers.
pub(crate) fn openid_configuration(data: &[u8]) {
    if let Ok(configuration) = serde_json::from_slice::<OpenIdConfiguration>(data) {
        stable(&configuration);
    }
    let Some(offer) = offer(data) else { return };
    let configuration = offer.configuration().clone();
    let issuer = WireUrl::from(configuration.issuer.as_str()).to_secure_url().expect("an issuer is a URL");
    assert_eq!(issuer.host_str(), Some("lms.example"), "somebody speaks for somebody else");
    let _ = (offer.profile(), offer.warnings());
    for address in [
        &configuration.authorization_endpoint,
        &configuration.token_endpoint,
        &configuration.jwks_uri,
        &configuration.registration_endpoint,
    ] {
        assert_eq!(address.to_secure_url().expect("checked").scheme(), "https");
    }
    let held = offer.hold(DateTime::UNIX_EPOCH);
    let held = serde_json::to_string(&held).expect("JSON");
    let held: lti_registration::PendingRegistration = serde_json::from_str(&held).expect("what was held");
    let offer = held.resume(DateTime::UNIX_EPOCH).expect("checked before");
    let Ok(register) = offer.register(&own()) else { return };
    if let Some(supported) = &configuration.scopes_supported {
        let asked = register.metadata().scope.as_ref().expect("scopes");
        assert!(asked.iter().all(|scope| supported.contains(scope)), "asked for what is not offered");
    }
    let request = register.to_http();
    assert_eq!(request.uri().scheme_str(), Some("https"));
    assert_eq!(request.uri().host(), register.url().host_str());
    let sent: ClientMetadata = serde_json::from_slice(request.body()).expect("metadata");
    assert!(!has_errors(&check_metadata(&sent, AddressRules::default())));
    let answer = Response::new(br#"{"client_id":"c"}"#.to_vec());
    let record = register.read(answer).expect("an answer").to_record([]).expect("a new one");
    assert_eq!(record.status, RegistrationStatus::Pending);
    let faults = check_platform(&record, AddressRules::default());
    assert!(!has_errors(&faults), "a record that we would refuse: {faults:?}");
}

/// Metadata, as a tool's request and as a platform's answer: read → written → read is equal; what a platform accepts is in
/// order, within the policy, and told to the tool as it was stored.
pub(crate) fn registration_exchange(data: &[u8]) {
    if let Ok(metadata) = serde_json::from_slice::<ClientMetadata>(data) {
        stable(&metadata);
        for fault in check_metadata(&metadata, AddressRules::default()) {
            assert!(!fault.fix().is_empty() && !fault.to_string().contains(char::is_control));
        }
    }
    // As an answer.
    match register().read(Response::new(data.to_vec())) {
        Ok(registered) => {
            let record = registered.to_record([]).expect("a new one");
            assert_eq!(
                (&record.client_id, record.issuer.as_str()),
                (registered.client_id(), "https://lms.example")
            );
            if let Some(management) = registered.management() {
                assert_eq!(management.url().host_str(), Some("lms.example"), "a token for elsewhere");
            }
            let _ = registered.scopes_refused();
        }
        Err(error) => drop((error.to_string(), error.code(), error.spec())),
    }
    let mut refused = Response::new(data.to_vec());
    *refused.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    assert!(register().read(refused).is_err());
    // As a request.
    let now = DateTime::UNIX_EPOCH;
    let mut policy = RegistrationPolicy::default();
    policy.scopes = vec![Scope::Score];
    policy.personal_data = vec![PersonalData::Name];
    policy.messages.push(Offered::new(MessageType::DeepLinkingRequest, ["ContentArea"]));
    let mut request = Request::new(data.to_vec());
    *request.method_mut() = http::Method::POST;
    request.headers_mut().insert("authorization", http::HeaderValue::from_static("Bearer once-only"));
    let accepted = UnauthorizedRegistration::read(&request)
        .and_then(|unauthorized| unauthorized.authorize(Some(Invitation::new("t", "a", now)), now))
        .and_then(|authorized| authorized.check(&policy))
        .and_then(|checked| checked.accept(ClientId::new("c-1").expect("an id"), None, None));
    let accepted = match accepted {
        Ok(accepted) => accepted,
        Err(refusal) => return said(&refusal),
    };
    let record = accepted.record().clone();
    assert_eq!((record.status, record.client_id.as_str()), (RegistrationStatus::Pending, "c-1"));
    assert!(record.deployment_ids.is_empty(), "a deployment that nobody made");
    assert!(record.scopes.iter().all(|scope| policy.scopes.contains(scope)), "a scope that was not granted");
    let told = record.privacy.as_ref().expect("said");
    assert!(
        told.iter().all(|kind| policy.personal_data.contains(kind)),
        "personal data that was not granted"
    );
    assert!(!has_errors(&check_tool(&record, policy.addresses)), "a record that we would refuse: {record:?}");
    stable(&accepted.managed);
    let registered = register().read(accepted.response).expect("our own answer");
    assert_eq!(registered.client_id(), &record.client_id);
    let mut again =
        tool_record_of(registered.metadata(), record.client_id.clone(), vec![]).expect("a record");
    again.status = record.status;
    assert_eq!(again, record, "the tool is told something else");
}

fn said(refusal: &RegistrationRefusal) {
    let response = refusal.to_http();
    assert!(response.status().is_client_error());
    let body: serde_json::Value = serde_json::from_slice(response.body()).expect("JSON");
    assert!(body["error"].is_string() && !refusal.code().is_empty() && !refusal.spec().is_empty());
}

/// A table or a list of records: every row is taken or rejected, at its place; what is taken is in order, and survives the
/// way through JSON.
pub(crate) fn registration_table(data: &[u8]) {
    table::<ToolRecord>(data);
    table::<PlatformRecord>(data);
    if let Ok(import) = Import::<ToolRecord>::from_csv(data, AddressRules::default()) {
        for imported in &import.records {
            let faults = check_tool(&imported.record, AddressRules::default());
            assert_eq!(faults.len(), imported.warnings.len());
            let records = import.records.iter().map(|imported| &imported.record);
            if let Ok(found) = find_tool(records, &imported.record.target_link_uri) {
                assert!(import.records.iter().any(|i| i.record == *found));
            }
        }
    }
}

fn table<R: Record + Serialize + PartialEq + std::fmt::Debug>(data: &[u8]) {
    let import = match Import::<R>::from_csv(data, AddressRules::default()) {
        Ok(import) => import,
        Err(error) => {
            let _ = (error.to_string(), error.code(), error.spec());
            if let Ok(import) = Import::<R>::from_json(data, AddressRules::default()) {
                assert!(import.rejected.iter().all(|rejected| has_errors(&rejected.faults)));
            }
            return;
        }
    };
    let text = std::str::from_utf8(data).expect("it was read");
    let lines = text.split_inclusive(['\n', '\r']).count() as u64;
    let places = import.places();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "two rows at one place");
    for place in &places {
        let lti_registration::Place::Line(line) = place else { panic!("a row has a line") };
        assert!((1..=lines).contains(line), "{line} of {lines}");
    }
    assert!(import.rejected.iter().all(|rejected| has_errors(&rejected.faults)));
    assert!(import.records.iter().all(|imported| !has_errors(&imported.warnings)));
    let records: Vec<_> = import.records.into_iter().map(|imported| imported.record).collect();
    let json = serde_json::to_vec(&records).expect("JSON");
    if records.is_empty() {
        return;
    }
    let again = Import::<R>::from_json(&json, AddressRules::default()).expect("records");
    assert_eq!(again.rejected, []);
    let again: Vec<_> = again.records.into_iter().map(|imported| imported.record).collect();
    assert_eq!(again, records);
}
