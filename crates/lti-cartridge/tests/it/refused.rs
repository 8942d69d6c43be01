//! What the writer refuses: one thing broken, exactly one error.

use std::io::{self, Read, Write};

use lti_cartridge::{
    Cartridge, CartridgeReader, Content, EntryKind, Files, Folder, Icon, Identifier, IntendedUse, Item,
    Limits, Link, LtiLink, Metadata, NoFiles, OtherContent, OutlineWriter, PackagePath, Payload,
    PlatformExtension, Property, PropertyGroup, Resource, ResourceEntry, Settings, TextType, Topic, Vendor,
    Version, WebLink, WriteError,
};

use crate::fixtures::{self, FileMap, add, empty, item, one_link, path, resource};

fn error(cartridge: &Cartridge, version: Version, files: &FileMap) -> WriteError {
    let mut package = Vec::new();
    let error = cartridge.write_to(&mut package, &Settings::new(version), files.clone()).unwrap_err();
    assert!(
        CartridgeReader::open(io::Cursor::new(package), &Limits::default()).is_err(),
        "half a package is no package"
    );
    error
}

fn code(change: impl FnOnce(&mut Cartridge)) -> &'static str {
    code_in(Version::V1_1, change)
}

fn code_in(version: Version, change: impl FnOnce(&mut Cartridge)) -> &'static str {
    let mut cartridge = one_link();
    change(&mut cartridge);
    let error = error(&cartridge, version, &FileMap::new());
    assert!(!error.spec().is_empty() && !error.to_string().is_empty());
    error.code()
}

fn link(cartridge: &mut Cartridge) -> &mut LtiLink {
    match &mut cartridge.resources[0].content {
        Content::LtiLink(link) => link,
        _ => unreachable!(),
    }
}

#[test]
fn outlines() {
    assert_eq!(code(|c| c.metadata.title = " \t".into()), "empty_title");
    assert_eq!(code(|c| c.items.push(Item::Folder(Folder::new(item("x"), "\u{1}", vec![])))), "empty_title");
    assert_eq!(
        code(|c| add(c, "cell", "again", LtiLink::new("a", "https://x.test/"))),
        "duplicate_identifier"
    );
    assert_eq!(
        code(|c| c.items.push(Item::Link(Link::new(item("x"), "x", resource("none"))))),
        "unknown_resource"
    );
    // CC-4: an item with the identifier of a resource.
    assert_eq!(
        code(|c| c.items.push(Item::Link(Link::new(resource("cell"), "x", resource("cell"))))),
        "duplicate_identifier"
    );
    let deep =
        (0..101).fold(vec![], |items, n| vec![Item::Folder(Folder::new(item(&n.to_string()), "f", items))]);
    assert_eq!(code(|c| c.items = deep), "too_deep");
    let mut outline =
        OutlineWriter::new(io::sink(), &Settings::default(), &item("m"), &Metadata::new("t")).unwrap();
    assert_eq!(outline.end_folder().unwrap_err().code(), "unbalanced_folders");
    outline.folder(&item("f"), "f").unwrap();
    assert_eq!(outline.finish().unwrap_err().code(), "unbalanced_folders");
}

#[test]
fn versions() {
    let topic = || Topic::new("t", "x", TextType::Html);
    assert_eq!(code_in(Version::Thin1_3, |c| add(c, "t", "t", topic())), "kind_not_in_version");
    let other = || Content::Other(OtherContent::new("imsapip_zipv1p0", Files::default()));
    assert_eq!(code_in(Version::V1_3, |c| add(c, "o", "o", other())), "never_written");
    assert_eq!(
        code(|c| c.resources[0].intended_use = Some(IntendedUse::Syllabus)),
        "intended_use_not_in_version"
    );
    let page = |c: &mut Cartridge| {
        add(c, "p", "p", Content::WebContent(Files::one(path("a.html"))));
        c.resources[1].intended_use = Some(IntendedUse::Assignment);
    };
    assert_eq!(code_in(Version::V1_2, page), "intended_use_not_in_version");
    for version in [Version::V1_1, Version::V1_2] {
        assert_eq!(
            code_in(version, |c| c.metadata.standards = Some(fixtures::standards())),
            "standards_not_in_version"
        );
        assert_eq!(
            code_in(version, |c| c.resources[0].standards = vec![fixtures::standards()]),
            "standards_not_in_version"
        );
        assert_eq!(
            code_in(version, |c| link(c).standards = vec![fixtures::standards()]),
            "standards_not_in_version"
        );
    }
    let hollow = || lti_cartridge::StandardsSet::new(vec![]);
    assert_eq!(code_in(Version::V1_3, |c| c.resources[0].standards = vec![hollow()]), "incomplete_standards");
    assert_eq!(code_in(Version::V1_3, |c| link(c).standards = vec![hollow()]), "incomplete_standards");
    assert_eq!(code_in(Version::V1_3, |c| c.metadata.standards = Some(hollow())), "incomplete_standards");
}

