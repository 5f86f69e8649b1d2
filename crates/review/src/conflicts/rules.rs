//! Standing rules: made from a conflict for all like it, listed, taken back.

use super::list::show;
use crate::app::{Answers, App};
use crate::ask::{Ask, Pairs, Reply};
use crate::filter::Filter;
use crate::jobs::Trouble;
use maud::{Markup, html};
use model::{Choice, Conflict, Side, StandingRule};
use report::words;
use std::sync::Arc;

/// Two buttons under the answers of a conflict.
pub(super) fn form(app: &App, conflict: &Conflict, hidden: &Markup) -> Markup {
    html! {
        form method="post" action=(app.path("conflicts/rule")) {
            (hidden)
            span { "For all like this, now and later:" }
            @for side in Side::BOTH.into_iter().filter(|side| conflict.value(*side).is_some()) {
                button type="submit" name="take" value=(side.name()) { (side.title()) " always" }
            }
        }
    }
}

/// All rules, with the way back.
pub(super) fn list(app: &App, rules: &[StandingRule]) -> Markup {
    html! {
        @if !rules.is_empty() {
            section aria-labelledby="rules" {
                h2 #rules { "Standing rules" }
                ul.rows {
                    @for rule in rules {
                        li {
                            form method="post" action=(app.path("conflicts/rule/remove")) {
                                (app.csrf())
                                input type="hidden" name="rule" value=(rule.id());
                                code { (rule.id()) } ": " strong { (rule.take.title()) } " wins, by " (report::text::safe(&rule.made_by))
                                " at " (words::time(rule.made_at, &app.options.zone)) " "
                                button type="submit" { "Remove" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Makes a rule.
pub(crate) fn make(app: &Arc<App>, ask: &Ask) -> Reply {
    let back = Filter::read(&Pairs::parse(ask.form.raw("back").as_bytes()));
    match store_rule(app, ask) {
        Ok(()) => super::decide::list_again(&back),
        Err(trouble) => show(app, ask, &back, Some(&trouble)),
    }
}

fn store_rule(app: &App, ask: &Ask) -> Result<(), Trouble> {
    let form = &ask.form;
    let mut store = app.store()?;
    let plan = app.last_plan(&store)?.ok_or_else(|| Trouble::new("no plan was made yet"))?;
    let (id, check) = form.text("id").split_once('.').unwrap_or_default();
    let answers = Answers::read(&store, &plan)?;
    let conflict = answers.decidable(&plan).find(|conflict| conflict.id.0 == id && conflict.check() == check);
    let conflict = conflict.ok_or_else(|| {
        Trouble::new("this conflict has changed since the page was opened, or is gone: look at the list again")
    })?;
    let take = match form.text("take") {
        "justcall" => Side::Justcall,
        "crm" => Side::Crm,
        _ => return Err(Trouble::new("choose whose value wins")),
    };
    app.jobs.check(conflict, &Choice::Take(take)).map_err(Trouble::new)?;
    let rule = sync::decide::make_rule(&mut store, &app.who(ask), conflict, take)?;
    let answered = plan.conflicts.iter().filter(|conflict| rule.answers(conflict)).count() as u64;
    let answered = words::count(answered, "conflict");
    app.tell(
        "conflicts",
        format!(
            "Rule {}: {} wins. It answers {answered} of this plan, and all like them later.",
            rule.id(),
            take.title()
        ),
    );
    Ok(())
}

/// Takes a rule back.
pub(crate) fn remove(app: &Arc<App>, ask: &Ask) -> Reply {
    let removed = app
        .store()
        .and_then(|mut store| Ok(sync::decide::remove_rule(&mut store, &app.who(ask), ask.form.text("rule"))?));
    match removed {
        Ok(rule) => {
            app.tell(
                "conflicts",
                format!("The rule {} is gone: the next plan asks again. What it wrote stays.", rule.id()),
            );
            Reply::Go("conflicts".to_owned())
        }
        Err(trouble) => show(app, ask, &Filter::default(), Some(&trouble)),
    }
}
