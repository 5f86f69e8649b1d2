//! Lines of styled text, cut or wrapped to the width of the terminal. Knows nothing of plans.

use super::{NARROWEST, ViewOptions};
use crate::text;
use anstyle::{AnsiColor, Style};
use std::io::{self, BufWriter, Write};
use unicode_segmentation::UnicodeSegmentation as _;

/// What a piece of text means to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Strong,
    Dim,
    Good,
    Warn,
    Bad,
    Removed,
    Inserted,
}

impl Tone {
    fn style(self) -> Style {
        let colored = |color: AnsiColor| Style::new().fg_color(Some(anstyle::Color::Ansi(color)));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Good | Self::Inserted => colored(AnsiColor::Green),
            Self::Warn => colored(AnsiColor::Yellow),
            Self::Bad => colored(AnsiColor::Red).bold(),
            Self::Removed => colored(AnsiColor::Red),
        }
    }
}

/// A line under construction. Everything put into it is safe to show from then on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    text: String,
    /// Where each tone ends.
    tones: Vec<(usize, Tone)>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn indented(columns: usize) -> Self {
        Self::new().plain(&" ".repeat(columns))
    }

    pub(crate) fn put(mut self, text: &str, tone: Tone) -> Self {
        self.add(text, tone);
        self
    }

    pub(crate) fn plain(self, text: &str) -> Self {
        self.put(text, Tone::Plain)
    }

    pub(crate) fn add(&mut self, text: &str, tone: Tone) {
        self.text.push_str(&text::safe(text));
        match self.tones.last_mut() {
            Some(last) if last.1 == tone => last.0 = self.text.len(),
            _ => self.tones.push((self.text.len(), tone)),
        }
    }

    pub(crate) fn append(&mut self, other: &Self) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.tones.extend(other.tones.iter().map(|(end, tone)| (start + end, *tone)));
    }

    pub(crate) fn columns(&self) -> usize {
        text::columns(&self.text)
    }
}

/// Writes lines.
pub(crate) struct Painter<'a> {
    pub(crate) options: &'a ViewOptions,
    out: BufWriter<&'a mut dyn Write>,
    started: bool,
}

impl<'a> Painter<'a> {
    pub(crate) fn new(options: &'a ViewOptions, out: &'a mut dyn Write) -> Self {
        Self { options, out: BufWriter::new(out), started: false }
    }

    pub(crate) fn width(&self) -> usize {
        self.options.width.max(NARROWEST)
    }

    /// An empty line between sections; none at the top.
    pub(crate) fn gap(&mut self) -> io::Result<()> {
        if self.started { self.out.write_all(b"\n") } else { Ok(()) }
    }

    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        self.gap()?;
        self.wrapped(&Line::new().put(text, Tone::Strong), 2)
    }

    /// One line, cut at the width.
    pub(crate) fn line(&mut self, line: &Line) -> io::Result<()> {
        let whole = text::cut(&line.text, self.width()) == line.text.len();
        let end = if whole { line.text.len() } else { text::cut(&line.text, self.width() - 1) };
        self.piece(line, 0, end)?;
        if !whole {
            self.out.write_all("…".as_bytes())?;
        }
        self.end_line()
    }

    /// As many lines as it takes, the further ones indented.
    pub(crate) fn wrapped(&mut self, line: &Line, indent: usize) -> io::Result<()> {
        self.lines(line, indent, usize::MAX)
    }

    /// Wrapped to at most `most` lines; to any number where the reader wants everything.
    pub(crate) fn folded(&mut self, line: &Line, indent: usize, most: usize) -> io::Result<()> {
        self.lines(line, indent, if self.options.full { usize::MAX } else { most })
    }

    fn lines(&mut self, line: &Line, indent: usize, most: usize) -> io::Result<()> {
        let ranges = breaks(&line.text, self.width(), indent);
        for (at, &(start, end)) in ranges.iter().enumerate().take(most) {
            if at > 0 {
                write!(self.out, "{:indent$}", "")?;
            }
            if at + 1 == most && ranges.len() > most {
                let room = self.width() - 1 - if at > 0 { indent } else { 0 };
                self.piece(line, start, start + text::cut(&line.text[start..end], room))?;
                self.out.write_all("…".as_bytes())?;
            } else {
                self.piece(line, start, end)?;
            }
            self.end_line()?;
        }
        Ok(())
    }

    /// Cut, or wrapped where the reader wants everything.
    pub(crate) fn long(&mut self, line: &Line, indent: usize) -> io::Result<()> {
        if self.options.full { self.wrapped(line, indent) } else { self.line(line) }
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.started = true;
        self.out.write_all(b"\n")
    }

    /// The bytes from `start` to `end` in their tones.
    fn piece(&mut self, line: &Line, start: usize, end: usize) -> io::Result<()> {
        let text = line.text[start..end].trim_end_matches(' ');
        let end = start + text.len();
        let mut from = start;
        for &(tone_end, tone) in &line.tones {
            let to = tone_end.min(end);
            if to <= from {
                continue;
            }
            let part = &line.text[from..to];
            let style = tone.style();
            if self.options.color && !style.is_plain() {
                write!(self.out, "{style}{part}{style:#}")?;
            } else {
                self.out.write_all(part.as_bytes())?;
            }
            from = to;
        }
        Ok(())
    }
}

/// Byte ranges of the lines that a text takes: broken at blanks, and inside a word only where it fills a whole line.
fn breaks(text: &str, width: usize, indent: usize) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let (mut start, mut used, mut blank) = (0, 0, None);
    let leading = text.len() - text.trim_start_matches(' ').len();
    let graphemes: Vec<(usize, &str, usize)> =
        text.grapheme_indices(true).map(|(at, grapheme)| (at, grapheme, text::columns(grapheme))).collect();
    let mut next = 0;
    while let Some(&(at, grapheme, columns)) = graphemes.get(next) {
        let room = if ranges.is_empty() { width } else { width - indent };
        if used + columns > room && at > start && grapheme != " " {
            let (end, resume) = blank.unwrap_or((at, next));
            ranges.push((start, end));
            next = resume;
            start = graphemes.get(next).map_or(text.len(), |grapheme| grapheme.0);
            (used, blank) = (0, None);
            continue;
        }
        used += columns;
        next += 1;
        if grapheme == " " && at >= leading {
            blank = Some((at, next));
        }
    }
    if start < text.len() || ranges.is_empty() {
        ranges.push((start, text.len()));
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(text: &str, width: usize, indent: usize) -> Vec<&str> {
        breaks(text, width, indent).into_iter().map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn lines_break_at_blanks_and_inside_long_words_only() {
        assert_eq!(wrap("one two three", 8, 0), ["one two", "three"]);
        assert_eq!(wrap("  one two three", 9, 2), ["  one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4, 1), ["abcd", "efg", "hij"]);
        assert_eq!(wrap("", 4, 0), [""]);
        assert_eq!(wrap("a    b", 2, 0), ["a   ", "b"]);
    }
}
