//! What only the simulator's holder may do, over HTTP: everything that [`Google`](super::Google) offers to a test.

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::channels::Push;
use super::reply::Reply;
use super::world::World;
use super::{Call, token};

pub(super) fn answer(world: &mut World, call: &Call) -> (Reply, Vec<Push>) {
    let mut pushes = Vec::new();
    let reply = act(world, call, &mut pushes);
    (reply.unwrap_or_else(|refused| refused), pushes)
}

fn act(world: &mut World, call: &Call, pushes: &mut Vec<Push>) -> Result<Reply, Reply> {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("PUT", ["calendars", calendar]) => {
            let zone = call
                .fields()?
                .get("timeZone")
                .and_then(Value::as_str)
                .map(str::parse::<Tz>);
            let Some(Ok(zone)) = zone else {
                return Err(Reply::invalid("timeZone is not an IANA zone"));
            };
            world.add_calendar(calendar, zone);
        }
        ("GET", ["calendars", calendar, "events"]) => {
            return Ok(Reply::ok(json!(world.everything(calendar))));
        }
        ("PUT", ["calendars", calendar, "events", event]) => {
            let fields = Value::Object(call.fields()?);
            *pushes = world
                .write_by_hand(calendar, event, fields)
                .ok_or_else(Reply::not_found)?;
        }
        ("DELETE", ["calendars", calendar, "events", event]) => {
            let fields = json!({ "status": "cancelled" });
            *pushes = world
                .write_by_hand(calendar, event, fields)
                .ok_or_else(Reply::not_found)?;
        }
        ("POST", ["calendars", calendar, "expire-sync-tokens"]) => world.expire_sync_tokens(calendar),
        ("POST", ["revoke-access-tokens"]) => world.access_tokens.clear(),
        ("PUT", ["page-size"]) => {
            let size: Option<usize> = serde_json::from_slice(&call.body).ok();
            world.page_size = size
                .filter(|size| *size > 0)
                .ok_or_else(|| Reply::invalid("not a size"))?;
        }
        ("GET", ["credential"]) => {
            let origin = format!("http://{}", call.header("host").unwrap_or_default());
            let credential = token::service_account(&origin);
            return Ok(Reply::ok(serde_json::from_str(&credential).unwrap_or_default()));
        }
        _ => return Err(Reply::not_found()),
    }
    Ok(Reply::empty())
}
