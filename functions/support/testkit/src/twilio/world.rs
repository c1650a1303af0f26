//! Everything that Twilio knows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use chrono::Utc;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::account::TwilioAccount;
use super::message::{TextMessage, stamp};
use super::order::Order;
use super::refusal::{not_found, too_fast};
use super::webhook::{Webhook, Webhooks};
use crate::call::{Call, Reply};
use crate::mishap::Mishaps;
use crate::rate::Rate;

const MOST_MESSAGES: usize = 100_000;
const MOST_UNHEARD: usize = 100_000;
const PAGE: usize = 50;
const STOP_WORDS: [&str; 8] = [
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
];
const START_WORDS: [&str; 3] = ["START", "YES", "UNSTOP"];

#[derive(Debug)]
pub(super) struct World {
    pub(super) account: TwilioAccount,
    pub(super) webhooks: Webhooks,
    pub(super) mishaps: Mishaps,
    pub(super) unsubscribed: BTreeSet<String>,
    pub(super) unheard: VecDeque<Webhook>,
    pub(super) asked: Rate,
    granted: Rate,
    /// By number, in the order of acceptance.
    messages: BTreeMap<u64, TextMessage>,
    numbers: BTreeMap<String, u64>,
    count: u64,
    /// Tells this simulator's SIDs from another's.
    origin: String,
}

impl World {
    pub(super) fn new() -> Self {
        let born = Utc::now().timestamp_nanos_opt().unwrap_or_default();
        Self {
            account: TwilioAccount::default(),
            webhooks: Webhooks::default(),
            mishaps: Mishaps::default(),
            unsubscribed: BTreeSet::new(),
            unheard: VecDeque::new(),
            asked: Rate::default(),
            granted: Rate::default(),
            messages: BTreeMap::new(),
            numbers: BTreeMap::new(),
            count: 0,
            origin: format!("{born}/{}", std::process::id()),
        }
    }

    /// Accepts a message, or refuses it.
    pub(super) fn send(&mut self, body: &[u8]) -> Result<TextMessage, Reply> {
        let order = Order::parse(body, &self.account, &self.unsubscribed)?;
        let now = Instant::now();
        let rate = self.granted.at(now);
        if self.account.max_rate.is_some_and(|most| rate >= most) {
            return Err(too_fast());
        }
        self.granted.count(now, 1);
        let sid = self.sid();
        let message = TextMessage::new(order, sid, &self.account.account_sid);
        self.numbers.insert(message.sid.clone(), self.count);
        self.messages.insert(self.count, message.clone());
        if self.messages.len() > MOST_MESSAGES
            && let Some((_, old)) = self.messages.pop_first()
        {
            self.numbers.remove(&old.sid);
        }
        Ok(message)
    }

    /// Takes a message a step further, and says what is to be told of it.
    pub(super) fn advance(
        &mut self,
        sid: &str,
        status: &'static str,
        error_code: Option<u32>,
    ) -> Option<Webhook> {
        let pooled = self.account.pooled();
        let message = self.messages.get_mut(self.numbers.get(sid)?)?;
        message.advance(status, error_code, &pooled);
        let url = message.status_callback.as_ref()?;
        Some(Webhook::new(url, message.callback(), &self.account.auth_token))
    }

    /// Sends webhooks there from now on. `None` when they would leave this machine.
    pub(super) fn send_webhooks_to(&mut self, webhooks: Webhooks) -> Option<()> {
        self.webhooks = Some(webhooks).filter(Webhooks::is_local)?;
        Some(())
    }

    /// Keeps what nobody heard.
    pub(super) fn miss(&mut self, webhook: Webhook) {
        self.unheard.push_back(webhook);
        if self.unheard.len() > MOST_UNHEARD {
            self.unheard.pop_front();
        }
    }

