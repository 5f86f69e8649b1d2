//! Refuses keys that nobody knows, and names the nearest one that is known. Values are checked elsewhere.

use toml::{Table, Value};

/// Sections and their keys. `*` stands for keys that the user names.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "justcall",
        &[
            "base_url",
            "plan",
            "requests_per_minute",
            "concurrency",
            "reserve",
            "bulk_updates",
            "api_key_file",
            "api_secret_file",
            "record_url",
        ],
    ),
    (
        "calls",
        &["sync", "history_days", "overlap_days", "activities", "from", "create_contacts", "min_calls", "contact_name"],
    ),
    ("serve", &["listen", "public_url", "webhook_secret_file", "events_per_second", "max_body_kb", "replay_minutes"]),
    ("crm", &["connector", "path", "preset", "id_column", "record_url", "carddav", "hubspot"]),
    (
        "crm.carddav",
        &[
            "url",
            "address_book",
            "user",
            "password_file",
            "token_file",
            "ca_file",
            "requests_per_minute",
            "concurrency",
        ],
    ),
    (
        "crm.hubspot",
        &[
            "base_url",
            "token_file",
            "limit_per_10s",
            "searches_per_second",
            "concurrency",
            "reserve",
            "full_listing_every",
            "index_lag_seconds",
        ],
    ),
    ("match", &["default_region"]),
    ("fields", &["*"]),
    ("fields.*", &["crm", "justcall", "direction", "conflict", "write", "clear", "numbers"]),
    ("scope", &["crm", "justcall"]),
    ("scope.crm", &["*"]),
    ("scope.justcall", &["*"]),
    ("policy", &["conflict", "edit_vs_delete", "create_in"]),
    ("deletes", &["to_justcall", "to_crm", "sightings", "min_hours"]),
    ("guards", &["deletes", "clears", "phone_changes", "creates", "changed"]),
    ("guards.deletes", &["floor", "percent"]),
    ("guards.clears", &["floor", "percent"]),
    ("guards.phone_changes", &["floor", "percent"]),
    ("guards.creates", &["floor", "percent"]),
    ("guards.changed", &["floor", "percent"]),
    ("state", &["path", "keep_days"]),
    (
        "notify",
        &[
            "when",
            "details",
            "no_run_hours",
            "conflict_days",
            "timeout_seconds",
            "file",
            "mail",
            "webhook",
            "slack",
            "ping",
        ],
    ),
    ("notify.file", &["path"]),
    ("notify.mail", &["host", "port", "tls", "from", "to", "user", "password_file", "ca_file"]),
    ("notify.webhook", &["url_file"]),
    ("notify.slack", &["url_file"]),
    ("notify.ping", &["url_file"]),
];

/// The first unknown key, in words.
pub(crate) fn unknown(table: &Table) -> Option<String> {
    let sections: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).filter(|name| !name.contains('.')).collect();
    for (section, value) in table {
        if !sections.contains(&section.as_str()) {
            return Some(message(section, &sections, "section"));
        }
        let Value::Table(inner) = value else { return Some(format!("`{section}` must be a table: [{section}]")) };
        if let Some(found) = in_section(section, inner) {
            return Some(found);
        }
    }
    None
}

fn in_section(section: &str, table: &Table) -> Option<String> {
    let (_, keys) = KNOWN.iter().find(|(name, _)| *name == section)?;
    for (key, value) in table {
        let open = keys.contains(&"*");
        if !open && !keys.contains(&key.as_str()) {
            return Some(message(&format!("{section}.{key}"), keys, "key"));
        }
        if let Value::Table(inner) = value {
            let child = if open { format!("{section}.*") } else { format!("{section}.{key}") };
            if let Some(found) = in_section(&child, inner) {
                return Some(found.replace("*.", &format!("{key}.")));
            }
        }
    }
    None
}

fn message(found: &str, known: &[&str], what: &str) -> String {
    let last = found.rsplit('.').next().unwrap_or(found);
    match nearest(last, known) {
        Some(near) => format!("unknown {what} `{found}`, did you mean `{near}`?"),
        None => format!("unknown {what} `{found}`; known are {}", known.join(", ")),
    }
}

/// The known name that a mistyped one most likely meant.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(name.len()) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn unknown_keys_name_the_nearest() {
        let find = |text: &str| unknown(&text.parse().unwrap());
        assert_eq!(
            find("[justcall]\nbase_ulr = \"x\""),
            Some("unknown key `justcall.base_ulr`, did you mean `base_url`?".to_owned())
        );
        assert_eq!(find("[polices]"), Some("unknown section `polices`, did you mean `policy`?".to_owned()));
        assert_eq!(
            find("[fields]\ncompany = { crm = \"Company\", conflct = \"crm\" }"),
            Some("unknown key `fields.company.conflct`, did you mean `conflict`?".to_owned())
        );
        assert_eq!(find("[fields]\nphone = \"Phone\"\n\"custom.x\" = { crm = \"X\" }"), None);
    }
}
