//! What only the simulator's holder may do, over HTTP: everything that [`Twilio`](super::Twilio) offers to a test, but
//! for incoming messages.

use serde::de::DeserializeOwned;
use serde_json::json;

use super::refusal::{bad_request, not_found};
use super::world::World;
use crate::call::{Call, Reply};

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Reply, Reply> {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["account"]) => return Ok(Reply::json(200, json!(world.account))),
        ("PUT", ["account"]) => world.account = parse(call)?,
        ("GET", ["accepted"]) => return Ok(Reply::json(200, json!(world.messages()))),
        ("DELETE", ["accepted"]) => world.forget_messages(),
        ("GET", ["unheard"]) => return Ok(Reply::json(200, json!(world.unheard))),
        ("DELETE", ["unheard"]) => world.unheard.clear(),
        ("GET", ["webhooks"]) => return Ok(Reply::json(200, json!(world.webhooks))),
        ("PUT", ["webhooks"]) => {
            world
                .send_webhooks_to(parse(call)?)
                .ok_or_else(|| bad_request(20001, "deliver_to is an origin at a loopback address"))?;
        }
        ("GET", ["unsubscribed"]) => return Ok(Reply::json(200, json!(world.unsubscribed))),
        ("PUT", ["unsubscribed", number]) => {
            world.unsubscribed.insert((*number).to_owned());
        }
        ("DELETE", ["unsubscribed", number]) => {
            world.unsubscribed.remove(*number);
        }
        ("PUT", ["fault", number]) => world.mishaps.lay(number, parse(call)?),
        ("DELETE", ["fault", number]) => world.mishaps.clear(number),
        ("PUT", ["plan"]) => world.mishaps.draw(Some(parse(call)?)),
        ("DELETE", ["plan"]) => world.mishaps.draw(None),
        _ => return Err(not_found(&call.path.join("/"))),
    }
    Ok(Reply::empty())
}

pub(super) fn parse<T: DeserializeOwned>(call: &Call) -> Result<T, Reply> {
    serde_json::from_slice(&call.body).map_err(|error| bad_request(20001, &error.to_string()))
}
