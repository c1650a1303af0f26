//! The texts of campaigns and senders.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{InvalidText, is_id};

id_type!(
    /// Identifies a campaign.
    CampaignId,
    "a campaign's id"
);
id_type!(
    /// Names an audience: people who were imported together.
    AudienceId,
    "an audience's name"
);
id_type!(
    /// Names a template.
    TemplateName,
    "a template's name"
);

id_type!(
    /// Identifies a rule of answers.
    RuleId,
    "a rule's id"
);

text_type!(
    /// An e-mail address that the operator owns. Whether mail arrives there only mail can tell.
    MailAddress,
    r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}$",
    "an e-mail address is a name of letters, digits and `._+-`, an `@`, and a domain",
    is_mail_address
);

text_type!(
    /// A telephone number (E.164).
    PhoneNumber,
    "^[+][1-9][0-9]{7,14}$",
    "a telephone number is `+`, its country's code and the rest, 8 to 15 digits in all",
    is_phone_number
);

text_type!(
    /// A date and time on a wall: `2026-12-01T09:00`.
    LocalTime,
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]$\
     |^[0-9]{4}-(0[13-9]|1[0-2])-(29|30)T([01][0-9]|2[0-3]):[0-5][0-9]$\
     |^[0-9]{4}-(0[13578]|1[02])-31T([01][0-9]|2[0-3]):[0-5][0-9]$\
     |^([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29T([01][0-9]|2[0-3]):[0-5][0-9]$",
    "a local time is `YYYY-MM-DDTHH:MM`, on a day that exists",
    is_local_time
);

text_type!(
    /// A time of day: `21:00`.
    ClockTime,
    "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    "a time of day is `HH:MM`",
    is_clock_time
);

text_type!(
    /// An IANA time zone, or `recipient` for each recipient's own.
    ZoneChoice,
    "^[A-Za-z][A-Za-z0-9_+/-]{1,63}$",
    "a zone is an IANA time zone such as `America/New_York`, or `recipient`",
    is_zone_name
);

text_type!(
    /// A recurrence rule (RFC 5545, 3.3.10).
    RecurrenceRule,
    "^FREQ=[A-Z]{5,8}(;[A-Z]{3,10}=[A-Z0-9,+-]{1,100}){0,12}$",
    "a recurrence rule is like `FREQ=WEEKLY;BYDAY=FR` (RFC 5545, 3.3.10)",
    is_recurrence_rule
);

text_type!(
    /// The address of a page.
    WebUrl,
    r#"^https://[^\s"<>\x00-\x1f\x7f-\x9f]{1,500}$"#,
    "the address of a page begins with https://",
    is_web_url
);

fn is_mail_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (1..=64).contains(&local.len())
        && local
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
        && (2..=5).contains(&domain.split('.').count())
        && domain.split('.').all(is_label)
}

fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_local_time(text: &str) -> bool {
    text.len() == 16
        && text.is_ascii()
        && chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").is_ok()
}

fn is_clock_time(text: &str) -> bool {
    text.len() == 5 && text.is_ascii() && chrono::NaiveTime::parse_from_str(text, "%H:%M").is_ok()
}

fn is_zone_name(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+/-".contains(&byte))
}

fn is_recurrence_rule(text: &str) -> bool {
    let is_between = |text: &str, length: std::ops::RangeInclusive<usize>, more: &[u8]| {
        length.contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || more.contains(&byte))
    };
    let mut parts = text.split(';');
    let frequency = parts.next().and_then(|part| part.strip_prefix("FREQ="));
    let rest: Vec<&str> = parts.collect();
    frequency.is_some_and(|frequency| is_between(frequency, 5..=8, b""))
        && rest.len() <= 12
        && rest.iter().all(|part| {
            part.split_once('=').is_some_and(|(name, value)| {
                is_between(name, 3..=10, b"") && is_between(value, 1..=100, b"0123456789,+-")
            })
        })
}

fn is_web_url(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| {
        (1..=500).contains(&rest.chars().count())
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>'))
    })
}
