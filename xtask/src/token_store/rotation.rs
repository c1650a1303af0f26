//! `token rotate|revoke|repair|rollback`: shows the steps that the `token` crate decides, and takes them one by one.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use chrono::{TimeDelta, Utc};
use stacks::outputs;
use token::rotation::{Decision, Facts, Goal, Planned, Refusal, Step, Version, decide, plan};
use token::{REVOCATION_BOUND, Token};

use super::status::shown;
use super::store::{Store, fresh};
use crate::api::Api;
use crate::environment::Environment;
use crate::exit::{Exit, Invalid};
use crate::screen;

/// What `repair` does first, if there is something to cancel: two that rotate would fight over `AWSPENDING`.
const CANCEL: &str = "turn off the rotation that Secrets Manager was told to do by itself";
/// Others may change the same token meanwhile; after so many lost races something else is wrong.
const MOST_ROUNDS: usize = 60;
/// How often the API is asked whether it accepts the new token.
const POLL: Duration = Duration::from_millis(500);
/// How much longer than [`REVOCATION_BOUND`] an answer may take: a cold start, a slow network.
const PATIENCE: Duration = Duration::from_secs(20);

/// How to go about it.
pub(super) struct Manner {
    /// Show the steps and take none.
    pub dry_run: bool,
    /// Do not ask.
    pub confirmed: bool,
}

/// Brings the token to where the goal wants it. The goal is made of the first facts, once.
pub(super) async fn reach(
    environment: &Environment,
    manner: &Manner,
    goal: impl FnOnce(&Facts) -> Result<Goal>,
) -> Result<Exit> {
    let outputs = crate::outputs::read(environment).await?;
    let store = Store::of(environment, &outputs)?;
    let url = outputs
        .get(outputs::API_URL)
        .context("the stacks have no API URL")?;
    let (facts, _) = store.facts(None).await?;
    let goal = goal(&facts)?;
    let cancels = matches!(goal, Goal::Repair) && store.is_rotated().await?;
    let stand_in = fresh()?;
    let planned = plan(&facts, &goal, &stand_in, Utc::now());
    show(cancels.then_some(CANCEL), &planned, &stand_in);
    if manner.dry_run || (planned.steps.is_empty() && !cancels) {
        return planned.refusal.map_or(Ok(Exit::Ok), refuse);
    }
    let question = format!("Change the token of {}?", environment.stage);
    if !environment.is_local() && !manner.confirmed && !screen::confirm(&question)? {
        screen::answer("nothing was changed");
        return Ok(Exit::Error);
    }
    if cancels {
        store.cancel_rotation().await?;
        screen::step(&format!("done: {CANCEL}"));
    }
    let walk = Walk {
        store,
        api: Api::at(url)?,
    };
    let last_write = walk.go(&goal).await?;
    if matches!(goal, Goal::Revoke { .. }) {
        walk.settle(last_write).await?;
    }
    Ok(Exit::Ok)
}

fn refuse(refusal: Refusal) -> Result<Exit> {
    Err(anyhow!(refusal))
}

/// The steps, before any is taken. The new token has no name yet.
fn show(before: Option<&str>, planned: &Planned, stand_in: &Token) {
    let kid = stand_in.kid();
    let steps = planned.steps.iter();
    let steps = steps.map(|step| step.to_string().replace(&kid, "the new token"));
    let steps: Vec<String> = before.map(str::to_owned).into_iter().chain(steps).collect();
    if steps.is_empty() && planned.refusal.is_none() {
        screen::answer("nothing to do");
    }
    for (number, step) in (1..).zip(steps) {
        screen::answer(&format!("{number}. {step}"));
    }
}

/// Takes the steps.
struct Walk<'a> {
    store: Store<'a>,
    api: Api,
}

