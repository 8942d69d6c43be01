//! Packages that want to do harm, and packages that are merely broken: each a typed error or a diagnostic.

use std::io::{Cursor, Read, Write};

use lti_cartridge::{
    CartridgeReader, Content, Item, Limits, PackagePath, ReadError, Reading, Rule, Severity,
};
use zip::write::SimpleFileOptions;

/// A manifest of 1.1 with these items and resources.
pub(crate) fn manifest(items: &str, resources: &str) -> String {
    format!(
        "<manifest identifier=\"m\" xmlns=\"http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1\" \
         xmlns:lomm=\"http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest\">\
         <metadata><schema>IMS Common Cartridge</schema><schemaversion>1.1.0</schemaversion>\
         <lomm:lom><lomm:general><lomm:title><lomm:string>T</lomm:string></lomm:title></lomm:general></lomm:lom></metadata>\
         <organizations><organization identifier=\"o\" structure=\"rooted-hierarchy\"><item identifier=\"root\">{items}</item>\
         </organization></organizations><resources>{resources}</resources></manifest>"
    )
}

const LINK: &str = "<cartridge_basiclti_link xmlns=\"http://www.imsglobal.org/xsd/imslticc_v1p0\" \
    xmlns:blti=\"http://www.imsglobal.org/xsd/imsbasiclti_v1p0\" xmlns:lticp=\"http://www.imsglobal.org/xsd/imslticp_v1p0\">\
    <blti:title>L</blti:title><blti:launch_url>https://x.test/</blti:launch_url>\
    <blti:vendor><lticp:code>x.test</lticp:code><lticp:name>X</lticp:name></blti:vendor></cartridge_basiclti_link>";

const LTI: &str = "imsbasiclti_xmlv1p0";

fn resource(id: &str, kind: &str, href: &str) -> String {
    format!("<resource identifier=\"{id}\" type=\"{kind}\"><file href=\"{href}\"/></resource>")
}

pub(crate) fn package(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read_with(bytes: Vec<u8>, limits: &Limits) -> Result<Reading, ReadError> {
    CartridgeReader::open(Cursor::new(bytes), limits)?.read()
}

fn read(entries: &[(&str, &[u8])]) -> Result<Reading, ReadError> {
    read_with(package(entries), &Limits::default())
}

/// Reads a package with one LTI link in `l.xml`.
fn read_link(document: &[u8]) -> Reading {
    read(&[("imsmanifest.xml", manifest("", &resource("r", LTI, "l.xml")).as_bytes()), ("l.xml", document)])
        .unwrap()
}

fn rules(reading: &Reading) -> Vec<Rule> {
    reading.diagnostics.iter().map(|d| d.rule).collect()
}

fn code(result: Result<Reading, ReadError>) -> &'static str {
    let error = result.unwrap_err();
    assert!(!error.spec().is_empty() && !error.to_string().is_empty());
    error.code()
}

#[test]
fn what_is_no_package() {
    assert_eq!(code(read_with(b"not a zip".to_vec(), &Limits::default())), "archive");
    assert_eq!(code(read_with(Vec::new(), &Limits::default())), "archive");
    assert_eq!(code(read(&[("a", b"")])), "no_manifest");
    assert_eq!(code(read(&[("imsmanifest.xml", b"")])), "not_a_manifest");
    assert_eq!(code(read(&[("imsmanifest.xml", b"<course/>")])), "not_a_manifest");
    assert_eq!(code(read(&[("imsmanifest.xml", b"<manifest>")])), "malformed_xml");
    assert_eq!(code(read(&[("imsmanifest.xml", b"<manifest>\xE9</manifest>")])), "manifest_encoding");
    assert_eq!(
        code(read(&[("a/imsmanifest.xml", b"<manifest/>"), ("b/imsmanifest.xml", b"<manifest/>")])),
        "no_manifest"
    );
}

