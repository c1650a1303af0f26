//! The function's own process, killed with SIGKILL at each of its calls to AWS and to a platform: before the call arrives, and
//! after it was carried out. Whatever happens, the next polls and batches finish it: each message is stored once, published
//! once and confirmed.
//!
//! It needs the AWS emulator that `LANDFALL_TEST_ENDPOINT` names, and says so when there is none.

#[cfg(test)]
mod crash_points {
    mod world;

    use std::collections::BTreeMap;

    use emulated::Emulated;
    use futures_util::StreamExt as _;
    use testkit::Stop;
    use world::{Task, World};

    /// So many at once: the calls wait for each other in the emulator.
    const AT_ONCE: usize = 3;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_poll_that_is_killed_at_any_call_is_finished_by_the_next() {
        let test = "a_poll_that_is_killed_at_any_call_is_finished_by_the_next";
        check(test, Task::Poll).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_batch_of_mails_that_is_killed_at_any_call_is_finished_by_the_next() {
        let test = "a_batch_of_mails_that_is_killed_at_any_call_is_finished_by_the_next";
        check(test, Task::Mails).await;
    }

    async fn check(test: &str, task: Task) {
        let Some(emulated) = &Emulated::of(test).await else {
            return;
        };
        let name = format!("{task:?}-dry").to_lowercase();
        let dry = World::of(emulated, task, &name);
        let dry = dry.await.play(None).await;
        assert!(!dry.was_killed && dry.calls.len() > 20, "{:?}", dry.calls);
        let stops = (0..dry.calls.len()).flat_map(|at| [Stop::Before(at), Stop::After(at)]);
        let stops: Vec<Stop> = stops.collect();
        let total = stops.len();
        let ends: Vec<_> = futures_util::stream::iter(stops.into_iter().enumerate())
            .map(|(number, stop)| async move {
                let name = format!("{task:?}-{number}").to_lowercase();
                let world = World::of(emulated, task, &name).await;
                (stop, world.play(Some(stop)).await)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut killed_at: BTreeMap<String, usize> = BTreeMap::new();
        for (stop, end) in &ends {
            assert!(end.was_killed, "{stop:?}: {:?}", end.calls);
            assert_eq!(end.left, dry.left, "{stop:?}: {:?}", end.calls);
            let at = end.calls.last().cloned().unwrap_or_default();
            let name = at.split('/').next().unwrap_or_default().to_owned();
            *killed_at.entry(name).or_default() += 1;
        }
        println!(
            "{task:?}: {total} of {total} kills held; killed at {killed_at:?}; each time: {:?}",
            dry.left
        );
    }
}
