//! `GET /v2/account`: the account's number, email and plan.

use serde_json::json;

use crate::answers::{Answer, ApiError};
use crate::world::World;

pub(super) fn answer(world: &World) -> Result<Answer, ApiError> {
    let settings = &world.settings;
    if !settings.account_endpoint {
        return Err(ApiError::unknown_path());
    }
    Ok(Answer::data(json!({
        "account_id": settings.account_id,
        "email": settings.account_email,
        "plan": settings.plan.shown(),
    })))
}
