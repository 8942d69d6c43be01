//! What is written is read by another program: `zipfile` and `xml.etree` of Python's standard library.

use std::process::Command;

use lti_cartridge::{Settings, Version};

use crate::fixtures;
use crate::outside;

const SCRIPT: &str = r#"
import sys, json, zipfile
from urllib.parse import unquote
from xml.etree import ElementTree as E
local = lambda e: e.tag.rsplit('}', 1)[-1]
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
names = z.namelist()
assert names[0] == 'imsmanifest.xml' and len(set(n.lower() for n in names)) == len(names)
for i in z.infolist():
    assert i.date_time == (1980, 1, 1, 0, 0, 0) and i.compress_type == 8 and not i.extra, i
    assert i.filename.isascii() or i.flag_bits & 0x800, i
m = E.fromstring(z.read('imsmanifest.xml'))
out = {'links': [], 'titles': [], 'descriptors': sum(1 for i in z.infolist() if i.flag_bits & 8)}
for e in m.iter():
    if local(e) == 'item':
        out['titles'] += [t.text for t in e if local(t) == 'title']
for r in m.iter():
    if local(r) != 'resource': continue
    files = [unquote(f.get('href')) for f in r if local(f) == 'file']
    assert all(f in names for f in files), files
    if r.get('type').startswith('imsbasiclti'):
        d = E.fromstring(z.read(files[0]))
        text = {local(e): e.text for e in d}
        custom = [[p.get('name'), p.text or ''] for e in d if local(e) == 'custom' for p in e]
        out['links'].append([r.get('identifier'), text['title'], text['launch_url'], custom])
print(json.dumps(out))
"#;

#[test]
fn cc_9_python_reads_what_is_written() {
    let Some(python) = outside::program("python3") else { return };
    let folder = tempfile::tempdir().unwrap();
    for version in Version::ALL {
        let (cartridge, files) = fixtures::large(version);
        for seekable in [true, false] {
            let file = folder.path().join("x.imscc");
            let settings = Settings::new(version);
            let sink = std::fs::File::create(&file).unwrap();
            if seekable {
                cartridge.write_to_seekable(sink, &settings, files.clone()).unwrap();
            } else {
                cartridge.write_to(sink, &settings, files.clone()).unwrap();
            }
            let run = Command::new(python).args(["-c", SCRIPT]).arg(&file).output().unwrap();
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
            let seen: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
            let links: Vec<_> = cartridge
                .lti_links()
                .map(|(identifier, link)| {
                    let custom: Vec<_> =
                        link.custom.iter().map(|p| [p.name.clone(), p.value.clone()]).collect();
                    serde_json::json!([identifier.to_string(), link.title, link.launch_url, custom])
                })
                .collect();
            assert_eq!(seen["links"], serde_json::Value::Array(links), "{version}");
            assert!(seen["titles"].as_array().unwrap().len() > 200);
            assert_eq!(seen["descriptors"] == 0, seekable, "{version}");
        }
    }
}
