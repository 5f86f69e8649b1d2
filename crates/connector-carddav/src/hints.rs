//! What a card that cannot be read may be about: its names, numbers and addresses as far as they can be made out. Enough
//! to see that a contact may be this card; never enough to write it or to take anything from it.

use model::numbers;

/// Longest list that is kept of a card.
const MOST: usize = 50;

/// The texts that say who a card is about, one a line; without such, all that is in it. Nothing: nobody can know.
pub(crate) fn hints(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").replace("=\n", "");
    let mut lines: Vec<String> = text.lines().filter_map(about).collect();
    if lines.is_empty() {
        lines = text.lines().map(str::to_owned).collect();
    }
    lines.retain(|line| line.chars().any(char::is_alphanumeric));
    lines.truncate(MOST);
    let mut hints = String::new();
    for line in lines {
        numbers::add_other(&mut hints, line.trim());
    }
    hints
}

/// The value of a line that names somebody or has a number.
fn about(line: &str) -> Option<String> {
    let (head, value) = line.split_once(':')?;
    let head = head.to_ascii_uppercase();
    let name = head.split(';').next()?.rsplit('.').next()?.trim();
    let is_about =
        matches!(name, "FN" | "N" | "NICKNAME" | "EMAIL" | "ORG") || name.contains("TEL") || name.contains("PHONE");
    let value = if head.contains("QUOTED-PRINTABLE") { unquoted(value) } else { value.to_owned() };
    let value =
        value.strip_prefix("tel:").unwrap_or(&value).replace("\\,", ",").replace("\\;", ";").replace(['\r', '\n'], " ");
    // The parts of a name; of a number, what follows it.
    is_about.then(|| if name == "N" { value.replace(';', " ") } else { value })
}

/// `=2B1` is `+1`, as old cards write it.
fn unquoted(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'=');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_made_out_of_whatever_is_there() {
        // text, lines
        let table = [
            (
                "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Bell;Ann;;;\r\nTEL;CELL:+1 415 555 0101\r\nEND:VCARD\r\n",
                "Bell Ann   \n+1 415 555 0101",
            ),
            ("item1.TEL;TYPE=CELL:tel:+1415\n 5550101\nNOTE:x\n", "+14155550101"),
            ("TEL;ENCODING=QUOTED-PRINTABLE:=2B1 415=\n555 0101\nEMAIL:a@example.com", "+1 415555 0101\na@example.com"),
            ("X-PHONE:5\u{1e}5\nFN:\n", "5 5"),
            ("no card at all\n\n--\n1 415 555 0101", "no card at all\n1 415 555 0101"),
            ("", ""),
            (":::\n;;\n", ""),
        ];
        for (text, lines) in table {
            assert_eq!(
                hints(text).lines().map(str::trim).collect::<Vec<_>>(),
                lines.lines().map(str::trim).collect::<Vec<_>>(),
                "{text}"
            );
        }
        assert_eq!(unquoted("=2B=zz=4"), "+=zz=4");
        assert_eq!(unquoted("=C3=A4=é"), "ä=é");
        assert_eq!(hints(&"TEL:1\n".repeat(999)).lines().count(), MOST);
    }
}
