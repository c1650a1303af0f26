//! `GET /deliveries`: campaigns' messages, and what became of each.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use campaign::{Delivery, DeliveryId, Standing, Transition};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::SHARDS;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::broker::Broker;
use crate::input::Input;
use crate::page::{DEFAULT_LIMIT, MAX_CURSOR_CHARS, MAX_LIMIT};
use crate::problem::{Details, Problem};

/// The longest id, in characters.
const MAX_ID_CHARS: usize = 200;
/// So many deliveries are read for one page, however few of them are wanted.
const MAX_READ: usize = 5_000;

/// One message, and what became of it. Whoever it is to is masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct Row {
    /// Opaque.
    id: String,
    /// The campaign's id.
    campaign: String,
    /// The batch: one time of an audience, or the messages about bookings of a month.
    batch: String,
    /// `email` or `sms`.
    channel: &'static str,
    /// `transactional` or `marketing`.
    purpose: &'static str,
    /// Whom it is to, masked.
    #[schema(example = "al***@example.com")]
    to: String,
    /// What became of it.
    #[schema(example = "DELIVERED")]
    state: &'static str,
    /// Why, where there is a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// When it was or is due.
    #[schema(format = DateTime)]
    due_at: String,
    /// From here on it is not sent any more.
    #[schema(format = DateTime)]
    expires_at: String,
    /// How many times a sender took it in hand.
    attempts: u32,
    /// What SES or Twilio calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    /// Everything that happened to it, for one delivery.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trail: Vec<Line>,
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Line {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// The state before; absent when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    /// The state after.
    to: &'static str,
    /// Why, where there is a reason.
    #[serde(skip_serializing_if = "String::is_empty")]
    why: String,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deliveries {
    /// By batch.
    deliveries: Vec<Row>,
    /// Where the next page begins. Without it there is none; a page may be short, or empty, and have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Cursor {
    batch: String,
    shard: u8,
    after: Option<DeliveryId>,
}

#[utoipa::path(
    get,
    path = "/deliveries",
    operation_id = "list-deliveries",
    summary = "Campaigns' messages, and what became of each",
    params(
        ("campaign" = Option<String>, Query, description = "The campaign's id; needed unless `id` is given."),
        ("batch" = Option<String>, Query, description = "Only this batch."),
        ("state" = Option<String>, Query, description = "Only those in this state, such as `FAILED`."),
        ("id" = Option<String>, Query, description = "Only this one, with its trail."),
        ("limit" = Option<usize>, Query, description = "1 to 1000, 200 unless given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of them.", body = Deliveries),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 404, description = "`unknown`: there is no such delivery.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn list(broker: &Broker, fields: Map<String, Value>) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let id = input.text("id", MAX_ID_CHARS);
    if let Some(id) = id {
        input.finish()?;
        return one(broker, &id).await;
    }
    let campaign = input.required_text("campaign", MAX_ID_CHARS).unwrap_or_default();
    let batch = input.text("batch", MAX_ID_CHARS);
    let states = Standing::ALL.map(|standing| (standing.name(), standing));
    let state = input.choice("state", &states);
    let limit = input.count("limit", MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
    let cursor = input.text("cursor", MAX_CURSOR_CHARS);
    let cursor = cursor.map(|text| {
        let read = Cursor::parse(&text);
        if read.is_none() {
            input.refuse("cursor", "must be `next_cursor` of the page before");
        }
        read
    });
    input.finish()?;
    let wanted = Wanted { state, limit };
    let of = (campaign.as_str(), batch.as_deref());
    let page = wanted.page(broker, of, cursor.flatten()).await?;
    Ok(Answer::json(200, &page))
}

async fn one(broker: &Broker, id: &str) -> Result<Answer, Problem> {
    let unknown = || Problem::unknown("there is no such delivery");
    let id: DeliveryId = id.parse().map_err(|_| unknown())?;
    let delivery = broker.deliveries.load(&id).await?.ok_or_else(unknown)?;
    let trail = broker.deliveries.trail(&id).await?;
    let row = Row {
        trail: trail.iter().map(Line::of).collect(),
        ..Row::of(&delivery)
    };
    let page = Deliveries {
        deliveries: vec![row],
        next_cursor: None,
    };
    Ok(Answer::json(200, &page))
}

/// Which deliveries, and how many.
struct Wanted {
    state: Option<Standing>,
    limit: usize,
}

impl Wanted {
    async fn page(
        &self,
        broker: &Broker,
        (campaign, only): (&str, Option<&str>),
        cursor: Option<Cursor>,
    ) -> Result<Deliveries, Problem> {
        let (mut deliveries, mut read) = (Vec::new(), 0);
        let begun = cursor.as_ref().map(|cursor| cursor.batch.clone());
        let mut batch = match begun.or_else(|| only.map(str::to_owned)) {
            Some(name) => Some(name).filter(|name| only.is_none_or(|only| only == name)),
            None => broker.deliveries.batch_behind(campaign, None).await?,
        };
        // One after the other: however many there are, those behind the page are not looked at.
        while let Some(name) = batch {
            let at = cursor.as_ref().filter(|cursor| cursor.batch == name);
            let mut after = at.and_then(|at| at.after.clone());
            for shard in at.map_or(0, |at| at.shard)..SHARDS {
                loop {
                    let room = (self.limit - deliveries.len()).min(MAX_READ - read);
                    if room == 0 {
                        let next = Cursor {
                            batch: name,
                            shard,
                            after,
                        };
                        return Ok(Deliveries {
                            deliveries,
                            next_cursor: Some(next.encode()),
                        });
                    }
                    let most = u16::try_from(room).unwrap_or(u16::MAX);
                    let batch = format!("{campaign}.{name}");
                    let page = broker
                        .deliveries
                        .page(&batch, shard, after.as_ref(), most)
                        .await?;
                    let Some(last) = page.last() else { break };
                    after = Some(last.id.clone());
                    read += page.len();
                    let fitting = page
                        .iter()
                        .filter(|one| self.state.is_none_or(|state| one.standing() == state));
                    deliveries.extend(fitting.map(Row::of));
                }
                after = None;
            }
            batch = match only {
                Some(_) => None,
                None => broker.deliveries.batch_behind(campaign, Some(&name)).await?,
            };
        }
        Ok(Deliveries {
            deliveries,
            next_cursor: None,
        })
    }
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    fn encode(&self) -> String {
        // Texts and numbers always serialise.
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl Row {
    fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            campaign: delivery.id.campaign().to_owned(),
            batch: delivery.id.batch().to_owned(),
            channel: delivery.channel().name(),
            purpose: match delivery.purpose {
                campaign::Purpose::Transactional => "transactional",
                campaign::Purpose::Marketing => "marketing",
                campaign::Purpose::Personal => "personal",
            },
            to: delivery.address.masked(),
            state: delivery.standing().name(),
            why: delivery.state.why().map(str::to_owned),
            since: instant(delivery.since),
            due_at: instant(delivery.due_at),
            expires_at: instant(delivery.expires_at),
            attempts: delivery.attempt,
            message_id: delivery.message_id.clone(),
            trail: Vec::new(),
        }
    }
}

impl Line {
    fn of(line: &Transition) -> Self {
        Self {
            at: instant(line.at),
            from: line.from.map(Standing::name),
            to: line.to.name(),
            why: line.why.clone(),
        }
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
