//! A reading as text for people: the outline, what lies outside of it, and the diagnostics.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::item::{Item, links};
use crate::{Content, Identifier, Reading, Resource};

/// Prints the outline as a tree, then the resources that it does not name, then the diagnostics. Control characters of
/// the package are escaped. For programs there is JSON: [`Reading`] implements `Serialize`.
impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cartridge = &self.cartridge;
        writeln!(f, "{} ({})", clean(&cartridge.metadata.title), self.declared)?;
        let resources: BTreeMap<&Identifier, &Resource> =
            cartridge.resources.iter().map(|resource| (&resource.identifier, resource)).collect();
        let mut stack = vec![cartridge.items.iter()];
        while let Some(top) = stack.last_mut() {
            let item = top.next();
            let indent = stack.len() * 2;
            match item {
                Some(Item::Folder(folder)) => {
                    writeln!(f, "{:indent$}{}/", "", clean(&folder.title))?;
                    stack.push(folder.items.iter());
                }
                Some(Item::Link(link)) => {
                    write!(f, "{:indent$}{}: ", "", clean(&link.title))?;
                    match resources.get(&link.resource) {
                        Some(resource) => writeln!(f, "{}", Short(resource))?,
                        None => writeln!(f, "{}", link.resource)?,
                    }
                }
                None => drop(stack.pop()),
            }
        }
        let named: BTreeSet<&Identifier> = links(&cartridge.items).map(|link| &link.resource).collect();
        let mut outside = cartridge.resources.iter().filter(|r| !named.contains(&r.identifier)).peekable();
        if outside.peek().is_some() {
            writeln!(f, "not in the outline:")?;
        }
        for resource in outside {
            writeln!(f, "  {}: {}", resource.identifier, Short(resource))?;
        }
        if !self.diagnostics.is_empty() {
            writeln!(f, "diagnostics:")?;
        }
        for diagnostic in &self.diagnostics {
            writeln!(f, "  {diagnostic}")?;
        }
        if self.omitted_diagnostics > 0 {
            writeln!(f, "  and {} more", self.omitted_diagnostics)?;
        }
        Ok(())
    }
}

fn clean(text: &str) -> String {
    text.chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

/// A resource in one line.
struct Short<'r>(&'r Resource);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.content {
            Content::LtiLink(link) => write!(f, "LTI link {}", clean(link.url().unwrap_or("without URL")))?,
            Content::WebLink(link) => write!(f, "web link {}", clean(&link.url))?,
            Content::Topic(_) => f.write_str("discussion topic")?,
            Content::WebContent(files) => write!(f, "web content, {} files", files.files.len())?,
            Content::Associated(files) => write!(f, "associated content, {} files", files.files.len())?,
            Content::Other(other) => write!(f, "{}", clean(&other.type_name))?,
        }
        for role in &self.0.roles {
            write!(f, " [{}]", role.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::outline::Outline;
    use crate::{CartridgeReader, Limits, LtiLink, Resource, Settings};

    #[test]
    fn a_reading_as_text() {
        let json = br#"{"key":"c","title":"Biology","items":[{"key":"f","title":"Week 1","items":[
            {"key":"q","title":"Quiz","roles":["Instructor"],"lti":{"url":"https://x.test/"}}]},
            {"key":"w","title":"Site","web":{"url":"https://y.test/"}}]}"#;
        let (mut cartridge, files) = Outline::parse(json).unwrap().into_cartridge().unwrap();
        cartridge
            .resources
            .push(Resource::new("alone".parse().unwrap(), LtiLink::new("a", "http://z.test/")));
        let mut package = Vec::new();
        cartridge.write_to(&mut package, &Settings::default(), files).unwrap();
        let reading =
            CartridgeReader::open(Cursor::new(package), &Limits::default()).unwrap().read().unwrap();
        assert_eq!(
            reading.to_string(),
            "Biology (Common Cartridge 1.1)\n  Week 1/\n    Quiz: LTI link https://x.test/ [Instructor]\n  \
             Site: web link https://y.test/\nnot in the outline:\n  alone: LTI link http://z.test/\n"
        );
        let json = serde_json::to_value(&reading).unwrap();
        assert_eq!(json["cartridge"]["resources"][0]["content"]["lti_link"]["launch_url"], "https://x.test/");
    }
}
