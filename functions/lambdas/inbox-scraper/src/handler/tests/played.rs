//! A platform and a queue in memory, which misbehave as the dice fall.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use contract::inbox::Arrived;
use inbox::{Native, Page, read_page};
use manifest::MessagingApi;
use messaging::ApiFailure;
use serde_json::{Value, json};
use testkit::Dice;
use tokio::time::Instant;

use crate::queue::QueueSilent;

/// A message at the platform, with all that it ever said.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) native: String,
    thread: String,
    pub(super) versions: Vec<String>,
    /// Which version was confirmed.
    confirmed: Option<usize>,
    files: usize,
}

#[derive(Default)]
struct State {
    messages: Vec<Written>,
    unreadable: bool,
    refusal: Option<ApiFailure>,
    /// Confirmations and files that were asked for.
    confirmations: u64,
    files: u64,
    hears_nothing: bool,
    gives_no_files: bool,
    /// The page before, as it was sent.
    before: Option<Vec<u8>>,
    /// When each revision was last taken by the queue as new, and how often.
    published: BTreeMap<String, (Instant, usize)>,
    chaos: u64,
    happened: BTreeMap<&'static str, u64>,
}

/// The platform, and the queue.
pub(crate) struct Played {
    dice: Dice,
    state: Mutex<State>,
}

/// SQS drops what it has seen within five minutes.
const FIFO_WINDOW_S: u64 = 300;
const PAGE: usize = 2;

impl Played {
    pub(super) fn new(seed: u64, chaos: u64) -> Arc<Self> {
        let state = State {
            chaos,
            ..State::default()
        };
        Arc::new(Self {
            dice: Dice::new(seed),
            state: Mutex::new(state),
        })
    }

    pub(super) fn calm() -> Arc<Self> {
        Self::new(0, 0)
    }

    pub(super) fn calm_down(&self) {
        self.state().chaos = 0;
    }

    pub(super) fn write(&self, native: &str, thread: &str, text: &str) {
        let files = usize::from(self.dice.percent(30));
        self.state().messages.push(Written {
            native: native.to_owned(),
            thread: thread.to_owned(),
            versions: vec![text.to_owned()],
            confirmed: None,
            files,
        });
    }

    pub(super) fn edit(&self, at: usize, text: &str) {
        if let Some(message) = self.state().messages.get_mut(at) {
            message.versions.push(text.to_owned());
        }
    }

    pub(super) fn write_unreadable(&self) {
        self.state().unreadable = true;
    }

    pub(super) fn write_with_files(&self, native: &str, files: usize) {
        self.write(native, "t", "look at these");
        if let Some(message) = self.state().messages.last_mut() {
            message.files = files;
        }
    }

    /// From now on no confirmation is answered.
    pub(super) fn hear_nothing(&self) {
        self.state().hears_nothing = true;
    }

    pub(super) fn confirmations(&self) -> u64 {
        self.state().confirmations
    }

    /// From now on no file comes.
    pub(super) fn give_no_files(&self) {
        self.state().gives_no_files = true;
    }

    pub(super) fn files(&self) -> u64 {
        self.state().files
    }

    pub(super) fn refuse(&self, failure: ApiFailure) {
        self.state().refusal = Some(failure);
    }

    /// Of each revision that was published: how often, as a FIFO queue counts.
    pub(super) fn published(&self) -> BTreeMap<String, usize> {
        let state = self.state();
        let each = state.published.iter();
        each.map(|(dedup, (_, times))| (dedup.clone(), *times)).collect()
    }

    pub(super) fn unconfirmed(&self) -> usize {
        self.state()
            .messages
            .iter()
            .filter(|message| message.is_unread())
            .count()
    }

    pub(super) fn messages(&self) -> Vec<Written> {
        self.state().messages.clone()
    }

