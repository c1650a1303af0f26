//! `unlock ID`: takes a lock away from somebody who is no longer at work.

use anyhow::Result;
use chrono::Utc;
use clap::Args;

use super::place::{Found, Place, id_of_unreadable};
use super::record::{Holder, Record};
use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Refused, Stale};
use crate::screen;
use crate::workspace::Workspace;

/// What `unlock` takes.
#[derive(Debug, Args)]
pub(crate) struct UnlockArgs {
    /// The lock's id, as the refused command has told it.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    stage: StageArg,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// What is there to unlock.
#[derive(Debug, PartialEq, Eq)]
enum Judged {
    /// Nothing: it is free.
    Free,
    /// Another lock than the one that was named.
    Other,
    /// The named lock.
    Named,
}

/// Unlocks.
///
/// # Errors
/// [`Refused`] when the stage's lock is another one than was named.
pub(crate) async fn run(workspace: &Workspace, args: UnlockArgs) -> Result<Exit> {
    let environment = Environment::connect(workspace, args.stage.stage).await?;
    let place = Place::of(&environment);
    let (free, whose, etag) = match place.find().await? {
        Found::Nothing => return Ok(nothing_to_do(&environment)),
        Found::Lock { record, etag } => match judge(&record, &args.id) {
            Judged::Free => return Ok(nothing_to_do(&environment)),
            Judged::Other => return Err(other(&record.to_string())),
            Judged::Named => (record.released(Utc::now()), record.to_string(), etag),
        },
        Found::Unreadable { etag } if id_of_unreadable(&etag) == args.id => {
            let free = Record::new(args.id.clone(), Holder::unknown(), Utc::now()).released(Utc::now());
            (free, "somebody: it cannot be read".to_owned(), etag)
        }
        Found::Unreadable { .. } => return Err(other("somebody: it cannot be read")),
    };
    screen::step(&format!("the lock is held by {whose}"));
    if !args.yes && !screen::confirm("Take it away? Whatever still runs there will stop at its next step.")? {
        screen::answer("nothing was unlocked");
        return Ok(Exit::Error);
    }
    if place.write(&free, Some(&etag)).await?.is_none() {
        return Err(Stale("the lock was renewed or released just now: look again".to_owned()).into());
    }
    screen::answer(&format!("unlocked {}", environment.stage));
    Ok(Exit::Ok)
}

fn judge(record: &Record, id: &str) -> Judged {
    if record.released.is_some() {
        Judged::Free
    } else if record.id == id {
        Judged::Named
    } else {
        Judged::Other
    }
}

fn nothing_to_do(environment: &Environment) -> Exit {
    screen::answer(&format!("{} is not locked", environment.stage));
    Exit::Ok
}

fn other(whose: &str) -> anyhow::Error {
    Refused(format!("another lock holds the stage; it belongs to {whose}")).into()
}
