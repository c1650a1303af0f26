//! The partner simulator, run by this same program in the background.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::process::{Process, State};
use super::{LocalCloud, port};
use crate::screen;

const START_LIMIT: Duration = Duration::from_secs(15);

/// Starts the simulator unless it runs.
pub(super) async fn start(cloud: &LocalCloud, process: &Process) -> Result<()> {
    if matches!(process.state(), State::Running(_)) {
        return Ok(());
    }
    if !port::is_free(cloud.simulator_port).await {
        bail!(
            "port {} is taken by another program: stop it, or set LANDFALL_SIMULATOR_PORT to a free port",
            cloud.simulator_port
        );
    }
    let this = std::env::current_exe().context("cannot find this program")?;
    let port = cloud.simulator_port.to_string();
    process.spawn(Command::new(this).args(["local", "simulate", "--port", &port]))?;
    let asked = Instant::now();
    while !answers(cloud).await {
        if matches!(process.state(), State::Stopped) || asked.elapsed() > START_LIMIT {
            bail!(
                "the partner simulator did not start; its log {} ends with:\n{}",
                process.log().display(),
                process.last_words()
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    screen::step(&format!(
        "started the partner simulator at {}",
        cloud.simulator_origin()
    ));
    Ok(())
}

/// Serves in the foreground until the process is stopped.
pub(super) async fn serve(port: u16) -> Result<()> {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let served = testkit::serve(at, testkit::Options::default(), |origin| {
        screen::step(&format!("serving at {origin}"));
    })
    .await;
    match served.with_context(|| format!("cannot serve the partner simulator at {at}"))? {}
}

async fn answers(cloud: &LocalCloud) -> bool {
    tokio::net::TcpStream::connect(("127.0.0.1", cloud.simulator_port))
        .await
        .is_ok()
}
