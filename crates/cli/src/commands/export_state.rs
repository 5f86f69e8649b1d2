//! `tieline export-state`: everything that the state remembers, one JSON object a line (docs/state.md). Asks neither
//! side. The journal stays out: `tieline history` shows it.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::job;
use crate::output;
use crate::surroundings::System;
use model::{Base, LinkHead, LinkStatus, RunReport, Schema};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use store::Store;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::ExportState) -> Fallible<Code> {
    let path = Config::load(&context.global.config)?.state_path();
    let store = job::look(&path)?;
    let _lock = job::lock(&path, &System::new(), "export-state")?;
    let lines = lines(&store)?;
    match &args.output {
        None => output::print(|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))?,
        Some(file) => {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            output::write_private(file, "state", text.as_bytes())?;
        }
    }
    Ok(Code::Done)
}

/// Open conflicts, and calls that were sent to the CRM.
fn conflicts(store: &Store) -> Fallible<Vec<Value>> {
    let mut lines = Vec::new();
    let seen: BTreeMap<_, _> = store.sightings()?.into_iter().collect();
    for (conflict, since) in store.conflicts_since()? {
        let seen = seen.get(&conflict);
        lines.push(json!({"kind": "conflict", "conflict": conflict, "since": since, "seen": seen}));
    }
    for sent in store.activities()? {
        lines.push(json!({
            "kind": "activity", "call_id": sent.call_id, "contact": sent.contact, "activity": sent.activity,
            "sent_at": sent.sent_at, "refused": sent.refused,
        }));
    }
    Ok(lines)
}

fn lines(store: &Store) -> Fallible<Vec<Value>> {
    let binding = store.binding()?;
    let mut lines = vec![json!({
        "format": "tieline-state/1", "lineage": store.lineage(), "serial": store.serial()?,
        "account": binding.as_ref().map(|binding| &binding.account), "crm": binding.as_ref().map(|binding| &binding.crm),
    })];
    let schema = Schema::new(store.known_fields()?);
    let bases = store.all_bases(&schema)?;
    for (head, base) in store.link_heads(&schema)?.iter().zip(&bases) {
        lines.push(link(&schema, head, base));
    }
    for (link, side, absence) in store.absences()? {
        lines.push(json!({"kind": "absence", "link": link, "side": side, "absence": absence}));
    }
    for tombstone in store.tombstones()? {
        lines.push(json!({"kind": "tombstone", "tombstone": tombstone}));
    }
    for made in store.made_callers()? {
        lines.push(json!({"kind": "made_caller", "number": made.number, "side": made.side, "at": made.at}));
    }
    for resolution in store.resolutions()? {
        lines.push(json!({"kind": "resolution", "resolution": resolution}));
    }
    for pair in store.apart()? {
        lines.push(json!({"kind": "apart", "apart": pair}));
    }
    for rule in store.standing_rules()? {
        lines.push(json!({"kind": "rule", "id": rule.id(), "rule": rule}));
    }
    for exclusion in store.exclusions()? {
        lines.push(json!({"kind": "exclusion", "exclusion": exclusion}));
    }
    for approval in store.approvals()? {
        lines.push(json!({"kind": "approval", "approval": approval}));
    }
    for decision in store.decisions(None, usize::MAX)? {
        lines.push(json!({"kind": "decision", "decision": decision}));
    }
    lines.extend(conflicts(store)?);
    for parked in store.parked()? {
        lines.push(json!({
            "kind": "parked", "side": parked.side, "key": parked.key, "message": parked.message, "at": parked.at,
            "attempts": parked.attempts, "phone": parked.phone, "undone": parked.undone,
        }));
    }
    for (key, value) in store.facts()? {
        lines.push(json!({"kind": "fact", "key": key, "value": value}));
    }
    for run in store.runs(usize::MAX)? {
        let report = run.report.and_then(|json| serde_json::from_slice::<RunReport>(&json).ok());
        lines.push(json!({
            "kind": "run", "run": run.id, "plan": run.plan, "started_at": run.started_at,
            "finished_at": run.finished_at, "outcome": run.outcome, "finished_by": run.finished_by, "report": report,
        }));
    }
    Ok(lines)
}

fn link(schema: &Schema, head: &LinkHead, base: &Base) -> Value {
    let known = schema.iter().zip(&base.fields).filter(|(_, field)| field.is_known());
    let fields: Map<String, Value> = known
        .map(|((_, name), field)| {
            let mut value = json!({"justcall": field.cells.justcall, "crm": field.cells.crm});
            if field.sent.justcall || field.sent.crm {
                value["sent"] = json!(field.sent);
            }
            (name.to_string(), value)
        })
        .collect();
    json!({
        "kind": "link", "link": head.id, "active": head.status == LinkStatus::Active, "justcall_id": head.ids.justcall,
        "crm_id": head.ids.crm, "phone": head.key, "base": fields,
    })
}
