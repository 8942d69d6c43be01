//! A catalog of 100,000 courses is reported in constant memory: what has been read is written before much more is read.

use lti_eligibility::catalog::CatalogLines;
use lti_eligibility::export::Policy;
use lti_eligibility::report::Reporter;
use std::cell::Cell;
use std::io::{self, BufReader, Read, Write};
use std::rc::Rc;

const COURSES: usize = 100_000;
const BUFFER: usize = 8 * 1024;

/// How many courses have gone in and how many rows have come out.
#[derive(Default)]
struct Flow {
    read: Cell<usize>,
    written: Cell<usize>,
    most_held: Cell<usize>,
}

/// Makes up a catalog while it is read; every tenth course is malformed.
struct Source {
    flow: Rc<Flow>,
    line: Vec<u8>,
    at: usize,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            let number = self.flow.read.get();
            if number == COURSES {
                return Ok(0);
            }
            let modules = if number.is_multiple_of(10) { "7" } else { r#"[{"delivery":"self_paced"}]"# };
            self.line = format!(
                r#"{{"id":"c-{number}","title":"Course {number}","default_instance":"active","enrollment_type":"self_enrolled","paid":{},"modules":{modules}}}"#,
                number.is_multiple_of(3)
            )
            .into_bytes();
            self.line.push(b'\n');
            self.at = 0;
            self.flow.read.set(number + 1);
        }
        let length = self.line.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += length;
        Ok(length)
    }
}

/// Counts lines and keeps none.
struct Sink(Rc<Flow>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let flow = &self.0;
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        flow.written.set(flow.written.get() + lines);
        flow.most_held
            .set(flow.most_held.get().max((flow.read.get() + 1).saturating_sub(flow.written.get())));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_large_catalog_passes_through_without_being_held() {
    let flow = Rc::new(Flow::default());
    let header = br#"{"id":"large","name":"Large"}"#.to_vec();
    let source = Source { flow: Rc::clone(&flow), line: [header, b"\n".to_vec()].concat(), at: 0 };
    let lines = CatalogLines::new(BufReader::with_capacity(BUFFER, source)).unwrap();
    let now = "2026-01-31T12:00:00Z".parse().unwrap();
    let reporter = Reporter::new(lines.header(), Policy::default(), now).unwrap();
    let totals = reporter.stream_json_lines(lines, Sink(Rc::clone(&flow))).unwrap();

    assert_eq!(totals.courses, COURSES as u64);
    assert_eq!(totals.unreadable, 10_000);
    assert_eq!(totals.exportable() + totals.blocked + totals.unreadable, totals.courses);
    // One line for the catalog and one for the totals.
    assert_eq!(flow.written.get(), COURSES + 2);
    // Nothing but the reader's buffer lies between the two ends.
    assert!(flow.most_held.get() <= BUFFER / 100 + 2, "{} courses held", flow.most_held.get());
}