    pub(super) fn happened(&self) -> BTreeMap<&'static str, u64> {
        self.state().happened.clone()
    }

    /// Whether something goes wrong now, and that it did.
    fn strikes(&self, what: &'static str) -> bool {
        let chaos = self.state().chaos;
        let strikes = chaos > 0 && self.dice.percent(chaos);
        if strikes {
            *self.state().happened.entry(what).or_default() += 1;
        }
        strikes
    }

    pub(crate) async fn list(&self, api: &MessagingApi, cursor: Option<&str>) -> Result<Page, ApiFailure> {
        tokio::task::yield_now().await;
        if let Some(refusal) = self.state().refusal {
            return Err(refusal);
        }
        if self.strikes("429") {
            return Err(ApiFailure::refused(429));
        }
        if self.strikes("no-answer") {
            return Err(ApiFailure::passing("timed-out"));
        }
        let bytes = if self.strikes("html") {
            b"<!doctype html><p>Please sign in.".to_vec()
        } else {
            self.page(cursor)
        };
        let whole = if self.strikes("truncated") {
            bytes.len() / 2
        } else {
            bytes.len()
        };
        read_page(&bytes[..whole], &api.list).map_err(|error| ApiFailure::passing(error.name()))
    }

    fn page(&self, cursor: Option<&str>) -> Vec<u8> {
        if self.strikes("duplicate-page")
            && let Some(before) = self.state().before.clone()
        {
            return before;
        }
        let shuffled = self.strikes("reordered");
        let stale = self.strikes("stale");
        let mut state = self.state();
        let unread = state
            .messages
            .iter()
            .filter(|message| stale || message.is_unread());
        let mut unread: Vec<&Written> = unread.collect();
        if shuffled {
            unread.reverse();
        }
        let from: usize = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
        let mut shown: Vec<Value> = unread
            .iter()
            .skip(from)
            .take(PAGE)
            .map(|message| message.shown(stale))
            .collect();
        if state.unreadable && from == 0 {
            shown.push(json!({"text": "no id"}));
        }
        let next = (from + PAGE < unread.len()).then(|| (from + PAGE).to_string());
        let bytes = json!({"data": shown, "next": next}).to_string().into_bytes();
        state.before = Some(bytes.clone());
        bytes
    }

    pub(crate) async fn confirm(&self, native: &Native, mark: Option<&str>) -> Result<(), ApiFailure> {
        tokio::task::yield_now().await;
        self.state().confirmations += 1;
        if self.state().hears_nothing {
            return Err(ApiFailure::passing("timed-out"));
        }
        if self.strikes("confirm-refused") {
            return Err(ApiFailure::refused(500));
        }
        let confirmed = {
            let mut state = self.state();
            let mut known = state.messages.iter_mut();
            let message = known.find(|message| message.native == native.message.reveal());
            match message {
                None => Err(ApiFailure::refused(404)),
                Some(message) if mark != Some(&message.mark(message.newest())) => {
                    Err(ApiFailure::refused(409))
                }
                Some(message) => {
                    message.confirmed = Some(message.newest());
                    Ok(())
                }
            }
        };
        if self.strikes("confirm-unheard") {
            return Err(ApiFailure::passing("timed-out"));
        }
        confirmed
    }

    pub(crate) async fn attachment(&self, _: &str) -> Result<Vec<u8>, ApiFailure> {
        tokio::task::yield_now().await;
        self.state().files += 1;
        if self.state().gives_no_files {
            return Err(ApiFailure::passing("timed-out"));
        }
        if self.strikes("attachment") {
            return Err(ApiFailure::refused(503));
        }
        Ok(vec![7; 1_000])
    }

    pub(crate) async fn put(&self, arrived: &Arrived) -> Result<(), QueueSilent> {
        tokio::task::yield_now().await;
        if self.strikes("queue-silent") {
            return Err(QueueSilent);
        }
        let now = Instant::now();
        let mut is_late_copy = false;
        {
            let mut state = self.state();
            let (at, times) = state.published.entry(arrived.dedup()).or_insert((now, 0));
            if *times == 0 || at.elapsed().as_secs() >= FIFO_WINDOW_S {
                is_late_copy = *times > 0;
                (*at, *times) = (now, *times + 1);
            }
            if is_late_copy {
                *state.happened.entry("late-copy").or_default() += 1;
            }
        }
        if self.strikes("queue-unheard") {
            Err(QueueSilent)
        } else {
            Ok(())
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Written {
    fn newest(&self) -> usize {
        self.versions.len() - 1
    }

    fn is_unread(&self) -> bool {
        self.confirmed != Some(self.newest())
    }

    fn mark(&self, version: usize) -> String {
        format!("2027-01-15T09:{version:02}:00Z")
    }

    /// A stale page shows what the message said first.
    fn shown(&self, stale: bool) -> Value {
        let version = if stale { 0 } else { self.newest() };
        let file = json!({"url": "https://boats.example/file", "name": "a.jpg"});
        let files = vec![file; self.files];
        json!({
            "id": self.native, "thread": self.thread, "role": "guest", "listing": "b-1",
            "sent_at": "2027-01-15T08:00:00Z", "edited_at": self.mark(version),
            "text": self.versions[version], "files": files,
        })
    }
}
