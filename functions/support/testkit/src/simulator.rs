//! The server's handle: start it, ask what it was asked, make it misbehave.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

mod admin;
mod answer;
mod calls;
mod connection;
mod fault;
mod files;
mod hostile;
mod partner;

pub use fault::{Fault, InvalidFault, Laid};
pub use partner::Recorded;

use partner::Partner;

use crate::google::Google;
use crate::messaging::Messaging;
use crate::ses::Ses;
use crate::twilio::Twilio;

/// A running simulator. Dropping it stops it, and with it every answer that is under way.
///
/// | path | answer |
/// |---|---|
/// | `/feeds/<platform>/<listing>.ics` | a sample feed ([`crate::sample`]) |
/// | `/files/<relative path>` | a file of [`Options::files`] |
/// | `/hostile/<name>` | see below |
/// | `/google/...`, `/_google/...` | [`Google`] |
/// | `/ses/...`, `/_ses/...` | [`Ses`] |
/// | `/twilio/...`, `/_twilio/...` | [`Twilio`] |
/// | `/messaging/...`, `/_messaging/...` | [`Messaging`] |
/// | `GET /_health` | `{"status":"ok"}` |
/// | `GET /_requests` | what was asked, oldest first |
/// | `GET`, `DELETE /_faults`; `PUT`, `DELETE /_faults/<path>` | the faults, as JSON ([`Laid`]) |
/// | `PUT`, `DELETE /_documents/<path>` | what the path answers instead of the above |
///
/// Hostile names: `nested-begins.ics` (200,000 deep), `gzip-bomb.ics` (1 GiB in 1 MiB), `endless.ics`, `slow.ics` (a
/// byte a second), `redirect-private`, `redirect-loop`, `html.ics`, `invalid-utf8.ics`, `interval-zero.ics`,
/// `endless-rule.ics`.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    partner: Arc<Partner>,
    accepting: JoinHandle<Infallible>,
}

/// What the simulator serves.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The day on which the sample feeds are drawn up; by default the current one in the asset's zone.
    pub today: Option<NaiveDate>,
    /// The directory behind `/files/`; without one it answers 404.
    pub files: Option<PathBuf>,
}

/// Why the simulator does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could be reached from other machines.
    #[error("the simulator listens on loopback addresses only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address is taken, or not ours to take.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Serves in the foreground until the future is dropped. `on_ready` hears the origin once, when the port is open.
///
/// # Errors
/// [`StartError`] when the address is not loopback or cannot be taken.
pub async fn serve(
    address: SocketAddr,
    options: Options,
    on_ready: impl FnOnce(&str),
) -> Result<Infallible, StartError> {
    let listener = listen(address).await?;
    let address = local_address(&listener, address)?;
    on_ready(&origin(address));
    Ok(connection::accept(listener, Arc::new(Partner::new(options))).await)
}

impl Simulator {
    /// Starts in the background with default options. Port 0 takes a free one.
    ///
    /// # Errors
    /// [`StartError`] when the address is not loopback or cannot be taken.
    pub async fn start(address: SocketAddr) -> Result<Self, StartError> {
        Self::start_with(address, Options::default()).await
    }

    /// Starts in the background.
    ///
    /// # Errors
    /// [`StartError`] when the address is not loopback or cannot be taken.
    pub async fn start_with(address: SocketAddr, options: Options) -> Result<Self, StartError> {
        let listener = listen(address).await?;
        let address = local_address(&listener, address)?;
        let partner = Arc::new(Partner::new(options));
        let accepting = tokio::spawn(connection::accept(listener, Arc::clone(&partner)));
        Ok(Self {
            address,
            partner,
            accepting,
        })
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn origin(&self) -> String {
        origin(self.address)
    }

    /// The URL of a path that begins with `/`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        self.origin() + path
    }

    /// The latest 10,000 requests, oldest first, without those to `/_...`.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.partner.requests()
    }

    /// Makes a path misbehave until the fault is cleared or has struck as often as it should. A path has one fault
    /// at a time.
    ///
    /// # Errors
    /// [`InvalidFault`] when the fault cannot be sent as HTTP.
    pub fn lay(&self, path: &str, laid: Laid) -> Result<(), InvalidFault> {
        self.partner.lay(path, laid)
    }

    /// Takes the fault of a path away.
    pub fn clear(&self, path: &str) {
        self.partner.clear(path);
    }

    /// The calendars that `/google/` serves.
    #[must_use]
    pub fn google(&self) -> &Google {
        self.partner.google()
    }

    /// The mails that `/ses/` takes.
    #[must_use]
    pub fn ses(&self) -> &Ses {
        self.partner.ses()
    }

    /// The messages that `/twilio/` takes.
    #[must_use]
    pub fn twilio(&self) -> &Twilio {
        self.partner.twilio()
    }

    /// The messages that `/messaging/` lists.
    #[must_use]
    pub fn messaging(&self) -> &Messaging {
        self.partner.messaging()
    }

    /// Has a path answer this text from now on. [`Fault::Replay`] goes back to what was published before.
    pub fn publish(&self, path: &str, text: impl Into<Vec<u8>>) {
        self.partner.publish(path, text.into().into());
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })
}

fn local_address(listener: &TcpListener, address: SocketAddr) -> Result<SocketAddr, StartError> {
    listener
        .local_addr()
        .map_err(|source| StartError::Listen { address, source })
}

fn origin(address: SocketAddr) -> String {
    format!("http://{address}")
}

#[cfg(test)]
mod tests;