    /// Takes a message from a person: what the person says may end or begin the subscription, and is told in any case.
    pub(super) fn receive(&mut self, from: &str, to: &str, body: &str) -> Option<Webhook> {
        let word = body.trim().to_uppercase();
        if STOP_WORDS.contains(&word.as_str()) {
            self.unsubscribed.insert(from.to_owned());
        } else if START_WORDS.contains(&word.as_str()) {
            self.unsubscribed.remove(from);
        }
        let sid = self.sid();
        let url = self.webhooks.inbound_url.as_ref()?;
        let fields = [
            ("AccountSid", self.account.account_sid.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("Body", body),
            ("From", from),
            ("FromCity", ""),
            ("FromCountry", "US"),
            ("FromState", ""),
            ("FromZip", ""),
            ("MessageSid", &sid),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("SmsMessageSid", &sid),
            ("SmsSid", &sid),
            ("SmsStatus", "received"),
            ("To", to),
            ("ToCity", ""),
            ("ToCountry", "US"),
            ("ToState", ""),
            ("ToZip", ""),
        ];
        let fields = fields.map(|(name, value)| (name, value.to_owned()));
        Some(Webhook::new(url, fields.into(), &self.account.auth_token))
    }

    pub(super) fn messages(&self) -> Vec<TextMessage> {
        self.messages.values().cloned().collect()
    }

    pub(super) fn forget_messages(&mut self) {
        self.messages.clear();
        self.numbers.clear();
    }

    pub(super) fn message(&self, sid: &str) -> Result<Reply, Reply> {
        let message = self.numbers.get(sid).and_then(|number| self.messages.get(number));
        match message {
            Some(message) => Ok(Reply::json(200, message.shown())),
            None => Err(not_found(&format!("Messages/{sid}.json"))),
        }
    }

    /// A page of the messages, newest first, by recipient and sender.
    pub(super) fn list(&self, call: &Call) -> Reply {
        let number = |name: &str| call.query.get(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("PageSize").unwrap_or(PAGE).clamp(1, 1_000);
        let page = number("Page").unwrap_or(0);
        let (to, from) = (call.query.get("To"), call.query.get("From"));
        let wanted = self.messages.values().rev().filter(|message| {
            to.is_none_or(|to| *to == message.to)
                && from.is_none_or(|from| Some(from) == message.from.as_ref())
        });
        let mut rest = wanted.skip(page.saturating_mul(size)).peekable();
        let messages: Vec<Value> = rest.by_ref().take(size).map(TextMessage::shown).collect();
        let place = |page: usize| {
            let kept = [("To", to), ("From", from)].into_iter();
            let kept = kept.filter_map(|(name, value)| Some((name, value?.as_str())));
            let kept = crate::outgoing::form(kept);
            let account = &self.account.account_sid;
            format!("/2010-04-01/Accounts/{account}/Messages.json?{kept}&PageSize={size}&Page={page}")
        };
        Reply::json(
            200,
            json!({
                "end": (page * size + messages.len()).saturating_sub(1),
                "first_page_uri": place(0),
                "next_page_uri": rest.peek().map(|_| place(page + 1)),
                "page": page,
                "page_size": size,
                "previous_page_uri": page.checked_sub(1).map(place),
                "start": page * size,
                "uri": place(page),
                "messages": messages,
            }),
        )
    }

    /// The account itself: what a client reads to see whether it may call.
    pub(super) fn shown_account(&self) -> Reply {
        let sid = &self.account.account_sid;
        Reply::json(
            200,
            json!({
                "auth_token": null,
                "date_created": stamp(Utc::now()),
                "date_updated": stamp(Utc::now()),
                "friendly_name": "Simulator",
                "owner_account_sid": sid,
                "sid": sid,
                "status": "active",
                "subresource_uris": { "messages": format!("/2010-04-01/Accounts/{sid}/Messages.json") },
                "type": "Full",
                "uri": format!("/2010-04-01/Accounts/{sid}.json"),
            }),
        )
    }

    fn sid(&mut self) -> String {
        self.count += 1;
        let digest = Sha256::digest(format!("{}/{}", self.origin, self.count));
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("SM{hex}")
    }
}
