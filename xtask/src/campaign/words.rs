//! What the function's stable names mean, in words.

use campaign::Standing;

/// A delivery's state.
pub(super) fn of_state(name: &str) -> &str {
    let Some(standing) = Standing::named(name) else {
        return name;
    };
    match standing {
        Standing::Planned => "to be sent",
        Standing::HeldQuiet => "waiting for the end of quiet hours",
        Standing::Rendered => "ready",
        Standing::Claimed => "in a sender's hand",
        Standing::Submitting => "being sent",
        Standing::Accepted => "sent, and not heard of yet",
        Standing::Delivered => "delivered",
        Standing::Bounced => "bounced",
        Standing::Complained => "called spam",
        Standing::Suppressed => "left out",
        Standing::Expired => "too late",
        Standing::Failed => "failed",
        Standing::Unknown => "unknown whether sent",
    }
}

/// Why somebody is left out.
pub(super) fn of_exclusion(name: &str) -> &str {
    match name {
        "other-channel" => "they have no address for this channel",
        "complaint" => "they called a message spam",
        "hard-bounce" => "their mailbox or number does not exist",
        "unsubscribed" => "they do not want marketing",
        "stopped" => "they sent STOP",
        "operator" => "you do not write to them (`campaign suppress`)",
        "frequency-cap" => "they have had as much marketing as the cap allows",
        "too-late" => "on their wall it is later than the campaign may be",
        _ => name,
    }
}

/// A state with its reason: `FAILED template` and so on.
pub(super) fn of_not_sent(name: &str) -> (&str, &str) {
    let (state, why) = name.split_once(' ').unwrap_or((name, ""));
    (of_state(state), of_exclusion(why))
}

/// How far a batch is.
pub(super) fn of_stage(stage: &str) -> &str {
    match stage {
        "waiting" => "waits for your word",
        "planning" => "being planned",
        "planned" => "under way",
        "closed" => "done",
        _ => stage,
    }
}

/// The number with its noun.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_words_of_its_own() {
        let mut words: Vec<&str> = Standing::ALL.iter().map(|one| of_state(one.name())).collect();
        assert!(
            words
                .iter()
                .all(|word| !word.contains(|letter: char| letter.is_ascii_uppercase()))
        );
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Standing::ALL.len());
    }

    #[test]
    fn what_this_release_does_not_know_is_shown_as_it_came() {
        assert_eq!(of_state("BURNT"), "BURNT");
        assert_eq!(of_not_sent("FAILED no template"), ("failed", "no template"));
        assert_eq!(of_not_sent("EXPIRED"), ("too late", ""));
        assert_eq!(of_stage("else"), "else");
    }
}
