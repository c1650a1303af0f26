//! The commands that send.

use std::path::PathBuf;

use anyhow::Result;
use chrono::Utc;

use super::send::{Only, Resendable};
use super::{How, WordArg, context, naming, send};
use crate::exit::Exit;
use crate::workspace::Workspace;

/// What sends.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Tell to whom a campaign would go now, and who is left out and why. Sends nothing.
    Plan {
        /// The campaign's id in the manifest.
        campaign: String,
        #[command(flatten)]
        how: How,
    },
    /// Send a campaign to its audience now, whatever its schedule says.
    ///
    /// Shows the plan first. On a terminal you then type the number of recipients. Without a terminal a campaign that goes
    /// to more than the manifest's `confirm_above` needs --yes, and ends with 4 otherwise. It goes to no more people than
    /// were shown: should there be more of them by then, the sending waits for `campaign resume`.
    Send {
        /// The campaign's id in the manifest.
        campaign: String,
        /// Names this sending: under one name everybody gets it once, however often it is asked for. 1 to 40 letters, digits
        /// and hyphens. It has to be given when yesterday's sending began less than 6 hours ago: over midnight in UTC the
        /// same one would become another [default: today in UTC, as YYYYMMDD].
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        word: WordArg,
    },
    /// Send one message to somebody on the manifest's `messages.test_recipients` or `messages.test_numbers`.
    ///
    /// Waits until it is known what became of it, for 25 seconds at most. Ends with 1 unless it went out.
    TestSend {
        /// The campaign's id in the manifest.
        campaign: String,
        /// The e-mail address or telephone number.
        #[arg(long, value_name = "ADDRESS")]
        to: String,
        /// What the template is given, a JSON object [default: the sample of the checkout's template].
        #[arg(long, value_name = "FILE")]
        context: Option<PathBuf>,
        #[command(flatten)]
        how: How,
    },
    /// Send a batch again to those who did not get it, and to nobody else. Tells to how many, and asks.
    Resend {
        /// The campaign's id in the manifest.
        campaign: String,
        /// The batch, as `campaign status` calls it.
        #[arg(long)]
        batch: String,
        /// To those whose message is in one of these states.
        #[arg(
            long,
            value_name = "STATES",
            required = true,
            value_delimiter = ',',
            ignore_case = true
        )]
        only: Vec<Resendable>,
        /// Send to UNKNOWN, too: some of them may have got it already, and get it twice then.
        #[arg(long)]
        accept_duplicates: bool,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        word: WordArg,
    },
}

/// Runs a command that sends. What is wrong with the input is told before anybody is asked.
pub(super) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Plan { campaign, how } => {
            let scheduler = how.scheduler(workspace).await?;
            how.tell(send::plan(&scheduler, campaign).await?)
        }
        Command::Send {
            campaign,
            name,
            how,
            word,
        } => {
            let scheduler = how.scheduler(workspace).await?;
            let name = naming::name(&scheduler, &campaign, name, Utc::now()).await?;
            how.tell(send::send(&scheduler, campaign, name, &mut word.operator()).await?)
        }
        Command::TestSend {
            campaign,
            to,
            context,
            how,
        } => {
            let context = context::read(workspace, how.stage.stage, &campaign, context.as_deref())?;
            let scheduler = how.scheduler(workspace).await?;
            how.tell(send::test(&scheduler, campaign, to, context).await?)
        }
        Command::Resend {
            campaign,
            batch,
            only,
            accept_duplicates,
            how,
            word,
        } => {
            let only = Only::of(only, accept_duplicates)?;
            let scheduler = how.scheduler(workspace).await?;
            let outcome = send::resend(&scheduler, (campaign, batch), &only, &mut word.operator()).await?;
            how.tell(outcome)
        }
    }
}
