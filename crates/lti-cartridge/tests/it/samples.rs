//! Real packages, where they are: read without panic, valid ones without errors, the others with what is wrong with
//! them, and all of them written again and read back.

use std::fs::File;
use std::io::Cursor;
use std::path::Path;

use lti_cartridge::{
    CartridgeReader, ChangeKind, Limits, Profile, Reading, Rule, Settings, Severity, Version,
};

use crate::outside;

fn open(folder: &Path, name: &str) -> CartridgeReader<File> {
    CartridgeReader::open(File::open(folder.join(name)).unwrap(), &Limits::default()).unwrap()
}

fn read(folder: &Path, name: &str) -> Reading {
    open(folder, name).read().unwrap()
}

fn count(reading: &Reading, rule: Rule) -> usize {
    reading.diagnostics.iter().filter(|d| d.rule == rule).count()
}

fn missing_files(reading: &Reading) -> Vec<&str> {
    let missing = reading.diagnostics.iter().filter(|d| d.rule == Rule::MissingFile);
    missing.map(|d| d.place.file.as_deref().unwrap()).collect()
}

fn samples() -> Option<std::path::PathBuf> {
    outside::shared("samples/imscc")
}

#[test]
fn cc_2_valid_samples_have_no_errors() {
    let Some(folder) = samples() else { return };
    for name in ["canvas-sandbox-cc11.imscc", "canvas_cc-gem-fixture-cc11.imscc", "thin-cc13-weblink.imscc"] {
        let reading = read(&folder, name);
        let errors: Vec<_> = reading.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
        assert!(errors.is_empty() && reading.is_complete(), "{name}: {errors:?}");
    }
    let thin = read(&folder, "thin-cc13-weblink.imscc");
    assert_eq!((thin.declared.profile, thin.declared.minor()), (Profile::Thin, Some(3)));
    assert_eq!(thin.diagnostics, []);
}

#[test]
fn cc_2_links_of_the_samples() {
    let Some(folder) = samples() else { return };
    let links = |name: &str| {
        read(&folder, name).cartridge.lti_links().map(|(_, link)| link.clone()).collect::<Vec<_>>()
    };
    let modules = links("canvas-modules-cc11.imscc");
    assert_eq!(modules.len(), 2);
    let vimeo = modules.iter().find(|link| link.title == "Vimeo").unwrap();
    let canvas = vimeo.extension("canvas.instructure.com").unwrap();
    assert_eq!(canvas.value("tool_id"), Some("vimeo"));
    assert_eq!(
        canvas.options.iter().map(|o| o.name.as_str()).collect::<Vec<_>>(),
        ["editor_button", "resource_selection"]
    );

    let small = links("canvas-small-cc11-two-lti.imscc");
    assert_eq!(small.len(), 2);
    assert_eq!(small[0].bundle.as_deref(), Some("BLTI001_Bundle"));
    assert_eq!(small[0].custom[1].value, "value2");
    assert_eq!(small[1].vendor, None, "the second has no vendor");
    assert_eq!(links("canvas-large-cc13.imscc").len(), 1);
}

#[test]
fn invalid_samples_say_what_is_wrong() {
    let Some(folder) = samples() else { return };
    let modules = read(&folder, "canvas-modules-cc11.imscc");
    assert_eq!(count(&modules, Rule::ElementOrder), 2, "custom and extensions after vendor");

    let large = read(&folder, "canvas-large-cc13.imscc");
    assert!(count(&large, Rule::TypeOfOtherVersion) > 10, "types of 1.1");
    assert!(count(&large, Rule::ElementOrder) > 5, "file after dependency");
    assert!(count(&large, Rule::NestedOptions) > 0, "nested options");

    for name in ["canvas-single-page-cc13.imscc", "all-question-types-cc13.imscc"] {
        assert!(count(&read(&folder, name), Rule::TypeOfOtherVersion) > 0, "{name}");
    }

    let small = read(&folder, "canvas-small-cc11-two-lti.imscc");
    assert_eq!(missing_files(&small), ["I_00008_R.xml"]);
    assert_eq!(count(&small, Rule::NoVendor), 1);
    assert_eq!(count(&small, Rule::DuplicateIdentifier), 1);
    assert!(count(&small, Rule::Junk) > 0, "__MACOSX");

    let corrupt = read(&folder, "canvas-small-cc11-corrupt.imscc");
    let missing = missing_files(&corrupt);
    for file in [
        "I_00001_R/Learning_Objectives.html",
        "I_00005_R/weblink1.xml",
        "I_00008_R.xml",
        "I_00006_R/discussion.xml",
        "f5/f5.jpg",
    ] {
        assert!(missing.contains(&file), "{file} in {missing:?}");
    }
    assert_eq!(corrupt.cartridge.lti_links().count(), 2, "what is left is read");

    let gem = read(&folder, "canvas_cc-gem-course-cc11.imscc");
    assert_eq!(count(&gem, Rule::IdentifierNotName), 6, "identifiers that begin with a digit");

    let broken = read(&folder, "broken-weblinks-cc11.imscc");
    assert_eq!(count(&broken, Rule::MisspeltNamespace), 54);
}

#[test]
fn every_sample_is_written_again_and_read_back_equal() {
    let Some(folder) = samples() else { return };
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".imscc"));
    names.sort();
    assert_eq!(names.len(), 11);
    for name in &names {
        for version in Version::ALL {
            let mut source = open(&folder, name);
            let mut cartridge = source.read().unwrap().cartridge;
            let changes = cartridge.fit(version);
            assert!(cartridge.fit(version).is_empty(), "{name}: fitting twice changes nothing");
            let mut package = Vec::new();
            cartridge.write_to(&mut package, &Settings::new(version), &mut source).unwrap();
            let again =
                CartridgeReader::open(Cursor::new(package), &Limits::default()).unwrap().read().unwrap();
            assert!(again.is_complete(), "{name} {version}: {:?}", again.diagnostics);
            assert_eq!(again.cartridge, cartridge, "{name} {version}");
            let kept_links = !changes
                .iter()
                .any(|c| c.kind == ChangeKind::ResourceRemoved && is_link(c, &mut open(&folder, name)));
            assert!(kept_links, "{name} {version}: no LTI link is lost: {changes:?}");
        }
    }
}

fn is_link(change: &lti_cartridge::Change, reader: &mut CartridgeReader<File>) -> bool {
    let cartridge = reader.read().unwrap().cartridge;
    cartridge.lti_links().any(|(identifier, _)| Some(identifier) == change.identifier.as_ref())
}
