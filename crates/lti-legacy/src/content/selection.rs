//! What a tool sends back (Content-Item Message 1.0 §3.2).

use chrono::{DateTime, Utc};
use lti_types::{ContentItem, FormPost, Message, Nonce, ReturnMessages, WireUrl};
use serde_json::{Value, json};

use super::received::refusal;
use super::{ItemRefusal, item_from_legacy, item_to_legacy};
use crate::{
    LEGACY_VERSION, Launch, LegacyMessageType, ParameterFault, ParameterFaults, ParameterProblem, Parameters,
    SignError, Signer,
};

/// The content that was chosen, by the types of Deep Linking.
///
/// ```
/// use lti_legacy::ContentItemSelection;
/// use lti_types::LinkItem;
///
/// let mut chosen = ContentItemSelection::new(vec![LinkItem::new("https://tool.example/book".into()).into()]);
/// chosen.data = Some("week-3".to_owned()); // as the request had it
/// assert_eq!(ContentItemSelection::read(&chosen.write())?.data.as_deref(), Some("week-3"));
/// # Ok::<(), lti_legacy::ParameterFaults>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ContentItemSelection {
    /// What was chosen; nothing, when empty.
    pub items: Vec<ContentItem>,
    /// The request's `data`.
    pub data: Option<String>,
    /// What the tool says: plain text, a stranger's words.
    pub messages: ReturnMessages,
}

impl ContentItemSelection {
    /// The most items that are read.
    pub const MAX_ITEMS: usize = 1000;

    /// A choice.
    #[must_use]
    pub fn new(items: Vec<ContentItem>) -> Self {
        Self { items, ..Self::default() }
    }

    /// The parameters as they are sent, but for OAuth's.
    #[must_use]
    pub fn write(&self) -> Parameters {
        let graph: Vec<_> = self.items.iter().map(item_to_legacy).collect();
        let items = json!({"@context": "http://purl.imsglobal.org/ctx/lti/v1/ContentItem", "@graph": graph});
        let mut parameters = Parameters::new();
        parameters.push("lti_message_type", LegacyMessageType::Selection.as_str());
        parameters.push("lti_version", LEGACY_VERSION);
        parameters.push("content_items", items.to_string());
        for (name, text) in [
            ("data", &self.data),
            ("lti_msg", &self.messages.msg),
            ("lti_log", &self.messages.log),
            ("lti_errormsg", &self.messages.error_msg),
            ("lti_errorlog", &self.messages.error_log),
        ] {
            if let Some(text) = text {
                parameters.push(name, text);
            }
        }
        parameters
    }

    /// Reads them: a list of items, or one; without any, nothing was chosen. Nothing about the items is checked: an
    /// address may be a script. [`PendingSelection`](crate::PendingSelection) is what an answer is taken by.
    ///
    /// # Errors
    /// [`ParameterFaults`]: all at once.
    pub fn read(parameters: &Parameters) -> Result<Self, ParameterFaults> {
        use ParameterProblem::{Malformed, Missing, Repeated, Unsupported};
        let mut faults = Vec::new();
        let mut take = |name: &'static str| {
            let mut values = parameters.all(name);
            let value = values.next().filter(|value| !value.is_empty());
            if values.next().is_some() {
                faults.push(ParameterFault::new(name, Repeated));
                return None;
            }
            value
        };
        let kind = take("lti_message_type");
        let version = take("lti_version");
        let items = take("content_items");
        let mut read = Self { data: take("data").map(str::to_owned), ..Self::default() };
        read.messages.msg = take("lti_msg").map(str::to_owned);
        read.messages.log = take("lti_log").map(str::to_owned);
        read.messages.error_msg = take("lti_errormsg").map(str::to_owned);
        read.messages.error_log = take("lti_errorlog").map(str::to_owned);
        for (name, value, expected) in [
            ("lti_message_type", kind, LegacyMessageType::Selection.as_str()),
            ("lti_version", version, LEGACY_VERSION),
        ] {
            match value {
                Some(value) if value == expected => {}
                Some(_) => faults.push(ParameterFault::new(name, Unsupported)),
                None if faults.iter().any(|fault| fault.name == name) => {}
                None => faults.push(ParameterFault::new(name, Missing)),
            }
        }
        match items.map(read_items) {
            Some(None) => faults.push(ParameterFault::new("content_items", Malformed)),
            Some(Some(items)) => read.items = items,
            None => {}
        }
        ParameterFaults::check(faults).map(|()| read)
    }
}

/// A graph of items, one item for a graph of one, or a bare list.
fn read_items(json: &str) -> Option<Vec<ContentItem>> {
    let items = match serde_json::from_str::<Value>(json).ok()? {
        Value::Object(mut members) => match members.remove("@graph") {
            Some(Value::Array(items)) => items,
            Some(item @ Value::Object(_)) => vec![item],
            Some(Value::Null) => Vec::new(),
            Some(_) => return None,
            None if members.contains_key("@type") => vec![Value::Object(members)],
            None => Vec::new(),
        },
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        _ => return None,
    };
    if items.len() > ContentItemSelection::MAX_ITEMS {
        return None;
    }
    items
        .into_iter()
        .map(|item| match item {
            Value::Object(members) => Some(item_from_legacy(members)),
            _ => None,
        })
        .collect()
}

