use proptest::prelude::*;

use super::*;

macro_rules! check_pattern {
    ($type:ty, $text:expr) => {{
        let text: &str = $text;
        let schema = serde_json::json!({ "type": "string", "pattern": <$type>::PATTERN });
        let by_pattern = jsonschema::is_valid(&schema, &serde_json::json!(text));
        let by_parser = <$type>::parse(text).is_ok();
        assert_eq!(by_pattern, by_parser, "{} {text:?}", stringify!($type));
    }};
}

fn check_every_type(text: &str) {
    check_pattern!(SiteId, text);
    check_pattern!(AssetId, text);
    check_pattern!(PlatformId, text);
    check_pattern!(ListingId, text);
    check_pattern!(Name, text);
    check_pattern!(SecretName, text);
    check_pattern!(Pattern, text);
    check_pattern!(Marker, text);
    check_pattern!(HeaderName, text);
    check_pattern!(JsonPointer, text);
    check_pattern!(PathTemplate, text);
    check_pattern!(ParameterName, text);
    check_pattern!(CampaignId, text);
    check_pattern!(MailAddress, text);
    check_pattern!(PhoneNumber, text);
    check_pattern!(LocalTime, text);
    check_pattern!(ClockTime, text);
    check_pattern!(ZoneChoice, text);
    check_pattern!(RecurrenceRule, text);
    check_pattern!(WebUrl, text);
}

#[test]
fn pattern_and_parser_agree_at_their_limits() {
    for length in [0, 1, 2, 3, 62, 63, 64, 65, 99, 100, 101, 199, 200, 201] {
        for letter in ["a", "A", "-", "ä", " ", "\t"] {
            check_every_type(&letter.repeat(length));
            check_every_type(&format!("A{}", letter.repeat(length)));
        }
    }
    check_every_type("a\n");
    for pointer in [
        "/", "/a//b", "/~0~1", "/~", "/~2", "/a~", "a/b", "/ä b", "/\u{85}",
    ] {
        check_every_type(pointer);
    }
    for path in [
        "/{message}",
        "/{thread}/a?b={edited_at}",
        "/{other}",
        "/{",
        "/a b",
        "/a{message}{thread}%20",
    ] {
        check_every_type(path);
    }
    for steps in [15, 16, 17] {
        check_every_type(&"/a".repeat(steps));
    }
    check_every_type("\u{a0}a");
    check_every_type("a\u{85}b");
}

proptest! {
    #[test]
    fn pattern_and_parser_agree(text in "\\PC{0,8}|[A-Za-z0-9_ -]{0,70}|(/[a~01]{0,3}){0,18}") {
        check_every_type(&text);
    }

    #[test]
    fn patterns_of_messages_and_their_parsers_agree(
        text in "[a._+-]{0,3}@?[a-]{0,3}(\\.[a-]{0,2}){0,6}|[+]?[0-9]{7,17}|(19|20)(0|24|25)?[0-9]{0,2}-[0-9]{2}-[0-3][0-9]T[0-2][0-9]:[0-9]{2}\
            |[0-2][0-9]:[0-6][0-9]|[A-Z][a-z_/+-]{0,70}|FREQ=[A-Z]{4,9}(;[A-Z]{2,11}=[A-Z0-9,+-]{0,101}){0,14}|https://\\PC{0,8}"
    ) {
        check_every_type(&text);
    }

    #[test]
    fn any_url_is_read_or_refused(text in "(https?|ftp|file)?:?/?/?\\PC{0,40}") {
        if let Ok(url) = LocalUrl::parse(&text) {
            prop_assert!(url.reveal().starts_with("http"));
        }
    }
}

#[test]
fn a_local_url_is_plain_http() {
    for good in ["http://127.0.0.1:4611/feeds/a/b.ics", "https://example.com/x?y=1"] {
        assert!(LocalUrl::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "feed.ics",
        "ftp://example.com/a",
        "file:///etc/passwd",
        "http://",
        "http://me@example.com/",
        "http://:pw@example.com/",
        "javascript:alert(1)",
    ] {
        assert!(LocalUrl::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn debug_of_a_url_shows_its_origin_only() {
    let url = LocalUrl::parse("https://example.com/calendar/canary.ics?s=canary").unwrap();
    assert_eq!(format!("{url:?}"), "LocalUrl(https://example.com/…)");
}

#[test]
fn a_refused_text_is_not_repeated() {
    let refused = SecretName::parse("https://example.com/canary.ics").unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("canary"));
}
