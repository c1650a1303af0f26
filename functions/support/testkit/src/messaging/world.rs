//! What the platforms know.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::message::{Guest, PlatformMessage};
use super::refuse;
use crate::call::Reply;
use crate::mishap::Mishaps;

const PAGE: usize = 2;

#[derive(Debug, Default)]
pub(super) struct World {
    platforms: BTreeMap<String, Platform>,
}

/// How lists are out of order: `{"reversed": true, "repeated": false}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pages {
    /// The newest message comes first.
    pub reversed: bool,
    /// Each page holds the one before it too.
    pub repeated: bool,
}

#[derive(Debug, Default)]
pub(super) struct Platform {
    messages: Vec<PlatformMessage>,
    pub(super) pages: Pages,
    pub(super) authorization: Option<String>,
    pub(super) mishaps: Mishaps,
}

impl World {
    pub(super) fn platform(&mut self, id: &str) -> &mut Platform {
        self.platforms.entry(id.to_owned()).or_default()
    }
}

impl Platform {
    pub(super) fn write(&mut self, guest: Guest) -> PlatformMessage {
        self.add("guest", guest)
    }

    /// The host's answer, in the same context as what was written before.
    pub(super) fn reply(&mut self, thread: &str, text: String) -> PlatformMessage {
        let context = self
            .messages
            .iter()
            .rev()
            .find(|message| message.guest.thread == thread);
        let context = context.map_or_else(|| Guest::says(thread, ""), |message| message.guest.clone());
        let guest = Guest {
            text,
            name: Some("Host".to_owned()),
            is_html: false,
            is_automatic: false,
            attachments: Vec::new(),
            ..context
        };
        self.add("host", guest)
    }

    fn add(&mut self, role: &'static str, guest: Guest) -> PlatformMessage {
        let message = PlatformMessage {
            id: format!("m{}", self.messages.len() + 1),
            role,
            guest,
            sent_at: self.now(),
            edited_at: None,
            is_read: false,
        };
        self.messages.push(message.clone());
        message
    }

    pub(super) fn edit(&mut self, id: &str, text: &str) -> bool {
        let now = self.now();
        let Some(message) = self.messages.iter_mut().find(|message| message.id == id) else {
            return false;
        };
        text.clone_into(&mut message.guest.text);
        message.edited_at = Some(now);
        message.is_read = false;
        true
    }

    /// Later than everything before.
    fn now(&self) -> DateTime<Utc> {
        let last = self
            .messages
            .iter()
            .map(|message| message.edited_at.unwrap_or(message.sent_at))
            .max();
        last.map_or_else(Utc::now, |last| Utc::now().max(last + TimeDelta::milliseconds(1)))
    }

    pub(super) fn thread(&self, thread: &str) -> Vec<PlatformMessage> {
        let those = self
            .messages
            .iter()
            .filter(|message| message.guest.thread == thread);
        those.cloned().collect()
    }

    pub(super) fn unread(&self) -> Vec<&PlatformMessage> {
        self.messages.iter().filter(|message| !message.is_read).collect()
    }

    pub(super) fn list(&self, cursor: Option<&str>, origin: &str, path: &str) -> Reply {
        let mut unread = self.unread();
        if self.pages.reversed {
            unread.reverse();
        }
        let Ok(from) = cursor.unwrap_or("0").parse::<usize>() else {
            return refuse(400, "the cursor is not one of ours");
        };
        let first = if self.pages.repeated {
            from.saturating_sub(PAGE)
        } else {
            from
        };
        let until = from.saturating_add(PAGE);
        let base = format!("{origin}{}", path.strip_suffix("/messages").unwrap_or(path));
        let shown = unread
            .iter()
            .take(until)
            .skip(first)
            .map(|message| message.shown(&base));
        let data: Vec<serde_json::Value> = shown.collect();
        let next = (until < unread.len()).then(|| until.to_string());
        Reply::json(200, json!({ "data": data, "paging": { "next": next } }))
    }

    pub(super) fn confirm(&mut self, id: &str, edited_at: Option<&str>) -> Reply {
        let Some(message) = self.messages.iter_mut().find(|message| message.id == id) else {
            return refuse(404, "there is no such message");
        };
        if message.mark().as_deref().unwrap_or_default() != edited_at.unwrap_or_default() {
            return refuse(409, "the message was edited since");
        }
        message.is_read = true;
        Reply::empty()
    }
}
