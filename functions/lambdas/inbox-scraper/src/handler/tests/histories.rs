//! Random histories: two pollers, a reader of mails, guests who write and edit; a platform, a queue and a store that fail in
//! every way. Afterwards each message is stored once, each of its revisions published, and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use inbox::{MessageId, ThreadId};
use store::{Fault, Faults, Inbox};
use tokio::time::Instant;

use testkit::Dice;

use super::played::Played;
use super::{Moment, Service, now, service};

/// Lambda's: whoever takes longer is killed.
const TIMEOUT: Duration = Duration::from_secs(150);
const MAILS: usize = 3;

struct World {
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
        let faults: Faults = Arc::new(move |is_write| {
            let lot = dice.below(if is_write { 200 } else { 400 });
            if is_calm.load(std::sync::atomic::Ordering::Relaxed) {
                return Fault::None;
            }
            let fault = match lot {
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
            fault
        });
        service(&self.played, self.inbox.through(faults))
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
            } else {
                let thread = format!("t{}", self.dice.below(3));
                self.played
                    .write(&format!("m{number}"), &thread, &format!("written {number}"));
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
    tokio::join!(poller(180), poller(500), world.guests(), world.mails());
    world.end().await;
    let revisions = check(seed, &world).await;
    let crashes = world.crashes.load(std::sync::atomic::Ordering::Relaxed);
    (world.played.happened(), crashes, revisions)
}

/// What must hold at the end of every history; how many revisions are stored.
async fn check(seed: u64, world: &World) -> usize {
    let mut threads = BTreeSet::new();
    let mut expected = check_written(seed, world, &mut threads).await;
    expected.extend(check_mails(seed, world, &mut threads).await);
    let mut lines = 0;
    for thread in threads {
        let listed = world.inbox.messages(&thread, None, 100).await.unwrap();
        let thread = world.inbox.thread(&thread).await.unwrap().unwrap();
        assert_eq!(thread.messages, listed.len() as u64, "seed {seed}");
        lines += listed.len();
    }
    let messages = world.played.messages().len() + MAILS;
    assert_eq!(lines, messages, "seed {seed}: each message has one line");
    let published: BTreeSet<String> = world.played.published().into_keys().collect();
    assert_eq!(
        published, expected,
        "seed {seed}: what is stored is published, and nothing else"
    );
    let copies: usize = world.played.published().values().map(|times| times - 1).sum();
    let late = world.played.happened().get("late-copy").copied();
    assert_eq!(
        copies as u64,
        late.unwrap_or_default(),
        "seed {seed}: a second copy within five minutes"
    );
    assert_eq!(
        world.played.unconfirmed(),
        0,
        "seed {seed}: the platform waits for a word"
    );
    let open = world.inbox.open(None, 10).await.unwrap();
    assert_eq!(open, [], "seed {seed}: something is left open");
    assert_eq!(
        world.inbox.quarantined(None, 10).await.unwrap(),
        [],
        "seed {seed}"
    );
    expected.len()
}

/// Every message of the platform is there with its newest text, and each revision is another text in the order of the
/// edits; what is to be published of them.
async fn check_written(seed: u64, world: &World, threads: &mut BTreeSet<ThreadId>) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for message in world.played.messages() {
        let id = MessageId::of("boats", &message.native);
        let stored = world.inbox.message(&id).await.unwrap();
        let stored = stored.unwrap_or_else(|| panic!("seed {seed}: {message:?} is lost"));
        let newest = message.versions.last().map(String::as_str);
        assert_eq!(Some(stored.text.reveal()), newest, "seed {seed}: {message:?}");
        let mut said = Vec::new();
        for revision in 1..=stored.revision {
            let key = format!("inbox/boats/{}/{id}/{revision}.json", stored.thread);
            let revision_of = world.inbox.message_at(&key).await.unwrap();
            let text = revision_of.text.reveal();
            said.push(message.versions.iter().position(|version| version == text));
            expected.insert(format!("{id}-{revision}"));
        }
        let is_in_order = said.iter().all(Option::is_some) && said.is_sorted_by(|a, b| a < b);
        assert!(is_in_order, "seed {seed}: {message:?} was stored as {said:?}");
        threads.insert(stored.thread);
    }
    expected
}

/// Every mail is there once; what is to be published of them.
async fn check_mails(seed: u64, world: &World, threads: &mut BTreeSet<ThreadId>) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for number in 0..MAILS {
        let id = MessageId::of("mails", &format!("{number}@mails.example"));
        let stored = world.inbox.message(&id).await.unwrap();
        let stored = stored.unwrap_or_else(|| panic!("seed {seed}: mail {number} is lost"));
        assert_eq!(stored.revision, 1, "seed {seed}");
        expected.insert(format!("{id}-1"));
        threads.insert(stored.thread);
    }
    expected
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
    ] {
        assert!(happened.contains_key(what), "{what} never happened");
    }
    assert!(crashes > wanted, "{crashes} crashes are too few");
}
