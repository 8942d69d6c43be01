//! The platform instance claim (LTI Core 1.3 §5.4.2).

use crate::WireUrl;
use crate::object::wire_object;
use crate::tolerant::{Text, TextOf};

wire_object! {
    /// The installation that the launch comes from.
    ///
    /// ```
    /// use lti_types::ToolPlatform;
    ///
    /// let platform: ToolPlatform = serde_json::from_str(
    ///     r#"{"guid": "lms.example", "product_family_code": "moodle", "version": 2024042200}"#)?;
    /// assert_eq!(platform.version.as_deref(), Some("2024042200"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ToolPlatform {
        required {}
        optional {
            /// Identifies it within the issuer. The specification requires it; many platforms leave it out.
            guid: String = "guid" as Text,
            /// Its name.
            name: String = "name" as Text,
            /// What it is.
            description: String = "description" as Text,
            /// Its home page.
            url: WireUrl = "url" as TextOf<WireUrl>,
            /// Whom to write to.
            contact_email: String = "contact_email" as Text,
            /// The product, such as `canvas` or `moodle`.
            product_family_code: String = "product_family_code" as Text,
            /// The product's version.
            version: String = "version" as Text,
        }
    }
}
