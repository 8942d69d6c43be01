//! Writing and reading 10,000 LTI links, against the bare libraries in the same run.
//!
//! `cargo bench -p lti-cartridge` first interleaves subject and baseline and prints the ratio of their speeds (median,
//! p10, p90); it fails when a median misses its bound. Criterion's own figures follow.

// Helpers outside of test functions fail by panicking, too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use lti_cartridge::{
    CartridgeReader, Identifier, Limits, LtiLink, Metadata, OutlineWriter, Payload, Property, Scope,
    Settings, Vendor, WriteError,
};
use zip::write::SimpleFileOptions;

const LINKS: usize = 10_000;

/// The subject: outline and contents through the crate.
fn write(sink: impl Write) {
    let identifier = Identifier::derived(Scope::Manifest, "catalog");
    let metadata = Metadata::new("A catalog");
    let mut outline = OutlineWriter::new(sink, &Settings::default(), &identifier, &metadata).unwrap();
    for n in 0..LINKS {
        outline.lti_link(&format!("exercise-{n}"), &format!("Exercise {n}")).unwrap();
    }
    let pulled = outline.finish().unwrap().pull(|wanted| {
        let n = wanted.index;
        let mut link = LtiLink::new(format!("Exercise {n}"), format!("https://tool.example.com/launch/{n}"));
        link.custom = vec![Property::new("exercise", n.to_string())];
        link.vendor = Some(Vendor::new("example.com", "Example Press"));
        Ok::<_, WriteError>(Payload::from(link))
    });
    pulled.unwrap();
}

