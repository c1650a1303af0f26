//! The commands against a scheduler that answers by a script.

use anyhow::Result;
use contract::campaign::CampaignAnswer;
use serde_json::{Value, json};

use super::Outcome;
use super::control::{self, Writing};
use super::scheduler::Scheduler;
use super::send::{self, Only, Resendable};
use super::word::Operator;
use crate::exit::Exit;

/// What the scheduler answers. It remembers what it was asked.
pub(crate) struct Script {
    answer: Answer,
    pub(crate) asked: Vec<Value>,
}

type Answer = Box<dyn FnMut(&Value) -> Option<Value>>;

impl Script {
    pub(crate) fn answer(&mut self, asked: Value) -> Result<Value> {
        let answer = (self.answer)(&asked).ok_or_else(|| anyhow::anyhow!("the script ends here"));
        self.asked.push(asked);
        // An answer that the contract does not have would test nothing.
        if let Ok(answer) = &answer {
            serde_json::from_value::<CampaignAnswer>(answer.clone()).unwrap();
        }
        answer
    }
}

/// A scheduler that answers by what it is asked.
pub(crate) fn answering(answer: impl FnMut(&Value) -> Option<Value> + 'static) -> Scheduler {
    Scheduler::scripted(Script {
        answer: Box::new(answer),
        asked: Vec::new(),
    })
}

/// A scheduler that answers so, in order.
fn scheduler<const N: usize>(answers: [Value; N]) -> Scheduler {
    let mut answers = std::collections::VecDeque::from(answers);
    answering(move |_| answers.pop_front())
}

/// The text as it is off a terminal.
fn text(outcome: &Outcome) -> String {
    anstream::adapter::strip_str(&outcome.text).to_string()
}

fn plan(recipients: u64) -> Value {
    json!({"answer": "planned", "campaign": "blast", "recipients": recipients, "confirm_above": 500,
        "excluded": {"unsubscribed": 12, "hard-bounce": 1}, "due": "2026-12-04T09:00",
        "examples": [["al***@example.com", "unsubscribed"], ["+1555***4567", "hard-bounce"]]})
}

fn sending(is_new: bool) -> Value {
    json!({"answer": "sending", "batch": "by-hand-20261123", "is_new": is_new})
}

fn status() -> Value {
    json!({"answer": "status",
        "batches": [
            {"campaign": "blast", "batch": "by-hand-20261123", "stage": "planned",
             "counts": {"DELIVERED": 1180, "ACCEPTED": 20, "PLANNED": 4, "SUPPRESSED": 13, "FAILED": 2, "UNKNOWN": 1, "SENT": 0},
             "not_sent": {"SUPPRESSED unsubscribed": 12, "SUPPRESSED hard-bounce": 1, "FAILED no template": 2, "UNKNOWN no-answer": 1}},
            {"campaign": "blast", "batch": "20261204", "stage": "waiting", "counts": {}, "not_sent": {}},
            {"campaign": "thanks", "batch": "old", "stage": "closed", "counts": {"DELIVERED": 1}, "not_sent": {}}
        ],
        "pauses": [{"campaign": null, "why": "wrong price\u{1b}[2J", "since": "2026-11-23T08:00:00Z"},
                   {"campaign": "thanks", "why": "the operator's word", "since": "2026-11-23T08:01:00Z"}],
        "rate_per_second": 14.0, "account_stopped": null})
}

async fn send(scheduler: &Scheduler, operator: &mut Operator) -> Result<Outcome> {
    send::send(scheduler, "blast".to_owned(), "20261123".to_owned(), operator).await
}

#[tokio::test]
async fn a_plan_says_who_is_left_out_and_why() {
    let outcome = send::plan(&scheduler([plan(1204)]), "blast".to_owned())
        .await
        .unwrap();
    insta::assert_snapshot!(text(&outcome));
    assert_eq!((outcome.exit, outcome.value), (Exit::Ok, plan(1204)));
}

#[tokio::test]
async fn it_is_sent_to_no_more_than_were_shown() {
    let scheduler = scheduler([plan(1204), sending(true)]);
    let outcome = send(&scheduler, &mut Operator::typing("1204\n")).await.unwrap();
    assert_eq!(
        scheduler.asked(),
        [
            json!({"action": "plan", "campaign": "blast"}),
            json!({"action": "send", "campaign": "blast", "name": "20261123", "at_most": 1204}),
        ]
    );
    assert_eq!((outcome.exit, &outcome.value), (Exit::Ok, &sending(true)));
    insta::assert_snapshot!(text(&outcome), @"blast is being sent to at most 1204 recipients as batch by-hand-20261123: follow it with `cargo xtask campaign status blast --watch`");
}

