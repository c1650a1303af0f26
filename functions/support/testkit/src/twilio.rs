//! Twilio's messages (API 2010-04-01), with the callbacks and the incoming messages that it posts, as far as its
//! documentation describes the calls that senders make: [`Twilio`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinHandle;

mod account;
mod admin;
mod message;
mod order;
mod refusal;
mod signature;
mod text;
mod webhook;
mod world;

pub use account::{ACCOUNT_SID, AUTH_TOKEN_CANARY, TwilioAccount};
pub use message::TextMessage;
pub use webhook::{Webhook, Webhooks};

use order::Order;
use world::World;

use crate::call::{Api, Call, Outcome, Reply};
use crate::mishap::{Draw, LaidMishap, Mishap, Plan, Weights};

/// The simulator's Twilio. Everything is kept in memory.
///
/// | path | what |
/// |---|---|
/// | `POST`, `GET /twilio/2010-04-01/Accounts/<sid>/Messages.json` | send, list (`To`, `From`, `PageSize`, `Page`) |
/// | `GET .../Messages/<sid>.json` | one message |
/// | `GET /twilio/2010-04-01/Accounts/<sid>.json` | the account |
/// | `GET`, `PUT /_twilio/account` | [`TwilioAccount`] |
/// | `GET`, `DELETE /_twilio/accepted` | [`TextMessage`]s, oldest first |
/// | `GET`, `PUT /_twilio/webhooks` | [`Webhooks`] |
/// | `GET`, `DELETE /_twilio/unheard` | the [`Webhook`]s that nobody took |
/// | `POST /_twilio/incoming` | `{"from", "to", "body"}`: a person writes; answers what the webhook said |
/// | `GET /_twilio/unsubscribed`, `PUT`, `DELETE /_twilio/unsubscribed/<number>` | who must not be written to |
/// | `PUT`, `DELETE /_twilio/fault/<number>` | [`LaidMishap`] for the messages to a number |
/// | `PUT`, `DELETE /_twilio/plan` | `{"seed": 1, "weights": `[`Weights`]`, "by": "request"}`, or `"recipient"` |
///
/// Recipients: `+15005550001` to `+15005550009` are refused as with Twilio's test credentials, `...0099` is not delivered
/// (30003), `...0098` fails (30008), every other number is delivered to.
#[derive(Debug, Clone)]
pub struct Twilio {
    world: Arc<Mutex<World>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Incoming {
    from: String,
    to: String,
    body: String,
}

impl Twilio {
    pub(crate) fn new() -> Self {
        Self {
            world: Arc::new(Mutex::new(World::new())),
        }
    }

    /// The newest 100,000 messages that were accepted, oldest first, each as far as it has come.
    #[must_use]
    pub fn accepted(&self) -> Vec<TextMessage> {
        self.world().messages()
    }

    /// The most messages that were asked for within a second, accepted or not.
    #[must_use]
    pub fn max_rate(&self) -> usize {
        self.world().asked.highest()
    }

    /// Replaces the account.
    pub fn account(&self, account: TwilioAccount) {
        self.world().account = account;
    }

    /// Sends webhooks there from now on.
    ///
    /// # Panics
    /// When they would be delivered to an address that is not loopback.
    pub fn webhooks(&self, webhooks: Webhooks) {
        let taken = self.world().send_webhooks_to(webhooks);
        assert!(taken.is_some(), "webhooks are delivered to loopback addresses");
    }

    /// The webhooks that nobody took, oldest first. They are gone then.
    #[must_use]
    pub fn take_unheard(&self) -> Vec<Webhook> {
        self.world().unheard.drain(..).collect()
    }

    /// Has a number refuse every message from now on.
    pub fn unsubscribe(&self, number: &str) {
        self.world().unsubscribed.insert(number.to_owned());
    }

    /// Lays a mishap on the messages to a number.
    pub fn lay(&self, recipient: &str, laid: LaidMishap) {
        self.world().mishaps.lay(recipient, laid);
    }

    /// Draws a mishap for every message from now on, by its number in the order of arrival.
    pub fn plan(&self, seed: u64, weights: Weights) {
        let by = Draw::Request;
        self.world().mishaps.draw(Some(Plan { seed, weights, by }));
    }

    /// Draws a mishap for every message from now on, by its recipient and how often that was tried.
    pub fn plan_by_recipient(&self, seed: u64, weights: Weights) {
        let by = Draw::Recipient;
        self.world().mishaps.draw(Some(Plan { seed, weights, by }));
    }

