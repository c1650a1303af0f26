//! SES's own word about the account: its list of suppressed addresses, and how fast it may send.

use std::process::Command;

use serde_json::{Value, json};

use super::cloud::{Cloud, PATIENCE};
use super::messages::{accepted, campaign, come_to_rest, deliveries, import, lay_out};

/// Has an address on the account's list, by Amazon's own client.
fn suppress(cloud: &Cloud, address: &str, reason: &str) {
    let script = "import sys, botocore.session\n\
        endpoint, address, reason = sys.argv[1:]\n\
        client = botocore.session.get_session().create_client('sesv2', region_name='us-east-1', endpoint_url=endpoint,\n\
        \x20   aws_access_key_id='test', aws_secret_access_key='test')\n\
        client.put_suppressed_destination(EmailAddress=address, Reason=reason)\n";
    let status = Command::new(cloud.landfall.python())
        .args(["-c", script])
        .arg(format!("{}/ses", cloud.landfall.simulator()))
        .args([address, reason])
        .status();
    assert!(status.unwrap().success());
}

fn tick(cloud: &Cloud) -> Value {
    let tick = json!({"action": "tick"});
    cloud.wait(cloud.aws.invoke_function("campaign-scheduler", &tick))
}

#[test]
fn whom_ses_will_not_write_to_is_left_out_and_a_throttled_account_sends_each_mail_once() {
    let Some(cloud) = &Cloud::own("account") else {
        return;
    };
    lay_out(cloud);
    the_accounts_list_is_mirrored(cloud);
    a_throttled_account_that_fails_sends_each_mail_once(cloud);
}

fn the_accounts_list_is_mirrored(cloud: &Cloud) {
    let people = [
        "email,name",
        "alex@example.com,Alex",
        "sam@example.com,Sam",
        "kim@example.com,Kim",
        "suppressionlist+x@example.com,Pat",
    ];
    import(cloud, "newsletter", &people.map(str::to_owned));
    suppress(cloud, "Sam@example.com", "BOUNCE");
    suppress(cloud, "kim@example.com", "COMPLAINT");
    tick(cloud);
    let plan = campaign(cloud, &["plan", "summer-regatta"]);
    let excluded = json!({"hard-bounce": 1, "complaint": 1});
    assert_eq!((&plan["recipients"], &plan["excluded"]), (&json!(2), &excluded));
    campaign(cloud, &["send", "summer-regatta", "--name", "listed", "--yes"]);
    // Of the last one SES knows more than its account: it takes the mail, does not send it, and says so.
    let ends = [
        ("al***@example.com", "DELIVERED"),
        ("ki***@example.com", "SUPPRESSED"),
        ("sa***@example.com", "SUPPRESSED"),
        ("su***@example.com", "BOUNCED"),
    ];
    come_to_rest(cloud, "summer-regatta", "by-hand-listed", &ends);
    assert!(accepted(cloud, "sam@example.com").is_empty() && accepted(cloud, "kim@example.com").is_empty());
    let plan = campaign(cloud, &["plan", "summer-regatta"]);
    let excluded = json!({"hard-bounce": 2, "complaint": 1});
    assert_eq!((&plan["recipients"], &plan["excluded"]), (&json!(1), &excluded));
}

fn a_throttled_account_that_fails_sends_each_mail_once(cloud: &Cloud) {
    const PEOPLE: usize = 60;
    let limit = |per_second: f64| {
        let account = json!({"SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": per_second, "SentLast24Hours": 0.0}});
        cloud.put_to_partner("/_ses/account", &account);
    };
    let lines = std::iter::once("email,name".to_owned())
        .chain((0..PEOPLE).map(|number| format!("crowd{number}@example.com,Guest {number}")));
    import(cloud, "newsletter", &lines.collect::<Vec<_>>());
    limit(60.0);
    tick(cloud);
    // Now it grants less than the senders believe, and of some mails it does not say what became of them.
    limit(4.0);
    let weights = json!({"well": 14, "too_many_requests": 2, "server_error": 2, "accept_then_drop": 2});
    cloud.put_to_partner(
        "/_ses/plan",
        &json!({"seed": 5, "weights": weights, "by": "recipient"}),
    );
    campaign(cloud, &["send", "summer-regatta", "--name", "throttled", "--yes"]);
    // It keeps to that for a while: each refusal is waited for longer than the last one.
    let is_throttled =
        |cloud: &Cloud| cloud.partner("/_ses/summary")["throttled"].as_u64() >= Some(PEOPLE as u64 / 2);
    assert!(cloud.poll(PATIENCE, is_throttled));
    limit(60.0);
    let batch = || {
        let mut rows = deliveries(cloud, "summer-regatta", "by-hand-throttled");
        rows.retain(|row| row["to"].as_str().unwrap().starts_with("cr***"));
        rows
    };
    let rests = |rows: &[Value]| {
        let is_at_rest = |row: &Value| ["DELIVERED", "UNKNOWN"].contains(&row["state"].as_str().unwrap());
        rows.len() == PEOPLE && rows.iter().all(is_at_rest)
    };
    let is_done = cloud.poll(PATIENCE, |_| rests(&batch()));
    assert!(is_done, "{:#?}", batch());

    let summary = cloud.partner("/_ses/summary");
    let mut mails = 0;
    for number in 0..PEOPLE {
        let own = accepted(cloud, &format!("crowd{number}@example.com"));
        assert!(own.len() <= 1, "guest {number} has {} mails", own.len());
        mails += own.len();
    }
    let rows = batch();
    let (delivered, unknown): (Vec<&Value>, Vec<&Value>) =
        rows.iter().partition(|row| row["state"] == "DELIVERED");
    // Whatever was taken, and not answered, was resolved by what SES told of it. What is not known was not taken, and is
    // reported with its reason.
    assert_eq!(delivered.len(), mails, "{summary}");
    assert!(!unknown.is_empty(), "nothing was left in doubt: {summary}");
    for row in &unknown {
        let id = row["id"].as_str().unwrap();
        let body = cloud.get(&format!("/deliveries?id={id}")).with_status(200).body();
        let last = body["deliveries"][0]["trail"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone();
        // A connection may be dropped after a refusal, too.
        let is_in_doubt = ["server-error", "connection-lost"].contains(&last["why"].as_str().unwrap());
        assert!(last["to"] == "UNKNOWN" && is_in_doubt, "{body}");
    }
    let status = cloud
        .landfall
        .run(&["-q", "campaign", "status", "summer-regatta"])
        .succeeded();
    // Who was there before the crowd may be among them.
    let all = deliveries(cloud, "summer-regatta", "by-hand-throttled");
    let in_doubt = all.iter().filter(|row| row["state"] == "UNKNOWN").count();
    assert!(in_doubt >= unknown.len());
    let reported = format!("{in_doubt} may have been sent and may not");
    assert!(status.all().contains(&reported), "{}", status.all());
    println!(
        "{mails} of {PEOPLE} got their one mail, {} are in doubt, SES refused {} requests",
        unknown.len(),
        summary["throttled"]
    );
}
