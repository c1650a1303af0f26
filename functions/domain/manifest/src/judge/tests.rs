use serde_json::{Value, json};

use super::*;

fn good() -> Value {
    json!({
        "version": 1,
        "sites": [
            {"id": "harbor", "name": "Harbor", "time_zone": "America/New_York", "assets": [
                {"id": "pontoon", "name": "Pontoon", "turnover_minutes": 60, "crew": "Dock crew",
                 "google_calendar": {"id": "pontoon@calendar.example", "secret": "GOOGLE"}},
                {"id": "sloop", "name": "Sloop", "turnover_minutes": 90, "crew": "Dock crew"}
            ]},
            {"id": "lake", "name": "Lake", "time_zone": "America/Chicago", "assets": [
                {"id": "hall", "name": "Hall", "turnover_minutes": 0}
            ]}
        ],
        "platforms": [
            {"id": "alpha", "name": "Alpha", "events": {"rules": [
                {"field": "summary", "matches": "Closed*", "kind": "block"},
                {"field": "summary", "matches": "Asked*", "kind": "hold"}
            ]}, "webhook": {"scheme": "hmac-sha256", "secret": "ALPHA_HOOK",
                "listing_pointer": "/listing", "listings": {"a/1": "alpha-pontoon"},
                "event_pointer": "/type", "events": {"ping": "nothing"}}},
            {"id": "beta", "name": "Beta"}
        ],
        "listings": [
            {"id": "alpha-pontoon", "platform": "alpha", "asset": "pontoon",
             "feed": {"secret": "ALPHA_PONTOON", "local_url": "http://127.0.0.1/a.ics"}},
            {"id": "beta-pontoon", "platform": "beta", "asset": "pontoon",
             "feed": {"secret": "BETA_PONTOON", "local_url": "http://127.0.0.1/b.ics"}}
        ],
        "policies": {"conflict": {"rule": "platform-priority", "platforms": ["beta", "alpha"]}}
    })
}

/// One change that makes the good manifest bad, and what a deployed stage then hears.
struct Red {
    pointer: &'static str,
    value: Value,
    expected: &'static [&'static str],
}