#[test]
fn document_types_and_entities_are_refused() {
    let laughs = "<!DOCTYPE m [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><manifest>&b;</manifest>";
    assert_eq!(code(read(&[("imsmanifest.xml", laughs.as_bytes())])), "doctype");
    let external = "<!DOCTYPE m SYSTEM \"file:///etc/passwd\"><manifest/>";
    assert_eq!(code(read(&[("imsmanifest.xml", external.as_bytes())])), "doctype");
    assert_eq!(code(read(&[("imsmanifest.xml", b"<manifest>&x;</manifest>")])), "unknown_entity");
    let reading =
        read_link(format!("<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>{LINK}").as_bytes());
    assert_eq!(rules(&reading), [Rule::Doctype]);
    assert!(matches!(reading.cartridge.resources[0].content, Content::Other(_)));
    assert_eq!(rules(&read_link(LINK.replace(">L<", ">&nbsp;<").as_bytes())), [Rule::UnknownEntity]);
    assert_eq!(rules(&read_link(&LINK.as_bytes()[..200])), [Rule::MalformedXml]);
    assert_eq!(rules(&read_link(b"<webLink/>")), [Rule::WrongRoot]);
    assert_eq!(rules(&read_link(b"")), [Rule::WrongRoot]);
}

#[test]
fn depth_is_bounded() {
    let deep = |levels: usize| {
        let mut items = String::new();
        (0..levels).for_each(|n| items.push_str(&format!("<item identifier=\"i{n}\"><title>t</title>")));
        items.push_str(&"</item>".repeat(levels));
        manifest(&items, "")
    };
    assert_eq!(code(read(&[("imsmanifest.xml", deep(100_000).as_bytes())])), "too_deep");
    assert_eq!(read(&[("imsmanifest.xml", deep(200).as_bytes())]).unwrap().diagnostics, []);
    // However much a caller would allow.
    let mut limits = Limits::default();
    limits.xml_depth = usize::MAX;
    let bytes = package(&[("imsmanifest.xml", deep(100_000).as_bytes())]);
    assert_eq!(code(read_with(bytes, &limits)), "too_deep");
    let nested = format!("<cartridge_basiclti_link>{}", "<a>".repeat(100_000));
    assert!(rules(&read_link(nested.as_bytes())).contains(&Rule::TooDeep));
}

#[test]
fn no_error_is_crowded_out_and_none_goes_uncounted() {
    let mut limits = Limits::default();
    limits.diagnostics = 0;
    let missing = manifest("", &resource("r", LTI, "missing.xml"));
    let bytes = package(&[("../x", b"x"), ("..\\y", b"y"), ("imsmanifest.xml", missing.as_bytes())]);
    let few = read_with(bytes.clone(), &limits).unwrap();
    let all = read_with(bytes, &Limits::default()).unwrap();
    assert!(!few.is_complete());
    assert_eq!(few.diagnostics.len() as u64 + few.omitted_diagnostics, all.diagnostics.len() as u64);
}

#[test]
fn cc_8_paths_that_leave_the_package() {
    let hrefs = [
        "../secret",
        "/etc/passwd",
        "a/../../secret",
        "..%2Fsecret",
        "C:\\x",
        "..\\x",
        "http://x.test/x",
        "file:///etc/passwd",
    ];
    let resources: String =
        hrefs.iter().enumerate().map(|(n, href)| resource(&format!("r{n}"), LTI, href)).collect();
    let manifest = manifest("", &resources);
    let names = ["../secret", "/etc/passwd", "a/../../secret", "..\\x", "C:/x"];
    let mut entries: Vec<(&str, &[u8])> = vec![("imsmanifest.xml", manifest.as_bytes())];
    entries.extend(names.map(|name| (name, LINK.as_bytes())));
    let reading = read(&entries).unwrap();
    assert_eq!(reading.cartridge.lti_links().count(), 0);
    let unsafe_paths = rules(&reading).into_iter().filter(|rule| *rule == Rule::UnsafePath).count();
    assert_eq!(unsafe_paths, names.len() + 6, "{:?}", reading.diagnostics);
    assert_eq!(rules(&reading).into_iter().filter(|rule| *rule == Rule::ExternalFile).count(), 2);
    assert!(!reading.is_complete());
}

