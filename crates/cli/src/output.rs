//! Data on standard output, questions on the terminal.

use crate::failure::Fallible;
use std::io::{IsTerminal, Write};

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
