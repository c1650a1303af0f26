//! `token status`: which tokens are accepted, by kid.

use anyhow::Result;
use chrono::{DateTime, SecondsFormat, Utc};
use token::Verifier;
use token::rotation::{Facts, Version};

use super::store::Store;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::screen;

/// Tells.
pub(super) async fn run(environment: &Environment, json: bool) -> Result<Exit> {
    let outputs = crate::outputs::read(environment).await?;
    let (facts, _) = Store::of(environment, &outputs)?.facts(None).await?;
    let now = Utc::now();
    let verifiers = facts.table.verifiers.iter();
    let rows: Vec<Row> = verifiers.map(|verifier| Row::of(verifier, &facts, now)).collect();
    if json {
        screen::answer(&serde_json::to_string_pretty(&rows)?);
        return Ok(Exit::Ok);
    }
    if rows.is_empty() {
        screen::answer("no token is accepted: run `cargo xtask deploy`");
    }
    for row in &rows {
        let end = row
            .not_after
            .map_or("without end".to_owned(), |end| format!("until {}", shown(end)));
        screen::answer(&format!(
            "{}  {:<10}  from {}  {end}",
            row.kid,
            row.state,
            shown(row.not_before)
        ));
    }
    if facts.pending.is_some() {
        screen::step(
            "a rotation was begun: `cargo xtask token rotate` finishes it, `cargo xtask token repair` gives it up",
        );
    }
    Ok(Exit::Ok)
}

/// An instant as every token command shows it.
pub(super) fn shown(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[derive(serde::Serialize)]
struct Row {
    kid: String,
    state: &'static str,
    not_before: DateTime<Utc>,
    not_after: Option<DateTime<Utc>>,
}

impl Row {
    fn of(verifier: &Verifier, facts: &Facts, now: DateTime<Utc>) -> Self {
        let is = |version: &Option<Version>| {
            let kid = version.as_ref().and_then(Version::kid);
            kid.as_ref() == Some(&verifier.kid)
        };
        let state = match verifier {
            _ if verifier.is_revoked() => "revoked",
            _ if verifier.has_ended(now) => "ended",
            _ if is(&facts.current) => "current",
            _ if is(&facts.pending) || verifier.not_before > now => "pending",
            _ => "superseded",
        };
        Self {
            kid: verifier.kid.clone(),
            state,
            not_before: verifier.not_before,
            not_after: verifier.not_after,
        }
    }
}
