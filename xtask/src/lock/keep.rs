//! Keeping a lock while its holder works: renewing it, and giving it back.

use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tokio::time::{sleep, timeout};

use super::place::{Found, Place};
use super::record::Record;
use crate::exit::Stale;

/// Three renewals may fail before the lock expires.
const RENEW_EVERY: Duration = Duration::from_secs(30);
/// After a renewal that got no answer.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// A bucket that does not answer in this time will not answer in time.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a shell shows of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// The holder's side of the task that keeps the lock.
#[derive(Debug)]
pub(super) struct Keeper {
    place: Place,
    id: String,
    belief: watch::Receiver<Belief>,
    /// Sending, or dropping, has the task release the lock.
    stop: oneshot::Sender<()>,
    released: oneshot::Receiver<Result<()>>,
}

/// What the holder may believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Belief {
    /// The lock is ours until then.
    Until(DateTime<Utc>),
    /// It is not: why.
    Lost(String),
}

/// The lock as we last wrote it, and its version.
pub(super) struct Held {
    pub place: Place,
    pub record: Record,
    pub etag: String,
}

/// What asks the program to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Keeper {
    pub(super) fn start(place: Place, record: Record, etag: String) -> Result<Self> {
        let signals = Signals::listen().context("cannot listen for Ctrl-C")?;
        let (tell, belief) = watch::channel(Belief::Until(record.expires));
        let (stop, stopped) = oneshot::channel();
        let (done, released) = oneshot::channel();
        let id = record.id.clone();
        let held = Held {
            place: place.clone(),
            record,
            etag,
        };
        tokio::spawn(keep(held, signals, tell, stopped, done));
        Ok(Self {
            place,
            id,
            belief,
            stop,
            released,
        })
    }

    pub(super) async fn still_ours(&self) -> Result<()> {
        self.belief.borrow().judge(Utc::now())?;
        // Somebody may have unlocked it since it was last renewed. If the bucket does not answer now, it has told us
        // before until when we may believe.
        if let Ok(Ok(found)) = timeout(PATIENCE, self.place.find()).await {
            Belief::of(&found, &self.id).judge(Utc::now())?;
        }
        Ok(())
    }

    pub(super) async fn release(self) -> Result<()> {
        // The task ends only with the runtime, so that it does hear this.
        let _ = self.stop.send(());
        self.released.await.context("the lock was not released")?
    }
}

impl Belief {
    /// What may be believed of our lock by what lies there.
    pub(super) fn of(found: &Found, id: &str) -> Self {
        match found {
            Found::Lock { record, .. } if record.id == id => match record.released {
                None => Self::Until(record.expires),
                Some(_) => Self::Lost("the lock was taken away by `unlock`".to_owned()),
            },
            Found::Lock { record, .. } => {
                Self::Lost(format!("the lock is no longer ours: it went to {record}"))
            }
            Found::Nothing | Found::Unreadable { .. } => Self::Lost("the lock is no longer ours".to_owned()),
        }
    }

    pub(super) fn judge(&self, now: DateTime<Utc>) -> Result<(), Stale> {
        match self {
            Self::Until(end) if now < *end => Ok(()),
            Self::Until(_) => Err(Stale(
                "the lock has expired: the artifact bucket could not be reached in time to renew it"
                    .to_owned(),
            )),
            Self::Lost(why) => Err(Stale(why.clone())),
        }
    }
}

async fn keep(
    mut held: Held,
    mut signals: Signals,
    tell: watch::Sender<Belief>,
    mut stopped: oneshot::Receiver<()>,
    done: oneshot::Sender<Result<()>>,
) {
    let mut pause = RENEW_EVERY;
    let released = loop {
        let is_ours = !matches!(*tell.borrow(), Belief::Lost(_));
        tokio::select! {
            _ = &mut stopped => break held.release().await,
            () = signals.next() => {
                // The lock expires anyway, and the program was asked to end.
                let _ = held.release().await;
                std::process::exit(INTERRUPTED);
            }
            () = sleep(pause), if is_ours => {
                pause = match held.renew().await {
                    Ok(belief) => {
                        tell.send_replace(belief);
                        RENEW_EVERY
                    }
                    Err(_) => TRY_AGAIN_AFTER,
                };
            }
        }
    };
    // Nobody listens when the lock was dropped and not released.
    let _ = done.send(released);
    // Whoever has once listened for Ctrl-C must go on: the program no longer ends by itself.
    signals.next().await;
    std::process::exit(INTERRUPTED);
}

impl Held {
    /// Writes a later end over what we wrote last. If something else lies there by now, looks what.
    pub(super) async fn renew(&mut self) -> Result<Belief> {
        let wanted = self.record.renewed(Utc::now());
        let written = timeout(PATIENCE, self.place.write(&wanted, Some(&self.etag))).await??;
        if let Some(etag) = written {
            (self.record, self.etag) = (wanted, etag);
            return Ok(Belief::Until(self.record.expires));
        }
        let found = timeout(PATIENCE, self.place.find()).await??;
        let belief = Belief::of(&found, &self.record.id);
        // It is ours, then: the answer to an earlier renewal was lost on the way.
        if let (Belief::Until(_), Found::Lock { record, etag }) = (&belief, found) {
            (self.record, self.etag) = (record, etag);
        }
        Ok(belief)
    }

    /// Writes that the lock is free. Where something else lies by now there is nothing to give back.
    pub(super) async fn release(&mut self) -> Result<()> {
        for _ in 0..2 {
            let free = self.record.released(Utc::now());
            let written = timeout(PATIENCE, self.place.write(&free, Some(&self.etag))).await??;
            if written.is_some() {
                return Ok(());
            }
            match timeout(PATIENCE, self.place.find()).await?? {
                // The answer to a renewal was lost on the way.
                Found::Lock { record, etag } if record.id == self.record.id && record.released.is_none() => {
                    (self.record, self.etag) = (record, etag);
                }
                _ => return Ok(()),
            }
        }
        Ok(())
    }
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
