//! What every command has at hand: the global options, where to print, and whether anybody is watching.

use crate::args::Global;
use crate::failure::Fallible;
use std::io::{IsTerminal, Write};

/// The global options and the terminal.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) global: Global,
}

impl Context {
    /// Options of a view on standard output.
    pub(crate) fn view(&self, all: bool) -> report::terminal::ViewOptions {
        let choice = anstream::AutoStream::choice(&std::io::stdout());
        let mut options = report::terminal::ViewOptions::default();
        options.color = choice != anstream::ColorChoice::Never;
        options.width = width();
        options.limit = if all { 0 } else { 20 };
        options.full = all;
        options
    }

    /// Prints through a view. A closed pipe is no error: the reader has seen enough.
    pub(crate) fn print(&self, draw: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Fallible<()> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match draw(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// One value as JSON on standard output.
    pub(crate) fn print_json(&self, value: &impl serde::Serialize) -> Fallible<()> {
        self.print(|out| {
            serde_json::to_writer_pretty(&mut *out, value)?;
            writeln!(out)
        })
    }

    /// A sentence on standard error.
    pub(crate) fn note(&self, text: &str) {
        if !self.global.quiet {
            anstream::eprintln!("{text}");
        }
    }

    /// Whether a person can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Asks a question that is answered by yes or no; no is the default.
    pub(crate) fn ask(&self, question: &str) -> Fallible<bool> {
        eprint!("{question} [y/N] ");
        std::io::stderr().flush()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

/// Columns of the terminal; 100 where there is none.
fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(40, 160)
}
