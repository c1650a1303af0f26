//! Whose mail it is, by what SES found.

use super::*;

const SES: &str = "Authentication-Results: amazonses.com;\r\n";

/// Whether a mail with this head is taken for the platform's, and whether that is proven.
#[track_caller]
fn check(head: &str, expected: Result<bool, Unreadable>) {
    let bytes = format!("{head}Message-ID: <1@x.example>\r\n\r\n{WORDS}").into_bytes();
    let found = read(&bytes).map(|message| match message.source {
        Source::Mail { is_proven, .. } => is_proven,
        Source::Api => panic!("it came by mail"),
    });
    assert_eq!(found, expected, "{head}");
}

const AUTHOR: &str = "From: a@boatsetter.example\r\n";
const FORWARDED: &str = "From: me@harbor.example\r\nReply-To: a@boatsetter.example\r\n";
const SENT_FOR: &str = "From: me@harbor.example\r\nSender: a@boatsetter.example\r\n";

#[test]
fn an_author_is_proven_by_ses_alone() {
    check(AUTHOR, Ok(false));
    check(&format!("{SES} spf=pass; dkim=none\r\n{AUTHOR}"), Ok(false));
    check(
        &format!("{SES} dkim=pass header.i=@boatsetter.example\r\n{AUTHOR}"),
        Ok(true),
    );
    check(
        &format!("{SES} dmarc=pass header.from=boatsetter.example;\r\n{AUTHOR}"),
        Ok(true),
    );
    check(
        &format!("{SES} dmarc=pass header.from=evil.example;\r\n{AUTHOR}"),
        Ok(false),
    );
    check(
        &format!("{SES} dkim=pass header.i=@evil.example\r\n{AUTHOR}"),
        Ok(false),
    );
    check(
        &format!("{SES} dkim=pass header.i=@tsetter.example\r\n{AUTHOR}"),
        Ok(false),
    );
    check(
        &format!("{SES} dkim=pass header.i=@example\r\n{AUTHOR}"),
        Ok(false),
    );
    let other = "Authentication-Results: mx.evil.example; dkim=pass header.i=@boatsetter.example\r\n";
    check(&format!("{other}{AUTHOR}"), Ok(false));
    let below = format!("{SES} dkim=none\r\n{SES} dkim=pass header.i=@boatsetter.example\r\n{AUTHOR}");
    check(&below, Ok(false));
}

#[test]
fn words_of_the_sender_in_what_ses_found_prove_nothing() {
    for told in [
        "spf=pass (domain of x; dkim=pass header.i=@boatsetter.example) client-ip=192.0.2.1",
        "spf=pass envelope-from=\"a;dkim=pass header.i=@boatsetter.example\"@evil.example",
        "spf=pass (a \\) ; dkim=pass header.i=@boatsetter.example ;)",
    ] {
        check(&format!("{SES} {told}\r\n{AUTHOR}"), Ok(false));
    }
}

#[test]
fn other_addresses_count_only_where_their_domain_has_signed() {
    for head in [FORWARDED, SENT_FOR] {
        check(head, Err(Unreadable::NoPlatform));
        let own = format!(
            "{SES} dkim=pass header.i=@harbor.example; dmarc=pass header.from=harbor.example\r\n{head}"
        );
        check(&own, Err(Unreadable::NoPlatform));
        let platforms = format!(
            "{SES} dkim=fail header.i=@harbor.example; dkim=pass header.d=boatsetter.example\r\n{head}"
        );
        check(&platforms, Ok(true));
    }
}
