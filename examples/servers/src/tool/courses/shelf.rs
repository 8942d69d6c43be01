//! The published courses: a catalog, and the terms on which its courses are published. Both are files that whoever runs
//! the tool edits; what is on disk counts from the next launch on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use lti_eligibility::catalog::Catalog;
use lti_eligibility::course::{Course, CourseId};
use lti_eligibility::enrollment::Publication;
use lti_eligibility::launch::LaunchPolicy;
use lti_eligibility::learner::{ProfileField, ProfileRules};
use lti_eligibility::outcome::GradeSharing;
use serde::Deserialize;

use super::enrollment::MOST_SEATS;
use crate::server::StartError;

/// The catalog of the example `export_catalog`, for whoever has none.
const SHIPPED: &str = include_str!("../../../../data/catalog.json");

/// Where the courses come from, and what was there when they were last looked at.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// The shipped one, if there is none.
    catalog: Option<PathBuf>,
    publications: Option<PathBuf>,
    current: Mutex<(Stamps, Arc<Published>)>,
}

/// When each file was last written, and its size.
type Stamps = [Option<(SystemTime, u64)>; 2];

/// All published courses.
#[derive(Debug)]
pub(super) struct Published {
    /// By their ids; `None` for one that stands there and cannot be read.
    courses: BTreeMap<String, Option<Course>>,
    enabled: bool,
    terms: BTreeMap<CourseId, Terms>,
    default: Terms,
    pub(super) profile: ProfileRules,
    pub(super) launch: LaunchPolicy,
}

/// What stands at an id.
pub(super) enum Found<'a> {
    Course(&'a Course, &'a Terms),
    Unreadable,
    Nothing,
}

/// On what terms a course is published, to each platform alike.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Terms {
    course: CourseId,
    /// Nobody may launch it any more.
    #[serde(default)]
    pub(super) retired: bool,
    #[serde(default = "open")]
    pub(super) publication: Publication,
}

/// For everybody, with grades.
fn open() -> Publication {
    let mut publication = Publication::new("Published");
    publication.grade_sharing = GradeSharing::Always;
    publication
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Publications {
    profile: ProfileRules,
    launch: LaunchPolicy,
    courses: Vec<Terms>,
}

impl Shelf {
    /// The courses of a catalog; none, and no shelf, without one.
    pub(crate) fn of(
        catalog: Option<&Path>,
        publications: Option<&Path>,
    ) -> Result<Option<Self>, StartError> {
        match (catalog, publications) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(StartError::new("--publications goes with --catalog")),
            (Some(_), _) => Self::open(catalog, publications).map(Some),
        }
    }

    /// The courses of a catalog, or of the shipped one.
    pub(crate) fn open(catalog: Option<&Path>, publications: Option<&Path>) -> Result<Self, StartError> {
        let (catalog, publications) = (catalog.map(Path::to_owned), publications.map(Path::to_owned));
        let files = [&catalog, &publications].map(Option::as_deref);
        let stamps = files.map(stamp);
        let published = Published::read(files).map_err(StartError::new)?;
        Ok(Self { catalog, publications, current: Mutex::new((stamps, Arc::new(published))) })
    }

    /// The courses as they are now. Files that were written since are read again; what cannot be read changes nothing, and
    /// is said in the log.
    pub(super) fn now(&self) -> Arc<Published> {
        let files = [&self.catalog, &self.publications].map(Option::as_deref);
        let stamps = files.map(stamp);
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.0 != stamps {
            // Taken before reading: what is written in between is noticed the next time.
            current.0 = stamps;
            match Published::read(files) {
                Ok(published) => {
                    tracing::info!(courses = published.courses.len(), "the catalog was read again");
                    current.1 = Arc::new(published);
                }
                Err(error) => tracing::error!(%error, "the catalog of before stays: the new one is wrong"),
            }
        }
        Arc::clone(&current.1)
    }
}

fn stamp(file: Option<&Path>) -> Option<(SystemTime, u64)> {
    let about = std::fs::metadata(file?).ok()?;
    Some((about.modified().ok()?, about.len()))
}

impl Published {
    fn read([catalog, publications]: [Option<&Path>; 2]) -> Result<Self, String> {
        let text = match catalog {
            Some(path) => read("--catalog", path)?,
            None => SHIPPED.as_bytes().to_vec(),
        };
        let name = catalog.map_or("the shipped catalog".into(), Path::to_string_lossy);
        let parsed = Catalog::parse(&text).map_err(|error| format!("--catalog {name}: {error}"))?;
        let terms: Publications = match publications {
            Some(path) => serde_json::from_slice(&read("--publications", path)?)
                .map_err(|error| format!("--publications {}: {error}", path.display()))?,
            None => Publications::default(),
        };
        Self::new(parsed, terms).map_err(|error| format!("--publications: {error}"))
    }

