//! The event log, written in the transaction of the ledger's line that it tells of, and never changed.
//!
//! ```text
//! pk              sk
//! log#<asset>     <first seen>#<booking>#<number>
//! ```
//!
//! A booking's lines lie together at the time at which it was first seen, so that a report reads its window and no more.

use booking::log::{LogLine, lines};
use booking::sync::{Link, State, Write};
use calendar::Period;
use chrono::{DateTime, Utc};

use super::Ledger;
use super::rows::{body, written};
use crate::StoreError;
use crate::table::{Key, Part, SK, When, count, string};
use crate::wire::sortable;

const WHAT: &str = "a line of the log";
/// So many lines are read at once.
const PAGE: u16 = 1_000;

/// Some lines of the log, and where the next ones begin.
#[derive(Debug)]
pub struct LogPage {
    /// By the time at which their booking was first seen, then by booking, then by number.
    pub lines: Vec<LogLine>,
    /// `None`: there are no more.
    pub next: Option<LogPlace>,
}

/// A place in an asset's log.
#[derive(Debug, Clone)]
pub struct LogPlace(String);

impl Ledger {
    /// Some lines about an asset's bookings that were first seen in this window, whenever the lines were written; a whole
    /// booking's, over all pages. Each call reads so many rows at most, however long the log is.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn log(
        &self,
        asset: &str,
        window: Period,
        from: Option<LogPlace>,
    ) -> Result<LogPage, StoreError> {
        let after = from.map_or_else(|| sortable(window.start), |place| place.0);
        // A booking follows the time, so that what was first seen at the very end sorts behind this.
        let last = sortable(window.end);
        let rows = self.table.page(&partition(asset), (&after, &last), PAGE).await?;
        let end = rows
            .last()
            .map(|row| string(row, SK).ok_or(StoreError::Corrupt { what: WHAT }));
        let next = end.transpose()?.map(|sort| LogPlace(sort.to_owned()));
        let lines = rows.iter().map(body).collect::<Result<_, _>>()?;
        Ok(LogPage { lines, next })
    }
}

/// A line of the ledger as it is stored by the write, and what the log says of that.
pub(super) fn logged(
    link: &Link,
    before: &State,
    now: DateTime<Utc>,
) -> Result<(Link, Vec<Part>), StoreError> {
    let before = before.links.get(&link.id);
    let mut after = State {
        links: before
            .map(|link| (link.id.clone(), link.clone()))
            .into_iter()
            .collect(),
        ..State::default()
    };
    after.after(&Write::PutLink(Box::new(link.clone())));
    let stored = after
        .links
        .remove(&link.id)
        .ok_or(StoreError::Corrupt { what: WHAT })?;
    let parts = lines(before, link, now)
        .iter()
        .map(part)
        .collect::<Result<_, _>>()?;
    Ok((stored, parts))
}

fn part(line: &LogLine) -> Result<Part, StoreError> {
    let sort = format!(
        "{}#{}#{:06}",
        sortable(line.first_seen),
        line.booking,
        line.number
    );
    let mut row = Key::new(partition(&line.asset), sort).row();
    row.extend([written(line)?, count("version", &State::VERSION)]);
    Ok(Part::Put(row, When::Always))
}

fn partition(asset: &str) -> String {
    format!("log#{asset}")
}
