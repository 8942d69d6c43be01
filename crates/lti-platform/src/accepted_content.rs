//! Sorting what came back against what was asked (Deep Linking 2.0 §3, §4.4.1; rules DL-P6 to DL-P11).

use std::fmt;

use lti_types::{
    ContentItem, ContentItemType, DeepLinkingSettings, ItemLineItem, LineItem, ResourceLinkId, Timestamp,
    media_range_covers,
};

use crate::{DeepLinkingResponse, UntrustedHtml};

/// What came back, sorted: [`AcceptedContent::accepted`] and [`AcceptedContent::refused`], each in the order of the
/// response. When somebody chose nothing, there is neither.
///
/// ```
/// # use lti_jwks::{Curve, Sealer, SealingKey, SigningKey, UnsignedJwt, VerifyingKeys};
/// # use lti_platform::{LaunchIntent, LaunchMessage, Registration, Session, UnverifiedDeepLinkingResponse, Use};
/// # use lti_types::*;
/// # let mut record = ToolRecord::new(ClientId::new("quiz")?, vec![DeploymentId::new("1")?],
/// #     "https://tool.example/login".into(), "https://tool.example/launch".into());
/// # let mut registration = Registration::new(Issuer::new("https://lms.example")?, record)?;
/// # registration.policy.algorithms = vec![lti_jwks::Algorithm::Es256];
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let (session, sealer) = (Session::new("row-17", UserId::new("u-7")?), Sealer::new(SealingKey::random()?));
/// # let intent = LaunchIntent::deep_linking(DeploymentId::new("1")?);
/// # let started = registration.initiate_login(intent, &session, LoginHint::random()?, now)?;
/// # let request = AuthenticationRequest::new(ClientId::new("quiz")?, "https://tool.example/launch",
/// #     started.initiation.login_hint, None, State::random()?, Nonce::random()?);
/// # let authorized = registration.authorize(request, Some(started.pending), Some(&session), now)?;
/// # let posted_to = "https://lms.example/return";
/// # let mut settings = DeepLinkingSettings::new(posted_to.into());
/// # settings.accept_types = Some(vec![ContentItemType::Html]);
/// # settings.accept_presentation_document_targets = Some(vec![DocumentTarget::Embed]);
/// # settings.accept_multiple = Some(true);
/// # let message = LaunchMessage::new(Roles::from_iter([ContextRole::Instructor]));
/// # let asked = authorized.ask_for_content(settings, message, &sealer, now)?;
/// # let mut said = DeepLinkingResponse::new();
/// # said.iss = Some("quiz".into());
/// # said.aud = Some(Audience::one("https://lms.example"));
/// # said.iat = Some(NumericDate::from_seconds(now.timestamp()));
/// # said.exp = Some(NumericDate::from_seconds(now.timestamp() + 300));
/// # said.nonce = Some(Nonce::random()?.as_str().into());
/// # said.message_type = Some(MessageType::DeepLinkingResponse);
/// # said.version = Some(LTI_VERSION.into());
/// # said.deployment_id = Some(DeploymentId::new("1")?);
/// # said.data = asked.deep_linking_settings.unwrap().data;
/// # said.content_items = Some(vec![ContentItem::from(HtmlItem::new("<b>Week 3</b><script>steal()</script>".into())),
/// #     ContentItem::from(LinkItem::new("https://tool.example/book".into()))]);
/// # let key = SigningKey::generate_ec(Curve::P256)?;
/// # let (token, keys) = (UnsignedJwt::new(&said)?.sign(&key)?, VerifyingKeys::single(key.verifying_key().clone()));
/// // Markup was asked for. The tool sent two items: markup, and a link.
/// let response = UnverifiedDeepLinkingResponse::from_jwt(&token, posted_to)?;
/// let pending = response.verify(&registration, &session, &keys, &sealer, now)?;
/// let content = pending.first_use(Use::First, Use::First)?.accept(); // as the store of what was seen says
///
/// let refused = content.refused().next().unwrap();
/// assert_eq!((refused.place, refused.reason.code()), (1, "item_type_not_accepted"));
/// let html = content.accepted().find_map(|item| item.untrusted_html()).unwrap();
/// assert!(html.as_written().contains("<script>")); // for a sanitizer, never for a page
/// # #[cfg(feature = "sanitize")]
/// assert_eq!(html.sanitized(&[]), "<b>Week 3</b>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AcceptedContent {
    items: Vec<ContentItem>,
    /// One for each item.
    verdicts: Vec<Verdict>,
    response: DeepLinkingResponse,
}

