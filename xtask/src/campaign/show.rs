//! The function's answers, for people.

use campaign::Standing;
use contract::campaign::{BatchAnswer, PlanAnswer, StatusAnswer};

use super::words::{counted, of_exclusion, of_not_sent, of_stage, of_state};
use crate::screen;
use crate::table::{Table, plain};

/// To whom a campaign would go, and who is left out.
pub(super) fn plan(plan: &PlanAnswer) -> String {
    let excluded: u64 = plan.excluded.values().sum();
    let mut parts = vec![screen::bold(&format!(
        "{}: {} would get it now, {} would not",
        plain(&plan.campaign),
        counted(plan.recipients, "recipient", "recipients"),
        excluded
    ))];
    if !plan.excluded.is_empty() {
        let mut table = Table::new(["left out", "because"]);
        for (name, number) in &plan.excluded {
            table.row([number.to_string(), of_exclusion(name).to_owned()]);
        }
        parts.push(table.to_string());
    }
    if !plan.examples.is_empty() {
        let mut table = Table::new(["for example", "because"]);
        for (address, name) in &plan.examples {
            table.row([address.clone(), of_exclusion(name).to_owned()]);
        }
        parts.push(table.to_string());
    }
    if let Some(due) = &plan.due {
        parts.push(format!("by its schedule it is due {}", plain(due)));
    }
    if plan.recipients > plan.confirm_above {
        parts.push(format!(
            "more than {} recipients need your word: `campaign send` asks for it, and a scheduled sending waits for \
             `campaign resume {}`",
            plan.confirm_above,
            plain(&plan.campaign)
        ));
    }
    parts.join("\n\n")
}

/// How campaigns are doing.
pub(super) fn status(status: &StatusAnswer) -> String {
    let mut parts: Vec<String> = status.batches.iter().map(batch).collect();
    if parts.is_empty() {
        parts.push("nothing was ever sent".to_owned());
    }
    if !status.pauses.is_empty() {
        parts.push(pauses(status));
    }
    if let Some(why) = &status.account_stopped {
        parts.push(screen::bold(&format!("THE ACCOUNT IS STOPPED: {}", plain(why))));
    }
    parts.push(match status.rate_per_second {
        Some(rate) => format!("e-mails may go out at {rate} a second"),
        None => "how fast e-mails may go out is not known yet".to_owned(),
    });
    parts.join("\n\n")
}

fn batch(batch: &BatchAnswer) -> String {
    let (campaign, name) = (plain(&batch.campaign), plain(&batch.batch));
    let total: u64 = batch.counts.values().sum();
    let mut parts = vec![screen::bold(&format!(
        "{campaign}, batch {name}: {}, {}",
        of_stage(&batch.stage),
        counted(total, "message", "messages")
    ))];
    if total > 0 {
        let mut table = Table::new(["messages", "state"]);
        for (state, number) in in_order(batch) {
            table.row([number.to_string(), of_state(state).to_owned()]);
        }
        parts.push(table.to_string());
    }
    if !batch.not_sent.is_empty() {
        let mut table = Table::new(["not got by", "state", "because"]);
        for (name, number) in &batch.not_sent {
            let (state, why) = of_not_sent(name);
            table.row([number.to_string(), state.to_owned(), why.to_owned()]);
        }
        parts.push(format!("\n{table}"));
    }
    if batch.stage == "waiting" {
        parts.push(format!("  let it go: `cargo xtask campaign resume {campaign}`"));
    }
    if let Some(unknown) = batch.counts.get(Standing::Unknown.name()).filter(|n| **n > 0) {
        parts.push(format!(
            "  {unknown} may have been sent and may not. To send to them once more, at the risk of doubles:\n  `cargo xtask \
             campaign resend {campaign} --batch {name} --only UNKNOWN --accept-duplicates`"
        ));
    }
    parts.join("\n")
}

/// The counts in the order in which a message goes through its states, and last what this release does not know.
fn in_order(batch: &BatchAnswer) -> impl Iterator<Item = (&str, u64)> {
    let count = |name: &'static str| batch.counts.get(name).map(|number| (name, *number));
    let known = Standing::ALL.into_iter().map(Standing::name).filter_map(count);
    let others = batch.counts.iter().map(|(name, number)| (name.as_str(), *number));
    known
        .chain(others.filter(|(name, _)| Standing::named(name).is_none()))
        .filter(|(_, number)| *number > 0)
}

fn pauses(status: &StatusAnswer) -> String {
    let mut table = Table::new(["paused", "since", "because"]);
    for pause in &status.pauses {
        let what = pause.campaign.as_deref().unwrap_or("everything");
        table.row([what.to_owned(), pause.since.clone(), pause.why.clone()]);
    }
    table.to_string()
}
