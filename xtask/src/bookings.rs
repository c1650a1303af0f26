//! `bookings`: the requests that wait for an answer, and the answers.

use anyhow::Result;
use contract::sync::SyncRequest;
use serde_json::{Value, json};

use crate::broker;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::screen;
use crate::sync::How;
use crate::table::Table;
use crate::workspace::Workspace;

/// Requests of guests on platforms.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the requests that wait for your answer, the soonest deadline first.
    Pending(How),
    /// Count a request as a firm booking from now on, whatever its platform's feed still shows.
    ///
    /// Confirm it on the platform too: its feed is only read. When the feed drops it, it is cancelled as ever.
    Confirm(Request),
    /// Take a confirmation back: it is a request again.
    Hold(Request),
}

/// Which request.
#[derive(Debug, clap::Args)]
pub(crate) struct Request {
    /// The request's id, from `bookings pending`.
    id: String,
    #[command(flatten)]
    how: How,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Lists requests, or answers one.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Pending(how) => pending(workspace, how).await,
        Command::Confirm(Request { id, how, yes }) => {
            let question = format!("Count the request {id} as a booking?");
            how.change(workspace, yes, &question, &SyncRequest::Confirm { id })
                .await
        }
        Command::Hold(Request { id, how, yes }) => {
            let question = format!("Make {id} a request again?");
            how.change(workspace, yes, &question, &SyncRequest::Hold { id })
                .await
        }
    }
}

async fn pending(workspace: &Workspace, how: How) -> Result<Exit> {
    let environment = Environment::connect(workspace, how.stage()).await?;
    let request = json!({ "action": "list-pending-bookings" });
    let answer = broker::ask(&environment, &request).await?;
    if how.is_json() {
        screen::answer(&serde_json::to_string_pretty(&answer)?);
    } else {
        screen::answer(&shown(&answer));
    }
    Ok(Exit::Ok)
}

/// Guests' names stay where they are: an id and a time say which request it is.
fn shown(answer: &Value) -> String {
    let rows = answer["bookings"].as_array().map_or(&[][..], Vec::as_slice);
    if rows.is_empty() {
        return "no request waits for you".to_owned();
    }
    let mut table = Table::new(["answer by", "id", "platform", "asset", "from", "to"]);
    for row in rows {
        let names = ["deadline", "id", "platform", "asset", "start", "end"];
        table.row(names.map(|name| row[name].as_str().unwrap_or("-").to_owned()));
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_a_table_without_guests() {
        let request = |deadline: Value| {
            json!({ "id": "b59c", "platform": "getmyboat", "asset": "sloop", "title": "canary",
                "start": "2026-12-01T10:00:00-05:00", "end": "2026-12-01T14:00:00-05:00", "deadline": deadline })
        };
        let answer =
            json!({ "bookings": [request(json!("2026-11-24T10:00:00-05:00")), request(Value::Null)] });
        insta::assert_snapshot!(shown(&answer));
        assert_eq!(shown(&json!({ "bookings": [] })), "no request waits for you");
    }
}
