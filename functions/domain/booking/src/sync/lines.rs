//! The ledger's lines while a plan is made: those that are stored, and copies of those that change.

use std::cmp::Ordering;
use std::collections::{BTreeMap, btree_map};
use std::iter::Peekable;

use super::Link;

/// Lines by id. Most do not change, most of the time, so none is copied before it does.
pub(crate) struct Lines<'f> {
    stored: &'f BTreeMap<String, Link>,
    /// New lines, and changed ones in the place of the stored ones.
    changed: BTreeMap<String, Link>,
}

impl<'f> Lines<'f> {
    pub(crate) const fn new(stored: &'f BTreeMap<String, Link>) -> Self {
        Self {
            stored,
            changed: BTreeMap::new(),
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Link> {
        self.changed.get(id).or_else(|| self.stored.get(id))
    }

    /// A line to be changed.
    pub(crate) fn edit(&mut self, id: &str) -> Option<&mut Link> {
        if !self.changed.contains_key(id) {
            let line = self.stored.get(id)?.clone();
            self.changed.insert(id.to_owned(), line);
        }
        self.changed.get_mut(id)
    }

    /// A line, to be changed and inserted again.
    pub(crate) fn take(&mut self, id: &str) -> Option<Link> {
        self.changed.remove(id).or_else(|| self.stored.get(id).cloned())
    }

    /// Adds a line, or replaces the one of its id.
    pub(crate) fn insert(&mut self, line: Link) {
        self.changed.insert(line.id.clone(), line);
    }

    /// What is stored in the place of a line of these.
    pub(crate) fn stored<'l>(&'l self, line: &'l Link) -> Option<&'l Link> {
        if self.changed.is_empty() || !self.changed.contains_key(&line.id) {
            return Some(line);
        }
        self.stored.get(&line.id)
    }

    /// All of them, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Link> {
        Merged {
            stored: self.stored.iter().peekable(),
            changed: self.changed.iter().peekable(),
        }
    }
}

struct Merged<'l> {
    stored: Peekable<btree_map::Iter<'l, String, Link>>,
    changed: Peekable<btree_map::Iter<'l, String, Link>>,
}

impl<'l> Iterator for Merged<'l> {
    type Item = &'l Link;

    fn next(&mut self) -> Option<&'l Link> {
        let order = match (self.stored.peek(), self.changed.peek()) {
            (Some((stored, _)), Some((changed, _))) => stored.cmp(changed),
            (_, None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        if order == Ordering::Equal {
            self.stored.next();
        }
        let next = if order == Ordering::Less {
            self.stored.next()
        } else {
            self.changed.next()
        };
        next.map(|(_, line)| line)
    }
}
