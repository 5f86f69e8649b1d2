//! Values: escaping, and the parts of structured ones.

/// A text as it stands in a value.
pub fn escape(text: &str) -> String {
    escape_but(text, true)
}

/// A list as it stands in a value: its commas part it.
pub fn escape_list(text: &str) -> String {
    escape_but(text, false)
}

fn escape_but(text: &str, commas: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut all = text.chars().peekable();
    while let Some(c) = all.next() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            ';' => escaped.push_str("\\;"),
            ',' if commas => escaped.push_str("\\,"),
            '\r' => {
                all.next_if_eq(&'\n');
                escaped.push_str("\\n");
            }
            '\n' => escaped.push_str("\\n"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What a value says.
pub fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut all = value.chars();
    while let Some(c) = all.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match all.next() {
            Some('n' | 'N') => text.push('\n'),
            Some(c @ ('\\' | ';' | ',' | ':')) => text.push(c),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

/// The parts of a structured value, not unescaped.
pub fn split(value: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut is_escaped = false;
    for (at, c) in value.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ';' => {
                parts.push(&value[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&value[start..]);
    parts
}

/// A structured value from its parts, which are escaped already.
pub fn join(parts: &[&str]) -> String {
    parts.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_told_apart_by_bare_semicolons() {
        assert_eq!(split(r"a\;b;c\\;d"), [r"a\;b", r"c\\", "d"]);
        assert_eq!(split(""), [""]);
    }

    #[test]
    fn an_unknown_escape_stays() {
        assert_eq!(unescape(r"a\tb\"), r"a\tb\");
        assert_eq!(unescape(r"http\://x"), "http://x");
        assert_eq!(escape("a\r\nb\rc"), r"a\nb\nc");
    }

    proptest! {
        #[test]
        fn escaping_loses_nothing(text in "[^\r]*") {
            prop_assert_eq!(unescape(&escape(&text)), text.clone());
            prop_assert_eq!(split(&escape(&text)).len(), 1);
        }
    }
}
