//! Amazon SES (API v2) with its mailbox simulator and its feedback, as far as its documentation describes the calls that
//! senders make: [`Ses`].
//!
//! It is written from the documentation, without our client's code: what both would get wrong alike, an independent
//! client would not (`oracles/botocore`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

mod account;
mod admin;
mod feedback;
mod mail;
mod mailbox;
mod publish;
mod refusal;
mod suppression;
mod wire;
mod world;

pub use account::{Account, SendQuota, SuppressionAttributes};
pub use feedback::Shape;
pub use mailbox::Fate;
pub use publish::Feedback;
pub use suppression::SuppressionReason;
pub use world::AcceptedMail;

use mail::Mail;
use world::World;

use crate::call::{Api, Call, Outcome, Reply};
use crate::mishap::{Draw, LaidMishap, Mishap, Plan, Weights};

/// How many reports are under way to the topic at a time.
const PUBLISHERS: usize = 8;

/// The simulator's Amazon SES. Everything is kept in memory.
///
/// | path | what |
/// |---|---|
/// | `POST /ses/v2/email/outbound-emails` | SendEmail |
/// | `GET /ses/v2/email/account` | GetAccount |
/// | `GET`, `PUT /ses/v2/email/suppression/addresses` | ListSuppressedDestinations, PutSuppressedDestination |
/// | `GET`, `DELETE .../suppression/addresses/<address>` | GetSuppressedDestination, DeleteSuppressedDestination |
/// | `GET`, `PUT /_ses/account` | [`Account`]; members that are not given stay |
/// | `GET`, `DELETE /_ses/accepted` | [`AcceptedMail`]s, oldest first; `?recipient=<address>`, `?skip=<number>` |
/// | `GET /_ses/summary` | `{"accepted", "fates", "max_rate", "throttled"}` |
/// | `PUT /_ses/feedback` | [`Feedback`]: where reports go |
/// | `GET`, `DELETE /_ses/feedback` | the reports that went nowhere else |
/// | `GET /_ses/suppression` | the whole suppression list: `[{"address", "reason"}]` |
/// | `PUT`, `DELETE /_ses/fault/<address>` | [`LaidMishap`] for the mails to an address |
/// | `PUT`, `DELETE /_ses/plan` | `{"seed": 1, "weights": `[`Weights`]`, "by": "request"}`, or `"recipient"` |
/// | `PUT /_ses/page-size` | a number: the most addresses of a page |
#[derive(Debug, Clone)]
pub struct Ses {
    world: Arc<Mutex<World>>,
    publishers: Arc<Semaphore>,
}

impl Ses {
    pub(crate) fn new() -> Self {
        Self {
            world: Arc::new(Mutex::new(World::new())),
            publishers: Arc::new(Semaphore::new(PUBLISHERS)),
        }
    }

    /// The newest 200,000 mails that were accepted, oldest first.
    #[must_use]
    pub fn accepted(&self) -> Vec<AcceptedMail> {
        self.world().accepted.iter().cloned().collect()
    }

    /// The most recipients that were asked for within a second, accepted or not.
    #[must_use]
    pub fn max_rate(&self) -> usize {
        self.world().asked.highest()
    }

