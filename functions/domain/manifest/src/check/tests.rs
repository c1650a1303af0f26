use proptest::prelude::*;

use super::*;

const SAMPLE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../campaign_schedule.json"
));
const TWENTY_MISTAKES: &str = include_str!("tests/twenty_mistakes.json");

fn check(text: &str) -> String {
    match Manifest::check(text, "m.json", Stage::Deployed) {
        Ok(_) => "holds".to_owned(),
        Err(findings) => findings.to_string(),
    }
}

/// The sample with one text replaced by another.
fn sample_with(from: &str, to: &str) -> String {
    assert!(SAMPLE.contains(from), "{from}");
    SAMPLE.replacen(from, to, 1)
}

#[test]
fn the_sample_holds_in_every_stage() {
    for stage in [Stage::Local, Stage::Deployed] {
        let manifest = Manifest::check(SAMPLE, "campaign_schedule.json", stage).unwrap();
        assert_eq!(manifest, Manifest::parse(SAMPLE.as_bytes()).unwrap());
        assert_eq!(manifest.listings.len(), 4);
    }
}

#[test]
fn twenty_mistakes_are_found_at_once() {
    insta::assert_snapshot!(check(TWENTY_MISTAKES));
}

#[test]
fn twenty_mistakes_as_json_for_machines() {
    let findings = Manifest::check(TWENTY_MISTAKES, "m.json", Stage::Deployed).unwrap_err();
    insta::assert_json_snapshot!(findings.findings[..2]);
}

/// The first line of what the check says.
#[track_caller]
fn check_first(text: &str, expected: &str) {
    assert_eq!(check(text).lines().next(), Some(expected));
}

#[test]
fn text_that_is_no_json_says_where_and_why() {
    check_first("{\n  // first\n}", "m.json:2:3: comments are not allowed");
    check_first(
        "{\"version\": 1,}",
        "m.json:1:14: trailing commas are not allowed",
    );
    check_first(
        "{'version': 1}",
        "m.json:1:2: single-quoted strings are not allowed",
    );
    check_first("{\"version\": 1", "m.json:1:1: unterminated object");
    check_first("", "m.json:1:1: the file is empty");
    check_first("{\"version\": 1e999}", "m.json:1:17: number out of range");
}

#[test]
fn a_value_of_another_form_says_what_it_should_be() {
    check_first(
        "[]",
        "m.json:1:1: the manifest is a list, and should be an object",
    );
    let version = sample_with("\"version\": 1", "\"version\": 2");
    check_first(&version, "m.json:3:14: `version` is not well-formed");
    let minutes = |value| {
        sample_with(
            "\"turnover_minutes\": 60",
            &format!("\"turnover_minutes\": {value}"),
        )
    };
    check_first(
        &minutes("60.5"),
        "m.json:10:67: `turnover_minutes` is a number, and should be a whole number",
    );
    check_first(
        &minutes("10081"),
        "m.json:10:67: `turnover_minutes` is 10081, and should be 0 to 10080",
    );
    check_first(
        &minutes("\"60\""),
        "m.json:10:67: `turnover_minutes` is a text, and should be a whole number",
    );
    let secret = sample_with("\"GETMYBOAT_PONTOON_FEED_URL\"", "null");
    check_first(&secret, "m.json:95:19: `secret` is null, and should be a text");
    check_first(
        &sample_with("\"first-confirmed\"", "7"),
        "m.json:128:27: `rule` is a whole number, and should be a text",
    );
}

/// The first line of what the check says of the sample whose feeds have this policy.
#[track_caller]
fn check_feeds(policy: &str, expected: &str) {
    let conflict = "\"conflict\": { \"rule\": \"first-confirmed\" }";
    let text = sample_with(conflict, &format!("{conflict},\n    \"feeds\": {{ {policy} }}"));
    check_first(&text, expected);
}

#[test]
fn a_feeds_policy_out_of_range_says_the_range() {
    check_feeds("", "holds");
    for (field, most) in [
        ("min_absence_minutes", 10_080),
        ("breaker_removals", 1_000),
        ("breaker_percent", 100),
        ("stale_after_minutes", 10_080),
    ] {
        check_feeds(&format!("\"{field}\": 0"), "holds");
        check_feeds(&format!("\"{field}\": {most}"), "holds");
        let column = 20 + field.len();
        for number in [-1, most + 1, i64::MAX] {
            check_feeds(
                &format!("\"{field}\": {number}"),
                &format!("m.json:129:{column}: `{field}` is {number}, and should be 0 to {most}"),
            );
        }
        check_feeds(
            &format!("\"{field}\": 2.5"),
            &format!("m.json:129:{column}: `{field}` is a number, and should be a whole number"),
        );
    }
    check_feeds(
        "\"breaker_percents\": 1",
        "m.json:129:16: unknown field `breaker_percents`; did you mean `breaker_percent`?",
    );
}

