//! A platform and a tool that know each other, with a clock moved by hand.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{KeyId, SigningKey, UnverifiedJwt, VerifyingKeys};
use lti_platform::{AuthorizedRequest, LaunchIntent, LaunchMessage, Session};
use lti_tool::{Browser, Inspection, Known, Launch, LaunchError, Login, LoginSecrets, UnverifiedLaunch};
use lti_types::{
    AuthenticationRequest, AuthenticationResponse, ClientId, DeploymentId, Deployments, Issuer, LoginHint,
    LoginInitiation, PlatformRecord, ResourceLink, ResourceLinkId, Scope, State, ToolRecord, UserId,
};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://lms.example";
pub const CLIENT: &str = "quiz-tool";
pub const DEPLOYMENT: &str = "deployment-1";
pub const REDIRECT: &str = "https://tool.example/launch";
pub const TARGET: &str = "https://tool.example/quiz/9";
pub const KID: &str = "platform-key-1";

pub static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    let pem = include_str!("../../../crates/lti-jwks/tests/fixtures/rsa2048.pkcs8.pem");
    SigningKey::from_pem(pem).unwrap().with_key_id(KeyId::new(KID).unwrap())
});

/// A key that the platform never published.
pub static STRANGER: LazyLock<SigningKey> = LazyLock::new(|| {
    let pem = include_str!("../../../crates/lti-jwks/tests/fixtures/other2048.pkcs8.pem");
    SigningKey::from_pem(pem).unwrap().with_key_id(KeyId::new(KID).unwrap())
});

pub struct Pair {
    pub platform: lti_platform::Registration,
    pub tool: lti_tool::Registration,
    pub keys: VerifyingKeys,
    pub now: DateTime<Utc>,
    entropy: std::cell::Cell<u8>,
}

impl Pair {
    pub fn new() -> Self {
        let client_id = ClientId::new(CLIENT).unwrap();
        let deployment = DeploymentId::new(DEPLOYMENT).unwrap();
        let mut tool = ToolRecord::new(
            client_id.clone(),
            vec![deployment.clone()],
            "https://tool.example/login".into(),
            TARGET.into(),
        );
        tool.redirect_uris = vec![REDIRECT.into()];
        tool.scopes =
            vec![Scope::LineItem, Scope::Score, Scope::ResultReadOnly, Scope::ContextMembershipReadOnly];
        let platform = PlatformRecord::new(
            Issuer::new(ISSUER).unwrap(),
            client_id,
            Deployments::Known(vec![deployment]),
            "https://lms.example/auth".into(),
        );
        Self {
            platform: lti_platform::Registration::new(Issuer::new(ISSUER).unwrap(), tool).unwrap(),
            tool: lti_tool::Registration::new(platform).unwrap(),
            keys: VerifyingKeys::single(KEY.verifying_key().clone()),
            now: DateTime::from_timestamp(1_767_225_600, 0).unwrap(),
            entropy: std::cell::Cell::new(0),
        }
    }

    pub fn with_tool_record(change: impl FnOnce(&mut PlatformRecord)) -> Self {
        let mut pair = Self::new();
        let mut record = pair.tool.record().clone();
        change(&mut record);
        pair.tool = lti_tool::Registration::new(record).unwrap();
        pair
    }

    pub fn with_platform_record(change: impl FnOnce(&mut ToolRecord)) -> Self {
        let mut pair = Self::new();
        let mut record = pair.platform.record().clone();
        change(&mut record);
        pair.platform = lti_platform::Registration::new(Issuer::new(ISSUER).unwrap(), record).unwrap();
        pair
    }

    pub fn pass(&mut self, time: TimeDelta) {
        self.now += time;
    }

    fn entropy(&self) -> [u8; 32] {
        self.entropy.set(self.entropy.get().checked_add(1).expect("few logins in a test"));
        [self.entropy.get(); 32]
    }

    pub fn session(&self) -> Session {
        Session::new("session-1", UserId::new("user-1").unwrap())
    }

    /// Platform: somebody clicked on a link.
    pub fn click(&self, session: &Session) -> lti_platform::StartedLogin {
        let mut link = ResourceLink::new(ResourceLinkId::new("link-1").unwrap());
        link.title = Some("Introduction".into());
        let intent = LaunchIntent::resource_link(link, DeploymentId::new(DEPLOYMENT).unwrap());
        self.platform
            .initiate_login(intent, session, LoginHint::from_entropy(self.entropy()), self.now)
            .unwrap()
    }

    /// Tool: answers a login initiation.
    pub fn begin(&self, login: LoginInitiation) -> Login {
        let secrets = LoginSecrets::from_entropy([self.entropy(), self.entropy(), self.entropy()]);
        self.tool.begin_login(login, &REDIRECT.into(), secrets, self.now).unwrap()
    }

    /// A login initiation as it comes over the wire.
    pub fn initiation(&self) -> LoginInitiation {
        let mut login = LoginInitiation::from_pairs([
            ("iss", ISSUER),
            ("login_hint", "hint"),
            ("target_link_uri", TARGET),
            ("client_id", CLIENT),
        ])
        .unwrap();
        login.lti_deployment_id = Some(DeploymentId::new(DEPLOYMENT).unwrap());
        login
    }

