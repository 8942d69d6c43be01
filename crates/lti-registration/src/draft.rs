//! A record as somebody wrote it, member by member, so that one bad member does not hide the next: from JSON, where
//! members have types, or from a row of a table, where all of them are text.

use std::collections::BTreeMap;

use lti_types::{Custom, DeploymentId, Deployments, InvalidIdentifier, RegistrationStatus, WireUrl};
use serde_json::Value;

use crate::members::MAX_MEMBERS;
use crate::tool_record::MAX_LIST;
use crate::{Fault, Problem, Term};

/// The most faults of one record that are kept: enough to mend it by.
const MAX_FAULTS: usize = 1_000;

const STATUSES: &[(&str, RegistrationStatus)] = &[
    ("pending", RegistrationStatus::Pending),
    ("active", RegistrationStatus::Active),
    ("activated", RegistrationStatus::Active),
    ("disabled", RegistrationStatus::Disabled),
];

/// The word in a table for deployments that nobody told yet.
const UNKNOWN: &str = "unknown";

pub(crate) struct Draft {
    members: BTreeMap<&'static str, Value>,
    is_row: bool,
    pub(crate) faults: Vec<Fault>,
}

impl Draft {
    /// The members of an object. Those that no record has are faults: a misspelled status must not read as none. So are
    /// those that occur twice, of which two readers may see two values.
    pub(crate) fn of_members(members: Vec<(String, Value)>, terms: &[Term]) -> Self {
        let mut draft = Self { members: BTreeMap::new(), is_row: false, faults: Vec::new() };
        if members.len() > MAX_MEMBERS {
            draft.fault("", Problem::TooMuch);
            return draft;
        }
        for (name, value) in members {
            match terms.iter().find(|term| term.member() == name) {
                Some(term) => {
                    if draft.members.insert(term.member(), value).is_some() {
                        draft.fault(name, Problem::Repeated);
                    }
                }
                None => draft.fault(name, Problem::UnknownMember),
            }
        }
        draft
    }

