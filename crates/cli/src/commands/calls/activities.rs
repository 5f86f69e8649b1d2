//! Calls as activities beside the contacts: a CSV file with the CRM's own ids, kept equal to what the state knows.
//!
//! Calls that belong to no contact or to several are left out: whose they are is nobody's guess. A file that is right
//! already is not touched.

use super::export::replace;
use super::lines;
use crate::failure::{Failure, Fallible};
use ::report::calls::{CALL_COLUMNS, csv_header};
use model::CallStage;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use store::{CallFilter, Store};

/// Brings the file up to date. Answers with the number of calls in it, and whether it was written.
pub(crate) fn write_activities(store: &Store, path: &Path) -> Fallible<(u64, bool)> {
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