    /// Both: from a click to an authorized request.
    pub fn authorized(&self) -> (AuthorizedRequest, Login) {
        let session = self.session();
        let started = self.click(&session);
        let login = self.begin(LoginInitiation::from_pairs(started.initiation.to_pairs()).unwrap());
        let request = AuthenticationRequest::from_pairs(login.request.to_pairs()).unwrap();
        let authorized =
            self.platform.authorize(request, Some(started.pending), Some(&session), self.now).unwrap();
        (authorized, login)
    }

    /// Both: the whole walk with a message of ours. Gives the payload as it was signed, and what the tool says.
    pub fn launch(&self, message: LaunchMessage) -> (String, Result<Launch, LaunchError>) {
        let (authorized, login) = self.authorized();
        let post = authorized.respond(message, self.now).unwrap().sign(&KEY).unwrap();
        assert_eq!(post.action, REDIRECT);
        let response = AuthenticationResponse::from_form(post.body().as_bytes()).unwrap();
        let launch = UnverifiedLaunch::from_form(response).and_then(|unverified| {
            let browser = Browser::from_cookie(login.browser_secret);
            unverified.verify(login.pending, &browser, &self.tool, &self.keys, self.now)
        });
        (post.field("id_token").unwrap().to_owned(), launch)
    }

    /// Tool: what becomes of a token that answers a fresh login.
    pub fn receive(&self, token: &Token) -> Result<Launch, LaunchError> {
        let login = self.begin(self.initiation());
        self.receive_for(login, token)
    }

    /// Tool: what becomes of a token that answers that login.
    pub fn receive_for(&self, login: Login, token: &Token) -> Result<Launch, LaunchError> {
        let compact = token.compact(login.request.nonce.as_ref().unwrap().as_str(), self.now);
        let state = login.request.state.clone().unwrap();
        self.post(compact, state, login)
    }

    /// Tool: a form arrives in the browser that holds the login's secret.
    pub fn post(&self, id_token: String, state: State, login: Login) -> Result<Launch, LaunchError> {
        let inspection = self.inspect(&id_token, &login);
        let form = AuthenticationResponse::id_token(id_token, state).to_form_post(REDIRECT).body();
        let response = AuthenticationResponse::from_form(form.as_bytes())?;
        let verdict = UnverifiedLaunch::from_form(response).and_then(|unverified| {
            let browser = Browser::from_cookie(login.browser_secret);
            unverified.verify(login.pending, &browser, &self.tool, &self.keys, self.now)
        });
        self.same_verdict(&verdict, &inspection);
        verdict
    }

    /// What the inspector makes of the token, told everything about the login but the login itself.
    fn inspect(&self, id_token: &str, login: &Login) -> Inspection {
        let mut known = Known::new();
        known.keys = Some(self.keys.clone());
        known.issuer = Some(self.tool.issuer().clone());
        known.client_id = Some(self.tool.client_id().clone());
        known.nonce.clone_from(&login.request.nonce);
        known.policy = self.tool.policy.clone();
        if let Deployments::Known(ids) = &self.tool.record().deployment_ids
            && let [one] = ids.as_slice()
        {
            known.deployment = Some(one.clone());
        }
        Inspection::of(id_token, &known, self.now)
    }

    /// The inspector names the same failure as the verification, for every token of every test; what it cannot
    /// know, it does not say.
    fn same_verdict(&self, verdict: &Result<Launch, LaunchError>, inspection: &Inspection) {
        match verdict {
            Ok(_) => assert_eq!(inspection.refusal(), None),
            Err(
                LaunchError::StateMismatch
                | LaunchError::BrowserMismatch
                | LaunchError::LoginExpired
                | LaunchError::RegistrationNotActive
                | LaunchError::OtherRegistration
                | LaunchError::DeploymentMismatch
                | LaunchError::TargetLinkUriMismatch,
            ) => {}
            Err(LaunchError::DeploymentUnknown) if !matches!(&self.tool.record().deployment_ids, Deployments::Known(ids) if ids.len() == 1) =>
                {}
            Err(error) => assert_eq!(inspection.refusal(), Some(error)),
        }
    }
}

/// A token made by hand, so that everything about it can be wrong.
#[derive(Clone)]
pub struct Token {
    pub header: Value,
    /// `"$nonce"` stands for the nonce of the login; `"$now"` and `"$now+300"` for times.
    pub payload: Value,
    pub key: &'static SigningKey,
}

impl Token {
    pub fn of(payload: Value) -> Self {
        Self { header: json!({"typ": "JWT", "alg": "RS256", "kid": KID}), payload, key: &KEY }
    }

    pub fn compact(&self, nonce: &str, now: DateTime<Utc>) -> String {
        let mut payload = self.payload.clone();
        if let Some(members) = payload.as_object_mut() {
            for value in members.values_mut() {
                match value.as_str() {
                    Some("$nonce") => *value = nonce.into(),
                    Some("$now") => *value = now.timestamp().into(),
                    Some("$now+300") => *value = (now.timestamp() + 300).into(),
                    _ => {}
                }
            }
        }
        sign(&self.header.to_string(), &payload.to_string(), self.key)
    }
}

/// A compact token of exactly this text.
pub fn sign(header: &str, payload: &str, key: &SigningKey) -> String {
    let input = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", base64url(&signature))
}

pub fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// What a token carries, without believing it.
pub fn payload_of(compact: &str) -> Value {
    let jwt = UnverifiedJwt::parse(compact).unwrap();
    serde_json::from_slice(jwt.danger_unverified_payload()).unwrap()
}
