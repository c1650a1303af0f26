//! A delivery's message: its templates, its sender, and what lets the recipient leave.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campaign::feedback::{DELIVERY_HEADER, DELIVERY_TAG};
use campaign::{Channel, Delivery, Purpose, UnsubscribeKey};
use contract::replies::{DECIDED_WORDS, INBOX_NOTICES};
use mailer::Mail;
use manifest::{EmailSender, Manifest, Site};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sms::Sms;
use template::Library;
use template::lint::{self, Class};

use crate::{Outgoing, reply};

/// What messages are made of, beside the deliveries themselves.
#[derive(Clone)]
pub struct Texts {
    /// The templates.
    pub library: Library,
    /// The key of unsubscribe links.
    pub unsubscribe: UnsubscribeKey,
    /// Where the API is, without a slash at its end.
    pub api_url: String,
    /// By which SES publishes feedback.
    pub configuration_set: String,
}

/// Why there is no message, without personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// Renders a delivery's message, and a digest of it.
///
/// # Errors
/// [`Broken`] when the templates do not make a message that may be sent, or nobody sends on its channel.
pub fn render(manifest: &Manifest, texts: &Texts, delivery: &Delivery) -> Result<(Outgoing, String), Broken> {
    let site = delivery.site.as_deref().and_then(|site| manifest.site(site));
    match delivery.channel() {
        Channel::Email => mail(manifest, texts, delivery, site),
        Channel::Sms => text(manifest, texts, delivery, site),
        Channel::Thread => {
            let (outgoing, text) = reply::render(manifest, texts, delivery)?;
            Ok((outgoing, digest(&[&text])))
        }
    }
}

fn mail(
    manifest: &Manifest,
    texts: &Texts,
    delivery: &Delivery,
    site: Option<&Site>,
) -> Result<(Outgoing, String), Broken> {
    let nobody = || Broken("nobody sends by email".to_owned());
    let sender = manifest.messages.email.as_ref().ok_or_else(nobody)?;
    let (purpose, unsubscribe) = match delivery.purpose {
        Purpose::Transactional | Purpose::Personal => (lint::Purpose::Transactional, None),
        Purpose::Marketing => (lint::Purpose::Marketing, Some(texts.unsubscribe_url(delivery))),
    };
    let mut context = delivery.context.clone();
    if let (Some(url), Some(fields)) = (&unsubscribe, context.as_object_mut()) {
        fields.insert("unsubscribe_url".to_owned(), url.as_str().into());
    }
    let email = texts.library.email(&delivery.template, &context);
    // The error names the template and the place in it; a value of the context is not in it.
    let email = email.map_err(|error| Broken(error.to_string()))?;
    let findings = lint::check_message(&delivery.template, &email.html, purpose);
    if let Some(finding) = findings.iter().find(|finding| finding.class == Class::Error) {
        let (rule, line) = (finding.rule, finding.line);
        return Err(Broken(format!(
            "{}: line {line} of the mail: {rule}",
            delivery.template
        )));
    }
    let digest = digest(&[&email.subject, &email.html, &email.text]);
    let mut headers = Texts::headers_of(delivery);
    match unsubscribe {
        // RFC 8058: one click, by POST; nothing happens to who only follows the link.
        Some(url) => headers.extend([
            ("List-Unsubscribe".to_owned(), format!("<{url}>")),
            (
                "List-Unsubscribe-Post".to_owned(),
                "List-Unsubscribe=One-Click".to_owned(),
            ),
        ]),
        // RFC 3834: no machine shall answer it.
        None => headers.push(("Auto-Submitted".to_owned(), "auto-generated".to_owned())),
    }
    let mail = Mail {
        from: from(sender, site),
        to: delivery.address.as_str().to_owned(),
        reply_to: sender
            .reply_to
            .as_ref()
            .map(|address| address.as_str().to_owned()),
        subject: email.subject,
        html: Some(email.html),
        text: email.text,
        headers,
        tags: Texts::tags_of(delivery),
        configuration_set: texts.configuration_set.clone(),
    };
    Ok((Outgoing::Mail(Box::new(mail)), digest))
}

fn text(
    manifest: &Manifest,
    texts: &Texts,
    delivery: &Delivery,
    site: Option<&Site>,
) -> Result<(Outgoing, String), Broken> {
    let nobody = || Broken("nobody sends by sms".to_owned());
    let sender = manifest.messages.sms.as_ref().ok_or_else(nobody)?;
    let decided = delivery.context.get(DECIDED_WORDS).and_then(Value::as_str);
    let body = match decided.filter(|_| delivery.id.campaign() == INBOX_NOTICES) {
        Some(words) => words.to_owned(),
        None => {
            let rendered = texts.library.sms(&delivery.template, &delivery.context);
            rendered.map_err(|error| Broken(error.to_string()))?.text
        }
    };
    let own = site.and_then(|site| site.messages.sms_number.as_ref());
    let digest = digest(&[&body]);
    let sms = Sms {
        from: own.unwrap_or(&sender.number).as_str().to_owned(),
        to: delivery.address.as_str().to_owned(),
        body,
        status_callback: format!("{}/callbacks/twilio?delivery={}", texts.api_url, delivery.id),
        validity: chrono::TimeDelta::minutes(sender.validity_minutes.get().max(1).into()),
    };
    Ok((Outgoing::Sms(sms), digest))
}

impl Texts {
    /// The headers by which a mail's feedback finds its delivery.
    pub(crate) fn headers_of(delivery: &Delivery) -> Vec<(String, String)> {
        vec![(DELIVERY_HEADER.to_owned(), delivery.id.to_string())]
    }

    /// The tags by which it does.
    pub(crate) fn tags_of(delivery: &Delivery) -> Vec<(String, String)> {
        vec![
            (DELIVERY_TAG.to_owned(), delivery.id.to_string()),
            ("campaign".to_owned(), delivery.id.campaign().to_owned()),
        ]
    }

    fn unsubscribe_url(&self, delivery: &Delivery) -> String {
        let token = self.unsubscribe.token(&delivery.id);
        format!("{}/unsubscribe/{token}", self.api_url)
    }
}

/// `"Harbor" <hello@harbor.example>`. A name that is not plain ASCII is an encoded word (RFC 2047), as SES asks.
pub(crate) fn from(sender: &EmailSender, site: Option<&Site>) -> String {
    let own = site.and_then(|site| site.messages.email_name.as_ref());
    let name = own.unwrap_or(&sender.name).as_str();
    let address = sender.address.as_str();
    if name.is_ascii() {
        let quoted: String = name
            .chars()
            .flat_map(|letter| {
                matches!(letter, '"' | '\\')
                    .then_some('\\')
                    .into_iter()
                    .chain([letter])
            })
            .collect();
        return format!("\"{quoted}\" <{address}>");
    }
    // An encoded word has at most 75 characters, so a long name takes several; each holds whole characters.
    let mut words = Vec::new();
    let mut part = String::new();
    for letter in name.chars() {
        if part.len() + letter.len_utf8() > 42 {
            words.push(std::mem::take(&mut part));
        }
        part.push(letter);
    }
    words.push(part);
    let words: Vec<String> = words
        .iter()
        .map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)))
        .collect();
    format!("{} <{address}>", words.join(" "))
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
