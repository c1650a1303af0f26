//! The event broker, asked by direct invocation: what the API answers, to whoever may invoke the function.

use anyhow::{Result, anyhow};
use serde::Deserialize;
use serde_json::Value;

use crate::environment::Environment;
use crate::exit::Invalid;
use crate::function;
use crate::table::plain;

/// The function's package.
const FUNCTION: &str = "event-broker";

/// What a direct invocation is answered with.
#[derive(Deserialize)]
struct Answer {
    status: u16,
    body: Value,
}

/// Asks for an action, and gives the body of the answer.
///
/// # Errors
/// [`Invalid`] when a field is wrong or names nothing, and any other when there is no answer.
pub(crate) async fn ask(environment: &Environment, request: &Value) -> Result<Value> {
    body(function::ask(environment, FUNCTION, request).await?)
}

fn body(answer: Answer) -> Result<Value> {
    if answer.status == 200 {
        return Ok(answer.body);
    }
    let text = |value: &Value| plain(value.as_str().unwrap_or_default());
    let faults = answer.body["errors"].as_array().into_iter().flatten();
    let mut said: Vec<String> = faults
        .map(|fault| format!("{} {}", text(&fault["field"]), text(&fault["message"])))
        .collect();
    if said.is_empty() {
        let detail = [&answer.body["detail"], &answer.body["title"]].map(text);
        said.extend(detail.into_iter().find(|detail| !detail.is_empty()));
    }
    let said = said.join("; ");
    match answer.status {
        400 => Err(anyhow!(
            "event-broker is of another release: deploy first ({said})"
        )),
        404 | 422 => Err(Invalid(said).into()),
        status => Err(anyhow!("event-broker answered {status}: {said}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use serde_json::json;

    #[track_caller]
    fn check(status: u16, problem: Value, exit: Exit, expected: &str) {
        let error = body(Answer {
            status,
            body: problem,
        })
        .unwrap_err();
        assert_eq!((Exit::of(&error), error.to_string().as_str()), (exit, expected));
    }

    #[test]
    fn a_problem_is_an_error_that_says_every_fault() {
        let fault = |field: &str| json!({ "field": field, "message": "is wrong\u{1b}" });
        let faults = json!({ "title": "t", "errors": [fault("from"), fault("to")] });
        check(
            422,
            faults,
            Exit::Invalid,
            "from is wrong\u{fffd}; to is wrong\u{fffd}",
        );
        check(
            404,
            json!({ "title": "t", "detail": "no such" }),
            Exit::Invalid,
            "no such",
        );
        check(
            503,
            json!({ "title": "t" }),
            Exit::Error,
            "event-broker answered 503: t",
        );
    }

    #[test]
    fn an_answer_is_its_body() {
        let answer = Answer {
            status: 200,
            body: json!([1]),
        };
        assert_eq!(body(answer).unwrap(), json!([1]));
    }
}
