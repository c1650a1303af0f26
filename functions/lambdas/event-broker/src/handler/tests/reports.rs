//! Reports, and whether they are what the log says.

pub(super) mod year;

use std::io::Write as _;
use std::process::{Command, Stdio};

use booking::Kind;
use booking::log::LogLine;
use booking::report::Inquiry;
use booking::sync::Tombstone;
use calendar::Period;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::fixture::{Fixture, Reply, now, token};
use year::{ASSETS, Asked, LINES, ask, fill, link, note, store, write_again};

const REPORTS: [&str; 3] = ["bookings", "cancellations", "conversion"];
const YEAR: &str = "from=2026-01-15&to=2027-01-15";

async fn get(fixture: &Fixture, report: &str, query: &str) -> Reply {
    fixture.get(&format!("/reports/{report}"), query).await
}

/// What Python makes of the raw lines and of what guests asked, each report with its rows and totals.
fn recomputed(lines: &[&LogLine], inquiries: &[&(String, Inquiry)]) -> Value {
    let sites: Map<String, Value> = ASSETS
        .iter()
        .map(|(asset, site, zone)| ((*asset).to_owned(), json!([site, zone])))
        .collect();
    let asked = json!({
        "lines": lines, "inquiries": inquiries, "sites": sites, "from": "2026-01-15", "to": "2027-01-15",
    });
    let mut python = Command::new("python3")
        .args(["-c", include_str!("reports/recompute.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    stdin.write_all(asked.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = python.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "python3 has failed: it needs the tz database"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_year_of_20_000_events_is_what_python_counts_in_the_raw_log() {
    let fixture = Fixture::new().await;
    let lines = fill(&fixture, 7).await;
    assert!(lines.len() >= LINES, "{}", lines.len());
    let asked = ask(&fixture, 9).await;
    let origin = |line: &LogLine| serde_json::to_value(&line.origin).unwrap();
    let is_of = |line: &LogLine, id: &str| origin(line)["platform"]["platform"] == id;
    type Keeps<'a, T> = &'a dyn Fn(&T) -> bool;
    let filters: [(&str, Keeps<'_, LogLine>, Keeps<'_, Inquiry>); 5] = [
        ("", &|_| true, &|_| true),
        ("&site=harbor", &|line| line.asset != "hall", &|inquiry| {
            matches!(inquiry.asset.as_deref(), Some("pontoon" | "sloop"))
        }),
        ("&asset=hall", &|line| line.asset == "hall", &|inquiry| {
            inquiry.asset.as_deref() == Some("hall")
        }),
        (
            "&platform=own",
            &|line| line.origin == booking::Origin::Own,
            &|_| false,
        ),
        (
            "&platform=getmyboat",
            &|line| is_of(line, "getmyboat"),
            &|inquiry| inquiry.platform == "getmyboat",
        ),
    ];
    for (filter, keeps, keeps_inquiry) in filters {
        let kept: Vec<&LogLine> = lines.iter().filter(|line| keeps(line)).collect();
        let inquiries: Vec<_> = asked
            .iter()
            .filter(|(_, inquiry)| keeps_inquiry(inquiry))
            .collect();
        let expected = recomputed(&kept, &inquiries);
        let counted = expected["conversion"]["totals"]["inquiries"].as_u64().unwrap();
        assert_eq!(counted > 300, filter != "&platform=own", "{filter}: {counted}");
        for report in REPORTS {
            let found = get(&fixture, report, &format!("{YEAR}{filter}")).await.body;
            let expected = &expected[report];
            let rows = [&found, expected].map(|of| of["rows"].as_array().unwrap());
            assert_eq!(rows[0].len(), rows[1].len(), "{report}{filter}");
            for (found, expected) in rows[0].iter().zip(rows[1]) {
                assert_eq!(found, expected, "{report}{filter}");
            }
            assert_eq!(found["totals"], expected["totals"], "{report}{filter}");
        }
    }
}

#[tokio::test]
async fn asking_again_and_writing_again_changes_no_number() {
    let fixture = Fixture::new().await;
    fill(&fixture, 8).await;
    let asked: Asked = ask(&fixture, 10).await;
    for report in REPORTS {
        let before = get(&fixture, report, YEAR).await;
        assert!(before.body["rows"].as_array().unwrap().len() > 100);
        write_again(&fixture).await;
        note(&fixture, &asked).await;
        assert_eq!(get(&fixture, report, YEAR).await, before, "{report}");
    }
}

/// Two bookings, one of which was cancelled, and a request.
async fn with_some() -> Fixture {
    let fixture = Fixture::new().await;
    let period = Period::new(
        now() + TimeDelta::days(3),
        now() + TimeDelta::days(3) + TimeDelta::hours(4),
    );
    let seen = now() - TimeDelta::days(2);
    let mut worth = link("a", "sloop", "getmyboat", seen, period);
    worth.content.value = Some(45_050);
    let booked = link("b", "sloop", "getmyboat", seen, period);
    let mut gone = booked.clone();
    gone.tombstone = Some(Tombstone { at: now() });
    let mut asked = link("c", "sloop", "boatsetter", seen, period);
    asked.content.kind = Kind::Hold;
    let own = link("d", "sloop", "own", seen, period);
    store(&fixture, "sloop", &[worth, booked, gone, asked, own]).await;
    fixture
}

#[tokio::test]
async fn each_report_has_its_numbers() {
    let fixture = with_some().await;
    for report in REPORTS {
        let reply = get(&fixture, report, "").await;
        assert_eq!(reply.status, 200);
        insta::assert_json_snapshot!(format!("the_report_{report}"), reply.body);
        let direct = fixture
            .invoke(json!({ "action": "read-report", "report": report }))
            .await;
        assert_eq!(direct, json!({ "status": 200, "body": reply.body }));
    }
}

#[tokio::test]
async fn inquiries_count_for_their_asset_and_those_about_none_with_all() {
    let fixture = with_some().await;
    let inquiry = |asset: Option<&str>, has_booking, days| Inquiry {
        platform: "getmyboat".to_owned(),
        asset: asset.map(str::to_owned),
        at: now() - TimeDelta::days(days),
        has_booking,
    };
    for (thread, inquiry) in [
        ("1", inquiry(Some("sloop"), true, 2)),
        ("2", inquiry(Some("sloop"), false, 2)),
        ("3", inquiry(Some("sold"), false, 2)),
        ("4", inquiry(None, false, 2)),
        ("5", inquiry(None, false, 200)),
    ] {
        fixture
            .broker
            .ledger
            .note_inquiry(thread, &inquiry)
            .await
            .unwrap();
    }
    for (query, expected) in [
        ("", 4),
        ("asset=sloop", 2),
        ("asset=hall", 0),
        ("platform=boatsetter", 0),
    ] {
        let body = get(&fixture, "conversion", query).await.body;
        assert_eq!(body["totals"]["inquiries"], expected, "{query}");
    }
    let body = get(&fixture, "conversion", "asset=sloop&platform=getmyboat")
        .await
        .body;
    // Two were booked, one of them after a conversation, and one only asked.
    assert_eq!(body["totals"]["rate"], 2.0 / 3.0);
    let bookings = get(&fixture, "bookings", "").await.body;
    assert!(
        bookings["rows"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["site"] == "harbor")
    );
}

#[tokio::test]
async fn a_spreadsheet_gets_a_table_by_its_accept_header_or_by_asking() {
    let fixture = with_some().await;
    let csv = get(&fixture, "bookings", "format=csv").await;
    insta::assert_snapshot!(csv.body.as_str().unwrap().replace("\r\n", "\n"), @"
    week,site,asset,platform,bookings,hours,revenue
    2027-W02,harbor,sloop,getmyboat,1,4,45050
    2027-W02,harbor,sloop,own,1,4,
    ");
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        csv.headers["content-disposition"],
        "attachment; filename=\"bookings.csv\""
    );
    let bearer = format!("Bearer {}", token(1).reveal());
    for (accept, query, is_csv) in [
        ("text/csv", "", true),
        ("application/json, Text/CSV;q=0.9", "", true),
        ("*/*", "", false),
        ("text/csv", "format=json", false),
    ] {
        let headers = [("authorization", bearer.as_str()), ("accept", accept)];
        let reply = fixture
            .http("GET", "/reports/bookings", query, &headers, None)
            .await;
        assert_eq!(reply.body == csv.body, is_csv, "{accept} {query}");
    }
}

#[tokio::test]
async fn what_cannot_be_reported_is_refused() {
    let fixture = Fixture::new().await;
    assert_eq!(get(&fixture, "weather", "").await.status, 404);
    for (query, status) in [
        ("from=2026-01-01&to=2027-02-04", 200),
        ("from=2026-01-01&to=2027-02-06", 422),
        ("from=2026-01-02&to=2026-01-02", 422),
        ("from=2027-02-01", 422),
        ("to=1970-01-01", 200),
        ("platform=own", 200),
        ("platform=nobody", 422),
        ("asset=nobody", 422),
        ("format=xml", 422),
        ("limit=5", 422),
    ] {
        assert_eq!(get(&fixture, "bookings", query).await.status, status, "{query}");
    }
}
