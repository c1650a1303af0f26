//! The function's own process, killed with SIGKILL at each of its writes and at its one request to SES: before the call
//! arrives, and after it was carried out; with SES in every mood. Whatever happens, nobody gets two mails, nobody is
//! forgotten, and nothing is stuck.
//!
//! It needs the AWS emulator that `LANDFALL_TEST_ENDPOINT` names, and says so when there is none.

#[cfg(test)]
mod crash_points {
    mod world;

    use std::collections::BTreeMap;

    use campaign::Standing;
    use emulated::Emulated;
    use futures_util::StreamExt as _;
    use testkit::{Mishap, Stop};
    use world::{Case, End, Guest, World};

    /// So many at once: the calls wait for each other in the emulator.
    const AT_ONCE: usize = 3;

    /// What there is to see to, and how SES takes it.
    fn cases() -> Vec<Case> {
        let sends = [
            None,
            Some(Mishap::AcceptThenDrop),
            Some(Mishap::TooManyRequests),
            Some(Mishap::ServerError),
            Some(Mishap::Reset),
            Some(Mishap::Slow { milliseconds: 300 }),
            Some(Mishap::DuplicateFeedback { times: 3 }),
            Some(Mishap::FeedbackFirst),
        ];
        let guests = [Guest::Reachable, Guest::Bounces, Guest::Complains];
        let mut cases: Vec<Case> = sends
            .into_iter()
            .flat_map(|mishap| {
                guests.map(|guest| Case {
                    guest,
                    mishap: mishap.clone(),
                })
            })
            .collect();
        // These end before anything is sent.
        for guest in [
            Guest::Suppressed,
            Guest::TooLate,
            Guest::InQuietHours,
            Guest::Broken,
        ] {
            cases.push(Case { guest, mishap: None });
        }
        cases
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_sender_that_is_killed_at_any_write_sends_nothing_twice_and_loses_nothing() {
        let test = "a_sender_that_is_killed_at_any_write_sends_nothing_twice_and_loses_nothing";
        let Some(emulated) = Emulated::of(test).await else {
            return;
        };
        let world = &World::new(emulated).await;
        let mut points = Vec::new();
        for (number, case) in cases().into_iter().enumerate() {
            let dry = world.play(&format!("dry{number}"), &case, None).await;
            let calls = dry.calls;
            let writes = calls.iter().enumerate().filter(|(_, name)| is_a_step(name));
            for (at, name) in writes {
                points.push((case.clone(), Stop::Before(at)));
                // There is no moment after an answer that does not come.
                let has_answer = !matches!(case.mishap, Some(Mishap::AcceptThenDrop | Mishap::Reset));
                if has_answer || name == "TransactWriteItems" {
                    points.push((case.clone(), Stop::After(at)));
                }
            }
        }
        let total = points.len();
        let ends: Vec<(Case, Stop, End)> = futures_util::stream::iter(points.into_iter().enumerate())
            .map(|(number, (case, stop))| async move {
                let end = world.play(&format!("guest{number}"), &case, Some(stop)).await;
                (case, stop, end)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut killed_at: BTreeMap<String, usize> = BTreeMap::new();
        let mut standings: BTreeMap<Standing, usize> = BTreeMap::new();
        for (case, stop, end) in &ends {
            check(case, *stop, end);
            if !end.was_killed {
                continue;
            }
            *killed_at
                .entry(end.calls.last().cloned().unwrap_or_default())
                .or_default() += 1;
            *standings.entry(end.standing).or_default() += 1;
        }
        let kills: usize = killed_at.values().sum();
        println!("{kills} kills of {total} runs held; killed at {killed_at:?}; ended {standings:?}");
        assert!(kills * 10 >= total * 9, "{kills} of {total} were killed");
    }

    /// By itself the queue would bring it in ten minutes.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_mail_that_ses_refuses_for_the_moment_is_tried_again_after_seconds() {
        let test = "a_mail_that_ses_refuses_for_the_moment_is_tried_again_after_seconds";
        let Some(emulated) = Emulated::of(test).await else {
            return;
        };
        assert_eq!(World::new(emulated).await.refuse_once().await, Some(1));
    }

    fn is_a_step(call: &str) -> bool {
        call == "TransactWriteItems" || call.contains("outbound-emails")
    }

    /// What must hold of every end.
    fn check(case: &Case, stop: Stop, end: &End) {
        let told = format!("{case:?} {stop:?} {end:?}");
        assert!(end.accepted <= 1, "two mails: {told}");
        assert!(!end.standing.is_open(), "stuck: {told}");
        assert!(end.trail_is_whole, "a gap in the trail: {told}");
        let expected: &[Standing] = match (case.guest, end.accepted) {
            (Guest::Reachable, 1) => &[Standing::Delivered],
            (Guest::Bounces, 1) => &[Standing::Bounced],
            (Guest::Complains, 1) => &[Standing::Complained],
            // Nobody knows, and it is said so; nothing says that it was sent.
            (Guest::Reachable | Guest::Bounces | Guest::Complains, _) => &[Standing::Unknown],
            (Guest::Suppressed, _) => &[Standing::Suppressed],
            (Guest::TooLate, _) => &[Standing::Expired],
            (Guest::InQuietHours, _) => &[Standing::Delivered],
            (Guest::Broken, _) => &[Standing::Failed],
        };
        assert!(expected.contains(&end.standing), "{told}");
        if end.standing == Standing::Unknown {
            // An unknown without a reason to be one would be a message that was lost.
            let may_be =
                end.was_submitted || matches!(case.mishap, Some(Mishap::ServerError | Mishap::Reset));
            assert!(may_be, "unknown for no reason: {told}");
        }
    }
}
