//! Partners that cannot run here, played by a real HTTP server: [`Simulator`].
//!
//! It serves the sample manifest's feeds, any directory of files, and endpoints that misbehave; faults can be laid on
//! any path, from the test that holds it or over HTTP. What it answers is written without our own calendar code, so
//! that a mistake there cannot hide here.
//!
//! Invariant: the simulator listens on a loopback address only.

#[cfg(test)]
mod asking;
mod call;
mod dice;
mod door;
mod gate;
mod google;
mod invocation;
mod kills;
mod log;
pub mod messaging;
mod mishap;
mod need;
mod outgoing;
mod port;
mod rate;
pub mod sample;
pub mod ses;
mod simulator;
mod table;
pub mod twilio;

pub use dice::Dice;
pub use door::Door;
pub use gate::{Calls, Gate, Stop};
pub use google::{CLIENT_SECRET_CANARY, Google, PRIMARY};
pub use invocation::{Ended, Sandbox, invoke};
pub use kills::Kills;
pub use log::Log;
pub use mishap::{LaidMishap, Mishap, Weights};
pub use need::need;
pub use port::free_port;
pub use simulator::{Fault, InvalidFault, Laid, Options, Recorded, Simulator, StartError, serve};
pub use table::QuickTable;
