//! Rosters: the members of a context (NRPS 2.0 §2).

use crate::lossless::{Objects, Upto};
use crate::object::wire_object;
use crate::open_enum::open_enum;
use crate::tolerant::{Object, Text, TextOf};
use crate::{BasicOutcome, Context, Custom, MessageType, Roles, UserId, WireUrl};

open_enum! {
    /// Whether a membership is in force (NRPS 2.0 §2.4).
    MemberStatus {
        /// In force; what an absent status means.
        Active = "Active",
        /// Not in force at present.
        Inactive = "Inactive",
        /// Gone; only reports of differences say so.
        Deleted = "Deleted",
    }
}

wire_object! {
    /// One person in a context (NRPS 2.0 §2.2). Only the id and the roles are sure to be there: a platform sends the
    /// rest by its own and each person's leave.
    ///
    /// ```
    /// use lti_types::{Member, MemberStatus};
    /// let member: Member = serde_json::from_str(
    ///     r#"{"user_id": "u-7", "roles": ["Instructor"], "name": "Ada Lovelace", "message": null}"#)?;
    /// assert_eq!(member.status(), &MemberStatus::Active);
    /// assert_eq!(member.name.as_deref(), Some("Ada Lovelace"));
    /// assert!(!format!("{member:?}").contains("Ada"), "not in a log by accident");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Member {
        required {
            /// Who it is; `sub` of their launches.
            user_id: UserId = "user_id",
            /// Their roles; short names occur.
            roles: Roles = "roles",
        }
        optional {
            /// Whether the membership is in force. Read it by [`Member::status`].
            status: MemberStatus = "status",
            /// Full name.
            name: String = "name" as Text,
            /// Given names.
            given_name: String = "given_name" as Text,
            /// Family names.
            family_name: String = "family_name" as Text,
            /// Middle names.
            middle_name: String = "middle_name" as Text,
            /// E-mail address.
            email: String = "email" as Text,
            /// Picture.
            picture: WireUrl = "picture" as TextOf<WireUrl>,
            /// What the student information system calls them.
            lis_person_sourcedid: String = "lis_person_sourcedid" as Text,
            /// The user id of LTI 1.1.
            lti11_legacy_user_id: String = "lti11_legacy_user_id" as Text,
            /// What a launch of the link that was asked about would say about this person alone.
            message: Vec<MemberMessage> = "message" as Objects<MemberMessage>,
            /// The groups they are in, where the platform was asked for groups.
            group_enrollments: Vec<GroupEnrollment> = "group_enrollments" as Objects<GroupEnrollment>,
        }
    }
}

impl Member {
    /// Whether the membership is in force: absent is [`MemberStatus::Active`].
    #[must_use]
    pub fn status(&self) -> &MemberStatus {
        self.status.as_ref().unwrap_or(&MemberStatus::Active)
    }

    /// What launches would say about this person, of resource links.
    #[must_use]
    pub fn messages(&self) -> &[MemberMessage] {
        self.message.as_deref().unwrap_or_default()
    }
}

wire_object! {
    /// The claims of a launch that concern one person alone (NRPS 2.0 §3.2).
    ///
    /// ```
    /// use lti_types::{Member, MemberMessage, MessageType, Roles, UserId};
    ///
    /// let mut message = MemberMessage::new();
    /// message.message_type = Some(MessageType::ResourceLinkRequest);
    /// message.custom = Some([("attempts_left", "2")].into_iter().collect());
    /// let mut member = Member::new(UserId::new("u-7")?, Roles::none());
    /// member.message = Some(vec![message]);
    /// assert_eq!(member.messages()[0].custom.as_ref().and_then(|custom| custom.get("attempts_left")), Some("2"));
    /// # Ok::<(), lti_types::InvalidIdentifier>(())
    /// ```
    MemberMessage {
        required {}
        optional {
            /// The kind of launch; a resource link's.
            message_type: MessageType = "https://purl.imsglobal.org/spec/lti/claim/message_type",
            /// The custom parameters, with this person's values.
            custom: Custom = "https://purl.imsglobal.org/spec/lti/claim/custom" as Object<Custom>,
            /// The person's result in Basic Outcomes.
            basic_outcome: BasicOutcome = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome" as Object<BasicOutcome>,
        }
    }
}

