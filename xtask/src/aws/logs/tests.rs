//! Answers that the local cloud does not give, in the shape in which AWS gives them.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use chrono::DateTime;

use crate::aws::Aws;

const MADE: (u16, &str) = (200, "{}");
const PUT: (u16, &str) = (200, "{}");

/// Writes an event to a server that answers so, in this order. What was asked, and how it ended.
async fn write<const N: usize>(
    answers: [(u16, &'static str); N],
) -> (Vec<serde_json::Value>, Result<(), String>) {
    let (endpoint, asked) = answering(answers);
    let at = DateTime::from_timestamp(1_795_384_500, 0).unwrap();
    let logs = Aws::at_endpoint(&endpoint).logs();
    let ended = logs
        .put_event("/landfall/staging/deployments", "release", at, "{}")
        .await;
    (
        asked.try_iter().collect(),
        ended.map_err(|error| format!("{error:#}")),
    )
}

#[tokio::test]
async fn the_event_goes_to_the_stream_with_its_time() {
    let (asked, ended) = write([MADE, PUT]).await;
    assert_eq!(ended, Ok(()));
    insta::assert_snapshot!(asked.iter().map(|body| format!("{body}\n")).collect::<String>());
}

#[tokio::test]
async fn a_stream_that_is_there_is_written_to() {
    let there =
        r#"{"__type":"ResourceAlreadyExistsException","message":"The specified log stream already exists"}"#;
    let (asked, ended) = write([(400, there), PUT]).await;
    assert_eq!((asked.len(), ended), (2, Ok(())));
}

#[tokio::test]
async fn a_group_that_is_missing_is_an_error_with_its_name() {
    let missing =
        r#"{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}"#;
    let (asked, ended) = write([(400, missing)]).await;
    assert_eq!(asked.len(), 1);
    let error = ended.unwrap_err();
    assert!(
        error.contains("/landfall/staging/deployments") && error.contains("does not exist"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_right_is_an_error() {
    let denied =
        r#"{"__type":"AccessDeniedException","message":"not authorized to perform: logs:PutLogEvents"}"#;
    let (_, ended) = write([MADE, (400, denied)]).await;
    assert!(ended.unwrap_err().contains("logs:PutLogEvents"));
}

#[tokio::test]
async fn an_event_that_is_dropped_for_its_time_is_an_error() {
    let dropped = r#"{"nextSequenceToken":"1","rejectedLogEventsInfo":{"tooNewLogEventStartIndex":0}}"#;
    let (_, ended) = write([MADE, (200, dropped)]).await;
    assert!(ended.unwrap_err().contains("clock"));
}

/// The address of a server that gives these answers, and the bodies that it was asked with.
fn answering<const N: usize>(answers: [(u16, &'static str); N]) -> (String, Receiver<serde_json::Value>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (told, asked) = channel();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            told.send(request_of(&mut stream)).unwrap();
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close"
            );
            write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        }
    });
    (endpoint, asked)
}

/// Reads a request to its end, which is where its body has become JSON.
fn request_of(stream: &mut TcpStream) -> serde_json::Value {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "the request broke off");
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        if let Some((_, body)) = text.split_once("\r\n\r\n")
            && let Ok(body) = serde_json::from_str(body)
        {
            return body;
        }
    }
}
