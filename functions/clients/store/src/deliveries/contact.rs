//! People who can be written to.

use std::collections::BTreeMap;

use campaign::Contact;

use super::{Deliveries, rows};
use crate::StoreError;
use crate::table::{Key, Part, SK, When, string};

/// Whose contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactsOf {
    /// An audience's.
    Audience(String),
    /// A booking's, by its reservation code or id.
    Booking(String),
    /// A crew's.
    Crew(String),
}

/// A transaction has at most 100 parts.
const MOST: usize = 100;
const WHAT: &str = "a contact";

impl Deliveries {
    /// Stores contacts, in the place of those of the same address.
    ///
    /// # Errors
    /// See [`StoreError`]. Then some may have been stored: do it again.
    pub async fn put_contacts(&self, of: &ContactsOf, contacts: &[Contact]) -> Result<(), StoreError> {
        let parts: Vec<Part> = of.rows(contacts)?.collect();
        for some in parts.chunks(MOST) {
            self.surely_all(some, WHAT).await?;
        }
        Ok(())
    }

    /// At most so many contacts in order, behind the place that an earlier page gave, and the next place. No place: there
    /// are no more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn contacts(
        &self,
        of: &ContactsOf,
        after: Option<&str>,
        most: u16,
    ) -> Result<(Vec<Contact>, Option<String>), StoreError> {
        let range = (after.unwrap_or_default(), "\u{10ffff}");
        let rows = self.table.page(&of.partition(), range, most).await?;
        let next = match rows.last() {
            Some(row) => Some(
                string(row, SK)
                    .ok_or(StoreError::Corrupt { what: WHAT })?
                    .to_owned(),
            ),
            None => None,
        };
        let contacts: Result<Vec<Contact>, StoreError> = rows.iter().map(rows::body).collect();
        Ok((contacts?, next))
    }
}

impl ContactsOf {
    /// What stores contacts. No two parts may be about one row: of two contacts with one address the last counts.
    pub(crate) fn rows(&self, contacts: &[Contact]) -> Result<impl Iterator<Item = Part>, StoreError> {
        let mut parts = BTreeMap::new();
        for contact in contacts {
            let key = Key::new(self.partition(), sort(contact));
            let row = rows::with_body(&key, contact)?;
            parts.insert(key, Part::Put(row, When::Always));
        }
        Ok(parts.into_values())
    }

    fn partition(&self) -> String {
        match self {
            Self::Audience(name) => format!("audience#{name}"),
            Self::Booking(code) => format!("booking#{code}"),
            Self::Crew(crew) => format!("crew-member#{crew}"),
        }
    }
}

fn sort(contact: &Contact) -> String {
    format!(
        "{}#{}",
        contact.address.channel().name(),
        contact.address.as_str()
    )
}
