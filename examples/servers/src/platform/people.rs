//! Who there is: a teacher, two students, a mentor. All of them are members of every course.

use lti_platform::Person;
use lti_types::{ContextRole, InvalidIdentifier, Member, Roles, UserId};

/// Somebody.
#[derive(Debug)]
pub(crate) struct Somebody {
    pub(crate) id: &'static str,
    given_name: &'static str,
    family_name: &'static str,
    email: &'static str,
    pub(crate) role: ContextRole,
}

/// Everybody.
pub(crate) static PEOPLE: [Somebody; 4] = [
    Somebody::new("teacher-1", "Grace", "Okafor", "grace@school.example", ContextRole::Instructor),
    Somebody::new("student-1", "Inés", "Rojas", "ines@school.example", ContextRole::Learner),
    Somebody::new("student-2", "Tomasz", "Nowak", "tomasz@school.example", ContextRole::Learner),
    Somebody::new("mentor-1", "Mei", "Tanaka", "mei@school.example", ContextRole::Mentor),
];

impl Somebody {
    const fn new(
        id: &'static str,
        given_name: &'static str,
        family_name: &'static str,
        email: &'static str,
        role: ContextRole,
    ) -> Self {
        Self { id, given_name, family_name, email, role }
    }

    /// By the id.
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.id == id)
    }

    pub(crate) fn user_id(&self) -> Result<UserId, InvalidIdentifier> {
        UserId::new(self.id)
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    pub(crate) fn email(&self) -> &'static str {
        self.email
    }

    pub(crate) fn teaches(&self) -> bool {
        self.role == ContextRole::Instructor
    }

    pub(crate) fn roles(&self) -> Roles {
        Roles::from_iter([self.role])
    }

    /// Whom they look after.
    pub(crate) fn mentees(&self) -> Vec<UserId> {
        let of_mentor = if self.role == ContextRole::Mentor { &["student-1"][..] } else { &[] };
        of_mentor.iter().filter_map(|id| UserId::new(*id).ok()).collect()
    }

    /// All that is known, for a launch; what is sent is the registration's privacy.
    pub(crate) fn person(&self) -> Person {
        let mut person = Person::new();
        person.name = Some(self.name());
        person.given_name = Some(self.given_name.to_owned());
        person.family_name = Some(self.family_name.to_owned());
        person.email = Some(self.email.to_owned());
        person.locale = Some("en".to_owned());
        person
    }

    /// The same for a roster.
    pub(crate) fn member(&self) -> Result<Member, InvalidIdentifier> {
        let mut member = Member::new(self.user_id()?, self.roles());
        member.name = Some(self.name());
        member.given_name = Some(self.given_name.to_owned());
        member.family_name = Some(self.family_name.to_owned());
        member.email = Some(self.email.to_owned());
        Ok(member)
    }
}