#[tokio::test]
async fn another_number_sends_nothing() {
    let scheduler = scheduler([plan(1204), sending(true)]);
    let outcome = send(&scheduler, &mut Operator::typing("120\n")).await.unwrap();
    assert_eq!((outcome.exit, scheduler.asked().len()), (Exit::Error, 1));
    insta::assert_snapshot!(text(&outcome), @"that is not the number: nothing was sent");
}

#[tokio::test]
async fn nobody_to_ask_is_a_refusal_and_sends_nothing() {
    let scheduler = scheduler([plan(1204), sending(true)]);
    let error = send(&scheduler, &mut Operator::absent(false)).await.unwrap_err();
    assert_eq!((Exit::of(&error), scheduler.asked().len()), (Exit::Refused, 1));
}

#[tokio::test]
async fn nobody_to_send_to_is_nothing_to_ask_about() {
    let scheduler = scheduler([plan(0), sending(true)]);
    let outcome = send(&scheduler, &mut Operator::absent(false)).await.unwrap();
    assert_eq!((outcome.exit, scheduler.asked().len()), (Exit::Ok, 1));
    insta::assert_snapshot!(text(&outcome), @"nobody would get it: nothing was sent");
}

#[tokio::test]
async fn a_name_that_was_used_sends_nothing_and_says_so() {
    let scheduler = scheduler([plan(3), sending(false)]);
    let outcome = send(&scheduler, &mut Operator::absent(true)).await.unwrap();
    insta::assert_snapshot!(text(&outcome), @"blast was sent under the name 20261123 before, as batch by-hand-20261123: nobody gets it twice, and nothing was done; for another sending pass another --name");
}

#[tokio::test]
async fn what_the_function_refuses_ends_with_its_own_code() {
    let refused = json!({"answer": "refused", "reason": "there is no campaign `blast`"});
    let error = send::plan(&scheduler([refused]), "blast".to_owned())
        .await
        .unwrap_err();
    assert_eq!(Exit::of(&error), Exit::Refused);
    assert_eq!(error.to_string(), "there is no campaign `blast`");
}

#[tokio::test]
async fn a_function_of_another_release_is_told_as_one() {
    let error = send::plan(&scheduler([sending(true)]), "blast".to_owned())
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"campaign-scheduler answered something else than it was asked: deploy first");
}

#[tokio::test]
async fn a_test_ends_well_only_when_it_went_out() {
    let told = async |state: &str, why: Option<&str>, id: Option<&str>| {
        let scheduler =
            scheduler([json!({"answer": "tested", "state": state, "why": why, "message_id": id})]);
        let to = "tester@example.com".to_owned();
        let outcome = send::test(&scheduler, "blast".to_owned(), to, json!({}))
            .await
            .unwrap();
        format!("{:?}: {}", outcome.exit, text(&outcome))
    };
    let texts = [
        told("DELIVERED", None, Some("0100-7")).await,
        told("FAILED", Some("`name` is not known"), None).await,
        told("UNKNOWN", Some("no-answer"), None).await,
        told("PLANNED", None, None).await,
    ];
    insta::assert_snapshot!(texts.join("\n"));
}

#[tokio::test]
async fn a_batch_is_sent_again_after_it_was_told_to_how_many() {
    let resent = |number: u64| json!({"answer": "resent", "deliveries": number});
    let scheduler = scheduler([resent(3), resent(2)]);
    let only = Only::of(vec![Resendable::Failed, Resendable::Unknown], true).unwrap();
    let batch = ("blast".to_owned(), "b".to_owned());
    let outcome = send::resend(&scheduler, batch, &only, &mut Operator::typing("y\n"))
        .await
        .unwrap();
    let request = |dry_run| json!({"action": "resend", "campaign": "blast", "batch": "b", "states": ["FAILED", "UNKNOWN"], "dry_run": dry_run});
    assert_eq!(scheduler.asked(), [request(true), request(false)]);
    assert_eq!(text(&outcome), "2 messages are sent again");
}

