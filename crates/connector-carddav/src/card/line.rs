//! Logical lines: what was folded put together, with the raw text kept beside it.

use super::NoCard;
use std::ops::Range;

/// One logical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// As it stands in the card, folds and line ends included.
    pub(crate) raw: String,
    /// Unfolded, without the line end.
    pub(crate) text: String,
    pub(crate) group: Option<Range<usize>>,
    pub(crate) name: Range<usize>,
    /// Name and raw values of each parameter, quotes taken off.
    pub(crate) parameters: Vec<(String, String)>,
    /// Where the value begins in `text`.
    pub(crate) value: usize,
}

impl Line {
    /// An empty line between properties.
    pub(crate) fn is_blank(&self) -> bool {
        self.name.is_empty()
    }

    /// Reads an unfolded line.
    pub(crate) fn read(raw: String, text: String, number: usize) -> Result<Self, NoCard> {
        if text.trim().is_empty() {
            return Ok(Self { raw, text, group: None, name: 0..0, parameters: Vec::new(), value: 0 });
        }
        let Some(pieces) = pieces(&text) else {
            return Err(NoCard(format!("line {number} has no colon")));
        };
        let head = pieces[0].clone();
        let dot = text[head.clone()].find('.');
        let name = dot.map_or(head.clone(), |dot| head.start + dot + 1..head.end);
        if text[name.clone()].trim().is_empty() {
            return Err(NoCard(format!("line {number} has no name")));
        }
        let parameters = pieces[1..].iter().map(|range| parameter(&text[range.clone()])).collect();
        let value = pieces.last().map_or(0, |last| last.end + 1);
        Ok(Self { raw, group: dot.map(|dot| head.start..head.start + dot), name, parameters, value, text })
    }
}

fn parameter(text: &str) -> (String, String) {
    let (name, values) = text.split_once('=').unwrap_or(("TYPE", text));
    (name.trim().to_owned(), values.replace('"', ""))
}

/// Name and parameters, up to the colon that is in no quotes.
fn pieces(text: &str) -> Option<Vec<Range<usize>>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut is_quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            ';' | ':' if !is_quoted => {
                pieces.push(start..at);
                start = at + 1;
                if c == ':' {
                    return Some(pieces);
                }
            }
            _ => {}
        }
    }
    None
}

/// The lines of a text.
pub(crate) fn logical_lines(text: &str) -> Result<Vec<Line>, NoCard> {
    let text = text.strip_prefix('\u{feff}').map_or((None, text), |rest| (Some("\u{feff}"), rest));
    let (mark, text) = text;
    let mut lines = Vec::new();
    let mut raw = mark.unwrap_or_default().to_owned();
    let mut unfolded = String::new();
    let mut began = None;
    for (physical, number) in text.split_inclusive('\n').zip(1..) {
        let bare = physical.strip_suffix('\n').unwrap_or(physical);
        let bare = bare.strip_suffix('\r').unwrap_or(bare);
        if bare.starts_with([' ', '\t']) && began.is_some() && !unfolded.is_empty() {
            raw.push_str(physical);
            unfolded.push_str(&bare[1..]);
            continue;
        }
        if let Some(began) = began {
            lines.push(Line::read(std::mem::take(&mut raw), std::mem::take(&mut unfolded), began)?);
        }
        began = Some(number);
        raw.push_str(physical);
        unfolded.push_str(bare);
    }
    if let Some(began) = began {
        lines.push(Line::read(raw, unfolded, began)?);
    }
    Ok(lines)
}
