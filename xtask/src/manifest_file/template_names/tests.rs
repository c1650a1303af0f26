use manifest::{Findings, Manifest, Stage};

use super::super::Checked;
use super::findings;

/// One campaign a line, so that a finding's line says which it is about.
fn checked(campaigns: &[&str]) -> Checked {
    let text = format!(
        r#"{{"version": 1, "sites": [{{"id": "h", "name": "H", "time_zone": "UTC", "assets": [{{"id": "sloop", "name": "Sloop", "turnover_minutes": 0}}]}}],
        "platforms": [], "listings": [],
        "messages": {{"email": {{"name": "H", "address": "h@example.com", "postal_address": "1 Pier"}},
                     "sms": {{"secret": "TWILIO", "number": "+15551234567"}}}},
        "campaigns": [
{}
]}}"#,
        campaigns.join(",\n")
    );
    let manifest = Manifest::check(&text, "m.json", Stage::Local).unwrap_or_else(|found| panic!("{found}"));
    Checked { manifest, text }
}

fn campaign(id: &str, channel: &str, template: &str) -> String {
    format!(
        r#"{{"id": "{id}", "channel": "{channel}", "purpose": "transactional", "to": {{"type": "guest"}}, "when": {{"type": "before-booking", "minutes": 60}}, "template": "{template}"}}"#
    )
}

fn told(checked: &Checked, paths: &[&str]) -> String {
    let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
    let findings = findings(checked, &paths).unwrap();
    let file = "campaign_schedule.json".to_owned();
    Findings { file, findings }.to_string()
}

#[test]
fn a_template_that_the_checkout_does_not_have_is_told_at_its_place() {
    let paths = [
        "after/body.html.j2",
        "after/subject.txt.j2",
        "half/subject.txt.j2",
        "sample.json",
        "sms/before.j2",
    ];
    let checked = checked(&[
        &campaign("a", "email", "after"),
        &campaign("b", "email", "half"),
        &campaign("c", "email", "before"),
        &campaign("d", "sms", "before"),
        &campaign("e", "sms", "after"),
    ]);
    insta::assert_snapshot!(told(&checked, &paths));
}

#[test]
fn where_there_is_no_template_at_all_the_hint_is_to_write_it() {
    let checked = checked(&[&campaign("a", "sms", "before")]);
    assert!(told(&checked, &[]).contains("write it: there is no template for this channel yet"));
}

#[test]
fn a_manifest_whose_templates_are_there_gives_no_finding() {
    let checked = checked(&[&campaign("d", "sms", "before")]);
    assert_eq!(findings(&checked, &["sms/before.j2".to_owned()]).unwrap(), []);
}
