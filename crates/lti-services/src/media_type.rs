//! Media types (AGS 2.0 §3.2.5, §3.3.5, §3.4.3; NRPS 2.0 §2.4), exactly as they must be sent.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// One line item.
pub const LINE_ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";
/// A list of line items.
pub const LINE_ITEM_CONTAINER: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
/// A list of results.
pub const RESULT_CONTAINER: &str = "application/vnd.ims.lis.v2.resultcontainer+json";
/// A score; its version is 1 while the others' is 2.
pub const SCORE: &str = "application/vnd.ims.lis.v1.score+json";
/// A page of a roster.
pub const MEMBERSHIP_CONTAINER: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";
/// A token response, or an error.
pub const JSON: &str = "application/json";
/// A token request.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Whether the headers say that the body is of that type, whatever the parameters and the case; a body without a
/// type, or of plain JSON where the type is a kind of JSON, is taken for it.
pub(crate) fn is_acceptable(headers: &HeaderMap, expected: &str) -> bool {
    let Some(given) = headers.get(CONTENT_TYPE) else { return true };
    let Ok(given) = given.to_str() else { return false };
    let given = given.split(';').next().unwrap_or_default().trim();
    given.is_empty()
        || given.eq_ignore_ascii_case(expected)
        || (expected.ends_with("json") && given.eq_ignore_ascii_case(JSON))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_plain_json_are_accepted() {
        for (given, expected, ok) in [
            ("application/vnd.ims.lis.v1.score+json", SCORE, true),
            ("Application/Vnd.IMS.lis.v1.score+json; charset=utf-8", SCORE, true),
            ("application/json;charset=UTF-8", SCORE, true),
            ("", SCORE, true),
            ("application/vnd.ims.lis.v2.score+json", SCORE, false),
            ("application/x-www-form-urlencoded", SCORE, false),
            ("application/json", FORM, false),
            ("text/html", LINE_ITEM, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, given.parse().unwrap());
            assert_eq!(is_acceptable(&headers, expected), ok, "{given}");
        }
        assert!(is_acceptable(&HeaderMap::new(), SCORE));
    }
}
