//! The service over real connections: what its documentation promises.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Account, Fate, Feedback, SendQuota, Shape, SuppressionReason};
use crate::asking::{Answered, Ear, ask, start};
use crate::call::pairs;
use crate::{Fault, Mishap, Simulator, Weights};

const SEND: &str = "/ses/v2/email/outbound-emails";
const LIST: &str = "/ses/v2/email/suppression/addresses";
const SIGNED: (&str, &str) = (
    "authorization",
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=0",
);

fn mail(to: &str) -> Value {
    json!({
        "FromEmailAddress": "Boats <hello@boats.example>",
        "Destination": { "ToAddresses": [to] },
        "ReplyToAddresses": ["captain@boats.example"],
        "Content": { "Simple": {
            "Subject": { "Data": "Ahoy", "Charset": "UTF-8" },
            "Body": { "Html": { "Data": "<p>Ahoy</p>" }, "Text": { "Data": "Ahoy" } },
            "Headers": [{ "Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click" }],
        } },
        "EmailTags": [{ "Name": "campaign", "Value": "spring-2027" }],
        "ConfigurationSetName": "marketing",
    })
}

async fn call(simulator: &Simulator, method: &str, path: &str, body: &Value) -> Answered {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    ask(simulator, method, path, &[SIGNED], &body).await.unwrap()
}

async fn send(simulator: &Simulator, to: &str) -> Answered {
    call(simulator, "POST", SEND, &mail(to)).await
}

#[track_caller]
fn check(answered: &Answered, status: u16, kind: &str) {
    let told = (answered.status, answered.header("x-amzn-errortype"));
    assert_eq!(told, (status, kind), "{}", answered.body);
}

fn kinds(reports: &[Value]) -> Vec<&str> {
    let kind = |report: &'_ Value| {
        report
            .get("eventType")
            .or(report.get("notificationType"))
            .cloned()
    };
    let known = [
        "Send",
        "Delivery",
        "Bounce",
        "Complaint",
        "Reject",
        "DeliveryDelay",
        "Rendering Failure",
    ];
    let found = reports.iter().map(|report| {
        let kind = kind(report).unwrap();
        *known.iter().find(|known| kind == **known).unwrap()
    });
    found.collect()
}

#[tokio::test]
async fn a_mail_is_accepted_and_kept_as_it_was_sent() {
    let simulator = start().await;
    let answered = send(&simulator, "Ann <success@boats.example>").await;
    check(&answered, 200, "");
    let accepted = simulator.ses().accepted();
    let [mail] = accepted.as_slice() else {
        panic!("{accepted:?}")
    };
    assert_eq!(answered.body, json!({ "MessageId": mail.message_id }));
    assert_eq!(mail.recipient, "success@boats.example");
    assert_eq!(mail.tags["campaign"], "spring-2027");
    assert_eq!(
        mail.header("list-unsubscribe-post"),
        Some("List-Unsubscribe=One-Click")
    );
    assert_eq!((mail.subject.as_str(), mail.fate), ("Ahoy", Fate::Delivered));
    assert_eq!(mail.html.as_deref(), Some("<p>Ahoy</p>"));
    let listed = call(
        &simulator,
        "GET",
        "/_ses/accepted?recipient=success@boats.example",
        &Value::Null,
    )
    .await;
    assert_eq!(listed.body[0]["message_id"], mail.message_id.as_str());
    assert_eq!(
        call(&simulator, "DELETE", "/_ses/accepted", &Value::Null)
            .await
            .status,
        204
    );
    assert!(simulator.ses().accepted().is_empty());
}

#[tokio::test]
async fn a_raw_message_is_read_for_its_headers() {
    let simulator = start().await;
    let raw = "RnJvbTogaGVsbG9AYm9hdHMuZXhhbXBsZQ0KVG86IGJvdW5jZUBib2F0cy5leGFtcGxlDQpTdWJqZWN0OiBBDQogYg0KWC1NYXJrOiAxDQoNCkJvZHk=";
    let answered = call(
        &simulator,
        "POST",
        SEND,
        &json!({ "Content": { "Raw": { "Data": raw } } }),
    )
    .await;
    check(&answered, 200, "");
    let mail = simulator.ses().accepted().remove(0);
    assert_eq!(
        (mail.recipient.as_str(), mail.fate),
        ("bounce@boats.example", Fate::HardBounce)
    );
    assert_eq!((mail.subject.as_str(), mail.header("x-mark")), ("A b", Some("1")));
    assert!(mail.raw.unwrap().ends_with("\n\nBody"));
}

