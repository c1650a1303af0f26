//! The log, which must tell what the ledger says, whatever was repeated, cut off or taken back.

use std::collections::BTreeSet;

use chrono_tz::America::New_York;

use super::checks::ensure;
use super::world::World;
use crate::log::{Course, LogLine, Standing, fold, lines, standing};
use crate::report::{Counts, Tally};
use crate::sync::{Link, Write, confirm, hold};

impl World {
    /// Stores a write and what the log says of it, now and then twice, as who heard no answer does.
    pub(crate) fn store(&mut self, write: &Write) -> Result<(), String> {
        let before = match write {
            Write::PutLink(link) => self.state.links.get(&link.id).cloned(),
            _ => None,
        };
        self.state.after(write);
        let Write::PutLink(link) = write else {
            return Ok(());
        };
        let new = lines(before.as_ref(), link, self.now);
        if self.random.once_in(4) {
            let again = lines(before.as_ref(), link, self.now + chrono::TimeDelta::seconds(1));
            ensure(
                numbers(&again) == numbers(&new),
                "a repeated write is other lines",
            )?;
            self.log.extend(again);
            self.state.after(write);
        }
        self.log.extend(new);
        self.the_log_knows(&link.id)
    }

    /// The operator answers a request, or takes an answer back.
    pub(crate) fn operator_answers(&mut self) -> Result<(), String> {
        let links = self.state.links.values();
        let ids: Vec<String> = links
            .filter(|link| link.content.weight() == crate::Kind::Hold)
            .map(|link| link.id.clone())
            .collect();
        let Some(id) = self.random.pick(&ids) else {
            return Ok(());
        };
        let answer = if self.random.once_in(3) { hold } else { confirm };
        for write in answer(&self.state, &id, self.now).unwrap_or_default() {
            self.store(&write)?;
        }
        Ok(())
    }

    fn the_log_knows(&self, id: &str) -> Result<(), String> {
        let of_it = self.log.iter().filter(|line| line.booking == id).cloned();
        let course = fold(of_it).remove(id);
        let link = self.state.links.get(id).ok_or("a line was not stored")?;
        ensure(
            says_the_same(link, course.as_ref()),
            &format!("the log tells {course:?} of {link:?}"),
        )
    }

    /// Every line of the ledger is as the log tells, and the reports are sums of it.
    pub(crate) fn the_log_tells_the_same(&self) -> Result<(), String> {
        let courses = fold(self.log.iter().cloned());
        for link in self.state.links.values() {
            ensure(
                says_the_same(link, courses.get(&link.id)),
                &format!("the log tells {:?} of {link:?}", courses.get(&link.id)),
            )?;
        }
        let is_known = |id: &String| self.state.links.contains_key(id);
        ensure(courses.keys().all(is_known), "the log tells of what nobody knows")?;
        let counts = self.report();
        let firm: Vec<&Link> = self
            .live()
            .filter(|link| standing(link) == Some(Standing::Booked))
            .collect();
        let seconds = |link: &&Link| {
            let period = link.content.period();
            (period.end - period.start).num_seconds()
        };
        ensure(
            (counts.firm, counts.seconds) == (firm.len() as u64, firm.iter().map(seconds).sum()),
            &format!("{counts:?} is reported of {} bookings", firm.len()),
        )?;
        let cancelled = courses
            .values()
            .filter(|course| course.is_booked && course.last.standing == Standing::Cancelled);
        // What comes back in Google after it was deleted is another booking there.
        ensure(
            counts.cancelled >= cancelled.count() as u64 && counts.booked() <= counts.requests,
            &format!("{counts:?} is reported"),
        )
    }

    /// All reports in one, from the log as a store gives it out: by booking, each line once.
    pub(crate) fn report(&self) -> Counts {
        let mut log = self.log.clone();
        let key = |line: &LogLine| (line.first_seen, line.booking.clone(), line.number);
        log.sort_by_key(key);
        log.dedup_by_key(|line| key(line));
        let mut tally = Tally::default();
        for line in log {
            tally.line(line, New_York);
        }
        tally.finish().into_values().fold(Counts::default(), Counts::and)
    }
}

fn says_the_same(link: &Link, course: Option<&Course>) -> bool {
    match (standing(link), course) {
        (Some(Standing::Cancelled) | None, None) => true,
        (Some(Standing::Cancelled) | None, Some(course)) => course.last.standing == Standing::Cancelled,
        (Some(is), Some(Course { last, .. })) => {
            (is, link.content.period(), link.content.value) == (last.standing, last.period, last.value)
                && (&link.asset, &link.origin, link.logged) == (&last.asset, &last.origin, last.number)
        }
        (Some(_), None) => false,
    }
}

fn numbers(lines: &[LogLine]) -> BTreeSet<(u32, String)> {
    lines
        .iter()
        .map(|line| (line.number, line.booking.clone()))
        .collect()
}
