//! `tieline.toml`: what the user decided, read and checked. Secrets never stand in it.

mod fields;
mod hubspot;
pub(crate) mod keys;
mod notify;
mod secrets;
mod serve;

use crate::failure::{Failure, Fallible};
use engine::callers::{Callers, NUMBER};
use model::{ConflictPolicy, EditVsDelete, Side};
use report::view::{RecordPage, RecordPages};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) use fields::{FieldConfig, FieldSpec};
pub(crate) use hubspot::Hubspot;
pub(crate) use notify::{Notify, WebTo, When};
pub(crate) use secrets::{Source, credentials};
pub(crate) use serve::{Serve, listen};

/// Name of the file where `--config` does not name one.
pub(crate) const DEFAULT_PATH: &str = "tieline.toml";

/// What to do about a mistake in it.
pub(crate) const HINT: &str = "docs/config.md lists every key";

/// The whole file. Field for field as docs/config.md describes it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) justcall: Justcall,
    pub(crate) crm: Crm,
    pub(crate) calls: Calls,
    pub(crate) serve: Serve,
    #[serde(rename = "match")]
    pub(crate) matching: Matching,
    pub(crate) fields: BTreeMap<String, FieldConfig>,
    pub(crate) scope: Scopes,
    pub(crate) policy: Policy,
    pub(crate) deletes: Deletes,
    pub(crate) guards: Guards,
    pub(crate) state: State,
    pub(crate) notify: Notify,
    /// Where it was read from; every relative path in it is relative to this file.
    #[serde(skip)]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Justcall {
    pub(crate) base_url: String,
    pub(crate) plan: Option<String>,
    pub(crate) requests_per_minute: Option<u32>,
    pub(crate) concurrency: Option<usize>,
    pub(crate) reserve: f64,
    pub(crate) bulk_updates: BulkUpdates,
    pub(crate) api_key_file: Option<PathBuf>,
    pub(crate) api_secret_file: Option<PathBuf>,
    pub(crate) record_url: Option<String>,
}

impl Default for Justcall {
    fn default() -> Self {
        Self {
            base_url: "https://api.justcall.io".to_owned(),
            plan: None,
            requests_per_minute: None,
            concurrency: None,
            reserve: 0.1,
            bulk_updates: BulkUpdates::Auto,
            api_key_file: None,
            api_secret_file: None,
            record_url: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BulkUpdates {
    Auto,
    Merge,
    Whole,
    Never,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Crm {
    pub(crate) connector: String,
    pub(crate) path: PathBuf,
    pub(crate) preset: String,
    pub(crate) id_column: Option<String>,
    pub(crate) record_url: Option<String>,
    pub(crate) carddav: Carddav,
    pub(crate) hubspot: Hubspot,
}

/// Where an address book is, and who asks. The password and the token never stand here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Carddav {
    pub(crate) url: String,
    pub(crate) address_book: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) requests_per_minute: Option<u32>,
    pub(crate) concurrency: Option<usize>,
}

impl Carddav {
    fn check(&self) -> Result<(), String> {
        for (key, is_none) in
            [("requests_per_minute", self.requests_per_minute == Some(0)), ("concurrency", self.concurrency == Some(0))]
        {
            if is_none {
                return Err(format!("crm.carddav.{key} must be at least 1"));
            }
        }
        if self.concurrency.is_some_and(|count| count > 32) {
            return Err("crm.carddav.concurrency must be at most 32".to_owned());
        }
        if self.user.is_some() && self.token_file.is_some() {
            return Err(
                "crm.carddav has a user and a token_file: a password goes with a user, a token alone".to_owned()
            );
        }
        Ok(())
    }
}

impl Default for Crm {
    fn default() -> Self {
        Self {
            connector: "csv".to_owned(),
            path: PathBuf::from("crm.csv"),
            preset: "auto".to_owned(),
            id_column: None,
            record_url: None,
            carddav: Carddav::default(),
            hubspot: Hubspot::default(),
        }
    }
}

/// What is done about phone calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_field_names)] // as the keys are called
pub(crate) struct Calls {
    pub(crate) sync: bool,
    pub(crate) history_days: u32,
    pub(crate) overlap_days: u32,
    pub(crate) activities: Activities,
    pub(crate) from: Option<String>,
    pub(crate) create_contacts: CreateContacts,
    pub(crate) min_calls: u32,
    pub(crate) contact_name: String,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            sync: false,
            history_days: 365,
            overlap_days: 7,
            activities: Activities::Wanted(false),
            from: None,
            create_contacts: CreateContacts::All(false),
            min_calls: 1,
            contact_name: format!("Caller {NUMBER}"),
        }
    }
}

