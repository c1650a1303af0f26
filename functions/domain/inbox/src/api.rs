//! A platform's JSON, by the manifest's mapping.

use chrono::{DateTime, Datelike, Utc};
use manifest::{JsonPointer, MessagingApi, Pattern};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::draft::{Draft, Part, PartPlace};
use crate::limits::{MAX_ATTACHMENTS, MAX_NAME_BYTES, MAX_TEXT_BYTES, cut};
use crate::{Booking, Native, Private, Role, Sender, Source, Unreadable};

mod page;

pub use page::{Page, read_page};

/// So much HTML is read, in bytes: layouts are much longer than what they say.
const MAX_HTML_BYTES: usize = 2 * 1024 * 1024;
/// Above this, a number is of milliseconds and not of seconds: as seconds it would be in the year 5138.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// Reads one message of a platform's list.
///
/// # Errors
/// [`Unreadable`] says what is missing: the message is then put aside whole.
pub fn read_api(raw: &RawValue, platform: &str, api: &MessagingApi) -> Result<Draft, Unreadable> {
    let value: Value = serde_json::from_str(raw.get()).map_err(|_| Unreadable::NoJson)?;
    let fields = &api.fields;
    let at = |pointer: &JsonPointer| value.pointer(pointer.as_str());
    let maybe = |pointer: &Option<JsonPointer>| at(pointer.as_ref()?);
    let message = at(&fields.message).and_then(name).ok_or(Unreadable::NoId)?;
    let thread = at(&fields.thread).and_then(name).ok_or(Unreadable::NoThread)?;
    let (text, is_html_original) = match (maybe(&fields.text).and_then(written), maybe(&fields.html)) {
        (Some(text), _) => (text, false),
        (None, html) => {
            let html = html.and_then(written).ok_or(Unreadable::NoText)?;
            (plain(&html), true)
        }
    };
    let listing = maybe(&fields.listing).and_then(name);
    let edited = maybe(&fields.edited_at);
    Ok(Draft {
        platform: platform.to_owned(),
        native: Native {
            thread: thread.into(),
            message: message.into(),
        },
        listing: listing
            .and_then(|native| api.listings.get(&native))
            .map(ToString::to_string),
        sender: Sender {
            role: role(api, at(&fields.sender_role)),
            name: maybe(&fields.sender_name).and_then(shown).map(Private::from),
        },
        sent_at: at(&fields.sent_at).and_then(instant).ok_or(Unreadable::NoTime)?,
        edited_at: edited.and_then(instant),
        edited_mark: edited.and_then(name),
        text: cut(text, MAX_TEXT_BYTES).into(),
        is_html_original,
        booking: maybe(&fields.booking_code)
            .and_then(name)
            .map(|code| Booking { code }),
        subject: maybe(&fields.subject).and_then(shown).map(Private::from),
        is_automatic: maybe(&fields.automatic).is_some_and(says_yes),
        source: Source::Api,
        parts: parts(&value, api),
    })
}

fn role(api: &MessagingApi, value: Option<&Value>) -> Role {
    let Some(told) = value.and_then(name) else {
        return Role::Platform;
    };
    let is = |patterns: &[Pattern]| {
        patterns
            .iter()
            .any(|pattern| booking::Pattern::new(pattern.as_str()).matches(&told))
    };
    match (is(&api.roles.guest), is(&api.roles.host)) {
        (true, _) => Role::Guest,
        (false, true) => Role::Host,
        (false, false) => Role::Platform,
    }
}

/// What came with the message. More than is taken is told of by the last one.
fn parts(value: &Value, api: &MessagingApi) -> Vec<Part> {
    let Some(fields) = &api.fields.attachments else {
        return Vec::new();
    };
    let list = value.pointer(fields.list.as_str()).and_then(Value::as_array);
    let list = list.map(Vec::as_slice).unwrap_or_default();
    let each = list
        .iter()
        .enumerate()
        .take(MAX_ATTACHMENTS)
        .map(|(number, part)| {
            let field = |pointer: &JsonPointer| part.pointer(pointer.as_str());
            let maybe = |pointer: &Option<JsonPointer>| field(pointer.as_ref()?);
            let is_rest = number + 1 == MAX_ATTACHMENTS && list.len() > MAX_ATTACHMENTS;
            Part {
                name: maybe(&fields.name).and_then(shown).map(Private::from),
                media_type: maybe(&fields.media_type)
                    .and_then(shown)
                    .unwrap_or_else(unknown_type),
                place: match field(&fields.url).and_then(Value::as_str) {
                    _ if is_rest => PartPlace::Nowhere("too-many"),
                    Some(url) => PartPlace::At(url.into()),
                    None => PartPlace::Nowhere("no-address"),
                },
            }
        });
    each.collect()
}

pub(crate) fn unknown_type() -> String {
    "application/octet-stream".to_owned()
}

/// The text of HTML; one line ends it less than a file's.
pub(crate) fn plain(html: &str) -> String {
    let html = html
        .get(..html.floor_char_boundary(MAX_HTML_BYTES))
        .unwrap_or(html);
    template::plain_text(html).trim_end().to_owned()
}

/// A text that was written, which may be long and may be empty.
fn written(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A text that is shown: cut when it is long.
fn shown(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| cut(text.to_owned(), MAX_NAME_BYTES))
}

/// A text or number that names something. A long one is none: cut, it could be another's.
fn name(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    ((1..=MAX_NAME_BYTES).contains(&text.len())).then_some(text)
}

/// A moment, in a year of four digits: others are no times of a message, and names made of them do not sort.
fn instant(value: &Value) -> Option<DateTime<Utc>> {
    moment(value).filter(|at| (0..=9999).contains(&at.year()))
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    if let Some(text) = value.as_str() {
        let read =
            DateTime::parse_from_rfc3339(text.trim()).or_else(|_| DateTime::parse_from_rfc2822(text.trim()));
        return Some(read.ok()?.to_utc());
    }
    let number = value.as_i64().or_else(|| whole(value.as_f64()?))?;
    if number.abs() >= FIRST_MILLISECONDS {
        DateTime::from_timestamp_millis(number)
    } else {
        DateTime::from_timestamp(number, 0)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the bounds are looked at before")]
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 1e15).then_some(number as i64)
}

fn says_yes(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::String(text) => !matches!(
            text.trim().to_ascii_lowercase().as_str(),
            "" | "false" | "no" | "0"
        ),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expected: Option<&str>) {
        let read = instant(value).map(|at| at.to_rfc3339());
        assert_eq!(read.as_deref(), expected, "{value}");
    }

    #[test]
    fn a_moment_is_read_as_platforms_write_it() {
        let expected = Some("2027-01-15T08:00:00+00:00");
        check(&json!("2027-01-15T10:00:00+02:00"), expected);
        check(&json!(" Fri, 15 Jan 2027 08:00:00 GMT "), expected);
        check(&json!(1_800_000_000), expected);
        check(&json!(1_800_000_000_000_u64), expected);
        check(&json!(1_800_000_000.0), expected);
        check(&json!("yesterday"), None);
        check(&json!(null), None);
    }

    #[test]
    fn a_year_without_four_digits_is_no_moment() {
        check(&json!(253_402_300_799_000_u64), Some("9999-12-31T23:59:59+00:00"));
        check(&json!(253_402_300_800_000_u64), None);
        check(&json!(i64::MAX), None);
        check(&json!(-99_999_999_999_i64), None);
    }
}
