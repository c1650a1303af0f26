//! The deploy lock: one writer per stage, by conditional puts on one object in the artifact bucket.
//!
//! Invariant: the object is never deleted, and every write names the version that it was decided from. A holder stops
//! believing in its lock before anybody else may take it over, so that no two believe at once.

mod decide;
mod keep;
mod owner;
mod place;
mod process;
mod record;
mod unlock;

#[cfg(test)]
mod tests;

use std::fmt;

use anyhow::{Context as _, Result, bail};
use chrono::Utc;
use stacks::Stage;

use crate::environment::Environment;
use crate::exit::Stale;
use crate::release;
use crate::screen;
use decide::{Over, Verdict, decide};
use keep::Keeper;
use owner::owner;
use place::{Found, Place};
use process::{Life, Process};
use record::{Holder, Record};

pub(crate) use owner::run_of_actions;
pub(crate) use unlock::{UnlockArgs, run as unlock};

/// After so many lost races something else is wrong.
const MOST_ROUNDS: usize = 10;

/// What became of the wish for the lock.
#[derive(Debug)]
pub(crate) enum Acquired {
    /// It is ours until [`Lock::release`].
    Held(Lock),
    /// Somebody else holds it.
    Taken(Taken),
}

/// A lock of somebody else's. Its `Display` says whose, since when and for what, and what to do.
#[derive(Debug)]
pub(crate) struct Taken {
    stage: Stage,
    /// What `unlock` takes.
    id: String,
    /// `None` when the lock cannot be read.
    record: Option<Record>,
}

/// The lock while it is held. It renews itself every 30 s. On Ctrl-C or SIGTERM it is released and the program ends.
/// Dropped without [`Lock::release`] it is released as soon as the runtime finds time, or expires.
#[derive(Debug)]
pub(crate) struct Lock {
    keeper: Keeper,
}

/// Runs the work under the stage's lock, and releases it however the work ends.
///
/// # Errors
/// [`Stale`] when somebody else holds the lock; else the work's.
pub(crate) async fn while_held<T>(
    environment: &Environment,
    command: &str,
    work: impl AsyncFnOnce(&Lock) -> Result<T>,
) -> Result<T> {
    let lock = match acquire(environment, command).await? {
        Acquired::Held(lock) => lock,
        Acquired::Taken(taken) => return Err(Stale(taken.to_string()).into()),
    };
    let done = work(&lock).await;
    // What the work has to say matters more than a lock that will expire.
    match (done, lock.release().await) {
        (Ok(answer), Ok(())) => Ok(answer),
        (Ok(_), Err(error)) | (Err(error), _) => Err(error),
    }
}

/// Takes the stage's lock for a command, if it is free, expired, or left behind by a dead process of this machine.
pub(crate) async fn acquire(environment: &Environment, command: &str) -> Result<Acquired> {
    let place = Place::of(environment);
    place.prepare().await?;
    let holder = Holder {
        owner: owner(|name| std::env::var(name).ok()),
        command: command.to_owned(),
        git_sha: release::head(&environment.workspace),
        process: Process::of_this(),
    };
    take(place, &fresh_id()?, holder).await
}

async fn take(place: Place, id: &str, holder: Holder) -> Result<Acquired> {
    for _ in 0..MOST_ROUNDS {
        let (record, etag) = match place.find().await? {
            Found::Nothing => (None, None),
            Found::Lock { record, etag } => (Some(record), Some(etag)),
            Found::Unreadable { etag } => return Ok(Acquired::Taken(place.unreadable(&etag))),
        };
        let process = record.as_ref().and_then(|record| record.holder.process.as_ref());
        let life = process.map_or(Life::Unknown, Process::life);
        match decide(record, life, id, Utc::now()) {
            Verdict::Taken(record) => return Ok(Acquired::Taken(place.taken(record))),
            Verdict::Ours(record) => {
                let etag = etag.context("the lock has no version")?;
                return Lock::new(place, record, etag).map(Acquired::Held);
            }
            Verdict::Take(over) => {
                let wanted = Record::new(id.to_owned(), holder.clone(), Utc::now());
                if let Some(etag) = place.write(&wanted, etag.as_deref()).await? {
                    tell(&over);
                    return Lock::new(place, wanted, etag).map(Acquired::Held);
                }
            }
        }
    }
    bail!("others keep changing the lock {place}: try again")
}

impl Lock {
    fn new(place: Place, record: Record, etag: String) -> Result<Self> {
        let keeper = Keeper::start(place, record, etag)?;
        Ok(Self { keeper })
    }

    /// Holds that the lock is still ours: asked of the bucket, before each step that must not run beside another's.
    ///
    /// # Errors
    /// [`Stale`] when somebody took it away, or when it has expired because it could not be renewed.
    pub(crate) async fn still_ours(&self) -> Result<()> {
        self.keeper.still_ours().await
    }

    /// Gives the lock back.
    pub(crate) async fn release(self) -> Result<()> {
        self.keeper.release().await
    }
}

/// A lock that was somebody else's is not taken over silently.
fn tell(over: &Over) {
    match over {
        Over::Free => {}
        Over::Expired(record) => screen::step(&format!("took over an expired lock of {record}")),
        Over::Dead(record) => screen::step(&format!(
            "took over the lock of a process that has ended: {record}"
        )),
    }
}

fn fresh_id() -> Result<String> {
    let mut bytes = [0; 5];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, id, record } = self;
        match record {
            Some(record) => write!(f, "{stage} is locked by {record}: wait for it")?,
            None => write!(f, "{stage} is locked, and the lock cannot be read")?,
        }
        write!(
            f,
            "; if nothing is at work there, run `cargo xtask unlock {id} --stage {stage}`"
        )
    }
}