    /// How many requests were refused because they came too fast.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.world().throttled
    }

    /// Replaces the state of the account.
    pub fn account(&self, account: Account) {
        self.world().account = account;
    }

    /// Puts an address on the account's suppression list.
    pub fn suppress(&self, address: &str, reason: SuppressionReason) {
        self.world().suppression.add(address, reason, None);
    }

    /// The account's suppression list, in order of the addresses.
    #[must_use]
    pub fn suppressed(&self) -> Vec<(String, SuppressionReason)> {
        self.world().suppression.addresses()
    }

    /// Sends reports there from now on.
    ///
    /// # Panics
    /// When that is not a topic at a loopback address.
    pub fn feedback(&self, feedback: Feedback) {
        let taken = self.world().send_feedback_to(feedback);
        assert!(
            taken.is_some(),
            "the feedback goes to a topic at a loopback address"
        );
    }

    /// The reports for which there was no topic, or which the topic did not take, oldest first. They are gone then.
    #[must_use]
    pub fn take_feedback(&self) -> Vec<Value> {
        self.world().queue.drain(..).collect()
    }

    /// Lays a mishap on the mails to an address.
    pub fn lay(&self, recipient: &str, laid: LaidMishap) {
        self.world().mishaps.lay(recipient, laid);
    }

    /// Draws a mishap for every mail from now on, by its number in the order of arrival.
    pub fn plan(&self, seed: u64, weights: Weights) {
        let by = Draw::Request;
        self.world().mishaps.draw(Some(Plan { seed, weights, by }));
    }

    /// Draws a mishap for every mail from now on, by its recipient and how often that was tried: the same whatever the
    /// order in which parallel senders arrive.
    pub fn plan_by_recipient(&self, seed: u64, weights: Weights) {
        let by = Draw::Recipient;
        self.world().mishaps.draw(Some(Plan { seed, weights, by }));
    }

    /// The most addresses of a page of the suppression list, whatever is asked for. At least 1.
    pub fn set_page_size(&self, addresses: usize) {
        self.world().suppression.page_size = addresses.max(1);
    }

    async fn send(&self, call: &Call, caller: &str) -> Outcome {
        let parsed = Mail::parse(&call.body);
        let recipients = parsed.as_ref().map_or(&[][..], |mail| &mail.recipients);
        let first = recipients.first().map_or("", String::as_str);
        let mishap = {
            let mut world = self.world();
            world.arrive(recipients.len());
            world.mishaps.strike(first)
        };
        if let Some(mishap) = &mishap
            && let Some(outcome) = mishap.before(|status| self.refuse(status, None)).await
        {
            return outcome;
        }
        let sent = parsed.and_then(|mail| self.world().send(&mail, caller));
        match sent {
            Err(refused) => Mishap::after(mishap.as_ref(), refused),
            Ok((reply, reports)) => {
                let repeated = reports.into_iter().flat_map(|report| {
                    let copies = Mishap::copies(mishap.as_ref());
                    std::iter::repeat_n(report, copies)
                });
                let reporting = self.report(repeated.collect());
                if mishap == Some(Mishap::FeedbackFirst) {
                    match reporting {
                        Some(reporting) => {
                            let _done = reporting.await;
                        }
                        None => self.wait_until_taken().await,
                    }
                }
                Mishap::after(mishap.as_ref(), reply)
            }
        }
    }

    /// Sends reports out beside the answer, as the service does; those of one mail stay in order. A task of its own, so
    /// that they go out even if the caller does not wait.
    fn report(&self, reports: Vec<Value>) -> Option<JoinHandle<()>> {
        let mut world = self.world();
        let Some(topic) = world.topic.clone() else {
            reports.into_iter().for_each(|report| world.queue(report));
            return None;
        };
        let ses = self.clone();
        Some(tokio::spawn(async move {
            let _permit = ses.publishers.acquire().await;
            for report in reports {
                if !topic.publish(&report).await {
                    ses.world().queue(report);
                }
            }
        }))
    }

    /// Waits until a test has taken the reports, which go to no topic, or does not seem to.
    async fn wait_until_taken(&self) {
        for _ in 0..50 {
            if self.world().queue.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn reply(&self, call: &Call) -> Result<Reply, Reply> {
        let mut world = self.world();
        match (call.method.as_str(), call.segments().as_slice()) {
            ("GET", ["v2", "email", "account"]) => Ok(Reply::json(200, world.shown_account())),
            ("GET", ["v2", "email", "suppression", "addresses"]) => world.suppression.list(call),
            ("PUT", ["v2", "email", "suppression", "addresses"]) => world.suppression.put(&call.body),
            ("GET", ["v2", "email", "suppression", "addresses", address]) => world.suppression.get(address),
            ("DELETE", ["v2", "email", "suppression", "addresses", address]) => {
                world.suppression.delete(address)
            }
            _ => Err(refusal::refuse(
                404,
                "UnknownOperationException",
                "Unknown operation.",
            )),
        }
    }

    /// A test that panicked while it held the lock left each collection whole.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Api for Ses {
    async fn answer(&self, call: &Call) -> Outcome {
        let Some(caller) = call.header("authorization").and_then(key_id) else {
            return Outcome::Reply(refusal::refuse(
                403,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ));
        };
        if call.method == "POST" && call.segments() == ["v2", "email", "outbound-emails"] {
            return self.send(call, caller).await;
        }
        Outcome::Reply(self.reply(call).unwrap_or_else(|refused| refused))
    }

    fn refuse(&self, status: u16, reason: Option<&str>) -> Reply {
        refusal::of_status(status, reason)
    }

    async fn administer(&self, call: &Call) -> Reply {
        admin::answer(&mut self.world(), call).unwrap_or_else(|refused| refused)
    }
}

/// The key id of a signature; the signature itself is not checked.
fn key_id(authorization: &str) -> Option<&str> {
    let signed = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let (_, scope) = signed.split_once("Credential=")?;
    scope.split('/').next().filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests;
