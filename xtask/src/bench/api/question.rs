//! What the dashboard asks.

use chrono::{DateTime, TimeDelta, Utc};

/// A request of the dashboard's.
pub(super) struct Question {
    /// As its row calls it.
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    asked: Asked,
    /// Whether the answer is known already.
    pub(super) is_known: bool,
}

/// What it asks for.
#[derive(Clone, Copy)]
enum Asked {
    All,
    /// The thirty days to come.
    Month,
    /// The twelve weeks of the charts.
    Weeks,
    /// One campaign's messages.
    Messages,
    /// The newest threads that are answered.
    Answered,
}

/// All of them.
pub(super) const QUESTIONS: [Question; 11] = [
    Question::new("overview", "/overview", Asked::All),
    Question {
        is_known: true,
        ..Question::new("same overview", "/overview", Asked::All)
    },
    Question::new("30 days", "/calendar/events", Asked::Month),
    Question::new("pending", "/bookings/pending", Asked::All),
    Question::new("50 deliveries", "/deliveries", Asked::Messages),
    Question::new("inbox", "/inbox", Asked::All),
    Question::new("answered threads", "/inbox", Asked::Answered),
    Question::new("one thread", "/inbox/{thread}", Asked::All),
    Question::new("bookings report", "/reports/bookings", Asked::Weeks),
    Question::new("cancellations report", "/reports/cancellations", Asked::Weeks),
    Question::new("conversion report", "/reports/conversion", Asked::Weeks),
];

impl Question {
    const fn new(name: &'static str, path: &'static str, asked: Asked) -> Self {
        Self {
            name,
            path,
            asked,
            is_known: false,
        }
    }

    pub(super) fn query(&self, now: DateTime<Utc>) -> String {
        let days = |from: i64, to: i64| {
            let day = |days| (now + TimeDelta::days(days)).format("%Y-%m-%d").to_string();
            format!("from={}&to={}", day(from), day(to))
        };
        match self.asked {
            Asked::All => String::new(),
            Asked::Month => days(0, 30),
            Asked::Weeks => days(35 - 12 * 7, 35),
            Asked::Messages => "campaign=news&limit=50".to_owned(),
            Asked::Answered => "state=answered".to_owned(),
        }
    }
}
