//! The function's own process, killed with SIGKILL at each of its calls to AWS: before the call arrives, and after it was
//! carried out. Whatever happens, the queue brings the batch again, or the operator asks again, and each message is decided
//! about once, and each answer is made once and lies in the senders' queue.
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
    async fn messages_that_were_being_decided_about_are_decided_about_once() {
        let test = "messages_that_were_being_decided_about_are_decided_about_once";
        check(test, Task::Guests).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_answer_that_was_being_seen_to_have_arrived_has_arrived() {
        let test = "an_answer_that_was_being_seen_to_have_arrived_has_arrived";
        check(test, Task::Echo).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn words_that_the_operator_was_sending_are_sent_once() {
        let test = "words_that_the_operator_was_sending_are_sent_once";
        check(test, Task::Operator).await;
    }

    async fn check(test: &str, task: Task) {
        let Some(emulated) = &Emulated::of(test).await else {
            return;
        };
        let name = format!("{task:?}-dry").to_lowercase();
        let dry = World::of(emulated, task, &name);
        let dry = dry.await.play(None).await;
        assert!(!dry.was_killed && dry.calls.len() > 5, "{:?}", dry.calls);
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
