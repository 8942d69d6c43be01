//! Dynamic registration between a tool and a platform in one program, with every request and answer that travels. What
//! stands in for the platform's store is two maps; what stands in for the network is a function call.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::{DateTime, Utc};
use http::{Request, Response, StatusCode};
use lti_registration::platform::{
    Accepted, Invitation, ManagedRegistration, Offered, RegistrationPolicy, RegistrationRefusal,
    UnauthorizedRegistration, configuration, store_key,
};
use lti_registration::{
    AddressRules, CLOSE_SCRIPT, Fetched, Handover, PlatformAddresses, RegistrationInitiation, metadata_of,
};
use lti_types::{
    ClientId, DeploymentId, Issuer, MessageType, PersonalData, RegistrationToken, Scope, ToolRecord,
};

const CONFIGURATION: &str = "https://lms.example/openid-configuration";

/// What a platform's server keeps.
struct Platform {
    addresses: PlatformAddresses,
    policy: RegistrationPolicy,
    invitations: BTreeMap<String, Invitation>,
    tools: BTreeMap<ClientId, ManagedRegistration>,
}

impl Platform {
    fn new(rules: AddressRules) -> Result<Self, String> {
        let issuer = Issuer::new("https://lms.example").map_err(|error| error.to_string())?;
        let addresses = PlatformAddresses::new(
            issuer,
            "https://lms.example/auth".into(),
            "https://lms.example/token".into(),
            "https://lms.example/jwks".into(),
        );
        let mut policy = RegistrationPolicy::default();
        policy.addresses = rules;
        policy.scopes = vec![Scope::LineItem, Scope::Score];
        policy.personal_data = vec![PersonalData::Name];
        policy.messages = vec![
            Offered::new(MessageType::ResourceLinkRequest, Vec::<String>::new()),
            Offered::new(MessageType::DeepLinkingRequest, ["ContentArea"]),
        ];
        Ok(Self { addresses, policy, invitations: BTreeMap::new(), tools: BTreeMap::new() })
    }

    /// What stands behind the platform's addresses.
    fn serve(&mut self, request: &Request<Vec<u8>>, now: DateTime<Utc>) -> Response<Vec<u8>> {
        match request.uri().path() {
            "/openid-configuration" => {
                let endpoint = "https://lms.example/register".into();
                let document = configuration(&self.addresses, endpoint, "pond", &self.policy);
                Response::new(serde_json::to_vec(&document).unwrap_or_default())
            }
            "/register" => match self.register(request, now) {
                Ok(accepted) => {
                    self.tools.insert(accepted.record().client_id.clone(), accepted.managed);
                    accepted.response
                }
                Err(refusal) => refusal.to_http(),
            },
            _ => {
                let mut response = Response::new(Vec::new());
                *response.status_mut() = StatusCode::NOT_FOUND;
                response
            }
        }
    }

    fn register(
        &mut self,
        request: &Request<Vec<u8>>,
        now: DateTime<Utc>,
    ) -> Result<Accepted, RegistrationRefusal> {
        let unauthorized = UnauthorizedRegistration::read(request)?;
        // Taken out, so that the token opens once.
        let invitation = self.invitations.remove(&store_key(unauthorized.token()));
        let checked = unauthorized.authorize(invitation, now)?.check(&self.policy)?;
        let (Ok(client_id), Ok(deployment)) = (ClientId::new("client-1"), DeploymentId::new("1")) else {
            return Err(RegistrationRefusal::TokenInvalid);
        };
        checked.accept(client_id, Some(deployment), None)
    }
}

/// Registers the tool, and prints what travels.
pub(crate) fn run(own: &ToolRecord, rules: AddressRules, out: &mut impl Write) -> Result<(), String> {
    let now = DateTime::from(std::time::SystemTime::now());
    let mut platform = Platform::new(rules)?;
    let mut say = |title: &str, text: &str| {
        let _ = writeln!(out, "== {title}\n{text}\n");
    };

    // The platform: an administrator pastes the address of the tool's registration page.
    let token = RegistrationToken::random().map_err(|error| error.to_string())?;
    platform.invitations.insert(store_key(&token), Invitation::new("campus", "admin-7", now));
    let page = Invitation::url(&"https://tool.example/register".into(), &CONFIGURATION.into(), &token, rules);
    let page = page.map_err(|problem| problem.to_string())?;
    say("1 platform: the browser opens", &page.as_str().replace(token.as_str(), "(once)"));

    // The tool: fetch the platform's configuration, wherever it has moved to.
    let initiation = RegistrationInitiation::from_query(page.query().unwrap_or_default());
    let mut fetch = initiation.and_then(|i| i.fetch(rules)).map_err(|error| error.to_string())?;
    let offer = loop {
        let request = fetch.to_http();
        let response = platform.serve(&request, now);
        say("2 tool: fetches", &format!("GET {}\n{}", request.uri(), pretty(response.body())));
        match fetch.read(response).map_err(|error| error.to_string())? {
            Fetched::Offer(offer) => break offer,
            Fetched::Moved(next) => fetch = next,
            _ => return Err("the configuration is neither here nor there".to_owned()),
        }
    };
    for warning in offer.warnings() {
        say("  to be looked at", &warning.to_string());
    }

    // The tool: say what it is, as far as this platform offers it.
    let register = offer.register(&metadata_of(own)).map_err(|error| error.to_string())?;
    for fault in register.left_out() {
        say("  left out, because the platform does not offer it", &fault.to_string());
    }
    let request = register.to_http();
    say("3 tool: registers", &format!("POST {}\n{}", request.uri(), pretty(request.body())));
    let response = platform.serve(&request, now);
    say("4 platform: answers", &format!("{}\n{}", response.status(), pretty(response.body())));

    // The tool keeps what came back; the platform has its own record.
    let registered = register.read(response).map_err(|error| error.to_string())?;
    let record = registered.to_record([]).map_err(|error| error.to_string())?;
    say("5 tool: stores, pending", &Handover::of_platform(&record).to_text());
    for managed in platform.tools.values() {
        let json = serde_json::to_string_pretty(&managed.record).map_err(|error| error.to_string())?;
        say("6 platform: stores, pending until the administrator switches it on", &json);
    }
    say("7 tool: the last page says", CLOSE_SCRIPT);
    let again = platform.serve(&request, now);
    say("8 the same request once more", &format!("{}\n{}", again.status(), pretty(again.body())));
    Ok(())
}

fn pretty(json: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(json).ok();
    value.map_or_else(String::new, |value| format!("{value:#}"))
}
