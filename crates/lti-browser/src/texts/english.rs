//! English.

use super::{FaultTexts, Texts};

pub(super) fn texts() -> Texts {
    Texts {
        lang: "en".into(),
        dir: "ltr".into(),
        opening_title: "Opening the activity".into(),
        opening_wait: "This takes only a moment.".into(),
        continue_button: "Continue".into(),
        continue_hint: "If nothing happens, continue by hand.".into(),
        script_off: "JavaScript is switched off in this browser, so please continue by hand.".into(),
        script_needed:
            "JavaScript is switched off in this browser. The activity cannot be opened here without it."
                .into(),
        new_window_title: "Open the activity in a new window".into(),
        new_window_why:
            "This browser does not let the activity remember anything while it is shown inside another \
                         page. In a window of its own it can."
                .into(),
        new_window_link: "Open in a new window".into(),
        error_title: "The activity could not be opened".into(),
        what_heading: "What went wrong".into(),
        why_heading: "Why".into(),
        who_heading: "Who can fix it".into(),
        details_heading: "Details for support".into(),
        code_label: "Error code".into(),
        spec_label: "Specification".into(),
        reference_label: "Reference".into(),
        reported_label: "The other system reported".into(),
        remedy_person: "You can: go back to your course, reload the page and open the activity again.".into(),
        remedy_platform_administrator:
            "The administrator of your learning platform. Please send them the details \
                                        below."
                .into(),
        remedy_tool_vendor: "The provider of this activity. Please send them the details below.".into(),
        malformed: FaultTexts::new(
            "The message from the other system is not valid.",
            "It was incomplete, was changed on its way, or was not signed as agreed.",
        ),
        expired: FaultTexts::new(
            "This launch is no longer valid.",
            "It was opened too late or a second time, or the clocks of the two systems differ.",
        ),
        other_browser: FaultTexts::new(
            "It could not be confirmed that this browser began the launch.",
            "The browser kept neither a cookie nor the platform's own proof, or the launch was begun elsewhere.",
        ),
        signed_out: FaultTexts::new(
            "Your learning platform says that you are not signed in.",
            "Your session has ended, or the browser holds back its cookie inside this frame.",
        ),
        declined: FaultTexts::new(
            "You do not have access to this activity.",
            "A rule of the learning platform or of the activity does not allow it.",
        ),
        unknown: FaultTexts::new(
            "This course's connection to the activity is not known here.",
            "The activity has not been set up for it yet, or has been switched off.",
        ),
        not_found: FaultTexts::new(
            "There is nothing at this address.",
            "The activity was removed, or the link is out of date.",
        ),
        configuration: FaultTexts::new(
            "The activity is not set up correctly.",
            "A setting of this server is missing or wrong.",
        ),
        unavailable: FaultTexts::new(
            "Something that is needed does not answer at the moment.",
            "A system is overloaded, being restarted or unreachable. Please try again in a few minutes.",
        ),
    }
}
