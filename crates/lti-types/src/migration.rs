//! The `lti1p1` claim: what ties a launch to LTI 1.1 (LTI 1.3 Migration Guide).

use crate::object::wire_object;
use crate::tolerant::Text;

wire_object! {
    /// The identifiers that this link, person and context had under LTI 1.1. Each but the key is sent only
    /// where it differs from its successor.
    ///
    /// ```
    /// use lti_types::Lti1p1;
    ///
    /// let old: Lti1p1 = serde_json::from_str(r#"{"oauth_consumer_key": "physics", "user_id": "7"}"#)?;
    /// assert!(old.oauth_consumer_key_sign.is_none()); // anybody may have said so
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Lti1p1 {
        required {}
        optional {
            /// The 1.1 consumer key.
            oauth_consumer_key: String = "oauth_consumer_key" as Text,
            /// Proof that the sender holds the key's secret. Without it, never link accounts by yourself.
            oauth_consumer_key_sign: String = "oauth_consumer_key_sign" as Text,
            /// The person.
            user_id: String = "user_id" as Text,
            /// The context.
            context_id: String = "context_id" as Text,
            /// The link.
            resource_link_id: String = "resource_link_id" as Text,
            /// The platform instance.
            tool_consumer_instance_guid: String = "tool_consumer_instance_guid" as Text,
        }
    }
}
