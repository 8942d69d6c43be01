//! The `for_user` claim: whom a review or privacy launch is about (Submission Review 1.0).

use crate::object::wire_object;
use crate::tolerant::{Text, TextOf};
use crate::{Roles, UserId, WireUrl};

wire_object! {
    /// The person whom the launch is about, who need not be the one who launches.
    ///
    /// ```
    /// use lti_types::ForUser;
    ///
    /// let about: ForUser = serde_json::from_str(r#"{"user_id": "u-7", "name": "Ada Lovelace"}"#)?;
    /// assert_eq!(about.user().map(|id| id.as_str()), Some("u-7"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ForUser {
        required {}
        optional {
            /// The person's id, the same as `sub` in their own launches.
            user_id: UserId = "user_id" as TextOf<UserId>,
            /// The same under the name that privacy launches use.
            id: UserId = "id" as TextOf<UserId>,
            /// What the student information system calls them.
            person_sourcedid: String = "person_sourcedid" as Text,
            /// Full name.
            name: String = "name" as Text,
            /// Given names.
            given_name: String = "given_name" as Text,
            /// Middle names.
            middle_name: String = "middle_name" as Text,
            /// Family names.
            family_name: String = "family_name" as Text,
            /// E-mail address.
            email: String = "email" as Text,
            /// Picture.
            picture: WireUrl = "picture" as TextOf<WireUrl>,
            /// Their roles.
            roles: Roles = "roles",
        }
    }
}

impl ForUser {
    /// The person's id under whichever name it came.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        self.user_id.as_ref().or(self.id.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::ForUser;

    #[test]
    fn the_person_is_known_by_either_name() {
        for (json, id) in [
            (r#"{"user_id":"a","id":"b"}"#, Some("a")),
            (r#"{"id":"b"}"#, Some("b")),
            (r#"{"user_id":null,"id":"b"}"#, Some("b")),
            (r#"{"name":"x"}"#, None),
        ] {
            let read: ForUser = serde_json::from_str(json).unwrap();
            assert_eq!(read.user().map(crate::UserId::as_str), id, "{json}");
            let written = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<ForUser>(&written).unwrap(), read);
        }
        assert_eq!(
            serde_json::from_str::<ForUser>(r#"{"user_id":""}"#).unwrap().user(),
            None,
            "no id, and no reason to refuse"
        );
    }
}
