//! Gives a plan its name (a digest of its content) and checks it again when the plan comes back from a file.

use crate::error::{Error, Result};
use model::{PLAN_FORMAT, Plan, PlanId};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Hashes what is written to it.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        text
    })
}

fn digest(plan: &mut Plan) -> Result<PlanId> {
    let name = std::mem::take(&mut plan.id);
    let mut hashing = Hashing(Sha256::new());
    let written = serde_json::to_writer(io::BufWriter::with_capacity(1 << 16, &mut hashing), &*plan);
    plan.id = name;
    written.map_err(Error::NoPlan)?;
    Ok(PlanId(format!("p{}", hex(&hashing.0.finalize()[..10]))))
}

/// Names the plan by its content.
pub(crate) fn seal(plan: &mut Plan) -> Result<()> {
    plan.id = digest(plan)?;
    Ok(())
}

/// A plan from its file.
///
/// # Errors
/// Not JSON, not a plan, a format that is not known, or content that does not match its name.
pub fn plan_from_json(json: &[u8]) -> Result<Plan> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
    }
    let head: Head = serde_json::from_slice(json).map_err(Error::NoPlan)?;
    if head.format != PLAN_FORMAT {
        return Err(Error::PlanFormat { found: head.format });
    }
    let mut plan: Plan = serde_json::from_slice(json).map_err(Error::NoPlan)?;
    if digest(&mut plan)? != plan.id {
        return Err(Error::EditedPlan { plan: plan.id });
    }
    Ok(plan)
}

/// The plan's file: `tieline-plan/1` with a final line break.
pub fn plan_to_json(plan: &Plan) -> Result<Vec<u8>> {
    let mut json = serde_json::to_vec(plan).map_err(Error::NoPlan)?;
    json.push(b'\n');
    Ok(json)
}