#[test]
fn paths_that_are_only_odd() {
    let odd = [
        ("a\\b.xml", "a/b.xml", Rule::MendedPath),
        ("./c.xml?x=1", "c.xml", Rule::MendedPath),
        ("D.XML", "d.xml", Rule::PathCase),
    ];
    for (href, name, rule) in odd {
        let manifest = manifest("", &resource("r", LTI, href));
        let reading = read(&[("imsmanifest.xml", manifest.as_bytes()), (name, LINK.as_bytes())]).unwrap();
        assert_eq!((rules(&reading), reading.cartridge.lti_links().count()), (vec![rule], 1), "{href}");
    }
    for (href, name) in [("a%20b%C3%A9.xml", "a bé.xml"), ("100%.xml", "100%.xml"), ("x%41.xml", "x%41.xml")]
    {
        let manifest = manifest("", &resource("r", LTI, href));
        let reading = read(&[("imsmanifest.xml", manifest.as_bytes()), (name, LINK.as_bytes())]).unwrap();
        assert_eq!((rules(&reading), reading.cartridge.lti_links().count()), (vec![], 1), "{href}");
    }
    let based = manifest("", "<resource xml:base=\"in/\" identifier=\"r\" type=\"imsbasiclti_xmlv1p0\"><file href=\"l.xml\"/></resource>")
        .replace("<manifest ", "<manifest xml:base=\"top/\" ");
    let reading = read(&[("imsmanifest.xml", based.as_bytes()), ("top/in/l.xml", LINK.as_bytes())]).unwrap();
    assert_eq!((rules(&reading), reading.cartridge.lti_links().count()), (vec![], 1));
    let in_folder = manifest("", &(resource("r", LTI, "l.xml") + &resource("p", "webcontent", "p.html")));
    let reading =
        read(&[("x/imsmanifest.xml", in_folder.as_bytes()), ("x/l.xml", LINK.as_bytes()), ("x/p.html", b"")])
            .unwrap();
    assert_eq!((rules(&reading), reading.cartridge.lti_links().count()), (vec![Rule::ManifestPlace], 1));
}

#[test]
fn cc_4_equal_identifiers() {
    let items = "<item identifier=\"a\" identifierref=\"r\"><title>1</title></item>\
                 <item identifier=\"a\" identifierref=\"r\"><title>2</title></item>\
                 <item identifier=\"r\" identifierref=\"r\"><title>3</title></item>";
    let manifest = manifest(items, &(resource("r", LTI, "l.xml") + &resource("r", LTI, "l.xml")));
    let reading = read(&[("imsmanifest.xml", manifest.as_bytes()), ("l.xml", LINK.as_bytes())]).unwrap();
    assert_eq!(rules(&reading), [Rule::DuplicateIdentifier; 3]);
    assert_eq!((reading.cartridge.items.len(), reading.cartridge.lti_links().count()), (3, 2));
    let again = read(&[("imsmanifest.xml", manifest.as_bytes()), ("l.xml", LINK.as_bytes())]).unwrap();
    assert_eq!(reading, again, "the identifiers that were made up are stable");
}

