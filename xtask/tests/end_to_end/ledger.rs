//! What the artifact bucket keeps: the stage's lock and its releases.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use super::aws::Aws;
use super::cloud::Cloud;
use super::landfall::{Landfall, Said};

const BUCKET: &str = "landfall-artifacts-000000000000-us-east-1";
const LOCK: &str = "locks/local/lock.json";

#[test]
fn somebody_elses_lock_ends_with_3_until_it_is_taken_away_by_its_id() {
    let Some(cloud) = Cloud::own("locked") else { return };
    let landfall = &cloud.landfall;
    let unlock = |arguments: &[&str]| landfall.run(&[&["unlock"], arguments].concat());
    let now = chrono::Utc::now();
    let lock = json!({
        "version": 1,
        "id": "a1b2c3",
        "owner": "jo@quay",
        "command": "deploy",
        "acquired": now,
        "expires": now + chrono::TimeDelta::minutes(2),
    });
    put_lock(&cloud, &lock.to_string());
    let refused = landfall.deploy().ended(3);
    assert!(
        refused
            .stderr
            .contains("local is locked by jo@quay (deploy, since "),
        "{refused:?}"
    );
    assert!(
        refused
            .stderr
            .contains("`cargo xtask unlock a1b2c3 --stage local`"),
        "{refused:?}"
    );
    landfall.run(&["rollback"]).ended(3);

    let other = unlock(&["a1b2", "--yes"]).ended(4);
    assert!(other.stderr.contains("it belongs to jo@quay"), "{other:?}");
    let unasked = unlock(&["a1b2c3"]).ended(1);
    assert!(unasked.stderr.contains("pass --yes"), "{unasked:?}");
    landfall.deploy().ended(3);
    unlock(&["a1b2c3", "--yes"]).succeeded();
    let again = unlock(&["a1b2c3", "--yes"]).succeeded();
    assert_eq!(again.stdout, "local is not locked\n");
    landfall.deploy().succeeded();

    // One that nobody can read has an end, too.
    put_lock(&cloud, "{\"version\": 9");
    let refused = landfall.deploy().ended(3);
    let (_, rest) = refused.stderr.split_once("cargo xtask unlock ").unwrap();
    let (id, _) = rest.split_once(' ').unwrap();
    unlock(&["a1b2c3", "--yes"]).ended(4);
    unlock(&[id, "--yes"]).succeeded();
    landfall.deploy().succeeded();
}

#[test]
fn an_expired_lock_and_that_of_a_killed_deploy_are_taken_over_and_said_so() {
    let Some(cloud) = Cloud::own("expired") else {
        return;
    };
    let landfall = &cloud.landfall;
    let past = chrono::Utc::now() - chrono::TimeDelta::minutes(3);
    let lock = json!({
        "version": 1,
        "id": "a1b2c3",
        "owner": "jo@quay",
        "command": "deploy",
        "acquired": past,
        "expires": past + chrono::TimeDelta::minutes(2),
    });
    put_lock(&cloud, &lock.to_string());
    let over = landfall.deploy().succeeded();
    assert!(
        over.stderr.contains("took over an expired lock of jo@quay"),
        "{over:?}"
    );

    let killed = landfall.run_on_manifest(&["deploy"], &[("LANDFALL_DIE_AT", "locked")]);
    assert_eq!(killed.code, None, "{killed:?}");
    assert!(cloud.wait(lock_of(&cloud.aws)).is_held());
    let over = landfall.deploy().succeeded();
    assert!(
        over.stderr
            .contains("took over the lock of a process that has ended"),
        "{over:?}"
    );
    assert!(!cloud.wait(lock_of(&cloud.aws)).is_held());
}

#[test]
fn ctrl_c_gives_the_lock_back() {
    let Some(landfall) = Landfall::own("interrupted") else {
        return;
    };
    landfall.run(&["local", "up"]).succeeded();
    let aws = Aws::at(&landfall.endpoint());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let deploy = landfall.start_on_manifest(&["deploy"]);
    let pid = Pid::from_raw(i32::try_from(deploy.id()).unwrap());
    let began = std::time::Instant::now();
    while !runtime.block_on(lock_of(&aws)).is_held() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "the deploy took no lock"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    kill(pid, Signal::SIGINT).unwrap();
    let said = Said::of(deploy.wait_with_output().unwrap());
    assert_eq!(said.code, Some(130), "{said:?}");
    assert!(!runtime.block_on(lock_of(&aws)).is_held());
    landfall.deploy().succeeded();
}

