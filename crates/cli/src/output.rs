//! Data on standard output and in files of their owner's, questions on the terminal.

use crate::failure::{Failure, Fallible};
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Prints through a view. A closed pipe is no error: the reader has seen enough.
pub(crate) fn print(draw: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Fallible<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match draw(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// One value as JSON on standard output.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Fallible<()> {
    print(|out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        writeln!(out)
    })
}

/// A table as it is for a file or a pipe; made safe to look at on a terminal, which contacts' texts could steer.
pub(crate) fn table(bytes: &[u8], on_terminal: bool, out: &mut dyn Write) -> std::io::Result<()> {
    if !on_terminal {
        return out.write_all(bytes);
    }
    for line in String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').split_inclusive("\r\n") {
        writeln!(out, "{}", report::text::safe(line.trim_end_matches("\r\n")))?;
    }
    Ok(())
}

/// Whether a person can be asked.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question that is answered by yes or no; no is the default.
pub(crate) fn ask(question: &str) -> Fallible<bool> {
    eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// A file that only its owner can read, also where it stood there before with a wider mode: what tieline writes holds
/// personal data. `what` names it in messages.
pub(crate) fn write_private(path: &Path, what: &str, bytes: &[u8]) -> Fallible<()> {
    write(path, bytes).map_err(|error| {
        Failure::new(format!("cannot write the {what} to {}: {error}", path.display()))
            .hint("name a file in a folder that exists and can be written to")
    })
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // A pipe or a terminal has no content to protect.
    if file.metadata()?.is_file() {
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.set_len(0)?;
        file.write_all(bytes)?;
        return file.sync_all();
    }
    file.write_all(bytes)
}

/// A sentence if others can open a file that holds this.
pub(crate) fn wide(path: &Path, what: &str) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let found = std::fs::metadata(path).ok()?;
        if found.is_file() && found.permissions().mode() & 0o077 != 0 {
            let name = path.display();
            return Some(format!("others can open {name}, which holds {what}: run `chmod 600 {name}`"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_table_cannot_steer_the_terminal() {
        let bytes = "\"a\"\r\n\"A\u{1b}[31m\u{7}\u{202e}\"\r\n".as_bytes();
        let (mut shown, mut piped) = (Vec::new(), Vec::new());
        table(bytes, true, &mut shown).unwrap();
        table(bytes, false, &mut piped).unwrap();
        assert_eq!(String::from_utf8(shown).unwrap(), "\"a\"\n\"A\\u{1b}[31m\\u{7}\\u{202e}\"\n");
        assert_eq!(piped, bytes, "a file keeps every byte");
    }
}
