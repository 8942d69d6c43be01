//! XML as it is written: escaped, and nothing that XML 1.0 forbids.

use super::xml::is_xml_char;
use crate::SignError;

/// XML under construction. Names come from this crate only; every text is escaped.
#[derive(Default)]
pub(super) struct Markup(String);

impl Markup {
    /// Begins a document with its root.
    pub(super) fn document(root: &str) -> Self {
        let declaration = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
        Self(format!("{declaration}\n<{root} xmlns=\"{}\">", super::NAMESPACE))
    }

    pub(super) fn open(&mut self, name: &str) -> &mut Self {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
        self
    }

    pub(super) fn close(&mut self, name: &str) -> &mut Self {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        self
    }

    pub(super) fn empty(&mut self, name: &str) -> &mut Self {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push_str("/>");
        self
    }

    /// An element of text.
    pub(super) fn element(&mut self, name: &str, text: &str) -> Result<&mut Self, SignError> {
        if !text.chars().all(is_xml_char) {
            return Err(SignError::NotXml);
        }
        self.open(name);
        // A reader makes line feeds of carriage returns, unless they are written as references.
        self.0.push_str(&quick_xml::escape::escape(text).replace('\r', "&#13;"));
        Ok(self.close(name))
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}
