//! Published courses: a link that leads to `/lti/launch/{course}`, or has the custom parameter `published_course`, opens a course
//! of `--catalog`, if the publishing rules allow it.
//!
//! Each launch walks the same way: [`shelf`] says what the course is now; [`enrollment`] asks the rules of lti-eligibility
//! for the launch, the learner and the enrollment, and takes the seat; [`page`] shows the course and notes its completion;
//! [`outbox`] sends the grade into its [`column`], without anybody waiting for it.

mod column;
mod enrollment;
mod outbox;
pub(super) mod page;
mod shelf;

use std::sync::Arc;

use lti_eligibility::course::Course;
use lti_eligibility::export::{Policy, check};
use lti_eligibility::outcome::Progress;
use lti_eligibility::report::LaunchBase;
use lti_tool::LaunchRecord;
use lti_types::{ClientId, Issuer, LaunchClaims, MessageType, PlatformRecord};
use percent_encoding::percent_decode_str;

pub(crate) use self::shelf::Shelf;
use self::shelf::{Found, Published};
use super::Tool;
use super::session::Session;
use crate::clock::now;
use crate::problem::Problem;

/// The custom parameter that names a course.
const CUSTOM: &str = "published_course";

/// The courses, and whom they are published to.
#[derive(Debug)]
pub(super) struct Courses {
    shelf: Shelf,
    /// The platforms of `--registrations`: one that registered itself launches what everybody may.
    platforms: Vec<(Issuer, ClientId)>,
}

impl Courses {
    pub(super) fn new(shelf: Shelf, platforms: &[PlatformRecord]) -> Self {
        let platforms = platforms.iter().map(|record| (record.issuer.clone(), record.client_id.clone()));
        Self { shelf, platforms: platforms.collect() }
    }
}

/// Whoever launched into a course.
pub(super) struct Entered {
    pub(super) course: String,
    progress: Progress,
}

impl Tool {
    fn published(&self) -> Option<Arc<Published>> {
        self.courses.as_ref().map(|courses| courses.shelf.now())
    }

    /// Lets whoever launched into the course that the link names, or refuses; `None` where it names none.
    pub(super) async fn enter(
        &self,
        record: &LaunchRecord,
        claims: &LaunchClaims,
        legacy: bool,
    ) -> Result<Option<Entered>, Problem> {
        let (Some(courses), Some(course)) = (&self.courses, self.course_of(record, claims)) else {
            return Ok(None);
        };
        // What is launched by LTI 1.1 is in a file, too.
        let known =
            |(issuer, client): &(Issuer, ClientId)| *issuer == record.issuer && *client == record.client_id;
        if !legacy && !courses.platforms.iter().any(known) {
            let message = "the courses of this tool are not published to your platform: it registered itself";
            return Err(Problem::forbidden(
                "publication_disabled",
                message,
                "lti-eligibility README, Enrollment",
            ));
        }
        let published = courses.shelf.now();
        let progress = enrollment::enroll(&self.records, &published, &course, record, claims).await?;
        Ok(Some(Entered { course, progress }))
    }

    /// The id of the course that a launch names.
    fn course_of(&self, record: &LaunchRecord, claims: &LaunchClaims) -> Option<String> {
        if record.message_type != Some(MessageType::ResourceLinkRequest) {
            return None;
        }
        let custom = || claims.custom.as_ref()?.get(CUSTOM).map(str::to_owned);
        record.target_link_uri.as_ref().and_then(|url| self.course_of_link(url.as_str())).or_else(custom)
    }

    fn course_of_link(&self, url: &str) -> Option<String> {
        let rest = url.strip_prefix(self.redirect_uri.as_str())?.strip_prefix('/')?;
        let segment = rest.split(['?', '#', '/']).next().filter(|segment| !segment.is_empty())?;
        percent_decode_str(segment).decode_utf8().ok().map(Into::into)
    }

    /// The launch links of the courses that may be exported, with their titles: at most so many.
    pub(super) fn launch_links(&self, most: usize) -> Vec<(String, String)> {
        let (Some(published), Ok(base)) = (self.published(), LaunchBase::parse(self.redirect_uri.as_str()))
        else {
            return Vec::new();
        };
        let exportable = |course: &&Course| check(course, &Policy::default(), now()).is_exportable();
        let link = |course: &Course| (course.title.clone(), base.link(&course.id));
        published.readable().filter(exportable).take(most).map(link).collect()
    }

    /// The title and launch link of a course, by its id.
    pub(super) fn launch_link(&self, id: &str) -> Option<(String, String)> {
        let published = self.published()?;
        let Found::Course(course, _) = published.find(id) else { return None };
        let base = LaunchBase::parse(self.redirect_uri.as_str()).ok()?;
        // XML has no control characters.
        Some((course.title.replace(char::is_control, " "), base.link(&course.id)))
    }

    /// A launch into a course whose grade may be sent is a reason to send it again: it may have got lost over there. The
    /// launch does not wait for it.
    pub(super) async fn reopened(self: &Arc<Self>, session: &Session, entered: &Entered) {
        let sent = outbox::send(self, session, &entered.course, &entered.progress).await;
        if let Err(problem) = sent {
            tracing::warn!(code = problem.code, "the grade of a reopened course is not sent again");
        }
    }

    /// Begins to look after grades that are owed.
    pub(super) fn collect_grades(self: &Arc<Self>) {
        if self.courses.is_some() {
            tokio::spawn(outbox::collect(Arc::downgrade(self)));
        }
    }
}
