//! `cargo xtask`: builds Landfall, deploys it, and looks after what is deployed.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run()
}
