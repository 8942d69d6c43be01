//! XML as it is written: escaping that survives every parser, and nothing that XML 1.0 forbids.

use std::borrow::Cow;

use crate::text;

/// XML under construction. Names and raw parts come from this crate only; every other text goes through
/// [`Markup::text`] or [`Markup::attribute`].
#[derive(Debug, Default)]
pub(crate) struct Markup {
    out: String,
    /// Characters that XML 1.0 cannot hold and that were therefore left out.
    pub(crate) dropped: u64,
}

impl Markup {
    pub(crate) fn as_str(&self) -> &str {
        &self.out
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    pub(crate) fn clear(&mut self) {
        self.out.clear();
    }

    pub(crate) fn into_string(self) -> String {
        self.out
    }

    /// Markup of our own.
    pub(crate) fn raw(&mut self, markup: &str) -> &mut Self {
        self.out.push_str(markup);
        self
    }

    /// Character data.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        let text = self.legal(text);
        self.escape(&text, |byte| match byte {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            b'\r' => Some("&#13;"),
            _ => None,
        })
    }

    /// ` name="value"`; tabs and line ends are kept by references.
    pub(crate) fn attribute(&mut self, name: &str, value: &str) -> &mut Self {
        let value = self.legal(value);
        self.raw(" ").raw(name).raw("=\"");
        self.escape(&value, |byte| match byte {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            b'"' => Some("&quot;"),
            b'\t' => Some("&#9;"),
            b'\n' => Some("&#10;"),
            b'\r' => Some("&#13;"),
            _ => None,
        });
        self.raw("\"")
    }

    /// An attribute, when there is a value.
    pub(crate) fn attribute_if(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.attribute(name, value);
        }
        self
    }

    /// `<name>text</name>` and a line end.
    pub(crate) fn element(&mut self, name: &str, text: &str) -> &mut Self {
        self.raw("<").raw(name).raw(">");
        self.text(text);
        self.raw("</").raw(name).raw(">\n")
    }

    /// An element, when there is a text.
    pub(crate) fn element_if(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            self.element(name, text);
        }
        self
    }

    fn legal<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let (text, dropped) = text::legal(text);
        self.dropped += u64::try_from(dropped).unwrap_or(u64::MAX);
        text
    }

    fn escape(&mut self, text: &str, escape: impl Fn(u8) -> Option<&'static str>) -> &mut Self {
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if let Some(reference) = escape(byte) {
                self.out.push_str(text.get(from..at).unwrap_or_default());
                self.out.push_str(reference);
                from = at + 1;
            }
        }
        self.out.push_str(text.get(from..).unwrap_or_default());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cc_14_special_characters() {
        let mut markup = Markup::default();
        markup.raw("<a").attribute("b", "x&\"<\n>").raw(">").text("ü]]>&\r\u{1}").raw("</a>");
        assert_eq!(markup.as_str(), "<a b=\"x&amp;&quot;&lt;&#10;&gt;\">ü]]&gt;&amp;&#13;</a>");
        assert_eq!(markup.dropped, 1);
    }
}
