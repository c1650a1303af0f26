//! A request's fields, read one after the other, with every fault reported at once.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use crate::problem::{FieldFault, Problem};

/// The fields that nobody has asked for yet, and the faults found so far.
#[derive(Debug)]
pub(crate) struct Input {
    fields: Map<String, Value>,
    faults: Vec<FieldFault>,
}

/// A point in time as callers write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// An RFC 3339 instant.
    Instant(DateTime<Utc>),
    /// A date: the beginning of that day in the site's zone.
    Day(NaiveDate),
}

pub(crate) fn fault(field: &str, message: &str) -> FieldFault {
    FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

impl Input {
    pub(crate) fn new(fields: Map<String, Value>) -> Self {
        Self {
            fields,
            faults: Vec::new(),
        }
    }

    /// Notes that a field is wrong, in a way that only its reader can see.
    pub(crate) fn refuse(&mut self, field: &str, message: &str) {
        self.faults.push(fault(field, message));
    }

    /// A text without control characters, of 1 to `max_chars` characters.
    pub(crate) fn text(&mut self, field: &str, max_chars: usize) -> Option<String> {
        match self.take(field)? {
            Value::String(text) if is_plain(&text, max_chars) => Some(text),
            _ => {
                let message = format!("must be a text of 1 to {max_chars} characters on one line");
                self.refuse(field, &message);
                None
            }
        }
    }

    /// A text of some lines.
    pub(crate) fn passage(&mut self, field: &str, max_chars: usize) -> Option<String> {
        let is_passage = |text: &str| is_plain(&text.replace(['\n', '\r', '\t'], " "), max_chars);
        match self.take(field)? {
            Value::String(text) if is_passage(&text) => Some(text),
            _ => {
                self.refuse(field, &format!("must be a text of 1 to {max_chars} characters"));
                None
            }
        }
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, field: &str, max_chars: usize) -> Option<String> {
        self.demand(field);
        self.text(field, max_chars)
    }

    /// An object of texts: those of these names that are given, and no others may be.
    pub(crate) fn texts(&mut self, field: &str, names: &[&str]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        match self.take(field) {
            None => {}
            Some(Value::Object(texts)) => {
                for (name, value) in texts {
                    match value {
                        Value::Null => {}
                        Value::String(text) if names.contains(&name.as_str()) => found.push((name, text)),
                        _ if names.contains(&name.as_str()) => {
                            self.refuse(&format!("{field}.{name}"), "must be a text");
                        }
                        _ => self.refuse(&format!("{field}.{}", shown(&name)), "is not known here"),
                    }
                }
            }
            Some(_) => self.refuse(field, &format!("must be an object with {}", names.join(", "))),
        }
        found
    }

    /// A point in time.
    pub(crate) fn when(&mut self, field: &str) -> Option<When> {
        let value = self.take(field)?;
        let read = value.as_str().and_then(When::parse);
        if read.is_none() {
            self.refuse(
                field,
                "must be an RFC 3339 instant with its offset, or a date (YYYY-MM-DD), from 1970 to 9998",
            );
        }
        read
    }

    /// A point in time that must be there.
    pub(crate) fn required_when(&mut self, field: &str) -> Option<When> {
        self.demand(field);
        self.when(field)
    }

    /// One of these words.
    pub(crate) fn choice<T: Copy>(&mut self, field: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.take(field)?;
        let chosen = choices.iter().find(|(name, _)| value.as_str() == Some(*name));
        if chosen.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.refuse(field, &format!("must be one of: {}", names.join(", ")));
        }
        chosen.map(|(_, value)| *value)
    }

    /// A whole number from 1 to `max`; a query gives it as a text.
    pub(crate) fn count(&mut self, field: &str, max: usize) -> Option<usize> {
        let read = match self.take(field)? {
            Value::String(text) => text.parse().ok(),
            value => value.as_u64().and_then(|count| usize::try_from(count).ok()),
        };
        let read = read.filter(|count| (1..=max).contains(count));
        if read.is_none() {
            self.refuse(field, &format!("must be a whole number from 1 to {max}"));
        }
        read
    }

    /// `true` or `false`; absent means `false`.
    pub(crate) fn flag(&mut self, field: &str) -> bool {
        match self.take(field) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(_) => {
                self.refuse(field, "must be true or false");
                false
            }
        }
    }

    /// Ends the reading: a field that nobody asked for is a fault too, so that no misspelt one is silently without
    /// effect.
    ///
    /// # Errors
    /// The problem that names every fault.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        let unknown: Vec<_> = self
            .fields
            .keys()
            .map(|name| fault(&shown(name), "is not known here"))
            .collect();
        self.faults.extend(unknown);
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Problem::invalid_fields(self.faults))
        }
    }

    /// An explicit null is the same as an absent field.
    fn take(&mut self, field: &str) -> Option<Value> {
        self.fields.remove(field).filter(|value| !value.is_null())
    }

    fn demand(&mut self, field: &str) {
        if self.fields.get(field).is_none_or(Value::is_null) {
            self.refuse(field, "is missing");
        }
    }
}

