//! Mails, from a batch of notifications to the store.

use inbox::{MessageId, Role};
use serde_json::{Value, json};
use store::Inbox;

use super::played::Played;
use super::{at_once, service};

/// A notification that passes on what a guest wrote.
pub(super) fn guest_mail(id: &str, code: &str, words: &str) -> String {
    format!(
        "From: Mails <notify@mails.example>\r\nTo: inbox@harbor.example\r\nSubject: New message\r\nMessage-ID: {id}\r\n\
         Date: Fri, 15 Jan 2027 07:59:00 +0000\r\nContent-Type: text/plain\r\n\r\nCode: {code}\r\nA guest wrote:\r\n{words}\r\n-- \r\nMails\r\n"
    )
}

/// A batch of the queue, one message for each key.
pub(super) fn batch(keys: &[&str]) -> Value {
    let records = keys.iter().map(|key| {
        let told = json!({"Records": [{
            "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2027-01-15T08:00:00.000Z",
            "s3": {"bucket": {"name": "inbound"}, "object": {"key": key, "size": 1}}
        }]});
        json!({"messageId": key, "eventSource": "aws:sqs", "body": told.to_string(), "attributes": {}, "messageAttributes": {}})
    });
    json!({"Records": records.collect::<Vec<Value>>()})
}

async fn read(inbox: &Inbox, keys: &[&str]) -> Value {
    let played = Played::calm();
    service(&played, inbox.clone())
        .handle(batch(keys), &at_once())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_mail_becomes_a_message_whose_original_is_kept() {
    let inbox = Inbox::in_memory();
    let mail = guest_mail("<1@mails.example>", "B-7", "hello");
    inbox.put_object("mail/a b", mail.as_bytes()).await.unwrap();
    let answer = read(&inbox, &["mail/a+b"]).await;
    assert_eq!(answer["batchItemFailures"], json!([]));
    let message = inbox
        .message(&MessageId::of("mails", "1@mails.example"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (message.text.reveal(), message.sender.role),
        ("hello", Role::Guest)
    );
    assert_eq!(message.booking.unwrap().code, "B-7");
    assert_eq!(
        inbox.object(&message.original, 10_000).await.unwrap(),
        mail.as_bytes()
    );
}

#[tokio::test]
async fn only_what_failed_comes_again() {
    let inbox = Inbox::in_memory();
    let mail = guest_mail("<1@mails.example>", "B-7", "hello");
    inbox.put_object("mail/1", mail.as_bytes()).await.unwrap();
    inbox
        .put_object("mail/other", b"From: a@other.example\r\n\r\nhello")
        .await
        .unwrap();
    let answer = read(&inbox, &["mail/1", "elsewhere/2", "mail/other", "mail/gone"]).await;
    assert_eq!(
        answer["batchItemFailures"],
        json!([{"itemIdentifier": "elsewhere/2"}])
    );
    let aside = inbox.quarantined(None, 10).await.unwrap();
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].why, "no-platform");
}

#[tokio::test]
async fn what_ses_puts_there_when_a_rule_is_made_rings_no_alarm() {
    let inbox = Inbox::in_memory();
    let key = "mail/AMAZON_SES_SETUP_NOTIFICATION";
    inbox
        .put_object(key, b"From: a@amazon.example\r\n\r\nhello")
        .await
        .unwrap();
    let answer = read(&inbox, &[key]).await;
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(inbox.quarantined(None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn the_question_of_s3_whether_it_may_is_no_mail() {
    let body = json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}).to_string();
    let event =
        json!({"Records": [{"messageId": "m", "body": body, "attributes": {}, "messageAttributes": {}}]});
    let inbox = Inbox::in_memory();
    let answer = service(&Played::calm(), inbox)
        .handle(event, &at_once())
        .await
        .unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
}

#[tokio::test]
async fn a_mail_that_is_made_to_do_harm_is_put_aside_and_the_next_one_is_read() {
    let inbox = Inbox::in_memory();
    let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(400_000);
    inbox.put_object("mail/deep", deep.as_bytes()).await.unwrap();
    let mail = guest_mail("<1@mails.example>", "B-7", "hello");
    inbox.put_object("mail/1", mail.as_bytes()).await.unwrap();
    let answer = read(&inbox, &["mail/deep", "mail/1"]).await;
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(inbox.quarantined(None, 10).await.unwrap()[0].why, "too-deep");
    let id = MessageId::of("mails", "1@mails.example");
    assert!(inbox.message(&id).await.unwrap().is_some());
}
