//! Sends requests: pace, timeouts, the day's quota, and sending again when the server is in trouble.
//!
//! What comes back is an answer that the API itself gave (2xx, 4xx), or a failure that says whether anything can have
//! reached the server. It does *not* read answers of success, and logs neither bodies nor queries: both hold personal
//! data.

use crate::config::{Config, Timeouts};
use crate::daily::Daily;
use crate::dialect::{Dialect, Limit, LimitHeaders};
use crate::error::Words;
use crate::http::{base, client};
use crate::requests::{Method, Repeat, Request};
use connector::{Error, ErrorKind, Pace, Progress, RetryPolicy, Trouble};
use model::Secret;
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Url};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Largest answer that is read. A page of 100 contacts is some 100 KiB.
const LARGEST_BODY: usize = 64 << 20;
/// How long a lock lasts (documented).
const LOCKED: Duration = Duration::from_secs(2);
/// Sendings of a request whose repetition changes nothing more.
const BOUNDED: u32 = 3;

/// An answer of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// HTTP status: 2xx, 3xx or 4xx, never 429.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// No answer, after all repetitions.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What went wrong last.
    pub(crate) error: Error,
    /// Nothing can have had an effect: no request ever went out, or all were turned away by a limit.
    pub(crate) unsent: bool,
}

/// One attempt that brought no answer.
struct Miss {
    trouble: Trouble,
    told: Option<Duration>,
    error: Error,
    unsent: bool,
    /// Repeating it may help.
    again: bool,
}

/// The way to one account.
#[derive(Debug)]
pub(crate) struct Transport {
    client: Client,
    base: Url,
    dialect: &'static Dialect,
    pace: Pace,
    searches: Pace,
    daily: Daily,
    retry: RetryPolicy,
    timeouts: Timeouts,
    is_limit_given: bool,
    token: Secret,
    sent: AtomicU64,
}

impl Transport {
    /// Prepares everything; sends nothing.
    pub(crate) fn new(config: &Config, dialect: &'static Dialect) -> Result<Self, Error> {
        Ok(Self {
            client: client(config)?,
            base: base(&config.base_url)?,
            dialect,
            pace: Pace::new(dialect.limits(config, None)),
            searches: Pace::new(dialect.search_limits(config)),
            daily: Daily::default(),
            retry: config.retry,
            timeouts: config.timeouts,
            is_limit_given: config.limit_per_10s.is_some(),
            token: config.token.clone(),
            sent: AtomicU64::new(0),
        })
    }

    /// Requests sent so far.
    pub(crate) fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// The access token, for the one call that takes it in its body.
    pub(crate) const fn token(&self) -> &Secret {
        &self.token
    }

    /// The pace.
    pub(crate) const fn pace(&self) -> &Pace {
        &self.pace
    }

    /// The day's requests.
    pub(crate) const fn daily(&self) -> &Daily {
        &self.daily
    }

