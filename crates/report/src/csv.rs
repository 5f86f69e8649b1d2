//! Conflicts as CSV for a spreadsheet (RFC 4180, every cell quoted). Cells that a spreadsheet would take for a formula
//! get an apostrophe in front, which also keeps `+14155550100` a text. Reading answers back is not done here.

use crate::words;
use model::Conflict;
use std::io::{self, BufWriter, Write};

/// The columns, in order. Stable: people build on them; new ones go to the end.
pub const CONFLICT_COLUMNS: [&str; 13] = [
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
];

/// One line per conflict, after a line of column names.
pub fn conflicts(conflicts: &[Conflict], out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    line(&mut out, &CONFLICT_COLUMNS.map(str::to_owned))?;
    for conflict in conflicts {
        line(&mut out, &cells(conflict))?;
    }
    out.flush()
}

fn cells(conflict: &Conflict) -> [String; 13] {
    let or_blank = |text: &Option<String>| text.clone().unwrap_or_default();
    let records: Vec<String> = conflict
        .records
        .iter()
        .map(|member| format!("{} {} {}", member.side, member.id, member.name).trim_end().to_owned())
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
        or_blank(&conflict.crm_id),
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
