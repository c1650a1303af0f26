//! Mails that are made to do harm to who parses them.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

const MEGABYTE: usize = 1024 * 1024;
/// What a test that is not optimised takes at most: a parser that follows such a mail takes minutes, or all memory.
const BOUNDED: Duration = Duration::from_secs(20);

/// Reads it where a stack that overflows ends this process.
#[track_caller]
fn check(what: &str, bytes: Vec<u8>, expected: Result<(), Unreadable>) {
    let began = Instant::now();
    let thread = std::thread::Builder::new().stack_size(8 * MEGABYTE);
    let read = thread
        .spawn(move || read(&bytes).map(drop))
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(read, expected, "{what}");
    assert!(began.elapsed() < BOUNDED, "{what}: {:?}", began.elapsed());
}

fn nested(times: usize) -> String {
    "Content-Type: message/rfc822\r\n\r\n".repeat(times)
}

/// A mail of these parts, each with its head.
fn of_parts(parts: &str) -> Vec<u8> {
    let text = format!("--b\r\nContent-Type: text/plain\r\n\r\n{WORDS}\r\n{parts}--b--\r\n");
    mail("Content-Type: multipart/mixed; boundary=b\r\n", &text)
}

#[test]
fn mails_within_mails_are_not_followed() {
    let deep = mail(&nested(100_000), WORDS);
    check("nested 100,000 times", deep, Err(Unreadable::TooDeep));
    let encoded = STANDARD.encode(nested(300_000));
    let part = format!(
        "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n"
    );
    check("nested in base64", of_parts(&part), Ok(()));
    for kind in [
        "MESSAGE/RFC822",
        "message/global; x=y",
        "message / rfc822",
        "message\r\n /\"rfc822\"",
        "multipart/digest; boundary=c",
    ] {
        let part = part.replace("message/rfc822", kind);
        check(kind, of_parts(&part), Ok(()));
    }
    for kind in [
        "message/(x)rfc822",
        "message/x(y)global",
        "message(x)/rfc822",
        "message(x) / rfc822",
    ] {
        let part = part.replace("message/rfc822", kind);
        check(kind, of_parts(&part), Err(Unreadable::TooDeep));
    }
}

#[test]
fn parts_headers_and_what_they_list_are_bounded() {
    let times = |text: &str| text.repeat(12 * MEGABYTE / text.len());
    let too_deep = Err(Unreadable::TooDeep);
    check("tiny parts", of_parts(&times("--b\r\n\r\n")), too_deep);
    check(
        "parts of a type",
        of_parts(&times("--b\r\nContent-Type: a/b\r\n\r\n")),
        too_deep,
    );
    check(
        "veiled names",
        of_parts(&times("--b\r\nCon tent-Ty\tpe: a/b\r\n\r\n")),
        too_deep,
    );
    let unfound = "--b\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n".repeat(900);
    check(
        "boundaries that are not there",
        of_parts(&(unfound + &times("x"))),
        too_deep,
    );
    check("headers", mail(&times("a:\r\n"), WORDS), too_deep);
    check(
        "addresses",
        mail(&format!("Sender: {}\r\n", times("a,")), WORDS),
        too_deep,
    );
    let mut pieces = "Content-Disposition: attachment".to_owned();
    for number in 0..100_000 {
        let _ = write!(pieces, ";\r\n p{number}*0=x");
    }
    check(
        "pieces of parameters",
        mail(&format!("{pieces}\r\n"), WORDS),
        too_deep,
    );
    let slashes = format!("Subject: {}rfc822\r\n", times("message/("));
    check("slashes", mail(&slashes, WORDS), too_deep);
}

#[test]
fn what_people_send_is_within_the_bounds() {
    let page = "<p style=\"color: #123; margin: 0\">Dear guest, --- here; *** is <!-- a --> page</p>\r\n"
        .repeat(4_000);
    let html = format!("--b\r\nContent-Type: text/html\r\n\r\n{page}\r\n");
    let image = STANDARD.encode(vec![7_u8; MEGABYTE]);
    let image = format!(
        "--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename*0=a; filename*1=.png\r\n\r\n{image}\r\n"
    );
    check(
        "a long page and images",
        of_parts(&format!("{html}{image}{image}{image}")),
        Ok(()),
    );
}

#[test]
fn a_mail_that_came_with_a_mail_is_kept_as_it_is() {
    let inner = "From: c@other.example\r\nContent-Type: message/rfc822\r\n\r\nSubject: within\r\n\r\nhello";
    let part = format!("--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n");
    let draft = read_mail(&of_parts(&part), &manifest(), arrived()).unwrap();
    let [kept] = &draft.parts[..] else {
        panic!("{:?}", draft.parts)
    };
    assert_eq!(kept.media_type, "message/rfc822");
    let PartPlace::Here(bytes) = &kept.place else {
        panic!("{:?}", kept.place)
    };
    let shown = String::from_utf8_lossy(bytes);
    assert!(
        shown.starts_with("From: c@other.example") && shown.ends_with("hello"),
        "{shown}"
    );
}
