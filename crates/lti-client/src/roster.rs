//! Rosters: who is in a context (NRPS 2.0 §2).

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as Task, Poll};

use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::stream::StreamExt as _;
use lti_services::{ListMembers, RosterPage};
use lti_types::{Context, Member, RosterService, WireUrl};

use crate::listing::{Items, pages};
use crate::session::Session;
use crate::{CallError, Client, Credentials};

/// The roster of one context.
///
/// ```
/// # use std::sync::Arc;
/// # use axum::{Router, routing::{get, post}};
/// # use lti_client::{Client, Credentials, OutboundPolicy};
/// # use lti_jwks::{Curve, SigningKey};
/// # use lti_types::{ClientId, Deployments, Issuer, PlatformRecord, RosterService};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let lms = format!("http://{}", listener.local_addr()?);
/// # let json = |body: &'static str| async move { ([("content-type", "application/json")], body) };
/// # let token = r#"{"access_token": "t0ken-t0ken-t0ken", "token_type": "Bearer", "expires_in": 3600}"#;
/// # let members = r#"{"context": {"id": "course-5"}, "members": [{"user_id": "u-7", "roles": ["Learner"]}]}"#;
/// # let pages = Router::new()
/// #     .route("/token", post(move || json(token))).route("/members", get(move || json(members)));
/// # tokio::spawn(async move { axum::serve(listener, pages).await });
/// # let mut platform = PlatformRecord::new(Issuer::new(lms.as_str())?, ClientId::new("quiz")?,
/// #     Deployments::NotYetKnown, format!("{lms}/auth").into());
/// # platform.token_url = Some(format!("{lms}/token").into());
/// # let key = Arc::new(SigningKey::generate_ec(Curve::P256)?);
/// # let policy = OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
/// # let client = Client::builder().outbound(policy).build()?;
/// # let mut service = RosterService::new();
/// # service.context_memberships_url = Some(format!("{lms}/members").into());
/// use futures_util::TryStreamExt as _;
/// use lti_types::{ContextRole, Member};
///
/// let credentials = Credentials::new(&platform, key)?;
/// let roster = client.roster(&credentials, &service)?; // `service` is of a launch, perhaps hours ago
/// let learners = roster.all().with_role(&ContextRole::Learner.into());
/// let learners: Vec<Member> = roster.list(learners).try_collect().await?; // all pages, or an error
/// assert_eq!(learners[0].user_id.as_str(), "u-7");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Roster {
    session: Session,
    all: ListMembers,
}

impl Roster {
    pub(crate) fn new(
        client: Client,
        credentials: &Credentials,
        service: &RosterService,
    ) -> Result<Self, CallError> {
        let all = ListMembers::of_service(service).map_err(CallError::ServiceUrl)?;
        let all = all.ok_or(CallError::ServiceMissing)?;
        // Most platforms list no scopes here: an empty list says as little as none.
        let offered = service.scope.as_deref().filter(|scopes| !scopes.is_empty());
        let home = lti_services::Call::url(&all).clone();
        Ok(Self { session: Session::new(client, credentials, offered, vec![home]), all })
    }

    /// The call for all members, to narrow down: by role, link, page size, or changes since.
    #[must_use]
    pub fn all(&self) -> ListMembers {
        self.all.clone()
    }

    /// All members, page after page.
    #[must_use]
    pub fn members(&self) -> Members {
        self.list(self.all())
    }

    /// The members that a call is for.
    #[must_use]
    pub fn list(&self, call: ListMembers) -> Members {
        let about = Arc::new(Mutex::new(About::default()));
        let told = Arc::clone(&about);
        let members = self.pages(call).map(move |page| {
            page.map(|page| {
                let mut about = told.lock().unwrap_or_else(PoisonError::into_inner);
                about.differences = page.differences.or(about.differences.take());
                about.context = Some(page.context);
                page.page.items
            })
        });
        Members { items: Items::new(members.boxed()), about }
    }

    /// The same as whole pages.
    #[must_use]
    pub fn pages(&self, call: ListMembers) -> BoxStream<'static, Result<RosterPage, CallError>> {
        // The next call is moved out: whoever gets the page does not walk by it.
        pages(self.session.clone(), call, |page: &mut RosterPage| page.page.next.take())
    }
}

#[derive(Debug, Default)]
struct About {
    context: Option<Context>,
    differences: Option<WireUrl>,
}

/// Members of a context, page after page: a page is asked for when the one before is used up, so that a roster of any
/// length takes the memory of one page. After an error nothing more comes; what came before it is not the whole roster.
pub struct Members {
    items: Items<Member>,
    about: Arc<Mutex<About>>,
}

impl Members {
    /// How many pages were read so far.
    #[must_use]
    pub fn pages_read(&self) -> usize {
        self.items.pages_read()
    }

    /// The context, as the last page named it.
    #[must_use]
    pub fn context(&self) -> Option<Context> {
        self.about.lock().unwrap_or_else(PoisonError::into_inner).context.clone()
    }

    /// Where to ask later for what changed ([`ListMembers::since`]), where the platform says so: look once all members
    /// came.
    #[must_use]
    pub fn differences(&self) -> Option<WireUrl> {
        self.about.lock().unwrap_or_else(PoisonError::into_inner).differences.clone()
    }
}

impl Stream for Members {
    type Item = Result<Member, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.items).poll_next(task)
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").field("items", &self.items).finish_non_exhaustive()
    }
}
