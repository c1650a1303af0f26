//! The AWS emulator: MiniStack, pinned, in its own virtual environment.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::process::{Process, State};
use super::{LocalCloud, port};
use crate::screen;
use crate::venv::MINISTACK;
use crate::workspace::Workspace;

const STATE: &str = "state";
const OBJECTS: &str = "objects";
const START_LIMIT: Duration = Duration::from_secs(60);

/// Starts the emulator unless it runs and answers.
pub(super) async fn start(workspace: &Workspace, cloud: &LocalCloud, process: &Process) -> Result<()> {
    if matches!(process.state(), State::Running(_)) && healthy(cloud).await {
        return Ok(());
    }
    if process.was_killed() {
        set_aside(cloud)?;
    }
    process.stop()?;
    if !port::is_free(cloud.cloud_port).await {
        bail!(
            "port {} is taken by another program: stop it, or set LANDFALL_LOCAL_PORT to a free port",
            cloud.cloud_port
        );
    }
    let program = MINISTACK.install(workspace)?;
    process.spawn(&mut command(&program, cloud)?)?;
    let spinner = screen::spinner("starting the AWS emulator");
    let asked = Instant::now();
    while !healthy(cloud).await {
        if matches!(process.state(), State::Stopped) || asked.elapsed() > START_LIMIT {
            bail!(
                "the AWS emulator did not start; its log {} ends with:\n{}",
                process.log().display(),
                process.last_words()
            );
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    spinner.finish_and_clear();
    screen::step(&format!("started the AWS emulator at {}", cloud.endpoint()));
    Ok(())
}

/// The emulator saves its stacks only when it is asked to stop, but objects at once: after a kill the two do not
/// fit together, and buckets without a stack would be in the next deploy's way. Nothing is deleted.
fn set_aside(cloud: &LocalCloud) -> Result<()> {
    let aside = cloud.dir.join("killed");
    if aside.exists() {
        fs::remove_dir_all(&aside).with_context(|| format!("cannot delete {}", aside.display()))?;
    }
    fs::create_dir_all(&aside)?;
    for kept in [STATE, OBJECTS] {
        let from = cloud.dir.join(kept);
        if from.exists() {
            fs::rename(&from, aside.join(kept)).with_context(|| format!("cannot move {}", from.display()))?;
        }
    }
    screen::step(&format!(
        "the AWS emulator was killed before it could save its state: starting empty; what it left is in {}",
        aside.display()
    ));
    Ok(())
}

/// The environment is cleared because functions inherit the emulator's whole environment.
fn command(program: &std::path::Path, cloud: &LocalCloud) -> Result<Command> {
    let state = cloud.dir.join(STATE);
    let objects = cloud.dir.join(OBJECTS);
    let scratch = cloud.dir.join("tmp");
    for dir in [&state, &objects, &scratch] {
        fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    }
    let mut command = Command::new(program);
    command
        .current_dir(&scratch)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", &scratch)
        .env("TMPDIR", &scratch)
        .env("LANG", "C.UTF-8")
        // Its default binds every interface.
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", cloud.cloud_port.to_string())
        // Functions run under their own roles, as on AWS.
        .env("AUTH", "true")
        .env("PERSIST_STATE", "1")
        .env("STATE_DIR", &state)
        // Without it objects are lost on restart while the stacks that own their bucket are kept.
        .env("S3_PERSIST", "1")
        .env("S3_DATA_DIR", &objects)
        // Reaches the functions, so that the templates need not know where they run.
        .env("AWS_ENDPOINT_URL", cloud.endpoint())
        // The emulator's own SES tells nobody what becomes of a mail.
        .env("AWS_ENDPOINT_URL_SESV2", cloud.ses_endpoint())
        .env("LOG_LEVEL", "WARNING");
    Ok(command)
}

async fn healthy(cloud: &LocalCloud) -> bool {
    let url = format!("{}/_ministack/health", cloud.endpoint());
    let Ok(client) = crate::api::client_for(&url) else {
        return false;
    };
    let answer = client.get(url).timeout(Duration::from_secs(2)).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}
