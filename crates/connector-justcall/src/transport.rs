//! Sends requests: credentials, pace, timeouts, and sending again when the server is in trouble.
//!
//! What comes back is an answer that the API itself gave (2xx, 4xx), or a failure that says whether anything can have
//! reached the server. It does *not* read bodies, and logs neither them nor queries: both hold personal data.

use crate::config::{Config, Timeouts};
use crate::dialect::{Dialect, QuotaHeaders};
use crate::http::{base, client};
use crate::requests::{Method, Repeat, Request};
use connector::{Error, ErrorKind, Pace, PaceLimits, Progress, RetryPolicy, Trouble};
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Url};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Largest answer that is read. A page of 100 contacts is some 50 KiB.
const LARGEST_BODY: usize = 64 << 20;
/// Sendings of a request whose repetition changes nothing more.
const BOUNDED: u32 = 3;

/// An answer of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status: 2xx, 3xx or 4xx, never 429.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// No answer, after all repetitions.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong last.
    pub error: Error,
    /// Nothing can have had an effect: no request ever went out, or all were turned away by the rate limit.
    pub unsent: bool,
}

/// One attempt that brought no answer.
struct Miss {
    trouble: Trouble,
    told: Option<Duration>,
    error: Error,
    unsent: bool,
}

enum Attempt {
    Answered(Answer),
    /// Repeating it may help.
    Missed(Miss),
    /// Repeating it would not help.
    Hopeless(Miss),
}

/// The way to one account.
#[derive(Debug)]
pub struct Transport {
    client: Client,
    base: Url,
    dialect: &'static Dialect,
    pace: Pace,
    retry: RetryPolicy,
    timeouts: Timeouts,
    sent: AtomicU64,
    /// The limit that the last answer named; 0: none did.
    told_limit: AtomicU32,
}

impl Transport {
    /// Prepares everything; sends nothing.
    pub fn new(config: &Config, dialect: &'static Dialect, limits: PaceLimits) -> Result<Self, Error> {
        Ok(Self {
            client: client(config, dialect)?,
            base: base(&config.base_url)?,
            dialect,
            pace: Pace::new(limits),
            retry: config.retry,
            timeouts: config.timeouts,
            sent: AtomicU64::new(0),
            told_limit: AtomicU32::new(0),
        })
    }

    /// Requests sent so far.
    pub fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// The pace.
    pub const fn pace(&self) -> &Pace {
        &self.pace
    }

    /// The limit that the server named last.
    pub fn told_limit(&self) -> Option<u32> {
        Some(self.told_limit.load(Ordering::Relaxed)).filter(|limit| *limit > 0)
    }

    /// Sends a request, again where that is allowed and may help.
    pub async fn send(&self, request: &Request, progress: &dyn Progress) -> Result<Answer, Failure> {
        let policy = match request.repeat {
            Repeat::Freely => self.retry,
            Repeat::Bounded => self.retry.at_most(BOUNDED),
            // Not after a wait either: whoever asked for it may have gone on to something else.
            Repeat::Never => RetryPolicy { patience: Duration::ZERO, ..self.retry.at_most(1) },
        };
        let mut retry = policy.start();
        let mut since: Option<Instant> = None;
        let mut unsent = true;
        loop {
            let pass = self.pace.enter(|wait, why| progress.waiting(wait.as_secs_f64(), why)).await;
            let attempt = self.attempt(request).await;
            drop(pass);
            let (miss, again) = match attempt {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Missed(miss) => (miss, true),
                Attempt::Hopeless(miss) => (miss, false),
            };
            unsent &= miss.unsent;
            let elapsed = since.get_or_insert_with(Instant::now).elapsed();
            let wait = if again { retry.next(miss.trouble, miss.told, elapsed) } else { None };
            let Some(wait) = wait else { return Err(Failure { error: miss.error, unsent }) };
            tracing::debug!(method = ?request.method, path = request.path, trouble = ?miss.trouble, ?wait, "again");
            if miss.trouble == Trouble::RateLimited {
                self.pace.hold(wait); // for all requests, not only this one
            } else {
                progress.waiting(wait.as_secs_f64(), &miss.error.message);
                tokio::time::sleep(wait).await;
            }
        }
    }

