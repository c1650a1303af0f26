//! What every history has in common: manifests and templates.

use std::collections::BTreeMap;
use std::sync::Arc;

use campaign::UnsubscribeKey;
use manifest::Manifest;
use serde_json::json;
use template::Library;

use crate::Texts;

/// Made once for many worlds.
pub(super) struct Scene {
    /// One whose messages may be late for long, and one whose messages are over soon after the quiet hours.
    pub(super) manifests: [Arc<Manifest>; 2],
    /// Templates, and templates that make no message.
    pub(super) texts: [Arc<Texts>; 2],
}

impl Scene {
    pub(super) fn new() -> Self {
        Self {
            manifests: [43_200, 85].map(|minutes| Arc::new(manifest(minutes, MORNING))),
            texts: ["{{ guest.name }}", "{{ nobody.name }}"].map(|name| Arc::new(texts(name))),
        }
    }
}

/// It is 8 o'clock in London when a history begins, and 9 in Berlin.
const MORNING: [&str; 2] = ["08:20", "09:15"];

/// A campaign that is due at 8 o'clock; nothing is sent in the quiet hours.
pub(super) fn manifest(max_lateness_minutes: u32, [from, to]: [&str; 2]) -> Manifest {
    let text = json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "quiet_hours": {"from": from, "to": to}
        },
        "campaigns": [{"id": "blast", "channel": "email", "purpose": "marketing", "template": "blast",
            "to": {"type": "audience", "name": "news"}, "max_lateness_minutes": max_lateness_minutes,
            "when": {"type": "at", "local": "2027-01-15T08:00", "zone": "UTC"}}]
    });
    Manifest::parse(text.to_string().as_bytes()).unwrap()
}

/// Templates that say hello to this expression.
pub(super) fn texts(name: &str) -> Texts {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><title>Hello</title></head><body>\
        <p>Hello {name}</p><p><a href=\"{{{{ unsubscribe_url }}}}\">Unsubscribe</a></p></body></html>"
    );
    let sources = BTreeMap::from([
        ("blast/subject.txt.j2".to_owned(), format!("Hello {name}")),
        ("blast/body.html.j2".to_owned(), html),
        ("blast/body.txt.j2".to_owned(), "Hello".to_owned()),
        ("sms/note.j2".to_owned(), format!("Hello {name}")),
    ]);
    Texts {
        library: Library::new(sources),
        unsubscribe: UnsubscribeKey::new(&[7; 32]),
        api_url: "https://api.harbor.example".to_owned(),
        configuration_set: "landfall-local".to_owned(),
    }
}
