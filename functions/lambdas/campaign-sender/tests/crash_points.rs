//! The function's own process, killed with SIGKILL at each of its writes and at its one request to SES: before the call
//! arrives, and after it was carried out; with SES in every mood. Whatever happens, nobody gets two mails, nobody is
//! forgotten, and nothing is stuck.
//!
//! It needs the AWS emulator that `LANDFALL_TEST_ENDPOINT` names, and says so when there is none.

#[cfg(test)]
mod crash_points {
    mod batch;
    mod case;
    mod play;
    mod points;
    mod world;

    use std::collections::VecDeque;
    use std::sync::Mutex;
    use std::time::Instant;

    use case::{Case, cases};
    use emulated::Emulated;
    use futures_util::future::join_all;
    use points::{Point, What, draw, everything, lines, points_of, steps};
    use testkit::{Dice, Kills, Stop};
    use world::World;

    /// So many kills has each step of a delivery.
    const SEEDS: usize = 20;
    /// So many worlds at once: most of the time each of them waits.
    const WORLDS: usize = 4;
    /// A run may have other calls than the one by which its point was chosen; then another one is drawn.
    const ROUNDS: u64 = 5;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_sender_that_is_killed_at_any_write_sends_nothing_twice_and_loses_nothing() {
        let test = "a_sender_that_is_killed_at_any_write_sends_nothing_twice_and_loses_nothing";
        let Some(emulated) = Emulated::of(test).await else {
            return;
        };
        let began = Instant::now();
        let worlds = &worlds(&emulated).await;
        let points: Vec<Point> = everywhere(worlds, cases()).await.concat();
        let kills = Mutex::new(Kills::of(everything()));
        let mut runs = 0;
        for round in 0..ROUNDS {
            let has = |what: &What| kills.lock().unwrap().at(what);
            let drawn = draw(&points, has, SEEDS, round * 10_000);
            runs += drawn.len();
            kill(worlds, drawn, &kills).await;
        }
        let kills = kills.into_inner().unwrap();
        print!("{kills}");
        let (steps, seconds) = (kills.things().count(), began.elapsed().as_secs());
        println!(
            "{runs} runs of a sender hold, killed at {steps} steps, at each at least {} times, in {seconds} s",
            kills.least()
        );
        assert!(kills.least() >= SEEDS, "{kills}");
        assert_eq!(steps, everything().count(), "{kills}");
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

    async fn worlds(emulated: &Emulated) -> Vec<World> {
        let each = (0..WORLDS).map(|number| World::new(emulated.another(&number.to_string())));
        join_all(each).await
    }

    /// Where a sender can be killed in each of the cases.
    async fn everywhere(worlds: &[World], cases: Vec<Case>) -> Vec<Vec<Point>> {
        // Those that take long first, each in another world.
        let waiting: Mutex<VecDeque<(usize, Case)>> =
            Mutex::new(cases.into_iter().enumerate().rev().collect());
        let found = Mutex::new(Vec::new());
        join_all(worlds.iter().map(|world| async {
            loop {
                let Some((number, case)) = waiting.lock().unwrap().pop_front() else {
                    return;
                };
                let dice = Dice::new(number as u64);
                let end = world.play(&format!("dry{number}"), &case, None, &dice).await;
                end.check(&case, None);
                let points = points_of(&case, &end.calls, &end.trail_left);
                found.lock().unwrap().push(points);
            }
        }))
        .await;
        found.into_inner().unwrap()
    }

    /// Kills a sender at each of the points, and counts at what it was really killed.
    async fn kill(worlds: &[World], drawn: Vec<(u64, Point)>, kills: &Mutex<Kills<What>>) {
        let waiting = Mutex::new(VecDeque::from(drawn));
        join_all(worlds.iter().map(|world| async {
            loop {
                let Some((seed, point)) = waiting.lock().unwrap().pop_front() else {
                    return;
                };
                let Point { case, stop, whats } = point;
                let end = world
                    .play(&format!("seed{seed}"), &case, Some(stop), &Dice::new(seed))
                    .await;
                end.check(&case, Some(stop));
                if end.was_killed && was_there(&end, stop, &whats) {
                    let mut kills = kills.lock().unwrap();
                    for what in whats {
                        kills.add(what, stop);
                    }
                }
            }
        }))
        .await;
    }

    /// Whether the process was doing what it was to be killed at, and left the trail as it must then be.
    fn was_there(end: &play::End, stop: Stop, whats: &[What]) -> bool {
        let (Stop::Before(at) | Stop::After(at)) = stop;
        if whats == [What::HandOver] {
            return end.calls.names()[at].contains(points::SENDING);
        }
        let written = lines(&end.calls, at);
        let is_after = matches!(stop, Stop::After(_));
        for line in &written {
            // What was not written by the time of the kill is not there; it may be refused, and then it never is.
            assert!(is_after || !end.trail_left.contains(line), "{stop:?} {line:?}");
        }
        steps(&written) == whats && (!is_after || written.iter().all(|line| end.trail_left.contains(line)))
    }
}
