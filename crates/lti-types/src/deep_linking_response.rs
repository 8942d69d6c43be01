//! The claims of a deep linking response (Deep Linking 2.0 §4.5; Security Framework 1.0 §5.2.2).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use crate::object::wire_object;
use crate::refusal::{Strict, refuse};
use crate::tolerant::{Text, Tolerant};
use crate::{Audience, ContentItem, DeploymentId, MessageType, NumericDate};

wire_object! {
    /// What a tool sends back from deep linking. As with launches, it is what was written, not what was proven.
    ///
    /// ```
    /// use lti_types::{ContentItem, DeepLinkingResponse};
    /// let response: DeepLinkingResponse = serde_json::from_str(r#"{
    ///     "iss": "quiz", "aud": "https://lms.example", "nonce": "n",
    ///     "https://purl.imsglobal.org/spec/lti-dl/claim/content_items": [
    ///         {"type": "ltiResourceLink", "title": "Quiz 9"}, {"type": "https://vendor.example/wheel", "spokes": 8}
    ///     ]
    /// }"#)?;
    /// let items = response.content_items.unwrap();
    /// assert_eq!(items[0].title(), Some("Quiz 9"));
    /// assert!(matches!(items[1], ContentItem::Other(_)), "kept whole");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    DeepLinkingResponse {
        required {}
        optional {
            /// Who signed: the tool's client id.
            iss: String = "iss" as Option<Strict>,
            /// For whom: the platform's issuer.
            aud: Audience = "aud",
            /// The tool's client id in the specification's example, the platform's issuer in its text; nobody looks.
            azp: String = "azp" as Text,
            /// Until when it holds.
            exp: NumericDate = "exp",
            /// When it was signed.
            iat: NumericDate = "iat",
            /// From when on it holds.
            nbf: NumericDate = "nbf",
            /// Fresh; seen once.
            nonce: String = "nonce" as Text,
            /// `LtiDeepLinkingResponse`.
            message_type: MessageType = "https://purl.imsglobal.org/spec/lti/claim/message_type",
            /// `1.3.0`.
            version: String = "https://purl.imsglobal.org/spec/lti/claim/version" as Text,
            /// The deployment of the request.
            deployment_id: DeploymentId = "https://purl.imsglobal.org/spec/lti/claim/deployment_id",
            /// The request's `data`, unchanged.
            data: String = "https://purl.imsglobal.org/spec/lti-dl/claim/data" as Text,
            /// What was chosen; nothing, when absent or empty. At most 1,000 are read.
            content_items: Vec<ContentItem> = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items" as Items,
            /// For the person, after success. Plain text, untrusted.
            msg: String = "https://purl.imsglobal.org/spec/lti-dl/claim/msg" as Text,
            /// For the log, after success.
            log: String = "https://purl.imsglobal.org/spec/lti-dl/claim/log" as Text,
            /// For the person, after failure.
            error_msg: String = "https://purl.imsglobal.org/spec/lti-dl/claim/errormsg" as Text,
            /// For the log, after failure.
            error_log: String = "https://purl.imsglobal.org/spec/lti-dl/claim/errorlog" as Text,
        }
    }
}

impl DeepLinkingResponse {
    /// The most items that are read.
    pub const MAX_ITEMS: usize = 1000;
    /// The longest token that is written and read, in bytes: 1 MiB. So many items do not fit into the 64 KiB of other
    /// messages.
    pub const MAX_TOKEN: usize = 1024 * 1024;
}

/// A bounded list of items.
struct Items(Option<Vec<ContentItem>>);

impl Tolerant<Vec<ContentItem>> for Items {
    fn into_value(self) -> Option<Vec<ContentItem>> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Items;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of content items")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Items, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    if items.len() == DeepLinkingResponse::MAX_ITEMS {
                        return Err(A::Error::custom("more than 1,000 content items"));
                    }
                    items.push(item);
                }
                Ok(Items(Some(items)))
            }
            fn visit_unit<E>(self) -> Result<Items, E> {
                Ok(Items(None))
            }
            refuse!(bool number text);
        }
        deserializer.deserialize_any(V)
    }
}
