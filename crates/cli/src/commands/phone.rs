//! `tieline phone`: reads phone texts as every other command does. Needs no configuration.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::output;
use crate::registry::region;
use engine::normalizer::phone::{PhoneNormalizer, Verdict};
use serde::Serialize;
use std::io::{BufRead, Write};

/// One verdict, one line.
#[derive(Serialize)]
struct Line<'a> {
    input: &'a str,
    region: &'a str,
    verdict: &'static str,
    e164: String,
    extension: String,
    reason: String,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Phone) -> Fallible<Code> {
    let default = match &args.region {
        Some(region) => region.clone(),
        None if context.global.config.exists() => Config::load(&context.global.config)?.matching.default_region,
        None => "US".to_owned(),
    };
    let normalizer = PhoneNormalizer::new(region(&default)?);
    let json = context.global.json;
    output::print(|out| {
        for text in &args.text {
            if text != "-" {
                one(&normalizer, text, &default, json, out)?;
                continue;
            }
            for line in std::io::stdin().lock().split(b'\n') {
                let line = line?;
                let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line)).into_owned();
                match line.split_once('\t').filter(|(name, _)| looks_like_region(name)) {
                    Some((name, text)) => one(&normalizer, text, name, json, out)?,
                    None => one(&normalizer, &line, &default, json, out)?,
                }
            }
        }
        Ok(())
    })?;
    Ok(Code::Done)
}

fn looks_like_region(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn one(
    normalizer: &PhoneNormalizer,
    text: &str,
    region_name: &str,
    json: bool,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let line = match region(region_name) {
        Ok(in_region) => line(text, region_name, normalizer.normalize_in(text, in_region)),
        // The rest of the lines may be sound.
        Err(failure) => Line {
            input: text,
            region: region_name,
            verdict: "reject",
            e164: String::new(),
            extension: String::new(),
            reason: failure.message,
        },
    };
    if json {
        serde_json::to_writer(&mut *out, &line)?;
        return writeln!(out);
    }
    let (input, reason) = (report::text::safe(text), report::text::safe(&line.reason));
    writeln!(out, "{}\t{}\t{}\t{reason}\t{input}", line.verdict, line.e164, line.extension)
}

fn line<'a>(input: &'a str, region: &'a str, verdict: Verdict) -> Line<'a> {
    let mut line =
        Line { input, region, verdict: "", e164: String::new(), extension: String::new(), reason: String::new() };
    match verdict {
        Verdict::Accept(phone) => {
            line.verdict = "accept";
            line.e164 = phone.e164.into();
            line.extension = phone.extension.into();
        }
        Verdict::Unverified(phone) => {
            line.verdict = "unverified";
            line.e164 = phone.e164.into();
            line.extension = phone.extension.into();
            "the length fits, but the range is not known to be in use".clone_into(&mut line.reason);
        }
        Verdict::Split(phones) => {
            line.verdict = "split";
            line.e164 = phones.iter().map(|phone| &*phone.e164).collect::<Vec<_>>().join("|");
            "several numbers in one cell".clone_into(&mut line.reason);
        }
        Verdict::Reject(reason) => {
            line.verdict = "reject";
            line.reason = reason.to_string();
        }
    }
    line
}
