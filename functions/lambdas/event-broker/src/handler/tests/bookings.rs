//! `GET /platforms/bookings`.

use super::fixture::Fixture;

#[tokio::test]
async fn bookings_come_with_the_state_of_each_source() {
    let fixture = Fixture::new().await;
    insta::assert_json_snapshot!(fixture.get("/platforms/bookings", "asset=pontoon").await);
}

#[tokio::test]
async fn filters_leave_what_they_name() {
    let fixture = Fixture::new().await;
    for (query, expected) in [
        ("platform=boatsetter", vec!["Booking request"]),
        (
            "platform=getmyboat&asset=pontoon&status=cancelled",
            vec!["Guest A-105"],
        ),
        (
            "asset=pontoon&status=confirmed",
            vec!["Booking request", "Guest A-104", "Not available"],
        ),
        ("asset=pontoon&from=2027-01-20&to=2027-01-21", vec!["Guest A-104"]),
        ("site=harbor&asset=pontoon&limit=1", vec!["Booking request"]),
        ("site=lakehouse", vec![]),
    ] {
        let reply = fixture.get("/platforms/bookings", query).await;
        let bookings = reply.body["bookings"].as_array().unwrap();
        let titles: Vec<_> = bookings
            .iter()
            .map(|booking| booking["title"].as_str().unwrap())
            .collect();
        assert_eq!(titles, expected, "{query}");
    }
}

#[tokio::test]
async fn only_the_feeds_in_question_are_fetched() {
    let fixture = Fixture::new().await;
    fixture.get("/platforms/bookings", "platform=boatsetter").await;
    let paths: Vec<_> = fixture
        .simulator
        .requests()
        .iter()
        .map(|request| request.target.clone())
        .collect();
    assert_eq!(paths, [super::fixture::OTHER_PONTOON_FEED]);
}
