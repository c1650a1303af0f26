//! What becomes of a guest's message, by the manifest's rules; and what keeps two machines from writing to each other.

mod booking;
mod context;
mod decision;
mod fit;
mod words;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use manifest::{BookingIs, Manifest, ReplyMode, ReplyRule, Site, Then};
use template::Library;

pub use booking::{BookingFact, booking_is};
pub use context::context;
pub use decision::{Act, Decision, MAX_REPLY_CHARS, reply_text};
pub use fit::{Misfit, fits};

use crate::{Message, Private, Role, Source, Written, text_digest};

/// So often a thread is answered by rules until a person has written in it. What goes on for longer is no conversation, however
/// slowly it goes.
pub const MAX_UNATTENDED: usize = 6;

/// All that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What was written.
    pub message: &'a Message,
    /// The manifest.
    pub manifest: &'a Manifest,
    /// How it stands with the booking that it is about.
    pub booking: BookingIs,
    /// What has happened in the thread, and elsewhere.
    pub history: &'a History,
    /// The present.
    pub now: DateTime<Utc>,
}

/// What has happened in a thread, and elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// When the host last wrote.
    pub host_at: Option<DateTime<Utc>>,
    /// What was done about an earlier revision of this message.
    pub earlier: Vec<Act>,
    /// What of ours is in the thread, oldest first.
    pub written: Vec<Written>,
    /// When the operator last answered.
    pub attended_at: Option<DateTime<Utc>>,
    /// So many messages were answered by rules in this hour, over all threads.
    pub in_this_hour: u32,
}

/// A decision before there are words.
enum Choice<'a> {
    Nothing(&'static str),
    Person(&'static str, Option<&'a ReplyRule>),
    Write(&'a ReplyRule, ReplyMode),
}

/// Decides. `render` makes the words of a rule's answer, or says why there are none.
#[must_use]
pub fn decide(facts: &Facts<'_>, render: impl FnOnce(&ReplyRule) -> Result<String, String>) -> Decision {
    let (rule, mode) = match choose(facts) {
        Choice::Nothing(why) => return Decision::of(facts, Act::Nothing, why),
        Choice::Person(why, rule) => return to_person(facts, rule, why),
        Choice::Write(rule, mode) => (rule, mode),
    };
    let is_reply = matches!(rule.then, Then::Reply(_));
    let text = match render(rule) {
        Ok(text) => Private::from(text),
        Err(why) => return to_person(facts, Some(rule), &why),
    };
    if let Some(why) = too_often(facts, is_reply.then_some(&text), mode) {
        return to_person(facts, Some(rule), why);
    }
    let (act, why) = match (mode, is_reply) {
        (ReplyMode::DryRun, true) => (Act::DryRun, "would be answered"),
        (ReplyMode::DryRun, false) => (Act::DryRun, "a crew would be told"),
        (ReplyMode::Draft, true) => (Act::Draft, "waits for the operator's word"),
        (ReplyMode::Send, true) => (Act::Reply, "answered"),
        (ReplyMode::Draft | ReplyMode::Send, false) => (Act::Sms, "a crew is told"),
    };
    Decision {
        rule: Some(rule.id.to_string()),
        text: Some(text),
        ..Decision::of(facts, act, why)
    }
}

/// The words of a rule's answer; none when it names a person.
///
/// # Errors
/// Why they cannot be sent.
pub fn words_of(library: &Library, rule: &ReplyRule, context: &serde_json::Value) -> Result<String, String> {
    let text = match &rule.then {
        Then::Reply(template) => library.reply(template.as_str(), context),
        Then::Sms(told) => library.sms(told.template.as_str(), context).map(|sms| sms.text),
        Then::Person(_) => return Ok(String::new()),
    };
    let text = text.map_err(|error| error.to_string())?;
    reply_text(&text).map_err(str::to_owned)
}

/// What the facts say, before anything is written.
fn choose<'a>(facts: &Facts<'a>) -> Choice<'a> {
    let message = facts.message;
    if message.sender.role != Role::Guest {
        return Choice::Nothing("not written by a guest");
    }
    // RFC 3834, section 2: an automatic response is never issued to one.
    if message.is_automatic {
        return Choice::Nothing("written by a machine");
    }
    let replies = &facts.manifest.replies;
    if facts.history.host_at.is_some_and(|host| host >= message.sent_at) {
        return Choice::Nothing("answered already");
    }
    if facts.history.earlier.iter().any(|act| act.is_sent_by_rule()) {
        return Choice::Person("edited after it was answered", None);
    }
    if facts.now - message.since() > replies.max_age() {
        return Choice::Person("older than rules answer", None);
    }
    let Some((rule, _)) = fits(facts).find(|(_, misfit)| misfit.is_none()) else {
        return Choice::Person("no rule fits", None);
    };
    match &rule.then {
        Then::Person(_) => Choice::Person("a rule names who answers", Some(rule)),
        _ if is_unproven(message) => Choice::Person("nobody has proven who sent the mail", Some(rule)),
        Then::Reply(_) if !can_be_answered(facts.manifest, message) => {
            Choice::Person("it cannot be answered from here", Some(rule))
        }
        Then::Reply(_) | Then::Sms(_) => Choice::Write(rule, rule.mode.unwrap_or(replies.mode)),
    }
}

