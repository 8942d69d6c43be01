//! Dynamic registration with both ends, over requests and responses that never leave memory. Rows are those of the list
//! in docs/conformance.md.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, Response, StatusCode};
use lti_registration::platform::{
    AuthorizedManagement, Invitation, ManagedRegistration, Offered, RegistrationPolicy, RegistrationRefusal,
    UnauthorizedManagement, UnauthorizedRegistration, configuration, store_key,
};
use lti_registration::{
    AddressRules, Fetched, PlatformAddresses, PlatformOffer, Registered, RegistrationError,
    RegistrationInitiation, metadata_of,
};
use lti_types::{
    ClientId, ClientMetadata, DeploymentId, Deployments, Issuer, MessageType, PersonalData,
    RegistrationStatus, RegistrationToken, Scope, ToolRecord,
};
use serde_json::{Value, json};

pub(crate) const CONFIGURATION: &str = "https://lms.example/openid-configuration";
pub(crate) const TOOL_PAGE: &str = "https://tool.example/register?plan=a";

/// A platform with everything that a server around the crate keeps.
pub(crate) struct Platform {
    pub(crate) policy: RegistrationPolicy,
    invitations: BTreeMap<String, Invitation>,
    pub(crate) tools: BTreeMap<ClientId, ManagedRegistration>,
    pub(crate) now: DateTime<Utc>,
    /// How often the configuration was asked for, and with which header.
    pub(crate) asked: Vec<Option<String>>,
}

impl Platform {
    pub(crate) fn new() -> Self {
        let mut policy = RegistrationPolicy::default();
        policy.scopes = vec![Scope::Score, Scope::LineItem];
        policy.personal_data = vec![PersonalData::Name];
        policy.messages = vec![
            Offered::new(MessageType::ResourceLinkRequest, ["https://lms.example/lti/course_navigation"]),
            Offered::new(MessageType::DeepLinkingRequest, ["ContentArea"]),
        ];
        let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        Self { policy, invitations: BTreeMap::new(), tools: BTreeMap::new(), now, asked: Vec::new() }
    }

    /// The query with which an administrator's browser arrives at the tool.
    pub(crate) fn invite(&mut self) -> String {
        let token = RegistrationToken::random().unwrap();
        self.invitations.insert(store_key(&token), Invitation::new("campus", "admin-7", self.now));
        let url = Invitation::url(&TOOL_PAGE.into(), &CONFIGURATION.into(), &token, AddressRules::default());
        let url = url.unwrap();
        assert!(url.as_str().starts_with(TOOL_PAGE), "the page's own parameters are kept");
        url.query().unwrap().to_owned()
    }

    pub(crate) fn serve(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        assert_eq!(request.uri().host(), Some("lms.example"), "nothing is sent elsewhere");
        let path = request.uri().path();
        if path == "/openid-configuration" {
            let header = request.headers().get("authorization").map(|v| v.to_str().unwrap().to_owned());
            self.asked.push(header);
            let mut response = Response::new(serde_json::to_vec(&self.document()).unwrap());
            response.headers_mut().insert("content-type", "application/json; charset=utf-8".parse().unwrap());
            return response;
        }
        let answer = match path.strip_prefix("/register/") {
            Some(client) => self.manage(&ClientId::new(client).unwrap(), request),
            None => self.register(request),
        };
        answer.unwrap_or_else(|refusal| refusal.to_http())
    }

    pub(crate) fn document(&self) -> lti_types::OpenIdConfiguration {
        let addresses = PlatformAddresses::new(
            Issuer::new("https://lms.example").unwrap(),
            "https://lms.example/auth?tenant=7".into(),
            "https://lms.example/token".into(),
            "https://lms.example/jwks".into(),
        );
        configuration(&addresses, "https://lms.example/register".into(), "pond", &self.policy)
    }

