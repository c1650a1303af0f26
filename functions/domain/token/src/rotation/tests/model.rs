//! Several operators at once, each of whom may crash anywhere, be slow, or do a step twice.

use proptest::prelude::*;

use super::super::*;
use super::world::{Read, World};

/// What an operator asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Rotate,
    RevokeAll,
    RevokePrevious,
    Repair,
    Rollback,
}

/// What happens next to one of the operators.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// Does the next thing: reads the table, reads the labels and decides, or carries out.
    Proceed,
    /// Does again what was carried out last, as a client does that got no answer.
    Repeat,
    /// Is gone; another one begins with the same wish.
    Crash,
    /// Time passes for everybody.
    Wait,
}

/// An operator with what he knows, which may be out of date.
#[derive(Debug)]
struct Operator {
    ask: Ask,
    goal: Option<Goal>,
    read: Option<Read>,
    decided: Option<(Step, u64)>,
    last: Option<(Step, u64)>,
    proven: Option<String>,
    is_done: bool,
}

impl Operator {
    fn asking(ask: Ask) -> Self {
        Self {
            ask,
            goal: None,
            read: None,
            decided: None,
            last: None,
            proven: None,
            is_done: false,
        }
    }

    fn meet(&mut self, event: Event, world: &mut World) {
        match event {
            Event::Proceed => self.proceed(world),
            Event::Repeat => {
                if let Some((step, etag)) = &self.last {
                    world.carry_out(step, *etag);
                }
            }
            Event::Crash => *self = Self::asking(self.ask),
            Event::Wait => world.now += TimeDelta::minutes(20),
        }
    }

    fn proceed(&mut self, world: &mut World) {
        if self.is_done {
            return;
        }
        if let Some((step, etag)) = self.decided.take() {
            if let Step::Test { kid } = &step {
                self.proven = Some(kid.clone());
            }
            world.carry_out(&step, etag);
            self.last = Some((step, etag));
            return;
        }
        let Some((table, etag)) = self.read.take() else {
            self.read = Some(world.read_table());
            return;
        };
        let facts = world.read_labels(table, self.proven.clone());
        let goal = self.goal.get_or_insert_with(|| self.ask.goal(&facts));
        match decide(&facts, goal, world.now) {
            Decision::Do(step) => self.decided = Some((step, etag)),
            Decision::Done | Decision::Refused(_) => self.is_done = true,
        }
    }
}

impl Ask {
    fn goal(self, facts: &Facts) -> Goal {
        match self {
            Self::Rotate => Goal::rotate(facts, OVERLAP),
            Self::RevokeAll => Goal::revoke_all(facts),
            Self::RevokePrevious => {
                let kid = facts.previous.as_ref().and_then(Version::kid).unwrap_or_default();
                Goal::revoke(facts, &kid)
            }
            Self::Repair => Goal::Repair,
            Self::Rollback => Goal::roll_back(facts),
        }
    }
}

/// What must hold after every event.
struct Witness {
    revoked: BTreeSet<String>,
}

impl Witness {
    fn look(&mut self, world: &World, current_is_live: bool) -> Result<(), TestCaseError> {
        if current_is_live {
            let current = world.current_token().map(Token::kid).unwrap_or_default();
            prop_assert!(
                world.table.has_live(&current, world.now),
                "the current token is refused"
            );
        }
        for kid in &self.revoked {
            prop_assert!(
                !world.table.has_live(kid, world.now),
                "a revoked token is live again"
            );
        }
        let revoked = world
            .table
            .verifiers
            .iter()
            .filter(|verifier| verifier.is_revoked());
        self.revoked.extend(revoked.map(|verifier| verifier.kid.clone()));
        // Each of the operators may be past the check when another one makes a token.
        let bound = MAX_LIVE + MAX_ENDED + 8;
        prop_assert!(
            world.table.verifiers.len() <= bound,
            "{} rows",
            world.table.verifiers.len()
        );
        Ok(())
    }
}

/// Some operators, what happens to them, and how many days nobody does anything afterwards.
type Round = (Vec<Ask>, Vec<(usize, Event)>, i64);

fn rounds(asks: &'static [Ask]) -> impl Strategy<Value = Vec<Round>> {
    let event = prop_oneof![
        20 => Just(Event::Proceed),
        2 => Just(Event::Repeat),
        1 => Just(Event::Crash),
        1 => Just(Event::Wait),
    ];
    let asks = prop::collection::vec(prop::sample::select(asks), 1..4);
    let events = prop::collection::vec((0..3_usize, event), 0..120);
    prop::collection::vec((asks, events, 0..40_i64), 1..6)
}

/// Plays the rounds. After each, one repair alone must mend whatever was left, and one rotation must then succeed.
fn check(rounds: Vec<Round>, current_is_live: bool) -> Result<(), TestCaseError> {
    let mut world = World::with_token();
    let mut witness = Witness {
        revoked: BTreeSet::new(),
    };
    for (asks, events, days) in rounds {
        let mut operators: Vec<Operator> = asks.into_iter().map(Operator::asking).collect();
        for (at, event) in events {
            let at = at % operators.len();
            operators[at].meet(event, &mut world);
            witness.look(&world, current_is_live)?;
        }
        let (_, mended) = world.run(|_| Goal::Repair);
        if current_is_live {
            prop_assert_eq!(&mended, &Decision::Done);
        } else if mended != Decision::Done {
            prop_assert_eq!(&mended, &Decision::Refused(Refusal::CurrentHasEnded));
            prop_assert_eq!(world.run(|facts| Goal::rotate(facts, OVERLAP)).1, Decision::Done);
        }
        witness.look(&world, true)?;
        prop_assert_eq!(world.facts().pending, None);
        prop_assert_eq!(world.endless(), Vec::from_iter(world.current()));
        world.now += TimeDelta::days(days);
        witness.look(&world, true)?;
        let before = world.current();
        match world.run(|facts| Goal::rotate(facts, OVERLAP)).1 {
            Decision::Done => prop_assert_ne!(world.current(), before),
            end => prop_assert_eq!(end, Decision::Refused(Refusal::TooManyLive)),
        }
        witness.look(&world, true)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rotations_revocations_and_repairs_at_once_never_lose_the_current_token(
        rounds in rounds(&[Ask::Rotate, Ask::RevokeAll, Ask::Repair])
    ) {
        check(rounds, true)?;
    }

    #[test]
    fn rotations_rollbacks_and_repairs_at_once_never_lose_the_current_token(
        rounds in rounds(&[Ask::Rotate, Ask::Rollback, Ask::Repair])
    ) {
        check(rounds, true)?;
    }

    /// Whoever goes back to a token while another one revokes it may find it refused: no condition spans the label
    /// and the table. What is revoked stays so, and a rotation mends the rest.
    #[test]
    fn whatever_is_asked_at_once_the_revoked_stay_revoked_and_a_rotation_mends_the_rest(
        rounds in rounds(&[Ask::Rotate, Ask::RevokeAll, Ask::RevokePrevious, Ask::Repair, Ask::Rollback])
    ) {
        check(rounds, false)?;
    }
}
