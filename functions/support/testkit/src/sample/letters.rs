//! What the sample's guests write: questions that the sample manifest's rules answer, and some that they leave to a person.

use chrono::{DateTime, Utc};

use super::plan::{self, Kind};
use super::{LISTINGS, text};
use crate::messaging::Guest;

/// The platform that has a messaging API.
pub const PLATFORM: &str = "getmyboat";

/// A guest's message, and what the host has answered at the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What the guest writes.
    pub guest: Guest,
    /// The host's answer.
    pub answer: Option<&'static str>,
}

/// A question, about which of the platform's listings, and whether who asks has a booking.
struct Question {
    thread: &'static str,
    name: &'static str,
    listing: &'static str,
    has_booking: bool,
    words: &'static str,
    answer: Option<&'static str>,
}

const QUESTIONS: [Question; 6] = [
    Question {
        thread: "sample-meet",
        name: "Guest A",
        listing: "gmb-pontoon",
        has_booking: true,
        words: "Hi! Where do we meet, and is there parking close by?",
        answer: None,
    },
    Question {
        thread: "sample-free",
        name: "Guest B",
        listing: "gmb-sloop",
        has_booking: false,
        words: "Hello, is the sloop still free on a Sunday afternoon this month? There are six of us.",
        answer: None,
    },
    Question {
        thread: "sample-bring",
        name: "Guest C",
        listing: "gmb-pontoon",
        has_booking: true,
        words: "We look forward to it! What should we bring, and is there a cooler on board?",
        answer: None,
    },
    Question {
        thread: "sample-refund",
        name: "Guest D",
        listing: "gmb-hall",
        has_booking: true,
        words: "One of us is ill. Could we get a refund for the deposit if we move the date?",
        answer: None,
    },
    Question {
        thread: "sample-dog",
        name: "Guest E",
        listing: "gmb-sloop",
        has_booking: false,
        words: "May we take our dog along? He is small and likes the water.",
        answer: None,
    },
    Question {
        thread: "sample-thanks",
        name: "Guest F",
        listing: "gmb-pontoon",
        has_booking: true,
        words: "Thank you for the lovely day on the water!",
        answer: Some("It was a pleasure to have you. See you next summer!"),
    },
];

/// The letters, as they are written at an instant: who has a booking names its code.
#[must_use]
pub fn letters(now: DateTime<Utc>) -> Vec<Letter> {
    let codes = codes(now);
    let letter = |(place, question): (usize, &Question)| {
        let code = codes.get(place).filter(|_| question.has_booking);
        let guest = Guest {
            name: Some(question.name.to_owned()),
            listing: Some(question.listing.to_owned()),
            booking: code.cloned(),
            ..Guest::says(question.thread, question.words)
        };
        Letter {
            guest,
            answer: question.answer,
        }
    };
    QUESTIONS.iter().enumerate().map(letter).collect()
}

/// The codes of the pontoon's reservations that are to come, the next first.
fn codes(now: DateTime<Utc>) -> Vec<String> {
    let Some(listing) = LISTINGS.iter().find(|listing| listing.id == "getmyboat-pontoon") else {
        return Vec::new();
    };
    let local = now.with_timezone(&listing.time_zone);
    let mut stays = plan::stays(listing, local.date_naive());
    stays.retain(|stay| stay.kind == Kind::Reservation && stay.end > local.naive_local());
    stays.sort_by_key(|stay| stay.start);
    stays.iter().map(|stay| text::code(listing, stay)).collect()
}
