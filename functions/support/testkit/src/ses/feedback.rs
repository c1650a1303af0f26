//! What the service reports about a mail, in the words of its two kinds of reports: events, which configuration sets
//! publish, and the older notifications, which identities do.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::mail::Mail;
use super::mailbox::Fate;

/// Which of the two kinds are published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// `eventType`, with tags; only of mails that name a configuration set.
    #[default]
    Event,
    /// `notificationType`: bounces, complaints and deliveries, with the mail's headers and no tags.
    Notification,
    /// One and the other.
    Both,
}

/// One mail, as reports describe it.
pub(super) struct Subject<'a> {
    pub(super) mail: &'a Mail,
    pub(super) message_id: &'a str,
    pub(super) at: DateTime<Utc>,
    /// The account that sends.
    pub(super) account_id: &'a str,
    /// The key that signed the request.
    pub(super) caller: &'a str,
}

/// What happened: the type's name, the member that tells it, and what that says.
type Incident = (&'static str, &'static str, Value);

impl Shape {
    /// Everything that is reported of a mail, in order. The fates are those of its recipients.
    pub(super) fn reports(self, subject: &Subject<'_>, fates: &[(String, Fate)]) -> Vec<Value> {
        let mut incidents = Vec::new();
        if fates.iter().any(|(_, fate)| *fate != Fate::NotRendered) {
            incidents.push(("Send", "send", json!({})));
        }
        for (number, (recipient, fate)) in fates.iter().enumerate() {
            let feedback_id = feedback_id(subject.message_id, number);
            incidents.extend(subject.incidents(recipient, *fate, &feedback_id));
        }
        let mut reports = Vec::new();
        for incident in incidents {
            if self != Self::Notification && subject.mail.configuration_set.is_some() {
                reports.push(subject.event(&incident));
            }
            if self != Self::Event {
                reports.extend(subject.notification(&incident));
            }
        }
        reports
    }
}

impl Subject<'_> {
    fn event(&self, (name, member, told): &Incident) -> Value {
        let mut mail = self.described();
        mail.insert("tags".to_owned(), self.tags());
        json!({ "eventType": name, "mail": mail, *member: told })
    }

    fn notification(&self, (name, member, told): &Incident) -> Option<Value> {
        let is_known = matches!(*name, "Bounce" | "Complaint" | "Delivery");
        let mut mail = self.described();
        mail.insert("sourceIp".to_owned(), json!("127.0.0.1"));
        mail.insert("callerIdentity".to_owned(), json!(self.caller));
        is_known.then(|| json!({ "notificationType": name, "mail": mail, *member: told }))
    }

    fn described(&self) -> Map<String, Value> {
        let mail = self.mail;
        let mut headers = vec![("From", mail.from.as_str())];
        headers.extend(
            mail.reply_to
                .iter()
                .map(|reply_to| ("Reply-To", reply_to.as_str())),
        );
        headers.extend(mail.to.iter().map(|to| ("To", to.as_str())));
        headers.extend([("Subject", mail.subject.as_str()), ("MIME-Version", "1.0")]);
        let own = mail.headers.iter();
        headers.extend(own.map(|(name, value)| (name.as_str(), value.as_str())));
        let headers: Vec<Value> = headers
            .into_iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        let identity = mail.sender().unwrap_or_default();
        let described = json!({
            "timestamp": stamp(self.at),
            "source": mail.from,
            "sourceArn": format!("arn:aws:ses:us-east-1:{}:identity/{identity}", self.account_id),
            "sendingAccountId": self.account_id,
            "messageId": self.message_id,
            "destination": mail.recipients,
            "headersTruncated": false,
            "headers": headers,
            "commonHeaders": {
                "from": [mail.from],
                "to": mail.to,
                "messageId": self.message_id,
                "subject": mail.subject,
            },
        });
        match described {
            Value::Object(described) => described,
            _ => Map::new(),
        }
    }

    fn tags(&self) -> Value {
        let domain = self.mail.sender().unwrap_or_default();
        let domain = domain.rsplit_once('@').map_or("", |(_, domain)| domain);
        let mut tags = Map::new();
        for (name, value) in &self.mail.tags {
            tags.insert(name.clone(), json!([value]));
        }
        for (name, value) in [
            (
                "ses:configuration-set",
                self.mail.configuration_set.as_deref().unwrap_or_default(),
            ),
            ("ses:source-ip", "127.0.0.1"),
            ("ses:from-domain", domain),
            ("ses:caller-identity", self.caller),
        ] {
            tags.insert(name.to_owned(), json!([value]));
        }
        Value::Object(tags)
    }

    fn incidents(&self, recipient: &str, fate: Fate, feedback_id: &str) -> Vec<Incident> {
        let bounce = |bounced: Bounce| ("Bounce", "bounce", bounced.told(recipient, feedback_id));
        let delivery = || {
            let told = json!({
                "timestamp": stamp(Utc::now()),
                "processingTimeMillis": 546,
                "recipients": [recipient],
                "smtpResponse": "250 2.6.0 Message received",
                "remoteMtaIp": "127.0.2.0",
                "reportingMTA": "mta.example.com",
            });
            ("Delivery", "delivery", told)
        };
        match fate {
            Fate::Delivered => vec![delivery()],
            Fate::HardBounce => vec![bounce(NO_MAILBOX)],
            Fate::SoftBounce => vec![bounce(MAILBOX_FULL)],
            Fate::AutoReply => vec![delivery(), bounce(AUTOMATIC_REPLY)],
            Fate::SuppressedGlobally => vec![bounce(SUPPRESSED)],
            Fate::SuppressedAfterBounce => vec![bounce(ON_ACCOUNT_LIST)],
            Fate::Complaint => vec![delivery(), complaint(recipient, feedback_id, None)],
            Fate::SuppressedAfterComplaint => {
                vec![complaint(
                    recipient,
                    feedback_id,
                    Some("OnAccountSuppressionList"),
                )]
            }
            Fate::Rejected => vec![("Reject", "reject", json!({ "reason": "Bad content" }))],
            Fate::Delayed => vec![("DeliveryDelay", "deliveryDelay", delay(recipient))],
            Fate::NotRendered => vec![(
                "Rendering Failure",
                "failure",
                json!({
                    "errorMessage": "Attribute 'name' is not present in the rendering data.",
                    "templateName": "template",
                }),
            )],
        }
    }
}

