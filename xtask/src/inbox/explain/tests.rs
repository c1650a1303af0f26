use clap::Parser as _;

use super::*;

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: ExplainArgs,
}

/// What the sample manifest and the checkout's templates make of a message.
fn explained(line: &[&str]) -> Result<Explained> {
    let usual = ["explain", "--at", "2027-06-15T15:00:00Z"];
    let args = Line::try_parse_from(usual.iter().chain(line)).unwrap().args;
    let workspace = Workspace::find().unwrap();
    let manifest = read(&workspace, &args.manifest).unwrap();
    explain(&workspace, &manifest, &args)
}

#[test]
fn the_first_rule_that_fits_decides_and_the_others_say_why_not() {
    let line = [
        "Where do we meet, and what shall we bring?",
        "--asset",
        "pontoon",
        "--booking",
        "reservation",
    ];
    insta::assert_snapshot!(explained(&line).unwrap().text());
}

#[test]
fn what_no_rule_fits_and_what_a_rule_gives_to_a_person_is_said_so() {
    let end = |line: &[&str]| explained(line).unwrap().text().lines().last().unwrap().to_owned();
    assert_eq!(end(&["Hello!"]), "person: no rule fits");
    assert_eq!(
        end(&["I want my money back"]),
        "person by rule refund (Owner): a rule names who answers"
    );
}

#[test]
fn the_booking_is_as_it_is_said_to_be() {
    for (booking, rule) in [
        ("none", json!("availability")),
        ("hold", json!("where-to-meet")),
        ("reservation", json!("where-to-meet")),
        ("past", Value::Null),
        ("cancelled", Value::Null),
    ] {
        let line = ["Is the meeting point available?", "--booking", booking];
        assert_eq!(explained(&line).unwrap().json()["rule"], rule, "{booking}");
    }
}

#[test]
fn what_the_manifest_does_not_have_is_named() {
    for (option, expected) in [
        ("--asset", "the manifest has no asset `raft`"),
        ("--site", "the manifest has no site `raft`"),
        ("--platform", "the manifest has no platform `raft`"),
    ] {
        let error = explained(&["Hello!", option, "raft"]).map(|_| ()).unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), Exit::of(&error)),
            (expected, Exit::Invalid)
        );
    }
}
