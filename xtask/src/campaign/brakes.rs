//! The commands that look, stop and let go on.

use anyhow::Result;

use super::control::{self, Writing};
use super::{How, WordArg};
use crate::exit::{Exit, Invalid};
use crate::workspace::Workspace;

/// What looks, stops and lets go on.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Tell how campaigns are doing: their batches by state, who did not get them and why, pauses, and the rate.
    Status {
        /// Only this campaign, with who did not get batches that are done, too.
        campaign: Option<String>,
        /// Ask every 2 seconds, with a bar, until nothing is open. Only on a terminal.
        #[arg(long)]
        watch: bool,
        #[command(flatten)]
        how: How,
    },
    /// Send nothing from now on: of a campaign, or of all of them.
    ///
    /// Without CAMPAIGN it names what it stops, and asks on a terminal; from a script it just stops.
    Pause {
        /// The campaign's id in the manifest [default: everything].
        campaign: Option<String>,
        /// Why, for whoever reads it later.
        #[arg(long, value_name = "TEXT", default_value = "the operator's word")]
        why: String,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        word: WordArg,
    },
    /// End a pause. With CAMPAIGN, let a batch go that waits for your word, too.
    Resume {
        /// The campaign's id in the manifest [default: the pause of everything].
        campaign: Option<String>,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        word: WordArg,
    },
    /// Write to an address no more, whatever the campaign.
    Suppress(AddressArgs),
    /// Let an address be written to again, whatever has forbidden it: your word, a bounce, a complaint, or their own word.
    /// Only do it when they asked for it.
    Unsuppress(AddressArgs),
}

/// An address, and how it is written to.
#[derive(Debug, clap::Args)]
pub(crate) struct AddressArgs {
    /// An e-mail address, or a telephone number with its country's code.
    address: String,
    /// How it is written to [default: email if it has an `@`, sms if it begins with `+`].
    #[arg(long, value_parser = ["email", "sms"])]
    channel: Option<String>,
    #[command(flatten)]
    how: How,
}

/// Runs a command that looks, stops or lets go on.
pub(super) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Status { campaign, watch, how } => {
            if watch {
                control::may_watch()?;
            }
            let scheduler = how.scheduler(workspace).await?;
            let campaign = campaign.as_deref();
            how.tell(if watch {
                control::watch(&scheduler, campaign, control::WATCH_EVERY).await?
            } else {
                control::status(&scheduler, campaign).await?
            })
        }
        Command::Pause {
            campaign,
            why,
            how,
            word,
        } => {
            let scheduler = how.scheduler(workspace).await?;
            how.tell(control::pause(&scheduler, campaign, why, &mut word.operator()).await?)
        }
        Command::Resume { campaign, how, word } => {
            let scheduler = how.scheduler(workspace).await?;
            how.tell(control::resume(&scheduler, campaign, &mut word.operator()).await?)
        }
        Command::Suppress(args) => args.put(workspace, Writing::NoMore).await,
        Command::Unsuppress(args) => args.put(workspace, Writing::Again).await,
    }
}

impl AddressArgs {
    async fn put(self, workspace: &Workspace, writing: Writing) -> Result<Exit> {
        let channel = channel_of(&self.address, self.channel)?;
        let scheduler = self.how.scheduler(workspace).await?;
        let outcome = control::suppress(&scheduler, channel, self.address, writing).await?;
        self.how.tell(outcome)
    }
}

fn channel_of(address: &str, given: Option<String>) -> Result<String> {
    let guessed = if address.contains('@') {
        Some("email".to_owned())
    } else {
        address.starts_with('+').then(|| "sms".to_owned())
    };
    given.or(guessed).ok_or_else(|| {
        let reason = "the address has no `@` and does not begin with `+`: say which it is with --channel email or \
                      --channel sms";
        Invalid(reason.to_owned()).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_is_unless_it_was_said() {
        let of = |address, given: Option<&str>| channel_of(address, given.map(str::to_owned)).ok();
        assert_eq!(of("a@example.com", None).as_deref(), Some("email"));
        assert_eq!(of("+15551234567", None).as_deref(), Some("sms"));
        assert_eq!(of("0015551234567", None), None);
        assert_eq!(of("0015551234567", Some("sms")).as_deref(), Some("sms"));
    }
}