struct Bounce {
    kind: &'static str,
    sub_kind: &'static str,
    status: &'static str,
    diagnosis: &'static str,
    reporter: &'static str,
}

const NO_MAILBOX: Bounce = Bounce {
    kind: "Permanent",
    sub_kind: "General",
    status: "5.1.1",
    diagnosis: "smtp; 550 5.1.1 user unknown",
    reporter: "dsn; mta.example.com",
};
const MAILBOX_FULL: Bounce = Bounce {
    kind: "Transient",
    sub_kind: "MailboxFull",
    status: "5.2.2",
    diagnosis: "smtp; 552 5.2.2 mailbox full",
    reporter: "dsn; mta.example.com",
};
const AUTOMATIC_REPLY: Bounce = Bounce {
    kind: "Transient",
    sub_kind: "General",
    status: "4.0.0",
    diagnosis: "smtp; automatic reply",
    reporter: "dsn; mta.example.com",
};
const SUPPRESSED: Bounce = Bounce {
    kind: "Permanent",
    sub_kind: "Suppressed",
    status: "5.1.1",
    diagnosis: "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as \
        an invalid address.",
    reporter: "dns; amazonses.com",
};
const ON_ACCOUNT_LIST: Bounce = Bounce {
    kind: "Permanent",
    sub_kind: "OnAccountSuppressionList",
    status: "5.1.1",
    diagnosis: "Amazon SES did not send the message to this address because it is on the suppression list for \
        your account.",
    reporter: "dns; amazonses.com",
};

impl Bounce {
    fn told(&self, recipient: &str, feedback_id: &str) -> Value {
        json!({
            "bounceType": self.kind,
            "bounceSubType": self.sub_kind,
            "bouncedRecipients": [{
                "emailAddress": recipient,
                "action": "failed",
                "status": self.status,
                "diagnosticCode": self.diagnosis,
            }],
            "timestamp": stamp(Utc::now()),
            "feedbackId": feedback_id,
            "reportingMTA": self.reporter,
        })
    }
}

/// A complaint comes from the other side, or from the account's own list: then nobody read the mail.
fn complaint(recipient: &str, feedback_id: &str, sub_kind: Option<&str>) -> Incident {
    let mut told = json!({
        "complainedRecipients": [{ "emailAddress": recipient }],
        "complaintSubType": sub_kind,
        "timestamp": stamp(Utc::now()),
        "feedbackId": feedback_id,
    });
    if sub_kind.is_none() {
        told["userAgent"] = json!("Amazon SES Mailbox Simulator");
        told["complaintFeedbackType"] = json!("abuse");
        told["arrivalDate"] = json!(stamp(Utc::now()));
    }
    ("Complaint", "complaint", told)
}

fn delay(recipient: &str) -> Value {
    let now = Utc::now();
    json!({
        "timestamp": stamp(now),
        "delayType": "TransientCommunicationFailure",
        "expirationTime": stamp(now + TimeDelta::hours(14)),
        "delayedRecipients": [{
            "emailAddress": recipient,
            "status": "4.4.1",
            "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
        }],
    })
}

/// The id of the report on a recipient: it stays the same when the report comes again.
pub(super) fn feedback_id(message_id: &str, number: usize) -> String {
    let whole = message_id.strip_suffix("-000000").unwrap_or(message_id);
    format!("{whole}-f{number:05}")
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
