//! `inbox`: what guests wrote and what waits for the operator's word.

mod explain;
mod show;

use anyhow::{Result, bail};
use contract::inbox::RESPONDER;
use contract::replies::{ThreadAnswer, ThreadRequest};
use stacks::Stage;

use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Invalid, Refused};
use crate::function;
use crate::screen;
use crate::workspace::Workspace;
use show::{lines, shown};

/// Guests' messages at all platforms.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List threads: those with a draft first, then those that wait for an answer.
    List {
        /// Only threads in this state.
        #[arg(long, value_parser = ["waiting", "drafted", "answered", "closed"])]
        state: Option<String>,
        /// Only this site's.
        #[arg(long, value_name = "ID")]
        site: Option<String>,
        /// Only this platform's.
        #[arg(long, value_name = "ID")]
        platform: Option<String>,
        /// Go on where the last list ended.
        #[arg(long, value_name = "CURSOR")]
        cursor: Option<String>,
        #[command(flatten)]
        how: How,
    },
    /// Show a thread: its messages, what was decided about them and why.
    Show {
        /// The thread's id.
        id: String,
        #[command(flatten)]
        how: How,
    },
    /// Answer a thread's guest, with your words or with the draft that waits.
    ///
    /// The same words to the same message are sent once, however often the command is run.
    #[command(group = clap::ArgGroup::new("words").required(true).args(["text", "draft"]))]
    Reply {
        /// The thread's id.
        id: String,
        /// The words: at most 2000 characters.
        #[arg(long)]
        text: Option<String>,
        /// The draft's id, from `inbox show`. A newer draft is not sent in its place.
        #[arg(long, value_name = "ID")]
        draft: Option<String>,
        /// The newest message that you saw, from `inbox show`: nothing is sent when the guest has written since.
        #[arg(long, value_name = "ID")]
        seen: Option<String>,
        /// Show what would be sent, and send nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        how: How,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Say what the manifest's rules would make of a message: which one fits, what is held against the others, and the answer.
    ///
    /// It is the checkout's manifest and templates that are asked. Nothing is sent, and no stage is needed.
    Explain(explain::ExplainArgs),
    /// Take a thread off the list: nothing is to be done about it. A new message opens it again.
    Close {
        /// The thread's id.
        id: String,
        /// The newest message that you saw, from `inbox show`: the thread stays when the guest has written since.
        #[arg(long, value_name = "ID")]
        seen: Option<String>,
        #[command(flatten)]
        how: How,
    },
}

/// Where, and how the answer is written.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct How {
    #[command(flatten)]
    stage: StageArg,
    /// Print the function's answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Lists, shows, answers or closes.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    let (how, request) = match command {
        Command::List {
            state,
            site,
            platform,
            cursor,
            how,
        } => (
            how,
            ThreadRequest::List {
                state,
                site,
                platform,
                cursor,
            },
        ),
        Command::Explain(args) => return explain::run(workspace, &args),
        Command::Show { id, how } => (how, ThreadRequest::Show { thread: id }),
        Command::Close { id, seen, how } => (how, ThreadRequest::Close { thread: id, seen }),
        Command::Reply {
            id,
            text,
            draft,
            seen,
            dry_run,
            how,
            yes,
        } => {
            let request = ThreadRequest::Reply {
                thread: id,
                text,
                draft,
                seen,
            };
            return reply(workspace, how, request, (dry_run, yes)).await;
        }
    };
    let environment = Environment::connect(workspace, how.stage.stage).await?;
    put(&environment, how, &request).await
}

async fn reply(
    workspace: &Workspace,
    how: How,
    request: ThreadRequest,
    (dry_run, yes): (bool, bool),
) -> Result<Exit> {
    let environment = Environment::connect(workspace, how.stage.stage).await?;
    if let ThreadRequest::Reply {
        thread, text, draft, ..
    } = &request
        && (dry_run || (!yes && how.stage.stage != Stage::Local))
    {
        let words = match text {
            Some(text) => text.clone(),
            None => drafted(&environment, thread, draft.as_deref()).await?,
        };
        screen::answer(&format!("to the guest of {thread}:\n{}", lines(&words)));
        if dry_run {
            screen::answer("nothing was sent");
            return Ok(Exit::Ok);
        }
        if !screen::confirm("Send it?")? {
            screen::answer("nothing was sent");
            return Ok(Exit::Error);
        }
    }
    put(&environment, how, &request).await
}

/// The words of the draft that waits.
async fn drafted(environment: &Environment, thread: &str, id: Option<&str>) -> Result<String> {
    let request = ThreadRequest::Show {
        thread: thread.to_owned(),
    };
    let answer: ThreadAnswer = function::ask(environment, RESPONDER, &request).await?;
    let ThreadAnswer::Thread(shown) = checked(answer)? else {
        bail!("{RESPONDER} answered something else than it was asked");
    };
    let draft = shown.thread.draft.filter(|draft| Some(draft.id.as_str()) == id);
    draft
        .map(|draft| draft.text)
        .ok_or_else(|| Invalid("there is no such draft any more: look at the thread again".to_owned()).into())
}

async fn put(environment: &Environment, how: How, request: &ThreadRequest) -> Result<Exit> {
    let answer: ThreadAnswer = function::ask(environment, RESPONDER, request).await?;
    let answer = checked(answer)?;
    if how.json {
        screen::answer(&serde_json::to_string_pretty(&answer)?);
    } else {
        screen::answer(&shown(&answer));
    }
    Ok(Exit::Ok)
}

/// The answer, unless it is a refusal.
fn checked(answer: ThreadAnswer) -> Result<ThreadAnswer> {
    match answer {
        ThreadAnswer::Unknown {} => Err(Invalid("there is no such thread".to_owned()).into()),
        ThreadAnswer::Changed {} => Err(Refused(
            "the guest has written since, or the draft is not the one that waits any more: look at the thread again"
                .to_owned(),
        )
        .into()),
        ThreadAnswer::Refused { reason } => Err(Invalid(reason).into()),
        answer => Ok(answer),
    }
}

#[cfg(test)]
mod tests;
