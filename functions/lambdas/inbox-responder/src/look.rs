//! How answers ended: a thread whose guest got none waits again.

use campaign::{Delivery, Standing, State};
use chrono::{DateTime, TimeDelta, Utc};
use contract::replies::ThreadAnswer;
use futures_util::{StreamExt, TryStreamExt};
use inbox::answer::PATIENCE;
use store::{OpenAnswer, StoreError};

use crate::handler::Unready;
use crate::host::BY_PERSON;
use crate::service::Service;

/// So many answers are looked at together.
const PAGE: u16 = 100;
/// So many of them at the same time.
const CONCURRENT: usize = 16;
/// So long after whoever delivers an answer has taken it, it may still come back.
const MAY_COME_BACK: TimeDelta = TimeDelta::days(2);
/// So often somebody else may be at the same thread before it waits for the next round.
const ATTEMPTS: usize = 6;

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It has not.
    Open,
    /// There is nothing more to be seen to.
    Settled,
    /// Nobody got it, as far as is known.
    Unsent,
}

impl Service {
    /// Looks at the answers that are on their way.
    pub(crate) async fn look(&self, now: DateTime<Utc>) -> Result<ThreadAnswer, Unready> {
        let (mut reopened, mut open) = (0, 0);
        let mut last: Option<OpenAnswer> = None;
        loop {
            let page = self.inbox.open_answers(last.as_ref(), PAGE).await?;
            if page.is_empty() {
                return Ok(ThreadAnswer::Looked { reopened, open });
            }
            let ends = futures_util::stream::iter(&page).map(|answer| self.end_of(answer, now));
            let ends: Vec<End> = ends.buffered(CONCURRENT).try_collect().await?;
            for (answer, end) in page.iter().zip(ends) {
                match end {
                    End::Open => {
                        open += 1;
                        continue;
                    }
                    End::Settled => {}
                    End::Unsent => reopened += u64::from(self.reopen(answer).await?),
                }
                self.inbox.answer_ended(&answer.delivery).await?;
            }
            last = page.last().cloned();
        }
    }

    async fn end_of(&self, answer: &OpenAnswer, now: DateTime<Utc>) -> Result<End, StoreError> {
        let Ok(id) = answer.delivery.parse() else {
            return Ok(End::Settled);
        };
        let delivery = self.deliveries.load(&id).await?;
        Ok(end(delivery.as_ref(), answer.at, now))
    }

    /// Has the thread wait again, unless it was answered since. Whether it does.
    async fn reopen(&self, answer: &OpenAnswer) -> Result<bool, Unready> {
        for _ in 0..ATTEMPTS {
            let Some(thread) = self.inbox.thread(&answer.thread).await? else {
                return Ok(false);
            };
            let Some(after) = thread.clone().unanswered(&answer.delivery) else {
                return Ok(false);
            };
            if self.inbox.change(&thread, &after).await? {
                tracing::warn!(delivery = answer.delivery, "an answer did not go out");
                return Ok(true);
            }
        }
        Err(Unready::Raced)
    }
}

fn end(delivery: Option<&Delivery>, decided: DateTime<Utc>, now: DateTime<Utc>) -> End {
    let Some(delivery) = delivery else {
        // Whoever decided has ended before it was made; after its time it is not made any more.
        return if now - decided > PATIENCE {
            End::Unsent
        } else {
            End::Open
        };
    };
    match (delivery.standing(), &delivery.state) {
        (_, State::Suppressed { why }) if why == BY_PERSON => End::Settled,
        (Standing::Delivered | Standing::Complained, _) => End::Settled,
        (Standing::Accepted, _) if now - delivery.since > MAY_COME_BACK => End::Settled,
        (Standing::Accepted, _) => End::Open,
        (standing, _) if standing.is_open() => End::Open,
        _ => End::Unsent,
    }
}
