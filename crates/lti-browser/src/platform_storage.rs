//! The platform's end of storage (Client Side postMessages, postMessage Storage).

use askama::Template;
use lti_types::StorageTarget;

use crate::csp::Needs;
use crate::reply::{PageOptions, Reply, render};
use crate::{CspNonce, Origin, Texts};

/// What the platform's script answers, and to whom.
///
/// [`platform_storage_script`] and [`platform_storage_page`] have examples.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlatformStorage {
    /// The origins of registered tools, as far as this person may launch them. Others are told `wrong_origin`.
    pub tools: Vec<Origin>,
    /// The name of the frame that keeps the data, where it is not the page of the script itself: announced by
    /// `lti.capabilities`. Tools accept answers only from the origin of the authentication endpoint; a course
    /// page of another origin therefore embeds [`platform_storage_page`] in a hidden frame and names it here.
    pub frame: Option<StorageTarget>,
    /// Subjects that other scripts of the page answer, such as `lti.frameResize` or `lti.close`: announced with
    /// our own, and not refused as `unsupported_subject`.
    pub handled_elsewhere: Vec<String>,
}

impl PlatformStorage {
    /// Storage in the page itself, for those tools.
    #[must_use]
    pub fn new(tools: impl IntoIterator<Item = Origin>) -> Self {
        Self { tools: tools.into_iter().collect(), frame: None, handled_elsewhere: Vec::new() }
    }

    fn settings(&self) -> serde_json::Value {
        let tools: Vec<_> = self.tools.iter().map(Origin::as_str).collect();
        serde_json::json!({
            "tools": tools,
            "frame": self.frame.as_ref().map(StorageTarget::as_str),
            "handledElsewhere": self.handled_elsewhere,
        })
    }
}

#[derive(Template)]
#[template(path = "platform_storage_script.html")]
struct ScriptElement<'a> {
    nonce: &'a CspNonce,
    settings: serde_json::Value,
}

#[derive(Template)]
#[template(path = "platform_storage.html")]
struct StoragePage<'a> {
    nonce: &'a CspNonce,
    texts: &'a Texts,
    settings: serde_json::Value,
}

/// The `<script>` element for a page of the platform in which tools are framed, or from which they are opened. It
/// is markup, escaped, to be put into the page as it is; `nonce` is that page's own.
///
/// It answers `lti.capabilities`, `lti.put_data` and `lti.get_data` (and their early names, which begin with
/// `org.imsglobal.`). Data lives as long as the page, apart for each origin: 500 keys of 4,096 characters. It
/// answers only to the window that asked, and only at its origin; messages of other shapes it leaves to other
/// scripts.
///
/// ```
/// use lti_browser::{CspNonce, Origin, PlatformStorage, platform_storage_script};
/// let storage = PlatformStorage::new([Origin::parse("https://tool.example/launch")?]);
/// let script = platform_storage_script(&storage, &CspNonce::from_entropy([7; 32]));
/// assert!(script.starts_with("<script nonce=\"BwcHBwcH"));
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[must_use]
pub fn platform_storage_script(storage: &PlatformStorage, nonce: &CspNonce) -> String {
    render(&ScriptElement { nonce, settings: storage.settings() })
}

/// A page with nothing but that script, for a hidden frame: served from the origin of the authentication endpoint,
/// framed by course pages of other origins (see [`PlatformStorage::frame`]), which `options` must allow.
///
/// ```
/// use lti_browser::{
///     CspNonce, Framing, Origin, PageOptions, PlatformStorage, Texts, platform_storage_page, platform_storage_script,
/// };
/// use lti_types::StorageTarget;
///
/// // Course pages are on another host. They hold a hidden frame of the host that tools speak to:
/// // <iframe name="lti_storage" src="https://auth.lms.example/storage" hidden></iframe>
/// let mut storage = PlatformStorage::new([Origin::parse("https://tool.example/launch")?]);
/// let framing = Framing::Origins(vec![Origin::parse("https://courses.lms.example")?]);
/// let (nonce, texts) = (CspNonce::random()?, Texts::for_locale("en"));
/// let frame = platform_storage_page(&storage, &PageOptions::new(&nonce, &texts, framing));
/// assert!(frame.body.contains("https://tool.example"));
/// // And their own script names that frame to tools.
/// storage.frame = Some(StorageTarget::new("lti_storage")?);
/// let script = platform_storage_script(&storage, &CspNonce::random()?);
/// assert!(script.contains("lti_storage"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn platform_storage_page(storage: &PlatformStorage, options: &PageOptions<'_>) -> Reply {
    let page = StoragePage { nonce: options.nonce, texts: options.texts, settings: storage.settings() };
    Reply::page(200, &page, options, &Needs { script: true, ..Needs::default() })
}