#[tokio::test]
async fn what_is_missing_unknown_or_malformed_is_a_bad_request() {
    let simulator = start().await;
    let many = vec!["a@b.example"; 51];
    for (member, value) in [
        ("/Content", Value::Null),
        ("/Content/Simple/Subject", Value::Null),
        ("/Content/Simple/Body", json!({})),
        ("/Content/Simple/Subject/Data", json!("a\r\nBcc: b@c.example")),
        ("/Content/Simple/Headers/0/Name", json!("X Mark")),
        ("/Content/Simple/Headers/0/Name", json!("Subject")),
        ("/Content/Simple/Headers/0/Value", json!("a\nb")),
        ("/Destination", json!({ "Unknown": 1 })),
        ("/Destination/ToAddresses", json!([])),
        ("/Destination/ToAddresses", json!(many)),
        ("/Destination/ToAddresses/0", json!("ann")),
        ("/Destination/ToAddresses/0", json!("an n@b.example")),
        ("/FromEmailAddress", Value::Null),
        ("/EmailTags/0/Value", json!("spring 2027")),
    ] {
        let mut mail = mail("success@boats.example");
        *mail.pointer_mut(member).unwrap() = value;
        let answered = call(&simulator, "POST", SEND, &mail).await;
        assert_eq!(
            answered.header("x-amzn-errortype"),
            "BadRequestException",
            "{member}"
        );
    }
    let unsigned = ask(&simulator, "POST", SEND, &[], "{}").await.unwrap();
    check(&unsigned, 403, "MissingAuthenticationTokenException");
    assert!(simulator.ses().accepted().is_empty());
}

#[tokio::test]
async fn the_account_decides_what_may_be_sent() {
    let simulator = start().await;
    for (change, status, kind) in [
        (json!({ "SendingEnabled": false }), 400, "SendingPausedException"),
        (
            json!({ "EnforcementStatus": "SHUTDOWN" }),
            400,
            "AccountSuspendedException",
        ),
        (
            json!({ "SendQuota": { "SentLast24Hours": 50_000.0 } }),
            400,
            "LimitExceededException",
        ),
        (
            json!({ "VerifiedIdentities": ["other.example"] }),
            400,
            "MessageRejected",
        ),
        (
            json!({ "ProductionAccessEnabled": false, "VerifiedIdentities": ["hello@boats.example"] }),
            400,
            "MessageRejected",
        ),
        (
            json!({ "MailFromDomainVerified": false }),
            400,
            "MailFromDomainNotVerifiedException",
        ),
        (json!({ "ConfigurationSets": [] }), 404, "NotFoundException"),
        (
            json!({ "SendQuota": { "MaxSendRate": 0.0 } }),
            429,
            "TooManyRequestsException",
        ),
    ] {
        simulator.ses().account(Account::default());
        assert_eq!(
            call(&simulator, "PUT", "/_ses/account", &change).await.status,
            204
        );
        check(&send(&simulator, "ann@shore.example").await, status, kind);
    }
    assert!(simulator.ses().accepted().is_empty());
    let unknown = call(&simulator, "PUT", "/_ses/account", &json!({ "Unknown": 1 })).await;
    assert_eq!(unknown.status, 400);
    simulator.ses().account(Account::default());
    send(&simulator, "ann@shore.example").await;
    let account = call(&simulator, "GET", "/ses/v2/email/account", &Value::Null).await;
    assert_eq!(account.body["SendQuota"]["SentLast24Hours"], 1.0);
    assert_eq!(
        account.body["SuppressionAttributes"]["SuppressedReasons"],
        json!(["BOUNCE", "COMPLAINT"])
    );
}

