//! `bench`: what is claimed of speed and size, measured beside a peer in the same run.

mod api;
mod campaign;
mod cold_start;
mod deploy;
mod emulator;
mod histories;
mod measure;
mod sync;

use anyhow::Result;
use clap::Subcommand;
use serde::Serialize;

use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;

/// The benchmarks.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Command {
    /// What the dashboard asks the broker, on stores of 100 to 100,000 bookings of which the same ones are to be shown: the time
    /// of an answer, beside that on the smallest store, and the rows that are read for it.
    Api {
        /// Print one JSON object a row.
        #[arg(long)]
        json: bool,
        /// How often each question is asked.
        #[arg(long, default_value_t = 200)]
        runs: usize,
        /// The largest store, in bookings.
        #[arg(long, default_value_t = 100_000)]
        largest: usize,
    },
    /// From exec to a function's first call to the runtime API, its zip and its memory, beside Python with boto3.
    ColdStart {
        /// Print one JSON object a row.
        #[arg(long)]
        json: bool,
        /// How often each program is started.
        #[arg(long, default_value_t = 21)]
        runs: usize,
    },
    /// Planning and deploying, beside `aws cloudformation deploy`, `sam deploy` and `cdk`, on one local endpoint.
    Deploy {
        /// Print one JSON object a row.
        #[arg(long)]
        json: bool,
        /// How often each tool does each task.
        #[arg(long, default_value_t = 5)]
        runs: usize,
    },
    /// Synchronising 10,000 bookings beside vdirsyncer, finding conflicts, and reading a feed of 100,000 events beside
    /// icalendar and ical.js.
    Sync {
        /// Print one JSON object a row.
        #[arg(long)]
        json: bool,
        /// How often each program does each task.
        #[arg(long, default_value_t = 5)]
        runs: usize,
    },
    /// All that `templates` measures, then mails through the whole sender beside a bare boto3 loop, the rows that one mail
    /// writes, and the memory that audiences of 1,000 to 100,000 take.
    Campaign {
        /// Print one JSON object a row.
        #[arg(long)]
        json: bool,
        /// How often each program is started.
        #[arg(long, default_value_t = 5)]
        runs: usize,
        /// The largest audience.
        #[arg(long, default_value_t = 100_000)]
        largest: usize,
    },
    /// Rendering a mail beside Jinja2, and inlining and checking mails beside juice and html-validate.
    Templates {
        /// Print one JSON object a row.
        #[arg(long)]
        json: bool,
        /// How often each program is started.
        #[arg(long, default_value_t = 5)]
        runs: usize,
    },
    /// Random histories of a simulated world, each of which must keep every invariant of the synchronisation.
    Histories {
        /// How many.
        #[arg(long, default_value_t = 100_000)]
        runs: u64,
        /// The first history's seed; the others follow it. `--runs 1 --seed N` lives history N again.
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

/// One measured row.
#[derive(Debug, Serialize)]
struct Row {
    bench: &'static str,
    row: String,
    unit: &'static str,
    ours: f64,
    peer: f64,
    peer_name: &'static str,
    /// The peer's figure over ours: how many times better we are, where less is better.
    ratio: f64,
    /// What is claimed.
    expected: &'static str,
    /// Whether the claim held in this run.
    holds: bool,
}

/// Runs a benchmark. Its figures are a report: a row that does not hold is said, and fails nothing.
pub(crate) fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    let (rows, json) = match command {
        Command::Api { json, runs, largest } => (api::rows(workspace, runs, largest)?, json),
        Command::ColdStart { json, runs } => (cold_start::rows(workspace, runs)?, json),
        Command::Deploy { json, runs } => (deploy::rows(workspace, runs)?, json),
        Command::Sync { json, runs } => (sync::rows(workspace, runs)?, json),
        Command::Campaign { json, runs, largest } => (campaign::rows(workspace, runs, largest)?, json),
        Command::Templates { json, runs } => (campaign::template_rows(workspace, runs)?, json),
        Command::Histories { runs, seed } => return histories::live(workspace, runs, seed),
    };
    if !json {
        screen::answer(&format!(
            "{:<40} {:>6} {:>10} {:>10} {:<10} {:>8}  {:<24} holds",
            "row", "unit", "ours", "peer", "", "ratio", "expected"
        ));
    }
    for row in rows {
        screen::answer(&if json {
            serde_json::to_string(&row)?
        } else {
            row.line()
        });
    }
    Ok(Exit::Ok)
}

impl Row {
    fn line(&self) -> String {
        format!(
            "{:<40} {:>6} {:>10.2} {:>10.2} {:<10} {:>7.1}x  {:<24} {}",
            self.row,
            self.unit,
            self.ours,
            self.peer,
            self.peer_name,
            self.ratio,
            self.expected,
            if self.holds { "yes" } else { "NO" }
        )
    }
}
