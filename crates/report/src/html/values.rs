//! Values and changes as markup: an inline diff where both are long and alike, else one beside the other.

use crate::diff::{self, Part};
use crate::text;
use maud::{Markup, html};

/// Both values together above this are long.
const LONG: usize = 40;

/// A value, or that the side does not say.
pub fn value(value: Option<&str>) -> Markup {
    match value {
        None => html! { span.none { "(unknown)" } },
        Some("") => html! { span.none { "(empty)" } },
        Some(text) => html! { bdi { (text::value(text)) } },
    }
}

/// What a value became.
pub fn change(before: Option<&str>, after: Option<&str>) -> Markup {
    match (before, after) {
        (Some(old), Some(new)) if !old.is_empty() && !new.is_empty() && old.len() + new.len() > LONG => {
            let segments = diff::inline(&text::safe(old), &text::safe(new));
            if diff::is_readable(&segments) { inline(&segments) } else { arrow(before, after) }
        }
        _ => arrow(before, after),
    }
}

fn inline(segments: &[diff::Segment]) -> Markup {
    html! {
        bdi {
            @for segment in segments {
                @match segment.part {
                    Part::Same => (segment.text),
                    Part::Removed => del { (segment.text) },
                    Part::Inserted => ins { (segment.text) },
                }
            }
        }
    }
}

fn arrow(before: Option<&str>, after: Option<&str>) -> Markup {
    html! {
        @match before {
            None | Some("") => (value(before)),
            Some(text) => del { bdi { (text::value(text)) } },
        }
        span.arrow { " → " }
        @match after {
            None | Some("") => (value(after)),
            Some(text) => ins { bdi { (text::value(text)) } },
        }
    }
}

/// A contact's name, or that there is none.
pub fn name(name: &str) -> Markup {
    if name.trim().is_empty() {
        html! { span.none { "(no name)" } }
    } else {
        html! { bdi { (text::safe(name)) } }
    }
}
