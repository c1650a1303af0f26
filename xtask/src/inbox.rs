//! `inbox`: what guests wrote and what waits for the operator's word.

mod explain;

use anyhow::{Result, bail};
use contract::inbox::RESPONDER;
use contract::replies::{DecisionShown, MessageShown, ThreadAnswer, ThreadLine, ThreadRequest, ThreadShown};
use stacks::Stage;

use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Invalid, Refused};
use crate::function;
use crate::screen;
use crate::table::{Table, plain};
use crate::workspace::Workspace;

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

fn shown(answer: &ThreadAnswer) -> String {
    match answer {
        ThreadAnswer::Threads { threads, next } => listed(threads, next.as_deref()),
        ThreadAnswer::Thread(shown) => thread(shown),
        ThreadAnswer::Replied { delivery } => {
            format!("it is on its way; what becomes of it: GET /deliveries, or `inbox show` ({delivery})")
        }
        ThreadAnswer::Closed {} => "closed".to_owned(),
        ThreadAnswer::Looked { reopened, open } => {
            format!("{reopened} wait again, {open} answers are on their way")
        }
        ThreadAnswer::Unknown {} | ThreadAnswer::Changed {} | ThreadAnswer::Refused { .. } => String::new(),
    }
}

/// What guests wrote stays where it is: an id, a time and a platform say which thread it is.
fn listed(threads: &[ThreadLine], next: Option<&str>) -> String {
    if threads.is_empty() {
        // So many others were looked through that the list goes on elsewhere.
        return match next {
            Some(next) => format!("none so far\nmore: --cursor {next}"),
            None => "no thread waits for you".to_owned(),
        };
    }
    let mut table = Table::new(["last", "id", "state", "platform", "asset", "messages", "for"]);
    for thread in threads {
        table.row([
            thread.last_at.clone(),
            thread.id.clone(),
            thread.state.clone(),
            thread.platform.clone(),
            thread.asset.clone().unwrap_or_else(|| "-".to_owned()),
            thread.messages.to_string(),
            thread.person.clone().unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    match next {
        Some(next) => format!("{table}\nmore: --cursor {next}"),
        None => table.to_string(),
    }
}

fn thread(shown: &ThreadShown) -> String {
    let line = &shown.thread;
    let mut text = vec![format!("{} at {}: {}", line.id, line.platform, line.state)];
    if shown.older > 0 {
        text.push(format!("({} older messages are not shown)", shown.older));
    }
    text.extend(shown.messages.iter().map(message));
    text.extend(shown.decisions.iter().map(decision));
    if let Some(newest) = shown.messages.last() {
        text.push(format!("seen {}", newest.id));
    }
    if let Some(draft) = &line.draft {
        text.push(format!("draft {}\n{}", draft.id, lines(&draft.text)));
    }
    text.join("\n")
}

fn message(message: &MessageShown) -> String {
    let marks = [
        (message.is_automatic, " (by a machine)"),
        (message.is_edited, " (edited)"),
    ];
    let marks: String = marks
        .into_iter()
        .filter_map(|(is, mark)| is.then_some(mark))
        .collect();
    let parts = message.attachments.len();
    let parts = if parts > 0 {
        format!("\n  [{parts} attached]")
    } else {
        String::new()
    };
    format!(
        "{} {}{marks}\n{}{parts}",
        message.at,
        message.from,
        lines(&message.text)
    )
}

fn decision(decision: &DecisionShown) -> String {
    let rule = decision.rule.as_deref().map(|rule| format!(" by rule {rule}"));
    let reply = decision
        .reply
        .as_ref()
        .map(|reply| format!(" [{}]", reply.standing));
    format!(
        "{} {}{}: {}{}",
        decision.at,
        decision.what,
        rule.unwrap_or_default(),
        plain(&decision.why),
        reply.unwrap_or_default()
    )
}

/// What somebody wrote, indented, and without what would steer the terminal.
fn lines(text: &str) -> String {
    let lines = text.lines().map(|line| format!("  {}", plain(line)));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
