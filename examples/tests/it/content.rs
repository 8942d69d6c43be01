//! A platform that asks for content and a tool that answers, with what goes between them in hand.

use lti_jwks::{Sealer, SealingKey, VerifyingKeys};
use lti_platform::{
    AcceptedContent, AcceptedItem, AuthorizedRequest, DeepLinkingResponse, LaunchIntent, LaunchMessage,
    PendingResponse, ResponseRefusal, Session, UnverifiedDeepLinkingResponse, Use,
};
use lti_tool::{Browser, Login, PendingDeepLinking, UnverifiedLaunch};
use lti_types::{
    AuthenticationRequest, AuthenticationResponse, ContentItem, ContentItemType, Context, ContextId,
    ContextRole, DeepLinkingSettings, DeploymentId, DocumentTarget, FormPost, LoginHint, LoginInitiation,
    Nonce, Roles,
};
use serde_json::Value;

use crate::pair::{DEPLOYMENT, KEY, Pair, STRANGER, payload_of};

pub const RETURN: &str = "https://lms.example/courses/7/content?modal=true";
pub const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";

/// Everything may be chosen.
pub fn all() -> DeepLinkingSettings {
    let mut settings = DeepLinkingSettings::new(RETURN.into());
    settings.accept_types = Some(vec![
        ContentItemType::Link,
        ContentItemType::LtiResourceLink,
        ContentItemType::File,
        ContentItemType::Html,
        ContentItemType::Image,
        ContentItemType::LtiAssetProcessor,
    ]);
    settings.accept_presentation_document_targets =
        Some(vec![DocumentTarget::Iframe, DocumentTarget::Window, DocumentTarget::Embed]);
    settings.accept_multiple = Some(true);
    settings.accept_lineitem = Some(true);
    settings.title = Some("A title to start from".into());
    settings.data = Some("week-3".into());
    settings
}

/// A request that was made, sent and understood, and waits for its answer.
pub struct Asking {
    pub pair: Pair,
    pub sealer: Sealer,
    pub session: Session,
    /// The request as it was signed.
    pub id_token: String,
    /// The request as the tool has it.
    pub request: PendingDeepLinking,
    /// The tool's keys.
    pub tool_keys: VerifyingKeys,
}

impl Asking {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut DeepLinkingSettings)) -> Self {
        let mut settings = all();
        change(&mut settings);
        let pair = Pair::new();
        let session = pair.session();
        Self::of(pair, session, settings, Sealer::new(SealingKey::from_entropy(&key_bytes()).unwrap()))
    }

    pub fn of(pair: Pair, session: Session, settings: DeepLinkingSettings, sealer: Sealer) -> Self {
        let (authorized, login) = begun(&pair, &session);
        let mut message = LaunchMessage::new(Roles::from_iter([ContextRole::Instructor]));
        message.context = Some(Context::new(ContextId::new("course-7").unwrap()));
        let message = authorized.ask_for_content(settings, message, &sealer, pair.now).unwrap();
        let post = authorized.respond(message, pair.now).unwrap().sign(&KEY).unwrap();

        let response = AuthenticationResponse::from_form(post.body().as_bytes()).unwrap();
        let browser = Browser::from_cookie(login.browser_secret);
        let launch = UnverifiedLaunch::from_form(response).unwrap();
        let launch = launch.verify(login.pending, &browser, &pair.tool, &pair.keys, pair.now).unwrap();
        Self {
            sealer,
            session,
            id_token: post.field("id_token").unwrap().to_owned(),
            request: launch.deep_linking_request().unwrap(),
            tool_keys: VerifyingKeys::single(STRANGER.verifying_key().clone()),
            pair,
        }
    }

    /// The tool answers, by its own rules.
    pub fn answer(&self, items: Vec<ContentItem>) -> FormPost {
        let response = self.request.respond(items, Nonce::random().unwrap(), self.pair.now).unwrap();
        response.sign(&STRANGER).unwrap()
    }

    /// The claims of an empty answer, to be changed by hand.
    pub fn claims(&self) -> Value {
        payload_of(self.answer(Vec::new()).field("JWT").unwrap())
    }

    /// The claims of an answer with these items, whatever the tool's rules say.
    pub fn claims_of(&self, items: Value) -> Value {
        let mut claims = self.claims();
        claims[format!("{DL}content_items")] = items;
        claims
    }

    /// The platform receives claims that the tool signed.
    pub fn receive(&self, claims: &Value) -> Result<PendingResponse, ResponseRefusal> {
        self.receive_token(&signed(claims))
    }

    /// The platform receives a token.
    pub fn receive_token(&self, token: &str) -> Result<PendingResponse, ResponseRefusal> {
        self.post(&FormPost::new(RETURN, [("JWT", token)]))
    }

    /// The platform receives a form.
    pub fn post(&self, form: &FormPost) -> Result<PendingResponse, ResponseRefusal> {
        let response =
            UnverifiedDeepLinkingResponse::from_form(form.body().as_bytes(), form.action.as_str())?;
        response.verify(&self.pair.platform, &self.session, &self.tool_keys, &self.sealer, self.pair.now)
    }

    /// The code of the refusal.
    pub fn refusal(&self, claims: &Value) -> &'static str {
        self.receive(claims).expect_err("refused").code()
    }

    /// What becomes of items, whatever the tool's rules say.
    pub fn accept(&self, items: Value) -> AcceptedContent {
        self.proven(&self.claims_of(items)).accept()
    }

    /// The response that these claims are.
    pub fn proven(&self, claims: &Value) -> DeepLinkingResponse {
        let pending = self.receive(claims).unwrap_or_else(|error| panic!("{error}: {claims:#}"));
        pending.first_use(Use::First, Use::First).unwrap()
    }
}

/// Both: from a click on "add content" to an authorized request.
pub fn begun(pair: &Pair, session: &Session) -> (AuthorizedRequest, Login) {
    let intent = LaunchIntent::deep_linking(DeploymentId::new(DEPLOYMENT).unwrap());
    let hint = LoginHint::random().unwrap();
    let started = pair.platform.initiate_login(intent, session, hint, pair.now).unwrap();
    let login = pair.begin(LoginInitiation::from_pairs(started.initiation.to_pairs()).unwrap());
    let request = AuthenticationRequest::from_pairs(login.request.to_pairs()).unwrap();
    let authorized =
        pair.platform.authorize(request, Some(started.pending), Some(session), pair.now).unwrap();
    (authorized, login)
}

/// What is accepted.
pub fn accepted(content: &AcceptedContent) -> Vec<AcceptedItem<'_>> {
    content.accepted().collect()
}

/// Codes of what is refused, by place.
pub fn refused(content: &AcceptedContent) -> Vec<(usize, &'static str)> {
    content.refused().map(|refused| (refused.place, refused.reason.code())).collect()
}

pub fn key_bytes() -> [u8; 32] {
    std::array::from_fn(|i| u8::try_from(i).unwrap())
}

/// A token of these claims with the tool's key, of any size.
pub fn signed(claims: &Value) -> String {
    let header = serde_json::json!({"typ": "JWT", "alg": "RS256", "kid": STRANGER.key_id().as_str()});
    crate::pair::sign(&header.to_string(), &claims.to_string(), &STRANGER)
}
