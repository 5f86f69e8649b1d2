//! The difference of two values, word by word, for every view. Not a merge: nothing is decided here.

use similar::{ChangeTag, TextDiff};

/// Beyond this, two values are shown as replaced by one another: a diff of essays helps nobody and costs time.
const LONGEST: usize = 4_000;

/// A part of a value that stayed, went or came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// In both.
    Same,
    /// Only before.
    Removed,
    /// Only after.
    Inserted,
}

/// A run of text with its part in the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What happened to it.
    pub part: Part,
    /// The text.
    pub text: String,
}

/// Segments that give `before` without the inserted ones and `after` without the removed ones.
pub fn inline(before: &str, after: &str) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    if before.len() > LONGEST || after.len() > LONGEST {
        push(&mut segments, Part::Removed, before);
        push(&mut segments, Part::Inserted, after);
        return segments;
    }
    for change in TextDiff::from_unicode_words(before, after).iter_all_changes() {
        let part = match change.tag() {
            ChangeTag::Equal => Part::Same,
            ChangeTag::Delete => Part::Removed,
            ChangeTag::Insert => Part::Inserted,
        };
        push(&mut segments, part, change.value());
    }
    join_islands(segments)
}

fn push(segments: &mut Vec<Segment>, part: Part, text: &str) {
    if text.is_empty() {
        return;
    }
    match segments.last_mut() {
        Some(last) if last.part == part => last.text.push_str(text),
        _ => segments.push(Segment { part, text: text.to_owned() }),
    }
}

/// A blank or comma that happens to be the same between two changes only chops them up: it joins both.
fn join_islands(segments: Vec<Segment>) -> Vec<Segment> {
    let mut joined: Vec<Segment> = Vec::new();
    let (mut removed, mut inserted) = (String::new(), String::new());
    let last = segments.len().saturating_sub(1);
    for (at, segment) in segments.into_iter().enumerate() {
        let island = at != last && !segment.text.chars().any(char::is_alphanumeric);
        match segment.part {
            Part::Removed => removed.push_str(&segment.text),
            Part::Inserted => inserted.push_str(&segment.text),
            Part::Same if island && !(removed.is_empty() && inserted.is_empty()) => {
                removed.push_str(&segment.text);
                inserted.push_str(&segment.text);
            }
            Part::Same => {
                flush(&mut joined, &mut removed, &mut inserted);
                push(&mut joined, Part::Same, &segment.text);
            }
        }
    }
    flush(&mut joined, &mut removed, &mut inserted);
    joined
}

/// Gives back to `Same` what both ends share since an island was taken in too eagerly.
fn flush(joined: &mut Vec<Segment>, removed: &mut String, inserted: &mut String) {
    let tail = removed.chars().rev().zip(inserted.chars().rev());
    let shared: usize =
        tail.take_while(|(a, b)| a == b && !a.is_alphanumeric()).map(|(character, _)| character.len_utf8()).sum();
    let (gone, rest) = removed.split_at(removed.len() - shared);
    push(joined, Part::Removed, gone);
    push(joined, Part::Inserted, &inserted[..inserted.len() - shared]);
    push(joined, Part::Same, rest);
    removed.clear();
    inserted.clear();
}

/// Whether an inline diff is easier to read than both values side by side: enough stays the same.
pub fn is_readable(segments: &[Segment]) -> bool {
    let letters = |part: Part| -> usize {
        let texts = segments.iter().filter(|segment| segment.part == part);
        texts.map(|segment| segment.text.chars().filter(|character| character.is_alphanumeric()).count()).sum()
    };
    2 * letters(Part::Same) >= letters(Part::Removed).max(letters(Part::Inserted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Part::{Inserted, Removed, Same};

    fn parts(before: &str, after: &str) -> Vec<(Part, String)> {
        inline(before, after).into_iter().map(|segment| (segment.part, segment.text)).collect()
    }

    #[test]
    fn words_are_the_unit() {
        assert_eq!(
            parts("Acme Industries Inc", "Acme Industries Corp"),
            [(Same, "Acme Industries ".into()), (Removed, "Inc".into()), (Inserted, "Corp".into())]
        );
    }

    #[test]
    fn blanks_between_changes_join_them() {
        assert_eq!(
            parts("call after six please", "call before noon please"),
            [
                (Same, "call ".into()),
                (Removed, "after six".into()),
                (Inserted, "before noon".into()),
                (Same, " please".into())
            ]
        );
    }

    #[test]
    fn nothing_and_everything() {
        assert_eq!(parts("", ""), []);
        assert_eq!(parts("same", "same"), [(Same, "same".into())]);
        assert_eq!(parts("", "new"), [(Inserted, "new".into())]);
        assert_eq!(parts("old", ""), [(Removed, "old".into())]);
    }

    #[test]
    fn long_values_are_replaced_as_a_whole() {
        let (before, after) = ("a ".repeat(4_000), "b ".repeat(4_000));
        assert_eq!(inline(&before, &after).len(), 2);
    }
}
