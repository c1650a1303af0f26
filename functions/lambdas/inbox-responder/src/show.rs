//! Threads as they are shown: by what they wait for, and one with its messages and what was decided.

use contract::replies::{
    AttachmentShown, DecisionShown, DraftShown, MessageShown, Preview, ReplyShown, ThreadAnswer, ThreadLine,
    ThreadShown,
};
use futures_util::{StreamExt, TryStreamExt};
use inbox::answer::{Act, Decision};
use inbox::{Message, Private, Role, Thread, ThreadState};
use store::{Line, StoreError, thread_place};

use crate::handler::{Unready, refused};
use crate::service::Service;

/// So many threads are listed at once.
const PAGE: u16 = 50;
/// So many are looked at for those of one site or platform before the list goes on with the next page.
const MOST_READ: usize = 500;
/// So many of a thread's newest messages are shown.
const MOST_MESSAGES: usize = 100;
/// So many messages of a thread are read at once.
const MESSAGE_PAGE: u16 = 500;
/// So many of a thread's newest decisions are shown.
const MOST_DECISIONS: u16 = 50;
/// The longest text that is shown, in characters.
const MAX_SHOWN_CHARS: usize = 20_000;
/// So much of a thread's messages is shown, in bytes: Lambda hands on 6 MB, and the broker's own envelope escapes all of it again.
const MAX_SHOWN_BYTES: usize = 2 * 1024 * 1024;
/// So many reads are on their way at the same time.
const CONCURRENT: usize = 8;

impl Service {
    /// Lists threads.
    pub(crate) async fn list(
        &self,
        state: Option<&str>,
        only: (Option<&str>, Option<&str>),
        cursor: Option<&str>,
    ) -> Result<ThreadAnswer, Unready> {
        let named = |name: &str| ThreadState::ALL.into_iter().find(|state| state.name() == name);
        let mut states = match state {
            None => vec![ThreadState::Drafted, ThreadState::Waiting],
            Some(name) => match named(name) {
                Some(state) => vec![state],
                None => return Ok(refused("there is no such state")),
            },
        };
        let mut place = None;
        if let Some(cursor) = cursor {
            let Some((state, rest)) = cursor
                .split_once('.')
                .and_then(|(name, rest)| Some((named(name)?, rest)))
            else {
                return Ok(refused("the cursor is none of ours"));
            };
            states = states.into_iter().skip_while(|found| *found != state).collect();
            place = Some(rest.replace('-', "#"));
        }
        let (found, next) = self.collect(&states, only, place).await?;
        let lines = futures_util::stream::iter(&found).map(|thread| self.line(thread));
        let threads = lines.buffered(CONCURRENT).try_collect().await?;
        Ok(ThreadAnswer::Threads { threads, next })
    }

    /// Threads of these states, and where those behind them begin.
    async fn collect(
        &self,
        states: &[ThreadState],
        (site, platform): (Option<&str>, Option<&str>),
        mut place: Option<String>,
    ) -> Result<(Vec<Thread>, Option<String>), StoreError> {
        let fits = |thread: &Thread| {
            site.is_none_or(|site| thread.site.as_deref() == Some(site))
                && platform.is_none_or(|platform| thread.platform == platform)
        };
        let (mut found, mut read) = (Vec::new(), 0);
        for state in states {
            loop {
                let page = self.inbox.threads(*state, place.as_deref(), PAGE).await?;
                if page.is_empty() {
                    break;
                }
                for thread in page {
                    place = Some(thread_place(&thread));
                    read += 1;
                    if fits(&thread) {
                        found.push(thread);
                    }
                    if found.len() >= usize::from(PAGE) || read >= MOST_READ {
                        let place = place.unwrap_or_default().replace('#', "-");
                        return Ok((found, Some(format!("{}.{place}", state.name()))));
                    }
                }
            }
            place = None;
        }
        Ok((found, None))
    }

    /// Shows a thread.
    pub(crate) async fn show(&self, thread: String) -> Result<ThreadAnswer, Unready> {
        let Some(thread) = self.find(thread).await? else {
            return Ok(ThreadAnswer::Unknown {});
        };
        let lines = self.newest_lines(&thread).await?;
        let messages = futures_util::stream::iter(&lines).map(|line| self.inbox.message_at(&line.key));
        let messages: Vec<Message> = messages.buffered(CONCURRENT).try_collect().await?;
        let mut decisions = self.inbox.decisions(&thread.id, MOST_DECISIONS).await?;
        let messages = newest_within(messages.iter().map(message), MAX_SHOWN_BYTES);
        decisions.retain(|decision| decision.act != Act::Nothing);
        decisions.reverse();
        let decisions = futures_util::stream::iter(&decisions).map(|decision| self.decision(decision));
        Ok(ThreadAnswer::Thread(Box::new(ThreadShown {
            thread: self.line(&thread).await?,
            older: thread.messages.saturating_sub(messages.len() as u64),
            messages,
            decisions: decisions.buffered(CONCURRENT).try_collect().await?,
        })))
    }

