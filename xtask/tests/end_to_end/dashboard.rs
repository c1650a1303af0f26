//! The operator's page, as a browser shows it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::cloud::{Cloud, PATIENCE};
use super::landfall::{Landfall, root};

/// What would run if anything that others write were taken for markup.
const CANARY: &str = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";
/// The same, where there is less room.
const SHORT_CANARY: &str = "<img src=x onerror=\"window.pwned=1\">";
/// Each way to look at the page has its own double booking, request and threads to act on.
const MODES: [&str; 4] = ["phone-light", "phone-dark", "desktop-light", "desktop-dark"];
/// Uncompressed, all that the page is made of.
const BUDGET_BYTES: f64 = 120_000.0;
/// Of the first render of 500 bookings.
const BUDGET_MS: f64 = 200.0;

/// Where Node finds what drives and judges the browser.
struct Tools {
    modules: PathBuf,
    axe: PathBuf,
    chromium: PathBuf,
}

impl Tools {
    fn find(test: &str) -> Option<Self> {
        let find = |variable| testkit::need(test, variable).map(PathBuf::from);
        Some(Self {
            modules: find("LANDFALL_PLAYWRIGHT")?,
            axe: find("LANDFALL_AXE")?,
            chromium: find("LANDFALL_CHROMIUM")?,
        })
    }

