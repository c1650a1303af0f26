//! The dashboard's questions on small and large stores: an answer's cost follows the answer, and not what is stored.

mod question;
mod scene;

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::Row;
use crate::cargo;
use crate::screen;
use crate::workspace::Workspace;
use question::{QUESTIONS, Question};
use scene::Scene;

/// So many bookings are stored.
const SIZES: [usize; 3] = [100, 10_000, 100_000];
/// The first answers warm the process and are not counted.
const WARMING: usize = 5;
/// What a busy machine adds to a middle one of many short times.
const NOISE: f64 = 1.5;

/// What is run.
struct Programs {
    /// As it is deployed.
    broker: PathBuf,
    /// As it is deployed; the broker asks it for threads.
    responder: PathBuf,
    /// Fills a store: not measured, and so not in the release profile.
    fill: PathBuf,
}

/// What a question took on one store.
#[derive(Clone, Copy)]
struct Figures {
    p50_ms: f64,
    p99_ms: f64,
    per_second: f64,
    rows: f64,
    bytes: f64,
}

/// Measures every question on every store that is not larger than the largest.
pub(super) fn rows(workspace: &Workspace, runs: usize, largest: usize) -> Result<Vec<Row>> {
    let programs = build(workspace)?;
    // The command's own thread drives a runtime already.
    let measured = std::thread::scope(|scope| {
        let measuring = scope.spawn(|| {
            tokio::runtime::Runtime::new()
                .context("cannot start the runtime")?
                .block_on(measure(workspace, &programs, runs.max(1), largest))
        });
        measuring.join()
    });
    measured.unwrap_or_else(|_| bail!("the measurement panicked"))
}

fn build(workspace: &Workspace) -> Result<Programs> {
    let build = |arguments: &[&str]| {
        screen::step(&format!("cargo build {}", arguments.join(" ")));
        let status = cargo::command()
            .arg("build")
            .args(arguments)
            .current_dir(workspace.root())
            .stdin(Stdio::null())
            .status()
            .context("cannot start cargo")?;
        if !status.success() {
            bail!("cargo build {} failed", arguments.join(" "));
        }
        Ok(())
    };
    build(&[
        "--release",
        "--package",
        "event-broker",
        "--package",
        "inbox-responder",
    ])?;
    build(&["--package", "store", "--example", "fill"])?;
    Ok(Programs {
        broker: workspace.target().join("release/event-broker"),
        responder: workspace.target().join("release/inbox-responder"),
        fill: workspace.target().join("debug/examples/fill"),
    })
}

async fn measure(
    workspace: &Workspace,
    programs: &Programs,
    runs: usize,
    largest: usize,
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut smallest = Vec::new();
    let [first, ..] = SIZES;
    for size in SIZES.into_iter().filter(|size| *size <= largest.max(first)) {
        screen::step(&format!("storing {size} bookings"));
        let mut scene = Scene::new(workspace, programs, size).await?;
        for (number, question) in QUESTIONS.iter().enumerate() {
            let figures = asked(&mut scene, question, runs).await?;
            if size == first {
                smallest.push(figures);
            }
            let peer = smallest.get(number).copied().unwrap_or(figures);
            rows.extend(rows_of(&format!("{}, {size}", question.name), figures, peer));
        }
        scene.end().await;
    }
    Ok(rows)
}

/// Asks a question so often, one after the other: a function's process has one request at a time.
async fn asked(scene: &mut Scene, question: &Question, runs: usize) -> Result<Figures> {
    let mut etag = None;
    for _ in 0..WARMING {
        etag = scene.ask(question, None).await?.etag;
    }
    let etag = etag.filter(|_| question.is_known);
    if question.is_known && etag.is_none() {
        bail!("{} has no etag", question.name);
    }
    let (mut times_ms, mut rows, mut bytes) = (Vec::with_capacity(runs), 0, 0);
    let began = Instant::now();
    for _ in 0..runs {
        let answered = scene.ask(question, etag.as_deref()).await?;
        times_ms.push(answered.time.as_secs_f64() * 1e3);
        rows = rows.max(answered.rows);
        bytes = bytes.max(answered.bytes);
    }
    let per_second = runs as f64 / began.elapsed().as_secs_f64();
    times_ms.sort_by(f64::total_cmp);
    Ok(Figures {
        p50_ms: share(&times_ms, 50),
        p99_ms: share(&times_ms, 99),
        per_second,
        rows: rows as f64,
        bytes: bytes as f64,
    })
}

/// The time within which so many of a hundred answers came, of times in order.
fn share(times_ms: &[f64], percent: usize) -> f64 {
    let place = (times_ms.len() * percent).div_ceil(100).saturating_sub(1);
    times_ms.get(place).copied().unwrap_or(f64::NAN)
}

/// Beside the same question on the smallest store.
fn rows_of(name: &str, ours: Figures, peer: Figures) -> [Row; 5] {
    // An answer may be longer by a digit of a count; what is read for it may grow as it does, and no faster.
    let growth = (ours.bytes / peer.bytes.max(1.0)).max(1.0);
    let row = |figure: &str, unit, (ours, peer): (f64, f64), expected, holds| Row {
        bench: "api",
        row: format!("{name}: {figure}"),
        unit,
        ours,
        peer,
        peer_name: "10^2",
        // Nothing beside nothing is as good.
        ratio: if ours == peer { 1.0 } else { peer / ours },
        expected,
        holds,
    };
    [
        row(
            "p50",
            "ms",
            (ours.p50_ms, peer.p50_ms),
            "grows with the answer",
            ours.p50_ms <= peer.p50_ms * growth * NOISE,
        ),
        row("p99", "ms", (ours.p99_ms, peer.p99_ms), "-", true),
        Row {
            // More is better here.
            ratio: ours.per_second / peer.per_second,
            ..row("answers", "1/s", (ours.per_second, peer.per_second), "-", true)
        },
        row(
            "rows read",
            "rows",
            (ours.rows, peer.rows),
            "grows with the answer",
            ours.rows <= peer.rows * growth,
        ),
        row("answer", "bytes", (ours.bytes, peer.bytes), "-", true),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_the_time_within_which_so_many_came() {
        let times: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!((share(&times, 50), share(&times, 99)), (100.0, 198.0));
        assert_eq!(share(&[7.0], 99), 7.0);
        assert!(share(&[], 50).is_nan());
    }

    #[test]
    fn what_is_read_may_grow_with_the_answer_and_no_faster() {
        let small = Figures {
            p50_ms: 2.0,
            p99_ms: 4.0,
            per_second: 400.0,
            rows: 10.0,
            bytes: 1_000.0,
        };
        let holds = |ours| rows_of("q", ours, small).map(|row| row.holds);
        assert_eq!(holds(small), [true; 5]);
        let follows_the_store = Figures {
            rows: 11.0,
            p50_ms: 3.1,
            ..small
        };
        assert_eq!(holds(follows_the_store), [false, true, true, false, true]);
        let follows_the_answer = Figures {
            rows: 20.0,
            p50_ms: 4.0,
            bytes: 2_000.0,
            ..small
        };
        assert_eq!(holds(follows_the_answer), [true; 5]);
    }
}