    async fn newest_lines(&self, thread: &Thread) -> Result<Vec<Line>, StoreError> {
        let (mut lines, mut after) = (Vec::new(), None);
        loop {
            let page = self
                .inbox
                .messages(&thread.id, after.as_ref(), MESSAGE_PAGE)
                .await?;
            let Some(last) = page.last().cloned() else {
                return Ok(lines);
            };
            lines.extend(page);
            lines.drain(..lines.len().saturating_sub(MOST_MESSAGES));
            after = Some(last);
        }
    }

    async fn line(&self, thread: &Thread) -> Result<ThreadLine, StoreError> {
        let ours = thread.written.iter().rev();
        let sent = ours.filter(|written| matches!(written.act, Act::Reply | Act::Operator));
        let delivery = sent.filter_map(|written| written.delivery.as_deref()).next();
        let draft = thread
            .draft
            .as_ref()
            .filter(|_| thread.state == ThreadState::Drafted);
        Ok(ThreadLine {
            id: thread.id.to_string(),
            platform: thread.platform.clone(),
            site: thread.site.clone(),
            asset: thread.asset.clone(),
            booking: thread.booking.clone(),
            guest: thread.guest.as_ref().map(text),
            subject: thread.subject.as_ref().map(text),
            state: thread.state.name().to_owned(),
            messages: thread.messages,
            last_at: thread.last_at.to_rfc3339(),
            preview: thread.preview.as_ref().map(|preview| Preview {
                from: role(preview.role),
                text: text(&preview.text),
            }),
            draft: draft.map(|draft| DraftShown {
                id: draft.id.clone(),
                text: text(&draft.text),
                rule: draft.rule.clone().unwrap_or_default(),
            }),
            person: thread.person.clone(),
            reply: self.standing(delivery).await?,
        })
    }

    async fn decision(&self, decision: &Decision) -> Result<DecisionShown, StoreError> {
        Ok(DecisionShown {
            at: decision.at.to_rfc3339(),
            message: decision.message.as_ref().map(ToString::to_string),
            what: decision.act.name().to_owned(),
            why: decision.why.clone(),
            rule: decision.rule.clone(),
            text: decision.text.as_ref().map(text),
            reply: self
                .standing(decision.deliveries.first().map(String::as_str))
                .await?,
        })
    }

    /// What became of a delivery; none where there is none, or not yet.
    async fn standing(&self, delivery: Option<&str>) -> Result<Option<ReplyShown>, StoreError> {
        let Some(id) = delivery.and_then(|id| id.parse().ok()) else {
            return Ok(None);
        };
        let found = self.deliveries.load(&id).await?;
        Ok(found.map(|found| ReplyShown {
            delivery: id.to_string(),
            standing: found.standing().name().to_owned(),
        }))
    }
}

/// The newest messages, as many as have their place in so many bytes of JSON.
fn newest_within(
    messages: impl DoubleEndedIterator<Item = MessageShown>,
    mut most_bytes: usize,
) -> Vec<MessageShown> {
    let mut shown = Vec::new();
    for message in messages.rev() {
        let size = serde_json::to_vec(&message).map_or(usize::MAX, |json| json.len());
        match most_bytes.checked_sub(size) {
            Some(left) => most_bytes = left,
            None => break,
        }
        shown.push(message);
    }
    shown.reverse();
    shown
}

fn message(message: &Message) -> MessageShown {
    let attachments = message.attachments.iter().map(|part| AttachmentShown {
        name: part.name.as_ref().map(text),
        bytes: part.bytes,
        missing: part.missing.clone(),
    });
    MessageShown {
        id: message.id.to_string(),
        from: role(message.sender.role),
        name: message.sender.name.as_ref().map(text),
        at: message.sent_at.to_rfc3339(),
        is_edited: message.revision > 1,
        is_automatic: message.is_automatic,
        text: message.text.reveal().chars().take(MAX_SHOWN_CHARS).collect(),
        attachments: attachments.collect(),
    }
}

fn role(role: Role) -> String {
    let name = match role {
        Role::Guest => "guest",
        Role::Host => "host",
        Role::Platform => "platform",
    };
    name.to_owned()
}

fn text(text: &Private) -> String {
    text.reveal().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_shown_than_a_function_may_answer() {
        let of = |number: usize| MessageShown {
            id: number.to_string(),
            from: "guest".to_owned(),
            name: None,
            at: String::new(),
            is_edited: false,
            is_automatic: false,
            text: "\u{1}".repeat(MAX_SHOWN_CHARS),
            attachments: Vec::new(),
        };
        let all: Vec<MessageShown> = (0..MOST_MESSAGES).map(of).collect();
        let shown = newest_within(all.into_iter(), MAX_SHOWN_BYTES);
        assert!(serde_json::to_vec(&shown).unwrap().len() <= MAX_SHOWN_BYTES + shown.len() + 2);
        let ids: Vec<&str> = shown.iter().map(|message| message.id.as_str()).collect();
        assert_eq!((ids.first(), ids.last()), (Some(&"83"), Some(&"99")));
    }
}
