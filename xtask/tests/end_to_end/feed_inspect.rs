//! `feed inspect`, as an operator runs it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::corpus::rows;
use super::landfall::Landfall;

/// What the program answers is one object a line with exactly these keys.
const KEYS: [&str; 6] = ["file", "status", "note", "events", "starts", "warnings"];
const WINDOW: [&str; 4] = ["--from", "2020-01-01T00:00:00Z", "--to", "2030-01-01T00:00:00Z"];

#[test]
fn corpus_files_are_inspected_one_line_each_with_the_references_count() {
    let Some((folder, rows)) = rows() else { return };
    let Some(landfall) = Landfall::shared() else {
        return;
    };
    let readable: Vec<_> = rows.iter().filter(|row| row.status == "ok").take(40).collect();
    let paths: Vec<String> = readable
        .iter()
        .map(|row| folder.join(&row.file).display().to_string())
        .collect();
    let mut arguments = vec!["feed", "inspect", "--json", "--floating", "utc"];
    arguments.extend(WINDOW);
    arguments.extend(paths.iter().map(String::as_str));
    let said = landfall.run(&arguments).succeeded();
    let lines: Vec<Value> = said.stdout.lines().map(parse).collect();
    assert_eq!(lines.len(), paths.len());
    let explained = super::corpus::explained();
    for ((line, path), row) in lines.iter().zip(&paths).zip(&readable) {
        assert_eq!(line["file"], path.as_str());
        assert_eq!(line["status"], "ok", "{path}");
        if !explained.contains(&row.file) {
            assert_eq!(
                line["events"].as_u64(),
                row.events.map(|count| count as u64),
                "{path}"
            );
        }
    }
}

#[test]
fn a_feed_of_the_simulator_is_inspected_under_its_origin_only() {
    let Some(cloud) = super::cloud::Cloud::shared() else {
        return;
    };
    let url = format!(
        "{}/feeds/getmyboat/getmyboat-pontoon.ics",
        cloud.landfall.simulator()
    );
    let mut arguments = vec!["feed", "inspect", "--json", url.as_str()];
    arguments.extend(["--from", "2026-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z"]);
    let said = cloud.landfall.run(&arguments).succeeded();
    let line = parse(said.stdout.trim());
    assert_eq!(line["status"], "ok");
    assert!(!line["starts"].as_array().unwrap().is_empty(), "{line}");
    let name = line["file"].as_str().unwrap();
    assert!(name.starts_with(&cloud.landfall.simulator()), "{name}");
    assert!(
        !said.all().contains("/feeds/"),
        "a feed's URL is a secret: {said:?}"
    );
}

#[test]
fn what_is_no_calendar_is_an_error_line_and_the_others_are_told() {
    let Some(landfall) = Landfall::shared() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.ics");
    std::fs::write(&page, "<html></html>").unwrap();
    let said = landfall
        .run(&[
            "feed",
            "inspect",
            "--json",
            page.to_str().unwrap(),
            "/nowhere.ics",
        ])
        .ended(1);
    let statuses: Vec<Value> = said
        .stdout
        .lines()
        .map(|line| value(line)["status"].clone())
        .collect();
    assert_eq!(statuses, ["err", "err"]);
}

#[track_caller]
fn parse(line: &str) -> Value {
    let value = value(line);
    let keys: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(KEYS));
    value
}

fn value(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}
