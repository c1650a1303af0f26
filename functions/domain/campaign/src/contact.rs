//! People who can be written to, and the files in which the operator has them.

use std::collections::BTreeMap;
use std::fmt;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{Address, Channel};

/// Somebody who can be written to at one address. Its `Debug` shows nothing of the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Where.
    pub address: Address,
    /// What to call them.
    pub name: Option<String>,
    /// Their time zone.
    pub zone: Option<Tz>,
    /// The reservation code or id of their booking.
    pub booking: Option<String>,
    /// Anything else that templates may use, as it was imported.
    pub more: BTreeMap<String, String>,
    /// By which other channels the same person has a contact: the line that they were imported with had several addresses.
    #[serde(default)]
    pub other_channels: Vec<Channel>,
}

/// What is wrong with one line of a file. It quotes nothing of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportError {
    /// The line, from 1, the head included.
    pub line: u64,
    /// The column's name.
    pub column: String,
    /// What is wrong with it, as a fragment.
    pub message: String,
}

/// The most columns of a file beside those that we know.
const MAX_COLUMNS: usize = 20;
/// The longest value, in bytes.
const MAX_VALUE_BYTES: usize = 500;

/// Reads one line of a CSV file whose head is known. A line may hold an e-mail address, a telephone number or both, and
/// gives a contact for each.
///
/// # Errors
/// Every error in the line.
pub fn import(head: &[String], line: u64, values: &[String]) -> Result<Vec<Contact>, Vec<ImportError>> {
    let mut errors = Vec::new();
    let mut row = Row::default();
    for (column, value) in head.iter().zip(values) {
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        if let Err(message) = row.take(column, value) {
            errors.push(ImportError {
                line,
                column: column.clone(),
                message,
            });
        }
    }
    if errors.is_empty() && row.addresses.is_empty() {
        errors.push(ImportError {
            line,
            column: "email".to_owned(),
            message: "the line has neither an e-mail address nor a telephone number".to_owned(),
        });
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let others = |own: &Address| {
        let all = row.addresses.iter().map(Address::channel);
        all.filter(|channel| *channel != own.channel()).collect()
    };
    let contact = |address: Address| Contact {
        other_channels: others(&address),
        address,
        name: row.name.clone(),
        zone: row.zone,
        booking: row.booking.clone(),
        more: row.more.clone(),
    };
    Ok(row.addresses.iter().cloned().map(contact).collect())
}

#[derive(Default)]
struct Row {
    addresses: Vec<Address>,
    name: Option<String>,
    zone: Option<Tz>,
    booking: Option<String>,
    more: BTreeMap<String, String>,
}

impl Row {
    fn take(&mut self, column: &str, value: &str) -> Result<(), String> {
        if value.len() > MAX_VALUE_BYTES {
            return Err(format!("a value has at most {MAX_VALUE_BYTES} bytes"));
        }
        if value.contains(char::is_control) {
            return Err("a value has no line break and no control character".to_owned());
        }
        let address = |channel| Address::parse(channel, value).map_err(|invalid| invalid.to_string());
        match column {
            "email" => self.addresses.push(address(Channel::Email)?),
            "phone" => self.addresses.push(address(Channel::Sms)?),
            "name" => self.name = Some(value.to_owned()),
            "booking" => self.booking = Some(value.to_owned()),
            "time_zone" => {
                let zone = value.parse();
                self.zone = Some(zone.map_err(|_| "this is no IANA time zone".to_owned())?);
            }
            _ if self.more.len() == MAX_COLUMNS => {
                return Err(format!("there are more than {MAX_COLUMNS} columns of your own"));
            }
            _ => {
                self.more.insert(column.to_owned(), value.to_owned());
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({:?})", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &[&str], values: &[&str]) -> Result<Vec<Contact>, Vec<ImportError>> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        import(&owned(head), 2, &owned(values))
    }

    #[test]
    fn a_line_with_both_gives_a_contact_for_each() {
        let contacts = read(
            &["name", "email", "phone", "time_zone", "boat"],
            &[
                "Alex",
                "Alex@Example.com",
                "+1 555 123 4567",
                "Europe/Berlin",
                "sloop",
            ],
        );
        let contacts = contacts.unwrap();
        let addresses: Vec<&str> = contacts.iter().map(|one| one.address.as_str()).collect();
        assert_eq!(addresses, ["alex@example.com", "+15551234567"]);
        let others: Vec<&[Channel]> = contacts.iter().map(|one| one.other_channels.as_slice()).collect();
        assert_eq!(others, [[Channel::Sms], [Channel::Email]], "both are one person");
        assert_eq!(contacts[0].zone, Some(chrono_tz::Europe::Berlin));
        assert_eq!(contacts[0].more["boat"], "sloop");
    }

    #[test]
    fn every_error_of_a_line_is_told_with_its_column_and_without_its_value() {
        let errors = read(&["email", "time_zone"], &["alex at example", "Mars/Olympus"]).unwrap_err();
        let told: Vec<(u64, &str)> = errors.iter().map(|e| (e.line, e.column.as_str())).collect();
        assert_eq!(told, [(2, "email"), (2, "time_zone")]);
        assert!(!format!("{errors:?}").contains("Mars"));
    }

    #[test]
    fn a_line_without_an_address_is_an_error() {
        assert_eq!(
            read(&["name", "email"], &["Alex", ""]).unwrap_err()[0].column,
            "email"
        );
    }
}
