//! Answers that the local cloud does not give, in the shape in which AWS gives them.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::aws::Aws;

/// What each call makes of a refusal with this code: whether its condition held, or the error.
async fn check(code: &str, message: &str, expected: Result<bool, &str>) {
    let body = format!(r#"{{"__type":"{code}","Message":"{message}"}}"#);
    let secrets = Aws::at_endpoint(&answering(body)).secrets();
    let put = secrets.put_pending("id", "version-0123456789-0123456789-012345", "value");
    let moved = secrets.move_label("id", "AWSCURRENT", Some("one"), Some("two"));
    let found = if code == "ResourceExistsException" {
        put.await
    } else {
        moved.await
    };
    let found = found.map_err(|error| format!("{error:#}"));
    assert_eq!(found, expected.map_err(str::to_owned));
}

#[tokio::test]
async fn a_request_token_that_was_used_with_another_value_is_a_lost_race() {
    check(
        "ResourceExistsException",
        "You can't use ClientRequestToken x because that value is already in use for a version of secret id.",
        Ok(false),
    )
    .await;
}

#[tokio::test]
async fn a_label_that_is_elsewhere_by_now_is_a_lost_race() {
    check(
        "InvalidParameterException",
        "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is attached to version three.",
        Ok(false),
    )
    .await;
}

#[tokio::test]
async fn any_other_refusal_is_an_error() {
    check(
        "AccessDeniedException",
        "no",
        Err("cannot move AWSCURRENT of id: AccessDeniedException: no"),
    )
    .await;
}

/// The address of a server that refuses the next request with this body.
fn answering(body: String) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        // The request is read to its end: its body is one JSON object without nested ones.
        while !request.ends_with(b"}") {
            let read = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
        }
        let length = body.len();
        let head =
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close";
        write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    });
    format!("http://{address}")
}
