//! A plan or a run arranged for a reader: groups, totals and sentences as plain data, drawn by each format. Borrows what
//! it shows and formats nothing that no one may look at, so that a plan of 100,000 actions costs one pass.

mod choices;
mod groups;
mod headline;
mod links;
mod part;
mod quality;
mod totals;

pub use choices::{Answer, answers, remedy, standing_rule};
pub use groups::{Group, Waiting, changes, changes_phone, conflicts, held, rules, skipped};
pub use headline::{plan as plan_headline, run as run_headline};
pub use links::{RecordPage, RecordPages, pages_of};
pub use part::{Filter, Part, reasons};
pub use quality::{Quality, QualityGroup, QualitySide};
pub use totals::{TotalRow, Totals};

use crate::words;
use model::{BySide, Plan, Rule, Side, Via};

/// What the two sides are called for the reader.
pub type Titles = BySide<String>;

/// The plain titles: `JustCall` and `CRM`.
pub fn default_titles() -> Titles {
    BySide::from_fn(|side: Side| side.title().to_owned())
}

/// A plan in the order in which a reader needs it.
#[derive(Debug, Clone)]
pub struct PlanView<'a> {
    /// One sentence.
    pub headline: String,
    /// What waits for a person, and what waits for time.
    pub waiting: Waiting<'a>,
    /// The actions, by side and kind; what can hurt comes first.
    pub changes: Vec<Group<'a, model::Action>>,
    /// The rules behind them, with how often.
    pub rules: Vec<(Rule, u64)>,
    /// What takes no part, by side and reason.
    pub skipped: Vec<Group<'a, model::Skipped>>,
    /// Every record, accounted for once.
    pub totals: Totals,
    /// Requests and time per side, in words; at the limit of the account.
    pub cost: BySide<String>,
}

impl<'a> PlanView<'a> {
    /// Arranges a plan.
    pub fn new(plan: &'a Plan, titles: &Titles) -> Self {
        Self {
            headline: headline::plan(plan, titles),
            waiting: Waiting::new(&plan.conflicts, &plan.held, titles),
            changes: changes(&plan.actions, titles),
            rules: rules(&plan.actions),
            skipped: skipped(&plan.skipped, titles),
            totals: Totals::of(plan),
            cost: BySide::from_fn(|side| cost_words(plan, side)),
        }
    }

    /// Nothing to do, to decide or to look at.
    pub fn is_quiet(&self) -> bool {
        let waiting = self.waiting.for_a_person() + self.waiting.for_later();
        self.changes.is_empty() && self.skipped.is_empty() && waiting == 0
    }
}

fn cost_words(plan: &Plan, side: Side) -> String {
    let cost = &plan.cost[side];
    match cost.requests {
        0 if plan.actions.iter().any(|action| action.side == side && action.via == Via::File) => {
            "no requests; the file is replaced once".to_owned()
        }
        0 => "no requests".to_owned(),
        requests => {
            let time = words::duration(cost.seconds);
            let quota = plan.quotas[side].as_ref().map_or_else(String::new, |quota| {
                format!("; {} of {} {} are left", quota.left, quota.limit, quota.name)
            });
            format!("{}, about {time} at the account's limit{quota}", words::count(requests, "request"))
        }
    }
}
