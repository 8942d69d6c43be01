//! What the examples of this package share: a platform within the process, so that they run without one, and the flags that
//! name another.

pub mod connection;
pub mod platform;