#[tokio::test]
async fn the_rate_is_counted_over_a_second_and_above_it_is_too_many() {
    let simulator = start().await;
    simulator.ses().account(Account {
        send_quota: SendQuota {
            max_send_rate: 3.0,
            ..Account::default().send_quota
        },
        ..Account::default()
    });
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(send(&simulator, "success@boats.example").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    check(&send(&simulator, "success@boats.example").await, 200, "");
    assert_eq!((simulator.ses().max_rate(), simulator.ses().throttled()), (5, 2));
    let summary = call(&simulator, "GET", "/_ses/summary", &Value::Null).await;
    assert_eq!(
        summary.body,
        json!({ "accepted": 4, "fates": { "delivered": 4 }, "max_rate": 5, "throttled": 2 })
    );
}

#[tokio::test]
async fn every_mailbox_meets_its_fate() {
    let simulator = start().await;
    for (local, expected) in [
        ("success", &["Send", "Delivery"][..]),
        ("bounce+1", &["Send", "Bounce"]),
        ("softbounce", &["Send", "Bounce"]),
        ("ooto", &["Send", "Delivery", "Bounce"]),
        ("complaint", &["Send", "Delivery", "Complaint"]),
        ("suppressionlist", &["Send", "Bounce"]),
        ("reject", &["Send", "Reject"]),
        ("delay", &["Send", "DeliveryDelay"]),
        ("renderingfailure", &["Rendering Failure"]),
        ("ann", &["Send", "Delivery"]),
    ] {
        check(
            &send(&simulator, &format!("{local}@boats.example")).await,
            200,
            "",
        );
        assert_eq!(kinds(&simulator.ses().take_feedback()), expected, "{local}");
    }
    let suppressed = simulator.ses().suppressed();
    assert_eq!(
        suppressed,
        [
            ("bounce+1@boats.example".to_owned(), SuppressionReason::Bounce),
            ("complaint@boats.example".to_owned(), SuppressionReason::Complaint),
        ]
    );
}

#[tokio::test]
async fn an_event_has_the_members_that_the_documentation_names() {
    let simulator = start().await;
    let answered = send(&simulator, "bounce@boats.example").await;
    let reports = simulator.ses().take_feedback();
    let event = reports.last().unwrap();
    assert_eq!(event["mail"]["messageId"], answered.body["MessageId"]);
    assert_eq!(event["mail"]["destination"], json!(["bounce@boats.example"]));
    assert_eq!(
        event["mail"]["tags"],
        json!({
            "campaign": ["spring-2027"],
            "ses:caller-identity": ["test"],
            "ses:configuration-set": ["marketing"],
            "ses:from-domain": ["boats.example"],
            "ses:source-ip": ["127.0.0.1"],
        })
    );
    assert_eq!(
        event["mail"]["commonHeaders"]["from"],
        json!(["Boats <hello@boats.example>"])
    );
    let bounce = &event["bounce"];
    assert_eq!(
        (&bounce["bounceType"], &bounce["bounceSubType"]),
        (&json!("Permanent"), &json!("General"))
    );
    assert_eq!(
        bounce["bouncedRecipients"],
        json!([{
            "emailAddress": "bounce@boats.example",
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        }])
    );
    for member in ["timestamp", "feedbackId", "reportingMTA"] {
        assert!(bounce[member].is_string(), "{member}");
    }
}

#[tokio::test]
async fn notifications_have_headers_instead_of_tags_and_events_need_a_configuration_set() {
    let simulator = start().await;
    simulator.ses().feedback(Feedback {
        shape: Shape::Both,
        ..Feedback::default()
    });
    let mut mail = mail("complaint@boats.example");
    mail["ConfigurationSetName"] = Value::Null;
    call(&simulator, "POST", SEND, &mail).await;
    let reports = simulator.ses().take_feedback();
    assert_eq!(kinds(&reports), ["Delivery", "Complaint"]);
    let notification = &reports[1];
    assert_eq!(notification["notificationType"], "Complaint");
    assert_eq!(notification["mail"]["tags"], Value::Null);
    let headers = notification["mail"]["headers"].as_array().unwrap();
    assert!(
        headers.contains(&json!({ "name": "List-Unsubscribe-Post", "value": "List-Unsubscribe=One-Click" }))
    );
    assert_eq!(notification["complaint"]["complaintFeedbackType"], "abuse");
}

#[tokio::test]
async fn who_is_on_the_list_is_not_mailed_and_the_report_says_why() {
    let simulator = start().await;
    simulator
        .ses()
        .suppress("Ann@shore.example", SuppressionReason::Bounce);
    simulator
        .ses()
        .suppress("ben@shore.example", SuppressionReason::Complaint);
    for (address, fate, pointer) in [
        (
            "ann@shore.example",
            Fate::SuppressedAfterBounce,
            "/bounce/bounceSubType",
        ),
        (
            "ben@shore.example",
            Fate::SuppressedAfterComplaint,
            "/complaint/complaintSubType",
        ),
    ] {
        check(&send(&simulator, address).await, 200, "");
        let reports = simulator.ses().take_feedback();
        assert_eq!(reports[1].pointer(pointer).unwrap(), "OnAccountSuppressionList");
        assert_eq!(simulator.ses().accepted().last().unwrap().fate, fate);
    }
    call(
        &simulator,
        "DELETE",
        &format!("{LIST}/ann%40shore.example"),
        &Value::Null,
    )
    .await;
    send(&simulator, "ann@shore.example").await;
    assert_eq!(simulator.ses().accepted().last().unwrap().fate, Fate::Delivered);
}

#[tokio::test]
async fn the_list_is_read_in_pages_and_by_reason() {
    let simulator = start().await;
    for number in 0..5 {
        let put = json!({ "EmailAddress": format!("{number}@shore.example"), "Reason": "BOUNCE" });
        check(&call(&simulator, "PUT", LIST, &put).await, 200, "");
    }
    simulator
        .ses()
        .suppress("complained@shore.example", SuppressionReason::Complaint);
    let mut path = format!("{LIST}?PageSize=2&Reason=BOUNCE");
    let mut found = Vec::new();
    loop {
        let page = call(&simulator, "GET", &path, &Value::Null).await;
        let summaries = page.body["SuppressedDestinationSummaries"]
            .as_array()
            .unwrap()
            .clone();
        assert!(summaries.iter().all(|summary| summary["LastUpdateTime"].is_f64()));
        found.push(summaries.len());
        match page.body["NextToken"].as_str() {
            Some(token) => path = format!("{LIST}?PageSize=2&Reason=BOUNCE&NextToken={token}"),
            None => break,
        }
    }
    assert_eq!(found, [2, 2, 1]);
    for (query, count) in [
        ("", 6),
        ("?Reason=BOUNCE&Reason=COMPLAINT", 6),
        ("?StartDate=2020-01-01T00%3A00%3A00Z", 6),
        ("?EndDate=2020-01-01T00%3A00%3A00Z", 0),
    ] {
        let listed = call(&simulator, "GET", &format!("{LIST}{query}"), &Value::Null).await;
        let summaries = listed.body["SuppressedDestinationSummaries"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(summaries, count, "{query}");
    }
    for (method, path, status, kind) in [
        ("GET", format!("{LIST}?Reason=WHIM"), 400, "BadRequestException"),
        ("GET", format!("{LIST}?PageSize=0"), 400, "BadRequestException"),
        (
            "GET",
            format!("{LIST}?NextToken=%2B"),
            400,
            "InvalidNextTokenException",
        ),
        ("GET", format!("{LIST}/a@b.example"), 404, "NotFoundException"),
        ("DELETE", format!("{LIST}/a@b.example"), 404, "NotFoundException"),
    ] {
        check(&call(&simulator, method, &path, &Value::Null).await, status, kind);
    }
    let one = call(
        &simulator,
        "GET",
        &format!("{LIST}/0@SHORE.example"),
        &Value::Null,
    )
    .await;
    assert_eq!(one.body["SuppressedDestination"]["Reason"], "BOUNCE");
}

#[tokio::test]
async fn feedback_goes_to_the_topic() {
    let simulator = start().await;
    let mut ear = Ear::open().await;
    let feedback = json!({
        "endpoint": ear.origin,
        "topic_arn": "arn:aws:sns:eu-west-1:123456789012:feedback",
        "shape": "event",
        "types": ["Bounce", "Delivery"],
    });
    let laid = call(&simulator, "PUT", "/_ses/feedback", &feedback).await;
    assert_eq!(laid.status, 204);
    send(&simulator, "bounce@boats.example").await;
    let (path, headers, body) = ear.hear().await;
    assert_eq!(
        (path.as_str(), &headers["content-type"]),
        ("/", &"application/x-www-form-urlencoded".parse().unwrap())
    );
    let form = pairs(&body);
    assert_eq!(
        (form["Action"].as_str(), form["Version"].as_str()),
        ("Publish", "2010-03-31")
    );
    assert_eq!(form["TopicArn"], "arn:aws:sns:eu-west-1:123456789012:feedback");
    let message: Value = serde_json::from_str(&form["Message"]).unwrap();
    assert_eq!(
        (&message["eventType"], &message["mail"]["sendingAccountId"]),
        (&json!("Bounce"), &json!("123456789012"))
    );
    for elsewhere in ["http://192.0.2.1:80", "https://127.0.0.1:1", "127.0.0.1:1"] {
        let feedback =
            json!({ "endpoint": elsewhere, "topic_arn": "arn:aws:sns:eu-west-1:123456789012:feedback" });
        assert_eq!(
            call(&simulator, "PUT", "/_ses/feedback", &feedback).await.status,
            400,
            "{elsewhere}"
        );
    }
}

#[tokio::test]
async fn feedback_comes_twice_or_before_the_answer() {
    let simulator = start().await;
    let mut ear = Ear::open().await;
    simulator.ses().feedback(Feedback {
        endpoint: Some(ear.origin.clone()),
        topic_arn: Some("arn:aws:sns:eu-west-1:123456789012:feedback".to_owned()),
        types: Some(vec!["Delivery".to_owned()]),
        ..Feedback::default()
    });
    simulator
        .ses()
        .lay("ann@shore.example", Mishap::FeedbackFirst.times(1));
    send(&simulator, "ann@shore.example").await;
    assert!(!ear.is_silent());
    simulator.ses().lay(
        "ann@shore.example",
        Mishap::DuplicateFeedback { times: 2 }.times(1),
    );
    send(&simulator, "ann@shore.example").await;
    assert_eq!(ear.hear().await.2, ear.hear().await.2);
}

#[tokio::test]
async fn mishaps_are_laid_on_recipients() {
    let simulator = start().await;
    let body = mail("ann@shore.example").to_string();
    let ask = || ask(&simulator, "POST", SEND, &[SIGNED], &body);
    let hasty = |request| tokio::time::timeout(Duration::from_millis(500), request);
    for (kind, accepted) in [("accept-then-drop", 1), ("reset", 0)] {
        let laid = json!({ "kind": kind, "times": 1 });
        assert_eq!(
            call(&simulator, "PUT", "/_ses/fault/ann@shore.example", &laid)
                .await
                .status,
            204
        );
        assert!(ask().await.is_err(), "{kind}");
        assert_eq!(simulator.ses().accepted().len(), accepted, "{kind}");
        call(&simulator, "DELETE", "/_ses/accepted", &Value::Null).await;
    }
    for (mishap, accepted) in [(Mishap::Hang, 0), (Mishap::AcceptThenHang, 1)] {
        simulator.ses().lay("ann@shore.example", mishap.times(1));
        assert!(hasty(ask()).await.is_err());
        assert_eq!(simulator.ses().accepted().len(), accepted);
    }
    simulator
        .ses()
        .lay("ann@shore.example", Mishap::TooManyRequests.times(1));
    check(&ask().await.unwrap(), 429, "TooManyRequestsException");
    simulator
        .ses()
        .lay("ann@shore.example", Mishap::ServerError.times(1));
    check(&ask().await.unwrap(), 500, "InternalServiceErrorException");
    simulator
        .ses()
        .lay("ann@shore.example", Mishap::Slow { milliseconds: 800 }.times(1));
    assert!(hasty(ask()).await.is_err());
    check(&ask().await.unwrap(), 200, "");
}

#[tokio::test]
async fn a_reset_is_one_and_not_the_end_of_a_stream() {
    let simulator = start().await;
    simulator.ses().lay("ann@shore.example", Mishap::Reset.always());
    let body = mail("ann@shore.example").to_string();
    let error = ask(&simulator, "POST", SEND, &[SIGNED], &body)
        .await
        .err()
        .unwrap();
    let source = std::error::Error::source(&error).unwrap();
    let source = source.downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(source.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_plan_goes_wrong_in_the_same_places_each_time() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let simulator = start().await;
        simulator.ses().plan(
            7,
            Weights {
                well: 1,
                server_error: 1,
                ..Weights::default()
            },
        );
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(send(&simulator, "success@boats.example").await.status);
        }
        seen.push(statuses);
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].contains(&200) && seen[0].contains(&500));
}

#[tokio::test]
async fn faults_of_a_path_strike_in_the_words_of_the_service() {
    let simulator = start().await;
    let fault = Fault::Status {
        status: 503,
        retry_after_seconds: Some(2),
    };
    simulator.lay(SEND, fault.times(1)).unwrap();
    let answered = send(&simulator, "success@boats.example").await;
    check(&answered, 503, "ServiceUnavailableException");
    assert_eq!(answered.header("retry-after"), "2");
    simulator.lay(SEND, Fault::DropAfter.times(1)).unwrap();
    let body = mail("success@boats.example").to_string();
    assert!(ask(&simulator, "POST", SEND, &[SIGNED], &body).await.is_err());
    assert_eq!(simulator.ses().accepted().len(), 1);
}