/// What becomes of an item.
#[derive(Debug)]
enum Verdict {
    /// Accepted, without these members.
    Accepted(Vec<&'static str>),
    Refused(ItemRefusal),
}

/// An item that was asked for, of the right form, whose addresses are web addresses. Its texts are plain text and still
/// anybody's: escape them. Its markup is [`AcceptedItem::untrusted_html`].
///
/// Members that no specification knows are kept as they came, among the item's extensions; what is in them is not
/// looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct AcceptedItem<'a> {
    /// Its place in the response, from 0.
    pub place: usize,
    /// The item.
    pub item: &'a ContentItem,
    /// Members that were taken out, by their names on the wire ([`ContentItem::leave_out_unusable`]).
    pub left_out: &'a [&'static str],
}

/// An item that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RefusedItem<'a> {
    /// Its place in the response, from 0.
    pub place: usize,
    /// Why.
    pub reason: ItemRefusal,
    /// The item as it came: for a log, perhaps, and for nothing else.
    pub item: &'a ContentItem,
}

/// Why an item is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ItemRefusal {
    /// One item was asked for, and several came: none is taken, since nobody could say which was meant (DL-P8).
    OneAccepted,
    /// Items of that type were not asked for (DL-P7).
    Type,
    /// It lacks what its type requires.
    Incomplete,
    /// An address that it is opened by is none that may be: of another scheme than https or http, relative, with a user
    /// name or control characters; for what is launched, also plain http.
    Url,
    /// Files of that media type were not asked for (DL-B3).
    MediaType,
    /// The most points of its line item are not more than zero.
    ScoreMaximum,
}

impl ItemRefusal {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OneAccepted => "one_item_accepted",
            Self::Type => "item_type_not_accepted",
            Self::Incomplete => "item_incomplete",
            Self::Url => "item_url_invalid",
            Self::MediaType => "media_type_not_accepted",
            Self::ScoreMaximum => "score_maximum_invalid",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::OneAccepted | Self::Type | Self::MediaType => "Deep Linking 2.0 §4.4.1",
            Self::Incomplete | Self::Url => "Deep Linking 2.0 §3.1",
            Self::ScoreMaximum => "AGS 2.0 §3.2.5",
        }
    }
}

impl fmt::Display for ItemRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneAccepted => "one item was asked for, and several came",
            Self::Type => "items of that type were not asked for",
            Self::Incomplete => "it lacks what its type requires",
            Self::Url => "it is opened by an address that may not be",
            Self::MediaType => "files of that media type were not asked for",
            Self::ScoreMaximum => "the most points are not more than zero",
        })
    }
}

impl DeepLinkingResponse {
    /// Sorts the items into those that were asked for and may be added, and the others, each with the reason. Nothing
    /// is added by this; whether the person is asked once more is the platform's matter, unless it promised
    /// `auto_create`.
    ///
    /// ```
    /// # fn add(response: lti_platform::DeepLinkingResponse) -> Result<(), lti_types::InvalidIdentifier> {
    /// use lti_types::{ContentItem, ResourceLinkId};
    ///
    /// let content = response.accept();
    /// for (number, added) in content.accepted().enumerate() {
    ///     // Each link gets an id of its own, whatever the tool sent. (Out of your database, not counted.)
    ///     let id = ResourceLinkId::new(format!("link-{number}"))?;
    ///     let column = added.line_item(&id, "Untitled"); // → the grade book
    ///     if let ContentItem::LtiResourceLink(link) = added.item {
    ///         println!("{} leads to {:?}, {:?}", added.title().unwrap_or("Untitled"), link.url, column);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn accept(mut self) -> AcceptedContent {
        let mut items = self.claims.content_items.take().unwrap_or_default();
        let settings = &self.asked.settings;
        let too_many = items.len() > 1 && settings.accept_multiple != Some(true);
        let sort = |item: &mut ContentItem| match refusal(item, settings) {
            _ if too_many => Verdict::Refused(ItemRefusal::OneAccepted),
            Some(reason) => Verdict::Refused(reason),
            None => Verdict::Accepted(item.leave_out_unusable(settings)),
        };
        let verdicts = items.iter_mut().map(sort).collect();
        AcceptedContent { items, verdicts, response: self }
    }
}

