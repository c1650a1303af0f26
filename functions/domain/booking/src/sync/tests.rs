use std::collections::BTreeMap;

use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::{Booking, Kind, Reason, Status};

mod absences;
mod alarms;
mod identities;
mod made;
mod operator;
mod requests;
mod winners;

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_900_000_800 + hour * 3600, 0).unwrap()
}

fn config() -> Config {
    let asset = AssetConfig {
        name: "Pontoon".to_owned(),
        zone: chrono_tz::America::New_York,
        turnover: TimeDelta::minutes(60),
        crew: Some("dock-crew".to_owned()),
        is_on_google: true,
    };
    let listing = |platform: &str| ListingConfig {
        platform: platform.to_owned(),
        asset: "pontoon".to_owned(),
    };
    Config {
        tenant: "tenant".to_owned(),
        assets: [("pontoon".to_owned(), asset)].into(),
        listings: ["alpha", "beta"]
            .map(|id| (format!("{id}-pontoon"), listing(id)))
            .into(),
        policy: Policy::FirstConfirmed,
        min_absence: TimeDelta::minutes(30),
        breaker: Breaker::default(),
        stale_after: TimeDelta::hours(6),
    }
}

fn booking(listing: &str, uid: &str, start: i64, end: i64) -> Booking {
    Booking {
        id: format!("{listing}-{uid}"),
        platform: listing.trim_end_matches("-pontoon").to_owned(),
        listing: listing.to_owned(),
        asset: "pontoon".to_owned(),
        kind: Kind::Reservation,
        reason: Reason::ReservationCode,
        status: Status::Confirmed,
        period: Period::new(at(start), at(end)),
        made_at: None,
        is_all_day: false,
        is_opaque: true,
        summary: Some("Reserved - canary".to_owned()),
        reservation_code: Some(format!("CANARY-{uid}")),
        uid: uid.to_owned(),
    }
}

/// A world of two feeds and a Google calendar that nobody else touches.
struct Desk {
    /// Hours since the first run.
    now: i64,
    /// And minutes.
    minute: i64,
    config: Config,
    state: State,
    google: BTreeMap<String, GoogleEvent>,
    values: BTreeMap<String, u64>,
}

impl Desk {
    fn new() -> Self {
        Self {
            now: 0,
            minute: 0,
            config: config(),
            state: State::default(),
            google: BTreeMap::new(),
            values: BTreeMap::new(),
        }
    }

    fn body(&self, bookings: Vec<Booking>) -> FeedReading {
        FeedReading::Complete {
            body_hash: format!("{bookings:?}"),
            basis: String::new(),
            bookings,
            window: Period::new(at(self.now - 24), at(self.now + 8000)),
            etag: Some("tag".to_owned()),
            last_modified: None,
        }
    }

