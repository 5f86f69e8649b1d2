//! Storing answers: for one conflict, for those that were ticked, for all that fit a filter; taking the last choice back.
//! Each conflict is checked by itself: one that moved, or that the choice makes no sense for, is refused with the reason.

use super::list::{chosen, show};
use crate::app::{Answers, App, broken};
use crate::ask::{Ask, Pairs, Reply};
use crate::filter::Filter;
use crate::jobs::Trouble;
use crate::undo::{Made, Told};
use model::{Choice, Conflict, Plan, Side};
use report::words;
use std::collections::HashMap;
use std::sync::Arc;
use sync::decide::{Kept, Undone};

/// Who is who is decided by somebody who looked.
const ONE_BY_ONE: &str = "whether two records are one contact is decided one by one: tick it, or choose on its card";

/// Stores one choice.
pub(crate) fn decide(app: &Arc<App>, ask: &Ask) -> Reply {
    let back = Filter::read(&Pairs::parse(ask.form.raw("back").as_bytes()));
    match store_choice(app, ask, &back) {
        Ok(()) => list_again(&back),
        // Nothing that was chosen is lost: the form comes back filled.
        Err(trouble) => show(app, ask, &back, Some(&trouble)),
    }
}

pub(super) fn list_again(filter: &Filter) -> Reply {
    let page = usize::try_from(filter.page).unwrap_or(1);
    Reply::Go(format!("conflicts?{}", filter.query(page)))
}

fn store_choice(app: &App, ask: &Ask, filter: &Filter) -> Result<(), Trouble> {
    let form = &ask.form;
    let choice = choice(app, form)?;
    let mut store = app.store()?;
    let plan = app.last_plan(&store)?.ok_or_else(|| Trouble::new("no plan was made yet"))?;
    let answers = Answers::read(&store, &plan)?;
    let mut told = Told { page: "conflicts", ..Told::default() };
    let mut chosen_for = Vec::new();
    for conflict in targets(app, form, filter, &plan, &answers, &mut told)? {
        let unseen = choice == Choice::KeepApart && conflict.field.is_some() && form.text("scope") == "all";
        let checked = if unseen { Err(ONE_BY_ONE.to_owned()) } else { app.jobs.check(conflict, &choice) };
        match checked {
            Ok(()) => chosen_for.push((conflict, choice.clone())),
            Err(why) => told.refused.push((conflict.id.0.clone(), why)),
        }
    }
    let who = app.who(ask);
    let stored = sync::decide::answer(&mut store, &who, &chosen_for)?;
    told.text = told_text(&choice, stored.len());
    told.replaced = stored.iter().filter_map(|kept| Some((kept.now.conflict.0.clone(), kept.replaced()?))).collect();
    let undone = |(kept, (conflict, _)): (Kept, (&Conflict, Choice))| Undone { kept, phone: conflict.phone.clone() };
    let what = format!("{} for {}", chosen(&choice), words::count(stored.len() as u64, "conflict"));
    let answers: Vec<Undone> = stored.into_iter().zip(chosen_for).map(undone).collect();
    let mut past = app.past.lock().map_err(|_| broken())?;
    if !answers.is_empty() {
        past.push(Made { number: 0, what, at: who.at, by: who.name, answers });
    }
    past.tell(told);
    Ok(())
}

fn told_text(choice: &Choice, stored: usize) -> String {
    let count = words::count(stored as u64, "decision");
    if stored == 0 {
        return "Nothing was stored.".to_owned();
    }
    let writes = |side: Side| match choice {
        Choice::Take(winner) => *winner != side,
        Choice::Value(_) => true,
        Choice::Skip | Choice::KeepApart => false,
    };
    let sides: Vec<String> =
        Side::BOTH.into_iter().filter(|side| writes(*side)).map(|side| side.title().to_owned()).collect();
    let then = if sides.is_empty() {
        "nothing is written for them".to_owned()
    } else {
        format!("the next plan writes at most {} in {}", words::count(stored as u64, "record"), words::list(&sides))
    };
    format!("{count} stored: {then}.")
}

