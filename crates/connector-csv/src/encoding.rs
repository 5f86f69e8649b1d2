//! Bytes to text and back, exactly: what `decode` reads, `encode` writes as the same bytes. Never replaces a character.

use encoding_rs::WINDOWS_1252;
use memchr::memchr;
use std::borrow::Cow;
use std::fmt;

/// How a file stores its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252: western Excel's "CSV".
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

/// Bytes that are no text, and up to where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotText {
    /// The text before.
    pub(crate) before: String,
    /// What is wrong with the next character.
    pub(crate) what: &'static str,
}

/// A file's text and how it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoded<'b> {
    /// Without byte order mark.
    pub(crate) text: Cow<'b, str>,
    /// How it was stored.
    pub(crate) encoding: Encoding,
    /// Whether a byte order mark stood first.
    pub(crate) bom: bool,
    /// Where the first character stands that was read as Windows-1252, so that a person can check it.
    pub(crate) doubtful: Option<usize>,
}

/// Reads bytes as text.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, NotText> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => match std::str::from_utf8(rest) {
            Ok(text) => Ok(Decoded { text: text.into(), encoding: Encoding::Utf8, bom: true, doubtful: None }),
            Err(error) => {
                Err(not_text(&rest[..error.valid_up_to()], "a byte that is not UTF-8, though the file says it is"))
            }
        },
        [0xff, 0xfe, rest @ ..] => utf16(rest, Encoding::Utf16Le, true),
        [0xfe, 0xff, rest @ ..] => utf16(rest, Encoding::Utf16Be, true),
        _ => match unmarked_utf16(bytes) {
            Some(encoding) => utf16(bytes, encoding, false),
            None => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Decoded { text: text.into(), encoding: Encoding::Utf8, bom: false, doubtful: None }),
                Err(error) => windows_1252(bytes, error.valid_up_to()),
            },
        },
    }
}

/// Stores text the way it was read.
pub(crate) fn encode(text: String, encoding: Encoding, bom: bool) -> Vec<u8> {
    let mark = |bytes: &[u8]| if bom { bytes.to_vec() } else { Vec::new() };
    match encoding {
        Encoding::Utf8 if bom => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Utf16Le => {
            let mut bytes = mark(&[0xff, 0xfe]);
            bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        }
        Encoding::Utf16Be => {
            let mut bytes = mark(&[0xfe, 0xff]);
            bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
            bytes
        }
        Encoding::Windows1252 => WINDOWS_1252.encode(&text).0.into_owned(),
    }
}

/// The first character that the encoding has no code for.
pub(crate) fn cannot_hold(encoding: Encoding, text: &str) -> Option<char> {
    if encoding != Encoding::Windows1252 || text.is_ascii() {
        return None;
    }
    let mut buffer = [0; 4];
    text.chars().find(|c| WINDOWS_1252.encode(c.encode_utf8(&mut buffer)).2)
}

fn not_text(before: &[u8], what: &'static str) -> NotText {
    NotText { before: String::from_utf8_lossy(before).into_owned(), what }
}

fn utf16(bytes: &[u8], encoding: Encoding, bom: bool) -> Result<Decoded<'_>, NotText> {
    let unit = |pair: &[u8]| match encoding {
        Encoding::Utf16Be => u16::from_be_bytes([pair[0], pair[1]]),
        _ => u16::from_le_bytes([pair[0], pair[1]]),
    };
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let mut text = String::with_capacity(bytes.len() / 2);
    for unit in char::decode_utf16(pairs.map(unit)) {
        match unit {
            Ok(c) => text.push(c),
            Err(_) => return Err(NotText { before: text, what: "half a UTF-16 character" }),
        }
    }
    if odd {
        return Err(NotText { before: text, what: "the file ends in the middle of a UTF-16 character" });
    }
    Ok(Decoded { text: text.into(), encoding, bom, doubtful: None })
}