impl When {
    fn parse(text: &str) -> Option<Self> {
        let read = match DateTime::parse_from_rfc3339(text) {
            Ok(instant) => Self::Instant(instant.to_utc()),
            Err(_) if text.len() == 10 => Self::Day(text.parse().ok()?),
            Err(_) => return None,
        };
        // The store orders instants as text of four-digit years, and a period may reach a little further.
        let year = match read {
            Self::Instant(instant) => chrono::Datelike::year(&instant),
            Self::Day(day) => chrono::Datelike::year(&day),
        };
        (1970..9999).contains(&year).then_some(read)
    }
}

fn is_plain(text: &str, max_chars: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max_chars && !text.chars().any(char::is_control)
}

/// An unknown field's name comes from the caller: as much of it as a name may have.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::answer::Answer;

    fn input(json: &str) -> Input {
        Input::new(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let mut input = input(
            r#"{"asset":7,"title":" ","start":"tomorrow","kind":"party","accept_unchecked":"yes","limit":0,"titel":"x"}"#,
        );
        assert_eq!(input.required_text("asset", 64), None);
        assert_eq!(input.required_text("title", 200), None);
        assert_eq!(input.required_when("start"), None);
        assert_eq!(input.required_when("end"), None);
        assert_eq!(input.choice("kind", &[("booking", 1), ("block", 2)]), None);
        assert!(!input.flag("accept_unchecked"));
        assert_eq!(input.count("limit", 500), None);
        let answer = Answer::from(input.finish().unwrap_err());
        insta::assert_json_snapshot!(answer.body);
    }

    #[test]
    fn what_is_well_formed_is_read_as_it_is_meant() {
        let mut input = input(
            r#"{"a":"b","from":"2027-03-01","to":"2027-03-01T10:00:00+02:00","n":"5","m":6,"none":null,"yes":true}"#,
        );
        assert_eq!(input.text("a", 1).as_deref(), Some("b"));
        assert_eq!(
            input.when("from"),
            Some(When::Day(NaiveDate::from_ymd_opt(2027, 3, 1).unwrap()))
        );
        let eight = DateTime::from_timestamp(1_803_888_000, 0).unwrap();
        assert_eq!(input.when("to"), Some(When::Instant(eight)));
        assert_eq!((input.count("n", 10), input.count("m", 10)), (Some(5), Some(6)));
        assert_eq!(input.text("none", 1), None);
        assert!(input.flag("yes"));
        assert!(input.finish().is_ok());
    }

    #[test]
    fn instants_without_an_offset_and_far_years_are_refused() {
        for text in [
            "2027-03-01T10:00:00",
            "2027-3-1",
            "1969-12-31",
            "9999-01-01",
            "+10000-01-01",
            "now",
            "",
        ] {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            When::parse(&text);
        }
    }
}