    fn register(&mut self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, RegistrationRefusal> {
        let unauthorized = UnauthorizedRegistration::read(request)?;
        let invitation = self.invitations.remove(&store_key(unauthorized.token()));
        let checked = unauthorized.authorize(invitation, self.now)?.check(&self.policy)?;
        let client_id = ClientId::new(format!("client-{}", self.tools.len() + 1)).unwrap();
        let uri = format!("https://lms.example/register/{client_id}").into();
        let management = Some((uri, RegistrationToken::random().unwrap()));
        let accepted =
            checked.accept(client_id.clone(), Some(DeploymentId::new("d-1").unwrap()), management)?;
        assert_eq!(accepted.record().status, RegistrationStatus::Pending);
        self.tools.insert(client_id, accepted.managed);
        Ok(accepted.response)
    }

    fn manage(
        &mut self,
        client_id: &ClientId,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, RegistrationRefusal> {
        let found = self.tools.get(client_id).cloned();
        match UnauthorizedManagement::read(request)?.authorize(found)? {
            AuthorizedManagement::Read(response) => Ok(response),
            AuthorizedManagement::Delete(response) => {
                self.tools.remove(client_id);
                Ok(response)
            }
            AuthorizedManagement::Update(update) => {
                let updated = update.update(&self.policy)?;
                assert_eq!(self.tools.get(client_id), Some(&updated.replaces));
                self.tools.insert(client_id.clone(), updated.managed);
                Ok(updated.response)
            }
            _ => unreachable!(),
        }
    }
}

pub(crate) fn own_record() -> ToolRecord {
    let mut own = ToolRecord::new(
        ClientId::new("-").unwrap(),
        vec![],
        "https://tool.example/login".into(),
        "https://tool.example/launch".into(),
    );
    own.name = Some("Quiz".to_owned());
    own.key_set_url = Some("https://tool.example/jwks".into());
    own.deep_linking_url = Some("https://tool.example/pick".into());
    own.scopes = vec![Scope::Score, Scope::ContextMembershipReadOnly];
    own
}

pub(crate) fn own_metadata() -> ClientMetadata {
    metadata_of(&own_record())
}

pub(crate) fn offer(platform: &mut Platform, query: &str) -> Result<PlatformOffer, RegistrationError> {
    let mut fetch = RegistrationInitiation::from_query(query)?.fetch(AddressRules::default())?;
    loop {
        let response = platform.serve(&fetch.to_http());
        match fetch.read(response)? {
            Fetched::Offer(offer) => return Ok(*offer),
            Fetched::Moved(next) => fetch = next,
            _ => unreachable!(),
        }
    }
}

pub(crate) fn register(
    platform: &mut Platform,
    metadata: &ClientMetadata,
) -> Result<Registered, RegistrationError> {
    let query = platform.invite();
    let register = offer(platform, &query)?.register(metadata)?;
    let response = platform.serve(&register.to_http());
    register.read(response)
}

/// A response to the configuration request, other than the platform's own.
pub(crate) fn answered(query: &str, response: Response<Vec<u8>>) -> Result<Fetched, RegistrationError> {
    RegistrationInitiation::from_query(query)?.fetch(AddressRules::default())?.read(response)
}

pub(crate) fn json_response(status: u16, body: &Value) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.to_string().into_bytes()).unwrap()
}

fn document_with(change: impl FnOnce(&mut Value)) -> Response<Vec<u8>> {
    let mut document = serde_json::to_value(Platform::new().document()).unwrap();
    change(&mut document);
    json_response(200, &document)
}

const QUERY: &str = "openid_configuration=https%3A%2F%2Flms.example%2Fopenid-configuration";

