//! Prints what is in a Common Cartridge: the outline, its links, and what is odd about it.
//!
//! `cargo run --example cartridge_read -- FILE.imscc|- [--json]`

use std::fs::File;
use std::io::{self, Read, Seek as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lti_cartridge::{CartridgeReader, Limits, Reading};

/// Prints the outline of a Common Cartridge (IMSCC), all its links, and the diagnostics.
///
/// Exit status: 0 nothing was lost; 1 there are diagnostics of error level; 2 the call is wrong, or the package cannot be
/// read.
#[derive(Parser)]
struct Arguments {
    /// The package, or `-` for standard input.
    file: PathBuf,
    /// Print the model and the diagnostics as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let reading = match read(&arguments) {
        Ok(reading) => reading,
        Err(problem) => {
            eprintln!("cartridge_read: {}: {problem}", arguments.file.display());
            return ExitCode::from(2);
        }
    };
    match print(&reading, arguments.json) {
        // Whoever reads the output may stop when enough was seen.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cartridge_read: {error}");
            ExitCode::from(2)
        }
        _ if reading.is_complete() => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}

fn read(arguments: &Arguments) -> Result<Reading, String> {
    let file = open(arguments).map_err(|error| error.to_string())?;
    let reader = CartridgeReader::open(io::BufReader::new(file), &Limits::default());
    let reading = reader.and_then(|mut reader| reader.read());
    reading.map_err(|error| match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source} [{}]", error.code()),
        None => format!("{error} [{}]", error.code()),
    })
}

/// The directory of a ZIP archive is at its end, so what comes through a pipe is put aside first.
fn open(arguments: &Arguments) -> io::Result<File> {
    const MOST: u64 = 1 << 30;
    if arguments.file.as_os_str() != "-" {
        return File::open(&arguments.file);
    }
    let mut aside = tempfile::tempfile()?;
    if io::copy(&mut io::stdin().take(MOST + 1), &mut aside)? > MOST {
        return Err(io::Error::other("more than 1 GiB from standard input: give the name of the file"));
    }
    aside.rewind()?;
    Ok(aside)
}

fn print(reading: &Reading, as_json: bool) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if as_json {
        serde_json::to_writer_pretty(&mut out, reading)?;
        writeln!(out)?;
    } else {
        write!(out, "{reading}")?;
    }
    out.flush()
}
