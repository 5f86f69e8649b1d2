//! Stories that run the real binary against the sandbox: what a person types, what comes back, and what both sides
//! hold afterwards. Each story names the scenario (`S…`), invariant (`I…`) or liveness rule (`L…`) that it shows.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "receivers/smtp.rs"]
mod smtp;
#[path = "stories/support.rs"]
mod support;
#[path = "receivers/web.rs"]
mod web;

#[path = "stories/adopting.rs"]
mod adopting;
#[path = "stories/bad_config.rs"]
mod bad_config;
#[path = "stories/bad_file.rs"]
mod bad_file;
#[path = "stories/bad_state.rs"]
mod bad_state;
#[path = "stories/brakes.rs"]
mod brakes;
#[path = "stories/browser.rs"]
mod browser;
#[path = "stories/calls.rs"]
mod calls;
#[path = "stories/calls_views.rs"]
mod calls_views;
#[path = "stories/carddav.rs"]
mod carddav;
#[path = "stories/chromium.rs"]
mod chromium;
#[path = "stories/commands.rs"]
mod commands;
#[path = "stories/conflicts.rs"]
mod conflicts;
#[path = "stories/crashes.rs"]
mod crashes;
#[path = "stories/crm_sandbox.rs"]
mod crm_sandbox;
#[path = "stories/deciding.rs"]
mod deciding;
#[path = "stories/deletes.rs"]
mod deletes;
#[path = "stories/demo.rs"]
mod demo;
#[path = "stories/dialling.rs"]
mod dialling;
#[path = "stories/each_number.rs"]
mod each_number;
#[path = "stories/faults.rs"]
mod faults;
#[path = "stories/first_sync.rs"]
mod first_sync;
#[path = "stories/forgetting.rs"]
mod forgetting;
#[path = "stories/formats.rs"]
mod formats;
#[path = "stories/hubspot.rs"]
mod hubspot;
#[path = "stories/hubspot_authors.rs"]
mod hubspot_authors;
#[path = "stories/hubspot_calls.rs"]
mod hubspot_calls;
#[path = "stories/kept_apart.rs"]
mod kept_apart;
#[path = "stories/large_report.rs"]
mod large_report;
#[path = "stories/listings.rs"]
mod listings;
#[path = "stories/loops.rs"]
mod loops;
#[path = "stories/notices.rs"]
mod notices;
#[path = "stories/phones.rs"]
mod phones;
#[path = "stories/plans.rs"]
mod plans;
#[path = "stories/privacy.rs"]
mod privacy;
#[path = "stories/replacing.rs"]
mod replacing;
#[path = "stories/reviewing.rs"]
mod reviewing;
#[path = "stories/serving.rs"]
mod serving;
#[path = "stories/several_numbers.rs"]
mod several_numbers;
#[path = "stories/two_way.rs"]
mod two_way;
#[path = "stories/undo.rs"]
mod undo;
#[path = "stories/verifying.rs"]
mod verifying;
#[path = "stories/writes.rs"]
mod writes;