#[test]
fn releases_are_listed_in_pages_shown_by_the_beginning_of_a_name_and_logged() {
    let Some(cloud) = Cloud::own("ledger") else { return };
    let landfall = &cloud.landfall;
    for _ in 0..2 {
        landfall.change_code();
        landfall.deploy().succeeded();
    }
    let list = |arguments: &[&str]| {
        let said = landfall
            .run(&[&["release", "list"], arguments].concat())
            .succeeded();
        let ids = said
            .stdout
            .lines()
            .map(|line| line.split(' ').next().unwrap().to_owned());
        (ids.collect::<Vec<String>>(), said.stderr)
    };
    let (all, _) = list(&[]);
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
    let (newest, more) = list(&["-n", "1"]);
    assert_eq!(newest, all[..1]);
    assert!(more.contains(&format!("--before {}", all[0])), "{more}");
    assert_eq!(list(&["--before", &all[0]]).0, all[1..]);

    let shown = landfall.run(&["release", "show", &all[1]]).succeeded().stdout;
    assert!(shown.starts_with(&format!("{}  deploy\n", all[1])), "{shown}");
    assert!(shown.contains("EventBrokerArtifactKey = functions/"), "{shown}");
    landfall.run(&["release", "show", "2"]).ended(5);
    landfall.run(&["release", "show", "19"]).ended(5);

    for id in &all {
        let events = cloud.wait(cloud.aws.log_events("/landfall/local/deployments", id));
        assert_eq!(events.len(), 1);
        let event: Value = serde_json::from_str(&events[0]).unwrap();
        assert_eq!(event["release"], *id);
        assert_eq!(event["outcome"], "healthy");
        assert_eq!(event["by"]["arn"], "arn:aws:iam::000000000000:root");
    }

    // A record that cannot be read is named and not chosen.
    let damaged = "20990101T000000Z-0000000";
    let key = format!("releases/local/{damaged}.json");
    cloud.wait(cloud.aws.put_object(BUCKET, &key, b"{".to_vec()));
    assert_eq!(list(&["-n", "1"]).0, [damaged]);
    let shown = landfall.run(&["release", "show", damaged]).ended(1);
    assert!(shown.stderr.contains("it is damaged"), "{shown:?}");
    let back = landfall.run(&["rollback"]).succeeded();
    assert!(
        back.stderr
            .contains(&format!("passed over the release {damaged}")),
        "{back:?}"
    );
    assert!(
        back.stderr.contains(&format!("rolling back to {}", all[1])),
        "{back:?}"
    );
}

#[test]
fn of_eight_conditional_writes_at_once_one_succeeds() {
    let Some(landfall) = Landfall::shared() else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let s3 = Aws::at(&landfall.endpoint()).s3();
    let bucket = "race-of-conditional-writes";
    runtime.block_on(async {
        let _ = s3.create_bucket().bucket(bucket).send().await;
        for round in 0..100 {
            let key = format!("{}-{round}", chrono::Utc::now().timestamp_millis());
            let first = race(&s3, bucket, &key, None).await;
            let body = s3.get_object().bucket(bucket).key(&key).send().await.unwrap();
            let etag = body.e_tag.clone().unwrap();
            assert_eq!(body.body.collect().await.unwrap().to_vec(), first);
            race(&s3, bucket, &key, Some(&etag)).await;
        }
    });
}

/// Lets eight write at once where there is nothing, or over one version. What the one wrote that succeeded.
async fn race(s3: &aws_sdk_s3::Client, bucket: &str, key: &str, over: Option<&str>) -> Vec<u8> {
    let racers: Vec<_> = (0..8)
        .map(|racer| {
            let body = format!("racer {racer} over {over:?}").into_bytes();
            let request = s3.put_object().bucket(bucket).key(key).body(body.clone().into());
            let request = match over {
                Some(etag) => request.if_match(etag),
                None => request.if_none_match("*"),
            };
            tokio::spawn(async move { request.send().await.is_ok().then_some(body) })
        })
        .collect();
    let mut written = Vec::new();
    for racer in racers {
        written.extend(racer.await.unwrap());
    }
    assert_eq!(written.len(), 1, "{key}");
    written.remove(0)
}

/// The lock as it lies in the bucket.
struct Lock(Option<Value>);

impl Lock {
    fn is_held(&self) -> bool {
        self.0.as_ref().is_some_and(|lock| lock["released"].is_null())
    }
}

async fn lock_of(aws: &Aws) -> Lock {
    let Ok(answer) = aws.s3().get_object().bucket(BUCKET).key(LOCK).send().await else {
        return Lock(None);
    };
    let bytes = answer.body.collect().await.unwrap().to_vec();
    Lock(Some(serde_json::from_slice(&bytes).unwrap()))
}

fn put_lock(cloud: &Cloud, text: &str) {
    cloud.wait(cloud.aws.put_object(BUCKET, LOCK, text.as_bytes().to_vec()));
}
