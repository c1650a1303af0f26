use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

fn sms() -> Sms {
    Sms {
        from: "+15551230000".to_owned(),
        to: "+15551234567".to_owned(),
        body: "Hello & goodbye".to_owned(),
        status_callback: "https://example.com/callbacks/twilio?delivery=a.b.c".to_owned(),
        validity: chrono::TimeDelta::minutes(60),
    }
}

fn texter(base: &str) -> Texter {
    let credential = Credential::parse(&format!("{ACCOUNT}:token")).unwrap();
    Texter::new(Endpoint::at(base).unwrap(), credential).unwrap()
}

/// What comes of a server that reads the request and answers so, and the request that it read. It takes one connection.
async fn exchange(answer: &'static str) -> (Sent, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/twilio", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !String::from_utf8_lossy(&read).contains("ValidityPeriod=") {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).await.unwrap();
            read.extend_from_slice(&buffer[..count]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(read).unwrap()
    });
    let sent = texter(&base).send(&sms()).await;
    (sent, server.await.unwrap())
}

async fn check(answer: &'static str, expected: Sent) {
    assert_eq!(exchange(answer).await.0, expected, "{answer}");
}

fn refused(why: &str) -> Sent {
    Sent::Refused { why: why.to_owned() }
}

#[tokio::test]
async fn a_message_that_is_taken_has_a_name() {
    let (sent, request) =
        exchange("HTTP/1.1 201 Created\r\nContent-Length: 14\r\n\r\n{\"sid\":\"SM12\"}").await;
    assert_eq!(
        sent,
        Sent::Accepted {
            message_id: "SM12".to_owned()
        }
    );
    assert!(request.starts_with(&format!(
        "POST /twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json "
    )));
    assert!(request.contains("authorization: Basic "));
    assert!(request.contains("&Body=Hello+%26+goodbye&") && request.ends_with("&ValidityPeriod=3600"));
}

#[tokio::test]
async fn answers_mean_what_they_mean_for_mails() {
    let later = |why| Sent::NotSent {
        why,
        retry_after: None,
    };
    check("HTTP/1.1 429 x\r\nContent-Length: 2\r\n\r\n{}", later("too-fast")).await;
    check(
        "HTTP/1.1 401 x\r\nContent-Length: 2\r\n\r\n{}",
        later("access-denied"),
    )
    .await;
    check(
        "HTTP/1.1 400 x\r\nContent-Length: 14\r\n\r\n{\"code\":21211}",
        refused("twilio-21211"),
    )
    .await;
    check(
        "HTTP/1.1 400 x\r\nContent-Length: 14\r\n\r\n{\"code\":21610}",
        refused("stopped"),
    )
    .await;
    check(
        "HTTP/1.1 429 x\r\nContent-Length: 14\r\n\r\n{\"code\":21611}",
        later("too-fast"),
    )
    .await;
    check(
        "HTTP/1.1 400 x\r\nContent-Length: 14\r\n\r\n{\"code\":21611}",
        later("too-many-waiting"),
    )
    .await;
    check(
        "HTTP/1.1 404 x\r\nContent-Length: 4\r\n\r\nnope",
        refused("twilio-status-404"),
    )
    .await;
    check(
        "HTTP/1.1 500 x\r\nContent-Length: 2\r\n\r\n{}",
        Sent::Unknown { why: "server-error" },
    )
    .await;
    check(
        "HTTP/1.1 201 x\r\nContent-Length: 50\r\n\r\n{\"sid\"",
        Sent::Unknown {
            why: "answer-not-understood",
        },
    )
    .await;
    check(
        "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        Sent::Unknown {
            why: "answer-not-understood",
        },
    )
    .await;
    check(
        "",
        Sent::Unknown {
            why: "connection-lost",
        },
    )
    .await;
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let expected = Sent::NotSent {
        why: "no-connection",
        retry_after: None,
    };
    assert_eq!(texter(&base).send(&sms()).await, expected);
}

/// As Twilio does when a function has slept: the first message's connection is dead, and only who uses it finds out.
#[tokio::test]
async fn a_connection_that_has_died_meanwhile_takes_no_message_with_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/twilio", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut buffer = [0; 16 * 1024];
                let mut read = Vec::new();
                while !String::from_utf8_lossy(&read).contains("ValidityPeriod=") {
                    let count = stream.read(&mut buffer).await.unwrap();
                    read.extend_from_slice(&buffer[..count]);
                }
                let answer = b"HTTP/1.1 201 Created\r\nContent-Length: 14\r\n\r\n{\"sid\":\"SM12\"}";
                stream.write_all(answer).await.unwrap();
                let _ = stream.read(&mut buffer).await;
                let _ = stream.set_zero_linger();
            });
        }
    });
    let texter = texter(&base);
    for _ in 0..3 {
        let sent = texter.send(&sms()).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    }
}
