//! What the courses hold: links to tools, grade book columns, and what stands in them.

use std::collections::BTreeMap;

use lti_services::platform::{LineItemRecord, Place, ScoreRecord};
use lti_types::{
    ClientId, Context, ContextId, ContextKind, Custom, DeploymentId, InvalidIdentifier, LineItem,
    ResourceLink, ResourceLinkId, ToolRecord, UserId, WireUrl,
};
use serde::{Deserialize, Serialize};

/// The courses that are there from the beginning: id and title.
const COURSES: [(&str, &str); 2] = [("course-1", "Botany"), ("course-2", "Astronomy")];

/// A course that is a copy of another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CopiedCourse {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The courses that it comes from, the newest first.
    pub(crate) history: Vec<String>,
}

/// A placed link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) id: ResourceLinkId,
    pub(crate) place: Place,
    pub(crate) title: String,
    pub(crate) text: Option<String>,
    /// Where it leads; the tool's target link URI if it says nothing.
    pub(crate) url: Option<WireUrl>,
    pub(crate) custom: Custom,
    /// The links that it is a copy of, the newest first.
    #[serde(default)]
    pub(crate) history: Vec<String>,
}

impl Link {
    pub(crate) fn course(&self) -> &str {
        self.place.context_id.as_str()
    }

    /// As messages name it.
    pub(crate) fn resource_link(&self) -> ResourceLink {
        let mut link = ResourceLink::new(self.id.clone());
        link.title = Some(self.title.clone());
        link.description.clone_from(&self.text);
        link
    }
}

/// A column of the grade book.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) number: u64,
    /// Whether it came with its link; the others are the tool's own.
    #[serde(default)]
    pub(crate) declared: bool,
    pub(crate) line_item: LineItemRecord,
    pub(crate) scores: BTreeMap<UserId, ScoreRecord>,
}

/// All links and columns.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct School {
    pub(crate) links: Vec<Link>,
    pub(crate) columns: Vec<Column>,
    #[serde(default)]
    pub(crate) copies: Vec<CopiedCourse>,
    /// The last number that was given to a link or a column.
    last: u64,
}

impl School {
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// All courses: id and title.
    pub(crate) fn courses(&self) -> Vec<(String, String)> {
        let copies = self.copies.iter().map(|copy| (copy.id.clone(), copy.title.clone()));
        COURSES.map(|(id, title)| (id.to_owned(), title.to_owned())).into_iter().chain(copies).collect()
    }

    /// The title of a course, if there is such a course.
    pub(crate) fn title(&self, course: &str) -> Option<String> {
        self.courses().into_iter().find(|(id, _)| id == course).map(|(_, title)| title)
    }

    /// The courses that one is a copy of, the newest first.
    pub(crate) fn history(&self, course: &str) -> Vec<String> {
        self.copies.iter().find(|copy| copy.id == course).map_or_else(Vec::new, |copy| copy.history.clone())
    }

    /// A course, as messages name it.
    pub(crate) fn context(&self, course: &str) -> Result<Context, InvalidIdentifier> {
        let mut context = Context::new(ContextId::new(course)?);
        context.title = self.title(course);
        context.label = Some(course.to_uppercase());
        context.types = Some(vec![ContextKind::CourseOffering.into()]);
        Ok(context)
    }

    pub(crate) fn link(&self, id: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.id.as_str() == id)
    }

    pub(crate) fn links_of<'a>(&'a self, course: &'a str) -> impl Iterator<Item = &'a Link> {
        self.links.iter().filter(move |link| link.course() == course)
    }

    pub(crate) fn columns_of<'a>(&'a self, course: &'a str) -> impl Iterator<Item = &'a Column> {
        self.columns.iter().filter(move |column| column.line_item.place().context_id.as_str() == course)
    }

    pub(crate) fn column_mut(&mut self, course: &str, number: u64) -> Option<&mut Column> {
        self.columns
            .iter_mut()
            .find(|column| column.number == number && column.line_item.place().context_id.as_str() == course)
    }

    /// The one column of a link, if it has exactly one (AGS 2.0 §3.1).
    pub(crate) fn column_of_link(&self, link: &Link) -> Option<&Column> {
        let mut columns = self.columns.iter().filter(|column| {
            *column.line_item.place() == link.place
                && column.line_item.line_item().resource_link_id().as_ref() == Some(&link.id)
        });
        match (columns.next(), columns.next()) {
            (Some(column), None) => Some(column),
            _ => None,
        }
    }

    /// Adds a column, which came with its link, or is the tool's own; `url` says what address its number gives it.
    pub(crate) fn add_column(
        &mut self,
        place: Place,
        item: LineItem,
        declared: bool,
        url: impl Fn(u64) -> WireUrl,
    ) -> LineItemRecord {
        let number = self.next_number();
        let line_item = LineItemRecord::new(place, url(number), item);
        self.columns.push(Column { number, declared, line_item: line_item.clone(), scores: BTreeMap::new() });
        line_item
    }

    /// Gives a tool its link, with a column, in each course.
    pub(crate) fn place_tool(
        &mut self,
        tool: &ToolRecord,
        column_url: impl Fn(&Place, u64) -> WireUrl,
    ) -> Result<(), InvalidIdentifier> {
        let Some(deployment) = tool.deployment_ids.first() else { return Ok(()) };
        for (course, _) in COURSES {
            let place = place(course, &tool.client_id, deployment)?;
            if self.links.iter().any(|link| link.place == place) {
                continue;
            }
            let title = tool.name.clone().unwrap_or_else(|| tool.client_id.as_str().to_owned());
            let number = self.next_number();
            let id = ResourceLinkId::new(format!("{course}-link-{number}"))?;
            let mut item = LineItem::new(100.0, title.clone());
            item.resource_link_id = Some(id.as_str().to_owned());
            let (text, url, custom, history) = (None, None, Custom::new(), Vec::new());
            self.links.push(Link { id, place: place.clone(), title, text, url, custom, history });
            self.add_column(place.clone(), item, true, |number| column_url(&place, number));
        }
        Ok(())
    }
}

/// Where a client's things are in a course.
pub(crate) fn place(
    course: &str,
    client_id: &ClientId,
    deployment_id: &DeploymentId,
) -> Result<Place, InvalidIdentifier> {
    Ok(Place::new(client_id.clone(), deployment_id.clone(), ContextId::new(course)?))
}