/// What the form says.
fn choice(app: &App, form: &Pairs) -> Result<Choice, Trouble> {
    Ok(match form.text("choice") {
        "justcall" => Choice::Take(Side::Justcall),
        "crm" => Choice::Take(Side::Crm),
        "value" => app.jobs.own_value(form.text("value")).map_err(Trouble::new)?,
        "clear" => Choice::Value(String::new()),
        "skip" => Choice::Skip,
        "keep apart" => Choice::KeepApart,
        _ => return Err(Trouble::new("choose what is to be stored")),
    })
}

/// The conflicts that the choice is for. Those that moved since the page was drawn are refused by name.
fn targets<'p>(
    app: &App,
    form: &Pairs,
    filter: &Filter,
    plan: &'p Plan,
    answers: &'p Answers,
    told: &mut Told,
) -> Result<Vec<&'p Conflict>, Trouble> {
    if form.text("scope") == "all" {
        if form.text("plan") != plan.id.0 {
            return Err(Trouble {
                message: "a newer plan was made since this page was opened: what fits the filter may be others now"
                    .to_owned(),
                hint: Some("nothing was stored; look at the list, then store the choice again".to_owned()),
            });
        }
        let rows = filter.rows(plan, answers, app.jobs.now());
        return Ok(rows.into_iter().map(|row| row.conflict).collect());
    }
    let known: HashMap<&str, &Conflict> =
        answers.decidable(plan).map(|conflict| (conflict.id.0.as_str(), conflict)).collect();
    let mut found = Vec::new();
    for key in form.all("id") {
        let (id, check) = key.split_once('.').unwrap_or((key, ""));
        match known.get(id) {
            None => told
                .refused
                .push((id.to_owned(), "the last plan has no such conflict: it is settled, or gone".to_owned())),
            Some(conflict) if conflict.check() != check => {
                let why = "one of its values has changed since this page was opened: look at it again".to_owned();
                told.refused.push((id.to_owned(), why));
            }
            Some(conflict) => found.push(*conflict),
        }
    }
    if found.is_empty() && told.refused.is_empty() {
        return Err(Trouble::new("no conflict is ticked"));
    }
    Ok(found)
}

/// Takes the last choice back. What somebody decided in another way since stays.
pub(crate) fn undo(app: &Arc<App>, ask: &Ask) -> Reply {
    match take_back(app, ask) {
        Ok(()) => Reply::Go("conflicts".to_owned()),
        Err(trouble) => show(app, ask, &Filter::default(), Some(&trouble)),
    }
}

fn take_back(app: &App, ask: &Ask) -> Result<(), Trouble> {
    let mut past = app.past.lock().map_err(|_| broken())?;
    let Some(made) = past.last().cloned() else { return Err(Trouble::new("there is nothing to undo")) };
    // Another tab may have chosen, or taken back, since this form was shown; or it is sent a second time.
    if ask.form.number("last") != Some(made.number) {
        return Err(Trouble::new("the last choice is another one by now: look at it first, then undo it"));
    }
    let mut store = app.store()?;
    let now = store.resolutions()?;
    let mut told = Told { page: "conflicts", ..Told::default() };
    let mut undone = Vec::new();
    for answer in made.answers {
        if now.contains(&answer.kept.now) {
            undone.push(answer);
        } else {
            let why = "decided in another way since, or carried out: left as it is".to_owned();
            told.refused.push((answer.kept.now.conflict.0, why));
        }
    }
    sync::decide::take_back(&mut store, &app.who(ask), &undone)?;
    told.text = format!("Undone: {} ({}).", made.what, words::count(undone.len() as u64, "decision"));
    past.pop();
    past.tell(told);
    Ok(())
}

/// Takes one decision back.
pub(crate) fn reopen(app: &Arc<App>, ask: &Ask) -> Reply {
    let back = Filter::read(&Pairs::parse(ask.form.raw("back").as_bytes()));
    match open_again(app, ask) {
        Ok(()) => list_again(&back),
        Err(trouble) => show(app, ask, &back, Some(&trouble)),
    }
}

fn open_again(app: &App, ask: &Ask) -> Result<(), Trouble> {
    let key = ask.form.text("id");
    let id = key.split_once('.').map_or(key, |(id, _)| id);
    sync::decide::reopen(&mut app.store()?, &app.who(ask), &model::ConflictId(id.to_owned()))?;
    app.tell("conflicts", "The decision was taken back.".to_owned());
    Ok(())
}
