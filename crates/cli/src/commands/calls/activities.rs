//! Calls as activities of the contacts: on their pages, where the CRM shows calls; else as a CSV file with the CRM's own
//! ids, kept equal to what the state knows.
//!
//! Calls that belong to no contact or to several are left out: whose they are is nobody's guess. A file that is right
//! already is not touched.

use super::export::replace;
use super::lines;
use crate::config::Config;
use crate::context::Context;
use crate::failure::{Failure, Fallible};
use ::report::calls::{CALL_COLUMNS, csv_header};
use ::sync::Session;
use ::sync::calls::ActivitiesReport;
use model::CallStage;
use serde_json::{Value, json};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use store::{CallFilter, Store};

/// Refused calls that are named.
const SHOWN: usize = 5;

/// What became of the activities.
pub(crate) struct Kept {
    /// Calls that are there now.
    pub(crate) count: u64,
    /// What was sent to a CRM that shows calls; none for a file.
    pub(crate) sent: Option<ActivitiesReport>,
}

impl Kept {
    /// Whether all of them are there.
    pub(crate) fn is_whole(&self) -> bool {
        self.sent.as_ref().is_none_or(|sent| sent.stopped.is_none() && sent.refused.is_empty())
    }

    /// What was sent, in numbers.
    pub(crate) fn as_json(&self) -> Option<Value> {
        let sent = self.sent.as_ref()?;
        let refused: Vec<Value> =
            sent.refused.iter().map(|(call, error)| json!({"call_id": call, "error": error})).collect();
        let stopped = sent.stopped.as_ref().map(ToString::to_string);
        Some(json!({
            "new": sent.new, "changed": sent.changed, "unknown": sent.unknown, "refused": refused, "stopped": stopped,
        }))
    }
}

/// Brings the activities up to date, where they are wanted. A CRM that fails keeps nobody waiting: that is said.
pub(crate) async fn keep_activities(
    context: &Context,
    config: &Config,
    session: &mut Session<'_>,
) -> Fallible<Option<Kept>> {
    let Some(path) = config.activities() else { return Ok(None) };
    if config.activities_in_crm() && session.shows_activities() {
        let sent = session.log_activities().await?;
        say(context, &sent);
        return Ok(Some(Kept { count: sent.shown, sent: Some(sent) }));
    }
    let (count, written) = write_activities(session.store(), &path)?;
    if written {
        context.note(&format!("{} in {}", ::report::words::count(count, "call"), path.display()));
    }
    Ok(Some(Kept { count, sent: None }))
}

fn say(context: &Context, sent: &ActivitiesReport) {
    let count = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let parts = [count(sent.new, "new"), count(sent.changed, "brought up to date")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        let shown = ::report::words::count(sent.shown, "call");
        context.note(&format!("the CRM shows {shown} with their contacts: {}", parts.join(", ")));
    }
    if sent.unknown > 0 {
        let calls = ::report::words::count(sent.unknown, "call");
        context
            .note(&format!("of {calls} nobody knows yet whether the CRM has them: a later run asks before it sends"));
    }
    for (call, error) in sent.refused.iter().take(SHOWN) {
        eprintln!("warning: the CRM did not take call {call}: {}", ::report::text::safe(error));
    }
    if sent.refused.len() > SHOWN {
        eprintln!("warning: nor {} more", sent.refused.len() - SHOWN);
    }
    if let Some(error) = &sent.stopped {
        eprintln!("warning: not all calls were shown in the CRM ({error}); the next run goes on");
    }
}

/// Brings the file up to date. Answers with the number of calls in it, and whether it was written.
fn write_activities(store: &Store, path: &Path) -> Fallible<(u64, bool)> {
    check_ours(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error: std::io::Error| {
        Failure::new(format!("cannot write the activities to {}: {error}", path.display()))
            .hint("check the folder of [calls] activities and its free space")
    };
    let mut draft = tempfile::tempfile_in(folder).map_err(failed)?;
    let mut count = 0;
    {
        let mut out = BufWriter::new(&mut draft);
        csv_header(&mut out).map_err(failed)?;
        lines::each(store, &CallFilter::default(), false, |line| {
            // A call in flight changes its mind: it comes when it has ended.
            if line.crm_id.is_some() && line.call.stage() == CallStage::Ended {
                count += 1;
                line.csv(&mut out)?;
            }
            Ok(())
        })?;
        out.flush().map_err(failed)?;
    }
    if same(&mut draft, path).map_err(failed)? {
        return Ok((count, false));
    }
    replace(path, |file| {
        std::io::Seek::rewind(&mut draft)?;
        std::io::copy(&mut draft, file)?;
        Ok(())
    })?;
    Ok((count, true))
}

/// A file that is there must be one of ours: its first line says so.
fn check_ours(path: &Path) -> Fallible<()> {
    let Ok(file) = std::fs::File::open(path) else { return Ok(()) };
    let mut header = Vec::new();
    csv_header(&mut header)?;
    let mut found = vec![0; header.len()];
    let read = BufReader::new(file).read_exact(&mut found);
    let is_empty = std::fs::metadata(path).is_ok_and(|known| known.len() == 0);
    if is_empty || (read.is_ok() && found == header) {
        return Ok(());
    }
    Err(Failure::usage(format!("{} is there already and is no file of calls that tieline wrote", path.display()))
        .hint(format!("name another file: [calls] activities = \"calls.csv\"; ours begins with {}", CALL_COLUMNS[0])))
}

/// Whether a file holds exactly what the draft holds.
fn same(draft: &mut std::fs::File, path: &Path) -> std::io::Result<bool> {
    let Ok(known) = std::fs::File::open(path) else { return Ok(false) };
    if known.metadata()?.len() != draft.metadata()?.len() {
        return Ok(false);
    }
    std::io::Seek::rewind(draft)?;
    let (mut one, mut two) = (BufReader::new(draft), BufReader::new(known));
    let (mut a, mut b) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let read = one.read(&mut a)?;
        if read == 0 {
            return Ok(true);
        }
        two.read_exact(&mut b[..read])?;
        if a[..read] != b[..read] {
            return Ok(false);
        }
    }
}
