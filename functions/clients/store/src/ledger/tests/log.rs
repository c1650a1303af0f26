//! What is written beside a line of the ledger: its lines of the log, and the request that it may be.

use booking::log::{LogLine, News};
use booking::report::Inquiry;
use booking::sync::{Link, Pending, Tombstone};

use super::fixture::link;
use super::*;

async fn put(ledger: &Ledger, lease: &Lease, loaded: &mut Loaded, link: &Link, minute: i64) {
    let write = Write::PutLink(Box::new(link.clone()));
    let put = ledger.put(lease, loaded, &write, at(minute)).await;
    assert_eq!(put, Ok(Put::Done));
}

async fn lines(ledger: &Ledger, asset: &str, from: i64, to: i64) -> Vec<LogLine> {
    let (mut lines, mut place) = (Vec::new(), None);
    loop {
        let page = ledger.log(asset, period(from, to), place).await.unwrap();
        lines.extend(page.lines);
        place = page.next;
        if place.is_none() {
            return lines;
        }
    }
}

pub(super) async fn the_log_grows_with_the_ledger(ledger: &Ledger) {
    let asset = "logged";
    let lease = take(ledger, asset, "one", 0).await.unwrap();
    let mut loaded = ledger.load(asset, at(0)).await.unwrap();
    let first = Link {
        first_seen: at(10),
        ..link("k1", asset)
    };
    let second = Link {
        first_seen: at(20),
        ..link("k2", asset)
    };
    let mut gone = second.clone();
    gone.tombstone = Some(Tombstone { at: at(30) });
    put(ledger, &lease, &mut loaded, &first, 1).await;
    put(ledger, &lease, &mut loaded, &second, 1).await;
    // Who heard no answer may say it again, on what was there before.
    let mut stale = loaded.clone();
    put(ledger, &lease, &mut loaded, &gone, 1).await;
    let told = lines(ledger, asset, 0, 100).await;
    put(ledger, &lease, &mut loaded, &gone, 1).await;
    assert_eq!(lines(ledger, asset, 0, 100).await, told);
    put(ledger, &lease, &mut stale, &gone, 1).await;
    assert_eq!(lines(ledger, asset, 0, 100).await, told);

    let news: Vec<_> = told
        .iter()
        .map(|line| (line.booking.as_str(), line.number, line.news))
        .collect();
    let expected = [
        ("k1", 1, News::Booked),
        ("k2", 1, News::Booked),
        ("k2", 2, News::Cancelled),
    ];
    assert_eq!(news, expected);
    assert_eq!(
        ledger.load(asset, at(1)).await.unwrap().state.links["k2"].logged,
        2
    );
    // A window is of when a booking was first seen, and the end does not belong to it.
    for (from, to, count) in [(0, 10, 0), (10, 20, 1), (11, 20, 0), (20, 21, 2), (10, 21, 3)] {
        assert_eq!(
            lines(ledger, asset, from, to).await.len(),
            count,
            "{from} to {to}"
        );
    }
    assert_eq!(lines(ledger, "logge", 0, 100).await, []);
}

pub(super) async fn a_request_waits_beside_its_line(ledger: &Ledger) {
    let asset = "asked";
    let lease = take(ledger, asset, "one", 0).await.unwrap();
    let mut loaded = ledger.load(asset, at(0)).await.unwrap();
    let mut request = link("k1", asset);
    request.content.kind = Kind::Hold;
    put(ledger, &lease, &mut loaded, &request, 0).await;
    put(ledger, &lease, &mut loaded, &link("k2", asset), 0).await;
    let waiting = async |minute| ledger.pending(asset, at(minute)).await.unwrap();
    let ids = |waiting: Vec<Pending>| waiting.into_iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(waiting(0).await), ["k1"]);
    assert_eq!(ids(waiting(199).await), ["k1"]);
    assert_eq!(waiting(200).await, [], "its time is over");

    request.content.face.period = period(150, 250);
    put(ledger, &lease, &mut loaded, &request, 0).await;
    assert_eq!(waiting(0).await[0].face.period, period(150, 250));
    request.accepted = Some(at(0));
    put(ledger, &lease, &mut loaded, &request, 0).await;
    assert_eq!(waiting(0).await, []);
    request.accepted = None;
    put(ledger, &lease, &mut loaded, &request, 0).await;
    assert_eq!(ids(waiting(0).await), ["k1"]);
    request.tombstone = Some(Tombstone { at: at(0) });
    put(ledger, &lease, &mut loaded, &request, 0).await;
    assert_eq!(waiting(0).await, []);

    let line = ledger.line(asset, "k1", at(0)).await.unwrap();
    assert_eq!(line.as_ref(), loaded.state.links.get("k1"));
    assert_eq!(ledger.line(asset, "k", at(0)).await, Ok(None));
}

pub(super) async fn an_inquiry_is_one_however_often_it_is_noted(ledger: &Ledger) {
    let inquiry = |minute, has_booking| Inquiry {
        platform: "p".to_owned(),
        asset: None,
        at: at(minute),
        has_booking,
    };
    for (thread, inquiry) in [
        ("one", inquiry(10, false)),
        ("other", inquiry(10, false)),
        ("late", inquiry(20, false)),
        ("one", inquiry(10, true)),
    ] {
        ledger.note_inquiry(thread, &inquiry).await.unwrap();
    }
    let found = ledger.inquiries(period(10, 20), None).await.unwrap();
    assert_eq!(found.inquiries, [inquiry(10, true), inquiry(10, false)]);
    let rest = ledger.inquiries(period(10, 20), found.next).await.unwrap();
    assert!(rest.inquiries.is_empty() && rest.next.is_none());
}
