//! Everything that the service knows.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::account::Account;
use super::feedback::{Subject, feedback_id};
use super::mail::Mail;
use super::mailbox::Fate;
use super::publish::{Feedback, Topic};
use super::refusal::{not_found, too_fast};
use super::suppression::SuppressionList;
use crate::call::Reply;
use crate::mishap::Mishaps;
use crate::rate::Rate;

const MOST_ACCEPTED: usize = 200_000;
const MOST_BODIES: usize = 2_000;
const MOST_QUEUED: usize = 200_000;

/// A mail to one recipient that the service accepted. A mail to several is here several times, under one id.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AcceptedMail {
    /// The address alone.
    pub recipient: String,
    /// What the sender was told, if it heard.
    pub message_id: String,
    /// As given, with a display name.
    pub from: String,
    /// As given.
    pub reply_to: Vec<String>,
    /// As given.
    pub subject: String,
    /// The headers that the sender set, in order.
    pub headers: Vec<(String, String)>,
    /// The sender's tags.
    pub tags: BTreeMap<String, String>,
    /// The configuration set that the sender named.
    pub configuration_set: Option<String>,
    /// The body, of the newest 2,000 mails.
    pub html: Option<String>,
    /// The body, of the newest 2,000 mails.
    pub text: Option<String>,
    /// A raw message, of the newest 2,000 mails.
    pub raw: Option<String>,
    /// How long the request was, or the raw message in it.
    pub size_bytes: usize,
    /// What became of it.
    pub fate: Fate,
    /// When it was accepted.
    pub at: DateTime<Utc>,
}

impl AcceptedMail {
    /// A header's value, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) account: Account,
    pub(super) suppression: SuppressionList,
    pub(super) mishaps: Mishaps,
    pub(super) accepted: VecDeque<AcceptedMail>,
    pub(super) feedback: Feedback,
    pub(super) topic: Option<Topic>,
    pub(super) queue: VecDeque<Value>,
    /// What was asked for, whether it was accepted or not.
    pub(super) asked: Rate,
    granted: Rate,
    sent: u64,
    pub(super) throttled: u64,
    /// Tells this simulator's ids from another's.
    origin: String,
}

impl World {
    pub(super) fn new() -> Self {
        let born = Utc::now().timestamp_nanos_opt().unwrap_or_default();
        Self {
            account: Account::default(),
            suppression: SuppressionList::new(),
            mishaps: Mishaps::default(),
            accepted: VecDeque::new(),
            feedback: Feedback::default(),
            topic: None,
            queue: VecDeque::new(),
            asked: Rate::default(),
            granted: Rate::default(),
            sent: 0,
            throttled: 0,
            origin: format!("{born}/{}", std::process::id()),
        }
    }

    /// Counts a request before anything else happens to it.
    pub(super) fn arrive(&mut self, recipients: usize) {
        self.asked.count(Instant::now(), recipients.max(1));
    }

    /// Accepts a mail, or refuses it; with what is to be reported of it.
    pub(super) fn send(&mut self, mail: &Mail, caller: &str) -> Result<(Reply, Vec<Value>), Reply> {
        let recipients = mail.recipients.len();
        self.account.admits(self.sent, recipients)?;
        self.account.checks(&mail.sender()?, &mail.recipients)?;
        if let (Some(named), Some(known)) = (&mail.configuration_set, &self.account.configuration_sets)
            && !known.contains(named)
        {
            return Err(not_found(&format!("Configuration set <{named}> does not exist.")));
        }
        self.throttle(recipients)?;
        self.sent += u64::try_from(recipients).unwrap_or(u64::MAX);
        let message_id = self.message_id();
        let fates: Vec<(String, Fate)> = mail
            .recipients
            .iter()
            .map(|recipient| (recipient.clone(), self.fate(recipient)))
            .collect();
        let at = Utc::now();
        for (number, (recipient, fate)) in fates.iter().enumerate() {
            self.record(mail, recipient, &message_id, *fate, at);
            if let Some(reason) = fate.suppresses()
                && self.account.keeps(reason.name())
            {
                let cause = (message_id.clone(), feedback_id(&message_id, number));
                self.suppression.add(recipient, reason, Some(cause));
            }
        }
        let subject = Subject {
            mail,
            message_id: &message_id,
            at,
            account_id: self.feedback.account_id(),
            caller,
        };
        let mut reports = self.feedback.shape.reports(&subject, &fates);
        reports.retain(|report| self.feedback.wants(report));
        Ok((Reply::json(200, json!({ "MessageId": message_id })), reports))
    }

    /// Sends reports there from now on. `None` when that is no topic.
    pub(super) fn send_feedback_to(&mut self, feedback: Feedback) -> Option<()> {
        self.topic = feedback.topic()?;
        self.feedback = feedback;
        Some(())
    }

    /// Keeps a report for whoever asks.
    pub(super) fn queue(&mut self, report: Value) {
        self.queue.push_back(report);
        if self.queue.len() > MOST_QUEUED {
            self.queue.pop_front();
        }
    }

    pub(super) fn shown_account(&self) -> Value {
        self.account.shown(self.sent)
    }

    /// How many mails met which fate.
    pub(super) fn summary(&self) -> Value {
        let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
        for mail in &self.accepted {
            *fates.entry(mail.fate).or_default() += 1;
        }
        json!({
            "accepted": self.sent,
            "fates": fates,
            "max_rate": self.asked.highest(),
            "throttled": self.throttled,
        })
    }

    fn throttle(&mut self, recipients: usize) -> Result<(), Reply> {
        let now = Instant::now();
        let count = u32::try_from(self.granted.at(now) + recipients).unwrap_or(u32::MAX);
        if f64::from(count) > self.account.send_quota.max_send_rate {
            self.throttled += 1;
            return Err(too_fast());
        }
        self.granted.count(now, recipients);
        Ok(())
    }

    fn fate(&self, recipient: &str) -> Fate {
        match self.suppression.reason(recipient) {
            Some(reason) if self.account.keeps(reason.name()) => Fate::of_suppressed(reason),
            _ => Fate::of(recipient),
        }
    }

    fn record(&mut self, mail: &Mail, recipient: &str, message_id: &str, fate: Fate, at: DateTime<Utc>) {
        self.accepted.push_back(AcceptedMail {
            recipient: recipient.to_owned(),
            message_id: message_id.to_owned(),
            from: mail.from.clone(),
            reply_to: mail.reply_to.clone(),
            subject: mail.subject.clone(),
            headers: mail.headers.clone(),
            tags: mail.tags.clone(),
            configuration_set: mail.configuration_set.clone(),
            html: mail.html.clone(),
            text: mail.text.clone(),
            raw: mail.raw.clone(),
            size_bytes: mail.size_bytes,
            fate,
            at,
        });
        let old = self.accepted.len().checked_sub(MOST_BODIES + 1);
        if let Some(old) = old.and_then(|old| self.accepted.get_mut(old)) {
            (old.html, old.text, old.raw) = (None, None, None);
        }
        if self.accepted.len() > MOST_ACCEPTED {
            self.accepted.pop_front();
        }
    }

    /// As long as the service's own: 16 digits, a UUID, six digits.
    fn message_id(&self) -> String {
        let digest = Sha256::digest(format!("{}/{}", self.origin, self.sent));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!(
            "{:016x}-{}-{}-{}-{}-{}-000000",
            Utc::now().timestamp_millis(),
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        )
    }
}
