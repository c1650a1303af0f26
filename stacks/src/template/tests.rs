use serde_json::Value as Json;

use super::{logical_id::pascal_case, *};
use crate::resource::logs::LogGroup;

fn group() -> LogGroup {
    LogGroup::new("/group", 7)
}

fn build(
    declare: impl for<'t> FnOnce(&mut Draft<'t>) -> Result<(), SynthError>,
) -> Result<Template, SynthError> {
    Template::build("test", "A template of a test", Stage::Local, declare)
}

/// The JSON of a value that is made from a log group named `Group` and a parameter named `Name`.
fn check(
    make: impl for<'t> FnOnce(&Handle<'t, LogGroup>, Value<'t, Text>) -> Value<'t, Text>,
    expected: &str,
) {
    let template = build(|draft| {
        let parameter = Parameter {
            description: "",
            default: None,
            allowed_pattern: ".*",
        };
        let name = draft.parameter("Name", &parameter)?;
        let group = draft.add("Group", group())?;
        draft.output("Made", "", &make(&group, name))
    });
    let json: Json = serde_json::from_str(&template.unwrap().to_json()).unwrap();
    assert_eq!(json["Outputs"]["Made"]["Value"].to_string(), expected);
}

#[test]
fn a_reference_says_what_the_handle_names() {
    check(|group, _| group.name().text(), r#"{"Ref":"Group"}"#);
    check(
        |group, _| group.streams_arn().text(),
        r#"{"Fn::GetAtt":["Group","Arn"]}"#,
    );
}

#[test]
fn concatenation_is_one_flat_substitution() {
    check(
        |group, name| {
            let inner = Value::concat([Value::literal("b"), name, Value::literal("")]);
            Value::concat([Value::literal("a"), inner, group.streams_arn().text()])
        },
        r#"{"Fn::Sub":"ab${Name}${Group.Arn}"}"#,
    );
}

#[test]
fn concatenation_that_substitutes_nothing_is_not_one() {
    check(
        |_, _| Value::concat([Value::literal("${a"), Value::literal("}")]),
        r#""${a}""#,
    );
    check(
        |_, name| Value::concat([Value::literal(""), name]),
        r#"{"Ref":"Name"}"#,
    );
    check(|_, _| Value::concat([]), r#""""#);
}

#[test]
fn literal_text_cannot_smuggle_a_variable_into_a_substitution() {
    check(
        |_, name| Value::concat([Value::literal("${Secret}-"), name]),
        r#"{"Fn::Sub":"${!Secret}-${Name}"}"#,
    );
}

#[test]
fn a_logical_id_is_used_once() {
    let twice = build(|draft| {
        draft.add("Group", group())?;
        draft.add("Group", group()).map(drop)
    });
    let error = twice.unwrap_err();
    insta::assert_snapshot!(error, @"the logical id Group is used twice in the test template");

    let across_sections = build(|draft| {
        let group = draft.add("Group", group())?;
        draft.condition_is_set("Group", &group.name()).map(drop)
    });
    assert_eq!(across_sections, Err(error));

    let output_twice = build(|draft| {
        let group = draft.add("Group", group())?;
        draft.output("Group", "an output may have a resource's name", &group.name())?;
        draft.output("Group", "but not another output's", &group.name())
    });
    assert!(matches!(output_twice, Err(SynthError::DuplicateLogicalId { .. })));
}

#[test]
fn a_logical_id_is_letters_and_digits() {
    for id in ["", "a-b", "a b", "é", &"a".repeat(256)] {
        let error = SynthError::InvalidLogicalId { id: id.to_owned() };
        assert_eq!(LogicalId::new(id), Err(error.clone()));
        assert_eq!(build(|draft| draft.add(id, group()).map(drop)), Err(error));
    }
    assert!(LogicalId::new(&"a".repeat(255)).is_ok());
}

#[test]
fn words_become_one_pascal_case_word() {
    for (text, expected) in [
        ("event-broker", "EventBroker"),
        ("/calendar/add-event", "CalendarAddEvent"),
        ("/conflicts/{id}/resolve", "ConflictsIdResolve"),
        ("/openapi.json", "OpenapiJson"),
        ("--", ""),
    ] {
        assert_eq!(pascal_case(text), expected);
    }
}

#[test]
fn a_template_reads_in_the_usual_order_and_ends_in_a_newline() {
    let template = build(|draft| {
        let group = draft.add_stateful("Group", group(), crate::Stateful::Kept)?;
        draft.output("Name", "its name", &group.name())
    });
    insta::assert_snapshot!(template.unwrap().to_json());
}
