//! Releases: what failed falls back, and what was can be again.

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::landfall::Landfall;

const RUNTIME: &str = "landfall-local-runtime";

#[test]
fn a_smoke_test_that_fails_rolls_back_to_the_last_good_release() {
    let Some(cloud) = Cloud::own("smoke") else { return };
    let landfall = &cloud.landfall;
    let good = cloud.wait(cloud.aws.code_sha256());
    landfall.break_code();
    let failed = landfall.run_on_manifest(&["deploy"], &[]).ended(6);
    assert!(
        failed.stderr.contains("the smoke test failed: rolled back to "),
        "{failed:?}"
    );
    assert_eq!(cloud.wait(cloud.aws.code_sha256()), good);
    cloud.get("/auth/check").with_status(200);
    let outcomes: Vec<Value> = releases(landfall)
        .iter()
        .map(|release| release["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["rolled_back", "healthy", "healthy"]);

    landfall.restore_code();
    let again = landfall.deploy().succeeded();
    assert!(again.stdout.starts_with("no changes: "), "{again:?}");
}

#[test]
fn the_first_release_has_nothing_to_roll_back_to_and_exit_6_says_so() {
    let Some(landfall) = Landfall::own("first") else {
        return;
    };
    landfall.break_code();
    let failed = landfall.run_on_manifest(&["deploy"], &[]).ended(6);
    assert!(
        failed
            .stderr
            .contains("there is no earlier release to roll back to"),
        "{failed:?}"
    );
    assert_eq!(releases(&landfall)[0]["outcome"], "smoke_failed");
    landfall.restore_code();
    landfall.deploy().succeeded();
    assert_eq!(releases(&landfall)[0]["outcome"], "healthy");
}

#[test]
fn a_rollback_restores_what_was_without_building() {
    let Some(cloud) = Cloud::own("rollback") else {
        return;
    };
    let landfall = &cloud.landfall;
    let sha256 = || cloud.wait(cloud.aws.code_sha256());
    let first = sha256();
    landfall.change_code();
    landfall.deploy().succeeded();
    let second = sha256();
    assert_ne!(first, second);

    // Neither cargo nor the code that was built is needed.
    landfall.break_code();
    let environment = [("CARGO", "false"), ("PATH", "/nonexistent")];
    let back = landfall.run_with(&["rollback"], &environment).succeeded();
    assert!(
        back.stderr
            .contains("Code only\n  ~ EventBroker in landfall-local-runtime"),
        "{back:?}"
    );
    assert_eq!(sha256(), first);
    cloud.get("/auth/check").with_status(200);
    let listed = releases(landfall);
    assert_eq!(listed[0]["kind"], "rollback");
    assert_eq!(listed[0]["to"], listed[2]["id"]);

    let none = landfall.run_with(&["rollback"], &environment).ended(5);
    assert!(none.stderr.contains("nothing to roll back to"), "{none:?}");
    let named = listed[1]["id"].as_str().unwrap();
    landfall
        .run_with(&["rollback", "--to", named], &environment)
        .succeeded();
    assert_eq!(sha256(), second);
}

#[test]
fn a_stack_that_fails_midway_ends_on_its_last_good_state_with_the_cause_last() {
    let Some(cloud) = Cloud::own("midway") else { return };
    let landfall = &cloud.landfall;
    let good = cloud.wait(cloud.aws.template());
    let taken = json!({"Resources": {"Taken": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "/taken", "Type": "String", "Value": "by somebody else"},
    }}});
    cloud.wait(cloud.aws.create_stack("somebody-else", &taken));

    let id = forge(&cloud, |template| {
        template["Resources"]["Taken"] = json!({
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/taken", "Type": "String", "Value": "ours"},
        });
    });
    let failed = landfall.run(&["rollback", "--to", id]).ended(1);
    let last = failed.stderr.trim_end().lines().last().unwrap();
    assert!(
        last.contains("Taken") && last.contains("already exists"),
        "{failed:?}"
    );
    assert_eq!(cloud.wait(cloud.aws.status(RUNTIME)), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(cloud.wait(cloud.aws.template()), good);
    cloud.get("/auth/check").with_status(200);
    let again = landfall.deploy().succeeded();
    assert!(again.stdout.starts_with("no changes: "), "{again:?}");
}

#[test]
fn a_template_that_no_request_takes_goes_through_the_bucket() {
    let Some(cloud) = Cloud::own("large") else { return };
    let id = forge(&cloud, |template| {
        template["Resources"]["Padded"] = json!({
            "Type": "AWS::SSM::Parameter",
            "Metadata": {"Padding": "x".repeat(60_000)},
            "Properties": {"Name": "/padded", "Type": "String", "Value": "1"},
        });
    });
    cloud.landfall.run(&["rollback", "--to", id]).succeeded();
    let deployed = cloud.wait(cloud.aws.template());
    assert_eq!(
        deployed["Resources"]["Padded"]["Metadata"]["Padding"]
            .as_str()
            .unwrap()
            .len(),
        60_000
    );
    cloud.get("/auth/check").with_status(200);
}

#[test]
fn a_secret_that_somebody_put_into_a_template_is_told_nowhere() {
    const SECRET: &str = "canary-4f1d-of-a-template";
    let Some(cloud) = Cloud::own("told") else { return };
    let landfall = &cloud.landfall;
    let id = forge(&cloud, |template| {
        template["Resources"]["EventBroker"]["Properties"]["Environment"]["Variables"]["API_TOKEN"] =
            json!(SECRET);
        template["Resources"]["Credentials"] = json!({
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/taken", "Type": "String", "Value": SECRET},
        });
    });
    let taken = json!({"Resources": {"Taken": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "/taken", "Type": "String", "Value": SECRET},
    }}});
    cloud.wait(cloud.aws.create_stack("somebody-else", &taken));
    let failed = landfall.run(&["rollback", "--to", id]).ended(1);
    assert!(
        failed.stderr.contains("API_TOKEN") && failed.stderr.contains("Credentials"),
        "{failed:?}"
    );

    // What is deployed holds the secret, and the plan takes it away.
    let mut template = cloud.wait(cloud.aws.template());
    template["Resources"]["EventBroker"]["Properties"]["Environment"]["Variables"]["API_TOKEN"] =
        json!(SECRET);
    cloud.wait(cloud.aws.update(&template));
    let file = landfall.dir().join("plan.json");
    let kept = ["plan", "--out", file.to_str().unwrap()];
    let mut told = vec![
        failed.all(),
        landfall.run_on_manifest(&kept, &[]).succeeded().all(),
    ];
    for format in ["text", "json", "markdown"] {
        let shown = landfall
            .run_on_manifest(&["plan", "--format", format], &[])
            .succeeded();
        assert!(shown.stdout.contains("API_TOKEN"), "{shown:?}");
        told.push(shown.all());
    }
    told.push(std::fs::read_to_string(&file).unwrap());
    told.push(
        landfall
            .run_on_manifest(&["apply", file.to_str().unwrap()], &[])
            .succeeded()
            .all(),
    );
    for text in told {
        assert!(!text.contains(SECRET), "{text}");
    }
}

