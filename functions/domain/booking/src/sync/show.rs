//! The plan as the operator reads it, and as a machine does. Neither names a guest.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::content::kind_name;
use super::{GoogleWrite, Matter, Planned, SyncPlan, Write};
use crate::Origin;
use calendar::Period;

/// One line of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// `+`, `~`, `-`, or `!` for what needs a person.
    pub sign: char,
    /// What it changes.
    pub place: String,
    /// What is done there, in words.
    pub what: String,
    /// The asset's or, for a feed, the listing's id.
    pub about: String,
    /// The line of the ledger, decision or task.
    pub id: String,
    /// From when.
    pub start: Option<DateTime<Utc>>,
    /// Until when.
    pub end: Option<DateTime<Utc>>,
    /// Why.
    pub reason: String,
}

impl SyncPlan {
    /// The lines that a reader needs; the ledger's own are left out.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.writes.iter().filter_map(row).collect();
        // The writes' own order is that of crashes; a reader wants that of time.
        for of_one_kind in rows.chunk_by_mut(|a, b| (&a.place, &a.about) == (&b.place, &b.about)) {
            of_one_kind.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
        }
        rows
    }
}

fn row(planned: &Planned) -> Option<Row> {
    let row = |sign, place: &str, what: &str, about: &str, id: &str, period: Option<Period>| Row {
        sign,
        place: place.to_owned(),
        what: what.to_owned(),
        about: about.to_owned(),
        id: id.to_owned(),
        start: period.map(|period| period.start),
        end: period.map(|period| period.end),
        reason: planned.reason.clone(),
    };
    Some(match &planned.write {
        Write::PutLink(_) | Write::Touch(_) => return None,
        Write::PutEntry(entry) => {
            let from = match &entry.origin {
                Origin::Platform { listing, .. } => format!("{} of {listing}", kind_name(entry.content.kind)),
                Origin::Google => "event of Google".to_owned(),
                Origin::Own => "event of your own".to_owned(),
            };
            row(
                '~',
                "calendar",
                &from,
                &entry.asset,
                &entry.id,
                Some(entry.content.period()),
            )
        }
        Write::DropEntry { id, asset, face } => {
            row('-', "calendar", "take out", asset, id, Some(face.period))
        }
        Write::PutOutbound(outbound) => {
            let what = format!("show {} blocked times", outbound.blocks.len());
            row('~', "outbound feed", &what, &outbound.listing, "", None)
        }
        Write::Google(GoogleWrite::Insert {
            asset, link, face, ..
        }) => row('+', "Google", "add", asset, link, Some(face.period)),
        Write::Google(GoogleWrite::Patch {
            asset, link, face, ..
        }) => row('~', "Google", "change", asset, link, Some(face.period)),
        Write::Google(GoogleWrite::Delete {
            asset, link, face, ..
        }) => row('-', "Google", "delete", asset, link, Some(face.period)),
        Write::PutDecision(decision) => {
            let what = match &decision.matter {
                Matter::Overlap {
                    winner: Some(winner), ..
                } => format!("{winner} keeps the time"),
                Matter::Overlap { winner: None, .. } => "nobody keeps the time yet".to_owned(),
                Matter::Edit { link, .. } => format!("{link} says two things"),
            };
            row('!', "conflict", &what, &decision.asset, &decision.id, None)
        }
        Write::PutTask(task) => row('!', "task", &task.what, &task.asset, &task.id, None),
        Write::CloseTask { id, asset } => row('-', "task", "close", asset, id, None),
        Write::PutSlot(slot) => {
            let what = match slot.lacking_minutes {
                0 => format!("{} cleans", slot.crew),
                lacking => format!("{} cleans, {lacking} minutes short", slot.crew),
            };
            row('~', "turnover", &what, &slot.asset, &slot.link, Some(slot.period))
        }
        Write::DropSlot(slot) => {
            let what = format!("{} need not clean", slot.crew);
            row('-', "turnover", &what, &slot.asset, &slot.link, Some(slot.period))
        }
    })
}

impl fmt::Display for SyncPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows();
        let count = |place: &str| rows.iter().filter(|row| row.place == place).count();
        if rows.is_empty() {
            writeln!(f, "Sync: everything is in step")?;
        } else {
            let counts = [
                "calendar",
                "Google",
                "outbound feed",
                "turnover",
                "conflict",
                "task",
            ]
            .map(|place| (place, count(place)));
            let counts = counts.iter().filter(|(_, count)| *count > 0);
            let counts: Vec<String> = counts.map(|(place, count)| format!("{count} {place}")).collect();
            writeln!(f, "Sync: {}", counts.join(" · "))?;
        }
        for (listing, quarantine) in &self.quarantines {
            writeln!(
                f,
                "! quarantined {listing}: {}; `sync accept {listing}` if that is right",
                quarantine.suspicion
            )?;
        }
        for (listing, fault) in &self.failures {
            writeln!(f, "! not read {listing}: {fault}")?;
        }
        for (listing, last) in &self.stale {
            match last {
                Some(last) => writeln!(f, "! stale {listing}: last read {} UTC", last.format("%F %R"))?,
                None => writeln!(f, "! stale {listing}: never read")?,
            }
        }
        rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: {}", self.sign, self.place, self.about, self.what)?;
        if let (Some(start), Some(end)) = (self.start, self.end) {
            write!(f, ", {} to {} UTC", start.format("%F %R"), end.format("%F %R"))?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl Serialize for SyncPlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut plan = serializer.serialize_struct("SyncPlan", 5)?;
        plan.serialize_field("version", &1)?;
        plan.serialize_field("in_step", &self.is_in_step())?;
        plan.serialize_field("rows", &self.rows())?;
        plan.serialize_field("quarantined", &self.quarantines)?;
        plan.serialize_field("stale", &self.stale)?;
        plan.end()
    }
}
