//! A period as two instants, for what is stored.

use calendar::Period;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
struct Span {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

pub(crate) fn serialize<S: Serializer>(period: &Period, serializer: S) -> Result<S::Ok, S::Error> {
    let Period { start, end } = *period;
    Span { start, end }.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
    let Span { start, end } = Span::deserialize(deserializer)?;
    Ok(Period::new(start, end))
}
