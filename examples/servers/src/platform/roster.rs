//! Names and Role Provisioning Services (NRPS 2.0 §2).

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_services::ServiceUrl;
use lti_services::platform::{MemberPage, RequestRefusal, RosterRequest, SealedCursors};
use lti_types::Member;

use super::Platform;
use super::grades::answered;
use super::people::PEOPLE;
use crate::clock::now;
use crate::problem::Problem;

/// The most members of one page: few enough that paging is seen to work.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);

/// `/lti/contexts/{course}/memberships`
pub(super) async fn members(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let here = Arc::clone(&platform);
    answered(&platform, request, move |request, access| {
        let seal = SealedCursors::new(&here.sealer, now());
        let place = here.place_of(access, &course, request.uri().query());
        let list = RosterRequest::read(request, access).and_then(|asked| {
            let link = asked
                .resource_link_id()
                .and_then(|id| here.school().link(id.as_str()).map(|l| l.place.clone()));
            asked.on(place.as_ref(), link.as_ref(), &seal)
        });
        let list = match list {
            Ok(list) => list,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let everybody: Vec<Member> = PEOPLE.iter().filter_map(|person| person.member().ok()).collect();
        let fitting: Vec<_> = everybody.into_iter().filter(|member| list.fits(member)).collect();
        let from = list.after().and_then(|after| after.parse::<usize>().ok()).unwrap_or_default();
        let most = list.at_most(PAGE).get() as usize;
        let next = (fitting.len() > from + most).then(|| (from + most).to_string());
        let members = fitting.into_iter().skip(from).take(most).collect();
        let registration = here.registration(access.client_id().as_str());
        let Some(registration) = registration else { return Ok(Err(RequestRefusal::NotFound)) };
        let context = here.school().context(&course).map_err(Problem::internal)?;
        let mut page = MemberPage::new(context, members, registration.record().privacy.as_deref());
        page.next = next.as_deref();
        let url = ServiceUrl::parse(&here.address(&format!("/lti/contexts/{course}/memberships")));
        Ok(url.map_err(|_| RequestRefusal::Internal).and_then(|url| list.respond(page, &url, &seal)))
    })
    .await
}
