//! Where a feed of changes goes on, as it is kept in the state: the book, how many cards it held, and the server's token.

/// A cursor, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) book: String,
    /// Cards in the book when the token was given.
    pub(crate) cards: usize,
    pub(crate) token: String,
}

const MARK: &str = "carddav/1";

impl Cursor {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut lines = text.splitn(4, '\n');
        (lines.next()? == MARK).then_some(())?;
        let book = lines.next()?.to_owned();
        let cards = lines.next()?.parse().ok()?;
        Some(Self { book, cards, token: lines.next()?.to_owned() })
    }

    pub(crate) fn write(&self) -> String {
        format!("{MARK}\n{}\n{}\n{}", self.book, self.cards, self.token)
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
        let cursor = Cursor { book: "/b/".to_owned(), cards: 3, token: "t\n1".to_owned() };
        assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        assert_eq!(Cursor::read("hubspot"), None);
    }
}