impl Walk<'_> {
    /// Until the goal is reached. Gives back when the table was last changed by it.
    async fn go(&self, goal: &Goal) -> Result<Instant> {
        let mut last_write = Instant::now();
        let mut proven = None;
        for _ in 0..MOST_ROUNDS {
            let (facts, etag) = self.store.facts(proven.clone()).await?;
            let step = match decide(&facts, goal, Utc::now()) {
                Decision::Do(step) => step,
                Decision::Done => return Ok(last_write),
                Decision::Refused(refusal) => return Err(refusal.into()),
            };
            if let Step::Test { kid } = &step {
                self.test(&facts, last_write).await?;
                proven = Some(kid.clone());
            }
            if !self.store.write(&step, &etag).await? {
                continue;
            }
            if let Step::Write { .. } = step {
                last_write = Instant::now();
            }
            screen::step(&format!("done: {step}"));
        }
        bail!("somebody else keeps changing the token: see `cargo xtask token status`")
    }

    /// Waits until the API accepts the pending token, and until no function can know a table without it.
    async fn test(&self, facts: &Facts, since: Instant) -> Result<()> {
        let pending = facts.pending.as_ref().and_then(|pending| pending.token.as_ref());
        let pending = pending.context("the pending version holds no token")?;
        let spinner = screen::spinner("waiting until every function accepts the new token");
        let accepted = self.accepts(pending, since).await;
        if accepted.is_ok() {
            tokio::time::sleep_until((since + bound()).into()).await;
        }
        spinner.finish_and_clear();
        accepted
    }

    async fn accepts(&self, token: &Token, since: Instant) -> Result<()> {
        loop {
            let found = match self.api.get("/auth/check", Some(token.reveal())).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                Ok(answer) => anyhow!("GET /auth/check answers {}", answer.status),
                Err(error) => error,
            };
            if since.elapsed() > bound() + PATIENCE {
                return Err(found.context(
                    "the API does not accept the new token, and the current one stays: `cargo xtask token rotate` \
                     tries again, `cargo xtask token repair` gives it up",
                ));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until a revocation is in force everywhere, so that the command's end means just that.
    async fn settle(&self, since: Instant) -> Result<()> {
        let left = bound().saturating_sub(since.elapsed());
        let instant = Utc::now() + TimeDelta::from_std(left).unwrap_or(REVOCATION_BOUND);
        screen::answer(&format!(
            "every function refuses what was revoked from {} at the latest ({} s after the change)",
            shown(instant),
            REVOCATION_BOUND.num_seconds()
        ));
        let spinner = screen::spinner("waiting until it is in force");
        tokio::time::sleep_until((since + bound()).into()).await;
        spinner.finish_and_clear();
        match self.store.current().await? {
            Some(current) => self.accepts(&current, since).await,
            None => Ok(()),
        }
    }
}

fn bound() -> Duration {
    REVOCATION_BOUND.to_std().unwrap_or_default()
}

/// The goal of `revoke`: one token, or all.
pub(super) fn revocation(facts: &Facts, kid: Option<&str>) -> Result<Goal> {
    let Some(kid) = kid else {
        return Ok(Goal::revoke_all(facts));
    };
    let is = |version: &Option<Version>| version.as_ref().and_then(Version::kid).as_deref() == Some(kid);
    if is(&facts.pending) && !is(&facts.current) {
        let hint = "a rotation has begun with it: give that up first with `cargo xtask token repair`";
        return Err(Invalid(format!("{kid} is not current yet; {hint}")).into());
    }
    if facts.table.find(kid).is_none() && !is(&facts.current) {
        return Err(Invalid(format!(
            "no token has the kid {kid}: see `cargo xtask token status`"
        ))
        .into());
    }
    Ok(Goal::revoke(facts, kid))
}

/// Reads the length of an overlap: a number and `m`, `h` or `d`.
pub(super) fn parse_overlap(text: &str) -> Result<TimeDelta, String> {
    let wanted = "a number of minutes, hours or days from 1m to 30d, such as 36h".to_owned();
    let Some((number, unit)) = text.split_at_checked(text.len().saturating_sub(1)) else {
        return Err(wanted);
    };
    let number: i64 = number.parse().map_err(|_| wanted.clone())?;
    let overlap = match unit {
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        _ => None,
    };
    overlap
        .filter(|overlap| (TimeDelta::minutes(1)..=TimeDelta::days(30)).contains(overlap))
        .ok_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_is_a_number_and_a_unit_within_its_limits() {
        assert_eq!(parse_overlap("7d"), Ok(TimeDelta::days(7)));
        assert_eq!(parse_overlap("36h"), Ok(TimeDelta::hours(36)));
        assert_eq!(parse_overlap("1m"), Ok(TimeDelta::minutes(1)));
        for text in [
            "",
            "d",
            "7",
            "0m",
            "-1d",
            "31d",
            "1s",
            "7 d",
            "7é",
            "99999999999999999d",
        ] {
            assert!(parse_overlap(text).is_err(), "{text}");
        }
    }
}
