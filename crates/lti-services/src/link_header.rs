//! `Link` headers (RFC 8288 §3; AGS 2.0 §3.2.4, NRPS 2.0 §2.4.1): read as they come, written as they should be.

use http::header::LINK;
use http::{HeaderMap, HeaderValue};

use crate::PagingError;

/// The most bytes of `Link` headers that are looked at in one response.
const MAX_BYTES: usize = 64 * 1024;

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// Where it leads; it may be relative to the request.
    pub target: String,
    /// What it is: `next`, `differences`, …, in lower case.
    pub relations: Vec<String>,
}

impl Link {
    /// A link of one relation.
    #[must_use]
    pub fn new(target: impl Into<String>, relation: &str) -> Self {
        Self { target: target.into(), relations: vec![relation.to_ascii_lowercase()] }
    }

    /// Whether it is of that relation.
    #[must_use]
    pub fn is(&self, relation: &str) -> bool {
        self.relations.iter().any(|r| r.eq_ignore_ascii_case(relation))
    }

    /// Every link of a message, in order, however it is written: several in one header or several headers, parameters
    /// in any order and case, odd quotes or none, ampersands escaped as in HTML.
    ///
    /// ```
    /// use http::HeaderMap;
    /// use lti_services::Link;
    /// let mut headers = HeaderMap::new();
    /// headers.insert("link", "<https://a.example/?p=2&amp;x=1>; REL='next', </d>; rel=\"first differences\"".parse()?);
    /// let links = Link::read(&headers)?;
    /// assert_eq!(links[0].target, "https://a.example/?p=2&x=1");
    /// assert!(links[0].is("next") && links[1].is("differences"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PagingError::Unreadable`]: more than 64 KiB, or a link that does not end. A header that cannot be read must
    /// not be taken for one that names no next page.
    pub fn read(headers: &HeaderMap) -> Result<Vec<Self>, PagingError> {
        let mut links = Vec::new();
        let mut left = MAX_BYTES;
        for value in headers.get_all(LINK) {
            left = left.checked_sub(value.len()).ok_or(PagingError::Unreadable)?;
            read_value(&String::from_utf8_lossy(value.as_bytes()), &mut links)?;
        }
        Ok(links)
    }

    /// The value of a header with these links, strictly after RFC 8288: what does not belong between angle brackets is
    /// percent-encoded.
    #[must_use]
    pub fn write(links: &[Self]) -> Option<HeaderValue> {
        let mut text = String::new();
        for link in links {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push('<');
            for c in link.target.chars() {
                if c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"') {
                    text.push(c);
                } else {
                    text.extend(crate::service_url::encode(c.encode_utf8(&mut [0; 4])));
                }
            }
            text.push_str(">; rel=\"");
            let token = |c: &char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | ',' | ';');
            let relations: Vec<String> =
                link.relations.iter().map(|relation| relation.chars().filter(token).collect()).collect();
            text.push_str(&relations.join(" "));
            text.push('"');
        }
        if text.is_empty() { None } else { HeaderValue::try_from(text).ok() }
    }

    /// The target of the first link of that relation.
    pub(crate) fn find<'a>(links: &'a [Self], relation: &str) -> Option<&'a str> {
        links.iter().find(|link| link.is(relation)).map(|link| link.target.as_str())
    }
}

/// What is still to be read of a header.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip(&mut self, set: &[char]) {
        self.0 = self.0.trim_start_matches(set);
    }

    fn take(&mut self, expected: char) -> bool {
        match self.0.strip_prefix(expected) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Everything before one of the characters, which stays.
    fn until(&mut self, set: &[char]) -> &'a str {
        let (taken, rest) =
            self.0.split_at_checked(self.0.find(set).unwrap_or(self.0.len())).unwrap_or((self.0, ""));
        self.0 = rest;
        taken.trim()
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

fn read_value(value: &str, links: &mut Vec<Link>) -> Result<(), PagingError> {
    let mut rest = Rest(value);
    loop {
        rest.skip(&[' ', '\t', ',', ';']);
        if rest.0.is_empty() {
            return Ok(());
        }
        let target = if rest.take('<') { bracketed(&mut rest)? } else { rest.until(&[';', ',']) };
        let target = target.replace("&amp;", "&").replace("&#38;", "&").replace("&#x26;", "&");
        let (mut relations, mut parameters): (Option<Vec<String>>, _) = (None, false);
        loop {
            rest.skip(&BLANKS);
            if !rest.take(';') {
                // To the next link, over whatever stands before it; but quotes behind a quoted value mean that
                // nobody knows where it ended.
                let between = rest.until(&[',', ';']);
                if parameters && relations.is_none() && between.contains(['"', '\'']) {
                    return Err(PagingError::Unreadable);
                }
                if rest.0.starts_with(';') {
                    continue;
                }
                break;
            }
            parameters = true;
            let name = rest.until(&['=', ';', ',']);
            let value = if rest.take('=') { parameter(&mut rest)? } else { String::new() };
            if name.eq_ignore_ascii_case("rel") && relations.is_none() {
                relations = Some(value.split_ascii_whitespace().map(str::to_ascii_lowercase).collect());
            }
        }
        if let Some(relations) = relations
            && !target.is_empty()
        {
            links.push(Link { target, relations });
        }
    }
}

/// What stands between angle brackets. Where the second one is forgotten, the parameters end it.
fn bracketed<'a>(rest: &mut Rest<'a>) -> Result<&'a str, PagingError> {
    let closed = rest.0.find(['<', '>']).filter(|at| rest.0.get(*at..).is_some_and(|r| r.starts_with('>')));
    let target = rest.until(if closed.is_some() { &['>'] } else { &[';'] });
    if rest.take('>') || rest.0.starts_with(';') { Ok(target) } else { Err(PagingError::Unreadable) }
}

