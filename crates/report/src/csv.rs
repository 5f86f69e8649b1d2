//! Conflicts and changes as CSV for a spreadsheet (RFC 4180, every cell quoted). Cells that a spreadsheet would take for a formula
//! get an apostrophe in front, which also keeps `+14155550100` a text. Reading answers back is the command line's.

use crate::view::{RecordPages, pages_of};
use crate::words;
use model::{Change, Conflict, Plan, RecordId};
use std::io::{self, BufWriter, Write};

/// The columns, in order. Stable: people build on them; new ones go to the end.
pub const CONFLICT_COLUMNS: [&str; 17] = [
    "id",
    "kind",
    "contact",
    "phone",
    "field",
    "base",
    "justcall",
    "crm",
    "justcall_id",
    "crm_id",
    "since",
    "records",
    "detail",
    "justcall_url",
    "crm_url",
    "justcall_set",
    "crm_set",
];

/// The columns of a plan: one line per field that is written, one per conflict. Stable; new ones go to the end.
const PLAN_COLUMNS: [&str; 18] = [
    "side",
    "action",
    "contact",
    "phone",
    "record_id",
    "other_id",
    "field",
    "before",
    "after",
    "rule",
    "why",
    "conflict",
    "base",
    "justcall",
    "crm",
    "justcall_id",
    "crm_id",
    "since",
];

/// A plan: what waits for a person first, then every write, field by field.
pub fn plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    out.write_all("\u{feff}".as_bytes())?;
    line(&mut out, &PLAN_COLUMNS.map(str::to_owned))?;
    let blank = String::new;
    for conflict in &plan.conflicts {
        let [id, kind, contact, phone, field, base, justcall, crm, justcall_id, crm_id, since, records, detail] =
            cells(conflict);
        let why = [detail, records].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
        // Of neither side, so that nobody counts it among its writes.
        let own =
            [blank(), "conflict".to_owned(), contact, phone, blank(), blank(), field, blank(), blank(), kind, why];
        line(&mut out, &[&own[..], &[id, base, justcall, crm, justcall_id, crm_id, since]].concat())?;
    }
    for action in plan.actions.iter().filter(|action| action.kind.is_write()) {
        let own = |id: &RecordId| model::numbers::own_id(id.as_str()).to_owned();
        let id = |id: &Option<RecordId>| id.as_ref().map(own).unwrap_or_default();
        let whole = [None];
        let changes: Vec<Option<&Change>> = action.changes.iter().map(Some).collect();
        for change in if changes.is_empty() { &whole[..] } else { &changes[..] } {
            let before = change.and_then(|change| change.before.clone()).unwrap_or_default();
            let none = std::array::from_fn::<String, 7, _>(|_| blank());
            line(
                &mut out,
                &[
                    &[
                        action.side.to_string(),
                        words::kind(action.kind).to_owned(),
                        action.name.clone(),
                        action.phone.clone(),
                        id(&action.record_id),
                        id(&action.other_id),
                        change.map(|change| change.field.to_string()).unwrap_or_default(),
                        before,
                        change.map(|change| change.after.clone()).unwrap_or_default(),
                        words::rule(action.reason),
                        action.note.clone(),
                    ][..],
                    &none,
                ]
                .concat(),
            )?;
        }
    }
    out.flush()
}

/// The columns of a file of decisions. The first is for the reader to fill, the last two are for us.
pub const DECISION_COLUMNS: [&str; 12] =
    ["decision", "contact", "phone", "field", "base", "justcall", "crm", "kind", "since", "records", "id", "check"];

/// A file to decide in: one line per conflict with an empty `decision`. Begins with a byte order mark, by which Excel
/// knows UTF-8.
pub fn decisions(conflicts: &[Conflict], out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    out.write_all("\u{feff}".as_bytes())?;
    line(&mut out, &DECISION_COLUMNS.map(str::to_owned))?;
    for conflict in conflicts {
        let [id, kind, contact, phone, field, base, justcall, crm, _, _, since, records, _] = cells(conflict);
        let check = conflict.check();
        line(&mut out, &[String::new(), contact, phone, field, base, justcall, crm, kind, since, records, id, check])?;
    }
    out.flush()
}

/// One line per conflict, after a line of column names.
pub fn conflicts(conflicts: &[Conflict], pages: &RecordPages, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    line(&mut out, &CONFLICT_COLUMNS.map(str::to_owned))?;
    for conflict in conflicts {
        let urls = pages_of(conflict, pages);
        let urls = [urls.justcall, urls.crm].map(Option::unwrap_or_default);
        let set = [&conflict.set.justcall, &conflict.set.crm]
            .map(|stamp| stamp.as_ref().map(|stamp| format!("{} by {}", stamp.at, stamp.who())).unwrap_or_default());
        line(&mut out, &[&cells(conflict)[..], &urls[..], &set[..]].concat())?;
    }
    out.flush()
}

fn cells(conflict: &Conflict) -> [String; 13] {
    let or_blank = |text: &Option<String>| text.clone().unwrap_or_default();
    let records: Vec<String> = conflict
        .records
        .iter()
        .map(|member| {
            let linked = if member.linked { " (linked)" } else { "" };
            format!(
                "{}{linked}",
                format!("{} {} {}", member.side, words::record_id(&member.id), member.name).trim_end()
            )
        })
        .collect();
    [
        conflict.id.to_string(),
        words::conflict_code(conflict.kind).to_owned(),
        conflict.name.clone(),
        conflict.phone.clone(),
        conflict.field.as_ref().map(ToString::to_string).unwrap_or_default(),
        or_blank(&conflict.base),
        or_blank(&conflict.justcall),
        or_blank(&conflict.crm),
        or_blank(&conflict.justcall_id),
        conflict.crm_id.as_deref().map(|id| model::numbers::own_id(id).to_owned()).unwrap_or_default(),
        conflict.since.to_string(),
        records.join("; "),
        conflict.detail.clone(),
    ]
}

fn line(out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
    for (at, cell) in cells.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(out, "{comma}\"{}\"", neutral(cell).replace('"', "\"\""))?;
    }
    out.write_all(b"\r\n")
}

/// The cell with an apostrophe in front where a spreadsheet would run it.
pub fn neutral(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised() {
        for cell in ["=HYPERLINK(\"x\")", "+14155550100", "-1", "@a", "\tb", "\rc"] {
            assert_eq!(neutral(cell), format!("'{cell}"));
        }
        assert_eq!(neutral("Acme"), "Acme");
        assert_eq!(neutral(""), "");
    }
}
