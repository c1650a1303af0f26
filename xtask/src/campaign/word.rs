//! The operator's word, before something is done that cannot be taken back.

use std::io::{BufRead, IsTerminal as _};

use anyhow::{Context, Result};

use crate::exit::Refused;
use crate::screen;

/// Who is asked.
pub(crate) struct Operator {
    /// Whether `--yes` was passed.
    has_said_yes: bool,
    /// Whether anybody can be asked.
    is_present: bool,
    input: Box<dyn BufRead>,
}

impl Operator {
    /// Whoever started this command.
    pub(crate) fn here(has_said_yes: bool) -> Self {
        Self {
            has_said_yes,
            is_present: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            input: Box::new(std::io::stdin().lock()),
        }
    }

    /// Whether a question would be put: nobody has said yes, and somebody is there.
    pub(crate) fn would_be_asked(&self) -> bool {
        !self.has_said_yes && self.is_present
    }

    /// Whether there is a word for so many recipients: `--yes`, or the number, typed. Up to the manifest's
    /// `confirm_above` none is needed where there is nobody to ask.
    ///
    /// # Errors
    /// [`Refused`] when a word is needed and there is nobody to ask.
    pub(crate) fn confirms_number(&mut self, recipients: u64, confirm_above: u64) -> Result<bool> {
        if self.has_said_yes {
            return Ok(true);
        }
        if self.is_present {
            let typed = self.answer(&format!(
                "Type the number of recipients to send it: {recipients}? "
            ))?;
            return Ok(typed == recipients.to_string());
        }
        if recipients <= confirm_above {
            return Ok(true);
        }
        Err(Refused(format!(
            "{recipients} recipients are more than the manifest's `confirm_above` ({confirm_above}), and there is no \
             terminal to ask on: pass --yes"
        ))
        .into())
    }

    /// Whether there is a yes.
    ///
    /// # Errors
    /// [`Refused`] when there is nobody to ask.
    pub(crate) fn confirms(&mut self, question: &str) -> Result<bool> {
        if self.has_said_yes {
            return Ok(true);
        }
        if !self.is_present {
            let reason = "this needs a yes, and there is no terminal to ask on: pass --yes";
            return Err(Refused(reason.to_owned()).into());
        }
        let typed = self.answer(&format!("{question} [y/N] "))?;
        Ok(matches!(typed.as_str(), "y" | "Y" | "yes"))
    }

    fn answer(&mut self, question: &str) -> Result<String> {
        screen::ask(question);
        let mut line = String::new();
        self.input
            .read_line(&mut line)
            .context("cannot read the answer")?;
        Ok(line.trim().to_owned())
    }

    #[cfg(test)]
    pub(crate) fn typing(text: &'static str) -> Self {
        Self {
            has_said_yes: false,
            is_present: true,
            input: Box::new(text.as_bytes()),
        }
    }

    #[cfg(test)]
    pub(crate) fn absent(has_said_yes: bool) -> Self {
        Self {
            has_said_yes,
            is_present: false,
            input: Box::new(std::io::empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn on_a_terminal_the_number_is_typed_however_small_it_is() {
        assert!(Operator::typing("3\n").confirms_number(3, 500).unwrap());
        assert!(!Operator::typing("y\n").confirms_number(3, 500).unwrap());
        assert!(!Operator::typing("").confirms_number(3, 500).unwrap());
        assert!(!Operator::typing("30\n").confirms_number(3, 500).unwrap());
    }

    #[test]
    fn without_a_terminal_more_than_the_manifest_lets_pass_needs_yes() {
        assert!(Operator::absent(false).confirms_number(500, 500).unwrap());
        assert!(Operator::absent(true).confirms_number(501, 500).unwrap());
        let error = Operator::absent(false).confirms_number(501, 500).unwrap_err();
        assert_eq!(Exit::of(&error), Exit::Refused);
        insta::assert_snapshot!(error, @"501 recipients are more than the manifest's `confirm_above` (500), and there is no terminal to ask on: pass --yes");
    }

    #[test]
    fn a_question_needs_a_yes_or_somebody_to_ask() {
        assert!(Operator::typing("y\n").confirms("Go on?").unwrap());
        assert!(!Operator::typing("\n").confirms("Go on?").unwrap());
        assert!(Operator::absent(true).confirms("Go on?").unwrap());
        let error = Operator::absent(false).confirms("Go on?").unwrap_err();
        assert_eq!(Exit::of(&error), Exit::Refused);
    }
}