    async fn attempt(&self, request: &Request) -> Attempt {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        let response = match self.build(request).send().await {
            Ok(response) => response,
            Err(error) => return Attempt::Missed(lost(error)),
        };
        let status = response.status().as_u16();
        let quota = self.read_quota(response.headers());
        tracing::debug!(
            method = ?request.method,
            path = request.path,
            status,
            remaining = ?quota.remaining,
            ms = started.elapsed().as_millis(),
            "answer"
        );
        let trouble = match status {
            429 => Trouble::RateLimited,
            502 => Trouble::BadGateway,
            503 => Trouble::Maintenance,
            408 | 425 | 500..=599 => Trouble::Transient,
            _ => {
                return body(response)
                    .await
                    .map_or_else(|failed| failed, |body| Attempt::Answered(Answer { status, body }));
            }
        };
        Attempt::Missed(Miss {
            trouble,
            told: quota.retry_after.or(quota.reset_in.filter(|_| status == 429)),
            error: server_error(status, response, self.dialect, quota).await,
            unsent: status == 429,
        })
    }

    fn build(&self, request: &Request) -> reqwest::RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), request.path));
        if !request.query.is_empty() {
            // Form encoding writes `+` as %2B, as the server wants it.
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut building = self.client.request(method, url);
        if let Some(body) = &request.body {
            building = building.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let timeout = if request.slow { self.timeouts.bulk } else { self.timeouts.request };
        match timeout {
            Some(timeout) => building.timeout(timeout),
            None => building,
        }
    }

    /// Reads the quota headers and corrects the pace by them.
    fn read_quota(&self, headers: &HeaderMap) -> QuotaHeaders {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        // The server's own clock, where it shows it: ours may be wrong.
        let served = text("date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        let now = served.map_or_else(jiff::Timestamp::now, |date| date.timestamp()).as_second();
        let quota = self.dialect.quota(text, now);
        if let Some(limit) = quota.limit.filter(|limit| *limit > 0) {
            self.told_limit.store(limit, Ordering::Relaxed);
            self.pace.lower_to(limit);
        }
        self.pace.observe(quota.remaining, quota.reset_in);
        quota
    }
}

/// An attempt that ended without an answer.
fn lost(error: reqwest::Error) -> Miss {
    let unsent = error.is_connect() || error.is_builder();
    let message = if unsent {
        "no connection to JustCall"
    } else if error.is_timeout() {
        "no answer from JustCall in time"
    } else {
        "JustCall's answer was lost"
    };
    // The address has the query, and with it phones.
    let error = Error::new(ErrorKind::Unreachable, message)
        .caused_by(error.without_url())
        .hint("check the network and justcall.base_url, then run again");
    Miss { trouble: Trouble::Transient, told: None, error, unsent }
}

/// Reads a body up to the largest size.
async fn body(mut response: reqwest::Response) -> Result<Vec<u8>, Attempt> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_BODY => {
                let error = Error::new(ErrorKind::Protocol, "JustCall's answer is too large");
                return Err(Attempt::Hopeless(Miss { trouble: Trouble::Transient, told: None, error, unsent: false }));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => return Err(Attempt::Missed(Miss { unsent: false, ..lost(error) })),
        }
    }
}

/// The error behind a 429 or 5xx, in the API's words where it has any.
async fn server_error(status: u16, response: reqwest::Response, dialect: &Dialect, quota: QuotaHeaders) -> Error {
    let words = body(response).await.ok().and_then(|body| dialect.error_words(&body)).map(|(message, _)| message);
    let words = words.filter(|words| !words.is_empty()).map_or_else(String::new, |words| format!(": {words}"));
    if status == 429 {
        let until = quota.retry_after.or(quota.reset_in).map(|wait| format!(" (again in {} s)", wait.as_secs()));
        let message = format!("JustCall's rate limit is used up{}{words}", until.unwrap_or_default());
        return Error::new(ErrorKind::RateLimited, message).hint("run it again later; nothing is lost");
    }
    Error::new(ErrorKind::Server, format!("JustCall answered {status}{words}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dialect::V2;

    fn transport(base_url: &str) -> Result<Transport, Error> {
        let config = Config { base_url: base_url.to_owned(), ..Config::new("key", "secret") };
        Transport::new(&config, &V2, V2.limits(None))
    }

    #[test]
    fn a_plus_travels_escaped() {
        let transport = transport("https://api.justcall.io/").unwrap();
        let request = crate::requests::list::prepare_by_phone(&V2, "+14155551234");
        let built = transport.build(&request).build().unwrap();
        assert_eq!(
            built.url().as_str(),
            "https://api.justcall.io/v2/contacts?phone=%2B14155551234&page=1&per_page=100"
        );
    }
}
