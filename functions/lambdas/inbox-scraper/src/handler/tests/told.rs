//! The queue of new messages, and who takes them from it: each copy that the queue does not drop reaches a consumer that
//! decides by the rule of inbox-responder. Every put is kept with how it ended, so that each late copy has to have a reason.

use std::collections::{BTreeMap, VecDeque};

use contract::inbox::Arrived;
use inbox::answer::{Act, Decision};
use store::{Decided, Fault, Inbox, StoreError};
use tokio::time::Instant;

use super::now;

/// SQS drops what it has seen within five minutes.
const FIFO_WINDOW_S: u64 = 300;
/// Nothing of a run is under way after this: it is killed, and what was late of it is done.
const RUN_S: u64 = 170;
/// So often somebody else may be at the same thread.
const ATTEMPTS: usize = 6;

/// One time that a revision was put into the queue.
struct Put {
    at: Instant,
    /// The queue said that it has it, and that was then remembered.
    is_remembered: bool,
}

/// The queue, and what became of everything that was put there.
#[derive(Default)]
pub(super) struct Told {
    puts: BTreeMap<String, Vec<Put>>,
    /// When each revision was last taken as new, and how often.
    taken: BTreeMap<String, (Instant, usize)>,
    waiting: VecDeque<Arrived>,
    /// How often each revision was acted on, as far as whoever did it heard of it.
    pub(super) acted: BTreeMap<String, usize>,
    /// Late copies of what was published and remembered long before: none may be.
    pub(super) unexplained: Vec<String>,
    pub(super) late_copies: u64,
}

/// A put whose answer was heard, and after which the process has to remember it.
pub(super) type Heard = (String, usize);

impl Told {
    /// Takes a revision; the put.
    pub(super) fn put(&mut self, arrived: &Arrived) -> Heard {
        let (now, dedup) = (Instant::now(), arrived.dedup());
        let (at, times) = self.taken.entry(dedup.clone()).or_insert((now, 0));
        let puts = self.puts.entry(dedup.clone()).or_default();
        if *times == 0 || at.elapsed().as_secs() >= FIFO_WINDOW_S {
            let is_over = |put: &&Put| put.at.elapsed().as_secs() > RUN_S;
            if puts.iter().filter(is_over).any(|put| put.is_remembered) {
                self.unexplained.push(dedup.clone());
            }
            self.late_copies += u64::from(*times > 0);
            (*at, *times) = (now, *times + 1);
            self.waiting.push_back(arrived.clone());
        }
        puts.push(Put {
            at: now,
            is_remembered: false,
        });
        (dedup, puts.len() - 1)
    }

    /// The process that heard of this put wrote next, and this went wrong with it. What did not is remembered.
    pub(super) fn wrote(&mut self, (dedup, number): &Heard, fault: Fault) {
        let is_lost = matches!(fault, Fault::CrashBefore | Fault::Unavailable | Fault::Conflict);
        if let Some(put) = self.puts.get_mut(dedup).and_then(|puts| puts.get_mut(*number)) {
            put.is_remembered = !is_lost;
        }
    }

    /// Of each revision, how often the queue took it.
    pub(super) fn published(&self) -> BTreeMap<String, usize> {
        let each = self.taken.iter();
        each.map(|(dedup, (_, times))| (dedup.clone(), *times)).collect()
    }

    /// What comes next.
    pub(super) fn next(&self) -> Option<Arrived> {
        self.waiting.front().cloned()
    }

    /// What came was seen to.
    pub(super) fn forget(&mut self) {
        self.waiting.pop_front();
    }
}

/// Acts on a revision by inbox-responder's rule, unless it was acted on. Whether this call did it.
///
/// # Errors
/// See [`StoreError`]: the queue shall bring it again.
pub(super) async fn act(inbox: &Inbox, arrived: &Arrived, at: Instant) -> Result<bool, StoreError> {
    let message = inbox.message_at(&arrived.key).await?;
    for _ in 0..ATTEMPTS {
        if inbox.decision(&message.id, message.revision).await?.is_some() {
            return Ok(false);
        }
        let thread = inbox.thread(&message.thread).await?;
        let thread = thread.ok_or(StoreError::Missing { what: "a thread" })?;
        let decision = Decision {
            message: Some(message.id.clone()),
            revision: message.revision,
            at: now() + chrono::TimeDelta::from_std(at.elapsed()).unwrap(),
            act: Act::Person,
            why: "somebody has to".to_owned(),
            rule: None,
            person: None,
            text: None,
            saw: None,
            deliveries: Vec::new(),
        };
        if inbox.decide(&thread, &decision, None).await? == Decided::Done {
            return Ok(true);
        }
    }
    Err(StoreError::Unavailable { what: "the thread" })
}
