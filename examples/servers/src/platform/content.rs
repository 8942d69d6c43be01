//! Links in courses, and where they are kept.

use std::path::Path as FilePath;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::Platform;
use super::courses::School;
use crate::problem::Problem;
use crate::server::StartError;
use crate::{answer, key_file};

/// The file of `--data` that holds links and grades.
const FILE: &str = "school.json";

/// What was kept of an earlier run.
pub(super) fn load(data: Option<&FilePath>) -> Result<School, StartError> {
    let Some(path) = data.map(|data| data.join(FILE)) else { return Ok(School::default()) };
    let fault = |what: &dyn std::fmt::Display| StartError::new(format_args!("{}: {what}", path.display()));
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| fault(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(School::default()),
        Err(error) => Err(fault(&error)),
    }
}

impl Platform {
    /// Changes links or grades, all of it or nothing, and keeps them, if they are to be kept, before anybody is told.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut School) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut school = self.school();
        let mut changed = school.clone();
        let outcome = change(&mut changed)?;
        if let Some(data) = &self.data {
            let text = serde_json::to_vec(&changed).map_err(Problem::internal)?;
            key_file::write_private(&data.join(FILE), &text).map_err(Problem::internal)?;
        }
        *school = changed;
        Ok(outcome)
    }
}

impl Platform {
    /// The title of a course, where there must be one.
    pub(super) fn title(&self, course: &str) -> Result<String, Problem> {
        self.school().title(course).ok_or_else(Problem::not_found)
    }
}

/// `GET /courses/{course}/links`
pub(super) async fn links(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
) -> Result<Response, Problem> {
    platform.title(&course)?;
    let school = platform.school();
    let links: Vec<_> = school
        .links_of(&course)
        .map(|link| {
            let registration = platform.registration(link.place.client_id.as_str());
            let default = registration.as_ref().map(|tool| tool.record().target_link_uri.as_str().to_owned());
            let default = default
                .or_else(|| Some(platform.consumer_of(link)?.launch_url.as_ref()?.as_str().to_owned()));
            let url = link.url.as_ref().map(|url| url.as_str().to_owned()).or(default);
            json!({"id": link.id, "title": link.title, "url": url, "tool": link.place.client_id})
        })
        .collect();
    Ok(answer::json(200, &links))
}
