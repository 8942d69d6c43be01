//! What a browser makes of the pages.

mod completion;
mod headers;
mod injection;
mod pages;
mod scripts;
mod style;
mod support;
