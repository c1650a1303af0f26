//! When so many messages come back that going on would harm the sender.

use std::collections::BTreeMap;

/// Fewer than so many say nothing: of ten guests, one mistyped address is ten percent.
const LEAST: u64 = 100;
/// In a hundred. SES reviews an account from 5 on, and pauses it from 10 on.
const BOUNCES_PERCENT: u64 = 5;
/// In ten thousand. SES reviews an account from 10 on, and pauses it from 50 on.
const COMPLAINTS_PER_10_000: u64 = 10;

/// Why a batch should not go on, from its counts by state; `None` when it may.
#[must_use]
pub fn unhealthy(counts: &BTreeMap<String, u64>) -> Option<String> {
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    let (bounced, complained) = (count("BOUNCED"), count("COMPLAINED"));
    let sent = count("ACCEPTED") + count("DELIVERED") + bounced + complained;
    if sent < LEAST {
        return None;
    }
    if bounced * 100 > sent * BOUNCES_PERCENT {
        return Some(format!(
            "{bounced} of {sent} mails bounced, more than {BOUNCES_PERCENT} %"
        ));
    }
    // One complaint is a person, and not a rate.
    if complained > 1 && complained * 10_000 > sent * COMPLAINTS_PER_10_000 {
        return Some(format!(
            "{complained} of {sent} recipients complained, more than 0.1 %"
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(counts: [(&str, u64); 3], expected: Option<&str>) {
        let counts = counts.map(|(name, count)| (name.to_owned(), count)).into();
        assert_eq!(unhealthy(&counts).as_deref(), expected);
    }

    #[test]
    fn a_batch_stops_at_the_limits_that_ses_has_and_not_before() {
        check([("DELIVERED", 90), ("BOUNCED", 9), ("COMPLAINED", 0)], None);
        check([("DELIVERED", 95), ("BOUNCED", 5), ("COMPLAINED", 0)], None);
        check(
            [("DELIVERED", 94), ("BOUNCED", 6), ("COMPLAINED", 0)],
            Some("6 of 100 mails bounced, more than 5 %"),
        );
        check([("DELIVERED", 100), ("BOUNCED", 0), ("COMPLAINED", 1)], None);
        check(
            [("DELIVERED", 1_000), ("BOUNCED", 0), ("COMPLAINED", 2)],
            Some("2 of 1002 recipients complained, more than 0.1 %"),
        );
    }
}
