//! Assignment and Grade Services (AGS 2.0 §3): the pure handlers of lti-services over the grade book.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_services::platform::{
    Access, LineItemOperation, LineItemRecord, LineItemRequest, LineItemsOperation, LineItemsRequest, Place,
    RequestRefusal, ResultEntry, ResultsRequest, ScoreRequest, SealedCursors, created, deleted,
    line_item as shown,
};
use lti_services::{MAX_REQUEST_BYTES, ServiceUrl};
use lti_types::{DeploymentId, WireUrl};

use super::courses::Column;
use super::people::Somebody;
use super::{Platform, courses};
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;

/// The most entries of one page.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);
/// The most columns that one tool may have in a course: each is kept for good.
const MAX_COLUMNS: usize = 500;

type Answer = Result<http::Response<Vec<u8>>, RequestRefusal>;

/// Reads a request, and answers it or says why not.
pub(super) async fn answered(
    platform: &Platform,
    request: Request,
    work: impl FnOnce(&http::Request<Vec<u8>>, &Access) -> Result<Answer, Problem>,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_REQUEST_BYTES).await?;
    let outcome = match platform.access(&request) {
        Ok(access) => work(&request, &access)?,
        Err(refusal) => Err(refusal),
    };
    Ok(answer::service(outcome.unwrap_or_else(|refusal| {
        tracing::info!(code = refusal.code(), "service request refused");
        refusal.to_http()
    })))
}

impl Platform {
    /// The place that a URL names for a token: its client, in the deployment of it that the URL or the token names, or
    /// the first; in that course.
    pub(super) fn place_of(&self, access: &Access, course: &str, query: Option<&str>) -> Option<Place> {
        self.school().title(course)?;
        let registration = self.registration(access.client_id().as_str())?;
        let named = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "deployment_id")
            .and_then(|(_, id)| DeploymentId::new(id.into_owned()).ok());
        let deployment = named
            .or_else(|| access.grant().deployment_id.clone())
            .or_else(|| registration.record().deployment_ids.first().cloned())?;
        if !registration.record().deployment_ids.contains(&deployment) {
            return None;
        }
        courses::place(course, access.client_id(), &deployment).ok()
    }

    fn column(&self, course: &str, number: u64) -> Option<LineItemRecord> {
        self.school().column_mut(course, number).map(|column| column.line_item.clone())
    }
}

fn url_of(url: &WireUrl) -> Result<ServiceUrl, RequestRefusal> {
    ServiceUrl::parse(url).map_err(|_| RequestRefusal::Internal)
}

