//! Finding the line item that was made before, so that it is not made twice (AGS 2.0 §3.2.8, quirks 63 and 64).

use lti_types::LineItem;

/// What was found among the line items of a context.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LineItemSearch<'a> {
    /// This one.
    Found(&'a LineItem),
    /// None: make it.
    Missing,
    /// Several, in the order of the list: make no more of them, and let somebody choose. The first is usually the
    /// oldest.
    Several(Vec<&'a LineItem>),
    /// The wanted line item has neither `resourceId` nor `tag`, so nothing could be found again: give it one.
    Nameless,
}

/// Looks for a line item by what survives a course copy: `resourceId` and `tag`, both where both are wanted. Where a
/// link is wanted too, those bound to it come first, and then those bound to none: some platforms do not bind what they
/// make, and a search for the binding alone would make another one every time. What is bound to another link does not
/// fit.
///
/// `listed` must be all line items of the context, or all that a filter for `resourceId` or `tag` let through, and not
/// one for the link ([`crate::ListLineItems::of_link`]): a list that is not complete makes duplicates. The filters are
/// held against it once more, since some platforms ignore them.
///
/// Two callers at the same time may both find it missing: let only one of them at a time look and make (quirk 63).
///
/// ```
/// use lti_services::{LineItemSearch, find_line_item};
/// use lti_types::LineItem;
/// let mut wanted = LineItem::new(20.0, "Quiz 9".to_owned());
/// wanted.resource_id = Some("quiz-9".to_owned());
/// assert_eq!(find_line_item(&wanted, &[]), LineItemSearch::Missing);
///
/// let mut listed = LineItem::new(20.0, "Renamed by the teacher".to_owned());
/// listed.resource_id = Some("quiz-9".to_owned());
/// assert_eq!(find_line_item(&wanted, &[listed.clone()]), LineItemSearch::Found(&listed));
/// ```
#[must_use]
pub fn find_line_item<'a>(wanted: &LineItem, listed: &'a [LineItem]) -> LineItemSearch<'a> {
    let (resource_id, tag, link) = (wanted.resource_id(), wanted.tag(), wanted.resource_link_id());
    if resource_id.is_none() && tag.is_none() {
        return LineItemSearch::Nameless;
    }
    let fits = |item: &&LineItem| {
        resource_id.is_none_or(|id| item.resource_id() == Some(id))
            && tag.is_none_or(|tag| item.tag() == Some(tag))
    };
    let mut found: Vec<_> = listed.iter().filter(fits).collect();
    if link.is_some() {
        let bound: Vec<_> = found.iter().copied().filter(|item| item.resource_link_id() == link).collect();
        if bound.is_empty() {
            found.retain(|item| item.resource_link_id.as_deref().is_none_or(str::is_empty));
        } else {
            found = bound;
        }
    }
    match found.as_slice() {
        [] => LineItemSearch::Missing,
        [one] => LineItemSearch::Found(one),
        _ => LineItemSearch::Several(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(resource_id: &str, tag: &str, link: &str) -> LineItem {
        let mut item = LineItem::new(1.0, "x".to_owned());
        let some = |text: &str| Some(text.to_owned());
        (item.resource_id, item.tag, item.resource_link_id) = (some(resource_id), some(tag), some(link));
        item
    }

    #[test]
    fn quirks_63_64_found_again_by_what_survives_a_copy() {
        let listed = [item("a", "", "l1"), item("a", "t", "l2"), item("b", "t", "l3"), item("", "", "l4")];
        let found = |wanted: LineItem| match find_line_item(&wanted, &listed) {
            LineItemSearch::Found(item) => item.resource_link_id.clone().unwrap(),
            LineItemSearch::Several(several) => format!("{}", several.len()),
            other => format!("{other:?}"),
        };
        assert_eq!(found(item("a", "", "")), "2");
        assert_eq!(found(item("a", "t", "")), "l2");
        assert_eq!(found(item("b", "", "")), "l3");
        assert_eq!(found(item("", "t", "l3")), "l3");
        assert_eq!(found(item("c", "", "")), "Missing");
        assert_eq!(found(item("a", "u", "")), "Missing");
        assert_eq!(found(item("a", "", "l3")), "Missing");
        assert_eq!(found(item("", "", "l4")), "Nameless");
    }

    /// A platform that ignores `resourceLinkId` would otherwise get one more column with every launch.
    #[test]
    fn quirk_63_a_line_item_that_was_not_bound_is_found() {
        let wanted = item("a", "t", "l1");
        let [unbound, bound, other] = [item("a", "t", ""), item("a", "t", "l1"), item("a", "t", "l2")];
        let mut absent = unbound.clone();
        absent.resource_link_id = None;
        for (listed, expected) in [
            (vec![unbound.clone()], LineItemSearch::Found(&unbound)),
            (vec![absent.clone()], LineItemSearch::Found(&absent)),
            (vec![unbound.clone(), bound.clone()], LineItemSearch::Found(&bound)),
            (vec![other.clone(), unbound.clone()], LineItemSearch::Found(&unbound)),
            (vec![other.clone()], LineItemSearch::Missing),
            (vec![unbound.clone(), absent.clone()], LineItemSearch::Several(vec![&unbound, &absent])),
        ] {
            assert_eq!(find_line_item(&wanted, &listed), expected);
        }
    }
}
