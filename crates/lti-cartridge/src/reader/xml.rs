//! XML as it is read: elements by local name, whatever their prefix; no document types, no entities but the five of
//! XML; bounded depth. The parser itself is quick-xml.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use thiserror::Error;

use super::limits::MAX_XML_DEPTH;
use crate::diagnostic::Rule;
use crate::text::is_xml_char;

/// Why a document is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum XmlError {
    /// Not well-formed.
    #[error("not well-formed at byte {0}")]
    Malformed(u64),
    /// With a document type declaration.
    #[error("with a document type declaration")]
    Doctype,
    /// With a reference to an entity that XML does not define.
    #[error("with an unknown entity")]
    UnknownEntity,
    /// Nested deeper than the limit.
    #[error("nested too deeply")]
    TooDeep,
}

impl XmlError {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.rule().code()
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        self.rule().spec()
    }

    pub(crate) fn rule(self) -> Rule {
        match self {
            Self::Malformed(_) => Rule::MalformedXml,
            Self::Doctype => Rule::Doctype,
            Self::UnknownEntity => Rule::UnknownEntity,
            Self::TooDeep => Rule::TooDeep,
        }
    }
}

/// A walk over a document.
pub(crate) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    max_depth: usize,
}

enum Token<'a> {
    Start(Element<'a>),
    End,
    Text(Cow<'a, str>),
    Eof,
}

/// The start of an element.
#[derive(Debug)]
pub(crate) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The attribute with this local name, unless it declares a namespace. What cannot be unescaped is taken as it is.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        // Without checks for duplicates, which take quadratic time.
        self.0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|a| a.key.as_namespace_binding().is_none() && a.key.local_name().into_inner() == name)
            .map(|a| match a.normalized_value(XmlVersion::Explicit1_0) {
                Ok(value) => value.into_owned(),
                Err(_) => a.value.into_owned(),
            })
    }

    /// The namespace of this element as far as it is declared on it, and all declared namespaces.
    pub(crate) fn namespaces(&self) -> (Option<String>, Vec<String>) {
        let prefix = self.0.name().prefix().map(|p| p.into_inner().to_owned());
        let mut own = None;
        let mut all = Vec::new();
        for a in self.0.attributes().with_checks(false).flatten().take(64) {
            let declared = match a.key.as_ref().strip_prefix("xmlns") {
                Some("") => None,
                Some(rest) => match rest.strip_prefix(':') {
                    Some(name) => Some(name),
                    None => continue,
                },
                None => continue,
            };
            let uri = a.value.into_owned();
            if declared == prefix.as_deref() {
                own = Some(uri.clone());
            }
            all.push(uri);
        }
        (own, all)
    }
}

impl<'a> Xml<'a> {
    pub(crate) fn new(text: &'a str, max_depth: usize) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0, max_depth: max_depth.min(MAX_XML_DEPTH) }
    }

    fn token(&mut self) -> Result<Token<'a>, XmlError> {
        loop {
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(_) => return Err(self.malformed()),
            };
            return Ok(match event {
                Event::Start(start) | Event::Empty(start) => {
                    self.depth += 1;
                    if self.depth > self.max_depth {
                        return Err(XmlError::TooDeep);
                    }
                    Token::Start(Element(start))
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Token::End
                }
                Event::Text(text) => Token::Text(text.xml10_content()),
                Event::CData(text) => Token::Text(text.xml10_content()),
                Event::GeneralRef(reference) => Token::Text(self.reference(&reference)?),
                Event::DocType(_) => return Err(XmlError::Doctype),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
                Event::Eof if self.depth > 0 => return Err(self.malformed()),
                Event::Eof => Token::Eof,
            });
        }
    }

    fn malformed(&self) -> XmlError {
        XmlError::Malformed(self.reader.error_position())
    }

    fn reference(&self, reference: &quick_xml::events::BytesRef<'a>) -> Result<Cow<'a, str>, XmlError> {
        match reference.resolve_char_ref() {
            Ok(Some(c)) if is_xml_char(c) => Ok(Cow::Owned(c.to_string())),
            // A reference to a character that XML forbids: dropped, as the writer does.
            Ok(Some(_)) => Ok(Cow::Borrowed("")),
            Ok(None) => quick_xml::escape::resolve_predefined_entity(reference)
                .map(Cow::Borrowed)
                .ok_or(XmlError::UnknownEntity),
            Err(_) => Err(self.malformed()),
        }
    }

    /// The root element; `None` when there is none.
    pub(crate) fn root(&mut self) -> Result<Option<Element<'a>>, XmlError> {
        loop {
            match self.token()? {
                Token::Start(element) => return Ok(Some(element)),
                Token::Eof => return Ok(None),
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Text(_) | Token::End => return Err(self.malformed()),
            }
        }
    }

    /// The next child of the element that is open; `None` at its end. The child must be read to its end, by one of
    /// these methods, before the next call.
    pub(crate) fn child(&mut self) -> Result<Option<Element<'a>>, XmlError> {
        loop {
            match self.token()? {
                Token::Start(element) => return Ok(Some(element)),
                Token::End | Token::Eof => return Ok(None),
                Token::Text(_) => {}
            }
        }
    }

    /// All text up to the end of the element that is open, markup inside it left out.
    pub(crate) fn text(&mut self) -> Result<String, XmlError> {
        let mut text = String::new();
        let outer = self.depth.saturating_sub(1);
        loop {
            match self.token()? {
                Token::Text(part) => text.push_str(&part),
                Token::End if self.depth == outer => return Ok(text),
                Token::Start(_) | Token::End => {}
                Token::Eof => return Ok(text),
            }
        }
    }

    /// Reads to the end of the element that is open.
    pub(crate) fn skip(&mut self) -> Result<(), XmlError> {
        let outer = self.depth.saturating_sub(1);
        loop {
            match self.token()? {
                Token::End if self.depth == outer => return Ok(()),
                Token::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Reads what is left after the root; markup there is an error of the document.
    pub(crate) fn finish(&mut self) -> Result<(), XmlError> {
        loop {
            match self.token()? {
                Token::Eof => return Ok(()),
                Token::Text(text) if text.trim().is_empty() => {}
                _ => return Err(self.malformed()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(document: &str) -> Result<String, XmlError> {
        let mut xml = Xml::new(document, 4);
        xml.root()?;
        let text = xml.text()?;
        xml.finish()?;
        Ok(text)
    }

    #[test]
    fn text_and_references() {
        assert_eq!(text_of("<a>x&amp;&#65;&#x1F600;<![CDATA[<&]]><b>in</b></a>\n").unwrap(), "x&A😀<&in");
        assert_eq!(text_of("<a>&#1;</a>").unwrap(), "");
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(text_of("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Err(XmlError::Doctype));
        assert_eq!(text_of("<a>&b;</a>"), Err(XmlError::UnknownEntity));
        assert_eq!(text_of("<a><a><a><a><a/></a></a></a></a>"), Err(XmlError::TooDeep));
        for malformed in ["<a>", "<a></b>", "<a>&#0;</a>", "x<a/>", "<a/><b/>", "<a"] {
            assert!(matches!(text_of(malformed), Err(XmlError::Malformed(_))), "{malformed}");
        }
    }
}