impl AcceptedContent {
    /// What may be added to the course.
    pub fn accepted(&self) -> impl Iterator<Item = AcceptedItem<'_>> {
        self.sorted().filter_map(|(place, item, verdict)| match verdict {
            Verdict::Accepted(left_out) => Some(AcceptedItem { place, item, left_out }),
            Verdict::Refused(_) => None,
        })
    }

    /// What may not, and why.
    pub fn refused(&self) -> impl Iterator<Item = RefusedItem<'_>> {
        self.sorted().filter_map(|(place, item, verdict)| match verdict {
            Verdict::Accepted(_) => None,
            Verdict::Refused(reason) => Some(RefusedItem { place, reason: *reason, item }),
        })
    }

    fn sorted(&self) -> impl Iterator<Item = (usize, &ContentItem, &Verdict)> {
        self.items
            .iter()
            .zip(&self.verdicts)
            .enumerate()
            .map(|(place, (item, verdict))| (place, item, verdict))
    }

    /// The accepted items, to be stored.
    #[must_use]
    pub fn into_items(self) -> Vec<ContentItem> {
        let sorted = self.items.into_iter().zip(self.verdicts);
        sorted.filter(|(_, verdict)| matches!(verdict, Verdict::Accepted(_))).map(|(item, _)| item).collect()
    }

    /// The response, without its items: for whom and where, and what the tool has to say.
    #[must_use]
    pub fn response(&self) -> &DeepLinkingResponse {
        &self.response
    }
}

impl<'a> AcceptedItem<'a> {
    /// Its title, if it has one that is not blank.
    #[must_use]
    pub fn title(self) -> Option<&'a str> {
        self.item.title().filter(|title| !title.trim().is_empty())
    }

    /// The markup that it wants shown: that of an `html` item, or of a link's `embed`.
    #[must_use]
    pub fn untrusted_html(self) -> Option<UntrustedHtml<'a>> {
        let html = match self.item {
            ContentItem::Html(item) => Some(&item.html),
            ContentItem::Link(link) => link.embed.as_ref().and_then(|embed| embed.html.as_ref()),
            _ => None,
        };
        html.map(|html| UntrustedHtml::new(html))
    }

    /// The column of the grade book that it asks for (AGS 2.0 §3.2), for the link that was made of it: with the tool's
    /// `resourceId` and `tag`, and the period of submission. `untitled` is what it is called when neither it nor the
    /// item has a name. The platform gives it its `id`.
    #[must_use]
    pub fn line_item(self, link: &ResourceLinkId, untitled: &str) -> Option<LineItem> {
        let ContentItem::LtiResourceLink(item) = self.item else { return None };
        let asked = item.line_item.as_ref()?;
        let some = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let label = some(&asked.label).or_else(|| some(&item.title)).unwrap_or_else(|| untitled.to_owned());
        let mut column = LineItem::new(asked.score_maximum?, label);
        column.resource_id = some(&asked.resource_id);
        column.tag = some(&asked.tag);
        column.resource_link_id = Some(link.as_str().to_owned());
        let end = |end: &Option<String>| some(end).map(Timestamp::from);
        if let Some(period) = &item.submission {
            column.start_date_time = end(&period.start_date_time);
            column.end_date_time = end(&period.end_date_time);
        }
        column.grades_released = asked.grades_released;
        column.submission_review.clone_from(&asked.submission_review);
        column.extensions.clone_from(&asked.extensions);
        Some(column)
    }
}

/// Why an item is refused, if it is.
fn refusal(item: &ContentItem, settings: &DeepLinkingSettings) -> Option<ItemRefusal> {
    let item_type = item.item_type();
    if !settings.accept_types.iter().flatten().any(|accepted| *accepted == item_type) {
        return Some(ItemRefusal::Type);
    }
    // A type of the specification among the others lacks what it requires.
    if matches!(item, ContentItem::Other(_)) && !matches!(item_type, ContentItemType::Other(_)) {
        return Some(ItemRefusal::Incomplete);
    }
    if !item.is_opened_well() {
        return Some(ItemRefusal::Url);
    }
    match item {
        ContentItem::File(file) => {
            let accepted = settings.accept_media_types.as_ref().zip(file.media_type.as_ref());
            let covered = accepted.is_none_or(|(ranges, media_type)| {
                ranges.iter().any(|range| media_range_covers(range, media_type))
            });
            (!covered).then_some(ItemRefusal::MediaType)
        }
        ContentItem::LtiResourceLink(link) if settings.accept_lineitem != Some(false) => {
            let graded = link.line_item.as_ref().is_none_or(has_points);
            (!graded).then_some(ItemRefusal::ScoreMaximum)
        }
        _ => None,
    }
}

fn has_points(line_item: &ItemLineItem) -> bool {
    line_item.score_maximum.is_some_and(|most| most.is_finite() && most > 0.0)
}
