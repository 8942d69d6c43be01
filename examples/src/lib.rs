//! This package is its examples; see the files beside `src`. The library only has the code in README and `docs/`
//! compiled and run as tests.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/walkthrough.md")]
mod walkthrough {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cartridges.md")]
mod cartridges {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/export.md")]
mod export {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/registration.md")]
mod registration {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/migration.md")]
mod migration {}
