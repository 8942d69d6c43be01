//! What is written is valid by the official schemas (for 1.2 by an approximation), judged by `xmllint`.

use std::io::Cursor;
use std::process::Command;

use lti_cartridge::{Cartridge, LinkDocument, Settings, Version};

use crate::fixtures::{self, FileMap};
use crate::outside;

fn packages(version: Version) -> Vec<(&'static str, Cartridge, FileMap)> {
    let (large, files) = fixtures::large(version);
    vec![
        ("empty", fixtures::empty(), FileMap::new()),
        ("one", fixtures::one_link(), FileMap::new()),
        ("large", large, files),
    ]
}

#[test]
fn cc_1_every_version_is_valid() {
    let (Some(schemas), Some(_)) = (outside::shared("schemas"), outside::program("xmllint")) else { return };
    let folder = tempfile::tempdir().unwrap();
    for version in Version::ALL {
        for (name, cartridge, mut files) in packages(version) {
            let file = folder.path().join(format!("{name}-{version}.imscc"));
            let mut sink = Cursor::new(Vec::new());
            let settings = Settings::new(version);
            if name == "one" {
                cartridge.write_to(&mut sink, &settings, &mut files).unwrap();
            } else {
                cartridge.write_to_seekable(&mut sink, &settings, &mut files).unwrap();
            }
            std::fs::write(&file, sink.into_inner()).unwrap();
            let run = Command::new("bash").arg(schemas.join("validate.sh")).arg(&file).output().unwrap();
            let report = String::from_utf8_lossy(&run.stdout).into_owned();
            assert!(run.status.success(), "{name} {version}:\n{report}");
            assert!(!report.contains("INVALID") && !report.contains("skip "), "{name} {version}:\n{report}");
            let documents = report.lines().filter(|line| line.starts_with("ok")).count();
            let expected = match (name, version.is_thin()) {
                ("empty", _) => 1,
                ("one", _) => 2,
                (_, true) => 202,
                (_, false) => 205,
            };
            assert_eq!(documents, expected, "{name} {version}:\n{report}");
        }
    }
}

#[test]
fn cartridge_links_alone_are_valid() {
    let (Some(schemas), Some(_)) = (outside::shared("schemas"), outside::program("xmllint")) else { return };
    let folder = tempfile::tempdir().unwrap();
    for version in Version::ALL {
        let file = folder.path().join(format!("link-{version}.xml"));
        let document = LinkDocument::new(fixtures::full_link(3, version));
        std::fs::write(&file, document.to_xml(&Settings::new(version)).unwrap()).unwrap();
        let run = Command::new("bash").arg(schemas.join("validate.sh")).arg(&file).output().unwrap();
        let report = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success() && report.contains("ok "), "{version}:\n{report}");
    }
}