/// Puts a release into the ledger whose runtime template is a changed copy of the newest one's, and gives its name.
fn forge(cloud: &Cloud, change: impl FnOnce(&mut Value)) -> &'static str {
    const ID: &str = "20200101T000000Z-0000000";
    let newest = releases(&cloud.landfall)[0]["id"].as_str().unwrap().to_owned();
    let shown = cloud
        .landfall
        .run(&["-q", "release", "show", &newest, "--json"])
        .succeeded();
    let mut release: Value = serde_json::from_str(&shown.stdout).unwrap();
    let stacks = release["stacks"].as_array_mut().unwrap();
    let runtime = stacks
        .iter_mut()
        .find(|stack| stack["kind"] == "runtime")
        .unwrap();
    let mut template: Value = serde_json::from_str(runtime["template"].as_str().unwrap()).unwrap();
    change(&mut template);
    runtime["template"] = json!(template.to_string());
    release["id"] = json!(ID);
    let bucket = "landfall-artifacts-000000000000-us-east-1";
    let key = format!("releases/local/{ID}.json");
    cloud.wait(
        cloud
            .aws
            .put_object(bucket, &key, release.to_string().into_bytes()),
    );
    ID
}

/// What `release list` tells, the newest first.
fn releases(landfall: &Landfall) -> Vec<Value> {
    let listed = landfall.run(&["-q", "release", "list", "--json"]).succeeded();
    listed
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
