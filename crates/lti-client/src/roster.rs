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
