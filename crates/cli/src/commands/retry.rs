//! `tieline retry`: lets the next run try again what was parked. Asks neither side.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use engine::normalizer::{Normalizer, PhoneReading};
use store::{Parked, StateChange};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Retry) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let mut store = job::look(&config.state_path())?;
    let mut parked = store.parked()?;
    if !args.all {
        parked = chosen(&config, parked, &args.what)?;
    }
    let changes: Vec<_> =
        parked.iter().map(|parked| StateChange::Unpark { side: parked.side, key: parked.key.clone() }).collect();
    store.commit(&changes)?;
    if context.global.json {
        let list: Vec<_> = parked.iter().map(super::status::ParkedRecord::from).collect();
        return output::print_json(&serde_json::json!({ "retried": list })).map(|()| Code::Done);
    }
    for parked in &parked {
        let phone = report::text::safe(&parked.phone).into_owned();
        context.note(&format!("the next run tries {phone} in {} again", parked.side.title()));
    }
    if parked.is_empty() {
        context.note("nothing is parked");
    }
    Ok(Code::Done)
}

/// Those that were named, by number or by id.
fn chosen(config: &Config, parked: Vec<Parked>, names: &[String]) -> Fallible<Vec<Parked>> {
    let normalizer = Normalizer::new(crate::registry::region(&config.matching.default_region)?);
    let read = |text: &str| match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key),
        PhoneReading::Unusable(..) => None,
    };
    let is = |parked: &Parked, name: &String| {
        parked.key == *name || (read(name).is_some() && read(name) == read(&parked.phone))
    };
    if let Some(name) = names.iter().find(|name| !parked.iter().any(|parked| is(parked, name))) {
        return Err(Failure::usage(format!("nothing is parked for `{name}`"))
            .hint("`tieline status` lists what is parked, `tieline retry --all` takes all of it"));
    }
    Ok(parked.into_iter().filter(|parked| names.iter().any(|name| is(parked, name))).collect())
}
