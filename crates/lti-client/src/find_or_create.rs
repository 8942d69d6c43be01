//! One line item, however many want it made (AGS 2.0 §3.2.8, quirks 23, 63, 64).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::TryStreamExt as _;
use lti_services::{
    CreateLineItem, LineItemSearch, LineItemUrl, RefusalKind, ServiceError, ServiceUrl, find_line_item,
};
use lti_types::LineItem;

use crate::{CallError, Grades, TransportError};

/// Containers in which somebody of this process is making line items.
#[derive(Debug, Default)]
pub(crate) struct Creations(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Creations {
    fn of(&self, container: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut containers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        containers.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(containers.entry(container.to_owned()).or_default())
    }
}

/// A line item that was found, or made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FoundOrCreated {
    /// Where it is: what scores are published to.
    pub url: LineItemUrl,
    /// The line item, as the platform has it.
    pub line_item: LineItem,
    /// Whether it was made just now.
    pub created: bool,
}

impl Grades {
    /// The line item with the wanted `resourceId` and `tag`; it is made if there is none. Within this client one
    /// caller at a time looks and makes, for each container.
    ///
    /// Where the launch's link has its line item already, [`Grades::line_item`] names that one, and another is not
    /// wanted: ask there first.
    ///
    /// Where the answer to the making is lost, it is looked for once more; it is never asked for twice.
    ///
    /// # Errors
    /// [`CallError::SeveralLineItems`], [`CallError::NamelessLineItem`] without `resourceId` and `tag`, and those of the
    /// calls; [`ServiceError::LineItemWithoutId`] and [`ServiceError::LineItemOffOrigin`], with which nothing can be
    /// published;
    /// [`TransportError::NoTurn`] if others have not done within [`ClientBuilder::turn_timeout`]. Calling again later
    /// is safe: it looks first.
    ///
    /// [`ClientBuilder::turn_timeout`]: crate::ClientBuilder::turn_timeout
    pub async fn find_or_create(&self, wanted: LineItem) -> Result<FoundOrCreated, CallError> {
        if wanted.resource_id().is_none() && wanted.tag().is_none() {
            return Err(CallError::NamelessLineItem);
        }
        let container = self.container()?.clone();
        let creation = CreateLineItem::new(container.clone(), wanted.clone()).map_err(CallError::LineItem)?;
        let client = &self.session.client.0;
        let turn = client.creations.of(container.as_str());
        // Whoever has it may go through all waits of a host that is down.
        let _turn = tokio::time::timeout(client.hosts.turn(), turn.lock())
            .await
            .map_err(|_| CallError::Transport(TransportError::NoTurn))?;
        if let Some(found) = self.find(&wanted).await? {
            return ready(&container, found, false);
        }
        let error = match self.call(&creation).await {
            Ok(created) => return ready(&container, created, true),
            Err(error) => error,
        };
        let conflict = matches!(&error, CallError::Service(ServiceError::Refused(refusal))
            if refusal.kind() == RefusalKind::Conflict);
        if (conflict || error.may_have_been_done())
            && let Ok(Some(found)) = self.find(&wanted).await
        {
            return ready(&container, found, !conflict);
        }
        Err(error)
    }

    /// The line item, if there is exactly one. The link is no filter: some platforms do not keep it.
    async fn find(&self, wanted: &LineItem) -> Result<Option<LineItem>, CallError> {
        let mut call = self.all_line_items()?;
        if let Some(resource_id) = wanted.resource_id() {
            call = call.of_resource(resource_id);
        }
        if let Some(tag) = wanted.tag() {
            call = call.of_tag(tag);
        }
        let listed: Vec<LineItem> = self.list(call).try_collect().await?;
        match find_line_item(wanted, &listed) {
            LineItemSearch::Found(item) => Ok(Some(item.clone())),
            LineItemSearch::Missing => Ok(None),
            LineItemSearch::Several(items) => Err(CallError::SeveralLineItems(items.len())),
            _ => Err(CallError::NamelessLineItem),
        }
    }
}

fn ready(container: &ServiceUrl, line_item: LineItem, created: bool) -> Result<FoundOrCreated, CallError> {
    let url = LineItemUrl::listed(&line_item, container).map_err(CallError::Service)?;
    Ok(FoundOrCreated { url, line_item, created })
}
