//! Write → read gives an equal model; read → write → read too; equal input gives equal bytes.

use std::io::Cursor;

use lti_cartridge::{
    Cartridge, CartridgeReader, ChangeKind, Content, Folder, Identifier, Item, Limits, Link, LinkDocument,
    LtiLink, Metadata, PackagePath, PlatformExtension, Property, Reading, Resource, Scope, Settings,
    TextType, Topic, Vendor, Version, WebLink,
};
use proptest::prelude::*;

use crate::fixtures::{self, FileMap, item, resource};

pub(crate) fn write(cartridge: &Cartridge, version: Version, files: &FileMap) -> Vec<u8> {
    let mut package = Vec::new();
    cartridge.write_to(&mut package, &Settings::new(version), files.clone()).unwrap();
    package
}

pub(crate) fn read(package: &[u8]) -> Reading {
    CartridgeReader::open(Cursor::new(package), &Limits::default()).unwrap().read().unwrap()
}

#[test]
fn cc_13_what_is_written_is_read_back() {
    for version in Version::ALL {
        let (cartridge, files) = fixtures::large(version);
        let package = write(&cartridge, version, &files);
        let reading = read(&package);
        assert_eq!(reading.diagnostics, [], "{version}");
        assert_eq!(reading.cartridge, cartridge, "{version}");
        assert_eq!(reading.declared.nearest(), version);
        assert_eq!(
            write(&reading.cartridge, version, &files),
            package,
            "{version}: written again, the same bytes"
        );
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    let (cartridge, files) = fixtures::large(Version::V1_3);
    assert_eq!(write(&cartridge, Version::V1_3, &files), write(&cartridge, Version::V1_3, &files));
    let seekable = || {
        let mut sink = Cursor::new(Vec::new());
        cartridge.write_to_seekable(&mut sink, &Settings::new(Version::V1_3), files.clone()).unwrap();
        sink.into_inner()
    };
    assert_eq!(seekable(), seekable());
    assert_eq!(read(&seekable()).cartridge, cartridge);
}

#[test]
fn losses_are_the_same_before_and_after_writing() {
    use lti_cartridge::{Feature, Target};
    let (cartridge, files) = fixtures::large(Version::V1_1);
    let mut package = Vec::new();
    let written = cartridge.write_to(&mut package, &Settings::default(), files).unwrap();
    for target in Target::ALL {
        assert_eq!(written.losses(target), cartridge.losses(target), "{target}");
    }
    let canvas = cartridge.losses(Target::Canvas);
    let outside = canvas.iter().find(|loss| loss.feature == Feature::LtiOutsideOutline).unwrap();
    assert_eq!(outside.count, 1, "the link with the icon");
    assert!(!canvas.iter().any(|loss| loss.feature == Feature::Custom));
}

#[test]
fn files_come_back_byte_for_byte() {
    use std::io::Read;
    let (cartridge, files) = fixtures::large(Version::V1_1);
    let package = write(&cartridge, Version::V1_1, &files);
    let mut reader = CartridgeReader::open(Cursor::new(package), &Limits::default()).unwrap();
    for (path, expected) in &files {
        let mut bytes = Vec::new();
        reader.file(path).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(&bytes, expected, "{path}");
    }
    let nowhere: PackagePath = "nowhere".parse().unwrap();
    assert_eq!(reader.file(&nowhere).unwrap_err().code(), "no_such_file");
}

#[test]
fn a_newer_model_is_fitted_to_an_older_version() {
    let (mut cartridge, files) = fixtures::large(Version::V1_3);
    let changes = cartridge.fit(Version::V1_1);
    let kinds: std::collections::BTreeSet<_> = changes.iter().map(|change| change.kind).collect();
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        [ChangeKind::StandardsRemoved, ChangeKind::IntendedUseRemoved]
    );
    assert_eq!(read(&write(&cartridge, Version::V1_1, &files)).cartridge, cartridge);
    cartridge.fit(Version::Thin1_3);
    assert!(cartridge.resources.len() >= 201);
    assert_eq!(read(&write(&cartridge, Version::Thin1_3, &FileMap::new())).cartridge, cartridge);
}

#[test]
fn an_address_for_questions_that_is_too_long_is_taken_out() {
    let mut cartridge = fixtures::one_link();
    let Content::LtiLink(link) = &mut cartridge.resources[0].content else { panic!("a link") };
    link.vendor.as_mut().unwrap().email = Some("é".repeat(4097));
    let changes: Vec<_> = cartridge.fit(Version::V1_1).iter().map(|change| change.kind).collect();
    assert_eq!(changes, [ChangeKind::Text]);
    assert_eq!(read(&write(&cartridge, Version::V1_1, &FileMap::new())).cartridge, cartridge);
}

