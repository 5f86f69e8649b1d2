//! Line numbers of byte offsets, as a text editor counts them. Not records: a quoted cell may span lines.

use memchr::memchr2_iter;

/// Line breaks in `text[from..to]`; CRLF is one, counted at its LF.
fn breaks(text: &[u8], from: usize, to: usize) -> u64 {
    memchr2_iter(b'\n', b'\r', &text[from..to])
        .map(|at| from + at)
        .filter(|&at| text[at] == b'\n' || text.get(at + 1) != Some(&b'\n'))
        .count() as u64
}

/// The 1-based line in which the byte at `offset` stands.
pub(crate) fn line_of(text: &str, offset: usize) -> u64 {
    1 + breaks(text.as_bytes(), 0, offset.min(text.len()))
}

/// Line numbers of ascending offsets: each stretch of text is looked at once, and only when asked.
#[derive(Debug, Default)]
pub(crate) struct LineCounter {
    at: usize,
    breaks: u64,
}

impl LineCounter {
    /// As [`line_of`]; `offset` must not be below the last one asked for.
    pub(crate) fn line_of(&mut self, text: &str, offset: usize) -> u64 {
        self.breaks += breaks(text.as_bytes(), self.at, offset);
        self.at = offset;
        self.breaks + 1
    }

    /// Goes on in another text, which begins at `offset` of this one.
    pub(crate) fn leave(&mut self, text: &str, offset: usize) {
        self.line_of(text, offset);
        self.at = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_kind_of_line_break_once() {
        let text = "a\nb\r\nc\rd\r\r\ne";
        let lines: Vec<u64> =
            text.bytes().enumerate().filter(|(_, b)| b.is_ascii_lowercase()).map(|(i, _)| line_of(text, i)).collect();
        assert_eq!(lines, [1, 2, 3, 4, 6]);
    }

    #[test]
    fn counting_on_agrees_with_counting_from_the_start() {
        let text = "a\r\n\rb\n\nc\r";
        let mut counter = LineCounter::default();
        for offset in 0..=text.len() {
            assert_eq!(counter.line_of(text, offset), line_of(text, offset), "{offset}");
        }
    }
}
