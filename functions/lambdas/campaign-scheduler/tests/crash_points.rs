//! The function's own process, killed with SIGKILL at each of its calls: before the call arrives, and after it was carried
//! out. The clock asks again; then everybody who is due a message has it in the queue, planned once.
//!
//! It needs the AWS emulator that `LANDFALL_TEST_ENDPOINT` names, and says so when there is none.

#[cfg(test)]
mod crash_points {
    mod left_behind;
    mod world;

    use emulated::Emulated;
    use futures_util::StreamExt as _;
    use testkit::Stop;
    use world::{Due, PEOPLE, World};

    /// So many worlds at once: the calls wait for each other in the emulator.
    const WORLDS: usize = 3;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_scheduler_that_is_killed_at_any_call_plans_nothing_twice_and_forgets_nobody() {
        let test = "a_scheduler_that_is_killed_at_any_call_plans_nothing_twice_and_forgets_nobody";
        kill_everywhere(test, Due::Audience).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_guests_own_message_outlives_a_scheduler_that_is_killed_at_any_call() {
        let test = "a_guests_own_message_outlives_a_scheduler_that_is_killed_at_any_call";
        kill_everywhere(test, Due::Booking).await;
    }

    async fn kill_everywhere(test: &str, due: Due) {
        let Some(emulated) = &Emulated::of(test).await else {
            return;
        };
        let calls = count(emulated, due).await;
        assert!(calls.iter().any(|call| call == "SendMessage"), "{calls:?}");
        let points = (0..calls.len()).flat_map(|at| [Stop::Before(at), Stop::After(at)]);
        let points: Vec<(usize, Stop)> = points.enumerate().collect();
        let total = points.len();
        let held = futures_util::stream::iter(points)
            .map(|(number, stop)| async move {
                let world = World::new(emulated, &number.to_string(), due).await;
                check(&world, Some(stop)).await;
            })
            .buffer_unordered(WORLDS)
            .count()
            .await;
        println!(
            "{held} of {total} crash points hold, of {due:?}, in {} calls: {}",
            calls.len(),
            calls.join(", ")
        );
        assert_eq!(held, total);
    }

    /// The calls of a run that nobody kills. One that the emulator left unanswered was made again, and would count as one
    /// more that no other run has: they are those of which two runs in a row have the same number.
    async fn count(emulated: &Emulated, due: Due) -> Vec<String> {
        let mut before = Vec::new();
        for number in 0..10 {
            let world = World::new(emulated, &format!("count-{number}"), due).await;
            let calls = check(&world, None).await;
            if calls.len() == before.len() {
                return calls;
            }
            before = calls;
        }
        panic!("no two runs in a row have as many calls: {before:?}");
    }

    /// A run that is stopped there, and those after it; the first one's calls.
    async fn check(world: &World, stop: Option<Stop>) -> Vec<String> {
        let calls = world.tick(stop).await;
        let mut queued = world.queued().await;
        // Before the queue's patience with a message is over, the next run finishes what is plainly unfinished.
        world.tick(None).await;
        queued.extend(world.queued().await);
        world.let_patience_end(&queued).await;
        world.tick(None).await;
        queued.extend(world.queued().await);
        let told = format!("{stop:?} {:?} {queued:?}", calls.last());
        let planned = world.planned().await;
        assert_eq!(planned.len(), PEOPLE, "{told}");
        for delivery in &planned {
            assert!(queued.contains(&delivery.id.to_string()), "forgotten: {told}");
            let trail = world.deliveries.trail(&delivery.id).await.unwrap();
            assert_eq!(trail.len(), 1, "planned twice: {told}");
        }
        // Whoever waits in the queue is not put there again.
        world.tick(None).await;
        assert_eq!(world.queued().await, Vec::<String>::new(), "{told}");
        calls
    }
}
