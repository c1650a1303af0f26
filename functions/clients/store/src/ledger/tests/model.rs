//! Several runs at once, each of which may stop anywhere: whoever asks for an asset is answered by a whole round that
//! began after the question, and only who holds the lease writes.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use booking::sync::Task;
use proptest::prelude::*;

use super::fixture::task;
use super::*;
use crate::table::{Key, Stepped, string};

/// What happens next to one of the runs.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// Does one more access to the table; a run that is over is followed by another.
    Proceed,
    /// Is gone.
    Crash,
    /// A minute passes for everybody.
    Wait,
}

/// What all runs see of the world.
#[derive(Debug, Default)]
struct World {
    minute: i64,
    step: usize,
    runs: usize,
    /// When the newest question was begun to which an answer was heard, be it the lease or that it is held.
    asked: Option<usize>,
    /// How often the lease was held by another, and how often a mark made a run go on.
    held: usize,
    again: usize,
}

/// A run, and the name under which it holds leases.
struct Run {
    owner: String,
    rest: Pin<Box<dyn Future<Output = ()>>>,
}

/// The runs, and what was seen of their table.
struct Stage {
    world: Rc<RefCell<World>>,
    table: Arc<Stepped>,
    ledger: Ledger,
    runs: [Option<Run>; 3],
    /// When the newest round began whose last write is stored.
    answered: Option<usize>,
}

/// One run: it asks, and works under the lease as long as it is told to.
async fn run(ledger: Ledger, world: Rc<RefCell<World>>, owner: String) {
    let now = || at(world.borrow().minute);
    let asked = world.borrow().step;
    let taken = ledger.take("a", &owner, now(), LASTS).await.unwrap();
    {
        let mut world = world.borrow_mut();
        world.asked = world.asked.max(Some(asked));
        world.held += usize::from(taken == Taken::Held);
    }
    let Taken::Lease(mut lease) = taken else {
        return;
    };
    loop {
        let begun = world.borrow().step;
        if !ledger.renew(&mut lease, now(), LASTS).await.unwrap() {
            return;
        }
        let mut loaded = ledger.load("a", now()).await.unwrap();
        let round = Task {
            what: begun.to_string(),
            ..task("a")
        };
        match ledger
            .put(&lease, &mut loaded, &Write::PutTask(round), now())
            .await
            .unwrap()
        {
            Put::Done => {}
            Put::Lost => return,
            Put::Raced => panic!("nobody has changed an own event"),
        }
        match ledger.give_back(lease).await.unwrap() {
            GivenBack::Free => return,
            GivenBack::Again(again) => lease = again,
        }
        world.borrow_mut().again += 1;
    }
}

impl Stage {
    fn new() -> Self {
        let table = Arc::new(Stepped::default());
        Self {
            world: Rc::default(),
            ledger: Ledger {
                table: Table::Stepped(Arc::clone(&table)),
            },
            table,
            runs: [None, None, None],
            answered: None,
        }
    }

    fn meet(&mut self, who: usize, event: Event) -> Result<(), TestCaseError> {
        self.world.borrow_mut().step += 1;
        match event {
            Event::Proceed => self.proceed(who),
            Event::Crash => {
                self.runs[who] = None;
                Ok(())
            }
            Event::Wait => {
                self.world.borrow_mut().minute += 1;
                Ok(())
            }
        }
    }

    fn proceed(&mut self, who: usize) -> Result<(), TestCaseError> {
        let mut going = self.runs[who].take().unwrap_or_else(|| self.begin());
        let before = self.round();
        let mut context = Context::from_waker(Waker::noop());
        let is_over = going.rest.as_mut().poll(&mut context).is_ready();
        let round = self.round();
        if round != before {
            let holder = self.holder().unwrap_or_default();
            let is_ours = holder.starts_with(&format!("{}#", going.owner));
            prop_assert!(is_ours, "{} has written under {holder}", going.owner);
            self.answered = self.answered.max(round);
        }
        if !is_over {
            self.runs[who] = Some(going);
        }
        self.look()
    }

    fn begin(&self) -> Run {
        let mut world = self.world.borrow_mut();
        world.runs += 1;
        let owner = format!("run-{}", world.runs);
        let rest = run(self.ledger.clone(), Rc::clone(&self.world), owner.clone());
        Run {
            owner,
            rest: Box::pin(rest),
        }
    }

    /// Whenever nobody holds the lease, nobody waits.
    fn look(&self) -> Result<(), TestCaseError> {
        let asked = self.world.borrow().asked;
        prop_assert!(
            self.holder().is_some() || asked <= self.answered,
            "asked at {asked:?}, answered what was asked before {:?}",
            self.answered
        );
        Ok(())
    }

    /// Lets those that are under way come to their end.
    fn end(&mut self) -> Result<(), TestCaseError> {
        let mut steps = 0;
        while let Some(who) = self.runs.iter().position(Option::is_some) {
            self.meet(who, Event::Proceed)?;
            steps += 1;
            prop_assert!(steps < 10_000, "they never end");
        }
        Ok(())
    }

    fn holder(&self) -> Option<String> {
        let row = self.table.peek(&Key::new("asset#a", "lease"))?;
        Some(string(&row, "fence").unwrap().to_owned())
    }

    /// When the round began whose write is in the table.
    fn round(&self) -> Option<usize> {
        let row = self.table.peek(&Key::new("asset#a", "sync#task#t1"))?;
        let task: Task = serde_json::from_str(string(&row, "body").unwrap()).unwrap();
        Some(task.what.parse().unwrap())
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        24 => Just(Event::Proceed),
        1 => Just(Event::Crash),
        2 => Just(Event::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_question_is_lost_and_only_the_holder_writes(
        events in proptest::collection::vec((0_usize..3, event()), 0..200),
    ) {
        let mut stage = Stage::new();
        for (who, event) in &events {
            stage.meet(*who, *event)?;
        }
        stage.end()?;
        let has_crashed = events.iter().any(|(_, event)| matches!(event, Event::Crash));
        prop_assert!(has_crashed || stage.holder().is_none(), "nobody has given it back");

        // The next run of the schedule answers what a crash has left.
        stage.world.borrow_mut().minute += LASTS.num_minutes();
        stage.meet(0, Event::Proceed)?;
        stage.end()?;
        prop_assert_eq!(stage.holder(), None);
    }
}

/// The histories above must meet what they are about.
#[test]
fn a_question_between_two_accesses_of_the_holder_makes_it_go_on() {
    let mut met = (0, 0);
    for begun in 0..12 {
        let mut stage = Stage::new();
        for who in std::iter::repeat_n(0, begun).chain(std::iter::repeat_n(1, 3)) {
            stage.meet(who, Event::Proceed).unwrap();
        }
        stage.end().unwrap();
        assert_eq!(stage.holder(), None);
        let world = stage.world.borrow();
        met = (met.0 + world.held, met.1 + world.again);
    }
    assert!(met.0 >= 5 && met.0 == met.1, "held and gone on: {met:?}");
}
