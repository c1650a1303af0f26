//! Random histories: two pollers, a reader of mails, guests who write and edit; a platform, a queue and a store that fail in
//! every way. Afterwards each message is stored once, each of its revisions published and acted on once, and nothing is lost.

mod held;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use inbox::MAX_ATTACHMENT_BYTES;
use store::{Fault, Faults, Inbox};
use tokio::time::Instant;

use testkit::Dice;

use super::played::Played;
use super::{Moment, Service, now, service};

/// Lambda's: whoever takes longer is killed.
const TIMEOUT: Duration = Duration::from_secs(150);
const MAILS: usize = 3;
/// In one of so many histories the first two messages bring the largest file that is kept, and one that is a byte too large.
const LARGE_EACH: u64 = 400;

struct World {
    has_large: bool,
    played: Arc<Played>,
    inbox: Inbox,
    dice: Dice,
    began: Instant,
    is_calm: Arc<std::sync::atomic::AtomicBool>,
    crashes: Arc<std::sync::atomic::AtomicU64>,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            has_large: seed.is_multiple_of(LARGE_EACH),
            played: Played::new(seed ^ 0xface, 6),
            inbox: Inbox::in_memory(),
            dice: Dice::new(seed),
            began: Instant::now(),
            is_calm: Arc::default(),
            crashes: Arc::default(),
        }
    }

    /// Another process of the function: whatever the dice say goes wrong with its accesses.
    fn process(&self) -> Service {
        let (dice, is_calm, crashes) = (
            self.dice.clone(),
            Arc::clone(&self.is_calm),
            Arc::clone(&self.crashes),
        );
        let played = self.played.another();
        let seen = Arc::clone(&played);
        let faults: Faults = Arc::new(move |is_write| {
            let lot = dice.below(if is_write { 200 } else { 400 });
            let is_calm = is_calm.load(std::sync::atomic::Ordering::Relaxed);
            let fault = match lot {
                _ if is_calm => Fault::None,
                0..=3 => Fault::CrashBefore,
                4..=7 => Fault::CrashAfter,
                8..=9 => Fault::Unavailable,
                10..=11 => Fault::LostAnswer,
                12..=13 => Fault::Conflict,
                14 => Fault::Late(20),
                _ => Fault::None,
            };
            if matches!(fault, Fault::CrashBefore | Fault::CrashAfter) {
                crashes.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            if is_write {
                seen.writes(fault);
            }
            fault
        });
        service(&played, self.inbox.through(faults))
    }

    fn moment(&self) -> Moment {
        let began = self.began;
        let clock = move || now() + TimeDelta::from_std(began.elapsed()).unwrap();
        Moment {
            until: clock() + TimeDelta::seconds(125),
            clock: Arc::new(clock),
            silent: Arc::default(),
        }
    }

    async fn poll(&self) {
        let (process, moment) = (self.process(), self.moment());
        let _killed_or_failed = tokio::time::timeout(TIMEOUT, process.poll(None, &moment)).await;
    }

    /// Whether the queue may forget the mail.
    async fn read_mail(&self, number: usize) -> bool {
        let (process, moment) = (self.process(), self.moment());
        let event = super::mails::batch(&[&format!("mail/{number}")]);
        let done = tokio::time::timeout(TIMEOUT, process.handle(event, &moment)).await;
        matches!(done, Ok(Ok(answer)) if answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty))
    }

    async fn guests(&self) {
        for number in 0..8_u64 {
            tokio::time::sleep(Duration::from_secs(self.dice.below(400))).await;
            if number > 0 && self.dice.percent(35) {
                let at = usize::try_from(self.dice.below(number)).unwrap();
                self.played.edit(at, &format!("edited {number}"));
                continue;
            }
            let thread = format!("t{}", self.dice.below(3));
            let (native, text) = (format!("m{number}"), format!("written {number}"));
            let large = self.has_large.then(|| self.played.messages().len());
            match large {
                Some(before @ 0..=1) => {
                    let bytes = vec![MAX_ATTACHMENT_BYTES + before];
                    self.played.write_with(&native, &thread, &text, bytes);
                }
                _ => self.played.write(&native, &thread, &text),
            }
        }
    }

    async fn mails(&self) {
        for number in 0..MAILS {
            let mail = super::mails::guest_mail(&format!("<{number}@mails.example>"), "B-1", "hello");
            self.inbox
                .put_object(&format!("mail/{number}"), mail.as_bytes())
                .await
                .unwrap();
            for _ in 0..self.dice.below(3) + 1 {
                // The queue brings what was not seen to again, and sometimes also what was.
                tokio::time::sleep(Duration::from_secs(self.dice.below(300))).await;
                self.read_mail(number).await;
            }
        }
    }

    /// Who acts on what the queue brings, as long as it brings something; a copy that was not seen to comes again.
    async fn act(&self) {
        while let Some(arrived) = self.played.told(|told| told.next()) {
            let process = self.process();
            let acting = super::told::act(&process.inbox, &arrived, self.began);
            let Ok(Ok(is_first)) = tokio::time::timeout(TIMEOUT, acting).await else {
                return;
            };
            self.played.told(|told| {
                *told.acted.entry(arrived.dedup()).or_default() += usize::from(is_first);
                told.forget();
            });
        }
    }

    async fn responder(&self) {
        for _ in 0..12 {
            tokio::time::sleep(Duration::from_secs(self.dice.below(400))).await;
            self.act().await;
        }
    }

    async fn end(&self) {
        self.is_calm.store(true, std::sync::atomic::Ordering::Relaxed);
        self.played.calm_down();
        for number in 0..MAILS {
            assert!(self.read_mail(number).await);
        }
        for _ in 0..6 {
            self.poll().await;
            tokio::time::sleep(Duration::from_secs(180)).await;
        }
        self.act().await;
    }
}

