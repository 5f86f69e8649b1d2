//! Texts that others wrote, made safe to show, and measured in terminal columns.
//!
//! Not for files that programs read: JSON and CSV carry values as they are.

use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// More marks than this on one letter are an attack on the reader, not a script.
const MARKS_ON_A_LETTER: usize = 8;

/// The text with everything escaped that would act on a terminal or hide from the eye: control characters, escape
/// sequences, direction overrides, invisible characters and spaces that look like the ordinary one.
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut marks = MARKS_ON_A_LETTER; // a mark at the start would sit on whatever stands before this text
    for character in text.chars() {
        let is_mark = character.width() == Some(0);
        marks = if is_mark { marks + 1 } else { 0 };
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_hidden(character) || marks > MARKS_ON_A_LETTER => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character)); // writing to a String cannot fail
            }
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// Joiners (U+200C, U+200D) and variation selectors stay: Persian names and emoji need them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{180e}'
            | '\u{2000}'..='\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
            | '\u{e000}'..='\u{f8ff}')
}

/// A value as a reader should see it: an empty one named, blanks at its ends made visible.
pub fn value(text: &str) -> Cow<'_, str> {
    if text.is_empty() {
        return Cow::Borrowed("(empty)");
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Cow::Owned(format!("\"{}\"", safe(text)));
    }
    safe(text)
}

/// Columns that the text takes on a terminal.
pub fn columns(text: &str) -> usize {
    text.graphemes(true).map(unicode_width::UnicodeWidthStr::width).sum()
}

/// Where to cut so that what stays takes at most `room` columns: never inside a grapheme cluster.
pub fn cut(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > room {
            return at;
        }
    }
    text.len()
}

/// The text in at most `room` columns, with `…` where something is missing.
pub fn fit(text: &str, room: usize) -> Cow<'_, str> {
    if cut(text, room) == text.len() {
        return Cow::Borrowed(text);
    }
    if room == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}…", &text[..cut(text, room - 1)]))
}

/// The text in at most `room` columns, shortened in its middle: of an address, the end tells most.
pub fn middle(text: &str, room: usize) -> Cow<'_, str> {
    if cut(text, room) == text.len() || room < 4 {
        return fit(text, room);
    }
    let head = &text[..cut(text, (room - 1) / 3)];
    let left = room - 1 - columns(head);
    let mut used = 0;
    let tail = text.grapheme_indices(true).rev().take_while(|(_, grapheme)| {
        used += grapheme.width();
        used <= left
    });
    let from = tail.last().map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{head}…{}", &text[from..]))
}

/// The text in exactly `room` columns: cut, or filled with blanks.
pub fn column(text: &str, room: usize) -> String {
    let mut text = fit(text, room).into_owned();
    let blanks = room.saturating_sub(columns(&text));
    text.extend(std::iter::repeat_n(' ', blanks));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        assert_eq!(safe("Ada\u{1b}[31m"), "Ada\\u{1b}[31m");
        assert_eq!(safe("evil\u{202e}txt"), "evil\\u{202e}txt");
        assert_eq!(safe("a\r\nb\tc\u{9b}"), "a\\r\\nb\\tc\\u{9b}");
        assert_eq!(safe("Acme\u{a0}Inc\u{200b}"), "Acme\\u{a0}Inc\\u{200b}");
    }

    #[test]
    fn scripts_and_emoji_stay() {
        for text in ["Zoë", "山田　太郎", "नमस्ते", "👩‍👩‍👧", "می‌خواهم", "Ολγα", "e\u{301}"]
        {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn marks_do_not_pile_up() {
        let piled = format!("a{}", "\u{301}".repeat(20));
        assert_eq!(safe(&piled).matches("\\u{301}").count(), 12);
        assert!(safe("\u{301}a").starts_with('\\'), "a leading mark would sit on the text before it");
    }

    #[test]
    fn cuts_keep_clusters_whole() {
        assert_eq!(fit("Ada Lovelace", 5), "Ada …");
        assert_eq!(fit("👩‍👩‍👧👩‍👩‍👧", 3), "👩‍👩‍👧…");
        assert_eq!(fit("山田太郎", 4), "山…");
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(fit("short", 5), "short");
        assert_eq!(fit("any", 0), "");
        assert_eq!(columns(&column("山田太郎", 6)), 6);
    }

    #[test]
    fn what_is_shortened_in_the_middle_keeps_its_end() {
        assert_eq!(middle("/ann/team/nadia.vcf", 19), "/ann/team/nadia.vcf");
        assert_eq!(middle("/ann/team/nadia.vcf", 13), "/ann…adia.vcf");
        assert_eq!(middle("山田太郎山田太郎", 8), "山…田太郎".replace("田太郎", "太郎"));
        assert_eq!(middle("abcdef", 3), "ab…");
        assert!(columns(&middle("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5)) <= 5);
    }

    #[test]
    fn values_that_look_like_nothing_are_named() {
        assert_eq!(value(""), "(empty)");
        assert_eq!(value(" Ada"), "\" Ada\"");
    }
}
