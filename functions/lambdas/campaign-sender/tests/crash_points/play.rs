//! One message: a sender that may be killed, and everything that follows.

use std::sync::Arc;
use std::time::Duration;

use campaign::{
    Address, Delivery, DeliveryId, Event, Hold, Lasting, News, Occurrence, Purpose, Reason, Standing, State,
    Sweep, Transition, Trigger, feedback, sweep,
};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::json;
use store::{Change, With};
use testkit::{Calls, Dice, Ended, Mishap, Stop};

use super::case::{Carrier, Case, Guest};
use super::points::SENDING;
use super::world::{World, record};

/// What became of a message.
#[derive(Debug)]
pub(super) struct End {
    /// What the first process called.
    pub(super) calls: Arc<Calls>,
    pub(super) was_killed: bool,
    /// How the first process left the delivery.
    pub(super) left: Standing,
    /// And its trail.
    pub(super) trail_left: Vec<Transition>,
    pub(super) standing: Standing,
    /// How many mails SES took.
    pub(super) accepted: usize,
    pub(super) trail: Vec<Transition>,
}

/// So many processes may it need after the first until nothing is open.
const ENOUGH_RUNS: usize = 4;
/// So late is an answer for which nobody waits any more.
const TOO_LATE: Mishap = Mishap::Slow { milliseconds: 400 };

impl World {
    /// A message to one guest, its sender killed at the given call, and everything that follows.
    pub(super) async fn play(&self, name: &str, case: &Case, stop: Option<Stop>, dice: &Dice) -> End {
        let delivery = self.deliver(name, case).await;
        self.prepare(case, &delivery.address);
        let calls = Calls::recorded(stop);
        let records = [record("m", &delivery.id)];
        let ended = tokio::select! {
            ended = self.invoke(&records, &calls) => ended,
            () = self.meddle(case, &delivery.id, &calls) => unreachable!(),
        };
        self.limit(1_000.0);
        // A sender that missed its turn asks for another, so that not every run has as many calls.
        let has_that_call = stop.is_some_and(|(Stop::Before(at) | Stop::After(at))| at < calls.names().len());
        if has_that_call {
            assert_eq!(ended, Ended::Killed, "{case:?} {stop:?} {:?}", calls.names());
        } else {
            assert!(matches!(ended, Ended::Answered(_)), "{case:?} {ended:?}");
        }
        let left = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
        let trail_left = self.deliveries.trail(&delivery.id).await.unwrap();
        self.follow(&delivery.id, dice).await;
        let stored = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
        End {
            calls,
            was_killed: ended == Ended::Killed,
            left: left.standing(),
            trail_left,
            standing: stored.standing(),
            accepted: self.accepted(&delivery.address),
            trail: self.deliveries.trail(&delivery.id).await.unwrap(),
        }
    }

    /// What follows: feedback, the queue, which brings the message again, and whoever sweeps, in an order that the dice say.
    pub(super) async fn follow(&self, id: &DeliveryId, dice: &Dice) {
        let records = [record("m", id)];
        for _ in 0..ENOUGH_RUNS {
            if dice.percent(70) {
                self.hear().await;
            }
            // The queue may be faster than the end of the lease.
            if dice.percent(40) {
                assert!(matches!(self.invoke_again(&records).await, Ended::Answered(_)));
            }
            if self.go_on(id).await {
                break;
            }
            assert!(matches!(self.invoke_again(&records).await, Ended::Answered(_)));
        }
        self.hear().await;
    }

    /// How many mails SES took for an address.
    pub(super) fn accepted(&self, address: &Address) -> usize {
        let accepted = self.simulator.ses().accepted();
        let own = accepted.iter().filter(|mail| mail.recipient == address.as_str());
        own.count()
    }

    pub(super) async fn deliver(&self, name: &str, case: &Case) -> Delivery {
        let (local, domain) = match case.guest {
            Guest::Bounces => (format!("bounce+{name}"), "example.com"),
            Guest::Complains => (format!("complaint+{name}"), "example.com"),
            Guest::Refused => (name.to_owned(), "unverified.example"),
            _ => (name.to_owned(), "example.com"),
        };
        let address = Address::email(&format!("{local}@{domain}")).unwrap();
        let now = Utc::now();
        if case.guest == Guest::Suppressed {
            let lasting = Lasting {
                reason: Reason::Unsubscribed,
                since: now,
                source: "test".to_owned(),
            };
            let news = News::Lasting(lasting);
            self.deliveries.learn(&address, &news).await.unwrap();
        }
        let occurrence = Occurrence {
            campaign: "blast".to_owned(),
            batch: "x".to_owned(),
            key: "k".to_owned(),
        };
        let is_broken = case.guest == Guest::Broken;
        let id = DeliveryId::new(&occurrence, &address, None);
        let template = if is_broken { "none" } else { "blast" };
        let expires_at = match case.guest {
            Guest::TooLate => now - TimeDelta::seconds(1),
            _ => now + TimeDelta::hours(12),
        };
        let delivery = Delivery {
            context: json!({"guest": {"name": "Alex"}}),
            zone: zone_in_which_it_is(now, case.guest == Guest::InQuietHours),
            state: case.start.state(now),
            look_at: Some(now),
            ..Delivery::planned(id, address, (Purpose::Marketing, template), (now, expires_at))
        };
        let made = self.deliveries.create(std::slice::from_ref(&delivery));
        made.await.unwrap();
        delivery
    }

