//! Peak memory, measured on processes of their own: the test starts this very binary again for one ignored test and
//! reads what that says about its own `VmHWM` (the high-water mark of its resident memory, on Linux).

use std::io::{Seek, SeekFrom, Write};
use std::process::Command;

use lti_cartridge::{
    CartridgeReader, Content, Identifier, Limits, LtiLink, Metadata, OutlineWriter, Payload, Property, Scope,
    Settings, Vendor, WriteError,
};

const LINKS: usize = 100_000;

/// Tells a child what to work on.
const ARGUMENT: &str = "LTI_TEST_CARTRIDGE_CHILD";

/// Runs one of the ignored tests below and returns its peak, in bytes; `None` where the system does not say.
fn peak(test: &str) -> Option<u64> {
    peak_with(test, "")
}

fn peak_with(test: &str, argument: &str) -> Option<u64> {
    if std::fs::read_to_string("/proc/self/status").is_err() {
        return crate::outside::absent("/proc/self/status");
    }
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .env(ARGUMENT, argument)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    let kilobytes: u64 =
        said.split("VmHWM:").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    Some(kilobytes * 1024)
}

fn say_peak() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM:")).unwrap());
}

#[test]
fn a_hundred_thousand_links_are_written_in_64_mib() {
    let (Some(nothing), Some(links)) = (peak("memory::child_nothing"), peak("memory::child_write")) else {
        return;
    };
    println!("peak {links} bytes, of which the test harness {nothing}");
    assert!(links < 64 << 20, "{links}");
    let each = (links - nothing) / u64::try_from(LINKS).unwrap();
    println!("{each} bytes for each link");
    assert!(each <= 400, "{each} bytes for each link");
}

#[test]
fn a_measure_that_can_fail() {
    let Some(held) = peak("memory::child_hold_everything") else { return };
    assert!(held > 64 << 20, "links that are held do not fit: {held}");
}

#[test]
fn a_bomb_takes_no_more_memory_than_the_limits() {
    use crate::hostile::{bomb, manifest};
    let resources =
        "<resource identifier=\"r\" type=\"imsbasiclti_xmlv1p0\"><file href=\"boom\"/></resource>";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        bomb(["imsmanifest.xml", "boom"], manifest("", resources).as_bytes(), 1 << 19),
    )
    .unwrap();
    let argument = file.path().to_str().unwrap();
    let (Some(nothing), Some(bomb)) =
        (peak("memory::child_nothing"), peak_with("memory::child_bomb", argument))
    else {
        return;
    };
    println!("peak {bomb} bytes, of which the test harness {nothing}");
    assert!(bomb < nothing + (16 << 20), "{bomb}");
}

fn link(n: usize) -> LtiLink {
    let mut link = LtiLink::new(format!("Exercise {n}"), format!("https://tool.example.com/launch/{n}"));
    link.custom = vec![Property::new("exercise", n.to_string())];
    link.vendor = Some(Vendor::new("example.com", "Example Press"));
    link
}

fn write(sink: impl Write, count: usize) {
    let identifier = Identifier::derived(Scope::Manifest, "catalog");
    let mut outline =
        OutlineWriter::new(sink, &Settings::default(), &identifier, &Metadata::new("A catalog")).unwrap();
    for n in 0..count {
        if n % 100 == 0 {
            outline.folder(&Identifier::derived(Scope::Item, &format!("folder-{n}")), "A folder").unwrap();
        }
        outline.lti_link(&format!("exercise-{n}"), &format!("Exercise {n}")).unwrap();
        if n % 100 == 99 {
            outline.end_folder().unwrap();
        }
    }
    let written = outline
        .finish()
        .unwrap()
        .pull(|wanted| Ok::<_, WriteError>(Payload::from(link(wanted.index))))
        .unwrap();
    assert_eq!(written.lti_links, count as u64);
}

#[test]
#[ignore = "run in a process of its own"]
fn child_nothing() {
    say_peak();
}

#[test]
#[ignore = "run in a process of its own"]
fn child_write() {
    write(std::io::sink(), LINKS);
    say_peak();
}

#[test]
#[ignore = "run in a process of its own"]
fn child_hold_everything() {
    let links: Vec<LtiLink> = (0..LINKS).map(link).collect();
    assert_eq!(links.len(), LINKS);
    say_peak();
}

#[test]
#[ignore = "run in a process of its own"]
fn child_bomb() {
    let file = std::fs::File::open(std::env::var_os(ARGUMENT).unwrap()).unwrap();
    let mut reader = CartridgeReader::open(file, &Limits::default()).unwrap();
    assert!(!reader.read().unwrap().is_complete());
    let path = "boom".parse().unwrap();
    assert!(std::io::copy(&mut reader.file(&path).unwrap(), &mut std::io::sink()).is_err());
    say_peak();
}

/// ZIP64: more than 65,535 entries, read back.
#[test]
fn more_entries_than_zip_can_count_in_16_bits() {
    const MANY: usize = 65_600;
    let mut file = tempfile::tempfile().unwrap();
    write(std::io::BufWriter::new(&mut file), MANY);
    file.seek(SeekFrom::Start(0)).unwrap();
    let mut reader = CartridgeReader::open(file, &Limits::default()).unwrap();
    let mut links = 0;
    let reading = reader
        .read_each(|resource| {
            if let Content::LtiLink(read) = &resource.content {
                assert_eq!(**read, link(links));
            }
            links += 1;
        })
        .unwrap();
    assert_eq!((links, reading.diagnostics), (MANY, vec![]));
}