/// The baseline: the same documents by `format!`, no escaping, no checks, identifiers by counting.
fn write_bare(sink: impl Write) {
    let mut zip = zip::ZipWriter::new_stream(sink);
    let options = SimpleFileOptions::default().compression_level(Some(6));
    zip.start_file("imsmanifest.xml", options).unwrap();
    let mut manifest = String::from(MANIFEST_HEAD);
    for n in 0..LINKS {
        writeln!(
            manifest,
            "<item identifier=\"i{n:032x}\" identifierref=\"r{n:032x}\"><title>Exercise {n}</title></item>"
        )
        .unwrap();
    }
    manifest.push_str("</item>\n</organization>\n</organizations>\n<resources>\n");
    for n in 0..LINKS {
        writeln!(
            manifest,
            "<resource identifier=\"r{n:032x}\" type=\"imsbasiclti_xmlv1p0\"><file href=\"r{n:032x}/lti.xml\"/></resource>"
        )
        .unwrap();
    }
    manifest.push_str("</resources>\n</manifest>\n");
    zip.write_all(manifest.as_bytes()).unwrap();
    for n in 0..LINKS {
        zip.start_file(format!("r{n:032x}/lti.xml"), options).unwrap();
        let document = format!(
            "{LINK_HEAD}<blti:title>Exercise {n}</blti:title>\n<blti:custom>\n\
             <lticm:property name=\"exercise\">{n}</lticm:property>\n</blti:custom>\n\
             <blti:launch_url>https://tool.example.com/launch/{n}</blti:launch_url>\n\
             <blti:secure_launch_url>https://tool.example.com/launch/{n}</blti:secure_launch_url>\n\
             <blti:vendor>\n<lticp:code>example.com</lticp:code>\n<lticp:name>Example Press</lticp:name>\n\
             </blti:vendor>\n</cartridge_basiclti_link>\n"
        );
        zip.write_all(document.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// The subject: model and diagnostics.
fn read(package: &[u8]) -> usize {
    let mut reader = CartridgeReader::open(Cursor::new(package), &Limits::default()).unwrap();
    let reading = reader.read().unwrap();
    assert!(reading.diagnostics.is_empty());
    reading.cartridge.lti_links().count()
}

/// The baseline: every entry inflated, every XML event seen.
fn read_bare(package: &[u8]) -> usize {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    let mut events = 0;
    for index in 0..archive.len() {
        let mut text = String::new();
        archive.by_index(index).unwrap().read_to_string(&mut text).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        while reader.read_event().unwrap() != quick_xml::events::Event::Eof {
            events += 1;
        }
    }
    events
}

#[allow(clippy::disallowed_methods)] // A bench measures time.
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Interleaves baseline and subject; prints and returns the median of the subject's speed over the baseline's.
fn speed(name: &str, rounds: usize, baseline: impl Fn(), subject: impl Fn()) -> f64 {
    baseline();
    subject();
    let mut ratios: Vec<f64> = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let bare = time(&baseline);
        let ours = time(&subject);
        ratios.push(bare.as_secs_f64() / ours.as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    let at = |share: usize| ratios[(ratios.len() - 1) * share / 100];
    println!(
        "{name}: {:.2} of the bare speed (p10 {:.2}, p90 {:.2}; {rounds} rounds)",
        at(50),
        at(10),
        at(90)
    );
    at(50)
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let rounds = if quick { 1 } else { 15 };
    let mut package = Vec::new();
    write(&mut package);
    assert_eq!(read(&package), LINKS);
    let mut bare_package = Vec::new();
    write_bare(&mut bare_package);
    let share = package.len() as f64 / bare_package.len() as f64;
    println!("package: {} bytes, {share:.3} of the bare one", package.len());
    // The bare one has identifiers that compress away; ours are hashes.

    let writing =
        speed("write 10,000 links", rounds, || write_bare(std::io::sink()), || write(std::io::sink()));
    let reading = speed(
        "read 10,000 links",
        rounds,
        || _ = black_box(read_bare(&package)),
        || _ = black_box(read(&package)),
    );
    if !quick {
        assert!(writing >= 0.7, "writing must reach 0.7 of the bare speed: {writing:.2}");
        assert!(reading > 1.0 / 3.0, "reading must take less than 3 times the bare time: {reading:.2}");
    }

    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("cartridge");
    group.throughput(Throughput::Elements(LINKS as u64));
    group.bench_function("write", |b| b.iter(|| write(std::io::sink())));
    group.bench_function("write bare", |b| b.iter(|| write_bare(std::io::sink())));
    group.bench_function("read", |b| b.iter(|| read(black_box(&package))));
    group.bench_function("read bare", |b| b.iter(|| read_bare(black_box(&package))));
    group.finish();
    criterion.final_summary();
}

const MANIFEST_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest identifier=\"m1\" \
    xmlns=\"http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1\" xmlns:lomm=\"http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest\">\n\
    <metadata>\n<schema>IMS Common Cartridge</schema>\n<schemaversion>1.1.0</schemaversion>\n<lomm:lom>\n<lomm:general>\n\
    <lomm:title><lomm:string>A catalog</lomm:string></lomm:title>\n</lomm:general>\n</lomm:lom>\n</metadata>\n<organizations>\n\
    <organization identifier=\"o1\" structure=\"rooted-hierarchy\">\n<item identifier=\"root\">\n";

const LINK_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<cartridge_basiclti_link \
    xmlns=\"http://www.imsglobal.org/xsd/imslticc_v1p0\" xmlns:blti=\"http://www.imsglobal.org/xsd/imsbasiclti_v1p0\" \
    xmlns:lticm=\"http://www.imsglobal.org/xsd/imslticm_v1p0\" xmlns:lticp=\"http://www.imsglobal.org/xsd/imslticp_v1p0\" \
    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
    xsi:schemaLocation=\"http://www.imsglobal.org/xsd/imslticc_v1p0 http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticc_v1p0p1.xsd \
    http://www.imsglobal.org/xsd/imsbasiclti_v1p0 http://www.imsglobal.org/xsd/lti/ltiv1p0/imsbasiclti_v1p0p1.xsd \
    http://www.imsglobal.org/xsd/imslticm_v1p0 http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticm_v1p0.xsd \
    http://www.imsglobal.org/xsd/imslticp_v1p0 http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticp_v1p0.xsd\">\n";
