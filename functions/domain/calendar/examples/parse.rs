//! Reads a feed as a process: `parse FILE`. `cargo xtask bench sync` measures it.

use std::error::Error;

use calendar::{Budget, Limits, Period, expand, read};
use chrono::{DateTime, Utc};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: parse FILE")?;
    let reading = read(&std::fs::read(file)?, &Limits::default())?;
    let always = Period::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let expansion = expand(&reading.calendar, always, chrono_tz::UTC, &Budget::default());
    let (mut letters, mut seconds) = (0, 0);
    for occurrence in &expansion.occurrences {
        let title = occurrence.event.summary.as_deref().unwrap_or_default();
        letters += occurrence.event.uid.len() + title.len();
        seconds += (occurrence.period.end - occurrence.period.start).num_seconds();
    }
    let events = expansion.occurrences.len();
    println!("{{\"events\": {events}, \"letters\": {letters}, \"seconds\": {seconds}}}");
    Ok(())
}
