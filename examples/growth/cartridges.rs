use std::io::Cursor;

use lti_cartridge::{
    CartridgeReader, Identifier, Limits, LtiLink, Metadata, OutlineWriter, Payload, Scope, Settings,
    WriteError,
};

/// Writes a cartridge of so many links, and forgets it; how many bytes it had.
#[must_use]
pub fn write_links(links: usize) -> u64 {
    let mut sink = Counted(0);
    write(&mut sink, links);
    sink.0
}

fn write(sink: impl std::io::Write, links: usize) {
    let identifier = Identifier::derived(Scope::Manifest, "catalog");
    let metadata = Metadata::new("A catalog");
    let mut outline = OutlineWriter::new(sink, &Settings::default(), &identifier, &metadata).unwrap();
    for n in 0..links {
        outline.lti_link(&format!("exercise-{n}"), &format!("Exercise {n}")).unwrap();
    }
    let pulled = outline.finish().unwrap().pull(|wanted| {
        let n = wanted.index;
        let link = LtiLink::new(format!("Exercise {n}"), format!("https://tool.example.com/launch/{n}"));
        Ok::<_, WriteError>(Payload::from(link))
    });
    pulled.unwrap();
}

/// Counts what is written, and forgets it.
struct Counted(u64);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A cartridge of so many links.
#[must_use]
pub fn package(links: usize) -> Vec<u8> {
    let mut package = Vec::new();
    write(&mut package, links);
    package
}

/// Reads it; how many links there were.
#[must_use]
pub fn read_package(package: Vec<u8>) -> usize {
    let mut reader = CartridgeReader::open(Cursor::new(package), &Limits::default()).unwrap();
    reader.read().unwrap().cartridge.lti_links().count()
}
