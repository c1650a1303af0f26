//! What a template is given of a recipient, a booking and the manifest.

use chrono_tz::Tz;
use manifest::{Campaign, Manifest};
use serde_json::{Value, json};

use crate::{BookingFact, Channel, Contact};

/// What the template is given.
pub(super) fn context(
    (manifest, campaign): (&Manifest, &Campaign),
    booking: Option<&BookingFact>,
    contact: &Contact,
    zone: Tz,
) -> Value {
    let mut context = json!({
        "guest": {"time_zone": zone.name()},
        "contact": contact.more,
        "campaign": {"id": campaign.id.as_str(), "name": campaign.title()},
        "extra": campaign.variables,
    });
    // What is not known is not there, so that a template can ask whether it is defined.
    if let Some(name) = &contact.name {
        context["guest"]["name"] = name.as_str().into();
    }
    let address = match contact.address.channel() {
        Channel::Email => "email",
        Channel::Sms => "phone",
        Channel::Thread => "thread",
    };
    context["guest"][address] = contact.address.as_str().into();
    if let Some(postal) = manifest
        .messages
        .email
        .as_ref()
        .and_then(|email| email.postal_address.as_ref())
    {
        context["sender"] = json!({"postal_address": postal.as_str()});
    }
    let Some(fact) = booking else {
        // News is of no one site: it comes from whoever sends it, and its times are told on the recipient's wall.
        let sender = manifest.messages.email.as_ref().map(|email| email.name.as_str());
        context["site"] = json!({"name": sender.unwrap_or_default(), "time_zone": zone.name()});
        return context;
    };
    context["booking"] = json!({
        "id": fact.id,
        "start": fact.period.start.to_rfc3339(),
        "end": fact.period.end.to_rfc3339(),
    });
    let more = [
        ("code", &fact.code),
        ("platform", &fact.platform),
        ("note", &fact.note),
        ("crew", &fact.crew),
    ];
    for (name, value) in more
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)))
    {
        context["booking"][name] = value.as_str().into();
    }
    if let Some((site, asset)) = manifest.asset(&fact.asset) {
        context["asset"] = json!({"id": asset.id.as_str(), "name": asset.name.as_str()});
        context["site"] = json!({
            "id": site.id.as_str(),
            "name": site.name.as_str(),
            "time_zone": site.time_zone.name(),
        });
        let more = &site.messages;
        if let Some(address) = &more.address {
            context["site"]["address"] = address.as_str().into();
        }
        if let Some(phone) = &more.phone {
            context["site"]["phone"] = phone.as_str().into();
        }
        if let Some(review) = &more.review_url {
            context["links"] = json!({"review": review.as_str()});
        }
    }
    context
}
