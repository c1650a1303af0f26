//! What the operator does with a thread: answer it, or close it.

use chrono::{DateTime, Utc};
use contract::replies::ThreadAnswer;
use inbox::answer::{Decision, reply_text};
use inbox::{Message, Private, Role, Thread, ThreadId, ThreadState, text_digest};
use store::{Decided, Line, StoreError};

use crate::deliver::{reply, terms};
use crate::handler::{Unready, refused};
use crate::service::Service;

/// So often somebody else may be at the same thread before the operator is asked to try again.
const ATTEMPTS: usize = 6;
/// So many messages of a thread are read at once.
const PAGE: u16 = 100;
/// A longer thread is not looked through.
const MOST_PAGES: usize = 20;

impl Service {
    /// Sends the operator's words, or those of the draft that they looked at, once.
    pub(crate) async fn reply(
        &self,
        thread: String,
        (text, draft): (Option<String>, Option<String>),
        now: DateTime<Utc>,
    ) -> Result<ThreadAnswer, Unready> {
        let Some(found) = self.find(thread).await? else {
            return Ok(ThreadAnswer::Unknown {});
        };
        let known = found
            .draft
            .as_ref()
            .filter(|_| found.state == ThreadState::Drafted);
        let known = known.filter(|known| draft.as_ref() == Some(&known.id));
        let rule = known.and_then(|known| known.rule.clone());
        let text = match (text, known, draft) {
            (None, None, None) => return Ok(refused("neither words nor a draft are given")),
            (_, None, Some(_)) => return Ok(ThreadAnswer::Changed {}),
            (Some(text), ..) => text,
            (None, Some(known), _) => known.text.reveal().to_owned(),
        };
        let text = match reply_text(&text) {
            Ok(text) => Private::from(text),
            Err(why) => return Ok(refused(why)),
        };
        let Some(message) = self.newest_of_guest(&found.id).await? else {
            return Ok(refused("no guest has written in this thread"));
        };
        let manifest = self.content.manifest(now).await?;
        // The same words to the same message are one answer, however often they are sent from a shaking boat.
        let key = format!("operator#{}#{}", message.id, text_digest(&text));
        let delivery = reply(&message, &text, false).delivery(&key, terms(&manifest, &message, now));
        let Ok(delivery) = delivery else {
            return Ok(refused("the thread has no address"));
        };
        let id = delivery.id.to_string();
        // The delivery comes first: what ends us then has it sent, and not forgotten.
        self.deliveries.create(std::slice::from_ref(&delivery)).await?;
        let decision = Decision::of_operator(text, rule, id.clone(), now);
        self.note(found, &decision).await?;
        self.send(std::slice::from_ref(&delivery)).await?;
        Ok(ThreadAnswer::Replied { delivery: id })
    }

    /// Keeps what the operator said with its thread.
    async fn note(&self, mut thread: Thread, decision: &Decision) -> Result<(), Unready> {
        for _ in 0..ATTEMPTS {
            let id = decision.deliveries.first().map(String::as_str);
            let said = self.inbox.said(&thread.id, id.unwrap_or_default()).await?;
            if said.is_some() || self.inbox.decide(&thread, decision, None).await? == Decided::Done {
                return Ok(());
            }
            let again = self.inbox.thread(&thread.id).await?;
            thread = again.ok_or(StoreError::Missing { what: "a thread" })?;
        }
        Err(Unready::Raced)
    }

    /// Takes a thread off the list.
    pub(crate) async fn close(&self, thread: String) -> Result<ThreadAnswer, Unready> {
        for _ in 0..ATTEMPTS {
            let Some(found) = self.find(thread.clone()).await? else {
                return Ok(ThreadAnswer::Unknown {});
            };
            let is_closed = found.state == ThreadState::Closed;
            if is_closed || self.inbox.set_state(&found, ThreadState::Closed).await? {
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

    /// What a guest wrote last, and no machine of theirs.
    async fn newest_of_guest(&self, thread: &ThreadId) -> Result<Option<Message>, StoreError> {
        let mut newest: Option<Line> = None;
        let mut after: Option<Line> = None;
        for _ in 0..MOST_PAGES {
            let page = self.inbox.messages(thread, after.as_ref(), PAGE).await?;
            let Some(last) = page.last().cloned() else { break };
            let mut of_guest = page.into_iter().filter(|line| line.role == Role::Guest);
            newest = of_guest.next_back().or(newest);
            after = Some(last);
        }
        match newest {
            Some(line) => self.inbox.message_at(&line.key).await.map(Some),
            None => Ok(None),
        }
    }
}
