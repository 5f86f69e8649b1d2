//! `GET /account-info/v3/…`: whose account it is, and how much of the day's requests is used; and which app a token
//! belongs to (`POST /oauth/v2/private-apps/get/access-token-info`).

use serde::Deserialize;
use serde_json::json;

use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::values::shown;
use crate::hubspot::world::World;

pub(super) fn details(world: &World, call: &Call) -> Answer {
    let settings = &world.settings;
    let offset = settings.zone().to_offset(call.now).seconds();
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
    Answer::json(json!({
        "portalId": settings.portal_id,
        "accountType": "STANDARD",
        "timeZone": settings.time_zone,
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60),
        "utcOffsetMilliseconds": i64::from(offset) * 1000,
        "uiDomain": settings.ui_domain,
        "dataHostingLocation": "na1",
    }))
}

pub(super) fn usage(world: &mut World, call: &Call) -> Answer {
    let settings = &world.settings;
    Answer::json(json!({"results": [{
        "name": "private-apps-api-calls-daily",
        "usageLimit": settings.day_limit(),
        "currentUsage": world.limits.used_today(call.now, settings),
        "collectedAt": shown(call.now),
        "fetchStatus": "SUCCESS",
        "resetsAt": shown(world.limits.resets_at(call.now, settings)),
    }]}))
}

/// The account's people: one page.
pub(super) fn owners(world: &World, call: &Call) -> Answer {
    let owner = |(id, name): (&u64, &String)| {
        let (first, last) = name.split_once(' ').unwrap_or((name.as_str(), ""));
        json!({
            "id": (id + 100_000).to_string(), "userId": id, "type": "PERSON", "firstName": first, "lastName": last,
            "email": format!("user{id}@example.com"), "createdAt": shown(call.now), "updatedAt": shown(call.now),
            "archived": false, "teams": [],
        })
    };
    Answer::json(json!({"results": world.settings.users.iter().map(owner).collect::<Vec<_>>()}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenBody {
    token_key: String,
}

pub(super) fn token(world: &World, call: &Call) -> Result<Answer, ApiError> {
    let body: TokenBody = call.json()?;
    let settings = &world.settings;
    if body.token_key != settings.token {
        return Err(ApiError::with_status(404, "the token does not exist"));
    }
    Ok(Answer::json(json!({
        "userId": 9001,
        "hubId": settings.portal_id,
        "appId": settings.app_id,
        "scopes": settings.scopes,
    })))
}
