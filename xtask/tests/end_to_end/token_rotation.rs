//! The token changes while clients call: who has a good one is never refused, who has a revoked one soon is.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use contract::Method;
use serde_json::Value;
use token::{PREFIX, REVOCATION_BOUND, Token};

use super::answer::Answer;
use super::cloud::Cloud;

/// How many requests are sent around a rotation, unless `LANDFALL_ROTATION_REQUESTS` says another number.
const REQUESTS: usize = 2_000;
/// A warm function knows a change of the verifiers after 30 seconds.
const CHANGE_IS_KNOWN: Duration = Duration::from_secs(40);

/// An answer that was decided before the bound may arrive so much after it, on a busy machine.
const ONE_ANSWER: Duration = Duration::from_secs(2);
/// How many clients call at the same time: enough for the function to run in several instances, each of which reads
/// the verifiers at a time of its own.
const CLIENTS: usize = 4;

/// Clients that are never silent, and what they were answered.
struct Clients {
    /// What they call with, each in turn.
    tokens: RwLock<Vec<String>>,
    /// How many answers of each kind: by the token's place, and the status.
    answers: Mutex<BTreeMap<(usize, u16), usize>>,
    is_over: AtomicBool,
}

impl Clients {
    fn with(token: &str) -> Self {
        Self {
            tokens: RwLock::new(vec![token.to_owned()]),
            answers: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Calls until it is over.
    fn call(&self, cloud: &Cloud) {
        while !self.is_over.load(Ordering::Relaxed) {
            let tokens = self.tokens.read().unwrap().clone();
            for (place, token) in tokens.iter().enumerate() {
                let status = check(cloud, token).status;
                *self.answers.lock().unwrap().entry((place, status)).or_default() += 1;
            }
        }
    }

    fn sent(&self) -> usize {
        self.answers.lock().unwrap().values().sum()
    }

    fn wait_for(&self, count: usize) {
        let began = Instant::now();
        while self.sent() < count {
            assert!(
                began.elapsed() < Duration::from_secs(600),
                "the clients fell silent"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn nobody_is_refused_during_a_rotation() {
    let Some(cloud) = Cloud::own("rotation") else {
        return;
    };
    let wanted = std::env::var("LANDFALL_ROTATION_REQUESTS").map_or(REQUESTS, |text| text.parse().unwrap());
    let clients = Clients::with(&cloud.token);
    let new = std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| clients.call(&cloud));
        }
        clients.wait_for(wanted / 10);
        let mut rotation = cloud.landfall.start(&["token", "rotate"]);
        // What the operator reads is good from the moment on at which it can be read.
        let new = loop {
            // In this order: a rotation that ended after the look has changed what the look would have told.
            let is_over = rotation.try_wait().unwrap().is_some();
            let now = current(&cloud);
            if now != cloud.token || is_over {
                break now;
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        let called_before = clients.sent();
        clients.tokens.write().unwrap().push(new.clone());
        clients.wait_for(wanted.max(called_before + wanted / 10));
        clients.is_over.store(true, Ordering::Relaxed);
        assert!(rotation.wait().unwrap().success());
        new
    });
    let answers = clients.answers.into_inner().unwrap();
    println!("answers by (token, status): {answers:?}");
    let tokens = [cloud.token.clone(), new];
    assert_ne!(tokens[0], tokens[1], "the token was not rotated");
    let kinds: Vec<_> = answers.keys().copied().collect();
    assert_eq!(kinds, [(0, 200), (1, 200)], "{answers:?}");

    let has_sunset = |token: &str| {
        check(&cloud, token)
            .headers
            .iter()
            .any(|(name, _)| name == "sunset")
    };
    assert!(
        cloud.poll(CHANGE_IS_KNOWN, |_| has_sunset(&tokens[0])),
        "the old token does not say that it ends"
    );
    assert!(!has_sunset(&tokens[1]));

    cloud.landfall.run(&["token", "rollback"]).succeeded();
    assert_eq!(current(&cloud), tokens[0]);
    assert_eq!(
        states(&cloud),
        states_of(&[(&tokens[0], "current"), (&tokens[1], "superseded")])
    );
    for token in &tokens {
        check(&cloud, token).with_status(200);
    }
}

#[test]
fn a_revoked_token_is_refused_within_the_bound_and_for_good() {
    let Some(cloud) = Cloud::own("revocation") else {
        return;
    };
    let old = cloud.token.clone();
    check(&cloud, &old).with_status(200);
    let mut revocation = cloud.landfall.start(&["token", "revoke", "--now"]);
    let told = follow(&mut revocation, |line| line.contains("refuse"));
    let changed = Instant::now();
    while check(&cloud, &old).status != 401 {
        let in_force = REVOCATION_BOUND.to_std().unwrap() + ONE_ANSWER;
        assert!(changed.elapsed() < in_force, "{told:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("refused {} ms after the change", changed.elapsed().as_millis());
    assert!(revocation.wait().unwrap().success());
    let new = current(&cloud);
    check(&cloud, &new).with_status(200);
    assert_eq!(states(&cloud), states_of(&[(&old, "revoked"), (&new, "current")]));

    cloud.landfall.run(&["token", "rollback"]).ended(1);
    let deployed = cloud.landfall.deploy().succeeded();
    assert!(deployed.stdout.starts_with("no changes: "), "{deployed:?}");
    check(&cloud, &old).with_status(401);
}

#[test]
fn a_rotation_that_was_killed_is_given_up_or_finished() {
    let Some(cloud) = Cloud::own("killed") else { return };
    let old = cloud.token.clone();
    let kill_after = |line: &str| {
        let mut rotation = cloud.landfall.start(&["token", "rotate"]);
        let told = follow(&mut rotation, |told| told.contains(line));
        rotation.kill().unwrap();
        rotation.wait().unwrap();
        check(&cloud, &current(&cloud)).with_status(200);
        told
    };
    kill_after("make a new token");
    assert_eq!(current(&cloud), old);
    cloud.landfall.run(&["token", "repair"]).succeeded();
    assert!(!hints_at_a_rotation(&cloud));
    assert_eq!(states(&cloud)[&kid(&old)], "current");

    kill_after("done: accept");
    assert!(hints_at_a_rotation(&cloud));
    let ahead = cloud.landfall.run(&["token", "rotate", "--dry-run"]).succeeded();
    assert!(
        !ahead.stdout.contains("make a new token"),
        "it begins anew: {ahead:?}"
    );
    assert_eq!(current(&cloud), old);

    let told = kill_after("the current token");
    assert!(
        !told.iter().any(|line| line.contains("make a new token")),
        "{told:?}"
    );
    let new = current(&cloud);
    assert_ne!(new, old);
    cloud.landfall.run(&["token", "repair"]).succeeded();
    assert!(!hints_at_a_rotation(&cloud));
    let states = states(&cloud);
    assert_eq!(
        (states[&kid(&old)].as_str(), states[&kid(&new)].as_str()),
        ("superseded", "current")
    );
    assert_eq!(states.values().filter(|state| *state == "current").count(), 1);
}

#[test]
fn a_left_over_pending_version_blocks_nothing_and_bad_requests_change_nothing() {
    let Some(cloud) = Cloud::own("pending") else {
        return;
    };
    let secret = cloud.outputs["DashboardTokenSecretArn"].as_str().unwrap();
    cloud.wait(cloud.aws.leave_pending(secret, "not a token"));
    let ahead = cloud.landfall.run(&["token", "rotate", "--dry-run"]).succeeded();
    assert!(
        ahead
            .stdout
            .starts_with("1. clear the label AWSPENDING\n2. make a new token"),
        "{ahead:?}"
    );
    assert!(hints_at_a_rotation(&cloud), "a dry run changes nothing");
    cloud.landfall.run(&["token", "repair"]).succeeded();
    assert!(!hints_at_a_rotation(&cloud));
    let again = cloud.landfall.run(&["token", "repair"]).succeeded();
    assert_eq!(again.stdout, "nothing to do\n");

    let before = states(&cloud);
    for bad in [
        &["token", "revoke"][..],
        &["token", "revoke", "--now", "--kid", "0123456789ab"],
        &["token", "rotate", "--overlap", "0m"],
    ] {
        cloud.landfall.run(bad).ended(5);
    }
    let refused = cloud.landfall.run(&["token", "rollback"]).ended(1);
    assert!(refused.stderr.contains("no previous token"), "{refused:?}");
    assert_eq!((states(&cloud), current(&cloud)), (before, cloud.token.clone()));
}

/// `GET /auth/check` with this token.
fn check(cloud: &Cloud, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    cloud.call(Method::Get, "/auth/check", &[("authorization", &bearer)], "")
}

fn current(cloud: &Cloud) -> String {
    let shown = cloud.landfall.run(&["-q", "token", "show"]).succeeded();
    shown.stdout.trim().to_owned()
}

fn kid(token: &str) -> String {
    Token::parse(token).unwrap().kid()
}

/// Each token's state, by kid.
fn states(cloud: &Cloud) -> BTreeMap<String, String> {
    let status = cloud.landfall.run(&["token", "status", "--json"]).succeeded();
    let rows: Vec<Value> = serde_json::from_str(&status.stdout).unwrap();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(row, "kid"), text(row, "state")))
        .collect()
}

fn states_of(tokens: &[(&String, &str)]) -> BTreeMap<String, String> {
    tokens
        .iter()
        .map(|(token, state)| (kid(token), (*state).to_owned()))
        .collect()
}

fn hints_at_a_rotation(cloud: &Cloud) -> bool {
    let status = cloud.landfall.run(&["token", "status"]).succeeded();
    status.stderr.contains("a rotation was begun")
}

/// Reads what a command tells until a line is the one that is waited for; what it tells later it can still write. No
/// line holds a token.
#[track_caller]
fn follow(child: &mut Child, is_last: impl Fn(&str) -> bool) -> Vec<String> {
    let mut told = Vec::new();
    for line in BufReader::new(child.stderr.as_mut().unwrap()).lines() {
        told.push(line.unwrap());
        let line = told.last().unwrap();
        assert!(!line.contains(PREFIX), "{line}");
        if is_last(line) {
            return told;
        }
    }
    panic!("it ended too soon: {told:?}");
}