#[test]
fn references_in_circles() {
    let items = "<item identifier=\"a\" identifierref=\"a\"><title>self</title></item>\
                 <item identifier=\"b\" identifierref=\"c\"><title>to an item</title><item identifier=\"c\" identifierref=\"b\"><title>back</title></item></item>\
                 <item identifier=\"d\" identifierref=\"r\"><title>with members</title><item identifier=\"e\"><title>member</title></item></item>";
    let circle = "<resource identifier=\"r\" type=\"webcontent\" href=\"p\"><file href=\"p\"/><dependency identifierref=\"s\"/></resource>\
                  <resource identifier=\"s\" type=\"webcontent\"><file href=\"p\"/><dependency identifierref=\"r\"/><dependency identifierref=\"s\"/></resource>";
    let reading = read(&[("imsmanifest.xml", manifest(items, circle).as_bytes()), ("p", b"")]).unwrap();
    let found = rules(&reading);
    assert_eq!(found.iter().filter(|rule| **rule == Rule::UnknownReference).count(), 3);
    use lti_cartridge::rules::SchematronRule;
    assert!(
        found.contains(&Rule::Schematron(SchematronRule::R7a))
            && found.contains(&Rule::Schematron(SchematronRule::R8b))
    );
    match &reading.cartridge.items[2] {
        Item::Folder(folder) => assert!(matches!(folder.items[..], [Item::Link(_), Item::Folder(_)])),
        Item::Link(_) => panic!("a link with members is a folder"),
        _ => unreachable!(),
    }
}

#[test]
fn encodings() {
    let text = manifest("", "").replace(">T<", ">Käse<");
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin: Vec<u8> = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
        .bytes()
        .chain(text.chars().map(|c| u8::try_from(c).unwrap()))
        .collect();
    let marked: Vec<u8> = "\u{FEFF}".bytes().chain(text.bytes()).collect();
    for (bytes, expected) in [(utf16, vec![Rule::Encoding]), (latin, vec![Rule::Encoding]), (marked, vec![])]
    {
        let reading = read(&[("imsmanifest.xml", &bytes)]).unwrap();
        assert_eq!((reading.cartridge.metadata.title.as_str(), rules(&reading)), ("Käse", expected));
    }
    assert_eq!(
        rules(&read_link(&LINK.replace(">L<", ">\u{e9}<").chars().map(|c| c as u8).collect::<Vec<_>>())),
        [Rule::UnknownEncoding]
    );
}

#[test]
fn limits() {
    let manifest = manifest("", &resource("r", LTI, "l.xml"));
    let bytes =
        || package(&[("imsmanifest.xml", manifest.as_bytes()), ("l.xml", LINK.as_bytes()), ("c", b"")]);
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        read_with(bytes(), &limits)
    };
    assert_eq!(code(with(|l| l.entries = 2)), "limit_entries");
    assert_eq!(code(with(|l| l.manifest_bytes = 100)), "limit_file_size");
    assert_eq!(code(with(|l| l.total_bytes = 100)), "limit_total_size");
    assert_eq!(
        rules(&with(|l| l.descriptor_bytes = 100).unwrap()),
        [Rule::OversizedEntry, Rule::UnlistedFile]
    );
    assert!(rules(&with(|l| l.path_bytes = 3).unwrap()).contains(&Rule::InvalidPath));
    assert!(rules(&with(|l| l.items = 0).unwrap()).contains(&Rule::TooManyItems));
    assert_eq!(code(with(|l| l.descriptors_bytes = 100)), "limit_descriptors");
    let quiet = with(|l| l.diagnostics = 0).unwrap();
    assert_eq!((quiet.diagnostics.len(), quiet.omitted_diagnostics), (0, 1));
    let long = package(&[("imsmanifest.xml", manifest.as_bytes()), (&"n".repeat(60_000), b"")]);
    let mut limits = Limits::default();
    limits.directory_bytes = 1000;
    let many: Vec<String> = (0..40).map(|n| format!("{n}{}", "n".repeat(60_000))).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert_eq!(code(read_with(package(&many), &limits)), "limit_directory");
    assert!(rules(&read_with(long, &limits).unwrap()).contains(&Rule::InvalidPath));
}

