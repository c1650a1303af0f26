//! What only the simulator's holder may do, over HTTP: everything that [`Ses`](super::Ses) offers to a test.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::refusal::{bad_request, not_found};
use super::world::World;
use crate::call::{Call, Reply};

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Reply, Reply> {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["account"]) => return Ok(Reply::json(200, json!(world.account))),
        ("PUT", ["account"]) => {
            let changed = world.account.merged(&parse(call)?);
            world.account = changed.map_err(|error| bad_request(&error.to_string()))?;
        }
        ("GET", ["accepted"]) => return Ok(Reply::json(200, accepted(world, call))),
        ("DELETE", ["accepted"]) => world.accepted.clear(),
        ("GET", ["summary"]) => return Ok(Reply::json(200, world.summary())),
        ("GET", ["feedback"]) => return Ok(Reply::json(200, json!(world.queue))),
        ("DELETE", ["feedback"]) => world.queue.clear(),
        ("PUT", ["feedback"]) => {
            world
                .send_feedback_to(parse(call)?)
                .ok_or_else(|| bad_request("the feedback goes to a topic at a loopback address"))?;
        }
        ("GET", ["suppression"]) => {
            let addresses: Vec<Value> = world
                .suppression
                .addresses()
                .into_iter()
                .map(|(address, reason)| json!({ "address": address, "reason": reason }))
                .collect();
            return Ok(Reply::json(200, json!(addresses)));
        }
        ("PUT", ["fault", recipient]) => world.mishaps.lay(recipient, parse(call)?),
        ("DELETE", ["fault", recipient]) => world.mishaps.clear(recipient),
        ("PUT", ["plan"]) => world.mishaps.draw(Some(parse(call)?)),
        ("DELETE", ["plan"]) => world.mishaps.draw(None),
        ("PUT", ["page-size"]) => world.suppression.page_size = parse::<usize>(call)?.max(1),
        _ => return Err(not_found("No such path.")),
    }
    Ok(Reply::empty())
}

/// The accepted mails, oldest first, from `?skip=` on, to one `?recipient=` or all.
fn accepted(world: &World, call: &Call) -> Value {
    let skip = call.query.get("skip").and_then(|skip| skip.parse().ok());
    let recipient = call.query.get("recipient");
    let mails = world.accepted.iter().skip(skip.unwrap_or(0));
    let mails = mails.filter(|mail| recipient.is_none_or(|wanted| *wanted == mail.recipient));
    mails.map(|mail| json!(mail)).collect()
}

fn parse<T: DeserializeOwned>(call: &Call) -> Result<T, Reply> {
    serde_json::from_slice(&call.body).map_err(|error| bad_request(&error.to_string()))
}
