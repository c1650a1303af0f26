//! Who gets a message that is due, who does not, and why not.

mod context;

use std::collections::BTreeMap;
use std::fmt;

use calendar::resolve_local;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use manifest::{Campaign, Manifest, MessageChannel, MessagePurpose};
use serde::{Deserialize, Serialize};

use crate::due::DueAt;
use crate::{BookingFact, Channel, Contact, Delivery, DeliveryId, Due, Purpose, State, Subject, Suppression};
use context::context;

/// Somebody whom a message could go to.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// Who.
    pub contact: Contact,
    /// What is kept of their address.
    pub suppression: Suppression,
    /// How many marketing messages they got within the frequency cap's days.
    pub recent_marketing: u32,
}

/// What planning some recipients gave.
#[derive(Debug, Clone, Default)]
pub struct CampaignPlan {
    /// What is to be sent.
    pub deliveries: Vec<Delivery>,
    /// Who does not get it: deliveries that are suppressed or expired from the start, so that the audit knows of them, too.
    pub excluded: Vec<(Delivery, Exclusion)>,
}

/// Why somebody does not get a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exclusion {
    /// The contact has no address for this channel.
    OtherChannel,
    /// They called a message spam.
    Complaint,
    /// Their mailbox or number does not exist.
    HardBounce,
    /// They do not want marketing.
    Unsubscribed,
    /// They sent `STOP`.
    Stopped,
    /// The operator will not write to them.
    Operator,
    /// They have had as much marketing as the cap allows.
    FrequencyCap,
    /// On their wall it is later than the campaign may be.
    TooLate,
}

/// The message about one due time, for these recipients.
#[must_use]
pub fn plan(
    (manifest, campaign): (&Manifest, &Campaign),
    due: &Due,
    recipients: &[Recipient],
    now: DateTime<Utc>,
) -> CampaignPlan {
    let mut planned = CampaignPlan::default();
    for recipient in recipients {
        let delivery = delivery((manifest, campaign), due, &recipient.contact, now);
        match exclusion((manifest, campaign), recipient, &delivery, now) {
            None => planned.deliveries.push(delivery),
            Some(why) => planned.excluded.push((delivery.excluded(why), why)),
        }
    }
    planned
}

/// Why somebody does not get it, the strongest reason first; `None` when they do.
fn exclusion(
    (manifest, campaign): (&Manifest, &Campaign),
    recipient: &Recipient,
    delivery: &Delivery,
    now: DateTime<Utc>,
) -> Option<Exclusion> {
    if delivery.channel() != Channel::from(campaign.channel) {
        return Some(Exclusion::OtherChannel);
    }
    if let Some(why) = recipient.suppression.forbids(delivery.purpose) {
        return Some(Exclusion::of(why));
    }
    let cap = manifest.messages.frequency_cap;
    let is_capped = cap.is_some_and(|cap| recipient.recent_marketing >= cap.messages.get());
    if delivery.purpose == Purpose::Marketing && is_capped {
        return Some(Exclusion::FrequencyCap);
    }
    (delivery.expires_at <= now).then_some(Exclusion::TooLate)
}

fn delivery(
    (manifest, campaign): (&Manifest, &Campaign),
    due: &Due,
    contact: &Contact,
    now: DateTime<Utc>,
) -> Delivery {
    let booking = due.subject.booking();
    let site = booking.and_then(|fact| manifest.site(&fact.site));
    let zone = contact
        .zone
        .or(site.map(|site| site.time_zone))
        .or(manifest.messages.time_zone)
        .unwrap_or(Tz::UTC);
    let due_at = match due.at {
        DueAt::Instant(at) => at,
        DueAt::Local(wall) => resolve_local(zone, wall),
    };
    let late = due_at + campaign.max_lateness();
    let expires_at = due.not_after.map_or(late, |end| end.min(late));
    let id = DeliveryId::new(
        &due.occurrence,
        &contact.address,
        booking.map(|fact| fact.id.as_str()),
    );
    let what = (Purpose::from(campaign.purpose), campaign.template.as_str());
    let planned = Delivery::planned(id, contact.address.clone(), what, (now, expires_at));
    Delivery {
        site: booking.map(|fact| fact.site.clone()),
        context: context((manifest, campaign), booking, contact, zone),
        due_at,
        zone,
        look_at: if due_at <= now {
            planned.look_at
        } else {
            Some(due_at)
        },
        ..planned
    }
}

impl Delivery {
    /// The same, never to be sent.
    fn excluded(self, why: Exclusion) -> Self {
        let state = match why {
            Exclusion::TooLate => State::Expired,
            _ => State::Suppressed {
                why: why.name().to_owned(),
            },
        };
        Self {
            state,
            look_at: None,
            ..self
        }
    }
}

impl Subject {
    /// The booking that it is about.
    #[must_use]
    pub const fn booking(&self) -> Option<&BookingFact> {
        match self {
            Self::Audience(_) => None,
            Self::AudienceAbout(_, fact) | Self::Guest(fact) | Self::Crew(_, fact) => Some(fact),
        }
    }
}

impl Exclusion {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OtherChannel => "other-channel",
            Self::Complaint => "complaint",
            Self::HardBounce => "hard-bounce",
            Self::Unsubscribed => "unsubscribed",
            Self::Stopped => "stopped",
            Self::Operator => "operator",
            Self::FrequencyCap => "frequency-cap",
            Self::TooLate => "too-late",
        }
    }

    fn of(suppression: &str) -> Self {
        match suppression {
            "complaint" => Self::Complaint,
            "hard-bounce" => Self::HardBounce,
            "unsubscribed" => Self::Unsubscribed,
            "stopped" => Self::Stopped,
            _ => Self::Operator,
        }
    }
}

impl fmt::Display for CampaignPlan {
    /// Counts only: the plan of a large audience is shown page by page, and names nobody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts: BTreeMap<Exclusion, usize> = BTreeMap::new();
        for (_, why) in &self.excluded {
            *counts.entry(*why).or_default() += 1;
        }
        write!(f, "{} to send", self.deliveries.len())?;
        for (why, count) in counts {
            write!(f, ", {count} not: {}", why.name())?;
        }
        Ok(())
    }
}

impl From<MessageChannel> for Channel {
    fn from(channel: MessageChannel) -> Self {
        match channel {
            MessageChannel::Email => Self::Email,
            MessageChannel::Sms => Self::Sms,
        }
    }
}

impl From<MessagePurpose> for Purpose {
    fn from(purpose: MessagePurpose) -> Self {
        match purpose {
            MessagePurpose::Transactional => Self::Transactional,
            MessagePurpose::Marketing => Self::Marketing,
        }
    }
}

#[cfg(test)]
mod tests;