/// Why content is not sent, or not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// The launch asks for no content.
    #[error("the launch asks for no content")]
    NotARequest,
    /// One item is accepted, or as many as are read.
    #[error("more items than are accepted")]
    TooMany,
    /// An item is none that may be sent.
    #[error("{0}")]
    Item(ItemRefusal),
    /// Only a signed answer is accepted.
    #[error("an answer without a signature is not accepted")]
    Unsigned,
    /// The answer cannot be read.
    #[error("{0}")]
    Parameters(#[from] ParameterFaults),
    /// It answers another request: `data` is not what was sent.
    #[error("the answer does not bring back the request's data")]
    DataMismatch,
    /// The request is too old to be answered.
    #[error("the request for content has expired")]
    Expired,
    /// Another account answers than was asked.
    #[error("the answer is another account's")]
    AccountMismatch,
    /// It was posted elsewhere than the request said.
    #[error("the answer was sent to another address than the request named")]
    AddressMismatch,
    /// It was used before.
    #[error("the answer was used before")]
    Replayed,
}

impl SelectionError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotARequest => "selection_not_requested",
            Self::TooMany => "too_many_items",
            Self::Item(refusal) => refusal.code(),
            Self::Unsigned => "signature_required",
            Self::Parameters(faults) => faults.first().code(),
            Self::DataMismatch => "data_mismatch",
            Self::Expired => "request_expired",
            Self::AccountMismatch => "account_mismatch",
            Self::AddressMismatch => "address_mismatch",
            Self::Replayed => "nonce_replayed",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Parameters(faults) => faults.first().spec(),
            Self::Replayed | Self::AccountMismatch => "RFC 5849 §3.3",
            Self::Item(refusal) => refusal.spec(),
            Self::Unsigned | Self::NotARequest | Self::TooMany | Self::Expired => {
                "Content-Item Message 1.0 §3.1"
            }
            Self::DataMismatch | Self::AddressMismatch => "Content-Item Message 1.0 §3.2",
        }
    }
}

/// An answer to a request for content, in the tool.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SelectionAnswer {
    /// What is sent; add messages to it.
    pub selection: ContentItemSelection,
    return_url: WireUrl,
    accept_unsigned: bool,
}

impl Launch {
    /// Answers a request for content.
    ///
    /// # Errors
    /// [`SelectionError`]: the launch is no such request, or the platform does not accept the items.
    pub fn select(&self, items: Vec<ContentItem>) -> Result<SelectionAnswer, SelectionError> {
        let Message::DeepLinking(request) = self.message() else { return Err(SelectionError::NotARequest) };
        let asked = self.launch_parameters();
        check_count(&items, asked.accept_multiple)?;
        let refusal = items.iter().find_map(|item| refusal(item, asked.accept_media_types.as_ref()));
        if let Some(refusal) = refusal {
            return Err(SelectionError::Item(refusal));
        }
        let mut selection = ContentItemSelection::new(items);
        selection.data.clone_from(&request.settings.data);
        Ok(SelectionAnswer {
            selection,
            return_url: request.settings.deep_link_return_url.clone(),
            accept_unsigned: asked.accept_unsigned == Some(true),
        })
    }
}

impl SelectionAnswer {
    /// The form that the browser is to post to the platform, signed with the key of the launch.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(&self, signer: &Signer, nonce: &Nonce, now: DateTime<Utc>) -> Result<FormPost, SignError> {
        signer.form(&self.return_url, self.selection.write(), nonce, now)
    }

    /// The same without a signature, where the platform accepts that.
    ///
    /// # Errors
    /// [`SelectionError::Unsigned`].
    pub fn unsigned(&self) -> Result<FormPost, SelectionError> {
        if !self.accept_unsigned {
            return Err(SelectionError::Unsigned);
        }
        Ok(FormPost::new(self.return_url.as_str(), self.selection.write().into_pairs()))
    }
}

/// Whether a request accepts so many: several, unless it says no.
pub(super) fn check_count(
    items: &[ContentItem],
    accept_multiple: Option<bool>,
) -> Result<(), SelectionError> {
    let most = if accept_multiple == Some(false) { 1 } else { ContentItemSelection::MAX_ITEMS };
    if items.len() > most { Err(SelectionError::TooMany) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::ContentItemSelection;
    use crate::Parameters;

    #[test]
    fn items_are_read_in_all_their_shapes() {
        let read = |items: &str| {
            let form = [
                ("lti_message_type", "ContentItemSelection"),
                ("lti_version", "LTI-1p0"),
                ("content_items", items),
            ];
            ContentItemSelection::read(&form.into_iter().collect::<Parameters>())
        };
        let item = r#"{"@type":"ContentItem","mediaType":"text/html","url":"https://t.example/"}"#;
        for (items, count) in [
            ("", 0),
            ("null", 0),
            ("{}", 0),
            ("[]", 0),
            (r#"{"@graph":[]}"#, 0),
            (item, 1),
            (&format!(r#"{{"@graph":{item}}}"#), 1),
            (&format!(r#"{{"@graph":[{item},{item}]}}"#), 2),
            (&format!("[{item}]"), 1),
        ] {
            assert_eq!(read(items).unwrap().items.len(), count, "{items}");
        }
        for items in ["{", "7", r#"{"@graph":7}"#, "[7]", &format!("[{}{{}}]", "{},".repeat(1000))] {
            let error = read(items).unwrap_err();
            assert_eq!((error.first().name, error.first().code()), ("content_items", "parameter_malformed"));
        }
    }
}
