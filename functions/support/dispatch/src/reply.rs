//! An answer to a guest in their thread: posted by the platform's API, or by mail to where its notification came from.

use campaign::{Address, Delivery, DeliveryId, InvalidAddress, Occurrence, Purpose};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use contract::replies::REPLIES;
use inbox::{Native, Private, Source, ThreadId};
use mailer::Mail;
use manifest::{Manifest, MessagingApi};
use serde::{Deserialize, Serialize};

use crate::Outgoing;
use crate::message::{Broken, Texts, from};

/// An answer as its delivery carries it: what is sent is what was decided, word by word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The thread's id.
    pub thread: ThreadId,
    /// The platform's id.
    pub platform: String,
    /// The platform's own names of the thread and of the message that is answered.
    pub native: Native,
    /// By which way the message came: it is answered by the same.
    pub source: Source,
    /// Its subject.
    pub subject: Option<Private>,
    /// The words.
    pub text: Private,
    /// Whether a rule answers, and not a person.
    pub is_automatic: bool,
}

/// The longest message id that is named in a header, whose line has at most 998 bytes (RFC 5322, section 2.1.1).
const MAX_MESSAGE_ID_BYTES: usize = 900;

/// When, and under whose rules.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The site, where it is known.
    pub site: Option<String>,
    /// The zone in which quiet hours are meant.
    pub zone: Tz,
    /// With which month's batch it is stored: the same each time that it is asked for, or it would be another one.
    pub batch: String,
    /// The present.
    pub now: DateTime<Utc>,
    /// From here on it is not sent any more.
    pub expires_at: DateTime<Utc>,
}

impl Reply {
    /// The delivery of an answer. `key` says what for: the same makes the same delivery.
    ///
    /// # Errors
    /// Never: a thread's id is an address.
    pub fn delivery(&self, key: &str, terms: Terms) -> Result<Delivery, InvalidAddress> {
        let address = Address::thread(self.thread.as_str())?;
        let occurrence = Occurrence {
            campaign: REPLIES.to_owned(),
            batch: terms.batch,
            key: key.to_owned(),
        };
        let id = DeliveryId::new(&occurrence, &address, None);
        let purpose = if self.is_automatic {
            Purpose::Transactional
        } else {
            Purpose::Personal
        };
        Ok(Delivery {
            site: terms.site,
            context: serde_json::to_value(self).unwrap_or_default(),
            zone: terms.zone,
            ..Delivery::planned(id, address, (purpose, ""), (terms.now, terms.expires_at))
        })
    }
}

/// An answer that a platform's API takes.
#[derive(Debug, Clone)]
pub struct Post {
    /// How.
    pub api: MessagingApi,
    /// The platform's own names.
    pub native: Native,
    /// The words.
    pub text: Private,
}

/// What goes out, and its words.
pub(crate) fn render(
    manifest: &Manifest,
    texts: &Texts,
    delivery: &Delivery,
) -> Result<(Outgoing, String), Broken> {
    let reply: Reply = serde_json::from_value(delivery.context.clone())
        .map_err(|_| Broken("the delivery is no answer".to_owned()))?;
    let text = reply.text.reveal().to_owned();
    let outgoing = match &reply.source {
        Source::Api => Outgoing::Post(Box::new(post(manifest, &reply)?)),
        Source::Mail { reply_to, .. } => {
            let to = reply_to.as_ref();
            let to = to.ok_or_else(|| Broken("the mail says nowhere to answer".to_owned()))?;
            Outgoing::Mail(Box::new(mail(manifest, texts, delivery, (&reply, to))?))
        }
    };
    Ok((outgoing, text))
}

fn post(manifest: &Manifest, reply: &Reply) -> Result<Post, Broken> {
    let platform = manifest.platform(&reply.platform);
    let api = platform.and_then(|platform| platform.inbox.as_ref()?.api.as_ref());
    let api = api.filter(|api| api.reply.is_some());
    Ok(Post {
        api: api
            .ok_or_else(|| Broken("the platform takes no answers from us".to_owned()))?
            .clone(),
        native: reply.native.clone(),
        text: reply.text.clone(),
    })
}

fn mail(
    manifest: &Manifest,
    texts: &Texts,
    delivery: &Delivery,
    (reply, to): (&Reply, &Private),
) -> Result<Mail, Broken> {
    let sender = manifest.messages.email.as_ref();
    let sender = sender.ok_or_else(|| Broken("nobody sends by email".to_owned()))?;
    // What the platform's mail names is from outside: one address of ours to read, or none.
    let to = Address::mailbox_as_written(to.reveal()).map_err(|error| Broken(error.to_string()))?;
    let site = delivery.site.as_deref().and_then(|site| manifest.site(site));
    let subject = reply.subject.as_ref().map_or("Your message", Private::reveal);
    let subject: String = subject
        .chars()
        .filter(|letter| !letter.is_control())
        .take(200)
        .collect();
    let mut headers = Texts::headers_of(delivery);
    let answered = reply.native.message.reveal();
    // RFC 5322, section 3.6.4: by these the platform finds the thread. SES takes printable ASCII only, and a line of a mail
    // has an end: an id that does not fit is left out, so that the answer goes all the same.
    let is_printable = answered.bytes().all(|byte| byte.is_ascii_graphic());
    if answered.contains('@') && is_printable && answered.len() <= MAX_MESSAGE_ID_BYTES {
        let id = format!("<{}>", answered.trim_matches(['<', '>']));
        headers.extend([
            ("In-Reply-To".to_owned(), id.clone()),
            ("References".to_owned(), id),
        ]);
    }
    // RFC 3834, section 5: who answers by a machine says so.
    if reply.is_automatic {
        headers.push(("Auto-Submitted".to_owned(), "auto-replied".to_owned()));
    }
    Ok(Mail {
        from: from(sender, site),
        to,
        reply_to: sender
            .reply_to
            .as_ref()
            .map(|address| address.as_str().to_owned()),
        subject: if subject.to_ascii_lowercase().starts_with("re:") {
            subject
        } else {
            format!("Re: {subject}")
        },
        html: None,
        text: reply.text.reveal().to_owned(),
        headers,
        tags: Texts::tags_of(delivery),
        configuration_set: texts.configuration_set.clone(),
    })
}
