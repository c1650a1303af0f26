//! One of each thing that the ledger stores.

use std::collections::BTreeMap;

use booking::sync::{
    Content, Decider, Decision, Entry, Face, Link, Matter, Missing, Outbound, OutboundBlock, Side, Slot,
    Source, Task, TaskKind, Touch, Write,
};
use booking::{Kind, Origin};
use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};

pub(super) const LASTS: TimeDelta = TimeDelta::minutes(2);

pub(super) fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
}

pub(super) fn period(from: i64, to: i64) -> Period {
    Period {
        start: at(from),
        end: at(to),
    }
}

pub(super) fn content(title: &str, period: Period) -> Content {
    Content {
        face: Face {
            title: Some(title.to_owned()),
            period,
            is_tentative: false,
        },
        kind: Kind::Reservation,
        is_opaque: true,
        code: Some("ABC".to_owned()),
        value: Some(5),
    }
}

pub(super) fn link(id: &str, asset: &str) -> Link {
    let content = content("A stay", period(100, 200));
    Link {
        id: id.to_owned(),
        asset: asset.to_owned(),
        origin: Origin::Platform {
            platform: "p".to_owned(),
            listing: "l".to_owned(),
        },
        key: "key".to_owned(),
        uid: "uid".to_owned(),
        told: content.hash(),
        told_face: content.face.clone(),
        content,
        first_seen: at(0),
        confirmed_at: Some(at(0)),
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

pub(super) fn entry(id: &str, asset: &str, origin: Origin, period: Period) -> Entry {
    Entry {
        id: id.to_owned(),
        asset: asset.to_owned(),
        origin,
        content: content("A stay", period),
        created_at: at(0),
    }
}

pub(super) fn slot(asset: &str) -> Slot {
    Slot {
        link: "k1".to_owned(),
        asset: asset.to_owned(),
        crew: "crew".to_owned(),
        period: period(100, 200),
        lacking_minutes: 0,
    }
}

pub(super) fn task(asset: &str) -> Task {
    Task {
        id: "t1".to_owned(),
        kind: TaskKind::Decide,
        asset: asset.to_owned(),
        link: "k1".to_owned(),
        what: "Decide".to_owned(),
        draft: None,
        opened_at: at(0),
    }
}

pub(super) fn decision(asset: &str) -> Decision {
    Decision {
        id: "d1".to_owned(),
        asset: asset.to_owned(),
        matter: Matter::Overlap {
            links: ["k1".to_owned(), "k2".to_owned()],
            winner: Some("k1".to_owned()),
            cause: booking::Cause::Overlap,
        },
        reason: "it was first".to_owned(),
        decided_at: at(0),
        by: Decider::Policy,
        is_undone: false,
    }
}

/// One write of each kind that we store.
pub(super) fn every_write(asset: &str) -> Vec<Write> {
    let stay = period(100, 200);
    let task = task(asset);
    let outbound = Outbound {
        listing: "l".to_owned(),
        asset: asset.to_owned(),
        blocks: vec![OutboundBlock {
            uid: "u".to_owned(),
            period: stay,
            since: at(0),
        }],
        lately: Vec::new(),
    };
    let source = Source {
        etag: Some("e".to_owned()),
        ..Source::default()
    };
    let missing = Missing {
        count: 1,
        since: at(0),
    };
    vec![
        Write::PutDecision(Box::new(decision(asset))),
        Write::PutLink(Box::new(link("k1", asset))),
        Write::PutLink(Box::new(link("k2", asset))),
        Write::PutEntry(Box::new(entry("k1", asset, Origin::Google, stay))),
        Write::PutEntry(Box::new(entry("k2", asset, Origin::Google, stay))),
        Write::DropEntry {
            id: "k2".to_owned(),
            asset: asset.to_owned(),
            face: content("A stay", stay).face,
        },
        Write::PutOutbound(outbound),
        Write::PutTask(task.clone()),
        Write::PutTask(Task {
            id: "t2".to_owned(),
            ..task
        }),
        Write::CloseTask {
            id: "t2".to_owned(),
            asset: asset.to_owned(),
        },
        Write::PutSlot(slot(asset)),
        Write::Touch(Box::new(Touch {
            listing: "l".to_owned(),
            source,
            keys: BTreeMap::from([("k1".to_owned(), "another".to_owned())]),
            missing: BTreeMap::from([("k2".to_owned(), Some(missing))]),
        })),
    ]
}
