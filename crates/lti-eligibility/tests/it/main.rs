//! What holds for the crate as a whole.
#![allow(missing_docs)]

mod streaming;