/// A ZIP archive with one manifest, and one entry whose ten gigabytes of zeros take ten megabytes.
pub(crate) fn bomb(names: [&str; 2], manifest: &[u8], claimed: u32) -> Vec<u8> {
    let [first, name] = names;
    let mut compress = flate2::Compress::new(flate2::Compression::fast(), false);
    let zeros = vec![0_u8; 1 << 20];
    let mut chunk = |flush| {
        let mut out = Vec::with_capacity(1 << 16);
        compress
            .compress_vec(if flush == flate2::FlushCompress::Finish { &[] } else { &zeros }, &mut out, flush)
            .unwrap();
        out
    };
    let (_, megabyte, end) = (
        chunk(flate2::FlushCompress::Full),
        chunk(flate2::FlushCompress::Full),
        chunk(flate2::FlushCompress::Finish),
    );
    let mut data = megabyte.repeat(10 << 10);
    data.extend(end);
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, method, data, size) in
        [(first, 0_u16, manifest, u32::try_from(manifest.len()).unwrap()), (name, 8, &data, claimed)]
    {
        let at = u32::try_from(out.len()).unwrap();
        let mut common = Vec::new();
        for short in [20, 0, method, 0, 33] {
            common.extend(short.to_le_bytes());
        }
        let checksum = if method == 0 { crc(data) } else { 0 };
        for long in [checksum, u32::try_from(data.len()).unwrap(), size] {
            common.extend(long.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(data);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(out.len()).unwrap();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0\x02\0\x02\0");
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc(data: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(data);
    crc.sum()
}

#[test]
fn a_bomb_of_ten_gigabytes() {
    let manifest = manifest("", &(resource("r", LTI, "boom") + &resource("p", "webcontent", "boom")));
    let mut narrow = Limits::default();
    narrow.ratio = 5;
    let wide = Limits::default();
    for (claimed, limits, rule, message) in [
        (1000, &wide, Rule::UnreadableEntry, "declared"),
        (0xFFFF_FFF0, &wide, Rule::OversizedEntry, "size of a file"),
        (0xFFFF_FFF0, &narrow, Rule::OversizedEntry, "compression ratio"),
    ] {
        let bytes = bomb(["imsmanifest.xml", "boom"], manifest.as_bytes(), claimed);
        assert!(bytes.len() > 5 << 20, "the bomb is a real one: {}", bytes.len());
        let mut reader = CartridgeReader::open(Cursor::new(bytes), limits).unwrap();
        let reading = reader.read().unwrap();
        assert_eq!(rules(&reading), [rule], "as a descriptor");
        assert_eq!(reading.diagnostics[0].severity, Severity::Error);
        let path: PackagePath = "boom".parse().unwrap();
        let mut file = reader.file(&path).unwrap();
        let (mut total, mut buffer) = (0_u64, vec![0; 1 << 16]);
        let error = loop {
            match file.read(&mut buffer) {
                Ok(0) => panic!("the bomb went off"),
                Ok(count) => total += count as u64,
                Err(error) => break error,
            }
        };
        assert!(total <= limits.file_bytes, "{total}");
        assert!(error.to_string().contains(message), "{error}");
    }
    for (claimed, expected) in [(1000, "archive"), (0xFFFF_FFF0, "limit_file_size")] {
        let bytes = bomb(["first", "imsmanifest.xml"], b"", claimed);
        assert_eq!(code(read_with(bytes, &Limits::default())), expected, "as the manifest");
    }
}

#[test]
fn every_cut_and_every_flipped_byte_is_survived() {
    let manifest = manifest(
        "<item identifier=\"i\" identifierref=\"r\"><title>t</title></item>",
        &resource("r", LTI, "l.xml"),
    );
    let whole = package(&[("imsmanifest.xml", manifest.as_bytes()), ("l.xml", LINK.as_bytes())]);
    for at in 0..whole.len() {
        let _ = read_with(whole[..at].to_vec(), &Limits::default());
        for bit in [0x01, 0x80] {
            let mut flipped = whole.clone();
            flipped[at] ^= bit;
            let _ = read_with(flipped, &Limits::default());
        }
    }
}

#[test]
fn lists_are_bounded() {
    let property = "<lticm:property name=\"a\">b</lticm:property>";
    let with = |count: usize| {
        let custom = format!("<blti:custom>{}</blti:custom><blti:launch_url>", property.repeat(count));
        let reading = read_link(LINK.replace("<blti:launch_url>", &custom).as_bytes());
        (reading.cartridge.lti_links().next().unwrap().1.custom.len(), rules(&reading))
    };
    assert_eq!(with(1000), (1000, vec![]));
    assert_eq!(with(5000), (1000, vec![Rule::TooManyItems]));
    let mut limits = Limits::default();
    limits.items = 2;
    let many = manifest(
        "",
        &resource("p", "webcontent", "p").replace(
            "/></r",
            "/><file href=\"q\"/><file href=\"r\"/><file href=\"s\"/><dependency identifierref=\"p\"/></r",
        ),
    );
    let reading = read_with(package(&[("imsmanifest.xml", many.as_bytes())]), &limits).unwrap();
    assert_eq!(rules(&reading).into_iter().filter(|rule| *rule == Rule::TooManyItems).count(), 1);
}

#[test]
fn damaged_entries_are_diagnostics() {
    let manifest = manifest("", &resource("r", LTI, "l.xml"));
    let mut bytes = package(&[("imsmanifest.xml", manifest.as_bytes()), ("l.xml", LINK.as_bytes())]);
    let at = bytes.windows(5).position(|w| w == b"l.xml").unwrap() + 20;
    bytes[at] ^= 0xFF;
    assert_eq!(rules(&read_with(bytes, &Limits::default()).unwrap()), [Rule::UnreadableEntry]);
}

#[test]
fn cc_12_documents_inside_the_manifest() {
    let thin = manifest("", &format!("<resource identifier=\"r\" type=\"imsbasiclti_xmlv1p3\">{LINK}</resource>\
        <resource identifier=\"w\" type=\"imswl_xmlv1p3\"><webLink><title>W</title><url href=\"https://x.test/\"/></webLink></resource>"))
        .replace("imsccv1p1", "imsccv1p3").replace("1.1.0", "1.3.0").replace("IMS Common", "IMS Thin Common");
    let reading = read(&[("imsmanifest.xml", thin.as_bytes())]).unwrap();
    assert_eq!(rules(&reading), [Rule::InlineDocument; 2]);
    assert_eq!(reading.cartridge.lti_links().next().unwrap().1.url(), Some("https://x.test/"));
    assert!(matches!(reading.cartridge.resources[1].content, Content::WebLink(_)));
}

#[test]
fn cc_10_mixed_versions_are_read() {
    let mixed = manifest("", &resource("r", "imsbasiclti_xmlv1p3", "l.xml"));
    let reading = read(&[("imsmanifest.xml", mixed.as_bytes()), ("l.xml", LINK.as_bytes())]).unwrap();
    assert_eq!((rules(&reading), reading.cartridge.lti_links().count()), (vec![Rule::TypeOfOtherVersion], 1));
    let unclear = manifest("", "").replace("1.1.0", "1.3.0");
    assert_eq!(rules(&read(&[("imsmanifest.xml", unclear.as_bytes())]).unwrap()), [Rule::VersionUnclear]);
}

#[test]
fn odd_outlines() {
    let odd = manifest("<item identifier=\"a\"/>", "")
        .replace("<item identifier=\"root\">", "<item identifier=\"root\"><title>Root</title>")
        .replace("</organizations>", "<organization identifier=\"p\"><item identifier=\"q\"><item identifier=\"s\"><title>S</title></item></item></organization></organizations>");
    let reading = read(&[("imsmanifest.xml", odd.as_bytes())]).unwrap();
    assert_eq!(rules(&reading), [Rule::RootItem, Rule::ManyRoots, Rule::NoTitle]);
    assert_eq!(reading.cartridge.items.len(), 2);
}