    fn new(catalog: Catalog, publications: Publications) -> Result<Self, String> {
        let mut courses = BTreeMap::new();
        for entry in catalog.entries {
            match entry.course {
                Ok(course) => {
                    courses.insert(course.id.as_str().to_owned(), Some(course));
                }
                // One that has the id of an earlier course leaves that as it is.
                Err(unreadable) => {
                    tracing::warn!(
                        index = unreadable.index,
                        code = unreadable.fault.code(),
                        "a course cannot be read"
                    );
                    if let Some(id) = unreadable.id {
                        courses.entry(id).or_insert(None);
                    }
                }
            }
        }
        let mut terms = BTreeMap::new();
        for of_course in publications.courses {
            let course = of_course.course.clone();
            if of_course.publication.max_enrolled.is_some_and(|seats| seats > MOST_SEATS) {
                return Err(format!(
                    "course {:?}: at most {MOST_SEATS} seats can be counted",
                    course.as_str()
                ));
            }
            if terms.insert(course.clone(), of_course).is_some() {
                return Err(format!("course {:?} is there twice", course.as_str()));
            }
        }
        let mut profile = publications.profile;
        // An enrollment is somebody's.
        profile.required.insert(ProfileField::UserId);
        let nameless = CourseId::new("any").map_err(|error| error.to_string())?;
        let default = Terms { course: nameless, retired: false, publication: open() };
        let (enabled, launch) = (catalog.header.enabled, publications.launch);
        Ok(Self { courses, enabled, terms, default, profile, launch })
    }

    /// The course of that id, and its terms.
    pub(super) fn find(&self, id: &str) -> Found<'_> {
        match self.courses.get(id) {
            Some(Some(course)) => Found::Course(course, self.terms.get(&course.id).unwrap_or(&self.default)),
            Some(None) => Found::Unreadable,
            None => Found::Nothing,
        }
    }

    /// Whether anything of the catalog may be launched.
    pub(super) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The courses that can be read, by their ids.
    pub(super) fn readable(&self) -> impl Iterator<Item = &Course> {
        self.courses.values().flatten()
    }
}

fn read(flag: &str, path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{flag} {}: {error}", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    use super::{Found, Shelf};

    const ONE: &str = r#"{"id": "a", "name": "A", "courses": [
        {"id": "c", "title": "TITLE", "default_instance": "active", "enrollment_type": "self_enrolled", "modules": []},
        {"id": "c", "title": "again", "default_instance": "active", "enrollment_type": "self_enrolled", "modules": []},
        {"id": "d", "title": "x", "default_instance": "gone", "enrollment_type": "self_enrolled", "modules": []}]}"#;

    fn title(shelf: &Shelf) -> String {
        match shelf.now().find("c") {
            Found::Course(course, _) => course.title.clone(),
            _ => String::new(),
        }
    }

    #[test]
    fn a_file_is_read_again_when_it_was_written_and_a_wrong_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.json");
        std::fs::write(&path, ONE.replace("TITLE", "First")).unwrap();
        let shelf = Shelf::of(Some(&path), None).unwrap().unwrap();
        assert_eq!(title(&shelf), "First", "the first of an id");
        assert!(matches!(shelf.now().find("d"), Found::Unreadable));
        assert!(matches!(shelf.now().find("e"), Found::Nothing));
        std::fs::write(&path, ONE.replace("TITLE", "The second")).unwrap();
        assert_eq!(title(&shelf), "The second");
        std::fs::write(&path, "{").unwrap();
        assert_eq!(title(&shelf), "The second");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(title(&shelf), "The second");
        std::fs::write(&path, ONE.replace("TITLE", "Third")).unwrap();
        assert_eq!(title(&shelf), "Third");
    }

    #[test]
    fn wrong_publications_are_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, path) = (folder.path().join("catalog.json"), folder.path().join("publications.json"));
        std::fs::write(&catalog, ONE).unwrap();
        for (text, said) in [
            (r#"{"courses": [{"course": "c"}, {"course": "c"}]}"#, "twice"),
            (
                r#"{"courses": [{"course": "c", "publication": {"name": "x", "max_enrolled": 5001}}]}"#,
                "5000 seats",
            ),
            (r#"{"courses": [{"course": ""}]}"#, "a course id must not be blank"),
            (r#"{"course": []}"#, "unknown field"),
            ("", "EOF"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Shelf::of(Some(&catalog), Some(&path)).unwrap_err().to_string();
            assert!(error.contains(said) && error.starts_with("--publications"), "{text}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
        assert!(Shelf::of(None, Some(&path)).unwrap_err().to_string().contains("goes with --catalog"));
    }
}