fn offered(change: impl FnOnce(&mut Value)) -> PlatformOffer {
    match answered(QUERY, document_with(change)).unwrap() {
        Fetched::Offer(offer) => *offer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn dr_1_configuration_without_token() {
    let mut platform = Platform::new();
    // Quirk 17: no token, no header; quirk 18: a token, and `Bearer` with its capital.
    let register = offer(&mut platform, QUERY).unwrap().register(&own_metadata()).unwrap();
    assert!(!register.to_http().headers().contains_key("authorization"));
    let query = platform.invite();
    offer(&mut platform, &query).unwrap();
    assert_eq!(platform.asked[0], None);
    assert!(platform.asked[1].as_ref().unwrap().starts_with("Bearer "));
    // This platform wants one to register.
    let response = platform.serve(&register.to_http());
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(register.read(response).unwrap_err().code(), "token_rejected");
}

#[test]
fn dr_2_issuer_on_another_host() {
    for issuer in [
        "https://lms.example.evil",
        "https://evil.example",
        "https://lms.example:8443",
        "https://a.lms.example",
    ] {
        let error = answered(QUERY, document_with(|d| d["issuer"] = issuer.into())).unwrap_err();
        assert_eq!(error, RegistrationError::IssuerMismatch, "{issuer}");
    }
    for issuer in ["https://lms.example", "https://LMS.example/moodle", "https://lms.example:443"] {
        assert!(answered(QUERY, document_with(|d| d["issuer"] = issuer.into())).is_ok(), "{issuer}");
    }
}

#[test]
fn dr_3_plain_http() {
    let query = QUERY.replace("https", "http");
    let initiation = RegistrationInitiation::from_query(&query).unwrap();
    assert_eq!(initiation.fetch(AddressRules::default()).unwrap_err().code(), "configuration_url_invalid");
    for member in ["authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint", "issuer"]
    {
        let error =
            answered(QUERY, document_with(|d| d[member] = "http://lms.example/x".into())).unwrap_err();
        assert_eq!(error.code(), "address_invalid", "{member}");
        assert!(error.to_string().starts_with(member));
    }
}

#[test]
fn dr_6_messages_as_bare_names() {
    let offer = offered(|d| {
        d["https://purl.imsglobal.org/spec/lti-platform-configuration"]["messages_supported"] =
            json!(["LtiResourceLinkRequest", {"type": "LtiDeepLinkingRequest", "placements": "ContentArea"}]);
    });
    assert_eq!(offer.placement(&MessageType::DeepLinkingRequest, "ContentArea"), Some("ContentArea"));
}

#[test]
fn dr_7_missing_lists_have_defaults() {
    let offer = offered(|d| {
        for member in [
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_signing_alg_values_supported",
            "scopes_supported",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
            "claims_supported",
            "https://purl.imsglobal.org/spec/lti-platform-configuration",
        ] {
            d.as_object_mut().unwrap().remove(member);
        }
    });
    assert_eq!(offer.warnings().len(), 1, "that LTI's own part is missing");
    let register = offer.register(&own_metadata()).unwrap();
    assert_eq!(register.metadata().scope.as_ref().unwrap().iter().count(), 2, "all of them may be had");
    // And what rules LTI out is refused.
    for (member, value) in [
        ("token_endpoint_auth_methods_supported", json!(["client_secret_basic"])),
        ("response_types_supported", json!(["code"])),
        ("id_token_signing_alg_values_supported", json!(["HS256"])),
    ] {
        let error = answered(QUERY, document_with(|d| d[member] = value)).unwrap_err();
        assert_eq!(error, RegistrationError::NotOffered(member));
    }
}

#[test]
fn dr_8_scopes_are_cut_to_those_offered() {
    let mut platform = Platform::new();
    let query = platform.invite();
    let register = offer(&mut platform, &query).unwrap().register(&own_metadata()).unwrap();
    assert_eq!(register.metadata().scope.as_ref().unwrap().to_string(), Scope::Score.as_str());
    assert_eq!(register.left_out().iter().map(|f| f.code()).collect::<Vec<_>>(), ["scope_not_granted"]);
    // Quirk 22: the platform's own spelling of placements; those that it does not offer are left out.
    let offer = offered(|_| ());
    assert_eq!(
        offer.placement(
            &MessageType::ResourceLinkRequest,
            "https://canvas.instructure.com/lti/course_navigation"
        ),
        Some("https://lms.example/lti/course_navigation")
    );
    assert_eq!(offer.placement(&MessageType::ResourceLinkRequest, "ContentArea"), None);
}

#[test]
fn dr_9_numeric_client_id() {
    let register = offered(|_| ()).register(&own_metadata()).unwrap();
    let registered =
        register.read(json_response(200, &json!({"client_id": 10_000_000_000_001_u64}))).unwrap();
    assert_eq!(registered.client_id().as_str(), "10000000000001");
    for body in [json!({}), json!({"client_id": ""}), json!({"client_id": null}), json!({"client_id": []})] {
        let register = offered(|_| ()).register(&own_metadata()).unwrap();
        assert_eq!(register.read(json_response(200, &body)).unwrap_err(), RegistrationError::ClientId);
    }
}

#[test]
fn dr_10_deployment_at_either_place() {
    let tool = "https://purl.imsglobal.org/spec/lti-tool-configuration";
    for (body, expected) in [
        (json!({"client_id": "c"}), vec![]),
        (json!({"client_id": "c", "deployment_id": "1:a"}), vec!["1:a"]),
        (json!({"client_id": "c", tool: {"deployment_id": 7}}), vec!["7"]),
        (json!({"client_id": "c", "deployment_id": "7", tool: {"deployment_id": "7"}}), vec!["7"]),
        (json!({"client_id": "c", "deployment_id": "1", tool: {"deployment_id": "2"}}), vec!["1", "2"]),
        (json!({"client_id": "c", "deployment_id": "", tool: []}), vec![]),
    ] {
        let register = offered(|_| ()).register(&own_metadata()).unwrap();
        let registered = register.read(json_response(200, &body)).unwrap();
        let record = registered.to_record([]).unwrap();
        let expected: Vec<_> = expected.into_iter().map(|id| DeploymentId::new(id).unwrap()).collect();
        let expected =
            if expected.is_empty() { Deployments::NotYetKnown } else { Deployments::Known(expected) };
        assert_eq!(record.deployment_ids, expected, "{body}");
    }
}

#[test]
fn dr_11_success_is_200_or_201() {
    for status in [200, 201] {
        let register = offered(|_| ()).register(&own_metadata()).unwrap();
        assert!(register.read(json_response(status, &json!({"client_id": "c"}))).is_ok(), "{status}");
    }
}

#[test]
fn dr_12_errors_of_any_form() {
    for (status, body, code, said) in [
        (400, "invalid_redirect_uris", "redirect_uri_refused", "invalid_redirect_uris"),
        (422, r#"{"errors":["jwks_uri is blank"]}"#, "metadata_refused", "jwks_uri is blank"),
        (401, "token_already_used", "token_rejected", "token_already_used"),
        (200, "<html>login</html>", "answer_invalid", ""),
    ] {
        let register = offered(|_| ()).register(&own_metadata()).unwrap();
        let response = Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap();
        let error = register.read(response).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(!error.to_string().contains("blank"), "what a stranger wrote is not printed");
        if let RegistrationError::Refused(refusal) = &error {
            assert_eq!(refusal.untrusted_detail(), said);
        }
    }
}

#[test]
fn dr_13_unknown_members_everywhere() {
    let offer = offered(|d| {
        d["x"] = json!({"y": null});
        d["https://purl.imsglobal.org/spec/lti-platform-configuration"]["https://v.example/a"] = json!([1]);
    });
    assert_eq!(offer.configuration().extensions["x"], json!({"y": null}));
    let mut platform = Platform::new();
    let mut metadata = own_metadata();
    metadata.extensions.insert("https://v.example/m".to_owned(), json!({"deep": [null]}));
    lti_types::localize(&mut metadata.extensions, "client_name", "de", "Rätsel");
    metadata.tool.as_mut().unwrap().extensions.insert("https://v.example/t".to_owned(), json!(7));
    let registered = register(&mut platform, &metadata).unwrap();
    let back = registered.metadata();
    assert_eq!(back.extensions, metadata.extensions, "the platform keeps what it does not know");
    assert_eq!(back.tool.as_ref().unwrap().extensions["https://v.example/t"], json!(7));
}

#[test]
fn dr_14_twice_makes_two_registrations() {
    let mut platform = Platform::new();
    let first = register(&mut platform, &own_metadata()).unwrap().to_record([]).unwrap();
    let second = register(&mut platform, &own_metadata()).unwrap().to_record([&first]).unwrap();
    assert_eq!(first.issuer, second.issuer);
    assert_ne!(first.client_id, second.client_id);
    assert_eq!(second.status, RegistrationStatus::Pending);
    assert_eq!(platform.tools.len(), 2);
}

#[test]
fn dr_15_the_tools_own_form_is_sent_once() {
    let mut platform = Platform::new();
    let query = platform.invite();
    let held = offer(&mut platform, &query).unwrap().hold(platform.now);
    // What a store does: keep it under a random key, and take it once.
    let mut store = BTreeMap::from([("key", serde_json::to_vec(&held).unwrap())]);
    let mut take = || -> Option<lti_registration::PendingRegistration> {
        store.remove("key").map(|bytes| serde_json::from_slice(&bytes).unwrap())
    };
    let register = take().unwrap().resume(platform.now + TimeDelta::minutes(14)).unwrap();
    let register = register.register(&own_metadata()).unwrap();
    let response = platform.serve(&register.to_http());
    register.read(response).unwrap();
    assert!(take().is_none(), "replayed");
    // Held for too long.
    let query = platform.invite();
    let held = offer(&mut platform, &query).unwrap().hold(platform.now);
    let error = held.resume(platform.now + TimeDelta::minutes(16)).unwrap_err();
    assert_eq!(error, RegistrationError::Expired);
}

#[test]
fn dr_16_a_misspelled_grant_type_is_tolerated_and_never_sent() {
    let mut metadata = own_metadata();
    metadata.grant_types = Some(vec!["implict".to_owned(), "client_credentials".to_owned()]);
    assert_eq!(lti_registration::check_metadata(&metadata, AddressRules::default()), []);
    let register = offered(|_| ()).register(&metadata).unwrap();
    let sent: Value = serde_json::from_slice(register.to_http().body()).unwrap();
    assert_eq!(sent["grant_types"], json!(["implicit", "client_credentials"]));
    // Quirk 19: nothing is null.
    assert!(!sent.to_string().contains("null"));
}

#[test]
fn dr_17_one_close_message() {
    assert_eq!(lti_registration::CLOSE_SCRIPT.matches("postMessage(").count(), 1);
    assert!(lti_registration::is_close_message(&lti_registration::close_message()));
    for other in [json!("org.imsglobal.lti.close"), json!({"subject": "lti.close"}), json!(null)] {
        assert!(!lti_registration::is_close_message(&other), "{other}");
    }
}

/// From the invitation to the first login with what was registered.
#[test]
fn what_was_registered_launches() {
    let mut platform = Platform::new();
    let registered = register(&mut platform, &own_metadata()).unwrap();
    let mut at_tool = registered.to_record([]).unwrap();
    assert_eq!(lti_registration::check_platform(&at_tool, AddressRules::default()), []);
    let managed = platform.tools.values_mut().next().unwrap();
    assert_eq!(
        managed.record.privacy,
        Some(vec![PersonalData::Name]),
        "e-mail was asked for and not granted"
    );
    assert_eq!(lti_registration::check_tool(&managed.record, AddressRules::default()), []);
    // Both administrators consent.
    managed.record.status = RegistrationStatus::Active;
    at_tool.status = RegistrationStatus::Active;
    let issuer = Issuer::new("https://lms.example").unwrap();
    let at_platform = lti_platform::Registration::new(issuer, managed.record.clone()).unwrap();
    let at_tool = lti_tool::Registration::new(at_tool).unwrap();
    assert_eq!(at_platform.client_id(), at_tool.client_id());
    assert_eq!(at_tool.authentication_url().as_str(), "https://lms.example/auth?tenant=7");
}
