//! The resource link claim: the placed link that was opened (LTI Core 1.3 §5.3.5).

use crate::ResourceLinkId;
use crate::object::wire_object;
use crate::tolerant::Text;

wire_object! {
    /// A link that a platform placed in a context.
    ///
    /// ```
    /// use lti_types::{ResourceLink, ResourceLinkId};
    ///
    /// let mut link = ResourceLink::new(ResourceLinkId::new("link-42")?);
    /// link.title = Some("Quiz 9".to_owned());
    /// assert_eq!(serde_json::to_string(&link)?, r#"{"id":"link-42","title":"Quiz 9"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ResourceLink {
        required {
            /// Identifies it within the deployment; a copy gets another.
            id: ResourceLinkId = "id",
        }
        optional {
            /// What it is called.
            title: String = "title" as Text,
            /// What it is about; HTML in some platforms, so escape it.
            description: String = "description" as Text,
        }
    }
}
