//! What changes in a resource, place by place.

use serde_json::{Map, Value};

use super::Stack;
use crate::{
    difference::{self, PropertyChange},
    facts::Raw,
};

impl Stack<'_> {
    pub(super) fn properties(&self, id: &str) -> Vec<PropertyChange> {
        let empty = Value::Object(Map::new());
        let (old, new) = (self.old.get(id), self.new.get(id));
        let mut found: Vec<PropertyChange> = match (old, new) {
            (Some(old), Some(new)) => difference::differences(old, new),
            (None, Some(new)) => difference::differences(&empty, new),
            _ => Vec::new(),
        }
        .iter()
        .map(|difference| difference.show(&self.redactor))
        .collect();
        if let (Some(_), Some(new)) = (old, new) {
            for (path, entity) in difference::references(new) {
                if self.moved.contains(&entity)
                    && entity != id
                    && !found.iter().any(|known| known.path == path)
                {
                    let value = new.pointer(&format!("/{}", path.replace('.', "/")));
                    let shown = self.redactor.show(&path, value);
                    found.push(PropertyChange {
                        path: self.redactor.scrub(&path),
                        before: shown.clone(),
                        after: shown,
                        lines: Vec::new(),
                        follows: Some(entity),
                    });
                }
            }
        }
        self.add_told(id, &mut found);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    /// What the change set names and the templates do not show.
    fn add_told(&self, id: &str, found: &mut Vec<PropertyChange>) {
        for cause in self.told.get(id).into_iter().flat_map(|told| &told.causes) {
            let known = |change: &PropertyChange| {
                change.path == cause.path || change.path.starts_with(&format!("{}.", cause.path))
            };
            if found.iter().any(known) {
                continue;
            }
            let show = |value: &Option<Raw<String>>| {
                self.redactor
                    .show_text(&cause.path, value.as_ref().map(|raw| raw.0.as_str()))
            };
            found.push(PropertyChange {
                path: self.redactor.scrub(&cause.path),
                before: show(&cause.before),
                after: show(&cause.after),
                lines: Vec::new(),
                follows: cause
                    .causing_entity
                    .as_ref()
                    .map(|entity| self.redactor.scrub(entity)),
            });
        }
    }
}
