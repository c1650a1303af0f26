//! The function's own process, killed at each of its calls to anything outside: before the call arrives, and after it was
//! carried out. What the next runs make of it must be what a run makes that nobody killed.
//!
//! It needs the AWS emulator that `LANDFALL_TEST_ENDPOINT` names, and says so when there is none.

#[cfg(test)]
mod crash_points {
    mod world;

    use chrono::{NaiveDate, Utc};
    use emulated::Emulated;
    use futures_util::StreamExt as _;
    use testkit::Stop;
    use world::{Stay, World};

    /// So many worlds at once: the calls wait for each other in the emulator.
    const WORLDS: usize = 3;
    /// So many runs may a stopped one need until there is nothing more to do.
    const ENOUGH_RUNS: usize = 3;

    /// Brings a world to the moment before the run under test: bookings that are known, one of which has been missed once.
    async fn prepared(number: usize, emulated: &Emulated, today: NaiveDate) -> World {
        let world = World::new(number, emulated, today).await;
        let known = [
            Stay::new("cruise", 10, 10),
            Stay::new("other", 20, 10),
            Stay::new("edited", 25, 10),
            Stay::new("gone", 30, 10),
        ];
        world.publish_a(&known);
        world.publish_b(&[]);
        world.run(None).await;
        world.publish_a(&known[..3]);
        world.run(None).await;
        // One moves, one is new, one is booked twice, and one is missed for the second time.
        world.publish_a(&[
            Stay::new("cruise", 11, 10),
            Stay::new("other", 20, 10),
            Stay::new("edited", 25, 10),
            Stay::new("new", 40, 10),
        ]);
        world.publish_b(&[Stay::new("rival", 20, 11)]);
        world.edit_google();
        world.end_channel().await;
        world
    }

    /// What is there after a run that is stopped there, and those after it.
    async fn after(
        number: usize,
        (emulated, today): (&Emulated, NaiveDate),
        stop: Option<Stop>,
    ) -> (Vec<String>, Vec<String>) {
        let world = prepared(number, emulated, today).await;
        let calls = world.run(stop).await;
        world.end_lease().await;
        for _ in 0..ENOUGH_RUNS {
            if world.settle().await == 0 {
                return (calls, world.told().await);
            }
        }
        panic!("{stop:?} ({:?}): it never comes to rest", calls.last());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_run_that_is_killed_at_any_call_is_finished_by_the_next() {
        let test = "a_run_that_is_killed_at_any_call_is_finished_by_the_next";
        let Some(emulated) = &Emulated::of(test).await else {
            return;
        };
        let on = (emulated, Utc::now().date_naive());
        let (calls, expected) = after(0, on, None).await;
        assert!(expected.len() > 10, "{expected:#?}");
        let points = (0..calls.len()).flat_map(|call| [Stop::Before(call), Stop::After(call)]);
        let points: Vec<(usize, Stop)> = points.enumerate().collect();
        let total = points.len();
        let held = futures_util::stream::iter(points)
            .map(|(number, stop)| async move {
                let (calls, told) = after(number + 1, on, Some(stop)).await;
                (stop, calls.last().cloned(), told)
            })
            .buffer_unordered(WORLDS)
            .fold(0, |held, (stop, call, told)| {
                assert_eq!(told, expected, "{stop:?} {call:?}");
                std::future::ready(held + 1)
            })
            .await;
        println!("{held} of {total} crash points hold, in {} calls:", calls.len());
        println!("{}", calls.join(", "));
        assert_eq!(held, total);
    }
}
