use serde_json::{Value, json};

use super::*;

const ID: &str = "blast_20261201T0900_0123456789abcdef0123456789abcdef";

fn event(kind: &str, part: Value) -> String {
    let mut message = json!({
        "eventType": kind,
        "mail": {"messageId": "m-1", "destination": ["alex@example.com"], "tags": {"delivery_id": [ID]}},
    });
    message[kind.to_lowercase()] = part;
    message.to_string()
}

fn notification(kind: &str, part: Value) -> String {
    let mut message = json!({
        "notificationType": kind,
        "mail": {"messageId": "m-1", "destination": ["alex@example.com"],
            "headers": [{"name": "From", "value": "x"}, {"name": "x-landfall-delivery", "value": ID}]},
    });
    message[kind.to_lowercase()] = part;
    message.to_string()
}

fn bounce(kind: &str, subtype: &str) -> Value {
    json!({
        "bounceType": kind, "bounceSubType": subtype, "timestamp": "2026-12-01T09:00:01.000Z", "feedbackId": "f-1",
        "bouncedRecipients": [{"emailAddress": "Alex <alex@example.com>", "diagnosticCode": "smtp; 550 5.1.1"}],
    })
}

fn complaint(kind: Option<&str>) -> Value {
    let mut complaint = json!({
        "complainedRecipients": [{"emailAddress": "alex@example.com"}],
        "timestamp": "2026-12-01T09:00:01.000Z", "feedbackId": "f-2",
    });
    if let Some(kind) = kind {
        complaint["complaintFeedbackType"] = kind.into();
    }
    complaint
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a call reads better so")]
fn check(kind: &str, part: &Value, fate: Option<Fate>, reasons: &[Reason]) {
    for text in [event(kind, part.clone()), notification(kind, part.clone())] {
        let feedback = read(&text).unwrap();
        assert_eq!(feedback.fate, fate, "{text}");
        assert_eq!(feedback.delivery.as_ref().map(DeliveryId::as_str), Some(ID));
        assert_eq!(feedback.message_id, "m-1");
        let found: Vec<(&str, Reason)> = feedback
            .suppressed
            .iter()
            .map(|(who, why)| (who.as_str(), why.reason))
            .collect();
        let expected: Vec<(&str, Reason)> = reasons.iter().map(|&why| ("alex@example.com", why)).collect();
        assert_eq!(found, expected);
    }
}

fn why(text: &str) -> String {
    text.to_owned()
}

#[test]
fn both_shapes_tell_the_same() {
    check("Delivery", &json!({}), Some(Fate::Delivered), &[]);
    check(
        "Bounce",
        &bounce("Permanent", "General"),
        Some(Fate::Bounced {
            why: why("permanent-general"),
        }),
        &[Reason::HardBounce],
    );
    check(
        "Bounce",
        &bounce("Transient", "MailboxFull"),
        Some(Fate::BouncedForNow {
            why: why("transient-mailboxfull"),
        }),
        &[],
    );
    check(
        "Bounce",
        &bounce("Undetermined", "Undetermined"),
        Some(Fate::BouncedForNow {
            why: why("undetermined-undetermined"),
        }),
        &[],
    );
    check(
        "Complaint",
        &complaint(Some("abuse")),
        Some(Fate::Complained),
        &[Reason::Complaint],
    );
    check(
        "Complaint",
        &complaint(None),
        Some(Fate::Complained),
        &[Reason::Complaint],
    );
}

#[test]
fn who_says_that_it_is_no_spam_does_not_complain() {
    check("Complaint", &complaint(Some("not-spam")), None, &[]);
}

#[test]
fn what_only_event_publishing_tells() {
    let fate = |kind| read(&event(kind, json!({}))).unwrap().fate;
    assert_eq!(fate("Send"), Some(Fate::Accepted));
    assert_eq!(fate("Reject"), Some(Fate::Rejected { why: why("rejected") }));
    assert_eq!(
        fate("Rendering Failure"),
        Some(Fate::Rejected {
            why: why("rendering-failure")
        })
    );
    assert_eq!(fate("DeliveryDelay"), None);
    assert_eq!(fate("SomethingNew"), None);
}

#[test]
fn an_address_that_is_none_is_counted() {
    let mut part = bounce("Permanent", "General");
    part["bouncedRecipients"][0]["emailAddress"] = "undisclosed".into();
    let feedback = read(&event("Bounce", part)).unwrap();
    assert_eq!((feedback.suppressed.len(), feedback.unreadable_addresses), (0, 1));
}

#[test]
fn a_message_that_is_not_ours_still_suppresses() {
    let mut message: Value = serde_json::from_str(&event("Complaint", complaint(None))).unwrap();
    message["mail"]["tags"] = json!({"delivery_id": ["somebody else's"]});
    let feedback = read(&message.to_string()).unwrap();
    assert_eq!((feedback.delivery, feedback.suppressed.len()), (None, 1));
}

#[test]
fn what_is_no_feedback_is_refused_without_being_quoted() {
    let told = |text: &str| read(text).unwrap_err().to_string();
    assert_eq!(told("secret"), "the message is not SES's JSON: line 1, column 1");
    assert_eq!(
        told("{}"),
        "the message has neither `eventType` nor `notificationType`"
    );
    assert_eq!(
        told(r#"{"eventType":"Bounce"}"#),
        "a message of type Bounce has no `bounce`"
    );
}

#[test]
fn a_status_notification_is_read() {
    let mail = format!(
        "From: MAILER-DAEMON@example.net\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822;\r\n Alex@example.com\r\n\
         Action: Failed\r\nStatus: 5.1.1 (no such user)\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: hi\r\nX-Landfall-Delivery: {ID}\r\n\r\nhello\r\n--b--\r\n"
    );
    let found = report(mail.as_bytes()).unwrap();
    let expected = ReportKind::Status {
        action: why("failed"),
        status: why("5.1.1"),
    };
    assert_eq!(found.kind, expected);
    assert_eq!(found.addresses, [Address::email("alex@example.com").unwrap()]);
    assert_eq!(found.delivery.as_ref().map(DeliveryId::as_str), Some(ID));
}

#[test]
fn a_plain_mail_is_no_report() {
    assert_eq!(report(b"Subject: hello\r\n\r\nFeedback-Type: abuse\r\n"), None);
}

/// Every mail of the corpus with a report's part is read.
#[test]
fn real_reports_are_read() {
    let Some(corpus) = testkit::need("real_reports_are_read", "LANDFALL_CORPUS") else {
        return;
    };
    let (mut with_a_part, mut read, mut missed) = (0, 0, Vec::new());
    let mut folders = vec![std::path::Path::new(&corpus).join("mail")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "eml") {
                let mail = std::fs::read(&path).unwrap();
                let found = report(&mail);
                let text = String::from_utf8_lossy(&mail).to_ascii_lowercase();
                let has_part = [
                    "content-type: message/delivery-status",
                    "content-type: message/feedback-report",
                ]
                .iter()
                .any(|part| text.contains(part));
                with_a_part += usize::from(has_part);
                read += usize::from(has_part && found.is_some());
                if has_part && found.is_none() {
                    missed.push(path);
                }
            }
        }
    }
    println!("reports: {read} of {with_a_part} read");
    assert!(with_a_part > 0);
    assert_eq!(missed, Vec::<std::path::PathBuf>::new());
}
