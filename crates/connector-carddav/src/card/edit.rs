//! Edits: one line gets another value, goes, or comes. All other lines stay as they are.

use super::Card;
use super::line::Line;

/// Octets of a line before it is folded (RFC 6350, 3.2).
const WIDTH: usize = 75;

impl Card {
    /// Gives the property on a line another value; its group, name and parameters stay.
    pub fn set_value(&mut self, at: usize, value: &str) {
        let head = self.lines[at].text[..self.lines[at].value].to_owned();
        self.lines[at] = self.line(&format!("{head}{value}"));
    }

    /// Takes a line out.
    pub fn remove(&mut self, at: usize) {
        self.lines.remove(at);
    }

    /// Adds a property before the end: name and parameters, value.
    pub fn append(&mut self, head: &str, value: &str) {
        let line = self.line(&format!("{head}:{value}"));
        let is_end = |line: &Line| !line.is_blank() && line.text[line.name.clone()].eq_ignore_ascii_case("END");
        let end = self.lines.iter().rposition(is_end).unwrap_or(self.lines.len());
        self.lines.insert(end, line);
    }

    fn line(&self, text: &str) -> Line {
        let raw = fold(text, self.ending);
        // What was read once reads again: head and value are as before, or made here.
        Line::read(raw, text.to_owned(), 0).unwrap_or_else(|_| Line {
            raw: String::new(),
            text: String::new(),
            group: None,
            name: 0..0,
            parameters: Vec::new(),
            value: 0,
        })
    }
}

/// The line with line ends, folded between characters.
pub(crate) fn fold(text: &str, ending: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    let mut width = 0;
    for c in text.chars() {
        if width + c.len_utf8() > WIDTH {
            folded.push_str(ending);
            folded.push(' ');
            width = 1;
        }
        folded.push(c);
        width += c.len_utf8();
    }
    folded.push_str(ending);
    folded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const CARD: &str = "BEGIN:VCARD\nversion:4.0\nX-Odd;A=\"b:c\":un\n touched\nitem1.EMAIL;TYPE=home:a@b\nEND:VCARD\n";

    #[test]
    fn only_the_edited_line_changes() {
        let mut card = Card::parse(CARD).unwrap();
        let at = card.named("EMAIL").next().unwrap().at;
        card.set_value(at, "c@d");
        assert_eq!(card.text(), CARD.replace("a@b", "c@d"));
        card.append("TEL;TYPE=cell", "+1");
        assert_eq!(card.text(), CARD.replace("a@b", "c@d").replace("END", "TEL;TYPE=cell:+1\nEND"));
        card.remove(at);
        assert!(!card.text().contains("EMAIL"));
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let folded = fold(&format!("NOTE:{}", "é".repeat(100)), "\r\n");
        for line in folded.split("\r\n") {
            assert!(line.len() <= WIDTH, "{line}");
        }
        assert_eq!(folded.replace("\r\n ", ""), format!("NOTE:{}\r\n", "é".repeat(100)));
    }
}
