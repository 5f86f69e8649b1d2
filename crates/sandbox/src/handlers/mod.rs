//! One file for each call of the API: a call and the world in, an answer out.
//!
//! Handlers know no HTTP, no credentials and no limits; those are settled before (see `pipeline`).

mod account;
mod bulk;
mod bulk_answer;
mod calls;
mod create;
mod delete;
mod get;
mod list;
mod make_call;
mod update;

pub(crate) use list::asked_page;

use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::route::Route;
use crate::world::World;

/// Carries out a call.
pub(crate) fn answer(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    if world.settings.choices.max_body_bytes.is_some_and(|most| call.body.len() > most) {
        return Err(ApiError::new(413, "The request body is too large"));
    }
    match call.route {
        Route::Account => account::answer(world),
        Route::List => list::answer(world, call),
        Route::Get(id) => get::answer(world, call, id),
        Route::Create => create::answer(world, call),
        Route::Update(id) => update::answer(world, call, id),
        Route::Delete(id) => delete::answer(world, call, id),
        Route::Bulk => bulk::answer(world, call),
        Route::Calls => calls::answer(world, call),
        Route::MakeCall => make_call::answer(world, call),
        Route::WrongMethod => Err(ApiError::new(405, "This method is not allowed here")),
        Route::Unknown | Route::Callback => Err(ApiError::unknown_path()),
    }
}
