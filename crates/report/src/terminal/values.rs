//! One field before and after, in the room that a line has: an inline diff where both are long and alike, else an arrow.

use super::paint::{Line, Tone};
use crate::diff::{self, Part, Segment};
use crate::text;
use std::borrow::Cow;

/// Both values together above this are long: an inline diff may be easier to read.
const LONG: usize = 40;
/// Columns of unchanged text kept on either side of a difference.
const CONTEXT: usize = 14;
const ARROW: &str = " → ";

/// How a value is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// Columns for it; `None`: as many as it takes.
    pub(crate) room: Option<usize>,
    /// Everything in this tone, where something must be seen at once.
    pub(crate) tone: Option<Tone>,
}

impl Frame {
    fn tone(self, usual: Tone) -> Tone {
        self.tone.unwrap_or(usual)
    }
}

/// A value, or that the side does not say.
pub(crate) fn shown(value: Option<&str>) -> Cow<'_, str> {
    value.map_or(Cow::Borrowed("(unknown)"), text::value)
}

/// `before → after`, or an inline diff.
pub(crate) fn change(before: Option<&str>, after: Option<&str>, frame: Frame) -> Line {
    let (old, new) = (shown(before), shown(after));
    let both = before.is_some_and(|text| !text.is_empty()) && after.is_some_and(|text| !text.is_empty());
    if both && text::columns(&old) + text::columns(&new) > LONG {
        let segments = diff::inline(&old, &new);
        if diff::is_readable(&segments) {
            return inline(&segments, frame);
        }
    }
    let (old_room, new_room) = frame.room.map_or((usize::MAX, usize::MAX), |room| split(&old, &new, room));
    Line::new()
        .put(&text::fit(&old, old_room), frame.tone(Tone::Dim))
        .put(ARROW, frame.tone(Tone::Plain))
        .put(&text::fit(&new, new_room), frame.tone(Tone::Good))
}

/// Half the room each; what one does not need goes to the other.
fn split(old: &str, new: &str, room: usize) -> (usize, usize) {
    let room = room.saturating_sub(text::columns(ARROW));
    let (old, new) = (text::columns(old), text::columns(new));
    let half = room / 2;
    if old + new <= room {
        (old, new)
    } else if old <= half {
        (old, room - old)
    } else if new <= half {
        (room - new, new)
    } else {
        (half, room - half)
    }
}

/// Marked by brackets too: colours are not seen by everyone, nor kept by a copy.
fn inline(segments: &[Segment], frame: Frame) -> Line {
    let mut line = Line::new();
    let last = segments.len().saturating_sub(1);
    for (at, segment) in segments.iter().enumerate() {
        match segment.part {
            Part::Same if frame.room.is_some() => {
                line.add(&excerpt(&segment.text, at > 0, at < last), frame.tone(Tone::Plain));
            }
            Part::Same => line.add(&segment.text, frame.tone(Tone::Plain)),
            Part::Removed => line.add(&format!("[-{}-]", segment.text), frame.tone(Tone::Removed)),
            Part::Inserted => line.add(&format!("{{+{}+}}", segment.text), frame.tone(Tone::Inserted)),
        }
    }
    line
}

/// Unchanged text near the differences before and after it.
fn excerpt(text: &str, after_change: bool, before_change: bool) -> Cow<'_, str> {
    let head = if after_change { text::cut(text, CONTEXT) } else { 0 };
    let tail = if before_change { text.len() - reversed_cut(text, CONTEXT) } else { text.len() };
    if head >= tail || text::columns(&text[head..tail]) <= 3 {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…{}", &text[..head], &text[tail..]))
}

/// Bytes at the end of the text that take at most `room` columns.
fn reversed_cut(text: &str, room: usize) -> usize {
    let skip = text::columns(text).saturating_sub(room);
    text.len() - text::cut(text, skip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_goes_to_the_value_that_needs_it() {
        assert_eq!(split("ab", "cd", 20), (2, 2));
        assert_eq!(split("ab", &"c".repeat(50), 20), (2, 15));
        assert_eq!(split(&"a".repeat(50), "cd", 20), (15, 2));
        assert_eq!(split(&"a".repeat(50), &"c".repeat(50), 20), (8, 9));
    }

    #[test]
    fn unchanged_text_is_shortened_from_the_far_end() {
        let text = "abcdefghijklmnopqrstuvwxyz0123456789";
        assert_eq!(excerpt(text, true, false), "abcdefghijklmn…");
        assert_eq!(excerpt(text, false, true), "…wxyz0123456789");
        assert_eq!(excerpt("short", true, true), "short");
    }
}