    /// Has SES take the first request as the case says.
    pub(super) fn prepare(&self, case: &Case, address: &Address) {
        let mishap = match &case.carrier {
            Carrier::Well => return,
            Carrier::Mishap(mishap) => mishap.clone(),
            Carrier::TooLate => TOO_LATE,
            Carrier::TooLateAndTooFast => {
                self.limit(0.0);
                TOO_LATE
            }
        };
        self.simulator.ses().lay(address.as_str(), mishap.times(1));
    }

    /// What others do while the sender waits for SES: hear of the mail before it does, or take it for gone.
    async fn meddle(&self, case: &Case, id: &DeliveryId, calls: &Calls) {
        while !calls.names().iter().any(|name| name.contains(SENDING)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if case.is_too_late() {
            let before = self.deliveries.load(id).await.unwrap().unwrap();
            let why = "sender-gone".to_owned();
            if let Ok((after, lines)) = before.after(&[Event::Lost { why }], Utc::now()) {
                let change = self.deliveries.change(&before, (&after, &lines), With::Nothing);
                change.await.unwrap();
            }
        }
        if case.carrier == Carrier::Mishap(Mishap::FeedbackFirst) {
            loop {
                self.hear().await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        std::future::pending::<()>().await;
    }

    /// Lets the time pass until somebody would look after the delivery, and does what they would do. Whether it rests.
    async fn go_on(&self, id: &DeliveryId) -> bool {
        let now = Utc::now();
        let delivery = self.deliveries.load(id).await.unwrap().unwrap();
        if !delivery.standing().is_open() {
            return true;
        }
        let over = |hold: &Hold| Hold {
            until: now - TimeDelta::seconds(1),
            ..hold.clone()
        };
        let (state, zone) = match &delivery.state {
            State::Claimed(hold) => (State::Claimed(over(hold)), delivery.zone),
            State::Submitting(hold) => (State::Submitting(over(hold)), delivery.zone),
            // It is morning now.
            State::HeldQuiet { .. } => {
                let until = now - TimeDelta::seconds(1);
                (State::HeldQuiet { until }, zone_in_which_it_is(now, false))
            }
            state => (state.clone(), delivery.zone),
        };
        let later = Delivery {
            state,
            zone,
            look_at: delivery.look_at.map(|_| now),
            version: delivery.version + 1,
            ..delivery.clone()
        };
        let change = self.deliveries.change(&delivery, (&later, &[]), With::Nothing);
        assert_eq!(change.await, Ok(Change::Done));
        if let Some(Sweep::Happened(event)) = sweep(&later, now, TimeDelta::zero()) {
            let (after, lines) = later.after(&[event], now).unwrap();
            let change = self.deliveries.change(&later, (&after, &lines), With::Nothing);
            assert_eq!(change.await, Ok(Change::Done));
            return !after.standing().is_open();
        }
        false
    }

    /// Takes in what SES tells. Whoever is interrupted leaves the rest to the next.
    pub(super) async fn hear(&self) {
        self.untold
            .lock()
            .unwrap()
            .extend(self.simulator.ses().take_feedback());
        loop {
            let Some(message) = self.untold.lock().unwrap().front().cloned() else {
                return;
            };
            let told = feedback::read(&message.to_string()).unwrap();
            self.deliveries.hear(&told, Utc::now()).await.unwrap();
            self.untold.lock().unwrap().pop_front();
        }
    }
}

impl End {
    /// What must hold of every end.
    pub(super) fn check(&self, case: &Case, stop: Option<Stop>) {
        let told = format!(
            "{case:?} {stop:?}: {:?}, left {}, {} accepted, {} of {:#?}",
            self.calls.names(),
            self.left,
            self.accepted,
            self.standing,
            self.trail
        );
        assert!(self.accepted <= 1, "two mails: {told}");
        assert!(!self.standing.is_open(), "stuck: {told}");
        for lines in self.trail.windows(2) {
            assert_eq!(Some(lines[0].to), lines[1].from, "a gap in the trail: {told}");
        }
        assert_eq!(
            self.trail.last().map(|line| line.to),
            Some(self.standing),
            "{told}"
        );
        // A mail is begun anew only after it was certain that the one before was not sent.
        let times = |of: Trigger| self.trail.iter().filter(|line| line.trigger == of).count();
        assert!(
            times(Trigger::Submit) <= 1 + times(Trigger::Release),
            "begun twice: {told}"
        );
        if self.standing != case.expected() || case.is_sent() && self.accepted == 0 {
            // Nobody knows, and it is said so. That is right only where a sender died in doubt, or SES left it in doubt;
            // anything else would be a message that was lost.
            assert_eq!((self.standing, self.accepted), (Standing::Unknown, 0), "{told}");
            let died_in_doubt = matches!(self.left, Standing::Submitting | Standing::Unknown);
            assert!(
                self.was_killed && died_in_doubt || case.leaves_in_doubt(),
                "unknown for no reason: {told}"
            );
        }
    }
}

/// Somewhere on the earth it is night, between 0 and 8 o'clock, and elsewhere it is not.
fn zone_in_which_it_is(now: DateTime<Utc>, night: bool) -> Tz {
    use chrono_tz::Etc::{GMT, GMTMinus4, GMTMinus8, GMTMinus12, GMTPlus4, GMTPlus8, GMTPlus12};
    let zones = [
        GMTPlus12, GMTPlus8, GMTPlus4, GMT, GMTMinus4, GMTMinus8, GMTMinus12,
    ];
    let is_night = |zone: &Tz| now.with_timezone(zone).hour() < 8;
    zones.into_iter().find(|zone| is_night(zone) == night).unwrap()
}
