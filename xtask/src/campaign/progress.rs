//! How far the batches are: for `--watch`, and to name what a pause stops.

use campaign::Standing;
use contract::campaign::StatusAnswer;

use super::words::counted;

/// How far they are, all together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Messages of batches that are not done.
    pub(super) messages: u64,
    /// Of them, those that we have nothing to do for any more.
    pub(super) settled: u64,
    /// Of them, those that nobody got, as far as is known.
    pub(super) troubled: u64,
    /// Batches that have messages to send, or are being planned.
    pub(super) open_batches: u64,
    /// Whether anything is paused.
    pub(super) is_paused: bool,
}

impl Progress {
    /// Counts. A batch that is done counts no more, and one that waits for the operator's word does not move by itself.
    pub(super) fn of(status: &StatusAnswer) -> Self {
        let mut progress = Self {
            is_paused: !status.pauses.is_empty(),
            ..Self::default()
        };
        for batch in status.batches.iter().filter(|batch| batch.stage != "closed") {
            let mut open = 0;
            for (name, number) in &batch.counts {
                progress.messages += number;
                match Standing::named(name) {
                    Some(standing) if standing.is_open() => open += number,
                    Some(standing) if !standing.was_sent() => progress.troubled += number,
                    _ => {}
                }
            }
            progress.open_batches += u64::from(open > 0 || batch.stage == "planning");
            progress.settled += batch.counts.values().sum::<u64>() - open;
        }
        progress
    }

    /// What a pause stops.
    pub(super) fn stopped(&self) -> String {
        let open = self.messages - self.settled;
        format!(
            "{} with {} to send, and all that becomes due",
            counted(self.open_batches, "open batch", "open batches"),
            counted(open, "message", "messages")
        )
    }

    /// One line beside a bar.
    pub(super) fn line(&self) -> String {
        let mut line = counted(self.open_batches, "open batch", "open batches");
        if self.troubled > 0 {
            line += &format!(", {} not got", self.troubled);
        }
        if self.is_paused {
            line += ", paused";
        }
        line
    }
}
