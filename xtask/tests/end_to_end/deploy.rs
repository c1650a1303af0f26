//! Deploying again, after changes and after accidents.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cloud::{Cloud, event, free_day};
use super::landfall::Landfall;
use super::process::{functions, pid_of, runs};

#[test]
fn deploying_again_changes_nothing_and_changed_code_changes_its_function_only() {
    let Some(cloud) = Cloud::own("deploy") else { return };
    let sha256 = || cloud.wait(cloud.aws.code_sha256());
    let original = sha256();
    let again = cloud.landfall.deploy().succeeded();
    assert!(again.stdout.starts_with("no changes: "), "{again:?}");
    assert!(!again.stderr.contains("Plan:"), "{again:?}");

    cloud.landfall.change_code();
    let changed = cloud.landfall.deploy().succeeded();
    assert!(changed.stderr.contains("Plan: 1 change\n"), "{changed:?}");
    assert!(
        changed
            .stderr
            .contains("Code only\n  ~ EventBroker in landfall-local-runtime: code "),
        "{changed:?}"
    );
    assert_ne!(sha256(), original);
    cloud.get("/auth/check").with_status(200);

    cloud.landfall.restore_code();
    cloud.landfall.deploy().succeeded();
    assert_eq!(sha256(), original);
    cloud.get("/auth/check").with_status(200);
}

#[test]
fn the_local_cloud_is_stopped_started_and_mended() {
    let Some(cloud) = Cloud::own("mend") else { return };
    let dir = cloud.landfall.dir().to_owned();
    let pids = || ["cloud.pid", "simulator.pid"].map(|file| pid_of(&dir, file));
    cloud.add(&event(&free_day(), "Kept"), None).with_status(201);

    let before = pids();
    assert!(before.into_iter().all(runs));
    let down = cloud.landfall.run(&["local", "down"]).succeeded();
    for pid in before {
        assert!(
            !runs(pid) && down.stderr.contains(&format!("(pid {pid})")),
            "{down:?}"
        );
    }
    assert_eq!(functions(&dir), [], "what the emulator ran ended with it");
    let shared = Landfall::shared().unwrap();
    let others = ["cloud.pid", "simulator.pid"].map(|file| pid_of(shared.dir(), file));
    assert!(others.into_iter().all(runs), "another cloud was stopped");
    cloud.landfall.run(&["local", "up"]).succeeded();
    let kept = cloud.landfall.run(&["-q", "outputs", "--json"]).succeeded();
    let kept: serde_json::Value = serde_json::from_str(&kept.stdout).unwrap();
    assert_eq!(kept, cloud.outputs, "what is deployed outlives a restart");
    cloud.get("/auth/check").with_status(200);

    let [emulator, _] = pids();
    kill(Pid::from_raw(emulator), Signal::SIGKILL).unwrap();
    while runs(emulator) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mended = cloud.landfall.deploy().succeeded();
    assert!(
        mended.stderr.contains("was killed before it could save"),
        "{mended:?}"
    );
    cloud.landfall.run(&["smoke"]).succeeded();

    cloud.landfall.run(&["local", "reset"]).succeeded();
    assert!(!dir.exists());
}

#[test]
fn a_stage_is_destroyed_only_with_a_yes_and_can_be_deployed_again() {
    let Some(cloud) = Cloud::own("destroy") else {
        return;
    };
    let held = [
        "EventsTable",
        "ContentBucket",
        "InboundMailBucket",
        "DashboardTokenSecret",
        "UnsubscribeKeySecret",
    ];
    let refused = cloud.landfall.run(&["destroy", "--yes"]).ended(4);
    assert!(held.iter().all(|id| refused.stderr.contains(id)), "{refused:?}");
    let (last, others) = held.split_last().unwrap();
    let mut named = vec!["destroy", "--yes"];
    named.extend(others.iter().flat_map(|id| ["--allow-destroy", id]));
    let refused = cloud.landfall.run(&named).ended(4);
    assert!(refused.stderr.contains(last), "{refused:?}");
    named.extend(["--allow-destroy", last]);
    let unasked: Vec<&str> = named
        .iter()
        .copied()
        .filter(|argument| *argument != "--yes")
        .collect();
    let refused = cloud.landfall.run(&unasked).ended(1);
    assert!(refused.stderr.contains("pass --yes"), "{refused:?}");
    cloud.get("/auth/check").with_status(200);

    let destroyed = cloud.landfall.run(&named).succeeded();
    assert!(
        destroyed.stderr.contains("landfall-local-runtime"),
        "{destroyed:?}"
    );
    let gone = cloud.landfall.run(&["outputs"]).ended(1);
    assert!(gone.stderr.contains("is not deployed"), "{gone:?}");

    cloud.landfall.deploy().succeeded();
    cloud.landfall.run(&["smoke"]).succeeded();
}
