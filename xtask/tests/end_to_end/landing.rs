//! The plan is the deploy: what was shown is what is done, or nothing is.

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::landfall::{Landfall, Said};

const STORAGE: &str = "landfall-local-storage";
const RUNTIME: &str = "landfall-local-runtime";

/// Every step of a first deploy after which it can be interrupted, in order.
const STEPS: &[&str] = &[
    "locked",
    "code-uploaded",
    "storage-proposed",
    "storage-executing",
    "storage-settled",
    "storage-protected",
    "runtime-proposed",
    "runtime-executing",
    "runtime-settled",
    "runtime-protected",
    "content-uploaded",
    "token-ensured",
    "smoke-passed",
    "release-recorded",
];

/// Those of a deploy that changes code.
const STEPS_OF_CHANGE: &[&str] = &[
    "locked",
    "code-uploaded",
    "runtime-executing",
    "runtime-settled",
    "smoke-passed",
];

#[test]
fn a_kept_plan_is_applied_exactly_as_shown_or_refused_as_stale() {
    let Some(cloud) = Cloud::own("plan") else { return };
    let landfall = &cloud.landfall;
    let file = landfall.dir().join("plan.json");
    let file = file.to_str().unwrap();
    let plan = || {
        landfall
            .run_on_manifest(&["plan", "--out", file], &[])
            .succeeded()
    };
    let apply = || landfall.run_on_manifest(&["apply", file], &[]);
    let sha256 = || cloud.wait(cloud.aws.code_sha256());

    landfall
        .run_on_manifest(&["plan", "--detailed-exitcode"], &[])
        .succeeded();
    landfall.change_code();
    let planned = landfall
        .run_on_manifest(&["plan", "--detailed-exitcode"], &[])
        .ended(2);
    assert!(planned.stdout.starts_with("Plan: 1 change\n"), "{planned:?}");
    assert!(
        planned
            .stdout
            .contains("Code only\n  ~ EventBroker in landfall-local-runtime"),
        "{planned:?}"
    );

    let before = sha256();
    plan();
    cloud.wait(cloud.aws.delete_change_sets(RUNTIME));
    stale(apply(), "the change set of landfall-local-runtime is gone");

    plan();
    let mut template = cloud.wait(cloud.aws.template());
    template["Description"] = json!("Changed by somebody else.");
    cloud.wait(cloud.aws.update(&template));
    stale(
        apply(),
        "landfall-local-runtime was changed since the plan was made",
    );

    plan();
    cloud.wait(cloud.aws.set_variable("ADDED_BY_HAND", "1"));
    stale(
        apply(),
        "resources of landfall-local-runtime were changed by other means",
    );

    plan();
    let manifest = landfall.manifest().replace("\n", "\n ");
    let other = landfall.dir().join("other.json");
    std::fs::write(&other, manifest).unwrap();
    let with_other = landfall.run(&["apply", file, "--manifest", other.to_str().unwrap()]);
    stale(
        with_other,
        "the manifest or the templates are not those that were planned",
    );
    assert_eq!(sha256(), before, "a refused plan changes nothing");

    // The code is the plan's, whatever has been built since.
    plan();
    landfall.change_code();
    let applied = apply().succeeded();
    assert!(applied.stderr.contains("recorded the release"), "{applied:?}");
    assert_ne!(sha256(), before);
    let planned: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let release = landfall
        .run(&["-q", "release", "show", newest(landfall).as_str(), "--json"])
        .succeeded();
    let release: Value = serde_json::from_str(&release.stdout).unwrap();
    assert_eq!(release["artifacts"][0]["sha256"], planned["code"][0]["sha256"]);
    stale(
        apply(),
        "landfall-local-runtime was changed since the plan was made",
    );
}

#[test]
fn of_two_deploys_at_once_one_waits_or_gives_way_and_nothing_is_lost() {
    let Some(cloud) = Cloud::own("race") else { return };
    let landfall = &cloud.landfall;
    landfall.change_code();
    let racers = [(); 2].map(|()| landfall.start_on_manifest(&["deploy"]));
    let said = racers.map(|racer| Said::of(racer.wait_with_output().unwrap()));
    let mut codes: Vec<i32> = said.iter().map(|said| said.code.unwrap()).collect();
    codes.sort_unstable();
    assert!(codes == [0, 0] || codes == [0, 3], "{said:?}");
    let again = landfall.deploy().succeeded();
    assert!(again.stdout.starts_with("no changes: "), "{again:?}");
    cloud.get("/auth/check").with_status(200);
}

