//! WCAG 2.2 §1.4.3 and §1.4.11, computed from the stylesheet.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../templates/style.css");

fn colors() -> BTreeMap<&'static str, [f64; 3]> {
    let mut found = BTreeMap::new();
    for line in STYLE.lines() {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|rest| rest.split_once(": #"))
        else {
            continue;
        };
        let value = value.trim_end_matches(';');
        assert_eq!(value.len(), 6);
        let channel = |at: usize| f64::from(u8::from_str_radix(&value[at..at + 2], 16).unwrap()) / 255.0;
        found.insert(name, [channel(0), channel(2), channel(4)]);
    }
    found
}

fn luminance(color: [f64; 3]) -> f64 {
    let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = color.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn ratio(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_is_enough() {
    let colors = colors();
    assert_eq!(colors.len(), 7);
    assert!((ratio([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.01);
    for (front, back, least) in [
        ("ink", "paper", 4.5),
        ("quiet", "paper", 4.5),
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-strong", 4.5),
        ("accent-strong", "paper", 3.0),
        ("line", "paper", 3.0),
    ] {
        let found = ratio(colors[front], colors[back]);
        assert!(found >= least, "{front} on {back}: {found:.2}");
    }
}

#[test]
fn no_color_is_used_that_is_not_checked() {
    assert_eq!(STYLE.matches('#').count(), 7, "a color outside the list");
    for function in ["rgb(", "hsl(", "url(", "@import", "opacity"] {
        assert!(!STYLE.contains(function), "{function}");
    }
}