#[test]
fn link_documents_come_back() {
    for version in Version::ALL {
        let link = fixtures::full_link(1, version);
        let xml = LinkDocument::new(link.clone()).to_xml(&Settings::new(version)).unwrap();
        let read = LinkDocument::parse(xml.as_bytes()).unwrap();
        assert_eq!(read.diagnostics, []);
        assert_eq!(read.link, link);
    }
    for (bad, code) in [
        ("", "not_a_link"),
        ("<a/>", "not_a_link"),
        ("<!DOCTYPE x><cartridge_basiclti_link/>", "doctype"),
        ("<cartridge_basiclti_link>", "malformed_xml"),
        ("<cartridge_basiclti_link>&x;</cartridge_basiclti_link>", "unknown_entity"),
    ] {
        assert_eq!(LinkDocument::parse(bad.as_bytes()).unwrap_err().code(), code, "{bad}");
    }
    assert_eq!(LinkDocument::parse(&[b' '; 300_000]).unwrap_err().code(), "too_large");
    assert_eq!(LinkDocument::parse(b"<a>\xFF</a>").unwrap_err().code(), "encoding");
}

prop_compose! {
    fn links()(
        title in ".*",
        description in proptest::option::of("\\PC*|.*"),
        url in "(https?://[a-z0-9.]{1,9}/\\PC{0,9})|.{0,9}",
        secure in proptest::option::of("(https?://[a-z.]{1,9}/[a-z?&=]{0,9})|.{0,9}"),
        custom in proptest::collection::vec(("[a-z_][a-z0-9_.-]{0,5}|.{0,5}", ".*"), 0..4),
        platform in "[a-z.]{1,9}|.{0,3}",
        vendor in proptest::option::of(("[a-z][a-z.]{0,9}|.{0,5}", ".*", proptest::option::of(".*"))),
        icon in proptest::option::of("https?://[a-z]{1,4}/[a-z]{0,4}|.{0,5}"),
    ) -> LtiLink {
        let mut link = LtiLink::new(title, url);
        link.description = description;
        link.secure_launch_url = secure;
        link.custom = custom.into_iter().map(|(name, value)| Property::new(name, value)).collect();
        let mut extension = PlatformExtension::new(platform);
        extension.set("a", "b");
        link.extensions = vec![extension];
        link.vendor = vendor.map(|(code, name, email)| {
            let mut vendor = Vendor::new(code, name);
            vendor.email = email;
            vendor
        });
        link.icon = icon.map(lti_cartridge::Icon::new);
        link
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is put into a model: once it is fitted, it is written, and comes back equal and without diagnostics.
    #[test]
    fn whatever_fits_comes_back(
        title in ".*",
        keywords in proptest::collection::vec(".*", 0..3),
        link in links(),
        text in ".*",
        web in "[a-z]{1,5}:\\PC{0,9}|.{0,9}",
        names in proptest::collection::vec(".*", 3),
        version in proptest::sample::select(Version::ALL.to_vec()),
    ) {
        let mut metadata = Metadata::new(title);
        metadata.keywords = keywords;
        metadata.description = Some(text.clone());
        let mut cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, "p"), metadata);
        cartridge.resources = vec![
            Resource::new(resource("a"), link),
            Resource::new(resource("b"), WebLink::new(names[0].clone(), web)),
            Resource::new(resource("c"), Topic::new(names[1].clone(), text, TextType::Plain)),
        ];
        let members = ["a", "b", "c"].map(|key| Item::Link(Link::new(item(key), names[2].clone(), resource(key))));
        cartridge.items = vec![Item::Folder(Folder::new(item("f"), names[1].clone(), members.to_vec()))];
        cartridge.fit(version);
        prop_assert!(cartridge.fit(version).is_empty());
        let reading = read(&write(&cartridge, version, &FileMap::new()));
        prop_assert_eq!(&reading.diagnostics, &vec![]);
        prop_assert_eq!(reading.cartridge, cartridge);
    }

    /// Whatever bytes are given as a link: no panic, and what is read can be fitted, written and read back.
    #[test]
    fn any_document_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[<>/a-z=\"&;!\\[\\]\\- ]{0,80}") {
        let _ = LinkDocument::parse(&bytes);
        let _ = LinkDocument::parse(text.as_bytes());
        let wrapped = format!("<cartridge_basiclti_link>{text}</cartridge_basiclti_link>");
        let _ = LinkDocument::parse(wrapped.as_bytes());
        let _ = CartridgeReader::open(Cursor::new(bytes), &Limits::default());
    }
}
