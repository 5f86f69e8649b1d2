//! What each call of the API does: a call and the world in, an answer out.

mod account;
mod archive;
mod batch;
mod batch_answer;
mod batch_create;
mod batch_update;
mod create;
mod given;
mod list;
mod merge;
mod properties;
mod read;
mod search;
mod update;
mod writer;

use super::call::Call;
use super::errors::ApiError;
use super::route::{RequestKind, Route};
use super::world::World;
use crate::answers::Answer;

/// Carries out a call.
pub(crate) fn answer(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    match &call.route {
        Route::Objects(kind, RequestKind::List) => list::answer(world, call, *kind),
        Route::Objects(kind, RequestKind::Create) => create::answer(world, call, *kind),
        Route::Objects(kind, RequestKind::BatchRead) => read::batch(world, call, *kind),
        Route::Objects(kind, RequestKind::BatchCreate) => batch_create::answer(world, call, *kind),
        Route::Objects(kind, RequestKind::BatchUpdate) => batch_update::answer(world, call, *kind),
        Route::Objects(kind, RequestKind::BatchArchive) => archive::batch(world, call, *kind),
        Route::Objects(kind, RequestKind::Search) => search::answer(world, call, *kind),
        Route::Objects(_, RequestKind::Merge) => merge::answer(world, call),
        Route::Object(kind, RequestKind::Get, id) => read::one(world, call, *kind, id),
        Route::Object(kind, RequestKind::Update, id) => update::answer(world, call, *kind, id),
        Route::Object(kind, RequestKind::Archive, id) => archive::one(world, call, *kind, id),
        Route::Properties(kind) => Ok(properties::all(world, *kind)),
        Route::Property(kind, name) => properties::one(world, *kind, name),
        Route::Account => Ok(account::details(world, call)),
        Route::Usage => Ok(account::usage(world, call)),
        Route::Owners => Ok(account::owners(world, call)),
        Route::Token => account::token(world, call),
        Route::WrongMethod => Err(ApiError::wrong_method()),
        Route::Unknown | Route::Objects(..) | Route::Object(..) => Err(ApiError::unknown_path()),
    }
}
