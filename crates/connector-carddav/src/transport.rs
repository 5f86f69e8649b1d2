//! Sends requests: credentials, pace, timeouts, and sending again when the server is in trouble.
//!
//! What comes back is an answer that the server itself gave, or a failure that says whether anything can have reached it.
//! It does *not* read bodies, and logs neither them nor addresses of cards.

use crate::config::{Config, Timeouts};
use crate::http::{base, client};
use crate::requests::{Condition, Repeat, Request};
use connector::{Error, ErrorKind, Pace, PaceLimits, Progress, RetryPolicy, Trouble};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Client, Url};
use std::error::Error as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Largest answer that is read: a hundred cards with large photos.
const LARGEST_BODY: usize = 256 << 20;
/// Sendings of a write; its precondition keeps a repetition from doing more.
const BOUNDED: u32 = 3;
/// Somebody writes there at the moment.
const LOCKED: u16 = 423;
/// Requests per minute where nothing is configured: the standard knows no quota.
const PER_MINUTE: u32 = 6_000;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    /// An earlier sending of the same request was lost, and may have had an effect.
    pub(crate) was_lost: bool,
}

/// No answer, after all repetitions.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What went wrong last.
    pub(crate) error: Error,
    /// Nothing can have had an effect.
    pub(crate) unsent: bool,
}

struct Miss {
    trouble: Trouble,
    told: Option<Duration>,
    error: Error,
    unsent: bool,
    hopeless: bool,
    /// What the server said, where that is an answer once repeating did not help.
    said: Option<Answer>,
}

/// The way to one server.
#[derive(Debug)]
pub(crate) struct Transport {
    client: Client,
    base: Url,
    host: String,
    origin: String,
    pace: Pace,
    retry: RetryPolicy,
    timeouts: Timeouts,
    sent: AtomicU64,
    /// Ways for writes: all of them for one, where the server cannot take several at once.
    lanes: Semaphore,
    one_by_one: AtomicBool,
}

