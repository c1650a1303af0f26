//! What is read by its time is what there is, whatever was written and moved.

use booking::sync::Slot;
use proptest::prelude::*;

use super::fixture::{decision, link, slot};
use super::*;

/// In minutes: some are of hours, some of weeks.
fn spans() -> impl Strategy<Value = (i64, i64)> {
    let lengths = prop_oneof![0_i64..600, 9_000_i64..11_000, 20_000_i64..60_000];
    (-50_000_i64..100_000, lengths).prop_map(|(start, length)| (start, start + length))
}

#[derive(Debug, Clone)]
enum Step {
    Line(u8, (i64, i64)),
    Slot(u8, (i64, i64)),
    NoSlot(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_u8..6, spans()).prop_map(|(id, span)| Step::Line(id, span)),
        2 => (0_u8..6, spans()).prop_map(|(id, span)| Step::Slot(id, span)),
        1 => (0_u8..6).prop_map(Step::NoSlot),
    ];
    prop::collection::vec(step, 1..30)
}

fn slot_of(id: u8, (from, to): (i64, i64)) -> Slot {
    Slot {
        link: format!("k{id}"),
        period: period(from, to),
        ..slot("a")
    }
}

async fn do_all(ledger: &Ledger, steps: &[Step]) -> State {
    let lease = take(ledger, "a", "one", 0).await.unwrap();
    let mut loaded = ledger.load("a", at(0)).await.unwrap();
    for step in steps {
        let write = match step {
            Step::Line(id, (from, to)) => {
                let mut link = link(&format!("k{id}"), "a");
                link.content.face.period = period(*from, *to);
                Write::PutLink(Box::new(link))
            }
            Step::Slot(id, span) => Write::PutSlot(slot_of(*id, *span)),
            // Whoever drops it may have another one in mind than is stored.
            Step::NoSlot(id) => Write::DropSlot(slot_of(*id, (0, 1))),
        };
        assert_eq!(
            ledger.put(&lease, &mut loaded, &write, at(0)).await,
            Ok(Put::Done)
        );
    }
    loaded.state
}

proptest! {
    #[test]
    fn a_window_shows_what_lies_in_it_and_nothing_that_was_moved_away(steps in steps(), window in spans()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let ledger = Ledger::in_memory();
            let state = do_all(&ledger, &steps).await;
            let window = period(window.0, window.1);
            let (mut lines, mut slots) = ledger.during("a", window, at(0)).await.unwrap();
            lines.sort_by(|a, b| a.id.cmp(&b.id));
            slots.sort_by(|a, b| a.link.cmp(&b.link));
            let expected: Vec<Link> = state.links.values()
                .filter(|link| link.content.period().shows_in(&window)).cloned().collect();
            prop_assert_eq!(lines, expected);
            let expected: Vec<Slot> = state.slots.values()
                .filter(|slot| slot.period.shows_in(&window)).cloned().collect();
            prop_assert_eq!(slots, expected);
            Ok(())
        })?;
    }
}

pub(super) async fn a_window_is_read_with_what_decisions_are_about(ledger: &Ledger) {
    let lease = take(ledger, "shown", "one", 0).await.unwrap();
    let mut loaded = ledger.load("shown", at(0)).await.unwrap();
    let far = |id: &str, from: i64| {
        let mut link = link(id, "shown");
        link.content.face.period = period(from, from + 60);
        Write::PutLink(Box::new(link))
    };
    let writes = [
        far("k1", 900_000),
        far("k2", 900_000),
        far("k3", 900_000),
        far("k4", 100),
        Write::PutDecision(Box::new(decision("shown"))),
        Write::PutTask(fixture::task("shown")),
    ];
    for write in writes {
        assert_eq!(
            ledger.put(&lease, &mut loaded, &write, at(0)).await,
            Ok(Put::Done)
        );
    }
    let shown = ledger.shown("shown", period(0, 1_000), at(0)).await.unwrap();
    let ids: Vec<&str> = shown.links.keys().map(String::as_str).collect();
    assert_eq!(ids, ["k1", "k2", "k4"]);
    assert_eq!((shown.tasks.len(), shown.decisions.len()), (1, 1));
    let later = at(0) + TimeDelta::days(500);
    let window = Period {
        start: at(0),
        end: later + TimeDelta::days(200),
    };
    let (lines, _) = ledger.during("shown", window, later).await.unwrap();
    assert_eq!(lines.len(), 3, "one is forgotten");
}