    /// Sends a request, again where that is allowed and may help.
    pub(crate) async fn send(&self, request: &Request, progress: &dyn Progress) -> Result<Answer, Failure> {
        let policy = match request.repeat {
            Repeat::Freely => self.retry,
            Repeat::Bounded | Repeat::Never => self.retry.at_most(BOUNDED),
        };
        let mut retry = policy.start();
        let mut since: Option<Instant> = None;
        let mut unsent = true;
        loop {
            if let Some(error) = self.daily.spent(jiff::Timestamp::now()) {
                return Err(Failure { error, unsent });
            }
            let waiting = |wait: Duration, why: &str| progress.waiting(wait.as_secs_f64(), why);
            let pace = if request.is_search { &self.searches } else { &self.pace };
            let pass = pace.enter(waiting).await;
            let attempt = self.attempt(request).await;
            drop(pass);
            let miss = match attempt {
                Ok(answer) => return Ok(answer),
                Err(miss) => miss,
            };
            unsent &= miss.unsent;
            let elapsed = since.get_or_insert_with(Instant::now).elapsed();
            // What may not be done twice is repeated only where the first time was surely none.
            let again = miss.again && (request.repeat != Repeat::Never || miss.unsent);
            let wait = if again { retry.next(miss.trouble, miss.told, elapsed) } else { None };
            let Some(wait) = wait else { return Err(Failure { error: miss.error, unsent }) };
            tracing::debug!(method = ?request.method, trouble = ?miss.trouble, ?wait, "again");
            if miss.trouble == Trouble::RateLimited {
                pace.hold(wait); // for all requests, not only this one
            } else {
                progress.waiting(wait.as_secs_f64(), &miss.error.message);
                tokio::time::sleep(wait).await;
            }
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Answer, Miss> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.daily.spend();
        let started = Instant::now();
        let response = self.build(request).send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let headers = self.read_headers(response.headers());
        tracing::debug!(method = ?request.method, status, ms = started.elapsed().as_millis(), "answer");
        let trouble = match status {
            429 => Trouble::RateLimited,
            502 | 504 => Trouble::BadGateway,
            503 | 477 => Trouble::Maintenance,
            408 | 423 | 425 | 500..=599 => Trouble::Transient,
            _ => return body(response).await.map(|body| Answer { status, body }),
        };
        let words = body(response).await.ok().and_then(|body| Words::of(&body));
        Err(self.miss(status, trouble, &headers, words))
    }

    /// What a 429 or 5xx means.
    fn miss(&self, status: u16, trouble: Trouble, headers: &LimitHeaders, words: Option<Words>) -> Miss {
        let words = words.unwrap_or_default();
        let said = if words.message.is_empty() { String::new() } else { format!(": {}", words.message) };
        if status != 429 {
            let error = Error::new(ErrorKind::Server, format!("HubSpot answered {status}{said}"));
            // A contact that is locked was not written; a lock lasts two seconds.
            let locked = (status == 423).then_some(LOCKED);
            return Miss { trouble, told: headers.retry_after.or(locked), error, unsent: status == 423, again: true };
        }
        let limit = Limit::named(words.policy_name.as_deref(), &words.message);
        if limit == Limit::Day {
            self.daily.note_spent();
            let fallback = || Error::new(ErrorKind::RateLimited, format!("HubSpot's daily quota is used up{said}"));
            let error = self.daily.spent(jiff::Timestamp::now()).unwrap_or_else(fallback);
            return Miss { trouble, told: None, error, unsent: true, again: false };
        }
        let told = headers.retry_after.unwrap_or(limit.wait());
        let message = format!("HubSpot's rate limit is used up (again in {} s){said}", told.as_secs());
        let error = Error::new(ErrorKind::RateLimited, message).hint("run it again later; nothing is lost");
        Miss { trouble, told: Some(told), error, unsent: true, again: true }
    }

    fn build(&self, request: &Request) -> reqwest::RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), request.path));
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let (method, timeout) = match request.method {
            Method::Get => (reqwest::Method::GET, self.timeouts.request),
            Method::Post => (reqwest::Method::POST, self.timeouts.batch),
        };
        let mut building = self.client.request(method, url).timeout(timeout);
        if let Some(body) = &request.body {
            building = building.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        building
    }

    /// Reads the headers about limits and corrects pace and quota by them.
    fn read_headers(&self, headers: &HeaderMap) -> LimitHeaders {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let found = self.dialect.limit_headers(text);
        if let Some(limit) = found.limit.filter(|limit| *limit > 0) {
            let now = self.pace.limits();
            // A larger subscription shows itself; what is configured is kept unless the server allows less.
            if limit < now.requests || !self.is_limit_given {
                self.pace.set_limits(connector::PaceLimits { requests: limit, ..now });
            }
        }
        self.pace.observe(found.remaining, None);
        self.daily.note_headers(&found);
        found
    }
}

/// An attempt that ended without an answer.
fn lost(error: reqwest::Error) -> Miss {
    let unsent = error.is_connect() || error.is_builder();
    let message = if unsent {
        "no connection to HubSpot"
    } else if error.is_timeout() {
        "no answer from HubSpot in time"
    } else {
        "HubSpot's answer was lost"
    };
    // The address may hold personal data.
    let error = Error::new(ErrorKind::Unreachable, message)
        .caused_by(error.without_url())
        .hint("check the network and crm.hubspot.base_url, then run again");
    Miss { trouble: Trouble::Transient, told: None, error, unsent, again: true }
}

/// Reads a body up to the largest size.
async fn body(mut response: reqwest::Response) -> Result<Vec<u8>, Miss> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_BODY => {
                let error = Error::new(ErrorKind::Protocol, "HubSpot's answer is too large");
                return Err(Miss { trouble: Trouble::Transient, told: None, error, unsent: false, again: false });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => return Err(Miss { unsent: false, ..lost(error) }),
        }
    }
}
