//! Ranges of media types (RFC 9110 §12.5.1), as in `accept_media_types`.

/// Whether a media range (`image/*`, `*/*`, `text/html; q=0.9`) covers a media type. Parameters of both are passed
/// over.
///
/// ```
/// use lti_types::media_range_covers;
/// assert!(media_range_covers("image/*", "image/png"));
/// assert!(!media_range_covers("image/*", "text/html"));
/// ```
#[must_use]
pub fn media_range_covers(range: &str, media_type: &str) -> bool {
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (range, media_type) = (essence(range), essence(media_type));
    match range.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => media_type.split_once('/').is_some_and(|(of, _)| of == kind),
        None => range == media_type,
    }
}

#[cfg(test)]
mod tests {
    use super::media_range_covers;

    #[test]
    fn media_ranges() {
        for (range, media_type, covered) in [
            ("*/*", "application/pdf", true),
            ("image/*", "image/png", true),
            ("image/*", "text/html", false),
            ("IMAGE/*", "image/PNG; x=1", true),
            ("text/html;q=0.5", "text/html", true),
            ("text/html", "text/htmlx", false),
            ("image", "image/png", false),
            ("/*", "/x", true),
        ] {
            assert_eq!(media_range_covers(range, media_type), covered, "{range} {media_type}");
        }
    }
}