/// `/lti/contexts/{course}/line-items`
pub(super) async fn line_items(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let here = Arc::clone(&platform);
    answered(&platform, request, move |request, access| {
        let seal = SealedCursors::new(&here.sealer, now());
        let place = here.place_of(access, &course, request.uri().query());
        let operation =
            match LineItemsRequest::read(request, access).and_then(|asked| asked.on(place.as_ref(), &seal)) {
                Ok(operation) => operation,
                Err(refusal) => return Ok(Err(refusal)),
            };
        match operation {
            LineItemsOperation::List(list) => {
                let school = here.school();
                let after = list.after().and_then(|after| after.parse::<u64>().ok()).unwrap_or_default();
                let fitting: Vec<_> = school
                    .columns_of(&course)
                    .filter(|column| column.number > after && list.fits(&column.line_item))
                    .collect();
                let most = list.at_most(PAGE).get() as usize;
                let page: Vec<_> = fitting.iter().take(most).collect();
                let next = if fitting.len() > most {
                    page.last().map(|column| column.number.to_string())
                } else {
                    None
                };
                Ok(url_of(&here.line_items_url(list.place())).and_then(|url| {
                    list.respond(page.iter().map(|column| &column.line_item), next.as_deref(), &url, &seal)
                }))
            }
            LineItemsOperation::Create(new) => here.change(|school| {
                let place = new.place().clone();
                let link = new
                    .resource_link_id()
                    .and_then(|id| school.link(id.as_str()).map(|link| link.place.clone()));
                let of_client = |column: &&Column| column.line_item.place().client_id == place.client_id;
                if school.columns_of(&course).filter(of_client).count() >= MAX_COLUMNS {
                    return Ok(Err(RequestRefusal::Closed));
                }
                // The check of the link wants an address, which the number that follows becomes part of.
                let item = match new.accept(here.line_items_url(&place), link.as_ref()) {
                    Ok(accepted) => accepted.line_item().clone(),
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let record = school
                    .add_column(place.clone(), item, false, |number| here.line_item_url(&place, number));
                Ok(created(&record))
            }),
            _ => Ok(Err(RequestRefusal::Internal)),
        }
    })
    .await
}

/// `/lti/contexts/{course}/line-items/{number}`
pub(super) async fn line_item(
    State(platform): State<Arc<Platform>>,
    Path((course, number)): Path<(String, u64)>,
    request: Request,
) -> Result<Response, Problem> {
    let here = Arc::clone(&platform);
    answered(&platform, request, move |request, access| {
        let place = here.place_of(access, &course, request.uri().query());
        let record = here.column(&course, number);
        let asked = LineItemRequest::read(request, access).and_then(|asked| asked.on(place.as_ref(), record));
        match asked {
            Err(refusal) => Ok(Err(refusal)),
            Ok(LineItemOperation::Read(record)) => Ok(shown(&record)),
            Ok(LineItemOperation::Update(changed)) => here.change(|school| {
                let Some(column) = school.column_mut(&course, number) else {
                    return Ok(Err(RequestRefusal::NotFound));
                };
                column.line_item = changed.after;
                Ok(shown(&column.line_item))
            }),
            Ok(LineItemOperation::Delete(_)) => here.change(|school| {
                school.columns.retain(|column| column.number != number);
                Ok(Ok(deleted()))
            }),
            Ok(_) => Ok(Err(RequestRefusal::Internal)),
        }
    })
    .await
}

/// `/lti/contexts/{course}/line-items/{number}/scores`
pub(super) async fn scores(
    State(platform): State<Arc<Platform>>,
    Path((course, number)): Path<(String, u64)>,
    request: Request,
) -> Result<Response, Problem> {
    let here = Arc::clone(&platform);
    answered(&platform, request, move |request, access| {
        let place = here.place_of(access, &course, request.uri().query());
        let record = here.column(&course, number);
        let posting =
            match ScoreRequest::read(request, access).and_then(|asked| asked.on(place.as_ref(), record)) {
                Ok(posting) => posting,
                Err(refusal) => return Ok(Err(refusal)),
            };
        let is_member = Somebody::find(posting.user_id().as_str()).is_some();
        // Read, compared and written under one lock: no score comes in between.
        here.change(|school| {
            let Some(column) = school.column_mut(&course, number) else {
                return Ok(Err(RequestRefusal::NotFound));
            };
            let before = column.scores.get(posting.user_id());
            match posting.record(is_member, before, now()) {
                Ok(after) => {
                    column.scores.insert(posting.user_id().clone(), after);
                    tracing::info!(course, column = number, "score recorded");
                    Ok(Ok(posting.accepted()))
                }
                Err(refusal) => Ok(Err(refusal)),
            }
        })
    })
    .await
}

/// `/lti/contexts/{course}/line-items/{number}/results`
pub(super) async fn results(
    State(platform): State<Arc<Platform>>,
    Path((course, number)): Path<(String, u64)>,
    request: Request,
) -> Result<Response, Problem> {
    let here = Arc::clone(&platform);
    answered(&platform, request, move |request, access| {
        let seal = SealedCursors::new(&here.sealer, now());
        let place = here.place_of(access, &course, request.uri().query());
        let record = here.column(&course, number);
        let asked =
            ResultsRequest::read(request, access).and_then(|asked| asked.on(place.as_ref(), record, &seal));
        let list = match asked {
            Ok(list) => list,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut school = here.school();
        let Some(column) = school.column_mut(&course, number) else {
            return Ok(Err(RequestRefusal::NotFound));
        };
        let entries: Vec<_> = column
            .scores
            .iter()
            .filter(|(user, _)| list.after().is_none_or(|after| user.as_str() > after))
            .filter(|(user, _)| list.user_id().is_none_or(|only| user.as_str() == only))
            .collect();
        let most = list.at_most(PAGE).get() as usize;
        let next =
            if entries.len() > most { entries.get(most - 1).map(|(user, _)| user.as_str()) } else { None };
        let url = url_of(column.line_item.id()).map(|url| url.child("results"));
        Ok(url.and_then(|url| {
            let page = entries.iter().take(most).map(|(user, record)| ResultEntry::new(user, Some(record)));
            list.respond(page, next, &url, &seal)
        }))
    })
    .await
}
