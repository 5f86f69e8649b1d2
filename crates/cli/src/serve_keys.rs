//! The secrets of `tieline serve` and of links that dial, kept in one file beside the state, for its owner alone. They are
//! made when they are first needed, and never change by themselves: JustCall and links that are out hold them.

use crate::config::Config;
use crate::context::Context;
use crate::failure::{Failure, Fallible};
use crate::output;
use model::Secret;
use receiver::Keys;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Shorter ones could be guessed.
const SHORTEST: usize = 32;

/// Where they are.
fn path(config: &Config) -> PathBuf {
    let mut name = config.state_path().into_os_string();
    name.push(".keys");
    name.into()
}

/// Reads them; makes them if there are none.
pub(crate) fn load(context: &Context, config: &Config) -> Fallible<Keys> {
    let path = path(config);
    if let Some(wide) = output::wide(&path, "the keys of `tieline serve`") {
        context.note(&format!("warning: {wide}"));
    }
    match read(&path)? {
        Some(keys) => Ok(keys),
        None => make(&path),
    }
}

/// Reads them; none where they were never needed.
pub(crate) fn find(config: &Config) -> Fallible<Option<Keys>> {
    read(&path(config))
}

fn read(path: &Path) -> Fallible<Option<Keys>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(trouble(path, &format!("cannot be read: {error}"))),
    };
    // Without the parser's words: they quote the line.
    let table: toml::Table = text.parse().map_err(|_| trouble(path, "is damaged"))?;
    let key = |name: &str| {
        let text = table.get(name).and_then(toml::Value::as_str).unwrap_or_default();
        let fits = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits {
            Ok(Secret::new(text))
        } else {
            Err(trouble(path, &format!("has no `{name}` of {SHORTEST} letters and digits")))
        }
    };
    Ok(Some(Keys { place: key("place")?, links: key("links")? }))
}

fn trouble(path: &Path, what: &str) -> Failure {
    Failure::usage(format!("the keys of `tieline serve`: {} {what}", path.display())).hint(
        "restore it, or move it away: new keys are made, JustCall must be given the new address, and links that are out end",
    )
}

fn make(path: &Path) -> Fallible<Keys> {
    let (mut place, mut links) = ([0; 16], [0; 32]);
    let random = getrandom::fill(&mut place).and_then(|()| getrandom::fill(&mut links));
    random.map_err(|error| Failure::new(format!("no randomness for keys: {error}")))?;
    let keys = Keys::new(place, links);
    let failed = |error: std::io::Error| trouble(path, &format!("cannot be written: {error}"));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made for its owner alone, and whole or not at all.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let text = format!(
        "# Secrets of `tieline serve`: part of its addresses, and what signs links that dial.\n\
         place = \"{}\"\nlinks = \"{}\"\n",
        keys.place.reveal(),
        keys.links.reveal()
    );
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(keys),
        // Somebody else was faster: theirs are the keys.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            read(path)?.ok_or_else(|| trouble(path, "went away"))
        }
        Err(error) => Err(failed(error.error)),
    }
}
