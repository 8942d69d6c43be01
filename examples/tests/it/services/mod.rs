//! Both ends of the services against each other, over requests and responses that never leave memory.

mod certification;
mod cursors;
mod gradebook;
mod launches;
mod members;
mod negative;
mod platform;
mod rules;
mod tokens;
