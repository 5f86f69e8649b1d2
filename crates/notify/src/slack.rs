//! A summary as a chat message in the form of Slack's incoming webhooks, which Mattermost and others read as well.

use crate::{Summary, text};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The body of the request.
pub(crate) fn slack(summary: &Summary) -> Value {
    let mut out = format!("*{}*\n{}\n", inert(&summary.subject), inert(&summary.headline));
    for block in &summary.blocks {
        let _ = write!(out, "\n*{}*\n", inert(&block.title)); // writing to a String cannot fail
        for entry in &block.entries {
            let _ = writeln!(out, "• {}", inert(&entry.text));
            for contact in &entry.contacts {
                let _ = writeln!(out, "    ◦ {}", inert(contact));
            }
        }
    }
    for command in &summary.next {
        let _ = write!(out, "\n`{command}`");
    }
    let _ = write!(out, "\n{}", text::origin(summary));
    json!({ "text": out })
}

/// A text that calls nobody and links nowhere: `<!channel>`, `<@U1>` and `<https://…|…>` need a `<`, Mattermost's
/// `@channel` an `@` with a letter behind it, its links a `](`.
fn inert(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '@' | ']' => shown.extend([sign, '\u{2060}']), // a joiner without width
            other => shown.push(other),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn nobody_is_called_and_nothing_links() {
        assert_eq!(inert("<!channel> & <script>"), "&lt;!channel&gt; &amp; &lt;script&gt;");
        assert!(!inert("@channel").contains("@channel") && !inert("[a](https://b.example.com)").contains("]("));
        assert_eq!(inert("Zoë, 山田"), "Zoë, 山田");
    }
}
