//! The crate from outside: packages are written, validated against the schemas, read by other programs, and read back.

mod fixtures;
mod hostile;
mod memory;
mod outside;
mod python;
mod refused;
mod round_trip;
mod samples;
mod schemas;
