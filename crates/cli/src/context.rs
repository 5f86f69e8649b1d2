//! What every command has at hand: the global options and how to show things. Printing itself is `output`'s.

use crate::args::Global;
use std::io::IsTerminal;

/// The global options and the terminal.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) global: Global,
}

impl Context {
    /// Options of a view on standard output.
    pub(crate) fn view(&self, all: bool) -> report::terminal::ViewOptions {
        let choice = anstream::AutoStream::choice(&std::io::stdout());
        report::terminal::ViewOptions {
            color: choice != anstream::ColorChoice::Never,
            width: width(),
            limit: if all { 0 } else { 20 },
            full: all || self.global.verbose > 0,
            ..report::terminal::ViewOptions::default()
        }
    }

    /// A sentence on standard error.
    pub(crate) fn note(&self, text: &str) {
        if !self.global.quiet {
            anstream::eprintln!("{text}");
        }
    }
}

/// Columns of the terminal. In a file or a pipe nothing is cut: whoever reads there searches for whole texts.
fn width() -> usize {
    if !std::io::stdout().is_terminal() {
        return 10_000;
    }
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(40, 160)
}
