//! What a sending is called: under one name everybody gets it once.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use contract::campaign::{CampaignAnswer, CampaignRequest, batch_by_hand};

use super::scheduler::{Scheduler, other_release};
use crate::exit::Refused;

/// Who sends again within so long may mean the same sending: its answer was lost, or the boat's connection.
const MAY_BE_THE_SAME: TimeDelta = TimeDelta::hours(6);

/// The name that is given, or else that of the day in UTC.
///
/// # Errors
/// [`Refused`] when none is given and the campaign was sent under the name of the day before, hours ago: midnight in UTC is
/// the evening in America, and over it the same sending would become another one.
pub(super) async fn name(
    scheduler: &Scheduler,
    campaign: &str,
    given: Option<String>,
    now: DateTime<Utc>,
) -> Result<String> {
    if let Some(given) = given {
        return Ok(given);
    }
    let (today, before) = (of_day(now), of_day(now - MAY_BE_THE_SAME));
    if today == before {
        return Ok(today);
    }
    let request = CampaignRequest::Status {
        campaign: Some(campaign.to_owned()),
    };
    let CampaignAnswer::Status(status) = scheduler.ask(&request).await?.answer else {
        return Err(other_release());
    };
    let batch = batch_by_hand(&before);
    let sent = status.batches.iter().find(|known| known.batch == batch);
    let at = sent.and_then(|sent| DateTime::parse_from_rfc3339(sent.opened_at.as_deref()?).ok());
    match at.filter(|at| now - at.to_utc() < MAY_BE_THE_SAME) {
        None => Ok(today),
        Some(at) => Err(Refused(format!(
            "{campaign} was sent at {} UTC under the name {before}, and now it is another day in UTC: pass `--name {before}` if \
             you mean the same sending, or `--name {today}` if everybody is to get another one",
            at.to_utc().format("%H:%M")
        ))
        .into()),
    }
}

fn of_day(day: DateTime<Utc>) -> String {
    day.format("%Y%m%d").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::campaign::tests::answering;

    /// What a sending at `now` is called after the campaign was sent as `batch` at a moment, and how often was asked for that.
    async fn named(now: &str, (batch, opened_at): (&str, Value)) -> (Result<String>, usize) {
        let answer = json!({"answer": "status", "pauses": [], "rate_per_second": null, "account_stopped": null,
            "batches": [{"campaign": "blast", "batch": batch, "stage": "planned", "opened_at": opened_at,
                "counts": {}, "not_sent": {}}]});
        let scheduler = answering(move |_| Some(answer.clone()));
        let name = name(&scheduler, "blast", None, now.parse().unwrap()).await;
        (name, scheduler.asked().len())
    }

    #[tokio::test]
    async fn a_sending_is_named_by_its_day() {
        let earlier = ("by-hand-20261103", json!("2026-11-03T23:50:00Z"));
        let (name, asked) = named("2026-11-03T23:59:59Z", earlier).await;
        assert_eq!((name.unwrap().as_str(), asked), ("20261103", 0));
    }

    #[tokio::test]
    async fn the_same_sending_over_midnight_is_asked_about() {
        let earlier = ("by-hand-20261103", json!("2026-11-03T23:50:00Z"));
        let (name, _) = named("2026-11-04T00:01:00Z", earlier).await;
        insta::assert_snapshot!(name.unwrap_err(), @"blast was sent at 23:50 UTC under the name 20261103, and now it is another day in UTC: pass `--name 20261103` if you mean the same sending, or `--name 20261104` if everybody is to get another one");
    }

    #[tokio::test]
    async fn what_was_sent_long_before_midnight_or_under_another_name_was_another_sending() {
        for earlier in [
            ("by-hand-20261103", json!("2026-11-03T17:59:00Z")),
            ("by-hand-first", json!("2026-11-03T23:50:00Z")),
            ("by-hand-20261103", Value::Null),
        ] {
            let (name, asked) = named("2026-11-04T00:01:00Z", earlier).await;
            assert_eq!((name.unwrap().as_str(), asked), ("20261104", 1));
        }
    }

    #[tokio::test]
    async fn a_name_that_is_given_is_taken() {
        let scheduler = answering(|_| None);
        let given = Some("first".to_owned());
        let name = name(
            &scheduler,
            "blast",
            given,
            "2026-11-04T00:01:00Z".parse().unwrap(),
        )
        .await;
        assert_eq!(name.unwrap(), "first");
    }
}
