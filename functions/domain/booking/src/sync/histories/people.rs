//! What people do.

use chrono::TimeDelta;

use super::world::{Told, World};
use crate::sync::{Content, Entry, Face, GoogleEvent};
use crate::{Kind, Origin};

impl World {
    pub(crate) fn guest_books(&mut self) {
        self.tell(Kind::Reservation);
    }

    pub(crate) fn owner_blocks_on_platform(&mut self) {
        let kind = if self.random.once_in(3) {
            Kind::Hold
        } else {
            Kind::Block
        };
        self.tell(kind);
    }

    fn tell(&mut self, kind: Kind) {
        let (period, is_all_day) = self.some_period();
        let name = self.number();
        let told = Told {
            name,
            period,
            kind,
            has_code: kind == Kind::Reservation && !self.random.once_in(4),
            is_all_day,
        };
        if let Some(platform) = self.some_listing().and_then(|id| self.platforms.get_mut(&id)) {
            platform.told.push(told);
        }
    }

    fn some_listing(&mut self) -> Option<String> {
        let listings: Vec<String> = self.platforms.keys().cloned().collect();
        self.random.pick(&listings)
    }

    pub(crate) fn guest_moves(&mut self) {
        let (period, is_all_day) = self.some_period();
        let pick = self.random.next();
        let Some(platform) = self.some_listing().and_then(|id| self.platforms.get_mut(&id)) else {
            return;
        };
        let count = platform.told.len() as u64;
        let at = usize::try_from(pick.checked_rem(count).unwrap_or(0)).unwrap_or(0);
        if let Some(told) = platform.told.get_mut(at) {
            told.period = period;
            told.is_all_day = is_all_day;
        }
    }

    pub(crate) fn guest_cancels(&mut self) {
        if let Some(platform) = self.some_listing().and_then(|id| self.platforms.get_mut(&id)) {
            platform.told.pop();
        }
    }

    pub(crate) fn platforms_read_our_feeds(&mut self) {
        for (listing, platform) in &mut self.platforms {
            platform.imported = self.state.outbound.get(listing).cloned();
        }
    }

    pub(crate) fn time_passes(&mut self) {
        let minutes = i64::try_from(self.random.below(120)).unwrap_or(0);
        self.now += TimeDelta::minutes(minutes);
    }

    fn some_face(&mut self) -> Face {
        let (period, _) = self.some_period();
        let title = Some(format!("Canary {}", self.number()));
        Face {
            title,
            period,
            is_tentative: false,
        }
    }

    pub(crate) fn operator_adds(&mut self) {
        let id = format!("own-{}", self.number());
        let content = Content {
            face: self.some_face(),
            kind: if self.random.once_in(3) {
                Kind::Block
            } else {
                Kind::Reservation
            },
            is_opaque: true,
            code: None,
            value: None,
        };
        let entry = Entry {
            id: id.clone(),
            asset: "boat".to_owned(),
            origin: Origin::Own,
            content,
            created_at: self.now,
        };
        self.kept.insert(id.clone());
        self.state.entries.insert(id, entry);
    }

    /// In our calendar: what a platform tells is not for editing there.
    pub(crate) fn operator_edits_or_deletes(&mut self) {
        let entries = self.state.entries.values();
        let own = entries.filter(|entry| !matches!(entry.origin, Origin::Platform { .. }));
        let own: Vec<String> = own.map(|entry| entry.id.clone()).collect();
        let Some(id) = self.random.pick(&own) else { return };
        if self.random.once_in(3) {
            self.state.entries.remove(&id);
            if let Some(link) = self.state.links.get(&id) {
                self.kept.remove(&link.google.id);
            }
            self.kept.remove(&id);
            self.deleted.insert(id);
        } else {
            let face = self.some_face();
            self.edited.insert(id.clone());
            if let Some(entry) = self.state.entries.get_mut(&id) {
                entry.content.face = face;
            }
        }
    }

    pub(crate) fn operator_adds_in_google(&mut self) {
        let number = self.number();
        let event = GoogleEvent {
            id: format!("user{number}"),
            etag: number.to_string(),
            face: self.some_face(),
            is_opaque: true,
            is_deleted: false,
            tag: None,
            ical_uid: String::new(),
        };
        self.google.insert(event.id.clone(), event);
        self.kept.insert(format!("user{number}"));
    }

    fn some_event(&mut self) -> Option<String> {
        let held = self.google.values().filter(|event| !event.is_deleted);
        let held: Vec<String> = held.map(|event| event.id.clone()).collect();
        self.random.pick(&held)
    }

    pub(crate) fn operator_edits_in_google(&mut self) {
        let Some(id) = self.some_event() else { return };
        let (face, etag) = (self.some_face(), self.number().to_string());
        self.note_edit(&id);
        if let Some(event) = self.google.get_mut(&id) {
            event.face = face.clone();
            event.etag = etag;
            self.edits.insert(id, face);
        }
    }

    pub(crate) fn operator_deletes_in_google(&mut self) {
        let Some(id) = self.some_event() else { return };
        self.edits.remove(&id);
        if let Some(event) = self.google.get_mut(&id) {
            event.is_deleted = true;
        }
        for name in self.names(&id) {
            self.kept.remove(&name);
            self.deleted.insert(name);
        }
    }

    fn note_edit(&mut self, id: &str) {
        let names = self.names(id);
        self.edited.extend(names);
    }

    /// The event's own id, and the id of the line that it belongs to.
    fn names(&self, id: &str) -> Vec<String> {
        let links = self.state.links.values().filter(|link| link.google.id == id);
        links.map(|link| link.id.clone()).chain([id.to_owned()]).collect()
    }
}