#[test]
fn a_deploy_that_is_killed_after_any_step_is_finished_by_the_next() {
    let Some(landfall) = Landfall::own("killed") else {
        return;
    };
    for step in STEPS {
        landfall.run(&["local", "reset"]).succeeded();
        kill_and_finish(&landfall, step);
        let releases = landfall.run(&["-q", "release", "list", "--json"]).succeeded();
        assert_eq!(releases.stdout.lines().count(), 1, "{step}: {releases:?}");
    }
    for step in STEPS_OF_CHANGE {
        landfall.change_code();
        kill_and_finish(&landfall, step);
    }
}

#[test]
fn what_holds_data_is_replaced_only_by_name() {
    let Some(cloud) = Cloud::own("stateful") else {
        return;
    };
    let landfall = &cloud.landfall;
    let mut template = cloud.wait(cloud.aws.template_of(STORAGE));
    // Whoever did this: going back replaces the table.
    template["Resources"]["EventsTable"]["Properties"]["TableName"] = json!("by-hand");
    cloud.wait(cloud.aws.update_stack(STORAGE, &template));
    let refused = landfall.run_on_manifest(&["deploy"], &[]).ended(4);
    assert!(
        refused
            .stderr
            .contains("EventsTable in landfall-local-storage: it holds data: will REPLACE"),
        "{refused:?}"
    );
    assert!(
        refused.stderr.contains("--allow-replace EventsTable"),
        "{refused:?}"
    );
    assert_eq!(
        cloud.wait(cloud.aws.template_of(STORAGE)),
        template,
        "nothing was changed"
    );
    let other = landfall.run_on_manifest(&["deploy", "--allow-replace", "ContentBucket"], &[]);
    other.ended(4);
}

#[test]
fn drift_is_shown_and_ends_with_2_if_asked_to() {
    let Some(cloud) = Cloud::own("drift") else { return };
    let landfall = &cloud.landfall;
    let still = landfall.run(&["drift", "--detailed-exitcode"]).succeeded();
    assert!(
        still.stdout.contains("not checked"),
        "what could not be checked is named: {still:?}"
    );
    cloud.wait(cloud.aws.set_variable("ADDED_BY_HAND", "1"));
    let drifted = landfall.run(&["drift", "--detailed-exitcode"]).ended(2);
    assert!(drifted.stdout.starts_with("Plan: 1 drifted"), "{drifted:?}");
    assert!(drifted.stdout.contains("EventBroker"), "{drifted:?}");
    let json = landfall.run(&["-q", "drift", "--json"]).succeeded();
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["drift"][0]["logical_id"], "EventBroker");
    let planned = landfall.run_on_manifest(&["plan"], &[]).succeeded();
    assert!(planned.stdout.starts_with("Plan: 1 drifted"), "{planned:?}");
}

/// Kills a deploy after a step, then finishes it by another.
#[track_caller]
fn kill_and_finish(landfall: &Landfall, step: &str) {
    let killed = landfall.run_on_manifest(&["deploy"], &[("LANDFALL_DIE_AT", step)]);
    assert_eq!(killed.code, None, "{step} was not reached: {killed:?}");
    let finished = landfall.deploy();
    assert_eq!(finished.code, Some(0), "after {step}: {finished:?}");
    landfall.run(&["smoke"]).succeeded();
}

#[track_caller]
fn stale(said: Said, why: &str) {
    let said = said.ended(3);
    assert!(said.stderr.contains(why), "{said:?}");
}

/// The newest release.
fn newest(landfall: &Landfall) -> String {
    let listed = landfall.run(&["-q", "release", "list", "--json"]).succeeded();
    let first: Value = serde_json::from_str(listed.stdout.lines().next().unwrap()).unwrap();
    first["id"].as_str().unwrap().to_owned()
}
