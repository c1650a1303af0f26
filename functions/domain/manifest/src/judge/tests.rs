use serde_json::{Value, json};

use super::*;

fn good() -> Value {
    json!({
        "version": 1,
        "sites": [
            {"id": "harbor", "name": "Harbor", "time_zone": "America/New_York", "assets": [
                {"id": "pontoon", "name": "Pontoon", "turnover_minutes": 60, "crew": "Dock crew",
                 "event_types": ["day-charter", "sunset-cruise"],
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
                "event_pointer": "/type", "events": {"ping": "nothing"}},
             "inbox": {"mail": {"from": ["*@alpha.example"], "words": [{"after": "wrote:"}],
                "thread": [{"header": "X-Thread"}], "listings": {"1": "alpha-pontoon"}}}},
            {"id": "beta", "name": "Beta"}
        ],
        "listings": [
            {"id": "alpha-pontoon", "platform": "alpha", "asset": "pontoon", "event_type": "day-charter",
             "feed": {"secret": "ALPHA_PONTOON", "local_url": "http://127.0.0.1/a.ics"}},
            {"id": "beta-pontoon", "platform": "beta", "asset": "pontoon",
             "feed": {"secret": "BETA_PONTOON", "local_url": "http://127.0.0.1/b.ics"}}
        ],
        "policies": {"conflict": {"rule": "platform-priority", "platforms": ["beta", "alpha"]}},
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "sms": {"secret": "TWILIO", "number": "+15551234567", "validity_minutes": 60},
            "frequency_cap": {"messages": 2, "days": 7},
            "time_zone": "America/New_York"
        },
        "campaigns": [
            {"id": "blast", "channel": "email", "purpose": "marketing", "template": "event-blast",
             "to": {"type": "audience", "name": "news"},
             "when": {"type": "every", "rule": "FREQ=WEEKLY;BYDAY=FR", "from": "2026-12-04T09:00", "zone": "recipient"}},
            {"id": "reminder", "channel": "sms", "purpose": "transactional", "template": "reminder",
             "to": {"type": "guest"}, "when": {"type": "before-booking", "minutes": 1440},
             "only": {"sites": ["harbor"], "assets": ["sloop"], "platforms": ["alpha"]}, "max_lateness_minutes": 60}
        ],
        "replies": {"mode": "draft", "rules": [
            {"id": "where", "only": {"sites": ["harbor"], "event_types": ["day-charter"]}, "keywords": ["where"], "then": {"reply": "where-to-meet"}},
            {"id": "late", "hours": {"from": "20:00", "to": "07:00"},
             "then": {"sms": {"crew": "Dock crew", "template": "guest-message"}}},
            {"id": "rest", "then": {"person": "Captain"}}
        ]}
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
        reds_of_replies(),
        reds_of_feeds(),
        reds_of_decisions(),
        reds_of_webhooks(),
        reds_of_inboxes(),
        reds_of_campaigns(),
        reds_of_messages(),
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

fn reds_of_campaigns() -> Vec<Red> {
    vec![
        red(
            "/campaigns/1/id",
            json!("blast"),
            &["/campaigns/1/id: campaign `blast` is defined twice"],
        ),
        red(
            "/campaigns/0/to",
            json!({"type": "guest"}),
            &["/campaigns/0/to/type: a guest belongs to a booking, and `every` is about none"],
        ),
        red(
            "/campaigns/1/to",
            json!({"type": "audience", "name": "news"}),
            &["/campaigns/1/to/type: a whole audience would hear of each booking"],
        ),
        red(
            "/campaigns/0/when/rule",
            json!("FREQ=WEEKLY;INTERVAL=0"),
            &["/campaigns/0/when/rule: the rule cannot be read: INTERVAL=0 never moves on"],
        ),
        red(
            "/campaigns/0/when/rule",
            json!("FREQ=HOURLY"),
            &["/campaigns/0/when/rule: the rule recurs within a day"],
        ),
        red(
            "/campaigns/0/when/zone",
            json!("recipients"),
            &["/campaigns/0/when/zone: `recipients` is not an IANA time zone; did you mean `recipient`?"],
        ),
        red(
            "/campaigns/1/only/sites",
            json!(["harbour"]),
            &["/campaigns/1/only/sites/0: site `harbour` is not defined; did you mean `harbor`?"],
        ),
        red(
            "/campaigns/1/max_lateness_minutes",
            json!(0),
            &["/campaigns/1/max_lateness_minutes: with 0 nothing would ever be sent"],
        ),
    ]
}

fn reds_of_messages() -> Vec<Red> {
    vec![
        red(
            "/messages/sms",
            json!({"secret": "TWILIO", "number": "+15551234567", "local_url": "ftp://127.0.0.1"}),
            &["/messages/sms/local_url: `local_url` is not well-formed"],
        ),
        red(
            "/messages/sms",
            json!(null),
            &[
                "/campaigns/1/channel: nobody sends by sms",
                "/replies/rules/1/then/sms: nobody sends by sms",
            ],
        ),
        red(
            "/messages/time_zone",
            json!("recipient"),
            &["/messages/time_zone: `recipient` is not an IANA time zone"],
        ),
        red(
            "/messages/email",
            json!({"name": "Harbor", "address": "hello@harbor.example"}),
            &["/messages/email: `postal_address` is missing"],
        ),
        red(
            "/messages/frequency_cap/days",
            json!(0),
            &["/messages/frequency_cap/days: with 0 nothing would ever be sent"],
        ),
    ]
}

fn reds_of_replies() -> Vec<Red> {
    let rule = |id: &str| json!({"id": id, "keywords": ["x"], "then": {"person": "Captain"}});
    vec![
        red(
            "/replies/rules",
            json!([rule("a"), rule("a")]),
            &["/replies/rules/1/id: rule `a` is defined twice"],
        ),
        red(
            "/campaigns/0/id",
            json!("replies"),
            &["/campaigns/0/id: the id `replies` is taken"],
        ),
        red(
            "/replies/rules/0/only",
            json!({"assets": ["slop"]}),
            &["/replies/rules/0/only/assets/0: asset `slop` is not defined; did you mean `sloop`?"],
        ),
        red(
            "/replies/rules/0/only/event_types",
            json!(["sunset-cruise", "day-chart"]),
            &[
                "/replies/rules/0/only/event_types/1: event type `day-chart` is not defined; did you mean `day-charter`?",
            ],
        ),
        red(
            "/listings/0/event_type",
            json!("sunset-cruises"),
            &[
                "/listings/0/event_type: event type `sunset-cruises` is not defined; did you mean `sunset-cruise`?",
            ],
        ),
        red(
            "/replies/rules/1/then/sms/crew",
            json!("Dock crews"),
            &[
                "/replies/rules/1/then/sms/crew: no asset has the crew `Dock crews`; did you mean `Dock crew`?",
            ],
        ),
        red(
            "/replies/rules/0",
            json!({"id": "all", "then": {"person": "Captain"}}),
            &[
                "/replies/rules/1: the rule never has its turn",
                "/replies/rules/2: the rule never has its turn",
            ],
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

fn reds_of_inboxes() -> Vec<Red> {
    let api = |part: Value| {
        let mut api = json!({
            "secret": "ALPHA_MESSAGES",
            "list": {"path": "/messages"},
            "fields": {"message": "/id", "thread": "/thread", "sent_at": "/at", "sender_role": "/role", "text": "/text"},
            "roles": {"guest": ["guest"]},
        });
        for (name, value) in part.as_object().unwrap() {
            api[name] = value.clone();
        }
        json!({ "api": api })
    };
    let fields = json!({"message": "/id", "thread": "/thread", "sent_at": "/at", "sender_role": "/role"});
    vec![
        red(
            "/platforms/0/inbox",
            json!({"api": {"list": {"path": "/m"}, "fields": {"text": "/t"}, "roles": {"guest": ["guest"]}}}),
            &["/platforms/0/inbox/api: the API has neither `secret` nor `local_url`"],
        ),
        red(
            "/platforms/0/inbox",
            api(json!({"local_url": "ftp://127.0.0.1/canary"})),
            &["/platforms/0/inbox/api/local_url: `local_url` is not well-formed"],
        ),
        red(
            "/platforms/0/inbox",
            api(json!({ "fields": fields })),
            &["/platforms/0/inbox/api/fields: nothing says where a message's text stands"],
        ),
        red(
            "/platforms/0/inbox",
            api(json!({"listings": {"1": "beta-pontoon"}})),
            &["/platforms/0/inbox/api/listings/1: listing `beta-pontoon` is another platform's"],
        ),
        red(
            "/platforms/0/inbox",
            json!({"mail": {"from": ["*@alpha.example"], "words": [{"after": "wrote:"}],
                "thread": [{"before": "x"}], "listings": {"1": "alpha-pontoons"}}}),
            &[
                "/platforms/0/inbox/mail/thread/0: the place has neither `header` nor `after`",
                "/platforms/0/inbox/mail/listings/1: listing `alpha-pontoons` is not defined; did you mean `alpha-pontoon`?",
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
