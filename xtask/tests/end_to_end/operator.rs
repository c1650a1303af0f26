//! The operator's commands over campaigns, one after the other as on a bad day: pause, resume, a test, and once more to those
//! who did not get it.

use std::time::Duration;

use serde_json::json;

use super::cloud::Cloud;
use super::messages::{accepted, campaign, come_to_rest, import, lay_out};

#[test]
fn a_campaign_is_paused_let_go_tried_out_and_sent_again_to_whom_it_did_not_reach() {
    let Some(cloud) = &Cloud::own("operator") else {
        return;
    };
    lay_out(cloud);
    let people = ["email,name", "alex@example.com,Alex", "sam@example.com,Sam"];
    import(cloud, "newsletter", &people.map(str::to_owned));
    let say = |arguments: &[&str]| cloud.landfall.run(&[&["-q", "campaign"], arguments].concat());
    let tick = || {
        let tick = json!({"action": "tick"});
        cloud.wait(cloud.aws.invoke_function("campaign-scheduler", &tick))
    };

    let told = say(&["pause", "summer-regatta", "--why", "a wrong date"])
        .succeeded()
        .stdout;
    assert!(told.contains("summer-regatta is paused"), "{told}");
    campaign(cloud, &["send", "summer-regatta", "--name", "first", "--yes"]);
    tick();
    std::thread::sleep(Duration::from_secs(5));
    let told = say(&["status", "summer-regatta"]).succeeded().stdout;
    for part in ["to be sent", "a wrong date"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(cloud.partner("/_ses/summary")["accepted"], 0, "it is paused");

    // One of the two mails is in doubt when it goes out.
    let fault = json!({"kind": "server-error", "times": 1});
    cloud.put_to_partner("/_ses/fault/sam@example.com", &fault);
    let told = say(&["resume", "summer-regatta", "--yes"]).succeeded().stdout;
    assert!(told.contains("goes on with the next tick"), "{told}");
    tick();
    let ends = [
        ("al***@example.com", "DELIVERED"),
        ("sa***@example.com", "UNKNOWN"),
    ];
    come_to_rest(cloud, "summer-regatta", "by-hand-first", &ends);
    let told = say(&["status", "summer-regatta"]).succeeded().stdout;
    assert!(
        told.contains("1 may have been sent and may not") && !told.contains("a wrong date"),
        "{told}"
    );

    a_test_goes_to_whom_it_may(cloud);

    // Without the word about doubles nothing is sent again.
    let again = [
        "resend",
        "summer-regatta",
        "--batch",
        "by-hand-first",
        "--only",
        "UNKNOWN",
    ];
    let refused = say(&[&again[..], &["--yes"]].concat());
    assert_ne!(refused.code, Some(0), "{}", refused.all());
    assert_eq!(accepted(cloud, "sam@example.com").len(), 0);
    let told = say(&[&again[..], &["--accept-duplicates", "--yes"]].concat()).succeeded();
    assert!(told.all().contains('1'), "{}", told.all());
    let ends = ends.map(|(to, _)| (to, "DELIVERED"));
    come_to_rest(cloud, "summer-regatta", "by-hand-first", &ends);
    for address in ["alex@example.com", "sam@example.com"] {
        assert_eq!(accepted(cloud, address).len(), 1, "{address}");
    }
}

fn a_test_goes_to_whom_it_may(cloud: &Cloud) {
    let test = |to: &str| {
        cloud
            .landfall
            .run(&["-q", "campaign", "test-send", "summer-regatta", "--to", to])
    };
    let told = test("owner@harbor.example").succeeded().all();
    assert!(told.contains("sent") || told.contains("delivered"), "{told}");
    assert_eq!(accepted(cloud, "owner@harbor.example").len(), 1);
    let told = test("stranger@example.com");
    assert_ne!(told.code, Some(0), "{}", told.all());
    assert!(told.all().contains("test_recipients"), "{}", told.all());
    assert!(accepted(cloud, "stranger@example.com").is_empty());
}
