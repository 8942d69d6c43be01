//! XML as it is read: a small tree of elements by local name, whatever their prefix; no document types, no entities but
//! the five of XML; bounded in size, depth and number. The parser itself is quick-xml.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::EnvelopeError;

/// The most bytes that are read.
const MAX_BYTES: usize = 1024 * 1024;
const MAX_DEPTH: usize = 16;
const MAX_ELEMENTS: usize = 1000;

/// An element with all that is in it.
#[derive(Default)]
pub(super) struct Element {
    pub(super) name: String,
    text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The one child of that name, if there is one.
    pub(super) fn child(&self, name: &'static str) -> Result<Option<&Self>, EnvelopeError> {
        let mut found = self.children.iter().filter(|child| child.name == name);
        match (found.next(), found.next()) {
            (child, None) => Ok(child),
            _ => Err(EnvelopeError::Repeated(name)),
        }
    }

    pub(super) fn need(&self, name: &'static str) -> Result<&Self, EnvelopeError> {
        self.child(name)?.ok_or(EnvelopeError::Missing(name))
    }

    /// Its own text, without the blanks that people indent with: for codes, numbers and addresses.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// Its own text as it stands there: an opaque one that is changed is another. Only what stands on a line of its own
    /// is taken out of it, since nobody but an indenter writes it there.
    fn verbatim(&self) -> &str {
        let text = self.text.trim();
        match self.text.split_once(text) {
            Some((before, after)) if before.contains('\n') && after.contains('\n') => text,
            _ => &self.text,
        }
    }

    /// The text of a child as it stands there; a blank one counts as absent.
    pub(super) fn verbatim_of(&self, name: &'static str) -> Result<Option<&str>, EnvelopeError> {
        Ok(self.child(name)?.map(Self::verbatim).filter(|text| !text.trim().is_empty()))
    }

    /// The text of a child; an empty one counts as absent.
    pub(super) fn text_of(&self, name: &'static str) -> Result<Option<&str>, EnvelopeError> {
        Ok(self.child(name)?.map(Self::text).filter(|text| !text.is_empty()))
    }
}

/// The root of a document.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, EnvelopeError> {
    if bytes.len() > MAX_BYTES {
        return Err(EnvelopeError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| EnvelopeError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    // The parser does not look, and what cannot be written again was not XML.
    if !text.chars().all(is_xml_char) {
        return Err(EnvelopeError::Malformed);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0;
    loop {
        match reader.read_event().map_err(|_| EnvelopeError::Malformed)? {
            Event::Start(start) | Event::Empty(start) => {
                count += 1;
                if open.len() == MAX_DEPTH || count > MAX_ELEMENTS {
                    return Err(EnvelopeError::TooLarge);
                }
                if root.is_some() {
                    return Err(EnvelopeError::Malformed);
                }
                let name = start.local_name().into_inner().to_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::End(_) => {
                let element = open.pop().ok_or(EnvelopeError::Malformed)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => root = Some(element),
                }
            }
            Event::Text(text) => add(&mut open, &text.xml10_content())?,
            Event::CData(text) => add(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => add(&mut open, &resolve(&reference)?)?,
            Event::DocType(_) => return Err(EnvelopeError::Doctype),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof if open.is_empty() => return root.ok_or(EnvelopeError::Malformed),
            Event::Eof => return Err(EnvelopeError::Malformed),
        }
    }
}

fn add(open: &mut [Element], text: &str) -> Result<(), EnvelopeError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(EnvelopeError::Malformed),
    }
    Ok(())
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, EnvelopeError> {
    match reference.resolve_char_ref() {
        Ok(Some(c)) if is_xml_char(c) => Ok(c.to_string()),
        Ok(Some(_)) | Err(_) => Err(EnvelopeError::Malformed),
        Ok(None) => quick_xml::escape::resolve_predefined_entity(reference)
            .map(str::to_owned)
            .ok_or(EnvelopeError::UnknownEntity),
    }
}

/// `Char` of XML 1.0, production 2.
pub(super) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::{EnvelopeError, parse};

    fn text_of(document: &str) -> Result<String, EnvelopeError> {
        parse(document.as_bytes()).map(|root| root.text().to_owned())
    }

    #[test]
    fn text_and_references() {
        let document = "\u{feff}<?xml version='1.0'?><!-- c --><p:a xmlns:p='u'> x&amp;&#65;<!-- b --><![CDATA[<&]]></p:a>\n";
        assert_eq!(text_of(document).unwrap(), "x&A<&");
    }

    #[test]
    fn opaque_texts_are_not_trimmed() {
        for (text, read) in [
            (" x ", Some(" x ")),
            ("x\t", Some("x\t")),
            ("\nx", Some("\nx")),
            (" a b ", Some(" a b ")),
            ("&#32;x", Some(" x")),
            ("\n   x y\r\n  ", Some("x y")),
            (" \n ", None),
            ("", None),
        ] {
            let root = parse(format!("<a><b>{text}</b></a>").as_bytes()).unwrap();
            assert_eq!(root.verbatim_of("b").unwrap(), read, "{text:?}");
        }
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(text_of("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Err(EnvelopeError::Doctype));
        assert_eq!(text_of("<a>&b;</a>"), Err(EnvelopeError::UnknownEntity));
        assert_eq!(text_of(&"<a>".repeat(17)), Err(EnvelopeError::TooLarge));
        assert_eq!(text_of(&format!("<a>{}</a>", "<b/>".repeat(1000))), Err(EnvelopeError::TooLarge));
        assert_eq!(text_of(&format!("<a>{}</a>", "x".repeat(1024 * 1024))), Err(EnvelopeError::TooLarge));
        for malformed in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a>&#1;</a>",
            "<a>&#0;</a>",
            "<a>\u{0}</a>",
            "<a>\u{fffe}</a>",
            "x<a/>",
            "<a/><b/>",
            "<a/>x",
            "<a",
        ] {
            assert_eq!(text_of(malformed), Err(EnvelopeError::Malformed), "{malformed}");
        }
        assert_eq!(parse(b"<a>\xff</a>").map(|_| ()), Err(EnvelopeError::NotUtf8));
    }
}