/// Which unknown callers become contacts.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "false, true, or \"named\"")]
pub(crate) enum CreateContacts {
    /// Everybody, or nobody.
    All(bool),
    /// By a word.
    Only(Who),
}

/// A word for some of them.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Who {
    /// Whose calls carry a name.
    Named,
}

impl Calls {
    /// As the engine knows it; none: nobody.
    pub(crate) fn callers(&self) -> Option<Callers> {
        let named_only = match self.create_contacts {
            CreateContacts::All(false) => return None,
            CreateContacts::All(true) => false,
            CreateContacts::Only(Who::Named) => true,
        };
        Some(Callers { named_only, min_calls: self.min_calls.into(), name: self.contact_name.trim().to_owned() })
    }
}

/// Whether calls are written beside the contacts, and to which file.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "true, false, or the path of a file")]
pub(crate) enum Activities {
    Wanted(bool),
    File(PathBuf),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Matching {
    pub(crate) default_region: String,
}

impl Default for Matching {
    fn default() -> Self {
        Self { default_region: "US".to_owned() }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Scopes {
    pub(crate) crm: BTreeMap<String, Vec<String>>,
    pub(crate) justcall: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Policy {
    pub(crate) conflict: ConflictPolicy,
    pub(crate) edit_vs_delete: EditVsDelete,
    pub(crate) create_in: Vec<Side>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            conflict: ConflictPolicy::Review,
            edit_vs_delete: EditVsDelete::EditWins,
            create_in: Side::BOTH.to_vec(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeletePolicy {
    Apply,
    Never,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Deletes {
    pub(crate) to_justcall: DeletePolicy,
    pub(crate) to_crm: DeletePolicy,
    pub(crate) sightings: u32,
    pub(crate) min_hours: u32,
}

impl Default for Deletes {
    fn default() -> Self {
        Self { to_justcall: DeletePolicy::Apply, to_crm: DeletePolicy::Apply, sightings: 2, min_hours: 20 }
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table such as { floor = 5, percent = 2 }")]
pub(crate) struct GuardConfig {
    pub(crate) floor: Option<u64>,
    pub(crate) percent: Option<f64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Guards {
    pub(crate) deletes: Option<GuardConfig>,
    pub(crate) clears: Option<GuardConfig>,
    pub(crate) phone_changes: Option<GuardConfig>,
    pub(crate) creates: Option<GuardConfig>,
    pub(crate) changed: Option<GuardConfig>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) path: PathBuf,
    pub(crate) keep_days: u32,
}

impl Default for State {
    fn default() -> Self {
        Self { path: PathBuf::from("tieline.db"), keep_days: 400 }
    }
}

impl Config {
    /// Reads and checks the file.
    pub(crate) fn load(path: &Path) -> Fallible<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let hint = if error.kind() == std::io::ErrorKind::NotFound {
                "`tieline init` writes one, or name it with --config"
            } else {
                "check that the file is readable"
            };
            Failure::usage(format!("cannot read the configuration {}: {error}", path.display())).hint(hint)
        })?;
        Self::parse(&text, path)
    }

    pub(crate) fn parse(text: &str, path: &Path) -> Fallible<Self> {
        let fail = |what: String| Failure::usage(format!("{}: {what}", path.display())).hint(HINT);
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| fail(one_line(&error, text)))?;
        if let Some(unknown) = keys::unknown(&table) {
            return Err(fail(unknown));
        }
        let mut config: Self = toml::from_str(text).map_err(|error| fail(one_line(&error, text)))?;
        path.clone_into(&mut config.file);
        config.check().map_err(fail)?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        self.check_pace()?;
        self.record_pages()?;
        self.crm.carddav.check()?;
        self.crm.hubspot.check()?;
        self.notify.check()?;
        self.serve.check()?;
        if self.deletes.sightings == 0 {
            return Err("deletes.sightings must be at least 1".to_owned());
        }
        self.check_calls()?;
        if self.state.keep_days == 0 {
            return Err("state.keep_days must be at least 1: a run that is settled later needs its journal".to_owned());
        }
        if self.state.path.as_os_str().is_empty() {
            return Err("state.path is empty: name a file, such as \"tieline.db\"".to_owned());
        }
        for (side, conditions) in [("crm", &self.scope.crm), ("justcall", &self.scope.justcall)] {
            if let Some((name, _)) = conditions.iter().find(|(_, values)| values.is_empty()) {
                // Nobody would fit: every contact would be unlinked.
                return Err(format!(
                    "scope.{side}: `{name}` names no value, so nobody takes part; name one, or take it out"
                ));
            }
        }
        let Guards { deletes, clears, phone_changes, creates, changed } = &self.guards;
        let guards = [
            ("deletes", deletes),
            ("clears", clears),
            ("phone_changes", phone_changes),
            ("creates", creates),
            ("changed", changed),
        ];
        for (name, guard) in guards {
            if let Some(percent) = guard.and_then(|guard| guard.percent)
                && !(0.0..=100.0).contains(&percent)
            {
                return Err(format!("guards.{name}: percent is {}, but must be between 0 and 100", short(percent)));
            }
        }
        Ok(())
    }

    /// Where the records of each side have pages of their own, for links in reports.
    pub(crate) fn record_pages(&self) -> Result<RecordPages, String> {
        let page = |key: &str, template: &Option<String>| {
            let page = template.as_deref().map(RecordPage::new).transpose();
            page.map_err(|why| format!("{key}.record_url: {why}; such as \"https://crm.example.com/contacts/{{id}}\""))
        };
        Ok(RecordPages {
            justcall: page("justcall", &self.justcall.record_url)?,
            crm: page("crm", &self.crm.record_url)?,
        })
    }

    fn check_calls(&self) -> Result<(), String> {
        const MOST: u32 = 36_500;
        for (key, days) in [("history_days", self.calls.history_days), ("overlap_days", self.calls.overlap_days)] {
            if days > MOST {
                return Err(format!("calls.{key} is {days}, but must be at most {MOST}"));
            }
        }
        if self.calls.min_calls == 0 {
            return Err("calls.min_calls must be at least 1".to_owned());
        }
        if !Callers::is_made_up(self.calls.contact_name.trim()) {
            return Err(format!(
                "calls.contact_name is `{}`, but must be a name that gives way to a real one: {NUMBER} alone, or behind \
                 Caller, Unknown, Unknown caller, Call from, Anrufer, Unbekannt, Appelant, Llamada de or Chiamante",
                self.calls.contact_name
            ));
        }
        match self.activities() {
            Some(path) if path.file_name().is_none() => Err("calls.activities names no file".to_owned()),
            Some(path) if path == self.resolve(&self.crm.path) => {
                Err("calls.activities is the CRM's own file: name another".to_owned())
            }
            Some(path) if path == self.state_path() => {
                Err("calls.activities is the state file: name another".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Whether calls are wanted as activities, without a file named for them: in the CRM, if it shows calls.
    pub(crate) const fn activities_in_crm(&self) -> bool {
        matches!(self.calls.activities, Activities::Wanted(true))
    }

    /// Where calls are written beside the contacts; none: nowhere.
    pub(crate) fn activities(&self) -> Option<PathBuf> {
        match &self.calls.activities {
            Activities::Wanted(false) => None,
            Activities::Wanted(true) => Some(self.resolve(&self.crm.path).with_file_name("calls.csv")),
            Activities::File(path) => Some(self.resolve(path)),
        }
    }

    fn check_pace(&self) -> Result<(), String> {
        let Justcall { reserve, requests_per_minute, concurrency, .. } = self.justcall;
        if !(0.0..1.0).contains(&reserve) {
            return Err(format!("justcall.reserve is {}, but must be at least 0 and below 1", short(reserve)));
        }
        for (key, is_none) in
            [("requests_per_minute", requests_per_minute == Some(0)), ("concurrency", concurrency == Some(0))]
        {
            if is_none {
                return Err(format!("justcall.{key} must be at least 1"));
            }
        }
        // Without a number of its own, the largest plan's: what is too little for it is too little for all.
        let per_minute = f64::from(requests_per_minute.unwrap_or(300));
        if per_minute * (1.0 - reserve) < 1.0 {
            return Err(format!(
                "justcall.reserve is {}: of {per_minute} requests a minute it leaves less than one",
                short(reserve)
            ));
        }
        Ok(())
    }

    /// A path of the file, relative to the file.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        self.file.parent().map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }

    /// Where the state is.
    pub(crate) fn state_path(&self) -> PathBuf {
        self.resolve(&self.state.path)
    }
}

/// A number without hundreds of digits.
fn short(number: f64) -> String {
    if number.abs() < 1e15 { number.to_string() } else { format!("{number:e}") }
}

/// The parser's message with the number of the line instead of a picture of it, and without words of Rust.
fn one_line(error: &toml::de::Error, text: &str) -> String {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let place = error.span().map(|span| format!("line {}: ", line(span.start))).unwrap_or_default();
    let mut message = error.message().trim().replace('\n', ", ");
    for kind in ["u32", "u64", "usize"] {
        message = message.replace(&format!("expected {kind}"), "expected a whole number, 0 or more");
    }
    message = message.replace("expected f64", "expected a number");
    if message == "duplicate key"
        && let Some(key) = error.span().and_then(|span| text.get(span))
    {
        message = format!("the key `{}` stands here a second time", key.trim());
    }
    format!("{place}{message}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Lines that a configuration is made of, and some that it is not.
    fn line() -> impl Strategy<Value = String> {
        const SECTIONS: &[&str] =
            &["justcall", "crm", "match", "fields", "scope", "policy", "deletes", "guards", "state", "guard"];
        const KEYS: &[&str] =
            &["path", "reserve", "plan", "phone", "company", "deletes", "conflict", "sightings", "keep_days", "x y"];
        const VALUES: &[&str] = &[
            "\"crm\"",
            "1",
            "-1",
            "99999999999",
            "1e400",
            "{ crm = \"A\", clear = true }",
            "[\"crm\"]",
            "nan",
            "",
            "[[",
        ];
        prop_oneof![
            prop::sample::select(SECTIONS).prop_map(|name| format!("[{name}]")),
            (prop::sample::select(KEYS), prop::sample::select(VALUES))
                .prop_map(|(key, value)| format!("{key} = {value}")),
            ".{0,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_a_configuration_or_an_error_that_names_the_file(text in any::<String>()) {
            if let Err(failure) = Config::parse(&text, Path::new("some.toml")) {
                prop_assert!(failure.message.starts_with("some.toml: ") && failure.hint.is_some());
            }
        }

        #[test]
        fn any_lines_are_a_configuration_or_an_error_that_names_the_file(lines in prop::collection::vec(line(), 0..8)) {
            if let Err(failure) = Config::parse(&lines.join("\n"), Path::new("some.toml")) {
                prop_assert!(failure.message.starts_with("some.toml: ") && failure.hint.is_some());
            }
        }
    }
}