#[test]
fn the_functions_refuse_a_feeds_policy_out_of_range_too() {
    let text = sample_with(
        "\"policies\": {",
        "\"policies\": { \"feeds\": { \"breaker_percent\": 101 },",
    );
    let error = Manifest::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(error, "the manifest is not well-formed at line 127, column 51");
}

#[test]
fn a_whole_number_in_disguise_is_named_with_its_place() {
    for number in ["60.0", "6e1", "1E3"] {
        check_first(
            &sample_with(
                "\"turnover_minutes\": 60",
                &format!("\"turnover_minutes\": {number}"),
            ),
            "m.json:10:67: `turnover_minutes` has a point or an exponent, and should have digits only",
        );
    }
    check_first(
        &sample_with("\"version\": 1", "\"version\": 1.0"),
        "m.json:3:14: `version` has a point or an exponent, and should have digits only",
    );
}

#[test]
fn a_crew_is_named_with_its_place() {
    let crew = "\"crew\": \"Dock crew\" },";
    check_first(
        &sample_with(crew, "\"crew\": \"dock crew\" },"),
        "m.json:11:75: crew `Dock crew` is spelt in two ways; did you mean `dock crew`?",
    );
    check_first(
        &sample_with(crew, "\"crew\": \"\" },"),
        "m.json:10:79: `crew` is not well-formed",
    );
    check_first(
        &sample_with(crew, "\"crew\": [] },"),
        "m.json:10:79: `crew` is a list, and should be a text",
    );
    check_first(
        &sample_with("\"turnover_minutes\": 60", "\"turnover_minutes\": 0"),
        "m.json:10:78: the crew never cleans, because `turnover_minutes` is 0",
    );
}

#[test]
fn columns_count_characters() {
    let text = sample_with("\"name\": \"Hall\", \"turn", "\"name\": \"Süd-Hütte\", \"tun");
    let findings = Manifest::check(&text, "m.json", Stage::Local).unwrap_err();
    let at = findings
        .findings
        .iter()
        .find(|finding| finding.message.contains("tunover"));
    assert_eq!(at.map(|finding| (finding.line, finding.column)), Some((18, 55)));
}

#[test]
fn no_finding_repeats_a_secret_that_was_pasted() {
    let canary = "https://example.com/canary.ics?s=canary";
    for field in ["GETMYBOAT_PONTOON_FEED_URL", "BOATSETTER_PONTOON_FEED_URL"] {
        let text = check(&sample_with(field, canary));
        assert!(
            text.contains("`secret` is not well-formed") && !text.contains("canary"),
            "{text}"
        );
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused_unread() {
    let text = " ".repeat(MAX_BYTES + 1);
    check_first(&text, "m.json:1:1: the manifest is longer than 1048576 bytes");
    assert!(Manifest::parse(text.as_bytes()).is_err());
}

#[test]
fn hostile_shapes_end_in_findings() {
    let deep = "[".repeat(500_000);
    let deep_closed = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let many = format!("{{\"listings\": [{}0]}}", "0,".repeat(500_000));
    let long_name = format!("{{\"{}\": [{}0]}}", "n".repeat(400_000), "0,".repeat(300_000));
    let twins = format!("{{{}\"a\": 0}}", "\"a\": 0,".repeat(100_000));
    for text in [deep, deep_closed, many, long_name, twins] {
        let findings = Manifest::check(&text, "m.json", Stage::Local).unwrap_err();
        assert!((1..=MAX_FINDINGS).contains(&findings.findings.len()));
        assert!(findings.to_string().len() < 500_000);
        assert!(Manifest::parse(text.as_bytes()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_judged(text in "\\PC{0,200}") {
        prop_assert!(Manifest::check(&text, "m.json", Stage::Local).is_err());
        prop_assert!(Manifest::parse(text.as_bytes()).is_err());
    }

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Manifest::parse(&bytes).is_err());
    }

    /// What the operator's check lets pass, the functions can read; what they cannot read, it names.
    #[test]
    fn check_and_parse_agree_on_a_damaged_sample(
        at in 0..SAMPLE.len(), length in 0..12_usize, insert in "[\"{}\\[\\],:a-z0-9. ]{0,6}",
    ) {
        let end = (at + length).min(SAMPLE.len());
        let text = format!("{}{insert}{}", &SAMPLE[..at], &SAMPLE[end..]);
        let checked = Manifest::check(&text, "m.json", Stage::Local);
        let parsed = Manifest::parse(text.as_bytes());
        match (checked, parsed) {
            (Ok(checked), Ok(parsed)) => prop_assert_eq!(checked, parsed),
            (Err(findings), _) => {
                let lines = text.lines().count() + 1;
                prop_assert!(findings.findings.iter().all(|finding| finding.line <= lines));
                prop_assert!(findings.findings.iter().all(|finding| !finding.message.contains("the manifest is not well-formed at")));
            }
            (Ok(_), Err(error)) => prop_assert!(false, "{error}"),
        }
    }
}