/// The value of a parameter: between quotes of any sort, or bare. A last quote may be forgotten, unless more than this
/// one value stands behind the first.
fn parameter(rest: &mut Rest<'_>) -> Result<String, PagingError> {
    rest.skip(&BLANKS);
    for (open, close) in [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')] {
        if !rest.take(open) {
            continue;
        }
        let mut value = String::new();
        let mut characters = rest.0.chars();
        let closed = loop {
            match characters.next() {
                Some('\\') => value.extend(characters.next()),
                Some(c) if c == close || c == open => break true,
                Some(c) => value.push(c),
                None => break false,
            }
        };
        rest.0 = characters.as_str();
        return if closed || !value.contains([';', ',', '<']) {
            Ok(value)
        } else {
            Err(PagingError::Unreadable)
        };
    }
    Ok(rest.until(&[';', ',']).trim_matches(['"', '\'', '“', '”']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Vec<(String, Vec<String>)> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Link::read(&headers).unwrap().into_iter().map(|link| (link.target, link.relations)).collect()
    }

    #[test]
    fn one_next_in_many_spellings() {
        for value in [
            r#"<https://a.example/?p=2>; rel="next""#,
            r#"<https://a.example/?p=2>;rel=next"#,
            r#"<https://a.example/?p=2>; rel='next'"#,
            r#"<https://a.example/?p=2>; REL="Next""#,
            r#"<https://a.example/?p=2>; title="a, b; rel=\"x\""; rel="next""#,
            r#"<https://a.example/?p=2>; rel="prefetch next"; rel="last""#,
            r#" < https://a.example/?p=2 > ; rel = "next" "#,
            r#"https://a.example/?p=2; rel="next""#,
            r#"<https://a.example/?p=2>; rel=“next”"#,
            r#"<https://a.example/?p=2>; rel="next"#,
            r#"<https://a.example/?p=2> rel="x"; rel="next""#,
            r#",, ;<https://a.example/?p=2>;;rel="next";"#,
            r#"<https://a.example/?p=2; rel="next""#,
            r#"<https://a.example/?p=2; rel="next", <https://a.example/?p=9>; rel="last""#,
        ] {
            let links = read(&[value]);
            assert_eq!(links.iter().filter(|link| link.1.contains(&"next".to_owned())).count(), 1, "{value}");
            assert_eq!(links[0].0, "https://a.example/?p=2", "{value}");
            assert!(links[0].1.contains(&"next".to_owned()), "{value}");
        }
    }

    #[test]
    fn several_links_in_one_header_or_several() {
        let expected = [
            ("/a,b;c".to_owned(), vec!["first".to_owned()]),
            ("/n".to_owned(), vec!["next".to_owned()]),
            ("/d".to_owned(), vec!["differences".to_owned()]),
        ];
        assert_eq!(read(&[r#"</a,b;c>; rel="first", </n>; rel="next",</d>;rel=differences"#]), expected);
        assert_eq!(read(&[r#"</a,b;c>; rel="first""#, "</n>; rel=next", "</d>;rel=differences"]), expected);
    }

    #[test]
    fn what_is_no_link_is_none() {
        for value in ["", ",", "<>; rel=next", "</a>", "</a>; rel", "; rel=next", "</a>; title=next"] {
            assert!(
                read(&[value]).iter().all(|(_, relations)| !relations.contains(&"next".to_owned())),
                "{value}"
            );
        }
    }

    /// "There is no next page" and "nobody knows" are two things: the one ends a list, the other breaks it.
    #[test]
    fn a_header_that_cannot_be_read_is_no_end_of_the_list() {
        let long = format!("</a>; rel=next; x=\"{}\"", "y".repeat(MAX_BYTES));
        for value in [
            "<",
            "<https://a.example/?p=2",
            "</a>; rel=first, </b rel=next",
            r#"</a>; title="x; rel="next""#,
            r#"</a>; x='y; rel=next"#,
            &long,
        ] {
            let mut headers = HeaderMap::new();
            headers.append(LINK, HeaderValue::from_str(value).unwrap());
            assert_eq!(Link::read(&headers), Err(PagingError::Unreadable), "{value:.60}");
        }
    }

    #[test]
    fn written_strictly() {
        let links = [Link::new("https://a.example/?q=a b\"<é>", "next"), Link::new("/d", "Differences")];
        let value = Link::write(&links).unwrap();
        assert_eq!(
            value,
            r#"<https://a.example/?q=a%20b%22%3C%C3%A9%3E>; rel="next", </d>; rel="differences""#
        );
        assert_eq!(Link::write(&[]), None);
    }
}
