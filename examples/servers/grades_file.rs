//! The CSV of grades: which rows can be published, and what is wrong with the others.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use lti_types::UserId;

/// The most that is read of a file.
const MOST: u64 = 64 * 1024 * 1024;
/// The columns, in any order; a comment is not required.
const REQUIRED: [&str; 3] = ["user_id", "score", "maximum"];

/// A row that can be published.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) user_id: UserId,
    pub(crate) score: f64,
    pub(crate) maximum: f64,
    pub(crate) comment: Option<String>,
}

/// A row that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) line: u64,
    pub(crate) why: String,
}

/// Reads a file, and nothing of one that is not UTF-8 as a whole.
pub(crate) fn read(path: &Path) -> Result<(Vec<Row>, Vec<Skipped>), String> {
    let problem = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(problem)?.take(MOST + 1).read_to_end(&mut bytes).map_err(problem)?;
    if bytes.len() as u64 > MOST {
        return Err(format!("{}: longer than 64 MiB", path.display()));
    }
    parse(&bytes).map_err(|why| format!("{}: {why}", path.display()))
}

/// Reads the text of a file.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Vec<Row>, Vec<Skipped>), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8; nothing is published")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let column = |name: &str| header.iter().position(|column| column == name);
    for name in REQUIRED {
        if header.iter().filter(|column| *column == name).count() != 1 {
            return Err(format!("the first line must name the column {name} once"));
        }
    }
    if let Some(other) = header.iter().find(|name| !REQUIRED.contains(name) && *name != "comment") {
        return Err(format!("the column {other:?} is none of user_id, score, maximum, comment"));
    }
    let (mut rows, mut skipped, mut lines) = (Vec::new(), Vec::new(), BTreeMap::new());
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |name: &str| column(name).and_then(|at| record.get(at)).unwrap_or_default();
        let row = if record.len() == header.len() {
            row(line, &field)
        } else {
            Err(format!("{} fields instead of {}", record.len(), header.len()))
        };
        let row = row.and_then(|row| match lines.get(&row.user_id) {
            Some(before) => Err(format!("the same person as in line {before}")),
            None => Ok(row),
        });
        match row {
            Ok(row) => {
                lines.insert(row.user_id.clone(), line);
                rows.push(row);
            }
            Err(why) => skipped.push(Skipped { line, why }),
        }
    }
    Ok((rows, skipped))
}

fn row<'a>(line: u64, field: &impl Fn(&str) -> &'a str) -> Result<Row, String> {
    let user_id = UserId::new(field("user_id")).map_err(|error| format!("user_id: {error}"))?;
    // An empty score would clear a grade: whoever wants that does not do it by leaving something out.
    let number = |name: &str| field(name).parse::<f64>().ok().filter(|number| number.is_finite());
    let score = number("score").filter(|score| *score >= 0.0);
    let score = score.ok_or("score: not a number of zero or more, with a point")?;
    let maximum = number("maximum").filter(|maximum| *maximum > 0.0);
    let maximum = maximum.ok_or("maximum: not a number of more than zero, with a point")?;
    let comment = Some(field("comment").to_owned()).filter(|comment| !comment.is_empty());
    Ok(Row { line, user_id, score, maximum, comment })
}