impl Transport {
    /// Prepares everything; sends nothing.
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let base = base(&config.url)?;
        let limits = PaceLimits {
            window: connector::pace::MINUTE,
            requests: config.requests_per_minute.unwrap_or(PER_MINUTE).max(1),
            concurrency: config.concurrency.max(1),
            reserve: 0.0,
        };
        let host = base.host_str().unwrap_or_default().to_owned();
        let host = base.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self {
            client: client(config)?,
            origin: base.origin().ascii_serialization(),
            base,
            host,
            pace: Pace::new(limits),
            retry: config.retry,
            timeouts: config.timeouts,
            sent: AtomicU64::new(0),
            lanes: Semaphore::new(limits.concurrency),
            one_by_one: AtomicBool::new(false),
        })
    }

    /// Requests sent so far.
    pub(crate) fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Whether writes go one after the other: the server locks the whole book for each.
    pub(crate) fn is_one_by_one(&self) -> bool {
        self.one_by_one.load(Ordering::Relaxed)
    }

    /// From now on, writes go one after the other.
    pub(crate) fn go_one_by_one(&self) {
        self.one_by_one.store(true, Ordering::Relaxed);
    }

    pub(crate) const fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Requests under way at once.
    pub(crate) fn concurrency(&self) -> usize {
        self.pace.limits().concurrency.max(1)
    }

    /// The server's name, with its port where it has an odd one.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The path of the configured address.
    pub(crate) fn base_path(&self) -> &str {
        self.base.path()
    }

    /// Sends a request, again where that is allowed and may help.
    pub(crate) async fn send(&self, request: &Request, progress: &dyn Progress) -> Result<Answer, Failure> {
        let policy = match request.repeat {
            Repeat::Freely => self.retry,
            Repeat::Bounded => self.retry.at_most(BOUNDED),
        };
        let mut retry = policy.start();
        let mut since: Option<Instant> = None;
        let mut unsent = true;
        loop {
            let lanes = self.lanes(request).await;
            let is_alone = lanes.as_ref().is_some_and(|lanes| lanes.num_permits() == self.concurrency());
            let pass = self.pace.enter(|wait, why| progress.waiting(wait.as_secs_f64(), why)).await;
            let attempt = self.attempt(request).await;
            drop((pass, lanes));
            let miss = match attempt {
                Ok(answer) => return Ok(Answer { was_lost: !unsent, ..answer }),
                Err(miss) => miss,
            };
            if miss.said.as_ref().is_some_and(|said| said.status == LOCKED) && !is_alone && request.is_write() {
                // Our own writes were in each other's way: again at once, alone.
                self.go_one_by_one();
                continue;
            }
            unsent &= miss.unsent;
            let elapsed = since.get_or_insert_with(Instant::now).elapsed();
            let wait = if miss.hopeless { None } else { retry.next(miss.trouble, miss.told, elapsed) };
            let Some(wait) = wait else {
                return match miss.said {
                    Some(said) => Ok(Answer { was_lost: !unsent, ..said }),
                    None => Err(Failure { error: miss.error, unsent }),
                };
            };
            tracing::debug!(method = request.method.name(), trouble = ?miss.trouble, ?wait, "again");
            if miss.trouble == Trouble::RateLimited {
                self.pace.hold(wait); // for all requests, not only this one
            } else {
                progress.waiting(wait.as_secs_f64(), &miss.error.message);
                tokio::time::sleep(wait).await;
            }
        }
    }

    /// A way for a write; none for what only reads.
    async fn lanes(&self, request: &Request) -> Option<SemaphorePermit<'_>> {
        if !request.is_write() {
            return None;
        }
        let all = u32::try_from(self.concurrency()).unwrap_or(1);
        // Never closed.
        self.lanes.acquire_many(if self.is_one_by_one() { all } else { 1 }).await.ok()
    }

    async fn attempt(&self, request: &Request) -> Result<Answer, Miss> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        let response = self.build(request).send().await.map_err(|error| self.lost(error))?;
        let status = response.status().as_u16();
        let ms = started.elapsed().as_millis();
        tracing::debug!(method = request.method.name(), status, ms, "answer");
        let trouble = match status {
            429 => Trouble::RateLimited,
            502 => Trouble::BadGateway,
            503 => Trouble::Maintenance,
            500 if request.hears_500 => return self.answer(response).await,
            // 507: there is no room; waiting makes none.
            408 | 425 | 500 | 504 => Trouble::Transient,
            LOCKED => {
                let said = Some(self.answer(response).await?);
                let error = Error::new(ErrorKind::Server, format!("{} answered {status}", self.host));
                return Err(Miss {
                    trouble: Trouble::Transient,
                    told: None,
                    error,
                    unsent: true,
                    hopeless: false,
                    said,
                });
            }
            _ => return self.answer(response).await,
        };
        let told =
            text(response.headers(), "retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let kind = if status == 429 { ErrorKind::RateLimited } else { ErrorKind::Server };
        let error = Error::new(kind, format!("{} answered {status}", self.host));
        let error = if status == 429 { error.hint("run it again later; nothing is lost") } else { error };
        Err(Miss { trouble, told, error, unsent: status == 429, hopeless: false, said: None })
    }

    fn build(&self, request: &Request) -> reqwest::RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&request.path);
        let method = reqwest::Method::from_bytes(request.method.name().as_bytes()).unwrap_or_default();
        let mut building = self.client.request(method, url);
        if let Some(depth) = request.depth {
            building = building.header("depth", depth);
        }
        building = match &request.condition {
            Condition::None => building,
            Condition::Absent => building.header(header::IF_NONE_MATCH, "*"),
            Condition::Unchanged(etag) => match HeaderValue::from_str(etag) {
                Ok(etag) => building.header(header::IF_MATCH, etag),
                Err(_) => building,
            },
        };
        if let Some(body) = &request.body {
            building = building.header(header::CONTENT_TYPE, request.content_type).body(body.clone());
        }
        match self.timeouts.request {
            Some(timeout) => building.timeout(timeout),
            None => building,
        }
    }

    /// Reads an answer up to the largest size.
    async fn answer(&self, mut response: reqwest::Response) -> Result<Answer, Miss> {
        let headers = response.headers();
        let mut answer = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
            etag: text(headers, "etag").map(str::to_owned),
            location: text(headers, "location").map(str::to_owned),
            was_lost: false,
        };
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(answer),
                Ok(Some(chunk)) if answer.body.len() + chunk.len() > LARGEST_BODY => {
                    let error = Error::new(ErrorKind::Protocol, format!("the answer of {} is too large", self.host));
                    return Err(Miss {
                        trouble: Trouble::Transient,
                        told: None,
                        error,
                        unsent: false,
                        hopeless: true,
                        said: None,
                    });
                }
                Ok(Some(chunk)) => answer.body.extend_from_slice(&chunk),
                Err(error) => return Err(Miss { unsent: false, ..self.lost(error) }),
            }
        }
    }

    /// An attempt that ended without an answer.
    fn lost(&self, error: reqwest::Error) -> Miss {
        let unsent = error.is_connect() || error.is_builder();
        let host = &self.host;
        let untrusted = certificate_trouble(&error).filter(|_| unsent);
        let message = match (untrusted.is_some(), unsent, error.is_timeout()) {
            (true, ..) => format!("the certificate of {host} is not trusted"),
            (_, true, _) => format!("no connection to {host}"),
            (_, _, true) => format!("no answer from {host} in time"),
            _ => format!("the answer of {host} was lost"),
        };
        let kind = if untrusted.is_some() { ErrorKind::Config } else { ErrorKind::Unreachable };
        let failure = Error::new(kind, message).caused_by(error.without_url());
        let hint = untrusted.unwrap_or("check [crm.carddav] url and the network, then run again");
        let hopeless = untrusted.is_some();
        Miss { trouble: Trouble::Transient, told: None, error: failure.hint(hint), unsent, hopeless, said: None }
    }
}

/// Where a connection failed for the server's certificate: what to do.
fn certificate_trouble(error: &reqwest::Error) -> Option<&'static str> {
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if matches!(error.downcast_ref::<rustls::Error>(), Some(rustls::Error::InvalidCertificate(_)))
            || text.contains("invalid peer certificate")
        {
            return Some(certificate_hint(&text));
        }
        cause = error.source();
    }
    None
}

/// What to do about a certificate, by what is wrong with it. The library's own type for the first case is not public.
fn certificate_hint(trouble: &str) -> &'static str {
    if trouble.contains("CaUsedAsEndEntity") {
        return "the server shows an authority's certificate (CA:TRUE) as its own, as `openssl req -x509` makes it; make a new \
                one with -addext basicConstraints=critical,CA:FALSE and -addext subjectAltName=DNS:HOST, and name that as \
                [crm.carddav] ca_file";
    }
    let has = |words: &[&str]| words.iter().any(|word| trouble.contains(word));
    if has(&["not valid for name", "NotValidForName"]) {
        return "the certificate is another host's: check the host in [crm.carddav] url; a certificate of your own names its \
                host in subjectAltName";
    }
    if has(&["expired", "Expired"]) {
        return "the server's certificate has run out: renew it there, and check the clock of this machine";
    }
    "if the server's certificate is signed by itself or by an authority of your own, name that: [crm.carddav] ca_file = \
     \"ca.pem\""
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty())
}
