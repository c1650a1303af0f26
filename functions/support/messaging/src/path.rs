//! The paths of requests, and the bodies of answers.

use inbox::Native;
use manifest::PathTemplate;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b'.');

/// The template with the platform's own names in it; `None` when one of them would lead elsewhere.
pub(crate) fn filled(template: &PathTemplate, native: &Native, mark: Option<&str>) -> Option<String> {
    let names = [
        ("{message}", native.message.reveal()),
        ("{thread}", native.thread.reveal()),
        ("{edited_at}", mark.unwrap_or_default()),
    ];
    let mut path = template.as_str().to_owned();
    for (place, name) in names {
        // A URL's parser takes these for a way upwards, encoded or not.
        if matches!(name, "." | "..") && path.contains(place) {
            return None;
        }
        path = path.replace(place, &utf8_percent_encode(name, ENCODED).to_string());
    }
    Some(path)
}

/// An object of objects, with the value where the pointer says.
pub(crate) fn nested(pointer: &str, value: Value) -> Value {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    steps.into_iter().rev().fold(value, |inner, step| {
        let name = step.replace("~1", "/").replace("~0", "~");
        Value::Object(Map::from_iter([(name, inner)]))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(template: &str, message: &str, expected: Option<&str>) {
        let native = Native {
            thread: "t/1".into(),
            message: message.into(),
        };
        let template = PathTemplate::parse(template).unwrap();
        let path = filled(&template, &native, Some("2027-01-15T08:00:00+00:00"));
        assert_eq!(path.as_deref(), expected);
    }

    #[test]
    fn names_are_encoded_and_lead_nowhere_else() {
        check("/{thread}/m/{message}", "a b?c#d", Some("/t%2F1/m/a%20b%3Fc%23d"));
        check(
            "/m/{message}?at={edited_at}",
            "{thread}",
            Some("/m/%7Bthread%7D?at=2027-01-15T08%3A00%3A00%2B00%3A00"),
        );
        check("/m/{message}/read", "..", None);
        check("/m/read", "..", Some("/m/read"));
    }

    #[test]
    fn an_answer_stands_where_the_pointer_says() {
        assert_eq!(
            nested("/message/text", json!("x")),
            json!({"message": {"text": "x"}})
        );
        assert_eq!(nested("/a~1b", json!("x")), json!({"a/b": "x"}));
    }
}
