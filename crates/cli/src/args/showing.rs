//! Arguments of `tieline show`.

use super::SideName;
use clap::{Args as ClapArgs, ValueEnum};
use model::{ActionKind, Field};

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline show                  the last plan
  tieline show tonight.json     a plan file
  tieline show r20261121-…      a run
  tieline show --kind delete --side crm        what would be deleted there
  tieline show --field email --page 2          the second 50 changes of e-mail addresses
  tieline show --reason invalid_phone --rows 0 every record whose number cannot be read
  tieline show -o plan.html     the last plan as a page to read, print and answer; also .md, .csv, .json")]
pub(crate) struct Show {
    /// A plan file, or the id of a plan or a run; default: the last plan
    #[arg(value_name = "PLAN|RUN")]
    pub(crate) what: Option<String>,
    /// Show every row
    #[arg(long)]
    pub(crate) all: bool,
    /// Write a file instead: .html, .md, .csv or .json
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["side", "kind", "field", "reason", "phone", "page", "rows"])]
    pub(crate) output: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) part: Part,
}

/// Rows of a plan.
#[derive(Debug, ClapArgs)]
pub(crate) struct Part {
    /// Only what happens on this side
    #[arg(long, value_name = "SIDE", help_heading = "Part of a plan")]
    side: Option<SideName>,
    /// Only this kind of change
    #[arg(long, help_heading = "Part of a plan")]
    kind: Option<Kind>,
    /// Only changes and conflicts of this field
    #[arg(long, help_heading = "Part of a plan")]
    field: Option<Field>,
    /// Only this rule (R3), or why something waits or stays out (`both_edited`, `guard`, `invalid_phone`, …)
    #[arg(long, help_heading = "Part of a plan")]
    reason: Option<String>,
    /// Only contacts whose number has these digits in a row
    #[arg(long, value_name = "DIGITS", allow_hyphen_values = true, help_heading = "Part of a plan")]
    phone: Option<String>,
    /// Which page of rows, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Part of a plan")]
    page: Option<u32>,
    /// Rows a page; 0: all [default: 50]
    #[arg(long, value_name = "N", help_heading = "Part of a plan")]
    rows: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Create,
    Update,
    Delete,
    Link,
    Unlink,
    Rebase,
}

impl From<Kind> for ActionKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Create => Self::Create,
            Kind::Update => Self::Update,
            Kind::Delete => Self::Delete,
            Kind::Link => Self::Link,
            Kind::Unlink => Self::Unlink,
            Kind::Rebase => Self::Rebase,
        }
    }
}

impl Part {
    /// Rows a page where nobody says how many.
    const ROWS: u32 = 50;

    /// Whether only a part is asked for.
    pub(crate) const fn is_asked(&self) -> bool {
        self.side.is_some()
            || self.kind.is_some()
            || self.field.is_some()
            || self.reason.is_some()
            || self.phone.is_some()
            || self.page.is_some()
            || self.rows.is_some()
    }

    /// What to look for.
    pub(crate) fn filter(&self) -> report::view::Filter {
        report::view::Filter {
            side: self.side.map(Into::into),
            kind: self.kind.map(Into::into),
            field: self.field.clone(),
            reason: self.reason.clone(),
            phone: self.phone.clone(),
        }
    }

    /// Page, and rows a page.
    pub(crate) fn page(&self) -> (usize, usize) {
        (self.page.unwrap_or(1) as usize, self.rows.unwrap_or(Self::ROWS) as usize)
    }
}
