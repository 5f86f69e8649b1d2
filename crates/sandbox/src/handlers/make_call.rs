//! `POST /v2/calls/make`: starts a call that goes on by the sandbox's clock.

use serde_json::{Value, json};

use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::calls::{CallDirection, CallStatus, PhoneCall};
use crate::contact::phone_key;
use crate::world::{World, whole_second};

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let body: Value = serde_json::from_slice(&call.body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ApiError::bad_request("The request body must be a JSON object"))?;
    let text = |name: &str| body[name].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let required =
        |name: &str| text(name).ok_or_else(|| ApiError::bad_request(format!("The {name} field is required")));
    let (from, to) = (required("from")?, required("to")?);
    for (name, number) in [("from", &from), ("to", &to)] {
        if !is_e164(number) {
            return Err(ApiError::bad_request(format!("The {name} field must be in E.164 format")));
        }
    }
    let settings = &world.settings;
    let known = |numbers: &[String], number: &str| numbers.iter().any(|own| phone_key(own) == phone_key(number));
    if !known(&settings.numbers, &from) {
        return Err(ApiError::new(404, format!("The number {from} was not found in your account")));
    }
    if let Some(shown) = text("caller_id")
        && !known(&settings.verified_numbers, &shown)
        && !known(&settings.numbers, &shown)
    {
        return Err(ApiError::bad_request(format!("The caller_id {shown} is not a verified number")));
    }
    let agent = match body.get("agent_id").filter(|id| !id.is_null()) {
        // The number's owner.
        None => settings.agents.first(),
        Some(id) => {
            let id = id.as_u64().or_else(|| id.as_str()?.parse().ok());
            let found = settings.agents.iter().find(|agent| Some(agent.id) == id);
            Some(found.ok_or_else(|| ApiError::bad_request("The agent_id is not an agent of your account"))?)
        }
    };
    let (agent_id, agent_name) = (agent.map(|agent| agent.id), agent.map(|agent| agent.name.clone()));
    let call_id = world.calls.take_id();
    let started = PhoneCall {
        call_id: call_id.clone(),
        direction: CallDirection::Outbound,
        from: from.clone(),
        to: to.clone(),
        agent_id,
        agent_name,
        status: CallStatus::Ringing,
        duration: 0,
        recording_url: None,
        voicemail: false,
        notes: None,
        disposition: None,
        tags: Vec::new(),
        started_at: whole_second(call.now),
        ended_at: None,
        contact_name: None,
    };
    world.start_call(started, text("callback_url").as_deref(), call.now);
    let data = json!({
        "call_id": call_id, "from": from, "to": to, "agent_id": agent_id,
        "direction": "outbound", "status": "ringing",
    });
    Ok(Answer::json(json!({"status": "success", "message": "Call initiated", "data": data})))
}

fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}
