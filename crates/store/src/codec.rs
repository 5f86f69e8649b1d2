//! The packed form of a base row, and of one side's cells: per field one byte of states and flags, then lengths and texts; a text that both
//! sides share is stored once. Nothing else reads or writes it.

use crate::error::Fault;
use model::{BaseField, BySide, Cell, OwnedCell};

const UNKNOWN: u8 = 0;
const CLEARED: u8 = 1;
const VALUE: u8 = 2;
/// Only for the CRM: the same text as `JustCall`'s.
const SAME: u8 = 3;

const CRM_SHIFT: u8 = 2;
const SENT_JUSTCALL: u8 = 1 << 4;
const SENT_CRM: u8 = 1 << 5;
const KNOWN_BITS: u8 = 0b11_1111;

/// In a length: another byte follows.
const MORE: u8 = 0x80;

/// Appends the packed form of `fields`.
pub(crate) fn encode(fields: &[BaseField], out: &mut Vec<u8>) {
    for field in fields {
        let BySide { justcall, crm } = &field.cells;
        let same = matches!(justcall, OwnedCell::Value(_)) && justcall == crm;
        let crm_state = if same { SAME } else { state(crm.as_cell()) };
        let sent = if field.sent.justcall { SENT_JUSTCALL } else { 0 } | if field.sent.crm { SENT_CRM } else { 0 };
        out.push(state(justcall.as_cell()) | crm_state << CRM_SHIFT | sent);
        push_text(justcall.as_cell(), out);
        if !same {
            push_text(crm.as_cell(), out);
        }
    }
}

/// Appends the packed form of one side's cells.
pub(crate) fn encode_cells<'a>(cells: impl Iterator<Item = Cell<'a>>, out: &mut Vec<u8>) {
    for cell in cells {
        out.push(state(cell));
        push_text(cell, out);
    }
}

/// Reads `count` cells of one side; anything but exactly those is damage.
pub(crate) fn decode_cells(mut bytes: &[u8], count: usize) -> Result<Vec<OwnedCell>, Fault> {
    let mut cells = Vec::with_capacity(count);
    for _ in 0..count {
        let cell = take_byte(&mut bytes).and_then(|state| decode_cell(state, &mut bytes));
        cells.push(cell.ok_or_else(|| Fault::corrupt("a kept record cannot be read"))?);
    }
    if bytes.is_empty() { Ok(cells) } else { Err(Fault::corrupt("a kept record is longer than it should be")) }
}

const fn state(cell: Cell<'_>) -> u8 {
    match cell {
        Cell::Unknown => UNKNOWN,
        Cell::Cleared => CLEARED,
        Cell::Value(_) => VALUE,
    }
}

fn push_text(cell: Cell<'_>, out: &mut Vec<u8>) {
    if let Cell::Value(text) = cell {
        let mut length = text.len();
        loop {
            let low = length.to_le_bytes()[0] & 0x7f;
            length >>= 7;
            out.push(if length == 0 { low } else { low | MORE });
            if length == 0 {
                break;
            }
        }
        out.extend_from_slice(text.as_bytes());
    }
}

/// Reads `count` fields; anything but exactly those is damage.
pub(crate) fn decode(mut bytes: &[u8], count: usize) -> Result<Vec<BaseField>, Fault> {
    let mut fields = Vec::with_capacity(count);
    for _ in 0..count {
        fields.push(decode_field(&mut bytes).ok_or_else(damaged)?);
    }
    if bytes.is_empty() { Ok(fields) } else { Err(damaged()) }
}

fn damaged() -> Fault {
    Fault::corrupt("a base row cannot be read")
}

fn decode_field(bytes: &mut &[u8]) -> Option<BaseField> {
    let head = take_byte(bytes)?;
    if head & !KNOWN_BITS != 0 {
        return None;
    }
    let justcall = decode_cell(head & 3, bytes)?;
    let crm = match head >> CRM_SHIFT & 3 {
        SAME if matches!(justcall, OwnedCell::Value(_)) => justcall.clone(),
        state => decode_cell(state, bytes)?,
    };
    let sent = BySide { justcall: head & SENT_JUSTCALL != 0, crm: head & SENT_CRM != 0 };
    Some(BaseField { cells: BySide { justcall, crm }, sent })
}

fn decode_cell(state: u8, bytes: &mut &[u8]) -> Option<OwnedCell> {
    Some(match state {
        UNKNOWN => OwnedCell::Unknown,
        CLEARED => OwnedCell::Cleared,
        VALUE => {
            let length = take_length(bytes)?;
            let (text, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            OwnedCell::Value(std::str::from_utf8(text).ok()?.into())
        }
        _ => return None,
    })
}

fn take_byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

fn take_length(bytes: &mut &[u8]) -> Option<usize> {
    let mut length = 0_usize;
    for shift in (0..35).step_by(7) {
        let byte = take_byte(bytes)?;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & MORE == 0 {
            return Some(length);
        }
    }
    None
}
