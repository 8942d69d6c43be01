//! Where things are, and whose (AGS 2.0 §3.1.1: a tool sees only what is of its own deployment).

use lti_types::{ClientId, ContextId, DeploymentId, LineItem, WireUrl};
use serde::{Deserialize, Serialize};

/// Whose something is: the client, by which of its deployments, in which context.
///
/// ```
/// use lti_services::platform::{LineItemRecord, Place};
/// use lti_types::{ClientId, ContextId, DeploymentId, LineItem};
///
/// let place = Place::new(ClientId::new("quiz")?, DeploymentId::new("1")?, ContextId::new("course-5")?);
/// let column = LineItem::new(20.0, "Quiz 9".to_owned());
/// let record = LineItemRecord::new(place, "https://lms.example/5/lineitems/1".into(), column);
/// assert_eq!(record.line_item().id.as_ref(), Some(record.id()));
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Place {
    /// The tool.
    pub client_id: ClientId,
    /// Its deployment.
    pub deployment_id: DeploymentId,
    /// The context.
    pub context_id: ContextId,
}

impl Place {
    /// A place.
    #[must_use]
    pub fn new(client_id: ClientId, deployment_id: DeploymentId, context_id: ContextId) -> Self {
        Self { client_id, deployment_id, context_id }
    }
}

/// A line item that the platform has; it always has an address.
///
/// [`Place`] has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineItemRecord {
    place: Place,
    id: WireUrl,
    item: LineItem,
}

impl LineItemRecord {
    /// A line item at a place, with the address that the platform gave it; an `id` within the item is overwritten.
    #[must_use]
    pub fn new(place: Place, id: WireUrl, mut item: LineItem) -> Self {
        item.id = Some(id.clone());
        Self { place, id, item }
    }

    /// Whose it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Its address.
    #[must_use]
    pub fn id(&self) -> &WireUrl {
        &self.id
    }

    /// The line item as it is sent.
    #[must_use]
    pub fn line_item(&self) -> &LineItem {
        &self.item
    }
}
