//! The platform's end of dynamic registration (LTI Dynamic Registration 1.0 §3; RFC 7591, RFC 7592).
//!
//! In order: an [`Invitation`] with its one-time token, and the address to open in the administrator's browser; the
//! [`configuration`] that the tool fetches; the tool's request: [`UnauthorizedRegistration`] →
//! [`AuthorizedRegistration`] → [`CheckedRegistration`] → [`Accepted`]; later, [`UnauthorizedManagement`] →
//! [`AuthorizedManagement`], and for a change [`AuthorizedUpdate`] → [`Updated`]. What a tool may have is in a
//! [`RegistrationPolicy`]; why it gets nothing, in a [`RegistrationRefusal`].

mod invitation;
mod managed;
mod management;
mod policy;
mod refusal;
mod request;

pub use invitation::{Invitation, store_key};
pub use managed::{ManagedRegistration, Updated};
pub use management::{AuthorizedManagement, AuthorizedUpdate, UnauthorizedManagement};
pub use policy::{Offered, RegistrationPolicy, configuration};
pub use refusal::RegistrationRefusal;
pub use request::{Accepted, AuthorizedRegistration, CheckedRegistration, UnauthorizedRegistration};