    async fn send(&self, call: &Call) -> Outcome {
        let mishap = {
            let mut world = self.world();
            world.asked.count(std::time::Instant::now(), 1);
            world.mishaps.strike(&Order::recipient(&call.body))
        };
        if let Some(mishap) = &mishap
            && let Some(outcome) = mishap.before(|status| self.refuse(status, None)).await
        {
            return outcome;
        }
        let sent = self.world().send(&call.body);
        match sent {
            Err(refused) => Mishap::after(mishap.as_ref(), refused),
            Ok(message) => {
                let reply = Reply::json(201, message.shown());
                let carrying = self.carry(message, Mishap::copies(mishap.as_ref()));
                if mishap == Some(Mishap::FeedbackFirst) {
                    let _done = carrying.await;
                }
                Mishap::after(mishap.as_ref(), reply)
            }
        }
    }

    /// Takes a message to its end, and tells of each step. A task of its own, so that it goes on even if the caller does
    /// not wait.
    fn carry(&self, message: TextMessage, copies: usize) -> JoinHandle<()> {
        let twilio = self.clone();
        tokio::spawn(async move {
            for (status, error_code) in message.course() {
                let told = twilio.world().advance(&message.sid, status, *error_code);
                if let Some(webhook) = told {
                    for _ in 0..copies {
                        twilio.tell(&webhook).await;
                    }
                }
            }
        })
    }

    async fn tell(&self, webhook: &Webhook) -> Option<crate::outgoing::Heard> {
        let target = self.world().webhooks.target(&webhook.url);
        let heard = webhook.post(target).await;
        if heard.is_none() {
            self.world().miss(webhook.clone());
        }
        heard
    }

    /// Has a person write. Without a webhook nobody hears of it.
    async fn receive(&self, call: &Call) -> Result<Reply, Reply> {
        let incoming: Incoming = admin::parse(call)?;
        let webhook = self
            .world()
            .receive(&incoming.from, &incoming.to, &incoming.body)
            .ok_or_else(|| refusal::bad_request(20001, "there is no inbound_url"))?;
        match self.tell(&webhook).await {
            Some(heard) => Ok(Reply::json(
                200,
                json!({ "status": heard.status, "body": String::from_utf8_lossy(&heard.body) }),
            )),
            None => Err(refusal::refuse(502, 11200, "HTTP retrieval failure")),
        }
    }

    fn reply(&self, call: &Call) -> Result<Reply, Reply> {
        let world = self.world();
        match (call.method.as_str(), call.segments().as_slice()) {
            ("GET", [_, _, _]) => Ok(world.shown_account()),
            ("GET", [_, _, _, "Messages.json"]) => Ok(world.list(call)),
            ("GET", [_, _, _, "Messages", file]) => world.message(file.strip_suffix(".json").unwrap_or(file)),
            _ => Err(refusal::not_found(&call.path.join("/"))),
        }
    }

    /// Whether the call speaks of the account that makes it.
    fn admit(&self, call: &Call) -> Result<(), Reply> {
        let world = self.world();
        world.account.admit(call)?;
        let own = world.account.account_sid.as_str();
        match call.segments().as_slice() {
            ["2010-04-01", "Accounts", file] if file.strip_suffix(".json") == Some(own) => Ok(()),
            ["2010-04-01", "Accounts", sid, _, ..] if *sid == own => Ok(()),
            _ => Err(refusal::not_found(&call.path.join("/"))),
        }
    }

    /// A test that panicked while it held the lock left each collection whole.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Api for Twilio {
    async fn answer(&self, call: &Call) -> Outcome {
        if let Err(refused) = self.admit(call) {
            return Outcome::Reply(refused);
        }
        if call.method == "POST" && matches!(call.segments().as_slice(), [_, _, _, "Messages.json"]) {
            return self.send(call).await;
        }
        Outcome::Reply(self.reply(call).unwrap_or_else(|refused| refused))
    }

    fn refuse(&self, status: u16, reason: Option<&str>) -> Reply {
        refusal::of_status(status, reason)
    }

    async fn administer(&self, call: &Call) -> Reply {
        let done = if call.method == "POST" && call.segments() == ["incoming"] {
            self.receive(call).await
        } else {
            admin::answer(&mut self.world(), call)
        };
        done.unwrap_or_else(|refused| refused)
    }
}

#[cfg(test)]
mod tests;