/// A table as UTF-16 has a zero in many pairs, nearly always at the same end; nothing else has.
fn unmarked_utf16(bytes: &[u8]) -> Option<Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    memchr(0, sample)?;
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (low, high) if high * 8 >= sample.len() && low * 16 <= high => Some(Encoding::Utf16Le),
        (high, low) if high * 8 >= sample.len() && low * 16 <= high => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// Windows-1252, unless the bytes look like something else: a wrong guess here would garble every accent.
fn windows_1252(bytes: &[u8], first: usize) -> Result<Decoded<'_>, NotText> {
    if let Some(at) = bytes.iter().position(|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d)) {
        return Err(NotText {
            before: WINDOWS_1252.decode_without_bom_handling(&bytes[..at]).0.into_owned(),
            what: "a byte that is neither UTF-8 nor Windows-1252",
        });
    }
    let (mut multibyte, mut invalid) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        multibyte += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    if multibyte * 4 >= invalid {
        return Err(not_text(&bytes[..first], "a byte that is not UTF-8, in a file that otherwise is"));
    }
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
    Ok(Decoded { text, encoding: Encoding::Windows1252, bom: false, doubtful: Some(first) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn encoding_of(bytes: &[u8]) -> Encoding {
        decode(bytes).unwrap().encoding
    }

    #[test]
    fn every_encoding_goes_round() {
        let text = "Name;Telefon\r\nJürg “Zoë”;+41";
        for (encoding, bom) in [
            (Encoding::Utf8, false),
            (Encoding::Utf8, true),
            (Encoding::Utf16Le, true),
            (Encoding::Utf16Le, false),
            (Encoding::Utf16Be, true),
            (Encoding::Utf16Be, false),
            (Encoding::Windows1252, false),
        ] {
            let bytes = encode(text.to_owned(), encoding, bom);
            let decoded = decode(&bytes).unwrap();
            assert_eq!((decoded.encoding, decoded.bom, &*decoded.text), (encoding, bom, text));
            assert_eq!(encode(decoded.text.clone().into_owned(), encoding, bom), bytes);
        }
    }

    #[test]
    fn one_bad_byte_in_utf8_is_an_error_not_another_encoding() {
        let error = decode("Zoë,Müller\nx\n".replace('x', "?").as_bytes()).map(|_| ());
        assert_eq!(error, Ok(()));
        let mut bytes = "Zoë,Müller\n".as_bytes().to_vec();
        bytes.push(0xe9);
        assert_eq!(decode(&bytes).unwrap_err().before, "Zoë,Müller\n");
    }

    #[test]
    fn a_byte_that_windows_1252_lacks_is_an_error() {
        let error = decode(b"caf\xe9,x\x81y").unwrap_err();
        assert_eq!(error.before, "café,x");
    }

    #[test]
    fn nul_bytes_do_not_make_utf16() {
        assert_eq!(encoding_of(b"id,name\n1,A\0nna Meier\n"), Encoding::Utf8);
        assert_eq!(encoding_of(b"a\0,\0b\0\n\0"), Encoding::Utf16Le);
        // A character whose other byte is zero, as Ā is.
        let text = "id,Name,Phone\n1,Āda Byron,+14155550101\n".repeat(3);
        assert_eq!(encoding_of(&encode(text.clone(), Encoding::Utf16Le, false)), Encoding::Utf16Le);
        assert_eq!(encoding_of(&encode(text, Encoding::Utf16Be, false)), Encoding::Utf16Be);
    }

    #[test]
    fn broken_utf16_is_an_error() {
        assert_eq!(decode(b"\xff\xfea\0\x00\xd8").unwrap_err().before, "a");
        assert_eq!(decode(b"\xff\xfea\0b").unwrap_err().before, "a");
    }

    #[test]
    fn knows_what_it_cannot_hold() {
        assert_eq!(cannot_hold(Encoding::Windows1252, "café €"), None);
        assert_eq!(cannot_hold(Encoding::Windows1252, "Łódź"), Some('Ł'));
        assert_eq!(cannot_hold(Encoding::Utf8, "Łódź"), None);
    }
}