#[tokio::test]
async fn a_batch_is_not_sent_again_without_a_yes() {
    let scheduler = scheduler([json!({"answer": "resent", "deliveries": 3})]);
    let only = Only::of(vec![Resendable::Bounced], false).unwrap();
    let batch = ("blast".to_owned(), "b".to_owned());
    let outcome = send::resend(&scheduler, batch, &only, &mut Operator::typing("n\n"))
        .await
        .unwrap();
    assert_eq!((outcome.exit, scheduler.asked().len()), (Exit::Error, 1));
}

#[test]
fn what_may_have_been_delivered_is_sent_again_only_by_name() {
    let error = Only::of(vec![Resendable::Unknown], false).unwrap_err();
    assert_eq!(Exit::of(&error), Exit::Refused);
    insta::assert_snapshot!(error, @"some of UNKNOWN may have been delivered, and would get it twice: pass --accept-duplicates, or leave UNKNOWN out of --only");
}

#[tokio::test]
async fn a_status_names_states_in_words_and_what_to_do() {
    let outcome = control::status(&scheduler([status()]), None).await.unwrap();
    insta::assert_snapshot!(text(&outcome));
}

#[tokio::test]
async fn a_status_of_nothing_says_so() {
    let answer = json!({"answer": "status", "batches": [], "pauses": [], "rate_per_second": null,
        "account_stopped": "the daily quota is used up"});
    let outcome = control::status(&scheduler([answer]), None).await.unwrap();
    insta::assert_snapshot!(text(&outcome));
}

#[tokio::test]
async fn a_watch_ends_when_nothing_is_open() {
    let mut done = status();
    done["batches"][0]["counts"]["PLANNED"] = json!(0);
    let scheduler = scheduler([status(), done]);
    let outcome = control::watch(&scheduler, Some("blast"), std::time::Duration::ZERO)
        .await
        .unwrap();
    assert_eq!((outcome.exit, scheduler.asked().len()), (Exit::Ok, 2));
}

#[tokio::test]
async fn everything_is_paused_after_it_was_named() {
    let done = json!({"answer": "done"});
    let scheduler = scheduler([status(), done.clone()]);
    let why = "wrong price".to_owned();
    let outcome = control::pause(&scheduler, None, why, &mut Operator::typing("yes\n"))
        .await
        .unwrap();
    assert_eq!(
        scheduler.asked()[1],
        json!({"action": "pause", "why": "wrong price"})
    );
    assert_eq!(outcome.value, done);
    insta::assert_snapshot!(text(&outcome), @"everything is paused: what a sender has in hand still goes out, and nothing else until `cargo xtask campaign resume`");
}

#[tokio::test]
async fn a_pause_that_is_not_meant_changes_nothing() {
    let scheduler = scheduler([status()]);
    let outcome = control::pause(&scheduler, None, String::new(), &mut Operator::typing("n\n"))
        .await
        .unwrap();
    assert_eq!((outcome.exit, scheduler.asked().len()), (Exit::Error, 1));
}

#[tokio::test]
async fn a_script_stops_everything_without_being_asked_and_without_counting() {
    let scheduler = scheduler([json!({"answer": "done"})]);
    control::pause(&scheduler, None, "x".to_owned(), &mut Operator::absent(false))
        .await
        .unwrap();
    assert_eq!(scheduler.asked().len(), 1);
}

#[tokio::test]
async fn a_campaign_goes_on_by_the_operators_word_only() {
    let resume = async |operator: &mut Operator| {
        let scheduler = scheduler([status(), json!({"answer": "done"})]);
        let exit = match control::resume(&scheduler, Some("blast".to_owned()), operator).await {
            Ok(outcome) => outcome.exit,
            Err(error) => Exit::of(&error),
        };
        (exit, scheduler.asked().len())
    };
    assert_eq!(resume(&mut Operator::typing("y\n")).await, (Exit::Ok, 2));
    assert_eq!(resume(&mut Operator::typing("\n")).await, (Exit::Error, 1));
    assert_eq!(resume(&mut Operator::absent(false)).await, (Exit::Refused, 0));
}

#[tokio::test]
async fn an_address_is_left_alone_and_written_to_again() {
    for (writing, lift) in [(Writing::NoMore, false), (Writing::Again, true)] {
        let scheduler = scheduler([json!({"answer": "done"})]);
        let address = "a@example.com".to_owned();
        control::suppress(&scheduler, "email".to_owned(), address, writing)
            .await
            .unwrap();
        let expected =
            json!({"action": "suppress", "channel": "email", "address": "a@example.com", "lift": lift});
        assert_eq!(scheduler.asked(), [expected]);
    }
}
