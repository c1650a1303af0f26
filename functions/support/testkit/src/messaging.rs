//! A booking platform's messaging API. No platform of ours describes its own in public: the shapes are assumptions, and
//! those of the sample manifest.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

mod admin;
mod message;
mod world;

pub use message::{Guest, PlatformMessage};
pub use world::Pages;

use world::World;

use crate::call::{Api, Call, Outcome, Reply};
use crate::mishap::{LaidMishap, Mishap};

/// The platforms of the simulator, by their ids. Everything is kept in memory.
///
/// | path | what |
/// |---|---|
/// | `GET /messaging/<platform>/messages?status=unread&cursor=` | what nobody has confirmed, the host's answers among it, two messages a page: `{"data": [], "paging": {"next"}}` |
/// | `POST /messaging/<platform>/messages/<id>/confirm?edited_at=` | not unread any more; 409 when edited since |
/// | `POST /messaging/<platform>/conversations/<id>/messages` | `{"text"}`: the host answers |
/// | `GET /messaging/<platform>/attachments/<bytes>` | so many bytes |
/// | `POST /_messaging/<platform>/guest` | [`Guest`]: a guest writes; answers the message |
/// | `PUT /_messaging/<platform>/message/<id>` | `{"text"}`: its writer edits a message |
/// | `GET /_messaging/<platform>/thread/<id>` | its [`PlatformMessage`]s, oldest first |
/// | `PUT /_messaging/<platform>/pages` | [`Pages`]: how lists are out of order |
/// | `PUT`, `DELETE /_messaging/<platform>/token` | `{"authorization"}`: the header that callers need |
/// | `PUT`, `DELETE /_messaging/<platform>/fault/{list,confirm,reply}` | [`LaidMishap`] |
#[derive(Debug, Clone)]
pub struct Messaging {
    world: Arc<Mutex<World>>,
}

impl Messaging {
    pub(crate) fn new() -> Self {
        Self {
            world: Arc::default(),
        }
    }

    /// A guest writes; the message's id.
    pub fn write(&self, platform: &str, guest: Guest) -> String {
        self.world().platform(platform).write(guest).id
    }

    /// Its writer edits a message, if it is there.
    pub fn edit(&self, platform: &str, id: &str, text: &str) {
        self.world().platform(platform).edit(id, text);
    }

    /// The messages of a thread, oldest first.
    #[must_use]
    pub fn thread(&self, platform: &str, thread: &str) -> Vec<PlatformMessage> {
        self.world().platform(platform).thread(thread)
    }

    /// How many messages wait to be confirmed.
    #[must_use]
    pub fn unread(&self, platform: &str) -> usize {
        self.world().platform(platform).unread().len()
    }

    /// Has lists be out of order from now on.
    pub fn pages(&self, platform: &str, pages: Pages) {
        self.world().platform(platform).pages = pages;
    }

    /// Asks callers for this `Authorization`, or for none.
    pub fn token(&self, platform: &str, authorization: Option<&str>) {
        self.world().platform(platform).authorization = authorization.map(str::to_owned);
    }

    /// Lays a mishap on `list`, `confirm` or `reply`.
    pub fn lay(&self, platform: &str, what: &str, laid: LaidMishap) {
        self.world().platform(platform).mishaps.lay(what, laid);
    }

    fn carry_out(&self, call: &Call) -> Reply {
        let mut world = self.world();
        let (platform, rest) = match call.segments().as_slice() {
            [platform, rest @ ..] => (world.platform(platform), rest.to_vec()),
            [] => return refuse(404, "there is no platform"),
        };
        let path = format!("/messaging/{}", call.path.join("/"));
        match (call.method.as_str(), rest.as_slice()) {
            ("GET", ["messages"]) => {
                let origin = call.header("host").map(|host| format!("http://{host}"));
                platform.list(
                    call.query.get("cursor").map(String::as_str),
                    &origin.unwrap_or_default(),
                    &path,
                )
            }
            ("POST", ["messages", id, "confirm"]) => {
                platform.confirm(id, call.query.get("edited_at").map(String::as_str))
            }
            ("POST", ["conversations", thread, "messages"]) => match admin::text(call) {
                Ok(text) => Reply::json(201, json!(platform.reply(thread, text))),
                Err(refused) => refused,
            },
            ("GET", ["attachments", bytes]) => match bytes.parse::<usize>() {
                // A JSON text has two quotes.
                Ok(bytes) if bytes >= 2 => Reply::json(200, json!("x".repeat(bytes - 2))),
                _ => refuse(404, "there is no such attachment"),
            },
            _ => refuse(404, "there is nothing here"),
        }
    }

    /// A test that panicked while it held the lock left each collection whole.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Api for Messaging {
    async fn answer(&self, call: &Call) -> Outcome {
        let what = match (call.method.as_str(), call.segments().as_slice()) {
            ("GET", [_, "messages"]) => "list",
            ("POST", [_, "messages", ..]) => "confirm",
            ("POST", [_, "conversations", ..]) => "reply",
            _ => "",
        };
        let mishap = {
            let mut world = self.world();
            let name = call.path.first().map(String::as_str).unwrap_or_default();
            let platform = world.platform(name);
            let asked = platform.authorization.as_deref();
            if asked.is_some() && call.header("authorization") != asked {
                return Outcome::Reply(refuse(401, "the token is not valid"));
            }
            platform.mishaps.strike(what)
        };
        if let Some(mishap) = &mishap
            && let Some(outcome) = mishap.before(|status| self.refuse(status, None)).await
        {
            return outcome;
        }
        Mishap::after(mishap.as_ref(), self.carry_out(call))
    }

    fn refuse(&self, status: u16, reason: Option<&str>) -> Reply {
        refuse(status, reason.unwrap_or("refused"))
    }

    async fn administer(&self, call: &Call) -> Reply {
        admin::answer(&mut self.world(), call).unwrap_or_else(|refused| refused)
    }
}

fn refuse(status: u16, message: &str) -> Reply {
    Reply::json(status, json!({ "error": message }))
}

#[cfg(test)]
mod tests;
