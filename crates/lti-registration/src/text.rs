//! Names that people read before they consent: of records, in metadata, and in what is handed over.

use lti_types::is_hidden;

use crate::Problem;

/// The longest name, in characters.
const MAX_NAME: usize = 500;

/// What is wrong with a name.
pub(crate) fn check_name(name: &str) -> impl Iterator<Item = Problem> {
    let too_long = name.chars().nth(MAX_NAME).is_some();
    let hidden = name.chars().any(is_hidden);
    too_long.then_some(Problem::TooMuch).into_iter().chain(hidden.then_some(Problem::HiddenCharacters))
}

/// Without what does not show: it goes to terminals and letters.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME, check_name, printable};
    use crate::Problem;

    #[test]
    fn what_does_not_show_is_hidden() {
        // Which they are, `is_hidden` has tests for.
        for c in ['\0', '\n', '\u{ad}', '\u{202e}', '\u{e0041}'] {
            let name = format!("Qu{c}iz");
            assert_eq!(check_name(&name).collect::<Vec<_>>(), [Problem::HiddenCharacters], "{c:?}");
            assert_eq!(printable(&name), "Quiz", "{c:?}");
        }
        for name in ["می\u{200c}خواهم 試験", "Übung – “Quiz”", "👩\u{200d}🏫", ""] {
            assert_eq!((check_name(name).count(), printable(name).as_str()), (0, name));
        }
        assert_eq!(check_name(&"é".repeat(MAX_NAME)).count(), 0);
        assert_eq!(check_name(&"é".repeat(MAX_NAME + 1)).collect::<Vec<_>>(), [Problem::TooMuch]);
    }
}
