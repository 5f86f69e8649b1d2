//! Secrets: from the environment, or from files that the configuration names. Read when they are needed, never printed.

use super::Config;
use crate::failure::{Failure, Fallible};
use model::Secret;
use std::path::Path;

const HINT: &str = "set JUSTCALL_API_KEY and JUSTCALL_API_SECRET (JustCall: Settings, Developer API), \
                    or name files with justcall.api_key_file and justcall.api_secret_file";

/// Where a secret comes from: the file, where one is named, else the variable.
pub(crate) struct Source<'a> {
    /// The variable of the environment.
    pub(crate) variable: &'a str,
    /// The key of the configuration that names the file.
    pub(crate) key: &'a str,
    /// The file.
    pub(crate) file: Option<&'a Path>,
    /// What to do where it is missing.
    pub(crate) hint: &'a str,
    /// What is missing, in words.
    pub(crate) what: &'a str,
    /// Whether blanks may stand in it.
    pub(crate) blanks: bool,
}

/// Key and secret.
pub(crate) fn credentials(config: &Config) -> Fallible<(Secret, Secret)> {
    let source = |variable, key, file| Source { variable, key, file, hint: HINT, what: "credentials", blanks: false };
    let from = &config.justcall;
    Ok((
        source("JUSTCALL_API_KEY", "justcall.api_key_file", from.api_key_file.as_deref()).read(config)?,
        source("JUSTCALL_API_SECRET", "justcall.api_secret_file", from.api_secret_file.as_deref()).read(config)?,
    ))
}

impl Source<'_> {
    /// Reads and checks it.
    pub(crate) fn read(&self, config: &Config) -> Fallible<Secret> {
        if let Some(file) = self.file {
            let path = config.resolve(file);
            let from = format!("{} ({})", path.display(), self.key);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| Failure::usage(format!("cannot read {from}: {error}")).hint(self.hint))?;
            return self.check(text.trim(), &from);
        }
        match std::env::var(self.variable) {
            Ok(text) => self.check(text.trim(), self.variable),
            Err(_) => Err(Failure::usage(format!("no {}: {} is not set", self.what, self.variable)).hint(self.hint)),
        }
    }

    fn check(&self, text: &str, from: &str) -> Fallible<Secret> {
        if text.is_empty() {
            return Err(Failure::usage(format!("{from} is empty")).hint(self.hint));
        }
        let fits = |sign: char| if self.blanks { !sign.is_control() } else { sign.is_ascii_graphic() };
        if text.chars().all(fits) {
            return Ok(Secret::new(text));
        }
        let what = if self.blanks {
            "a line break or another control character"
        } else {
            "a space or a character that no key has"
        };
        Err(Failure::usage(format!("{from} holds {what}")).hint(self.hint))
    }
}