    /// The cells of a row. Blank ones are absent; but who leaves the personal data blank wants none to be sent, and an
    /// absent list is all of it.
    pub(crate) fn of_row<'a>(cells: impl IntoIterator<Item = (Term, &'a str)>) -> Self {
        let member = |(term, cell): (Term, &'a str)| match (term, cell.trim()) {
            (Term::Privacy, "") => Some((term.member(), Value::Array(Vec::new()))),
            (_, "") => None,
            (_, cell) => Some((term.member(), Value::from(cell))),
        };
        Self { members: cells.into_iter().filter_map(member).collect(), is_row: true, faults: Vec::new() }
    }

    fn fault(&mut self, field: impl Into<String>, problem: Problem) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault::new(field, problem));
        }
    }

    fn take(&mut self, term: Term) -> Option<Value> {
        self.members.remove(term.member()).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, term: Term) -> Option<String> {
        match self.take(term)? {
            Value::String(text) => Some(text),
            _ => {
                self.fault(term.member(), Problem::WrongType("a text"));
                None
            }
        }
    }

    fn required(&mut self, term: Term) -> Option<String> {
        let absent = self.members.get(term.member()).is_none_or(Value::is_null);
        if absent {
            self.fault(term.member(), Problem::Missing);
        }
        self.text(term)
    }

    pub(crate) fn identifier<T>(
        &mut self,
        term: Term,
        make: impl FnOnce(String) -> Result<T, InvalidIdentifier>,
    ) -> Option<T> {
        let text = self.required(term)?;
        make(text).map_err(|error| self.fault(term.member(), Problem::Identifier(error))).ok()
    }

    pub(crate) fn url(&mut self, term: Term) -> Option<WireUrl> {
        self.text(term).map(WireUrl::from)
    }

    pub(crate) fn required_url(&mut self, term: Term) -> Option<WireUrl> {
        self.required(term).map(WireUrl::from)
    }

    /// The status, whatever the case of its word; the usual one where there is none.
    pub(crate) fn status(&mut self) -> RegistrationStatus {
        let Some(text) = self.text(Term::Status) else { return RegistrationStatus::default() };
        let found = STATUSES.iter().find(|(word, _)| text.trim().eq_ignore_ascii_case(word));
        // In a file of records, exactly the word: other readers of the file know no other.
        match found.filter(|(word, _)| self.is_row || *word == text) {
            Some((_, status)) => *status,
            None => {
                self.fault(Term::Status.member(), Problem::NotOneOf("pending, active, disabled"));
                RegistrationStatus::default()
            }
        }
    }

    /// A list of texts; in a row, separated by white space.
    pub(crate) fn words(&mut self, term: Term) -> Option<Vec<String>> {
        let field = term.member();
        let list: Vec<String> = match self.take(term)? {
            Value::String(text) if self.is_row => {
                let separators: &[char] = &[',', ';'];
                let words = text.split_whitespace().map(|word| word.trim_end_matches(separators));
                words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
            }
            Value::Array(elements) => {
                let mut list = Vec::new();
                for (index, element) in elements.into_iter().enumerate() {
                    match element {
                        Value::String(text) => list.push(text),
                        _ => self.fault(format!("{field}[{index}]"), Problem::WrongType("a text")),
                    }
                }
                list
            }
            _ => {
                self.fault(field, Problem::WrongType("a list of texts"));
                return None;
            }
        };
        if list.len() > MAX_LIST {
            self.fault(field, Problem::TooMuch);
        }
        Some(list)
    }

    pub(crate) fn urls(&mut self, term: Term) -> Vec<WireUrl> {
        self.words(term).unwrap_or_default().into_iter().map(WireUrl::from).collect()
    }

    fn ids(&mut self) -> Option<Vec<DeploymentId>> {
        let words = self.words(Term::DeploymentIds)?;
        let mut ids = Vec::new();
        for (index, word) in words.into_iter().enumerate() {
            let field = format!("deployment_ids[{index}]");
            // `1,2` may be one id or two.
            if self.is_row && word.contains([',', ';']) {
                self.fault(&*field, Problem::Separator);
            }
            match DeploymentId::new(word) {
                Ok(id) => ids.push(id),
                Err(error) => self.fault(field, Problem::Identifier(error)),
            }
        }
        Some(ids)
    }

    /// The deployments of a tool: a list.
    pub(crate) fn deployment_ids(&mut self) -> Option<Vec<DeploymentId>> {
        if self.members.get("deployment_ids").is_none_or(Value::is_null) {
            self.fault("deployment_ids", Problem::Missing);
            return None;
        }
        self.ids()
    }

    /// The deployments at a platform: a list, or `null`, which must be said.
    pub(crate) fn deployments(&mut self) -> Option<Deployments> {
        match self.members.get("deployment_ids") {
            None => {
                self.fault("deployment_ids", Problem::Missing);
                None
            }
            Some(Value::Null) => Some(Deployments::NotYetKnown),
            Some(Value::String(text)) if self.is_row && text.eq_ignore_ascii_case(UNKNOWN) => {
                Some(Deployments::NotYetKnown)
            }
            Some(_) => self.ids().map(Deployments::Known),
        }
    }

    /// Custom parameters: an object; in a row, lines of `name=value`.
    pub(crate) fn custom(&mut self) -> Custom {
        let mut custom = Custom::new();
        match self.take(Term::Custom) {
            None => {}
            Some(Value::String(text)) if self.is_row => {
                for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    match line.split_once('=') {
                        Some((name, value)) if !name.trim().is_empty() => {
                            if custom.raw(name.trim()).is_some() {
                                self.fault("custom", Problem::Repeated);
                            }
                            custom.insert(name.trim(), value.trim());
                        }
                        _ => self.fault("custom", Problem::NotAPair),
                    }
                }
            }
            Some(Value::Object(object)) => {
                for (name, value) in object {
                    match value {
                        Value::String(text) => custom.insert(name, text),
                        Value::Number(number) => custom.insert(name, number.to_string()),
                        Value::Bool(flag) => custom.insert(name, flag.to_string()),
                        _ => self.fault(format!("custom.{name}"), Problem::WrongType("a text")),
                    }
                }
            }
            Some(_) => self.fault("custom", Problem::WrongType("an object of texts")),
        }
        custom
    }
}