    /// Runs one of the scripts beside this file, and returns what it has seen.
    fn run(&self, script: &str, mut arguments: Value) -> Value {
        for (name, path) in [
            ("modules", &self.modules),
            ("axe", &self.axe),
            ("chromium", &self.chromium),
        ] {
            arguments[name] = json!(path);
        }
        let script = root().join("xtask/tests/end_to_end/browser").join(script);
        let output = Command::new("node")
            .arg(script)
            .arg(arguments.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

#[test]
fn the_page_keeps_its_head_when_the_service_is_late_wrong_or_gone() {
    let Some(tools) = Tools::find("the_page_keeps_its_head_when_the_service_is_late_wrong_or_gone") else {
        return;
    };
    let files = root().join("functions/lambdas/event-broker/dashboard");
    let seen = tools.run("faults.mjs", json!({ "files": files }));
    let cases = seen.as_object().unwrap();
    assert!(cases.len() > 30, "{seen:#}");
    let wrong: Vec<_> = cases.iter().filter(|(_, wrong)| !wrong.is_null()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_page_shows_what_is_booked_and_acts_in_a_real_browser() {
    let test = "the_page_shows_what_is_booked_and_acts_in_a_real_browser";
    let Some(tools) = Tools::find(test) else {
        return;
    };
    let Some(cloud) = &Cloud::own("dashboard") else {
        return;
    };
    seed(cloud);
    let superseded = token(&cloud.landfall);
    cloud.landfall.run(&["-q", "token", "rotate"]).succeeded();
    let arguments = json!({
        "url": url(&cloud.landfall), "token": token(&cloud.landfall), "superseded": superseded,
        "simulator": cloud.landfall.simulator(), "modes": MODES,
    });
    let seen = tools.run("dashboard.mjs", arguments);
    check_that_nothing_is_amiss(&seen);
    check_what_was_shown(&seen);
    for mode in MODES {
        check_what_was_done(mode, &seen["done"][mode]);
    }
}

/// `LANDFALL_PICTURES=docs cargo xtask test -p xtask --test end_to_end pictures` takes those of the README anew.
#[test]
fn the_sample_fills_every_view_of_the_page_and_its_pictures() {
    let Some(tools) = Tools::find("the_sample_fills_every_view_of_the_page_and_its_pictures") else {
        return;
    };
    let Some(landfall) = Landfall::own("pictures") else {
        return;
    };
    landfall.deploy_sample().succeeded();
    let pictures = match std::env::var_os("LANDFALL_PICTURES") {
        Some(folder) => root().join(folder),
        None => landfall.dir().join("pictures"),
    };
    std::fs::create_dir_all(&pictures).unwrap();
    let arguments = json!({ "url": url(&landfall), "token": token(&landfall), "pictures": pictures });
    let seen = tools.run("pictures.mjs", arguments);
    assert_eq!(seen["violations"], json!([]), "{seen:#}");
    assert_eq!(seen["tooWide"], json!([]), "{seen:#}");
    assert_eq!(
        seen["cutOff"],
        json!([]),
        "a day of the calendar is not to be seen"
    );
    for (view, expected) in [
        ("today", "keeps the time"),
        ("inbox", "draft ready"),
        ("calendar", "Next 30 days"),
        ("messages", "Did not arrive"),
        ("reports", "Revenue by week"),
        ("system", "healthy"),
    ] {
        let shown = seen["views"][view].as_str().unwrap();
        assert!(shown.contains(expected), "{view}: {shown}");
        assert!(!shown.contains("not known"), "{view}: {shown}");
    }
}

fn url(landfall: &Landfall) -> String {
    let outputs = landfall.run(&["-q", "outputs", "--json"]).succeeded().stdout;
    let outputs: Value = serde_json::from_str(&outputs).unwrap();
    outputs["ApiUrl"]
        .as_str()
        .unwrap()
        .trim_end_matches('/')
        .to_owned()
}

fn token(landfall: &Landfall) -> String {
    let said = landfall.run(&["-q", "token", "show"]).succeeded();
    said.stdout.trim().to_owned()
}

/// For each mode two stays at one time on two platforms, a request, and two threads. Whatever others write holds a canary.
fn seed(cloud: &Cloud) {
    name_a_campaign(cloud);
    let now = chrono::Utc::now();
    let (mut pontoons, mut sloop) = ([String::new(), String::new()], String::new());
    for (place, mode) in (0_i64..).zip(MODES) {
        let at = now + chrono::TimeDelta::days(2 + 3 * place);
        let day = at.format("%Y%m%d").to_string();
        pontoons[0] += &event(&format!("first-{mode}"), &day, &format!("Reserved {mode}"));
        pontoons[1] += &event(&format!("second-{mode}"), &day, &format!("{CANARY} {mode}"));
        sloop += &event(&format!("request-{mode}"), &day, &format!("A request {mode}"));
    }
    for (listing, events) in [
        ("getmyboat-pontoon", &pontoons[0]),
        ("boatsetter-pontoon", &pontoons[1]),
        ("getmyboat-sloop", &sloop),
    ] {
        let feed =
            format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\n{events}END:VCALENDAR\r\n");
        cloud.publish(listing, feed);
    }
    cloud.landfall.run(&["-q", "sync", "run"]).succeeded();
    let day = (now + chrono::TimeDelta::days(4)).format("%Y-%m-%d");
    let event = super::cloud::event(&day.to_string(), &format!("Sunset cruise {SHORT_CANARY}"));
    cloud.add(&event, None).with_status(201);
    write_letters(cloud);
}

fn event(uid: &str, day: &str, summary: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}@tests.example\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{day}T150000Z\r\nDTEND:{day}T180000Z\r\n\
         SUMMARY:{summary}\r\nEND:VEVENT\r\n"
    )
}

/// Deploys a manifest in which a campaign's name is a canary, and a reply template that holds one.
fn name_a_campaign(cloud: &Cloud) {
    let mut manifest: Value = serde_json::from_str(&cloud.landfall.manifest()).unwrap();
    manifest["campaigns"][0]["name"] = json!(SHORT_CANARY);
    let path = cloud.landfall.dir().join("canaries.json");
    std::fs::write(&path, manifest.to_string()).unwrap();
    let deploy = ["-q", "deploy", "--manifest", path.to_str().unwrap()];
    cloud.landfall.run(&deploy).succeeded();
    let reply = std::fs::read_to_string(root().join("templates/replies/availability.j2")).unwrap();
    let bucket = cloud.outputs["ContentBucketName"].as_str().unwrap();
    let body = format!("{reply}\n{CANARY}\n").into_bytes();
    cloud.wait(
        cloud
            .aws
            .put_object(bucket, "templates/replies/availability.j2", body),
    );
}

fn write_letters(cloud: &Cloud) {
    for mode in MODES {
        for (thread, text) in [
            ("free", format!("Is it still free? {CANARY}")),
            ("money", format!("I want my money back {mode}")),
        ] {
            let guest = json!({
                "thread": format!("{thread}-{mode}"), "text": text, "name": format!("{mode} {CANARY}"), "listing": "gmb-sloop",
            });
            cloud.post_to_partner("/_messaging/getmyboat/guest", &guest);
        }
    }
    let has_decided = |cloud: &Cloud| {
        cloud.wait(
            cloud
                .aws
                .invoke_function("inbox-scraper", &json!({ "action": "poll" })),
        );
        let drafted = cloud.get("/inbox?state=drafted").with_status(200).body();
        drafted["threads"]
            .as_array()
            .is_some_and(|threads| threads.len() == MODES.len())
    };
    assert!(cloud.poll(PATIENCE, has_decided));
}

fn check_that_nothing_is_amiss(seen: &Value) {
    for nothing in ["errors", "tooWide", "violations", "refusedByPolicy", "elements"] {
        assert_eq!(seen[nothing], json!([]), "{nothing}");
    }
    assert_eq!(seen["pwned"], false, "{seen:#}");
    assert_eq!(
        seen["inline"],
        json!({ "ran": false, "blocked": "script-src-elem" })
    );
    assert_eq!(
        seen["judged"].as_array().unwrap().len(),
        MODES.len() * (6 + 1) + 3,
        "each view and an open thread in each mode; signing in, a dialog and an error: {seen:#}"
    );
    let bytes = seen["bytes"].as_f64().unwrap();
    assert!(bytes > 20_000.0 && bytes <= BUDGET_BYTES, "{bytes}");
    for view in ["today", "calendar"] {
        let took = |of: &str| seen["scriptMs"][view][of].as_f64().unwrap();
        for of in ["ofMetrics", "drawn", "profiled"] {
            assert!(
                took(of) > 0.0 && took(of) <= BUDGET_MS,
                "{view} {of} took {} ms",
                took(of)
            );
        }
        assert!(
            took("profiled") >= took("drawn") / 2.0,
            "the render is in the profile"
        );
    }
    eprintln!("{bytes} bytes, script {}", seen["scriptMs"]);
}

fn check_what_was_shown(seen: &Value) {
    for mode in MODES {
        let views = &seen["views"][mode];
        let shows = |view: &str, what: &str| {
            let text = views[view].as_str().unwrap();
            assert!(text.contains(what), "{mode} {view} lacks {what}: {text}");
        };
        shows("today", "Double bookings");
        shows("today", CANARY);
        shows("inbox", CANARY);
        shows("calendar", "Pontoon");
        shows("messages", SHORT_CANARY);
        shows("reports", "Bookings by week");
        shows("system", "healthy");
    }
    let day = seen["day"].as_str().unwrap();
    assert!(day.contains("Sunset cruise"), "{day}");
    assert!(day.contains(SHORT_CANARY), "{day}");
    let live = &seen["live"];
    assert_eq!(live["appeared"], true, "{live}");
    assert_eq!(live["reloads"], 0, "{live}");
    assert!(live["unchanged"].as_u64().unwrap() > 0, "{live}");
    assert!(live["changed"].as_u64().unwrap() > 0, "{live}");
    for done in [
        "isAnnounced",
        "isAccepted",
        "isSynchronised",
        "isFiltered",
        "isSignedOut",
    ] {
        assert_eq!(seen[done], true, "{done}: {seen:#}");
    }
}

fn check_what_was_done(mode: &str, done: &Value) {
    let all = [
        "isResolved",
        "isConfirmed",
        "isTakenBack",
        "isPaused",
        "isResumed",
        "isSent",
        "isClosed",
    ];
    for one in all {
        assert_eq!(done[one], true, "{mode} {one}: {done:#}");
    }
    let draft = done["draft"].as_str().unwrap();
    assert!(draft.contains("thank you for your message"), "{mode}: {draft}");
    assert!(draft.contains(CANARY), "{mode}: {draft}");
}
