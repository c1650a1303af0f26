//! The plan carried out, as the function will, and Google's answers to it.

use std::collections::BTreeMap;

use super::world::World;
use crate::sync::{Face, GoogleEvent, GoogleWrite, SyncPlan, Write};

impl World {
    /// Carries out the plan up to a write, as the function will.
    pub(crate) fn carry_out(&mut self, plan: &SyncPlan, stop_after: usize) -> Result<(), String> {
        for planned in plan.writes.iter().take(stop_after) {
            if let Write::Google(write) = &planned.write {
                self.write_google(write)?;
            }
            self.store(&planned.write)?;
            self.tally.writes += 1;
            let links = self.state.links.values();
            let faces: BTreeMap<&str, &Face> = match &planned.write {
                Write::PutLink(_) => links
                    .map(|link| (link.google.id.as_str(), &link.content.face))
                    .collect(),
                _ => continue,
            };
            self.edits
                .retain(|id, face| faces.get(id.as_str()) != Some(&&*face));
        }
        Ok(())
    }

    fn write_google(&mut self, write: &GoogleWrite) -> Result<(), String> {
        let etag_now = self.number().to_string();
        let (id, asked, face) = match write {
            GoogleWrite::Insert { id, face, link, .. } => {
                if self.google.contains_key(id) {
                    return Err(format!("the id {id} was used before"));
                }
                // Some hosts strip the tag.
                let tag = (!self.random.once_in(3)).then(|| link.clone());
                let event = GoogleEvent {
                    id: id.clone(),
                    etag: etag_now,
                    face: face.clone(),
                    is_opaque: true,
                    is_deleted: false,
                    tag,
                    ical_uid: String::new(),
                };
                self.google.insert(id.clone(), event);
                return Ok(());
            }
            GoogleWrite::Patch { id, etag, face, .. } => (id, etag, Some(face)),
            GoogleWrite::Delete { id, etag, .. } => (id, etag, None),
        };
        self.no_edit_is_overwritten_silently(id, face)?;
        let event = self.google.get_mut(id).ok_or("a write to no event")?;
        if event.etag != *asked {
            return Err("an old etag was given".to_owned());
        }
        event.etag = etag_now;
        match face {
            Some(face) => event.face = face.clone(),
            None => event.is_deleted = true,
        }
        Ok(())
    }
}
