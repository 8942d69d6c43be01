//! The resource link claim: the placed link that was opened (LTI Core 1.3 §5.3.5).

use crate::ResourceLinkId;
use crate::object::wire_object;
use crate::tolerant::Text;

wire_object! {
    /// A link that a platform placed in a context.
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
