//! What the operator does with a thread: answer it, or close it.

use campaign::{Delivery, Standing};
use chrono::{DateTime, Utc};
use contract::replies::ThreadAnswer;
use inbox::answer::{Decision, can_be_answered, reply_text};
use inbox::{Message, Private, Thread, ThreadId, ThreadState, text_digest};
use manifest::Manifest;
use store::{Decided, StoreError};

use crate::deliver::{reply, terms};
use crate::handler::{Unready, refused};
use crate::seen::Newest;
use crate::service::Service;

/// So often somebody else may be at the same thread before the operator is asked to try again.
const ATTEMPTS: usize = 6;
/// So often the same words may fail and be sent again.
const MOST_SENT: u32 = 10;

/// What the operator says, and what they had seen before.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) text: Option<String>,
    pub(crate) draft: Option<String>,
    pub(crate) seen: Option<String>,
}

/// The delivery of an answer.
enum Carrier {
    /// None has carried these words yet.
    New(Delivery),
    /// It was asked for before.
    Known(Delivery),
    /// There can be none.
    Refused(&'static str),
}

impl Service {
    /// Sends the operator's words, or those of the draft that they looked at, once.
    pub(crate) async fn reply(
        &self,
        thread: String,
        words: Words,
        now: DateTime<Utc>,
    ) -> Result<ThreadAnswer, Unready> {
        let Some(found) = self.find(thread).await? else {
            return Ok(ThreadAnswer::Unknown {});
        };
        let known = found
            .draft
            .as_ref()
            .filter(|_| found.state == ThreadState::Drafted);
        let known = known.filter(|known| words.draft.as_ref() == Some(&known.id));
        let rule = known.and_then(|known| known.rule.clone());
        let text = match (words.text, known, words.draft) {
            (None, None, None) => return Ok(refused("neither words nor a draft are given")),
            (_, None, Some(_)) => return Ok(ThreadAnswer::Changed {}),
            (Some(text), ..) => text,
            (None, Some(known), _) => known.text.reveal().to_owned(),
        };
        let text = match reply_text(&text) {
            Ok(text) => Private::from(text),
            Err(why) => return Ok(refused(why)),
        };
        let (message, is_newest) = match self.newest(&found, words.seen).await? {
            Newest::Nobody => return Ok(refused("no guest has written in this thread")),
            Newest::Unknown => return Ok(ThreadAnswer::Changed {}),
            Newest::Seen(message) => (message, true),
            Newest::Older(message) => (message, false),
        };
        let manifest = self.content.manifest(now).await?;
        if !can_be_answered(&manifest, &message) {
            return Ok(refused("the thread cannot be answered from here"));
        }
        let delivery = match self.carrier(&manifest, (&message, &text), now).await? {
            Carrier::Refused(why) => return Ok(refused(why)),
            // A guest has written meanwhile. What was asked for before is on its way all the same.
            Carrier::New(_) if !is_newest => return Ok(ThreadAnswer::Changed {}),
            Carrier::New(delivery) | Carrier::Known(delivery) => delivery,
        };
        let id = delivery.id.to_string();
        // The delivery comes first: what ends us then has it sent, and not forgotten.
        self.deliveries.create(std::slice::from_ref(&delivery)).await?;
        self.note(found, (text, rule), message.sent_at, (&id, now))
            .await?;
        self.send(std::slice::from_ref(&delivery)).await?;
        Ok(ThreadAnswer::Replied { delivery: id })
    }

    /// The same words to the same message are one answer, however often they are sent from a shaking boat; unless it is
    /// certain that nobody got it.
    async fn carrier(
        &self,
        manifest: &Manifest,
        (message, text): (&Message, &Private),
        now: DateTime<Utc>,
    ) -> Result<Carrier, StoreError> {
        for number in 1..=MOST_SENT {
            let mut key = format!("operator#{}#{}", message.id, text_digest(text));
            if number > 1 {
                key = format!("{key}#{number}");
            }
            // Words that are sent again in the next month are the same ones: they are known by when the guest wrote.
            let terms = terms(manifest, message, (message.sent_at, now));
            let made = reply(message, text, false).delivery(&key, terms);
            let Ok(made) = made else {
                return Ok(Carrier::Refused("the thread has no address"));
            };
            let Some(found) = self.deliveries.load(&made.id).await? else {
                return Ok(Carrier::New(made));
            };
            match found.standing() {
                Standing::Failed | Standing::Expired | Standing::Bounced => {}
                Standing::Suppressed => return Ok(Carrier::Refused("its address must not be written to")),
                Standing::Unknown => {
                    return Ok(Carrier::Refused(
                        "nobody knows whether the same words have arrived: look at the platform, or use others",
                    ));
                }
                _ => return Ok(Carrier::Known(found)),
            }
        }
        Ok(Carrier::Refused("the same words have failed too often"))
    }

    /// Keeps what the operator said with its thread; what rules have answered and is not on its way stays here.
    async fn note(
        &self,
        mut thread: Thread,
        (text, rule): (Private, Option<String>),
        saw: DateTime<Utc>,
        (id, now): (&str, DateTime<Utc>),
    ) -> Result<(), Unready> {
        for _ in 0..ATTEMPTS {
            let at = thread.next_decision(now);
            let words = (text.clone(), rule.clone());
            let decision = Decision::of_operator(words, saw, id.to_owned(), at);
            let said = self.inbox.said(&thread.id, id).await?;
            if said.is_some() || self.inbox.decide(&thread, &decision, None).await? == Decided::Done {
                if thread.last_guest_at <= Some(saw) {
                    self.hold_back(&thread, at, now).await?;
                }
                return Ok(());
            }
            let again = self.inbox.thread(&thread.id).await?;
            thread = again.ok_or(StoreError::Missing { what: "a thread" })?;
        }
        Err(Unready::Raced)
    }

    /// Takes a thread off the list.
    pub(crate) async fn close(&self, thread: String, seen: Option<String>) -> Result<ThreadAnswer, Unready> {
        for _ in 0..ATTEMPTS {
            let Some(found) = self.find(thread.clone()).await? else {
                return Ok(ThreadAnswer::Unknown {});
            };
            if seen.is_some()
                && let Newest::Older(_) | Newest::Unknown = self.newest(&found, seen.clone()).await?
            {
                return Ok(ThreadAnswer::Changed {});
            }
            let is_closed = found.state == ThreadState::Closed;
            if is_closed || self.inbox.change(&found, &found.clone().closed()).await? {
                return Ok(ThreadAnswer::Closed {});
            }
        }
        Err(Unready::Raced)
    }

    /// A thread by its id as text.
    pub(crate) async fn find(&self, thread: String) -> Result<Option<Thread>, StoreError> {
        match ThreadId::try_from(thread) {
            Ok(id) => self.inbox.thread(&id).await,
            Err(_) => Ok(None),
        }
    }
}
