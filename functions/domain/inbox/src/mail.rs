//! A platform's notification by mail, by the manifest's mapping.

use booking::Pattern;
use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::{Message as Mail, MessageParser};
use manifest::{Manifest, NotificationMails, Platform};
use sha2::{Digest, Sha256};

use crate::draft::Draft;
use crate::limits::{MAX_MAIL_BYTES, MAX_NAME_BYTES, MAX_TEXT_BYTES, cut};
use crate::{Booking, Native, Private, Role, Sender, Source, Unreadable};

mod body;
mod bounds;
mod header;
mod place;
mod proof;

use body::Body;
use proof::Proof;

/// A clock that is more wrong than this is not believed: the mail is as old as its arrival.
const MOST_EARLY: TimeDelta = TimeDelta::days(30);
const MOST_LATE: TimeDelta = TimeDelta::hours(1);

/// Reads a mail that arrived then.
///
/// # Errors
/// [`Unreadable`] says why it is no message of a platform's: it is then put aside whole.
pub fn read_mail(bytes: &[u8], manifest: &Manifest, arrived: DateTime<Utc>) -> Result<Draft, Unreadable> {
    if bytes.len() > MAX_MAIL_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let parsed = bounds::bounded(bytes)?;
    let mail = MessageParser::default()
        .parse(parsed.as_ref())
        .ok_or(Unreadable::NoMail)?;
    if header::value(&mail, "X-SES-Virus-Verdict").is_some_and(|verdict| verdict.eq_ignore_ascii_case("fail"))
    {
        return Err(Unreadable::Harmful);
    }
    let proof = Proof::of(&mail);
    if proof.is_forged() {
        return Err(Unreadable::Forged);
    }
    let (platform, mapping, is_proven) = sender(&mail, &proof, manifest).ok_or(Unreadable::NoPlatform)?;
    let body = Body::of(&mail, &mapping.words);
    let subject = header::value(&mail, "Subject");
    let code = place::find(&mapping.booking_code, &mail, &body.text);
    let message = header::message_id(&mail).unwrap_or_else(|| digest(bytes));
    let thread = place::find(&mapping.thread, &mail, &body.text)
        .or_else(|| code.clone())
        .or_else(|| header::first_of_thread(&mail))
        .unwrap_or_else(|| message.clone());
    let listing = place::find(&mapping.listing, &mail, &body.text);
    let is_guests = body.words.is_some();
    let guest = if is_guests {
        place::find(&mapping.guest_name, &mail, &body.text)
    } else {
        None
    };
    let text = body.words.unwrap_or(body.text);
    if text.is_empty() && subject.is_none() {
        return Err(Unreadable::NoText);
    }
    Ok(Draft {
        platform: platform.id.to_string(),
        native: Native {
            thread: thread.into(),
            message: message.into(),
        },
        listing: listing
            .and_then(|native| mapping.listings.get(&native))
            .map(ToString::to_string),
        sender: Sender {
            role: if is_guests { Role::Guest } else { Role::Platform },
            name: guest.map(Private::from),
        },
        sent_at: sent_at(&mail, arrived),
        edited_at: None,
        edited_mark: None,
        text: cut(text, MAX_TEXT_BYTES).into(),
        is_html_original: body.is_html,
        booking: code.map(|code| Booking { code }),
        is_automatic: is_automatic(&mail, mapping, subject.as_deref(), is_guests),
        subject: subject.map(|subject| cut(subject, MAX_NAME_BYTES).into()),
        source: Source::Mail {
            reply_to: header::reply_to(&mail).map(Private::from),
            is_proven,
        },
        parts: body::parts(&mail),
    })
}

/// The platform that writes from the mail's address, and whether it is proven that the mail is from there. Who forwards a
/// mail may put an address of their own before it: the other addresses count, too, but anybody can write them, so that
/// they count only where they are proven.
fn sender<'m>(
    mail: &Mail<'_>,
    proof: &Proof,
    manifest: &'m Manifest,
) -> Option<(&'m Platform, &'m NotificationMails, bool)> {
    let of = |address: &str| {
        manifest.platforms.iter().find_map(|platform| {
            let mails = platform.inbox.as_ref()?.mail.as_ref()?;
            let is_from = |pattern: &manifest::Pattern| Pattern::new(pattern.as_str()).matches(address);
            mails.from.iter().any(is_from).then_some((platform, mails))
        })
    };
    if let Some(author) = header::author(mail)
        && let Some((platform, mails)) = of(&author)
    {
        return Some((platform, mails, proof.is_of_author(&author)));
    }
    let others = header::other_senders(mail);
    let mut proven = others.iter().filter(|address| proof.is_signed_for(address));
    let (platform, mails) = proven.find_map(|address| of(address))?;
    Some((platform, mails, true))
}

/// RFC 3834, and what came before it. A notification is made by a machine; when it passes on what a guest wrote, it is
/// automatic only where it says that the guest's words are.
fn is_automatic(
    mail: &Mail<'_>,
    mapping: &NotificationMails,
    subject: Option<&str>,
    is_guests: bool,
) -> bool {
    let says = |name: &str, values: &[&str]| {
        header::value(mail, name).is_some_and(|value| {
            let value = value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase();
            values.iter().any(|known| value == *known)
        })
    };
    let is_told = mapping
        .automatic
        .iter()
        .any(|pattern| subject.is_some_and(|subject| Pattern::new(pattern.as_str()).matches(subject)));
    let is_reply = says("Auto-Submitted", &["auto-replied"]) || says("Precedence", &["auto_reply"]);
    let is_notice = says("Auto-Submitted", &["auto-generated", "auto-notified"])
        || says("Precedence", &["bulk", "junk", "list"]);
    is_told || is_reply || (is_notice && !is_guests)
}

fn sent_at(mail: &Mail<'_>, arrived: DateTime<Utc>) -> DateTime<Utc> {
    let told = mail.date().filter(|date| date.is_valid());
    let told = told.and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0));
    let (first, last) = (arrived - MOST_EARLY, arrived + MOST_LATE);
    told.filter(|at| (first..=last).contains(at)).unwrap_or(arrived)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests;
