//! The API's own description, generated from the types that are sent.

mod common;

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::action::{
    add_calendar_event, check_auth, get_platform_bookings, inbox, list_calendar_events, list_deliveries,
    pause_campaign, pending_bookings, read_feed, read_overview, read_report, report_health, show_dashboard,
    sign_in, sync_platforms, unsubscribe,
};
use crate::answer::Answer;
use common::CommonAnswers;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Landfall event broker",
        description = "The operator's calendar over all booking platforms.\n\n\
            Instants are RFC 3339 with their offset. Where a field takes a date (YYYY-MM-DD) it means the beginning \
            of that day in the site's time zone. Periods are half-open: the end does not belong to them. \
            Every problem is `application/problem+json` (RFC 9457) with a stable `type`. \
            An answer to a superseded token carries `Sunset` (RFC 8594).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        report_health::report,
        describe,
        check_auth::check,
        list_calendar_events::list,
        add_calendar_event::add,
        get_platform_bookings::get,
        sync_platforms::sync,
        sync_platforms::conflicts,
        sync_platforms::resolve,
        sync_platforms::undo,
        pending_bookings::list,
        pending_bookings::confirm,
        pending_bookings::hold,
        read_report::read,
        read_feed::read,
        list_deliveries::list,
        unsubscribe::show,
        unsubscribe::unsubscribe,
        show_dashboard::page,
        show_dashboard::file,
        sign_in::open,
        sign_in::end,
        read_overview::read,
        pause_campaign::pause,
        pause_campaign::resume,
        sync_platforms::accept,
        inbox::list,
        inbox::show,
        inbox::reply,
        inbox::close,
    ),
    modifiers(&BearerToken, &CommonAnswers)
)]
struct Description;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("token", scheme);
    }
}

#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    summary = "This description",
    responses((status = 200, description = "An OpenAPI 3.1 document.", body = Value)),
    security(())
)]
pub(crate) fn describe() -> Answer {
    Answer::json(200, &Description::openapi())
}

#[cfg(test)]
mod tests {
    use contract::Access;

    use super::*;

    #[test]
    fn the_document_is_the_one_that_was_reviewed() {
        insta::assert_json_snapshot!(describe().body);
    }

    #[test]
    fn paths_methods_and_security_are_the_contracts() {
        let document = describe().body;
        let mut described = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let needs_token = operation["security"] == serde_json::json!([{ "token": [] }]);
                let id = operation["operationId"].as_str().unwrap();
                described.push((path.clone(), method.to_uppercase(), id.to_owned(), needs_token));
            }
        }
        let mut expected: Vec<_> = crate::routing::own()
            .map(|route| {
                let method = route.method.as_str().to_owned();
                let needs_token = route.access == Access::Token;
                (
                    route.path.to_owned(),
                    method,
                    route.action.name().to_owned(),
                    needs_token,
                )
            })
            .collect();
        described.sort();
        expected.sort();
        assert_eq!(described, expected);
    }

    /// What can befall any request is described wherever it can befall one.
    #[test]
    fn every_operation_says_how_it_may_fail() {
        let document = describe().body;
        for route in crate::routing::own() {
            let method = route.method.as_str().to_lowercase();
            let answers = &document["paths"][route.path][&method]["responses"];
            let mut expected = vec!["500", "503"];
            if route.access == Access::Token {
                expected.push("401");
            }
            if route.access == Access::Token || route.path.contains('{') {
                expected.push("422");
            }
            if method == "post" {
                expected.extend(["400", "413"]);
            }
            for status in expected {
                let content = &answers[status]["content"]["application/problem+json"];
                assert!(content.is_object(), "{method} {} {status}", route.path);
            }
        }
    }

    #[test]
    fn the_document_is_the_same_each_time() {
        let first = serde_json::to_string(&describe().body).unwrap();
        assert!((0..10).all(|_| serde_json::to_string(&describe().body).unwrap() == first));
    }
}
