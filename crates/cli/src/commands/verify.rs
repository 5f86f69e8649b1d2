//! `tieline verify`: an independent check of both sides, the bases and the journal. Reads, never writes.

use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::job::{Access, Job};
use crate::output;
use ::sync::{Finding, Severity, Verification};
use std::collections::BTreeMap;
use std::io::Write;

/// Findings of one kind that are shown without `--all`.
const SHOWN: usize = 10;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Verify) -> Fallible<Code> {
    let setup = super::setup(context)?;
    // Without a state there is nothing to verify, and none is made.
    drop(crate::job::look(&setup.config.state_path())?);
    let mut job = Job::open(context, &setup, "verify")?;
    let verification = job.session(&setup, Access::Read, BTreeMap::new())?.verify().await?;
    if context.global.json {
        output::print_json(&verification)?;
    } else {
        output::print(|out| draw(&verification, args.all, out))?;
    }
    Ok(if verification.sound { Code::Done } else { Code::Failed })
}

fn draw(found: &Verification, all: bool, out: &mut dyn Write) -> std::io::Result<()> {
    let checked = &found.checked;
    let count = |severity| found.findings.iter().filter(|finding| finding.severity == severity).count();
    let (broken, unchecked) = (count(Severity::Broken), count(Severity::Unchecked));
    match (broken, unchecked) {
        (0, 0) => writeln!(out, "sound: both sides, the state and the journal agree, or are named as changed below")?,
        (0, _) => writeln!(out, "nothing is broken, but not everything could be checked")?,
        (1, _) => writeln!(out, "broken: 1 thing contradicts the rest")?,
        (count, _) => writeln!(out, "broken: {count} things contradict the rest")?,
    }
    writeln!(
        out,
        "checked      {} links ({} unchanged on both sides), {} JustCall and {} CRM records, {} journal entries",
        checked.links, checked.unchanged, checked.records.justcall, checked.records.crm, checked.journal
    )?;
    writeln!(out, "unlinked     {} in JustCall, {} in the CRM", checked.unlinked.justcall, checked.unlinked.crm)?;
    for same in found.findings.chunk_by(|a, b| (a.severity, a.check) == (b.severity, b.check)) {
        let shown = if all { same.len() } else { SHOWN };
        for finding in same.iter().take(shown) {
            line(finding, out)?;
        }
        if same.len() > shown {
            writeln!(out, "{:12} {} more (--all shows them)", "", same.len() - shown)?;
        }
    }
    Ok(())
}

fn line(finding: &Finding, out: &mut dyn Write) -> std::io::Result<()> {
    let severity = match finding.severity {
        Severity::Broken => "BROKEN",
        Severity::Unchecked => "unchecked",
        Severity::Note => "note",
    };
    let who = finding.phone.as_ref().map(|phone| format!("{phone}: ")).unwrap_or_default();
    let detail = report::text::safe(&finding.detail);
    writeln!(out, "{severity:12} {}: {who}{detail}", finding.check)
}
