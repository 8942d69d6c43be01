//! Content-Item Message 1.0, mapped to and from Deep Linking 2.0, both ends.

mod item;
mod pending;
mod received;
mod selection;

pub use item::{item_from_legacy, item_to_legacy};
pub use pending::{PendingSelection, SignedSelection, UnverifiedSelection, VerifiedSelection};
pub use received::{ItemRefusal, LeftOut, ReceivedSelection, RefusedItem};
pub use selection::{ContentItemSelection, SelectionAnswer, SelectionError};
