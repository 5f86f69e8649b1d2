//! Where a feed of changes goes on, as it is kept in the state: the book, how many cards it held, the server's token, and
//! the cards that could not be read, so that they are named again although they did not change.

/// A cursor, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) book: String,
    /// Cards in the book when the token was given.
    pub(crate) cards: usize,
    pub(crate) token: String,
    /// Paths of cards that could not be read, and why.
    pub(crate) unreadable: Vec<(String, String)>,
}

const MARK: &str = "carddav/1";

impl Cursor {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == MARK).then_some(())?;
        let book = lines.next()?.to_owned();
        let cards = lines.next()?.parse().ok()?;
        let token = lines.next()?.to_owned();
        let unreadable = lines.filter_map(|line| line.split_once('\t'));
        let unreadable = unreadable.map(|(path, why)| (path.to_owned(), why.to_owned())).collect();
        Some(Self { book, cards, token, unreadable })
    }

    pub(crate) fn write(&self) -> String {
        let line = |text: &str| text.replace(['\n', '\r', '\t'], " ");
        let mut text = format!("{MARK}\n{}\n{}\n{}", self.book, self.cards, line(&self.token));
        for (path, why) in &self.unreadable {
            text.push_str(&["\n", &line(path), "\t", &line(why)].concat());
        }
        text
    }

    /// Whether so many changes may be everything: some servers answer an unknown token with all that they hold, which
    /// looks like changes and leaves out what was deleted. Then the members are counted.
    pub(crate) const fn may_be_everything(&self, changed: usize) -> bool {
        changed > 0 && changed * 10 >= self.cards
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn a_cursor_survives_the_state() {
        let unreadable = vec![("/b/a.vcf".to_owned(), "it has no VERSION".to_owned())];
        let cursor = Cursor { book: "/b/".to_owned(), cards: 3, token: "t 1".to_owned(), unreadable };
        assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        assert_eq!(Cursor::read("hubspot"), None);
    }
}
