//! A year of bookings: twenty thousand changes, written through the ledger as a synchronisation does.

use booking::log::LogLine;
use booking::report::Inquiry;
use booking::sync::{Content, Face, Link, Side, Tombstone, Write};
use booking::{Kind, Origin};
use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};
use store::{Lease, Loaded, Put, Taken};

use super::super::fixture::{Fixture, now};

/// So many lines has the log at least.
pub(super) const LINES: usize = 20_000;
/// So many conversations have guests begun.
const THREADS: usize = 2_000;

/// What was said of a thread, each time that it was.
pub(super) type Asked = Vec<(String, Inquiry)>;

/// Random numbers that a seed brings back: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn minutes(&mut self, bound: u64) -> TimeDelta {
        TimeDelta::minutes(i64::try_from(self.below(bound)).unwrap())
    }
}

/// One asset's ledger, while it is filled.
struct Book {
    lease: Lease,
    loaded: Loaded,
}

/// The assets of the fixture's manifest, with their site and its zone.
pub(super) const ASSETS: [(&str, &str, &str); 3] = [
    ("pontoon", "harbor", "America/New_York"),
    ("sloop", "harbor", "America/New_York"),
    ("hall", "lakehouse", "America/Chicago"),
];

pub(super) fn origin(platform: &str, asset: &str) -> Origin {
    match platform {
        "own" => Origin::Own,
        "google" => Origin::Google,
        platform => Origin::Platform {
            platform: platform.to_owned(),
            listing: format!("{platform}-{asset}"),
        },
    }
}

pub(in super::super) fn link(
    id: &str,
    asset: &str,
    platform: &str,
    first_seen: DateTime<Utc>,
    period: Period,
) -> Link {
    let content = Content {
        face: Face {
            title: Some("canary".to_owned()),
            period,
            is_tentative: false,
        },
        kind: Kind::Reservation,
        is_opaque: true,
        code: None,
        value: None,
    };
    Link {
        id: id.to_owned(),
        asset: asset.to_owned(),
        origin: origin(platform, asset),
        key: String::new(),
        uid: String::new(),
        told: content.hash(),
        told_face: content.face.clone(),
        content,
        first_seen,
        confirmed_at: None,
        missing: None,
        tombstone: None,
        generation: 0,
        calendar: Side::default(),
        google: Side::default(),
        is_dismissed: false,
        accepted: None,
        logged: 0,
    }
}

/// One change of a booking, now and then two at once.
fn change(link: &mut Link, random: &mut Random) {
    match random.below(8) {
        0 | 1 => link.content.kind = Kind::Reservation,
        2 => link.content.kind = Kind::Hold,
        3 => {
            let start = link.content.face.period.start + random.minutes(10_000);
            link.content.face.period =
                Period::new(start, start + TimeDelta::minutes(15) + random.minutes(3_000));
        }
        4 => link.content.value = Some(random.below(100_000)),
        5 => link.tombstone = Some(Tombstone { at: now() }),
        6 => {
            link.tombstone = None;
            link.accepted = (random.below(2) == 0).then(now);
        }
        _ => {
            link.content.kind = Kind::Reservation;
            link.content.value = Some(random.below(100_000));
        }
    }
}

impl Book {
    async fn open(fixture: &Fixture, asset: &str) -> Self {
        let ledger = &fixture.broker.ledger;
        let taken = ledger
            .take(asset, "year", now(), TimeDelta::hours(1))
            .await
            .unwrap();
        let Taken::Lease(lease) = taken else {
            panic!("held")
        };
        let loaded = ledger.load(asset, now()).await.unwrap();
        Self { lease, loaded }
    }

    async fn put(&mut self, fixture: &Fixture, link: &Link) {
        let write = Write::PutLink(Box::new(link.clone()));
        let put = fixture
            .broker
            .ledger
            .put(&self.lease, &mut self.loaded, &write, now())
            .await;
        assert_eq!(put, Ok(Put::Done));
    }

    async fn close(self, fixture: &Fixture) {
        fixture.broker.ledger.give_back(self.lease).await.unwrap();
    }
}

/// Stores these lines of the ledger.
pub(in super::super) async fn store(fixture: &Fixture, asset: &str, links: &[Link]) {
    let mut book = Book::open(fixture, asset).await;
    for link in links {
        book.put(fixture, link).await;
    }
    book.close(fixture).await;
}

/// Fills the fixture, and gives all lines of the log.
pub(super) async fn fill(fixture: &Fixture, seed: u64) -> Vec<LogLine> {
    let mut random = Random(seed);
    let mut lines = Vec::new();
    for (asset, ..) in ASSETS {
        let mut book = Book::open(fixture, asset).await;
        let (mut count, mut number) = (0, 0);
        while count < LINES / ASSETS.len() + 1 {
            let platform =
                ["getmyboat", "boatsetter", "own", "google"][usize::try_from(random.below(4)).unwrap()];
            let seen = now() - TimeDelta::days(380) + random.minutes(380 * 24 * 60);
            let start = seen + random.minutes(60 * 24 * 60);
            let period = Period::new(start, start + TimeDelta::hours(4));
            let mut link = link(&format!("booking-{number}"), asset, platform, seen, period);
            number += 1;
            for _ in 0..=random.below(8) {
                book.put(fixture, &link).await;
                change(&mut link, &mut random);
            }
            count += usize::try_from(book.loaded.state.links[&link.id].logged).unwrap();
        }
        book.close(fixture).await;
        lines.extend(log(fixture, asset).await);
    }
    lines
}

/// Guests ask: about assets of ours, about one that is gone, and about none. What has come of it is told when it is known.
pub(super) async fn ask(fixture: &Fixture, seed: u64) -> Asked {
    let mut random = Random(seed);
    let mut asked = Vec::new();
    for thread in 0..THREADS {
        let asset = [Some("pontoon"), Some("sloop"), Some("hall"), Some("sold"), None];
        let mut inquiry = Inquiry {
            platform: ["getmyboat", "boatsetter"][usize::try_from(random.below(2)).unwrap()].to_owned(),
            asset: asset[usize::try_from(random.below(5)).unwrap()].map(str::to_owned),
            at: now() - TimeDelta::days(380) + random.minutes(380 * 24 * 60),
            has_booking: random.below(3) == 0,
        };
        asked.push((thread.to_string(), inquiry.clone()));
        if random.below(4) == 0 {
            inquiry.has_booking = true;
            asked.push((thread.to_string(), inquiry));
        }
    }
    note(fixture, &asked).await;
    asked
}

/// Has it noted, in its order.
pub(super) async fn note(fixture: &Fixture, asked: &Asked) {
    for (thread, inquiry) in asked {
        let noted = fixture.broker.ledger.note_inquiry(thread, inquiry).await;
        assert_eq!(noted, Ok(()));
    }
}

/// Writes every line of the ledger once more, as it is.
pub(super) async fn write_again(fixture: &Fixture) {
    for (asset, ..) in ASSETS {
        let mut book = Book::open(fixture, asset).await;
        for link in book.loaded.state.links.clone().values() {
            book.put(fixture, link).await;
        }
        book.close(fixture).await;
    }
}

async fn log(fixture: &Fixture, asset: &str) -> Vec<LogLine> {
    let always = Period::new(now() - TimeDelta::days(1_000), now() + TimeDelta::days(1_000));
    let (mut lines, mut from) = (Vec::new(), None);
    loop {
        let page = fixture.broker.ledger.log(asset, always, from).await.unwrap();
        lines.extend(page.lines);
        let Some(next) = page.next else { return lines };
        from = Some(next);
    }
}
