//! Partners that cannot run here, played by a real HTTP server: [`Simulator`].
//!
//! It serves the sample manifest's feeds, any directory of files, and endpoints that misbehave; faults can be laid on
//! any path, from the test that holds it or over HTTP. What it answers is written without our own calendar code, so
//! that a mistake there cannot hide here.
//!
//! Invariant: the simulator listens on a loopback address only.

mod gate;
mod google;
mod invocation;
mod need;
mod port;
pub mod sample;
mod simulator;

pub use gate::{Calls, Gate, Stop};
pub use google::{CLIENT_SECRET_CANARY, Google, PRIMARY};
pub use invocation::{Ended, invoke};
pub use need::need;
pub use port::free_port;
pub use simulator::{Fault, InvalidFault, Laid, Options, Recorded, Simulator, StartError, serve};
