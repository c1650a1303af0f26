//! Google says that a calendar has changed. It says nothing else, so it is a reason to look.
//!
//! <https://developers.google.com/workspace/calendar/api/guides/push>

use contract::sync::SyncRequest;

use crate::answer::Answer;
use crate::request::Request;
use crate::service::Service;

/// Sees to a notification. It is known by the token that its channel was opened with; replaying one only makes us look
/// again.
pub(crate) async fn receive(service: &Service, request: &Request) -> Answer {
    let headers = request.headers();
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    };
    let (Some(id), Some(token)) = (header("x-goog-channel-id"), header("x-goog-channel-token")) else {
        return Answer::unauthorized("no channel's headers");
    };
    let asset = match service.ledger.asset_of_channel(id, token).await {
        Ok(Some(asset)) => asset,
        Ok(None) => return Answer::unauthorized("no such channel"),
        Err(error) => return Answer::unavailable(&error.to_string()),
    };
    // The first one only says that the channel is open.
    if header("x-goog-resource-state") == Some("sync") {
        return Answer::accepted();
    }
    let sync = SyncRequest::Sync {
        platform: None,
        listings: Vec::new(),
        assets: vec![asset],
        dry_run: false,
    };
    match service.sync.ask(&sync).await {
        Ok(()) => Answer::accepted(),
        Err(error) => Answer::unavailable(&error.to_string()),
    }
}
