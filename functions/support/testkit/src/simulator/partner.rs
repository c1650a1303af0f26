//! The partner: what it knows and how it answers.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::{Days, NaiveTime, Utc};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::{Method, Request, StatusCode};
use serde::Serialize;

use super::answer::{self, Answer, CALENDAR, Document, HTML};
use super::fault::{Fault, InvalidFault, Laid};
use super::{Options, admin, calls, files, hostile};
use crate::google::Google;
use crate::messaging::Messaging;
use crate::sample;
use crate::ses::Ses;
use crate::twilio::Twilio;

const MAX_RECORDED: usize = 10_000;
const STALE_ETAG: &str = "\"stale\"";
pub(super) const PAGE: &str =
    "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>";

/// One request that the simulator was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// The method, in capitals.
    pub method: String,
    /// The path, with its query.
    pub target: String,
    /// The headers in the order of arrival; values that are not text are shown lossily.
    pub headers: Vec<(String, String)>,
}

#[derive(Debug)]
pub(super) struct Partner {
    options: Options,
    google: Google,
    messaging: Messaging,
    ses: Ses,
    twilio: Twilio,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    faults: BTreeMap<String, Laid>,
    published: BTreeMap<String, Published>,
    requests: VecDeque<Recorded>,
}

#[derive(Debug)]
struct Published {
    current: Document,
    before: Option<Document>,
}

