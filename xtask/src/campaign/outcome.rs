//! How a command went: told as text or as JSON, and its exit code.

use serde_json::Value;

use super::scheduler::Told;
use crate::exit::Exit;
use crate::screen;

/// How a command went.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code.
    pub(crate) exit: Exit,
    /// For people.
    pub(crate) text: String,
    /// The answer as the contract has it, for `--json`.
    pub(crate) value: Value,
}

impl Outcome {
    /// It was done.
    pub(crate) fn done(told: Told, text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Ok,
            text: text.into(),
            value: told.value,
        }
    }

    /// The operator gave no word, or there was nothing to do: what was asked last is the answer.
    pub(crate) fn not_done(exit: Exit, told: Told, text: impl Into<String>) -> Self {
        Self {
            exit,
            text: text.into(),
            value: told.value,
        }
    }

    /// Writes it.
    pub(crate) fn tell(self, as_json: bool) -> anyhow::Result<Exit> {
        if as_json {
            screen::answer(&serde_json::to_string_pretty(&self.value)?);
        } else {
            screen::answer(&self.text);
        }
        Ok(self.exit)
    }
}