async fn history(seed: u64) -> (BTreeMap<&'static str, u64>, u64, usize) {
    let world = World::new(seed);
    let poller = async |pause| {
        for _ in 0..10 {
            world.poll().await;
            tokio::time::sleep(Duration::from_secs(1 + world.dice.below(pause))).await;
        }
    };
    tokio::join!(
        poller(180),
        poller(500),
        world.guests(),
        world.mails(),
        world.responder()
    );
    world.end().await;
    let revisions = held::check(seed, &world).await;
    let crashes = world.crashes.load(std::sync::atomic::Ordering::Relaxed);
    let mut happened = world.played.happened();
    happened.insert("late-copy", world.played.told(|told| told.late_copies));
    (happened, crashes, revisions)
}

/// `LANDFALL_HISTORIES` asks for more of them than a quick run has.
#[test]
fn each_message_is_stored_once_published_once_and_never_lost() {
    let wanted = std::env::var("LANDFALL_HISTORIES")
        .ok()
        .and_then(|text| text.parse().ok());
    let wanted: u64 = wanted.unwrap_or(2_000);
    let (mut happened, mut crashes, mut revisions) = (BTreeMap::new(), 0, 0);
    for seed in 0..wanted {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let (of_this, crashed, stored) = runtime.block_on(history(seed));
        for (what, count) in of_this {
            *happened.entry(what).or_insert(0) += count;
        }
        crashes += crashed;
        revisions += stored;
    }
    println!("{wanted} histories, {revisions} revisions, {crashes} crashes in the store: {happened:?}");
    // A simulation in which nothing goes wrong shows nothing.
    for what in [
        "429",
        "no-answer",
        "html",
        "truncated",
        "duplicate-page",
        "reordered",
        "stale",
        "confirm-refused",
        "confirm-unheard",
        "attachment",
        "queue-silent",
        "queue-unheard",
        "late-copy",
        "large-file",
        "too-large-file",
    ] {
        assert!(happened.get(what) > Some(&0), "{what} never happened");
    }
    assert!(crashes > wanted, "{crashes} crashes are too few");
}