fn red(pointer: &'static str, value: Value, expected: &'static [&'static str]) -> Red {
    Red {
        pointer,
        value,
        expected,
    }
}

impl Red {
    fn manifest(&self) -> Value {
        let mut manifest = good();
        *manifest.pointer_mut(self.pointer).unwrap() = self.value.clone();
        manifest
    }
}

fn reds() -> Vec<Red> {
    [
        reds_of_ids(),
        reds_of_crews(),
        reds_of_feeds(),
        reds_of_decisions(),
        reds_of_webhooks(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn reds_of_ids() -> Vec<Red> {
    vec![
        red(
            "/sites/1/id",
            json!("harbor"),
            &["/sites/1/id: site `harbor` is defined twice"],
        ),
        red(
            "/sites/1/assets/0/id",
            json!("sloop"),
            &["/sites/1/assets/0/id: asset `sloop` is defined twice"],
        ),
        red(
            "/platforms/1/id",
            json!("alpha"),
            &[
                "/platforms/1/id: platform `alpha` is defined twice",
                "/listings/1/platform: platform `beta` is not defined",
                "/policies/conflict/platforms/0: platform `beta` is not defined",
            ],
        ),
        red(
            "/listings/1/id",
            json!("alpha-pontoon"),
            &["/listings/1/id: listing `alpha-pontoon` is defined twice"],
        ),
        red(
            "/listings/0/asset",
            json!("pontoons"),
            &["/listings/0/asset: asset `pontoons` is not defined; did you mean `pontoon`?"],
        ),
        red(
            "/listings/0/platform",
            json!("gamma\u{7}"),
            &["/listings/0/platform: platform `gamma\\u{7}` is not defined"],
        ),
    ]
}

fn reds_of_crews() -> Vec<Red> {
    vec![
        red(
            "/sites/0/assets/1/crew",
            json!("dock-crew"),
            &["/sites/0/assets/1/crew: crew `dock-crew` is spelt in two ways; did you mean `Dock crew`?"],
        ),
        red(
            "/sites/0/assets/1/turnover_minutes",
            json!(0),
            &["/sites/0/assets/1/crew: the crew never cleans, because `turnover_minutes` is 0"],
        ),
    ]
}

fn reds_of_feeds() -> Vec<Red> {
    vec![
        red(
            "/sites/0/time_zone",
            json!("America/New York"),
            &[
                "/sites/0/time_zone: `America/New York` is not an IANA time zone; \
                 did you mean `America/New_York`?",
            ],
        ),
        red(
            "/sites/0/time_zone",
            json!("Eastern Standard Time"),
            &["/sites/0/time_zone: `Eastern Standard Time` is not an IANA time zone"],
        ),
        red(
            "/listings/0/feed",
            json!({}),
            &["/listings/0/feed: the feed has neither `secret` nor `local_url`"],
        ),
        red(
            "/listings/0/feed",
            json!({"local_url": "http://127.0.0.1/a.ics"}),
            &["/listings/0/feed: the feed has no `secret`, and this stage does not read `local_url`"],
        ),
        red(
            "/listings/0/feed/local_url",
            json!("http://me:pw@127.0.0.1/a.ics"),
            &["/listings/0/feed/local_url: `local_url` is not well-formed"],
        ),
        red(
            "/listings/1/feed/secret",
            json!("ALPHA_PONTOON"),
            &["/listings/1/feed/secret: two listings have the same `secret`"],
        ),
        red(
            "/listings/1/feed/local_url",
            json!("http://127.0.0.1/a.ics"),
            &["/listings/1/feed/local_url: two listings have the same `local_url`"],
        ),
    ]
}

fn reds_of_decisions() -> Vec<Red> {
    vec![
        red(
            "/platforms/0/events/rules/0/matches",
            json!("* *"),
            &[
                "/platforms/0/events/rules/0/matches: the pattern matches every event, so that no later rule is read",
            ],
        ),
        red(
            "/platforms/0/events/rules/1/matches",
            json!("CLOSED*"),
            &["/platforms/0/events/rules/1: the rule has the field and the pattern of an earlier one"],
        ),
        red(
            "/policies/conflict",
            json!({"rule": "platform-priority"}),
            &["/policies/conflict: the rule `platform-priority` needs `platforms`"],
        ),
        red(
            "/policies/conflict/rule",
            json!("manual"),
            &["/policies/conflict/platforms: only the rule `platform-priority` reads `platforms`"],
        ),
        red(
            "/policies/conflict/platforms",
            json!(["beta", "beta"]),
            &[
                "/policies/conflict/platforms/1: platform `beta` is named twice",
                "/policies/conflict/platforms: platform `alpha` is missing",
            ],
        ),
    ]
}

fn reds_of_webhooks() -> Vec<Red> {
    let at = "/platforms/0/webhook";
    vec![
        red(
            at,
            json!({"scheme": "shared-secret", "secret": "ALPHA_HOOK"}),
            &["/platforms/0/webhook: the scheme `shared-secret` needs `header`"],
        ),
        red(
            at,
            json!({"scheme": "standard-webhooks", "secret": "ALPHA_HOOK", "header": "X-A", "id_header": "X-B"}),
            &[
                "/platforms/0/webhook/header: the scheme `standard-webhooks` has headers of its own and does not read `header`",
                "/platforms/0/webhook/id_header: the scheme `standard-webhooks` has headers of its own and does not read `id_header`",
            ],
        ),
        red(
            at,
            json!({"scheme": "hmac-sha256", "secret": "ALPHA_HOOK", "listing_pointer": "/a", "events": {}}),
            &[
                "/platforms/0/webhook/listing_pointer: `listing_pointer` is never read without `listings`",
                "/platforms/0/webhook/events: `events` is never read without `event_pointer`",
            ],
        ),
        red(
            "/platforms/1/id",
            json!("google-calendar"),
            &[
                "/listings/1/platform: platform `beta` is not defined",
                "/platforms/1/id: the id `google-calendar` is Google's own",
                "/policies/conflict/platforms/0: platform `beta` is not defined",
                "/policies/conflict/platforms: platform `google-calendar` is missing",
            ],
        ),
        red(
            "/sites/0/assets/1",
            json!({"id": "sloop", "name": "Sloop", "turnover_minutes": 90, "google_calendar":
                {"id": "pontoon@calendar.example", "secret": "GOOGLE", "local_url": "ftp://127.0.0.1"}}),
            &[
                "/sites/0/assets/1/google_calendar/id: two assets have the same Google calendar",
                "/sites/0/assets/1/google_calendar/local_url: `local_url` is not well-formed",
            ],
        ),
        red(
            "/platforms/0/webhook/listings",
            json!({"a/1": "beta-pontoon", "a~2": "alpha-pontoons"}),
            &[
                "/platforms/0/webhook/listings/a~11: listing `beta-pontoon` is another platform's",
                "/platforms/0/webhook/listings/a~02: listing `alpha-pontoons` is not defined; did you mean `alpha-pontoon`?",
            ],
        ),
    ]
}

#[test]
fn the_good_manifest_has_no_problem() {
    assert_eq!(judge(&good(), Stage::Deployed), []);
    assert_eq!(judge(&good(), Stage::Local), []);
}

#[test]
fn each_contradiction_is_named_and_nothing_else() {
    for red in reds() {
        let problems = judge(&red.manifest(), Stage::Deployed);
        let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(messages, red.expected);
    }
}

#[test]
fn every_check_has_a_fixture_that_it_finds() {
    let manifests: Vec<Value> = reds().iter().map(Red::manifest).collect();
    for (at, check) in CHECKS.iter().enumerate() {
        let found = manifests.iter().any(|value| {
            let root = Place::root(value);
            let mut problems = Vec::new();
            check(
                &Manifest {
                    root,
                    stage: Stage::Deployed,
                },
                &mut problems,
            );
            !problems.is_empty()
        });
        assert!(found, "check number {at} of the list finds nothing");
    }
}

#[test]
fn the_local_stage_does_without_secrets() {
    let mut manifest = good();
    manifest["listings"][0]["feed"] = json!({"local_url": "http://127.0.0.1/a.ics"});
    assert_eq!(judge(&manifest, Stage::Local), []);
}

#[test]
fn a_third_twin_is_told_of_the_first() {
    let mut manifest = good();
    manifest["sites"] = json!([{"id": "a"}, {"id": "a"}, {"id": "a"}]);
    let problems = judge(&manifest, Stage::Local);
    let hints: Vec<_> = problems
        .iter()
        .filter_map(|problem| problem.hint.as_deref())
        .collect();
    assert_eq!(hints[..2], ["it is defined first at /sites/0/id"; 2]);
}

#[test]
fn no_message_repeats_a_url() {
    let mut manifest = good();
    for listing in manifest["listings"].as_array_mut().unwrap() {
        listing["feed"] = json!({"secret": "https://canary", "local_url": "ftp://canary"});
    }
    let problems = judge(&manifest, Stage::Deployed);
    assert_eq!(problems.len(), 4);
    assert!(!format!("{problems:?}").contains("canary"));
}
