//! The local cloud: an AWS emulator and the partner simulator, both on 127.0.0.1 and both ours to stop.
//!
//! Invariant: everything it keeps is under one folder, and `down` stops exactly the processes that `up` started.

mod emulator;
mod partners;
mod port;
mod process;
pub(crate) mod sample;
mod simulator;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;

use crate::exit::Exit;
use crate::workspace::Workspace;
use crate::{manifest_file, screen};
use process::{Process, State};

const CLOUD_PORT: u16 = 4610;
const SIMULATOR_PORT: u16 = 4611;

/// What can be done to the local cloud.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Start the emulator and the simulator, unless they run.
    Up,
    /// Stop both. What is deployed is kept for the next `up`.
    Down,
    /// Say what runs, where, and since when.
    Status,
    /// Stop both and delete everything that is deployed and stored locally.
    Reset,
    /// Print the end of each log.
    Logs {
        /// How many lines of each.
        #[arg(short = 'n', long, default_value_t = 40)]
        lines: usize,
    },
    /// Lay out the sample data again: people, bookings, conflicts and messages of what is deployed. `deploy` does it, too.
    ///
    /// Goes through the simulator's feeds and the deployed functions, so that it takes nothing away and does nothing twice.
    Sample {
        /// The manifest that is deployed.
        #[arg(long, value_name = "FILE", default_value = manifest_file::NAME)]
        manifest: PathBuf,
    },
    /// Run the partner simulator in the foreground (`up` starts it this way).
    #[command(hide = true)]
    Simulate {
        /// The port on 127.0.0.1.
        #[arg(long)]
        port: u16,
    },
}

/// One local cloud: its folder and its two ports.
#[derive(Debug, Clone)]
pub(crate) struct LocalCloud {
    dir: PathBuf,
    cloud_port: u16,
    simulator_port: u16,
}

/// Runs a `local` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    let cloud = LocalCloud::configured(workspace)?;
    match command {
        Command::Up => cloud.up(workspace).await?,
        Command::Down => cloud.down()?,
        Command::Status => cloud.status(),
        Command::Reset => cloud.reset()?,
        Command::Logs { lines } => cloud.print_logs(lines)?,
        Command::Sample { manifest } => sample::run(workspace, &manifest).await?,
        Command::Simulate { port } => simulator::serve(port).await?,
    }
    Ok(Exit::Ok)
}

impl LocalCloud {
    /// The local cloud that the environment asks for.
    pub(crate) fn configured(workspace: &Workspace) -> Result<Self> {
        let dir = match std::env::var_os("LANDFALL_LOCAL_DIR") {
            Some(dir) => workspace.root().join(dir),
            None => workspace.target().join("local"),
        };
        let cloud_port = port("LANDFALL_LOCAL_PORT", CLOUD_PORT)?;
        let simulator_port = port("LANDFALL_SIMULATOR_PORT", SIMULATOR_PORT)?;
        Ok(Self {
            dir,
            cloud_port,
            simulator_port,
        })
    }

    /// The emulator's endpoint.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.cloud_port)
    }

    /// Where the emulator answers for an HTTP API: by path, because its host names are in no DNS.
    pub(crate) fn api_url(&self, api_id: &str) -> String {
        format!("{}/_aws/execute-api/{api_id}", self.endpoint())
    }

    /// The simulator's origin.
    pub(crate) fn simulator_origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.simulator_port)
    }

    /// Starts what does not run.
    pub(crate) async fn up(&self, workspace: &Workspace) -> Result<()> {
        fs::create_dir_all(&self.dir).with_context(|| format!("cannot create {}", self.dir.display()))?;
        emulator::start(workspace, self, &self.emulator()).await?;
        simulator::start(self, &self.simulator()).await
    }

    fn down(&self) -> Result<()> {
        // The simulator first: the emulator may still be answering a function that reads from it.
        for process in [self.simulator(), self.emulator()] {
            match process.stop()? {
                Some(pid) => screen::step(&format!("stopped the {} (pid {pid})", process.name)),
                None => screen::step(&format!("the {} did not run", process.name)),
            }
        }
        Ok(())
    }

    fn status(&self) {
        for (process, at) in [
            (self.emulator(), self.endpoint()),
            (self.simulator(), self.simulator_origin()),
        ] {
            let line = match process.state() {
                State::Running(pid) => format!("{:<18} running  {at}  pid {pid}", process.name),
                State::Stopped => format!("{:<18} stopped", process.name),
            };
            screen::answer(&line);
        }
        screen::answer(&format!("{:<18} {}", "state and logs", self.dir.display()));
    }

    fn reset(&self) -> Result<()> {
        self.down()?;
        if self.dir.exists() {
            fs::remove_dir_all(&self.dir).with_context(|| format!("cannot delete {}", self.dir.display()))?;
        }
        screen::step(&format!("deleted everything under {}", self.dir.display()));
        Ok(())
    }

    fn print_logs(&self, lines: usize) -> Result<()> {
        for process in [self.emulator(), self.simulator()] {
            screen::answer(&screen::bold(&format!(
                "{} ({})",
                process.name,
                process.log().display()
            )));
            let text = fs::read_to_string(process.log()).unwrap_or_default();
            let all: Vec<&str> = text.lines().collect();
            for line in &all[all.len().saturating_sub(lines)..] {
                screen::answer(line);
            }
        }
        Ok(())
    }

    fn emulator(&self) -> Process {
        Process {
            name: "AWS emulator",
            file: "cloud",
            dir: self.dir.clone(),
        }
    }

    fn simulator(&self) -> Process {
        Process {
            name: "partner simulator",
            file: "simulator",
            dir: self.dir.clone(),
        }
    }
}

fn port(name: &str, default: u16) -> Result<u16> {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .with_context(|| format!("{name}={text} is not a port")),
        Err(_) => Ok(default),
    }
}
