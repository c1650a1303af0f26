//! What the template of an answer is given.

use manifest::Manifest;
use serde_json::{Value, json};

use super::{BookingFact, site};
use crate::{Message, Private};

/// What the template is given: the same names as campaigns have. What is not known is not there.
#[must_use]
pub fn context(manifest: &Manifest, message: &Message, booking: Option<&BookingFact>) -> Value {
    let mut context = json!({ "guest": {}, "message": {"text": message.text.reveal()} });
    let mut set = |path: [&str; 2], value: Option<&str>| {
        if let Some(value) = value {
            context[path[0]][path[1]] = value.into();
        }
    };
    set(
        ["guest", "name"],
        message.sender.name.as_ref().map(Private::reveal),
    );
    let platform = manifest.platform(&message.platform);
    set(
        ["platform", "name"],
        platform.map(|platform| platform.name.as_str()),
    );
    let asset = message.asset.as_deref().and_then(|asset| manifest.asset(asset));
    set(["asset", "name"], asset.map(|(_, asset)| asset.name.as_str()));
    if let Some(site) = site(manifest, message) {
        let more = &site.messages;
        set(["site", "name"], Some(site.name.as_str()));
        set(["site", "time_zone"], Some(site.time_zone.name()));
        set(
            ["site", "address"],
            more.address.as_ref().map(|address| address.as_str()),
        );
        set(["site", "phone"], more.phone.as_ref().map(|phone| phone.as_str()));
    }
    set(
        ["booking", "code"],
        message.booking.as_ref().map(|booking| booking.code.as_str()),
    );
    if let Some(booking) = booking {
        set(["booking", "start"], Some(&booking.period.start.to_rfc3339()));
        set(["booking", "end"], Some(&booking.period.end.to_rfc3339()));
    }
    context
}
