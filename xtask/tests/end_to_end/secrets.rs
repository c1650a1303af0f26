//! Secrets and the token on the command line: in by standard input or a file, out nowhere.

use std::fs;

use serde_json::Value;

use super::cloud::Cloud;
use super::landfall::{FEED_SECRET, Landfall};

const VALUE: &str = "https://feeds.example/canary-value-40c2";

#[test]
fn secrets_are_stored_from_input_and_file_and_checked_by_name() {
    let Some(cloud) = Cloud::own("secrets") else {
        return;
    };
    let landfall = &cloud.landfall;
    let manifest = landfall.dir().join("campaign_schedule.json");
    let manifest = manifest.to_str().unwrap();
    let check = || landfall.run(&["secrets", "check", "--manifest", manifest]);
    let state = |name: &str| {
        let said = check().succeeded().stdout;
        let line = said.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().skip(2).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(state(FEED_SECRET), "stored");
    let optional = "not stored (the listing's local_url is used)";
    for name in ["GETMYBOAT_PONTOON_FEED_URL", "GETMYBOAT_SLOOP_FEED_URL"] {
        assert_eq!(state(name), optional);
    }

    let set = landfall.run_reading(&["secrets", "set", "GETMYBOAT_PONTOON_FEED_URL"], VALUE);
    let file = landfall.dir().join("repos.env");
    fs::write(
        &file,
        format!("# feeds\nexport GETMYBOAT_SLOOP_FEED_URL=\"{VALUE}\"\nSPARE_KEY={VALUE}\n"),
    )
    .unwrap();
    let import = landfall.run(&["secrets", "import", file.to_str().unwrap()]);
    for said in [set.succeeded(), import.succeeded(), check()] {
        assert!(!said.all().contains("canary"), "{said:?}");
    }
    assert_eq!(state("GETMYBOAT_PONTOON_FEED_URL"), "stored");
    assert_eq!(state("GETMYBOAT_SLOOP_FEED_URL"), "stored");
    assert_eq!(state("SPARE_KEY"), "stored, but the manifest does not name it");
}

#[test]
fn a_secret_that_the_stage_cannot_do_without_is_missed() {
    let Some(cloud) = Cloud::shared() else { return };
    let landfall = &cloud.landfall;
    let manifest = landfall.manifest().replace(FEED_SECRET, "NEVER_STORED_FEED_URL");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("campaign_schedule.json");
    fs::write(&file, manifest).unwrap();
    let said = landfall
        .run(&["secrets", "check", "--manifest", file.to_str().unwrap()])
        .ended(5);
    let line = said
        .stdout
        .lines()
        .find(|line| line.starts_with("NEVER_STORED_FEED_URL"));
    assert!(line.unwrap().ends_with("MISSING"), "{said:?}");
}

#[test]
fn what_is_not_valid_ends_with_5_and_stores_nothing() {
    let Some(landfall) = Landfall::shared() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("repos.env");
    fs::write(&file, format!("GOOD_ONE={VALUE}\n{VALUE}\nlower={VALUE}\n")).unwrap();
    let import = landfall
        .run(&["secrets", "import", file.to_str().unwrap()])
        .ended(5);
    assert!(import.stderr.contains("repos.env:2:") && import.stderr.contains("repos.env:3:"));
    let bad = [
        import,
        landfall
            .run_reading(&["secrets", "set", "lower-case"], VALUE)
            .ended(5),
        landfall
            .run_reading(&["secrets", "set", "EMPTY_ONE"], "\n")
            .ended(5),
        landfall.run(&["secrets", "set"]).ended(5),
        landfall.run(&["no-such-command"]).ended(5),
        landfall.run(&["deploy", "--stage", "nowhere"]).ended(5),
    ];
    for said in bad {
        assert!(!said.all().contains("canary"), "{said:?}");
    }
}

#[test]
fn the_token_is_shown_and_its_state_told() {
    let Some(cloud) = Cloud::shared() else { return };
    let landfall = &cloud.landfall;
    let shown = landfall.run(&["-q", "token", "show", "--env"]).succeeded();
    assert_eq!(shown.stdout, format!("LANDFALL_TOKEN={}\n", cloud.token));
    let status = landfall.run(&["token", "status", "--json"]).succeeded();
    let rows: Value = serde_json::from_str(&status.stdout).unwrap();
    let kid = token::Token::parse(&cloud.token).unwrap().kid();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["kid"] == kid.as_str());
    assert_eq!(row.unwrap()["state"], "current");
    assert!(!status.all().contains(token::PREFIX), "{status:?}");
}