    fn plan_feeds(&self, feeds: impl IntoIterator<Item = (&'static str, FeedReading)>) -> SyncPlan {
        plan(&Facts {
            now: at(self.now) + TimeDelta::minutes(self.minute),
            config: self.config.clone(),
            state: self.state.clone(),
            feeds: feeds
                .into_iter()
                .map(|(listing, reading)| (listing.to_owned(), reading))
                .collect(),
            google: [(
                "pontoon".to_owned(),
                GoogleReading::Listed(self.google.values().cloned().collect()),
            )]
            .into(),
            values: self.values.clone(),
        })
    }

    fn plan(&self, alpha: Vec<Booking>, beta: Vec<Booking>) -> SyncPlan {
        self.plan_feeds(
            [("alpha-pontoon", alpha), ("beta-pontoon", beta)].map(|(id, all)| (id, self.body(all))),
        )
    }

    fn run(&mut self, alpha: Vec<Booking>, beta: Vec<Booking>) -> SyncPlan {
        let plan = self.plan(alpha, beta);
        self.carry_out(&plan);
        plan
    }

    fn carry_out(&mut self, plan: &SyncPlan) {
        for Planned { write, .. } in &plan.writes {
            self.state.after(write);
            match write {
                Write::Google(GoogleWrite::Insert { id, face, .. } | GoogleWrite::Patch { id, face, .. }) => {
                    let event = GoogleEvent {
                        id: id.clone(),
                        etag: "1".to_owned(),
                        face: face.clone(),
                        is_opaque: true,
                        is_deleted: false,
                        tag: None,
                        ical_uid: String::new(),
                    };
                    self.google.insert(id.clone(), event);
                }
                Write::Google(GoogleWrite::Delete { id, .. }) => {
                    self.google.get_mut(id).unwrap().is_deleted = true;
                }
                _ => {}
            }
        }
    }

    /// The only event in Google.
    fn event(&mut self) -> &mut GoogleEvent {
        assert_eq!(self.google.len(), 1);
        self.google.values_mut().next().unwrap()
    }

    /// The only decision in the log.
    fn decision(&self) -> &Decision {
        assert_eq!(self.state.decisions.len(), 1);
        self.state.decisions.values().next().unwrap()
    }

    /// The ids of the lines that are there, by the ids of their events in their feeds.
    fn lines(&self) -> BTreeMap<&str, &str> {
        let live = self.state.links.values().filter(|link| link.is_live());
        live.map(|link| (link.key.as_str(), link.id.as_str())).collect()
    }
}

#[test]
fn a_new_booking_appears_everywhere_but_where_it_was_made() {
    let mut desk = Desk::new();
    insta::assert_snapshot!(desk.run(vec![booking("alpha-pontoon", "a", 100, 104)], vec![]));
    let again = desk.plan(vec![booking("alpha-pontoon", "a", 100, 104)], vec![]);
    insta::assert_snapshot!(again, @"Sync: everything is in step");
}

#[test]
fn a_double_booking_has_one_winner_and_a_task_for_the_other() {
    let mut desk = Desk::new();
    let alpha = vec![booking("alpha-pontoon", "a", 100, 104)];
    desk.run(alpha.clone(), vec![]);
    desk.now = 1;
    insta::assert_snapshot!(desk.run(alpha.clone(), vec![booking("beta-pontoon", "b", 103, 106)]));
    insta::assert_snapshot!(desk.state.tasks.values().next().unwrap().draft.clone().unwrap());
    let decision = desk.state.decisions.keys().next().unwrap().clone();
    for write in undo(&desk.state, &decision).unwrap() {
        desk.state.after(&write);
    }
    let undone = desk.run(alpha.clone(), vec![booking("beta-pontoon", "b", 103, 106)]);
    insta::assert_snapshot!(undone);
    assert!(
        desk.plan(alpha, vec![booking("beta-pontoon", "b", 103, 106)])
            .is_in_step()
    );
}

#[test]
fn a_moved_booking_moves_and_a_cancelled_one_frees_its_time() {
    let mut desk = Desk::new();
    let other = booking("alpha-pontoon", "z", 200, 204);
    desk.run(
        vec![booking("alpha-pontoon", "a", 100, 104), other.clone()],
        vec![],
    );
    insta::assert_snapshot!(desk.run(
        vec![booking("alpha-pontoon", "a", 110, 114), other.clone()],
        vec![]
    ));
    for _ in 0..2 {
        desk.run(vec![other.clone()], vec![]);
    }
    assert_eq!(
        desk.state.entries.len(),
        2,
        "two misses within a moment are no cancellation"
    );
    desk.now = 1;
    insta::assert_snapshot!(desk.run(vec![other], vec![]));
}

#[test]
fn an_empty_feed_is_quarantined_until_it_is_accepted() {
    let mut desk = Desk::new();
    desk.run(vec![booking("alpha-pontoon", "a", 100, 104)], vec![]);
    for _ in 0..3 {
        desk.now += 1;
        let plan = desk.run(vec![], vec![]);
        assert_eq!(
            plan.to_string(),
            "Sync: everything is in step\n! quarantined alpha-pontoon: the feed shows nothing to come, and 1 to come are \
             known; `sync accept alpha-pontoon` if that is right\n"
        );
    }
    let write = accept(&desk.state, "alpha-pontoon").unwrap();
    desk.state.after(&write);
    let plan = desk.run(vec![], vec![]);
    assert!(plan.quarantines.is_empty());
    assert!(desk.state.entries.is_empty());
}

#[test]
fn state_and_plan_are_json_and_the_plan_names_no_guest() {
    let mut desk = Desk::new();
    let alpha = vec![booking("alpha-pontoon", "a", 100, 104)];
    let plan = desk.run(alpha, vec![booking("beta-pontoon", "b", 103, 106)]);
    let read: State = serde_json::from_str(&serde_json::to_string(&desk.state).unwrap()).unwrap();
    assert_eq!(read, desk.state);
    let told = format!("{plan} {plan:?} {}", serde_json::to_string(&plan).unwrap());
    assert!(!told.to_lowercase().contains("canary"), "{told}");
}

#[test]
fn the_merge_is_the_design_s_table() {
    let face = |hour| Face {
        title: None,
        period: Period::new(at(hour), at(hour + 1)),
        is_tentative: false,
    };
    let (a, b) = (face(1), face(2));
    let changed = |face: &Face| Seen::Changed(face.clone());
    let table = [
        (Seen::Same, Seen::Same, Merged::Keep),
        (changed(&a), Seen::Same, Merged::Take(a.clone())),
        (Seen::Same, changed(&b), Merged::Take(b.clone())),
        (changed(&a), changed(&a), Merged::Take(a.clone())),
        (
            changed(&a),
            changed(&b),
            Merged::Conflict {
                kept: a.clone(),
                lost: b.clone(),
            },
        ),
        (Seen::Gone, Seen::Same, Merged::Delete),
        (Seen::Gone, Seen::Gone, Merged::Delete),
        (Seen::Same, Seen::Gone, Merged::DeletedCopy),
        (changed(&a), Seen::Gone, Merged::RecreateCopy(a.clone())),
        (Seen::Gone, changed(&b), Merged::RecreateOrigin(b.clone())),
    ];
    for (origin, copy, merged) in table {
        assert_eq!(merge(origin, copy), merged);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// `LANDFALL_HISTORY=SEED` lives that history first.
    #[test]
    fn every_history_keeps_the_invariants(seed in any::<u64>()) {
        let asked = std::env::var("LANDFALL_HISTORY").ok().and_then(|seed| seed.parse().ok());
        if let Some(asked) = asked {
            prop_assert_eq!(histories::live(asked).map(|_| ()), Ok(()));
        }
        prop_assert_eq!(histories::live(seed).map(|_| ()), Ok(()));
    }
}
