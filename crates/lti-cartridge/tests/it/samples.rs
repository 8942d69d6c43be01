//! Real packages, where they are: read without panic, valid ones without errors, the others with what is wrong with them.

use std::fs::File;
use std::path::Path;

use lti_cartridge::{CartridgeReader, Content, Limits, Reading, Rule, Severity};

use crate::outside;

fn read(folder: &Path, name: &str) -> Reading {
    let file = File::open(folder.join(name)).unwrap();
    CartridgeReader::open(file, &Limits::default()).unwrap().read().unwrap()
}

#[test]
fn print_all() {
    let Some(folder) = outside::shared("samples/imscc") else { return };
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for name in names.iter().filter(|n| n.ends_with(".imscc")) {
        let r = read(&folder, name);
        println!("== {name} {} items {} resources {} lti {}", r.declared, r.cartridge.items.len(), r.cartridge.resources.len(), r.cartridge.lti_links().count());
        for d in r.diagnostics.iter().take(30) { println!("   {d}"); }
    }
}
