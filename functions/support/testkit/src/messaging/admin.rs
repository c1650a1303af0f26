//! What only the simulator's holder may do, over HTTP: everything that [`Messaging`](super::Messaging) offers to a test.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::refuse;
use super::world::World;
use crate::call::{Call, Reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    authorization: String,
}

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Reply, Reply> {
    let segments = call.segments();
    let [platform, rest @ ..] = segments.as_slice() else {
        return Err(refuse(404, "there is no platform"));
    };
    let platform = world.platform(platform);
    match (call.method.as_str(), rest) {
        ("POST", ["guest"]) => return Ok(Reply::json(201, json!(platform.write(parse(call)?)))),
        ("PUT", ["message", id]) => {
            if !platform.edit(id, &text(call)?) {
                return Err(refuse(404, "there is no such message"));
            }
        }
        ("GET", ["thread", thread]) => return Ok(Reply::json(200, json!(platform.thread(thread)))),
        ("PUT", ["pages"]) => platform.pages = parse(call)?,
        ("PUT", ["token"]) => platform.authorization = Some(parse::<Token>(call)?.authorization),
        ("DELETE", ["token"]) => platform.authorization = None,
        ("PUT", ["fault", what]) => platform.mishaps.lay(what, parse(call)?),
        ("DELETE", ["fault", what]) => platform.mishaps.clear(what),
        _ => return Err(refuse(404, "there is nothing here")),
    }
    Ok(Reply::empty())
}

pub(super) fn text(call: &Call) -> Result<String, Reply> {
    parse::<Text>(call).map(|body| body.text)
}

fn parse<T: DeserializeOwned>(call: &Call) -> Result<T, Reply> {
    serde_json::from_slice(&call.body).map_err(|error| refuse(400, &error.to_string()))
}
