//! Against servers that answer, do not answer, and answer halves, over real HTTP. What is counted is how many requests arrive.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sesv2::config::Credentials;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::*;

/// What the server does with a request that it has read to its end.
#[derive(Clone, Copy)]
enum Server {
    Answers(u16, &'static str, &'static str),
    Hangs,
    Closes,
    Resets,
    Halves,
}

async fn mailer(endpoint: &str) -> Mailer {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .region(Region::from_static("us-east-1"))
        .endpoint_url(endpoint)
        .load()
        .await;
    Mailer::new(&config)
}

fn mail() -> Mail {
    Mail {
        from: "Harbor <hello@harbor.example>".to_owned(),
        to: "alex@example.com".to_owned(),
        reply_to: None,
        subject: "Hello".to_owned(),
        html: Some("<p>Hello</p>".to_owned()),
        text: "Hello".to_owned(),
        headers: vec![("X-Landfall-Delivery".to_owned(), "a.b.c".to_owned())],
        tags: vec![("delivery_id".to_owned(), "a.b.c".to_owned())],
        configuration_set: "landfall-local".to_owned(),
    }
}

async fn serve(mut stream: TcpStream, server: Server) {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    // The body is one JSON object, whose end is the request's.
    while !read.ends_with(b"}") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => read.extend_from_slice(&buffer[..count]),
        }
    }
    match server {
        Server::Answers(status, code, body) => {
            let answer = format!(
                "HTTP/1.1 {status} x\r\nx-amzn-errortype: {code}\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        Server::Hangs => tokio::time::sleep(Duration::from_secs(60)).await,
        Server::Closes => {}
        Server::Resets => {
            // Closing with unread bytes is a reset.
            let _ = stream.set_zero_linger();
        }
        Server::Halves => {
            let _ = stream
                .write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 40\r\n\r\n{\"Mess",
                )
                .await;
        }
    }
}

async fn check(server: Server, expected: Sent) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, server));
        }
    });
    assert_eq!(mailer(&endpoint).await.send(&mail()).await, expected);
    assert_eq!(count.load(Ordering::SeqCst), 1, "one send is one request");
}

fn refused(why: &str) -> Sent {
    Sent::Refused { why: why.to_owned() }
}

const fn later(why: &'static str) -> Sent {
    Sent::NotSent {
        why,
        retry_after: None,
    }
}

#[tokio::test]
async fn a_mail_that_is_taken_has_a_name() {
    let taken = Sent::Accepted {
        message_id: "m-1".to_owned(),
    };
    check(Server::Answers(200, "", r#"{"MessageId":"m-1"}"#), taken).await;
}

#[tokio::test]
async fn what_was_certainly_not_sent_may_be_sent_later() {
    check(
        Server::Answers(429, "TooManyRequestsException", "{}"),
        later("too-fast"),
    )
    .await;
    check(
        Server::Answers(400, "LimitExceededException", "{}"),
        later("quota-exceeded"),
    )
    .await;
    check(
        Server::Answers(400, "SendingPausedException", "{}"),
        later("sending-paused"),
    )
    .await;
    check(
        Server::Answers(403, "AccessDeniedException", "{}"),
        later("access-denied"),
    )
    .await;
}

#[tokio::test]
async fn what_ses_refuses_is_not_tried_again() {
    check(
        Server::Answers(400, "MessageRejected", "{}"),
        refused("ses-message-rejected"),
    )
    .await;
    check(
        Server::Answers(400, "BadRequestException", "{}"),
        refused("ses-bad-request"),
    )
    .await;
}

#[tokio::test]
async fn no_answer_or_half_of_one_leaves_an_unknown_and_one_request() {
    check(
        Server::Answers(500, "InternalFailure", "{}"),
        Sent::Unknown { why: "server-error" },
    )
    .await;
    check(
        Server::Answers(503, "", "{}"),
        Sent::Unknown { why: "server-error" },
    )
    .await;
    check(
        Server::Answers(200, "", "{}"),
        Sent::Unknown {
            why: "answer-without-id",
        },
    )
    .await;
    check(
        Server::Closes,
        Sent::Unknown {
            why: "connection-lost",
        },
    )
    .await;
    check(
        Server::Resets,
        Sent::Unknown {
            why: "connection-lost",
        },
    )
    .await;
    check(
        Server::Halves,
        Sent::Unknown {
            why: "answer-not-understood",
        },
    )
    .await;
}

#[tokio::test]
async fn who_never_answers_is_not_waited_for_for_ever() {
    tokio::time::timeout(
        SEND_TIMEOUT + Duration::from_secs(5),
        check(
            Server::Hangs,
            Sent::Unknown {
                why: "no-answer-in-time",
            },
        ),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(
        mailer(&endpoint).await.send(&mail()).await,
        later("no-connection")
    );
}

#[tokio::test]
async fn who_takes_no_connection_in_time_was_sent_nothing() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // They wait to be accepted, and nobody after them may even wait.
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(500), TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    let sent = mailer(&format!("http://{address}")).await.send(&mail()).await;
    assert_eq!(sent, later("no-connection"));
}

/// As SES does when a function has slept: the first mail's connection is dead, and only who uses it finds out.
#[tokio::test]
async fn a_connection_that_has_died_meanwhile_takes_no_mail_with_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(answer_one(stream));
        }
    });
    let mailer = mailer(&endpoint).await;
    for _ in 0..3 {
        let sent = mailer.clone().send(&mail()).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    }
}

/// Answers the first request of a connection as if more could follow, and resets the connection at the next.
async fn answer_one(mut stream: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    let mut read = Vec::new();
    while !read.ends_with(b"}") {
        let count = stream.read(&mut buffer).await.unwrap();
        read.extend_from_slice(&buffer[..count]);
    }
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{\"MessageId\":\"m-1\"}";
    stream.write_all(answer.as_bytes()).await.unwrap();
    let _ = stream.read(&mut buffer).await;
    let _ = stream.set_zero_linger();
}

#[tokio::test]
async fn a_header_cannot_be_smuggled_in() {
    let mailer = mailer("http://127.0.0.1:1").await;
    let smuggled = Mail {
        subject: "Hello\r\nBcc: sam@example.com".to_owned(),
        ..mail()
    };
    assert_eq!(mailer.send(&smuggled).await, refused("header-with-line-break"));
}
