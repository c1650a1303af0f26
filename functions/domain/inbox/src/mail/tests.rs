mod bounds;
mod proofs;

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::{Message, PartPlace};

fn manifest() -> Manifest {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../campaign_schedule.json");
    Manifest::parse(&std::fs::read(root).unwrap()).unwrap()
}

fn arrived() -> DateTime<Utc> {
    "2026-11-20T17:00:00Z".parse().unwrap()
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/mails")
            .join(name),
    )
    .unwrap()
}

fn read(bytes: &[u8]) -> Result<Message, Unreadable> {
    let manifest = manifest();
    let draft = read_mail(bytes, &manifest, arrived())?;
    Ok(draft.into_message("inbox/original/x".to_owned(), Vec::new(), &manifest))
}

/// A mail of the sample's platform with these further headers, and this text.
fn mail(headers: &str, text: &str) -> Vec<u8> {
    format!("From: a@boatsetter.example\r\nMessage-ID: <1@boatsetter.example>\r\n{headers}\r\n{text}")
        .into_bytes()
}

const WORDS: &str = "Guest A wrote:\r\nhello\r\nReply to this message";

#[test]
fn the_sample_mails_become_messages() {
    for name in ["boatsetter-message", "boatsetter-html", "boatsetter-payout"] {
        let message = read(&sample(&format!("{name}.eml"))).unwrap();
        insta::assert_json_snapshot!(name, message);
    }
}

#[test]
fn what_came_with_a_mail_comes_with_its_message() {
    let draft = read_mail(&sample("boatsetter-message.eml"), &manifest(), arrived()).unwrap();
    let [part] = &draft.parts[..] else {
        panic!("{:?}", draft.parts)
    };
    assert_eq!(part.name.as_ref().map(Private::reveal), Some("question.txt"));
    assert_eq!(part.media_type, "text/plain");
    assert_eq!(
        part.place,
        PartPlace::Here(b"Is there a cooler on board?\n".to_vec())
    );
}

#[test]
fn debug_shows_nothing_that_a_guest_wrote() {
    let draft = read_mail(&sample("boatsetter-message.eml"), &manifest(), arrived()).unwrap();
    let shown = format!("{draft:?}");
    for word in ["cooler", "Guest A", "reply-7f3a"] {
        assert!(!shown.contains(word), "{shown}");
    }
}

#[track_caller]
fn check_automatic(headers: &str, text: &str, expected: bool) {
    assert_eq!(
        read(&mail(headers, text)).unwrap().is_automatic,
        expected,
        "{headers:?}"
    );
}

#[test]
fn a_notification_is_automatic_where_the_guests_words_are() {
    check_automatic("", WORDS, false);
    check_automatic(
        "Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n",
        WORDS,
        false,
    );
    check_automatic("Auto-Submitted: auto-replied; reason=vacation\r\n", WORDS, true);
    check_automatic("Precedence: auto_reply\r\n", WORDS, true);
    check_automatic("Subject: An automatic reply\r\n", WORDS, true);
    check_automatic("Auto-Submitted: no\r\n", "Your payout", false);
    check_automatic("Auto-Submitted: auto-generated\r\n", "Your payout", true);
    check_automatic("Precedence: list\r\n", "Your payout", true);
}

#[track_caller]
fn check_refused(bytes: &[u8], why: Unreadable) {
    assert_eq!(read(bytes), Err(why));
}

#[test]
fn what_is_no_message_of_a_platform_is_refused_by_name() {
    check_refused(b"", Unreadable::NoMail);
    check_refused(b"From: a@other.example\r\n\r\nhello", Unreadable::NoPlatform);
    check_refused(&mail("", ""), Unreadable::NoText);
    let harmful = "X-SES-Virus-Verdict: FAIL\r\nX-SES-Virus-Verdict: PASS\r\n";
    check_refused(&mail(harmful, WORDS), Unreadable::Harmful);
    let forged =
        "Authentication-Results: amazonses.com;\r\n spf=fail; dmarc=fail header.from=boatsetter.example\r\n";
    check_refused(&mail(forged, WORDS), Unreadable::Forged);
    // Somebody else's word, also below SES's own, says nothing.
    let ours_first = "Authentication-Results: amazonses.com; dmarc=pass\r\nAuthentication-Results: amazonses.com; dmarc=fail\r\n";
    assert!(read(&mail(ours_first, WORDS)).is_ok());
}

#[test]
fn messages_without_a_code_follow_the_mails_thread_and_the_same_mail_is_the_same_message() {
    let first = read(&mail("", WORDS)).unwrap();
    let answer = b"From: a@boatsetter.example\r\nMessage-ID: <2@boatsetter.example>\r\nReferences: <1@boatsetter.example>\r\n\r\nhi";
    assert_eq!(read(answer).unwrap().thread, first.thread);
    assert_eq!(read(&mail("", WORDS)).unwrap(), first);
    let nameless = b"From: a@boatsetter.example\r\n\r\nhi";
    assert_eq!(read(nameless).unwrap().id, read(nameless).unwrap().id);
}

#[test]
fn a_date_that_cannot_be_is_the_arrival() {
    let at = |date: &str| read(&mail(&format!("Date: {date}\r\n"), WORDS)).unwrap().sent_at;
    assert_eq!(
        at("Fri, 20 Nov 2026 11:00:00 -0500").to_rfc3339(),
        "2026-11-20T16:00:00+00:00"
    );
    for date in [
        "Fri, 20 Nov 2099 11:00:00 -0500",
        "Fri, 20 Nov 1999 11:00:00 -0500",
        "yesterday",
    ] {
        assert_eq!(at(date), arrived(), "{date}");
    }
}

#[test]
fn more_attachments_than_are_kept_are_told_of() {
    let part = "--b\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: attachment\r\n\r\nx\r\n";
    let text = format!(
        "--b\r\nContent-Type: text/plain\r\n\r\n{WORDS}\r\n{}--b--\r\n",
        part.repeat(30)
    );
    let bytes = mail(
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        &text,
    );
    let draft = read_mail(&bytes, &manifest(), arrived()).unwrap();
    assert_eq!(draft.parts.len(), crate::MAX_ATTACHMENTS);
    assert_eq!(draft.parts.last().unwrap().place, PartPlace::Nowhere("too-many"));
    assert_eq!(draft.parts[0].place, PartPlace::Here(b"x".to_vec()));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(&bytes);
        let _ = read(&[&mail("", "")[..], &bytes].concat());
    }
}

fn mails_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            mails_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "eml") {
            found.push(path);
        }
    }
}

/// Every mail of the corpus, from whomever it is.
#[test]
fn every_mail_of_the_corpus_is_read_or_refused() {
    let test = "every_mail_of_the_corpus_is_read_or_refused";
    let Some(corpus) = testkit::need(test, "LANDFALL_CORPUS") else {
        return;
    };
    let mut files = Vec::new();
    mails_below(Path::new(&corpus), &mut files);
    assert!(!files.is_empty());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../campaign_schedule.json");
    let text = std::fs::read_to_string(root)
        .unwrap()
        .replace("*@boatsetter.example", "*");
    let manifest = Manifest::parse(text.as_bytes()).unwrap();
    let (mut readable, mut slowest) = (0, std::time::Duration::ZERO);
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let began = std::time::Instant::now();
        readable += usize::from(read_mail(&bytes, &manifest, arrived()).is_ok());
        slowest = slowest.max(began.elapsed());
    }
    println!(
        "{} mails, {readable} of them read; slowest {slowest:?}",
        files.len()
    );
    assert!(readable * 10 >= files.len() * 9, "{readable} of {}", files.len());
}
