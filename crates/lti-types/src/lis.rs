//! The LIS claim: identifiers of the student information system (LTI Core 1.3 §5.4.5, §D).

use crate::WireUrl;
use crate::object::wire_object;
use crate::tolerant::{Text, TextOf};

wire_object! {
    /// What the student information system calls the person and the course.
    ///
    /// ```
    /// use lti_types::Lis;
    ///
    /// let lis: Lis = serde_json::from_str(r#"{"person_sourcedid": "sis:942a8dd9"}"#)?;
    /// assert_eq!(lis.person_sourcedid.as_deref(), Some("sis:942a8dd9"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Lis {
        required {}
        optional {
            /// The person.
            person_sourcedid: String = "person_sourcedid" as Text,
            /// The course offering.
            course_offering_sourcedid: String = "course_offering_sourcedid" as Text,
            /// The course section.
            course_section_sourcedid: String = "course_section_sourcedid" as Text,
            /// The result that this launch may write (LTI 1.1 outcomes).
            result_sourcedid: String = "result_sourcedid" as Text,
            /// Where results are written (LTI 1.1 outcomes).
            outcome_service_url: WireUrl = "outcome_service_url" as TextOf<WireUrl>,
        }
    }
}
