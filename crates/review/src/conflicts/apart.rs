//! Records that a person keeps apart: listed, taken back.

use super::list::show;
use crate::app::App;
use crate::ask::{Ask, Reply};
use crate::filter::Filter;
use crate::jobs::Trouble;
use crate::{contact, layout};
use maud::{Markup, html};
use model::Apart;
use report::words;
use std::sync::Arc;

/// Pairs that are named at once; `tieline conflicts decided` has all.
const NAMED: usize = layout::PER_PAGE;

/// All pairs, with the way back.
pub(super) fn list(app: &App, pairs: &[Apart]) -> Markup {
    html! {
        @if !pairs.is_empty() {
            section aria-labelledby="apart" {
                h2 #apart { "Kept apart" }
                p { "Records that somebody said are two contacts. They are never matched with each other." }
                ul.rows {
                    @for pair in pairs.iter().take(NAMED) {
                        li {
                            form method="post" action=(app.path("conflicts/together")) {
                                (app.csrf())
                                input type="hidden" name="justcall" value=(pair.ids.justcall);
                                input type="hidden" name="crm" value=(pair.ids.crm);
                                (contact::link(app, &pair.phone)) ": JustCall " code { (report::text::safe(pair.ids.justcall.as_str())) }
                                " and CRM " code { (report::text::safe(pair.ids.crm.as_str())) } ", by " (report::text::safe(&pair.made_by))
                                " at " (words::time(pair.made_at, &app.options.zone)) " "
                                button type="submit" { "May be matched again" }
                            }
                        }
                    }
                }
                @if pairs.len() > NAMED { p.more { "and " (words::number((pairs.len() - NAMED) as u64)) " more: " code { "tieline conflicts decided" } } }
            }
        }
    }
}

/// Lets a pair be matched again.
pub(crate) fn bring_together(app: &Arc<App>, ask: &Ask) -> Reply {
    match take_back(app, ask) {
        Ok(()) => Reply::Go("conflicts".to_owned()),
        Err(trouble) => show(app, ask, &Filter::default(), Some(&trouble)),
    }
}

fn take_back(app: &App, ask: &Ask) -> Result<(), Trouble> {
    let (justcall, crm) = (ask.form.raw("justcall"), ask.form.raw("crm"));
    let mut store = app.store()?;
    let known = store.apart()?;
    let found = known.iter().find(|pair| pair.ids.justcall.as_str() == justcall && pair.ids.crm.as_str() == crm);
    let pair = found.ok_or_else(|| Trouble::new("these two are not kept apart any more"))?;
    sync::decide::bring_together(&mut store, &app.who(ask), pair)?;
    app.tell("conflicts", "They may be matched again, from the next plan on.".to_owned());
    Ok(())
}
