//! Rule 6: where a cell may hold more than one number.
//!
//! Cuts a text into sides, from the surest separator to the weakest; the caller reads each side
//! alone. Never glues sides and never drops one.
use super::labels;

/// How sure a separator is. Each level includes the ones above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// A line break, `;`, `|`, `&`, a word, a second plus.
    Sure,
    /// A slash or comma with space around.
    Spaced,
    /// A slash or comma: also written inside numbers.
    Mark,
    /// A dash with space around: mostly written inside numbers.
    Dash,
}

pub(super) const LEVELS: [Level; 4] = [Level::Sure, Level::Spaced, Level::Mark, Level::Dash];

/// The shortest number a side may have, and the shortest that needs no separator but space.
pub(super) const MIN_DIGITS: usize = 5;
pub(super) const MIN_DIGITS_UNSEPARATED: usize = 7;

/// Whether the text has anything that could separate numbers.
pub(super) fn may_hold_several(text: &str) -> bool {
    count_digits(text) > MIN_DIGITS
        && (text.bytes().any(|b| matches!(b, b'\n' | b';' | b'|' | b'&' | b'/' | b','))
            || text.contains(" - ")
            || text.bytes().filter(|b| *b == b'+').count() > 1
            || text.contains(char::is_alphabetic))
}

/// The sides of the text that have digits.
pub(super) fn sides(text: &str, level: Level) -> Vec<&str> {
    let mut sides = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        let length = separator(text, at, start, level);
        if length > 0 {
            sides.push(&text[start..at]);
            // A second plus begins its side, every other separator is gone.
            start = if c == '+' { at } else { at + length };
            at += length;
        } else {
            at += word_or_char(text, at);
        }
    }
    sides.push(&text[start..]);
    sides.retain(|side| side.bytes().any(|b| b.is_ascii_digit()));
    sides
}

/// Every cut at a space that leaves enough digits on both sides.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices(' ')
        .map(|(at, _)| (&text[..at], text[at..].trim_start()))
        .filter(|(left, _)| !left.ends_with(' '))
        .filter(|(left, right)| count_digits(left).min(count_digits(right)) >= MIN_DIGITS_UNSEPARATED)
}

pub(super) fn count_digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// The length of the separator at this place, zero if there is none.
fn separator(text: &str, at: usize, start: usize, level: Level) -> usize {
    let rest = &text[at..];
    let before = &text[start..at];
    let spaced = before.ends_with(' ') || rest.get(1..).is_some_and(|rest| rest.starts_with(' '));
    match rest.as_bytes()[0] {
        b'\n' | b';' | b'|' | b'&' => 1,
        b'+' if count_digits(before) > 0 => 1,
        b'/' | b',' if level >= Level::Mark || (level == Level::Spaced && spaced) => {
            // `/x` is an old way to write "and also".
            1 + usize::from(rest.get(1..).is_some_and(|rest| rest.starts_with(['x', 'X'])))
        }
        b'-' if level == Level::Dash && before.ends_with(' ') && rest.starts_with("- ") => 1,
        _ => word_separator(rest, before),
    }
}

/// A word between numbers. Not one that announces a short extension, and not a letter or two with
/// digits on both sides.
fn word_separator(rest: &str, before: &str) -> usize {
    let (word, after) = labels::split_word(rest);
    if word.is_empty() {
        return 0;
    }
    let touches = before.ends_with(|c: char| c.is_ascii_digit()) && after.starts_with(|c: char| c.is_ascii_digit());
    if touches && !labels::is_extension(word) {
        return 0;
    }
    let end = after.find(|c: char| c.is_alphabetic() || "\n;|&/".contains(c));
    let digits = count_digits(&after[..end.unwrap_or(after.len())]);
    if labels::is_extension(word) && digits < MIN_DIGITS_UNSEPARATED {
        return 0;
    }
    word.len()
}

/// Steps over a whole word, so that its tail is not taken for another.
fn word_or_char(text: &str, at: usize) -> usize {
    let (word, _) = labels::split_word(&text[at..]);
    let one = text[at..].chars().next().map_or(1, char::len_utf8);
    word.len().max(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_at_sure_separators() {
        for (text, want) in [
            ("030 1 or 040 2", vec!["030 1 ", " 040 2"]),
            ("H: 050 1 W: 039 4", vec![": 050 1 ", ": 039 4"]),
            ("+36 1\n+36 2", vec!["+36 1", "+36 2"]),
            ("+36 1 +36 2", vec!["+36 1 ", "+36 2"]),
            ("030/1; 040/2", vec!["030/1", " 040/2"]),
            ("030 1 x12", vec!["030 1 x12"]),
            ("030c1", vec!["030c1"]),
        ] {
            assert_eq!(sides(text, Level::Sure), want, "{text}");
        }
    }

    #[test]
    fn cuts_at_weaker_separators() {
        assert_eq!(sides("030/1 / 040/2", Level::Spaced), ["030/1 ", " 040/2"]);
        assert_eq!(sides("030 1/x040 2", Level::Mark), ["030 1", "040 2"]);
        assert_eq!(sides("030-1 - 040-2", Level::Dash), ["030-1 ", " 040-2"]);
    }
}
