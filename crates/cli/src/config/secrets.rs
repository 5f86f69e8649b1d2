//! The API key and secret: from the environment, or from files that the configuration names. Read once, never printed.

use super::Config;
use crate::failure::{Failure, Fallible};
use connector_justcall::Secret;
use std::path::Path;

const HINT: &str = "set JUSTCALL_API_KEY and JUSTCALL_API_SECRET (JustCall: Settings, Developer API), \
                    or name files with justcall.api_key_file and justcall.api_secret_file";

/// Key and secret.
pub(crate) fn credentials(config: &Config) -> Fallible<(Secret, Secret)> {
    Ok((
        one(config, "JUSTCALL_API_KEY", "api_key_file", config.justcall.api_key_file.as_deref())?,
        one(config, "JUSTCALL_API_SECRET", "api_secret_file", config.justcall.api_secret_file.as_deref())?,
    ))
}

fn one(config: &Config, variable: &str, key: &str, file: Option<&Path>) -> Fallible<Secret> {
    if let Some(file) = file {
        let path = config.resolve(file);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::usage(format!("cannot read {} (justcall.{key}): {error}", path.display())))
            .map_err(|failure| failure.hint(HINT))?;
        return secret(text.trim(), &format!("{} (justcall.{key})", path.display()));
    }
    match std::env::var(variable) {
        Ok(text) => secret(text.trim(), variable),
        Err(_) => Err(Failure::usage(format!("no credentials: {variable} is not set")).hint(HINT)),
    }
}

fn secret(text: &str, from: &str) -> Fallible<Secret> {
    if text.is_empty() {
        return Err(Failure::usage(format!("{from} is empty")).hint(HINT));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::usage(format!("{from} holds a space or a character that no key has")).hint(HINT));
    }
    Ok(Secret::new(text))
}
