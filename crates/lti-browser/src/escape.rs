//! Escaping for the templates (HTML Living Standard §13.1.2.4, §13.2.3.5).

use std::fmt;

use askama::filters::Escaper;

/// The template engine's escaper, which also writes carriage returns as references: an HTML parser turns raw
/// ones into line feeds, and a field would arrive as something else than was given.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for (index, part) in text.split('\r').enumerate() {
            if index > 0 {
                dest.write_str("&#13;")?;
            }
            askama::filters::Html.write_escaped_str(&mut dest, part)?;
        }
        Ok(())
    }
}
