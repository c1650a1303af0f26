//! What a guest wrote last, and whether the operator had seen it.

use inbox::{Message, MessageId, Role, Thread};
use store::{Line, StoreError};

use crate::service::Service;

/// So many messages of a thread are read at once.
const PAGE: u16 = 100;
/// A longer thread is not looked through.
const MOST_PAGES: usize = 20;

/// The guest's message that is answered.
#[derive(Debug)]
pub(crate) enum Newest {
    /// The newest one, which the operator had seen, or did not say.
    Seen(Message),
    /// The newest one of those that the operator had seen: the guest has written since.
    Older(Message),
    /// No guest has written.
    Nobody,
    /// What the operator says that they had seen is not in this thread.
    Unknown,
}

/// What was found on the way through a thread.
#[derive(Debug, Default)]
struct Found {
    newest: Option<Line>,
    of_machine: Option<Line>,
}

impl Found {
    fn take(&mut self, line: Line) {
        // An absence note is not what waits for an answer, where anything else is.
        let place = if line.is_automatic {
            &mut self.of_machine
        } else {
            &mut self.newest
        };
        *place = Some(line);
    }

    fn line(&self) -> Option<&Line> {
        self.newest.as_ref().or(self.of_machine.as_ref())
    }
}

impl Service {
    /// What the guest wrote last, as far as the operator had seen it.
    pub(crate) async fn newest(&self, thread: &Thread, seen: Option<String>) -> Result<Newest, StoreError> {
        let Ok(seen) = seen.map(MessageId::try_from).transpose() else {
            return Ok(Newest::Unknown);
        };
        let mut found = Found::default();
        let mut until_seen: Option<Option<Line>> = None;
        let mut after: Option<Line> = None;
        for _ in 0..MOST_PAGES {
            let page = self.inbox.messages(&thread.id, after.as_ref(), PAGE).await?;
            let Some(last) = page.last().cloned() else { break };
            for line in page {
                let is_seen = seen.as_ref() == Some(&line.message);
                if line.role == Role::Guest {
                    found.take(line);
                }
                if is_seen {
                    until_seen = Some(found.line().cloned());
                }
            }
            after = Some(last);
        }
        let Some(newest) = found.line() else {
            return Ok(Newest::Nobody);
        };
        let until_seen = match (seen, until_seen) {
            (None, _) => Some(newest.clone()),
            (Some(_), None) => return Ok(Newest::Unknown),
            (Some(_), Some(line)) => line,
        };
        let Some(line) = until_seen else {
            return Ok(Newest::Unknown);
        };
        let message = self.inbox.message_at(&line.key).await?;
        Ok(if line.message == newest.message {
            Newest::Seen(message)
        } else {
            Newest::Older(message)
        })
    }
}
