//! Values in plain words: kinds, counts, durations. Sentences belong to the views.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{ActionKind, AlarmKind, Applied, Conflict, ConflictKind, HeldReason, Rule, RunOutcome, Side, Via};

/// `1,234,567`.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 contact`, `2 contacts`: the plural takes an s.
pub fn count(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(count))
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A record's id as people know it: of a contact's further number, the contact's own id with that number.
pub fn record_id(id: &str) -> String {
    match model::numbers::number_in(id) {
        Some(number) => format!("{} ({number})", model::numbers::own_id(id)),
        None => id.to_owned(),
    }
}

/// `0.4 s`, `8 s`, `2 min 5 s`, `1 h 3 min`, `2 d 4 h`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "unknown".to_owned();
    }
    if seconds > 0.0 && seconds < 9.95 && (seconds - seconds.round()).abs() > 0.05 {
        return format!("{seconds:.1} s");
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // finite and not negative; saturates
    let whole = seconds.round() as u64;
    let two = |big: u64, unit: &str, small: u64, small_unit: &str| {
        if small == 0 {
            format!("{} {unit}", number(big))
        } else {
            format!("{} {unit} {small} {small_unit}", number(big))
        }
    };
    match whole {
        0..60 => format!("{whole} s"),
        60..3_600 => two(whole / 60, "min", whole % 60, "s"),
        3_600..86_400 => two(whole / 3_600, "h", whole % 3_600 / 60, "min"),
        _ => two(whole / 86_400, "d", whole % 86_400 / 3_600, "h"),
    }
}

/// `12 %`, `0.3 %`, `less than 0.1 %`; never rounds up to 100 or down to 0.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0 %".to_owned();
    }
    if part >= whole {
        return if part == whole { "100 %".to_owned() } else { "more than 100 %".to_owned() };
    }
    let share = part as f64 * 100.0 / whole as f64;
    match share {
        _ if share < 0.1 => "less than 0.1 %".to_owned(),
        _ if share < 10.0 => format!("{share:.1} %"),
        _ if share > 99.0 => "more than 99 %".to_owned(),
        _ => format!("{share:.0} %"),
    }
}

/// `2026-07-01 12:03 UTC`.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    jiff::fmt::strtime::format("%Y-%m-%d %H:%M %Z", &zoned).unwrap_or_else(|_| at.to_string())
}

/// When a value was set and by whom, where its side tells: `set 2026-11-21 14:03 UTC by user 51`.
pub fn set(conflict: &Conflict, side: Side, zone: &TimeZone) -> Option<String> {
    let stamp = conflict.set[side].as_ref()?;
    Some(format!("set {} by {}", time(stamp.at, zone), stamp.who()))
}

/// The symbol that stands for an action in every view.
pub const fn symbol(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Create => "+",
        ActionKind::Update => "~",
        ActionKind::Delete => "−",
        ActionKind::Link => "=",
        ActionKind::Unlink => "≠",
        ActionKind::Rebase => "≡",
    }
}

/// The noun of an action: `create`, `update`…
pub const fn kind(kind: ActionKind) -> &'static str {
    kind.name()
}

/// What an action of the kind does, for the legend.
pub const fn meaning(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Create => "a new record",
        ActionKind::Update => "some fields of a record change",
        ActionKind::Delete => "a record goes",
        ActionKind::Link => "two records are known to be one contact from now on; nothing is written",
        ActionKind::Unlink => "two records are no longer followed; nothing is written",
        ActionKind::Rebase => "both sides agree already; nothing is written",
    }
}

/// How an action travels.
pub const fn via(via: Via) -> &'static str {
    match via {
        Via::Bulk => "in bulk",
        Via::Put | Via::Delete => "one request",
        Via::File => "in the file",
        Via::Api => "by API",
        Via::State => "no write",
    }
}

/// `R2 edited in JustCall`; rules without a number by their words alone.
pub fn rule(rule: Rule) -> String {
    match rule {
        Rule::Scope | Rule::Resolved | Rule::Undo | Rule::Caller => rule.words().to_owned(),
        numbered => format!("{numbered:?} {}", numbered.words()),
    }
}

/// What an alarm is about.
pub const fn alarm(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Guard => "guard",
        AlarmKind::EmptyListing => "empty listing",
        AlarmKind::ShortListing => "short listing",
        AlarmKind::PartialListing => "partial listing",
        AlarmKind::ScopeChanged => "scope changed",
        AlarmKind::Loop => "loop",
        AlarmKind::State => "state",
        AlarmKind::Canary => "first write",
        AlarmKind::Breaker => "stopped",
        AlarmKind::Quota => "quota",
    }
}

/// The kind of a conflict as the JSON formats write it.
pub const fn conflict_code(kind: ConflictKind) -> &'static str {
    kind.code()
}

/// How a run ended, in one or two words.
pub const fn outcome(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Clean => "in sync",
        RunOutcome::Applied => "applied",
        RunOutcome::Waiting => "waiting",
        RunOutcome::Partial => "in part",
        RunOutcome::Failed => "failed",
    }
}

/// Whether a held action waits for a person; the others go through, or stay, by themselves.
pub const fn needs_a_person(reason: HeldReason) -> bool {
    use HeldReason::{Guard, OtherNumbers, Unproven, UnreadableCounterpart};
    matches!(reason, Guard | Unproven | UnreadableCounterpart | OtherNumbers)
}

/// `1 create`, `2 updates`: what there is of each.
pub fn writes(create: u64, update: u64, delete: u64) -> Vec<String> {
    let named = [(create, "create"), (update, "update"), (delete, "delete")];
    named.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(number, noun)).collect()
}

/// `1 created`, `2 updated`: what there was of each.
pub fn written(applied: &Applied) -> Vec<String> {
    let named = [(applied.create, "created"), (applied.update, "updated"), (applied.delete, "deleted")];
    named.into_iter().filter(|(count, _)| *count > 0).map(|(count, verb)| format!("{} {verb}", number(count))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1_000, 1_234_567].map(number).each_ref().map(String::as_str)
        );
        assert_eq!(count(1, "contact"), "1 contact");
        assert_eq!(count(0, "contact"), "0 contacts");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, words) in [
            (0.0, "0 s"),
            (0.42, "0.4 s"),
            (7.0, "7 s"),
            (59.7, "1 min"),
            (125.0, "2 min 5 s"),
            (3_780.0, "1 h 3 min"),
            (187_200.0, "2 d 4 h"),
            (f64::NAN, "unknown"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }

    #[test]
    fn percent_never_hides_the_last_one() {
        assert_eq!(percent(1, 100_000), "less than 0.1 %");
        assert_eq!(percent(99_999, 100_000), "more than 99 %");
        assert_eq!(percent(1, 3), "33 %");
        assert_eq!(percent(3, 3), "100 %");
        assert_eq!(percent(0, 0), "0 %");
    }

    #[test]
    fn conflict_codes_are_those_of_the_json() {
        for kind in ConflictKind::ALL {
            assert_eq!(serde_json::to_value(kind).ok(), Some(conflict_code(kind).into()));
        }
    }

    #[test]
    fn lists_end_in_and() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(&items), "a, b and c");
        assert_eq!(list(&items[..1]), "a");
        assert_eq!(list(&[]), "");
    }
}
