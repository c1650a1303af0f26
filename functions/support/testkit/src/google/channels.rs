//! Push channels: who is told that something changed.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Call;
use super::reply::Reply;
use super::world::World;
use crate::outgoing::Target;

const DEFAULT_LIFETIME_S: i64 = 604_800;

#[derive(Debug, Clone)]
pub(super) struct Channel {
    id: String,
    resource_id: String,
    calendar: String,
    target: Target,
    token: Option<String>,
    expires: DateTime<Utc>,
    /// How many notifications it has sent.
    sent: u64,
}

/// One notification on its way.
#[derive(Debug)]
pub(super) struct Push {
    target: Target,
    headers: Vec<(&'static str, String)>,
}

pub(super) fn watch(
    world: &mut World,
    calendar: &str,
    call: &Call,
    now: DateTime<Utc>,
) -> (Reply, Vec<Push>) {
    match open(world, calendar, call, now) {
        Ok((reply, push)) => (reply, vec![push]),
        Err(refused) => (refused, Vec::new()),
    }
}

fn open(world: &mut World, calendar: &str, call: &Call, now: DateTime<Utc>) -> Result<(Reply, Push), Reply> {
    let fields = call.fields()?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let id = text("id").ok_or_else(|| Reply::required("id"))?;
    if text("type") != Some("web_hook") {
        return Err(Reply::invalid("Unknown channel type"));
    }
    if world.channels.iter().any(|channel| channel.id == id) {
        return Err(Reply::error(
            400,
            "global",
            "channelIdNotUnique",
            &format!("Channel id {id} not unique"),
        ));
    }
    let target = text("address").and_then(Target::parse).ok_or_else(|| {
        Reply::error(
            401,
            "global",
            "push.webhookUrlUnauthorized",
            "Unauthorized WebHook callback channel",
        )
    })?;
    let ttl = fields.get("params").and_then(|params| params.get("ttl"));
    let ttl = ttl.and_then(Value::as_str).and_then(|ttl| ttl.parse().ok());
    let expires = now + TimeDelta::seconds(ttl.unwrap_or(DEFAULT_LIFETIME_S).clamp(1, DEFAULT_LIFETIME_S));
    let mut channel = Channel {
        id: id.to_owned(),
        resource_id: format!("resource-{calendar}"),
        calendar: calendar.to_owned(),
        target,
        token: text("token").map(str::to_owned),
        expires,
        sent: 0,
    };
    let reply = Reply::ok(json!({
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": format!("https://www.googleapis.com/calendar/v3/calendars/{calendar}/events?alt=json"),
        "token": channel.token,
        "expiration": expires.timestamp_millis().to_string(),
    }));
    let push = channel.push("sync");
    world.channels.push(channel);
    Ok((reply, push))
}

pub(super) fn stop(world: &mut World, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields()?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let place = world.channels.iter().position(|channel| {
        Some(channel.id.as_str()) == text("id") && Some(channel.resource_id.as_str()) == text("resourceId")
    });
    match place {
        Some(place) => {
            world.channels.remove(place);
            Ok(Reply::empty())
        }
        None => Err(Reply::error(404, "global", "notFound", "Channel not found")),
    }
}

/// Tells every open channel of a calendar.
pub(super) fn changed(world: &mut World, calendar: &str, now: DateTime<Utc>) -> Vec<Push> {
    world.channels.retain(|channel| now < channel.expires);
    let channels = world.channels.iter_mut();
    channels
        .filter(|channel| channel.calendar == calendar)
        .map(|channel| channel.push("exists"))
        .collect()
}

impl Channel {
    fn push(&mut self, state: &str) -> Push {
        self.sent += 1;
        let mut headers = vec![
            ("x-goog-channel-id", self.id.clone()),
            ("x-goog-resource-id", self.resource_id.clone()),
            ("x-goog-resource-state", state.to_owned()),
            ("x-goog-message-number", self.sent.to_string()),
            (
                "x-goog-channel-expiration",
                httpdate::fmt_http_date(self.expires.into()),
            ),
        ];
        headers.extend(self.token.clone().map(|token| ("x-goog-channel-token", token)));
        Push {
            target: self.target.clone(),
            headers,
        }
    }
}

impl Push {
    /// Sends once. Whoever is not there misses it, as with Google after its retries.
    pub(super) async fn send(self) {
        let _unheard = self.target.post(&self.headers, "").await;
    }
}