impl Recorded {
    /// A header's value; the name is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Partner {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            google: Google::new(),
            messaging: Messaging::new(),
            ses: Ses::new(),
            twilio: Twilio::new(),
            state: Mutex::default(),
        }
    }

    pub(super) const fn google(&self) -> &Google {
        &self.google
    }

    pub(super) const fn messaging(&self) -> &Messaging {
        &self.messaging
    }

    pub(super) const fn ses(&self) -> &Ses {
        &self.ses
    }

    pub(super) const fn twilio(&self) -> &Twilio {
        &self.twilio
    }

    /// Answers one request. An error cuts the connection without a word.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> io::Result<Answer> {
        let path = request.uri().path().to_owned();
        if path.starts_with("/_") {
            return Ok(admin::answer(self, request).await);
        }
        self.record(&request);
        match path.split('/').nth(1) {
            Some("google") => return calls::answer(&self.google, request, self.strike(&path)).await,
            Some("messaging") => return calls::answer(&self.messaging, request, self.strike(&path)).await,
            Some("ses") => return calls::answer(&self.ses, request, self.strike(&path)).await,
            Some("twilio") => return calls::answer(&self.twilio, request, self.strike(&path)).await,
            _ => {}
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        let fault = self.strike(&path);
        self.answer_with(&path, request.headers(), fault).await
    }

    async fn answer_with(&self, path: &str, headers: &HeaderMap, fault: Option<Fault>) -> io::Result<Answer> {
        let current = async || self.document(path, Age::Current).await;
        let answer = match fault {
            None => self.plain(path, headers).await,
            Some(Fault::Latency { milliseconds }) => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                self.plain(path, headers).await
            }
            Some(Fault::Drop | Fault::DropAfter) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Fault::UsageLimit { .. }) => refusal(403, None),
            Some(Fault::Status {
                status,
                retry_after_seconds,
            }) => refusal(status, retry_after_seconds),
            Some(Fault::Redirect { to }) => answer::redirect(&to),
            Some(Fault::Html) => answer::full(StatusCode::OK, HTML, PAGE),
            Some(Fault::EmptyCalendar) => answer::full(StatusCode::OK, CALENDAR, sample::EMPTY_CALENDAR),
            Some(Fault::Truncate) => current()
                .await
                .map_or_else(not_found, |document| document.truncated()),
            Some(Fault::StaleEtag) => current()
                .await
                .map_or_else(not_found, |document| document.answer_under(headers, STALE_ETAG)),
            Some(Fault::Replay { days }) => self
                .document(path, Age::Before { days })
                .await
                .map_or_else(not_found, |document| document.answer(headers)),
        };
        Ok(answer)
    }

    async fn plain(&self, path: &str, headers: &HeaderMap) -> Answer {
        if let Some(document) = self.document(path, Age::Current).await {
            return document.answer(headers);
        }
        match path.strip_prefix("/hostile/").and_then(hostile::answer) {
            Some(answer) => answer,
            None => not_found(),
        }
    }

    async fn document(&self, path: &str, age: Age) -> Option<Document> {
        if let Some(published) = self.state().published.get(path) {
            return match age {
                Age::Current => Some(published.current.clone()),
                Age::Before { .. } => published.before.clone(),
            };
        }
        if let Some(feed) = path.strip_prefix("/feeds/") {
            return self.sample(feed, age);
        }
        let relative = path.strip_prefix("/files/")?;
        files::read(self.options.files.as_deref()?, relative).await
    }

    fn sample(&self, feed: &str, age: Age) -> Option<Document> {
        let (platform, file) = feed.split_once('/')?;
        let listing = sample::find(platform, file.strip_suffix(".ics")?)?;
        let today = self
            .options
            .today
            .unwrap_or_else(|| Utc::now().with_timezone(&listing.time_zone).date_naive());
        let day = match age {
            Age::Current => today,
            Age::Before { days } => today.checked_sub_days(Days::new(days.into()))?,
        };
        Some(Document {
            bytes: sample::feed(listing, day).into(),
            content_type: CALENDAR,
            last_modified: day.and_time(NaiveTime::MIN).and_utc().into(),
        })
    }

    pub(super) fn publish(&self, path: &str, bytes: Bytes) {
        let current = Document {
            bytes,
            content_type: CALENDAR,
            last_modified: SystemTime::now(),
        };
        let mut state = self.state();
        let before = state.published.remove(path).map(|published| published.current);
        state
            .published
            .insert(path.to_owned(), Published { current, before });
    }

    pub(super) fn withdraw(&self, path: &str) {
        self.state().published.remove(path);
    }

    pub(super) fn lay(&self, path: &str, laid: Laid) -> Result<(), InvalidFault> {
        laid.fault.check()?;
        self.state().faults.insert(path.to_owned(), laid);
        Ok(())
    }

    pub(super) fn clear(&self, path: &str) {
        self.state().faults.remove(path);
    }

    pub(super) fn clear_all(&self) {
        self.state().faults.clear();
    }

    pub(super) fn faults(&self) -> BTreeMap<String, Laid> {
        self.state().faults.clone()
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.state().requests.iter().cloned().collect()
    }

    fn strike(&self, path: &str) -> Option<Fault> {
        self.state().faults.get_mut(path)?.strike()
    }

    fn record(&self, request: &Request<Incoming>) {
        let target = request.uri().path_and_query();
        let headers = request.headers().iter();
        let recorded = Recorded {
            method: request.method().to_string(),
            target: target.map(ToString::to_string).unwrap_or_default(),
            headers: headers
                .map(|(name, value)| {
                    (
                        name.to_string(),
                        String::from_utf8_lossy(value.as_bytes()).into_owned(),
                    )
                })
                .collect(),
        };
        let mut state = self.state();
        state.requests.push_back(recorded);
        if state.requests.len() > MAX_RECORDED {
            state.requests.pop_front();
        }
    }

    /// A test that panicked while it held the lock left the maps whole: each change is one call.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Clone, Copy)]
enum Age {
    Current,
    Before { days: u32 },
}

fn refusal(status: u16, retry_after_seconds: Option<u64>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = answer::empty(status);
    if let Some(seconds) = retry_after_seconds {
        answer::set(&mut answer, RETRY_AFTER, &seconds.to_string());
    }
    answer
}

fn not_found() -> Answer {
    answer::empty(StatusCode::NOT_FOUND)
}