wire_object! {
    /// One group that a person is in (Course Groups 1.0).
    ///
    /// ```
    /// use lti_types::{GroupEnrollment, Member, Roles, UserId};
    ///
    /// let mut group = GroupEnrollment::new();
    /// group.group_id = Some("lab-2".to_owned());
    /// let mut member = Member::new(UserId::new("u-7")?, Roles::none());
    /// member.group_enrollments = Some(vec![group]);
    /// assert!(serde_json::to_string(&member)?.contains(r#"[{"group_id":"lab-2"}]"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    GroupEnrollment {
        required {}
        optional {
            /// The group.
            group_id: String = "group_id" as Text,
        }
    }
}

wire_object! {
    /// A page of a roster (NRPS 2.0 §2).
    ///
    /// ```
    /// use lti_types::MembershipContainer;
    /// let page: MembershipContainer = serde_json::from_str(r#"{
    ///     "context": {"id": "c5"}, "members": [{"user_id": "u-7", "roles": ["Learner"]}]}"#)?;
    /// assert!(page.members[0].roles.is_learner());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    MembershipContainer {
        required {
            /// The context.
            context: Context = "context",
            /// The members on this page; at most [`MembershipContainer::MAX_MEMBERS`].
            members: Vec<Member> = "members" as Upto<{ MembershipContainer::MAX_MEMBERS }, Member>,
        }
        optional {
            /// The address of the container.
            id: WireUrl = "id",
        }
    }
}

impl MembershipContainer {
    /// The most members that are read on one page; a page beyond it is an error.
    pub const MAX_MEMBERS: usize = 50_000;
}

#[cfg(test)]
mod tests {
    use super::{Member, MemberStatus, MembershipContainer};

    #[test]
    fn both_directions() {
        for (json, written) in [
            (r#"{"roles":[],"user_id":"a"}"#, r#"{"user_id":"a","roles":[]}"#),
            (
                r#"{"user_id":"a","roles":["Learner",null],"status":null,"name":7,"middle_name":"","sakai_ext":{"x":1}}"#,
                r#"{"user_id":"a","roles":["Learner"],"name":"7","middle_name":"","sakai_ext":{"x":1}}"#,
            ),
            (
                r#"{"user_id":"a","roles":[],"group_enrollments":[{"group_id":7}]}"#,
                r#"{"user_id":"a","roles":[],"group_enrollments":[{"group_id":"7"}]}"#,
            ),
        ] {
            let read: Member = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), written);
            assert_eq!(serde_json::from_str::<Member>(written).unwrap(), read);
        }
    }

    #[test]
    fn quirk_66_one_message_is_a_list_of_one() {
        const CUSTOM: &str = "https://purl.imsglobal.org/spec/lti/claim/custom";
        let json = format!(r#"{{"user_id":"a","roles":[],"message":{{"{CUSTOM}":{{"x":"1"}}}}}}"#);
        let read: Member = serde_json::from_str(&json).unwrap();
        assert_eq!(read.messages().len(), 1);
        assert_eq!(read.messages()[0].custom.as_ref().unwrap().get("x"), Some("1"));
    }

    #[test]
    fn quirk_69_no_status_is_active_and_a_context_may_be_an_id() {
        let json = r#"{"context":{"id":"c"},"members":[{"user_id":"a","roles":[]},{"user_id":"b","roles":[],"status":"Inactive"}]}"#;
        let read: MembershipContainer = serde_json::from_str(json).unwrap();
        let statuses: Vec<_> = read.members.iter().map(Member::status).collect();
        assert_eq!(statuses, [&MemberStatus::Active, &MemberStatus::Inactive]);
    }

    #[test]
    fn a_page_has_a_greatest_size() {
        let page = |count: usize| {
            let members = vec![r#"{"user_id":"a","roles":[]}"#; count].join(",");
            serde_json::from_str::<MembershipContainer>(&format!(
                r#"{{"context":{{"id":"c"}},"members":[{members}]}}"#
            ))
        };
        assert_eq!(page(MembershipContainer::MAX_MEMBERS).unwrap().members.len(), 50_000);
        assert!(page(MembershipContainer::MAX_MEMBERS + 1).is_err());
    }
}
