//! People who can be written to, line by line.

use std::collections::BTreeMap;

use campaign::{Contact, import};
use contract::campaign::{CampaignAnswer, ImportInto};
use store::ContactsOf;

use crate::handler::Problem;
use crate::service::Service;

/// So many lines at once.
const MOST_LINES: usize = 500;

impl Service {
    /// Keeps the contacts of every line that has no error.
    pub(crate) async fn import(
        &self,
        of: &ImportInto,
        (head, lines): (&[String], &[(u64, Vec<String>)]),
        dry_run: bool,
    ) -> Result<CampaignAnswer, Problem> {
        if lines.len() > MOST_LINES {
            let reason = format!("a request has at most {MOST_LINES} lines");
            return Err(Problem::Refused(reason));
        }
        let mut by_place: BTreeMap<String, Vec<Contact>> = BTreeMap::new();
        let mut errors = Vec::new();
        let mut contacts = 0;
        for (line, values) in lines {
            match import(head, *line, values).and_then(|read| placed(of, *line, read)) {
                Ok((place, read)) => {
                    contacts += read.len() as u64;
                    by_place.entry(place).or_default().extend(read);
                }
                Err(found) => errors.extend(found),
            }
        }
        if !dry_run {
            for (place, contacts) in by_place {
                let of = match of {
                    ImportInto::Audience { .. } => ContactsOf::Audience(place),
                    ImportInto::Crew { .. } => ContactsOf::Crew(place),
                    ImportInto::Bookings => ContactsOf::Booking(place),
                };
                self.deliveries.put_contacts(&of, &contacts).await?;
            }
        }
        let errors = errors.iter().filter_map(|error| serde_json::to_value(error).ok());
        Ok(CampaignAnswer::Imported {
            contacts,
            errors: errors.collect(),
        })
    }
}

fn placed(
    of: &ImportInto,
    line: u64,
    contacts: Vec<Contact>,
) -> Result<(String, Vec<Contact>), Vec<campaign::ImportError>> {
    let place = match of {
        ImportInto::Audience { name } | ImportInto::Crew { name } => Some(name.clone()),
        ImportInto::Bookings => contacts.first().and_then(|contact| contact.booking.clone()),
    };
    match place {
        Some(place) => Ok((place, contacts)),
        None => Err(vec![campaign::ImportError {
            line,
            column: "booking".to_owned(),
            message: "the line names no booking".to_owned(),
        }]),
    }
}