#[test]
fn links() {
    assert_eq!(code(|c| link(c).title.clear()), "empty_title");
    assert_eq!(
        code(|c| {
            link(c).launch_url = None;
            link(c).secure_launch_url = None;
        }),
        "no_launch_url"
    );
    for bad in [
        "",
        "ftp://x.test/",
        "https://",
        "https://x test/",
        "relative",
        "javascript:alert(1)",
        "https://x.test/\u{7f}",
    ] {
        assert_eq!(code(|c| link(c).launch_url = Some(bad.into())), "invalid_url", "{bad}");
    }
    let long = format!("https://x.test/{}", "é".repeat(4096 - 15));
    let mut fits = one_link();
    *link(&mut fits) = LtiLink::new("t", long.clone());
    fits.write_to(io::sink(), &Settings::default(), NoFiles).unwrap();
    assert_eq!(code(|c| link(c).launch_url = Some(long + "e")), "invalid_url", "G14: 4096 characters");
    assert_eq!(code(|c| link(c).secure_launch_url = Some("http://x.test/".into())), "invalid_url");
    assert_eq!(code(|c| link(c).secure_icon = Some(Icon::new("http://x.test/i.png"))), "invalid_url");
    assert_eq!(code(|c| link(c).icon = Some(Icon::new("an icon"))), "invalid_url");
    // CC-7
    for bad in ["", "with blank", "1a", "a/b", "😀"] {
        assert_eq!(code(|c| link(c).custom.push(Property::new(bad, "x"))), "invalid_name", "{bad}");
        assert_eq!(code(|c| link(c).extensions.push(PlatformExtension::new(bad))), "invalid_name", "{bad}");
        assert_eq!(code(|c| link(c).vendor = Some(Vendor::new(bad, "x"))), "invalid_name", "{bad}");
        assert_eq!(code(|c| link(c).bundle = Some(bad.into())), "invalid_name", "{bad}");
    }
    let grouped = |c: &mut Cartridge| {
        let mut extension = PlatformExtension::new("canvas.instructure.com");
        extension.options.push(PropertyGroup::new("editor_button", vec![]));
        link(c).extensions.push(extension);
    };
    assert_eq!(code(grouped), "nested_options");
    assert_eq!(code(|c| add(c, "w", "w", WebLink::new("w", "no address"))), "invalid_url");
}

#[test]
fn cc_11_an_icon_is_a_dependency() {
    let with_icon = |c: &mut Cartridge| link(c).icon_resource = Some(resource("icon").to_string());
    assert_eq!(code(with_icon), "icon_is_no_dependency");
    let on_page = |c: &mut Cartridge| {
        c.resources.push(Resource::new(resource("page"), Content::WebContent(Files::default())));
        c.resources[0].dependencies.push(resource("page"));
    };
    assert_eq!(code(on_page), "schematron_rule");
    assert_eq!(code(|c| c.resources[0].dependencies.push(resource("none"))), "unknown_resource");
    assert_eq!(code(|c| c.resources[0].dependencies.push(resource("cell"))), "schematron_rule");
}

#[test]
fn paths() {
    let with = |paths: &[&str], at: &str| {
        let mut cartridge = one_link();
        for (n, text) in paths.iter().enumerate() {
            let content = Content::WebContent(Files::one(path(text)));
            cartridge.resources.push(Resource::new(resource(&n.to_string()), content));
        }
        let files = paths.iter().map(|text| (path(text), vec![])).collect();
        assert_eq!(error(&cartridge, Version::V1_1, &files).code(), at, "{paths:?}");
    };
    with(&["a/B.html", "A/b.html"], "duplicate_path");
    with(&["imsmanifest.xml"], "reserved_path");
    with(&["IMSManifest.XML"], "reserved_path");
    let folder = resource("cell").to_string();
    with(&[&format!("{folder}/x.html")], "reserved_path");
    with(&[&folder], "reserved_path");
    with(&["imsmanifest.xml/x.html"], "reserved_path");
    with(&["a.b", "a/b.html", "A"], "duplicate_path");
    // Associated content may lie beside a descriptor, and not in its place.
    for (file, at) in
        [("icon.png", None), ("lti.xml", Some("reserved_path")), ("LTI.xml/x", Some("reserved_path"))]
    {
        let mut cartridge = one_link();
        let path = path(&format!("{folder}/{file}"));
        cartridge
            .resources
            .push(Resource::new(resource("icon"), Content::Associated(Files::one(path.clone()))));
        let files = FileMap::from([(path, vec![1])]);
        let written = cartridge.write_to(io::sink(), &Settings::default(), files);
        assert_eq!(written.err().map(|error| error.code()), at, "{file}");
    }
    // A resource that is called as the manifest is has a folder that is not.
    let mut cartridge = empty();
    let identifier: Identifier = "IMSManifest.xml".parse().unwrap();
    cartridge.resources.push(Resource::new(identifier, LtiLink::new("t", "https://tool.example/")));
    let mut package = io::Cursor::new(Vec::new());
    link(&mut cartridge).vendor = Some(Vendor::new("example.com", "Example"));
    cartridge.write_to(&mut package, &Settings::default(), NoFiles).unwrap();
    assert_eq!(
        CartridgeReader::open(package, &Limits::default()).unwrap().read().unwrap().cartridge,
        cartridge
    );
    let files = |entry: Option<&str>, files: &[&str]| {
        let mut content = Files::default();
        content.entry = entry.map(path);
        content.files = files.iter().map(|text| path(text)).collect();
        content
    };
    for (content, named) in [
        (files(Some("a"), &[]), false),
        (files(Some("a"), &["b"]), false),
        (files(None, &["b"]), true),
        (files(None, &["b", "b"]), false),
    ] {
        let change = |c: &mut Cartridge| {
            c.resources.push(Resource::new(resource("x"), Content::WebContent(content)));
            if named {
                c.items.push(Item::Link(Link::new(item("x"), "x", resource("x"))));
            }
        };
        assert_eq!(code(change), "schematron_rule");
    }
    let page = |c: &mut Cartridge| add(c, "p", "p", Content::WebContent(Files::one(path("p.html"))));
    assert_eq!(code(page), "io", "a file that its source does not have");
}