fn is_unproven(message: &Message) -> bool {
    matches!(message.source, Source::Mail { is_proven: false, .. })
}

/// Whether there is a way for an answer to where the message came from.
#[must_use]
pub fn can_be_answered(manifest: &Manifest, message: &Message) -> bool {
    match &message.source {
        Source::Api => {
            let platform = manifest.platform(&message.platform);
            let api = platform.and_then(|platform| platform.inbox.as_ref()?.api.as_ref());
            api.is_some_and(|api| api.reply.is_some())
        }
        Source::Mail { reply_to, .. } => reply_to.is_some() && manifest.messages.email.is_some(),
    }
}

/// Why nothing may be written by a rule any more, if it is so. Drafts are the operator's to send, and are not counted.
fn too_often(facts: &Facts<'_>, text: Option<&Private>, mode: ReplyMode) -> Option<&'static str> {
    if mode == ReplyMode::Draft && text.is_some() {
        return None;
    }
    let replies = &facts.manifest.replies;
    let history = facts.history;
    // A dry run shows what would be sent, so that it is counted like it.
    let is_counted = |written: &&Written| match mode {
        ReplyMode::DryRun => written.act.is_sent_by_rule() || written.act == Act::DryRun,
        ReplyMode::Draft | ReplyMode::Send => written.act.is_sent_by_rule(),
    };
    let written: Vec<&Written> = history.written.iter().filter(is_counted).collect();
    let since = facts.now - replies.per_thread.window();
    let recent = written.iter().filter(|written| written.at > since).count();
    let is_unattended = |at: DateTime<Utc>| history.attended_at.is_none_or(|attended| at > attended);
    let unattended = written.iter().filter(|written| is_unattended(written.at));
    let said = |text: &Private| {
        let digest = text_digest(text);
        written.iter().any(|written| written.digest == digest)
    };
    if recent >= replies.per_thread.messages.get() as usize {
        Some("the thread was answered often enough")
    } else if unattended.count() >= MAX_UNATTENDED {
        Some("nobody has looked at the thread for long")
    } else if text.is_some_and(said) {
        Some("the same was answered before")
    } else if mode == ReplyMode::Send && history.in_this_hour >= replies.per_hour.get() {
        Some("enough was answered in this hour")
    } else {
        None
    }
}

fn to_person(facts: &Facts<'_>, rule: Option<&ReplyRule>, why: &str) -> Decision {
    let person = match rule.map(|rule| &rule.then) {
        Some(Then::Person(name)) => Some(name.to_string()),
        _ => None,
    };
    Decision {
        rule: rule.map(|rule| rule.id.to_string()),
        person,
        ..Decision::of(facts, Act::Person, why)
    }
}

/// The site of a message, as far as it is known.
pub(crate) fn site<'a>(manifest: &'a Manifest, message: &Message) -> Option<&'a Site> {
    manifest.site(message.site.as_deref()?)
}

/// The zone in which hours are meant: the site's, or the operator's, or UTC.
#[must_use]
pub fn zone(manifest: &Manifest, message: &Message) -> Tz {
    let site = site(manifest, message).map(|site| site.time_zone);
    site.or(manifest.messages.time_zone).unwrap_or(Tz::UTC)
}

/// How long an answer waits at most for its turn, quiet hours among it: what comes later than that is not sent.
pub const PATIENCE: TimeDelta = TimeDelta::hours(24);

#[cfg(test)]
mod tests;
