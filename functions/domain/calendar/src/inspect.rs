//! What our reader sees in a body, for `feed inspect`.

use chrono_tz::Tz;
use serde::Serialize;

use crate::{Budget, Limits, Period, expand, read};

/// How a body is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Which occurrences are asked for, if any: those that start in it.
    pub window: Option<Period>,
    /// The zone of floating times and dates.
    pub floating: Tz,
    /// What reading may cost.
    pub limits: Limits,
    /// What expanding may cost.
    pub budget: Budget,
}

/// One line of `feed inspect --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The file or origin that was named.
    pub file: String,
    /// Whether it could be read at all.
    pub status: InspectionStatus,
    /// Of an error, what it is; otherwise whether the body is complete.
    pub note: String,
    /// How many `VEVENT`s the body holds: [`Reading::event_components`](crate::Reading::event_components).
    pub events: usize,
    /// Unix seconds of every occurrence that starts in the window, in order; absent when no window was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Vec<i64>>,
    /// What the feed gets wrong.
    pub warnings: Vec<String>,
}

/// `ok` or `err`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InspectionStatus {
    /// It could be read.
    Ok,
    /// It could not.
    Err,
}

/// Looks at a body. `file` is how the answer names it.
#[must_use]
pub fn inspect(file: impl Into<String>, bytes: &[u8], question: &Question) -> Inspection {
    let file = file.into();
    let reading = match read(bytes, &question.limits) {
        Ok(reading) => reading,
        Err(error) => {
            return Inspection {
                file,
                status: InspectionStatus::Err,
                note: error.to_string(),
                events: 0,
                starts: question.window.map(|_| Vec::new()),
                warnings: Vec::new(),
            };
        }
    };
    let mut warnings: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    let starts = question.window.map(|window| {
        let expansion = expand(&reading.calendar, window, question.floating, &question.budget);
        warnings.extend(expansion.warnings.iter().map(ToString::to_string));
        expansion
            .occurrences
            .iter()
            .map(|occurrence| occurrence.period.start)
            .filter(|start| window.contains(*start))
            .map(|start| start.timestamp())
            .collect()
    });
    let note = if reading.complete {
        "complete"
    } else {
        "incomplete"
    };
    Inspection {
        file,
        status: InspectionStatus::Ok,
        note: note.to_owned(),
        events: reading.event_components,
        starts,
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn question(window: bool) -> Question {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        Question {
            window: window.then(|| Period::new(at(1_740_787_200), at(1_740_960_000))),
            floating: Tz::UTC,
            limits: Limits::default(),
            budget: Budget::default(),
        }
    }

    fn line(body: &str, window: bool) -> String {
        serde_json::to_string(&inspect("a.ics", body.as_bytes(), &question(window))).unwrap()
    }

    const BODY: &str = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20250228\nDTEND:20250302\nRRULE:FREQ=DAILY\nEND:VEVENT\n\
                        BEGIN:VEVENT\nDTSTART;TZID=Atlantis:20250301T120000\nEND:VEVENT\nEND:VCALENDAR\n";

    #[test]
    fn a_window_shows_what_starts_in_it() {
        insta::assert_snapshot!(line(BODY, true), @r#"{"file":"a.ics","status":"ok","note":"complete","events":2,"starts":[1740787200,1740830400,1740873600],"warnings":["line 8: unknown time zone, times taken as floating"]}"#);
    }

    #[test]
    fn without_a_window_there_are_no_starts() {
        insta::assert_snapshot!(line(BODY, false), @r#"{"file":"a.ics","status":"ok","note":"complete","events":2,"warnings":["line 8: unknown time zone, times taken as floating"]}"#);
    }

    #[test]
    fn what_is_no_calendar_is_an_error_with_a_hint() {
        insta::assert_snapshot!(line("<html>", true), @r#"{"file":"a.ics","status":"err","note":"not an iCalendar file: it looks like HTML","events":0,"starts":[],"warnings":[]}"#);
    }

    #[test]
    fn a_loss_is_noted() {
        insta::assert_snapshot!(line("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20250301\n", true), @r#"{"file":"a.ics","status":"ok","note":"incomplete","events":0,"starts":[1740787200],"warnings":["line 2: VEVENT has no END"]}"#);
    }
}
