//! The inbox as it is deployed: mails from the bucket, messages from a platform's API, each to the schema and the queue.

use ::inbox::MAX_ATTACHMENT_BYTES;
use contract::inbox::MAIL_PREFIX;
use serde_json::{Value, json};

use super::cloud::{Cloud, PATIENCE};

const SCRAPER: &str = "inbox-scraper";

fn sample(name: &str) -> Vec<u8> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read(root.join("../functions/domain/inbox/tests/mails").join(name)).unwrap()
}

/// Every message that is kept, as it was stored: each keeps to the schema that is published.
fn messages(cloud: &Cloud, platform: &str) -> Vec<Value> {
    let bucket = cloud.outputs["InboundBucketName"].as_str().unwrap();
    let list = cloud.aws.s3().list_objects_v2().bucket(bucket);
    let listed = cloud.wait(list.prefix(format!("inbox/{platform}/")).send());
    let objects = listed.unwrap().contents.unwrap_or_default();
    let keys: Vec<String> = objects.into_iter().filter_map(|object| object.key).collect();
    let each = keys
        .iter()
        .map(|key| serde_json::from_slice(&cloud.wait(cloud.aws.object(bucket, key))).unwrap());
    let mut all: Vec<Value> = each.collect();
    let schema = jsonschema::validator_for(&::inbox::schema()).unwrap();
    for message in &all {
        let faults: Vec<String> = schema
            .iter_errors(message)
            .map(|fault| fault.to_string())
            .collect();
        assert_eq!(faults, [""; 0], "{message:#}");
    }
    all.sort_by_key(|message| message["sent_at"].as_str().unwrap().to_owned());
    all
}

#[test]
fn three_mails_travel_from_the_bucket_to_the_schema() {
    let Some(cloud) = &Cloud::own("inbox-mails") else {
        return;
    };
    let bucket = cloud.outputs["InboundBucketName"].as_str().unwrap();
    for name in [
        "boatsetter-message.eml",
        "boatsetter-html.eml",
        "boatsetter-payout.eml",
    ] {
        let key = format!("{MAIL_PREFIX}{name}");
        let put = cloud.aws.put_object(bucket, &key, sample(name));
        cloud.wait(put);
    }
    let came = cloud.poll(PATIENCE, |cloud| messages(cloud, "boatsetter").len() == 3);
    let found = messages(cloud, "boatsetter");
    assert!(came, "{found:#?}");
    let roles: Vec<&Value> = found.iter().map(|message| &message["sender"]["role"]).collect();
    assert_eq!(roles, ["guest", "guest", "platform"]);
    let thread = &found[0]["thread"];
    for message in &found {
        assert_eq!((&message["schema"], &message["revision"]), (&json!(1), &json!(1)));
        assert_eq!(
            (&message["thread"], &message["booking"]["code"]),
            (thread, &json!("BS-1042"))
        );
    }
    assert_eq!(found[1]["text"], "One more thing: where do we park?");
    let attachment = &found[0]["attachments"][0];
    let kept = cloud.wait(cloud.aws.object(bucket, attachment["key"].as_str().unwrap()));
    assert_eq!(kept, b"Is there a cooler on board?\n");
    let original = cloud.wait(cloud.aws.object(bucket, found[0]["original"].as_str().unwrap()));
    assert_eq!(original, sample("boatsetter-message.eml"));
}

#[test]
fn a_guests_message_travels_from_the_platforms_api_to_the_schema() {
    let Some(cloud) = &Cloud::own("inbox-api") else {
        return;
    };
    let guest = json!({
        "thread": "t1", "text": "Is there a cooler?", "listing": "gmb-sloop", "booking": "G-7",
        "attachments": [MAX_ATTACHMENT_BYTES, MAX_ATTACHMENT_BYTES + 1],
    });
    cloud.post_to_partner("/_messaging/getmyboat/guest", &guest);
    let polled = cloud.wait(cloud.aws.invoke_function(SCRAPER, &json!({"action": "poll"})));
    assert_eq!(polled["platforms"][0]["failure"], Value::Null, "{polled}");
    let found = messages(cloud, "getmyboat");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        (&found[0]["asset"], &found[0]["site"]),
        (&json!("sloop"), &json!("harbor"))
    );
    the_largest_file_is_kept_and_a_larger_one_is_named(cloud, &found[0]["attachments"]);
    let thread = cloud.partner("/_messaging/getmyboat/thread/t1");
    assert_eq!(thread[0]["is_read"], true, "{thread}");
    let again = cloud.wait(cloud.aws.invoke_function(SCRAPER, &json!({"action": "poll"})));
    assert_eq!(
        (&again["platforms"][0]["new"], &again["open"]),
        (&json!(0), &json!(0)),
        "{again}"
    );
}

fn the_largest_file_is_kept_and_a_larger_one_is_named(cloud: &Cloud, attachments: &Value) {
    let (kept, refused) = (&attachments[0], &attachments[1]);
    assert_eq!(kept["bytes"], MAX_ATTACHMENT_BYTES, "{attachments}");
    let bucket = cloud.outputs["InboundBucketName"].as_str().unwrap();
    let bytes = cloud.wait(cloud.aws.object(bucket, kept["key"].as_str().unwrap()));
    assert_eq!(bytes.len(), MAX_ATTACHMENT_BYTES);
    assert_eq!(
        (&refused["bytes"], &refused["key"]),
        (&json!(0), &Value::Null),
        "{attachments}"
    );
    assert!(refused["missing"].is_string(), "{attachments}");
}