#[test]
fn payloads() {
    let outline = |kind: EntryKind| {
        let mut outline =
            OutlineWriter::new(io::sink(), &Settings::default(), &item("m"), &Metadata::new("t")).unwrap();
        outline.resource(ResourceEntry::new(resource("r"), kind)).unwrap();
        outline.finish().unwrap()
    };
    let wrong =
        outline(EntryKind::LtiLink).pull(|_| Ok::<_, WriteError>(Payload::from(WebLink::new("a", "b:c"))));
    assert_eq!(wrong.unwrap_err().code(), "wrong_payload");
    let page = || EntryKind::WebContent(Files::one(path("a")));
    let wrong = outline(page()).pull(|_| Ok::<_, WriteError>(Payload::from(WebLink::new("a", "b:c"))));
    assert_eq!(wrong.unwrap_err().code(), "wrong_payload");
    let large = outline(page()).pull(|_| Ok::<_, WriteError>(Payload::Reader(Box::new(Broken))));
    assert_eq!(large.unwrap_err().code(), "io");
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("no more"))
    }
}

/// A sink that fails after so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("full"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_sink_is_an_error_wherever_it_is_full() {
    let mut package = Vec::new();
    one_link().write_to(&mut package, &Settings::default(), NoFiles).unwrap();
    for room in 0..package.len() {
        let error = one_link().write_to(Full(room), &Settings::default(), NoFiles).unwrap_err();
        assert_eq!(error.code(), "io", "{room}");
    }
    one_link().write_to(Full(package.len()), &Settings::default(), NoFiles).unwrap();
}

#[test]
fn cc_3_identifiers_and_paths_are_checked_by_their_types() {
    assert!("1x".parse::<Identifier>().is_err());
    assert!("../x".parse::<PackagePath>().is_err());
    assert!(serde_json::from_str::<PackagePath>("\"/etc/passwd\"").is_err());
    assert!(serde_json::from_str::<Identifier>("\"a b\"").is_err());
}

#[test]
fn cc_6_moodle_recognizes_the_manifest() {
    use std::io::Read;
    let (mut cartridge, files) = fixtures::large(Version::V1_1);
    cartridge.identifier = "m".repeat(200).parse().unwrap();
    let mut package = Vec::new();
    cartridge.write_to(&mut package, &Settings::default(), files).unwrap();
    let mut archive = zip::ZipArchive::new(io::Cursor::new(package)).unwrap();
    let mut manifest = archive.by_index(0).unwrap();
    assert_eq!(manifest.name().unwrap(), "imsmanifest.xml", "the manifest is the first entry");
    let mut head = vec![0; 1024];
    manifest.read_exact(&mut head).unwrap();
    let squeezed: String = String::from_utf8_lossy(&head)
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '"')
        .collect();
    assert!(squeezed.contains("xmlns=http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"));
}

#[test]
fn one_url_is_written_as_both_and_a_vendor_is_made_up() {
    let mut cartridge = empty();
    let mut link = LtiLink::new("a", "https://tool.example.com/x");
    link.secure_launch_url = None;
    add(&mut cartridge, "a", "a", link);
    let mut settings = Settings::for_target(lti_cartridge::Target::Canvas);
    let written = |settings: &Settings| {
        let mut package = Vec::new();
        cartridge.write_to(&mut package, settings, NoFiles).unwrap();
        let reading = crate::round_trip::read(&package);
        assert_eq!(reading.diagnostics, []);
        reading.cartridge.lti_links().next().unwrap().1.clone()
    };
    let read = written(&settings);
    assert_eq!(read.secure_launch_url.as_deref(), Some("https://tool.example.com/x"));
    assert_eq!(read.vendor, Some(Vendor::new("tool.example.com", "tool.example.com")));
    let canvas = read.extension("canvas.instructure.com").unwrap();
    assert_eq!(canvas.value("domain"), Some("tool.example.com"));
    settings.vendor = Some(Vendor::new("example.com", "Example Press"));
    assert_eq!(written(&settings).vendor, settings.vendor);
}
