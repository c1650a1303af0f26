//! `GET /dashboard`: the operator's page, and the files it is made of. They are part of the function, and the same for everybody.

use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::call::Ask;
use crate::input::Input;
use crate::problem::{Details, Problem};

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
/// Nothing runs or loads but what comes from here, and nobody may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("../../dashboard/index.html");
/// The page's files by name.
const FILES: &[(&str, &str, &str)] = &[
    ("app.css", STYLE, include_str!("../../dashboard/app.css")),
    ("app.js", SCRIPT, include_str!("../../dashboard/app.js")),
    ("api.js", SCRIPT, include_str!("../../dashboard/api.js")),
    ("charts.js", SCRIPT, include_str!("../../dashboard/charts.js")),
    ("dom.js", SCRIPT, include_str!("../../dashboard/dom.js")),
    ("times.js", SCRIPT, include_str!("../../dashboard/times.js")),
    ("today.js", SCRIPT, include_str!("../../dashboard/today.js")),
    ("calendar.js", SCRIPT, include_str!("../../dashboard/calendar.js")),
    ("inbox.js", SCRIPT, include_str!("../../dashboard/inbox.js")),
    ("messages.js", SCRIPT, include_str!("../../dashboard/messages.js")),
    ("reports.js", SCRIPT, include_str!("../../dashboard/reports.js")),
    ("talk.js", SCRIPT, include_str!("../../dashboard/talk.js")),
    ("system.js", SCRIPT, include_str!("../../dashboard/system.js")),
];
/// The longest name that is looked up, in characters.
const MAX_NAME_CHARS: usize = 40;

#[utoipa::path(
    get,
    path = "/dashboard",
    operation_id = "show-dashboard",
    summary = "The operator's page",
    responses((status = 200, description = "The page. It holds nothing of the operator's.", body = String, content_type = "text/html")),
    security(())
)]
pub(crate) fn page(ask: &Ask) -> Answer {
    answer(HTML, PAGE, ask.if_none_match.as_deref())
}

#[utoipa::path(
    get,
    path = "/dashboard/{file}",
    operation_id = "show-dashboard-file",
    summary = "What the operator's page is made of",
    params(
        ("file" = String, Path, description = "The file's name."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier answer."),
    ),
    responses(
        (status = 200, description = "The file.", content(
            (String = "text/javascript"),
            (String = "text/css"),
        )),
        (status = 304, description = "It is what the `ETag` says."),
        (status = 404, description = "`unknown`: there is no such file.", body = Details, content_type = "application/problem+json"),
    ),
    security(())
)]
pub(crate) fn file(ask: Ask) -> Result<Answer, Problem> {
    let mut input = Input::new(ask.input);
    let name = input.required_text("file", MAX_NAME_CHARS).unwrap_or_default();
    input.finish()?;
    let found = FILES.iter().find(|(own, ..)| *own == name);
    let (_, media_type, text) = found.ok_or_else(|| Problem::unknown("there is no such file"))?;
    Ok(answer(media_type, text, ask.if_none_match.as_deref()))
}

fn answer(media_type: &'static str, text: &str, if_none_match: Option<&str>) -> Answer {
    let digest = Sha256::digest(text.as_bytes());
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{digits}\"");
    let answer = if if_none_match == Some(etag.as_str()) {
        Answer::text(304, media_type, String::new())
    } else {
        Answer::text(200, media_type, text.to_owned())
    };
    answer
        .with_header("etag", etag)
        // Kept, and asked for anew each time whether it is still the same.
        .with_header("cache-control", "no-cache".to_owned())
        .with_header("content-security-policy", POLICY.to_owned())
        .with_header("referrer-policy", "no-referrer".to_owned())
        .with_header("x-robots-tag", "noindex".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uncompressed, everything together.
    const BUDGET_BYTES: usize = 120_000;

    #[test]
    fn the_page_stays_within_its_budget_and_holds_nothing_inline() {
        let all: usize = PAGE.len() + FILES.iter().map(|(_, _, text)| text.len()).sum::<usize>();
        assert!(all <= BUDGET_BYTES, "{all}");
        for inline in ["<style", "style=", "onclick", "javascript:", "<script>"] {
            assert!(!PAGE.contains(inline), "{inline}");
        }
    }

    #[test]
    fn no_script_writes_html() {
        for (name, _, text) in FILES {
            for sink in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
            ] {
                assert!(!text.contains(sink), "{name} has {sink}");
            }
        }
    }
}
