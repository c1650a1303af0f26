//! A request that is confirmed, and the reports that tell of it, from the command line and over HTTP.

use contract::Method;
use serde_json::Value;

use super::answer::Answer;
use super::cloud::Cloud;

fn pending(cloud: &Cloud) -> Vec<Value> {
    let body = cloud.get("/bookings/pending").with_status(200).body();
    body["bookings"].as_array().unwrap().clone()
}

fn totals(cloud: &Cloud, report: &str) -> Value {
    cloud.get(&format!("/reports/{report}")).with_status(200).body()["totals"].clone()
}

fn post(cloud: &Cloud, path: &str) -> Answer {
    let bearer = format!("Bearer {}", cloud.token);
    cloud.call(Method::Post, path, &[("authorization", &bearer)], "")
}

#[test]
fn a_request_is_confirmed_by_http_held_from_the_command_line_and_counted_in_the_reports() {
    let Some(cloud) = Cloud::own("reports") else {
        return;
    };
    cloud.landfall.run(&["sync", "run"]).succeeded();
    let (asked, before) = (pending(&cloud), totals(&cloud, "bookings"));
    let id = asked[0]["id"].as_str().unwrap();
    let bookings = before["bookings"].as_u64().unwrap();
    assert!(bookings > 0 && asked.len() > 1, "{before} {asked:?}");

    post(&cloud, &format!("/bookings/{id}/confirm")).with_status(200);
    assert_eq!(pending(&cloud), asked[1..]);
    assert_eq!(totals(&cloud, "bookings")["bookings"], bookings + 1);
    // Asking the feeds again changes no number.
    let all = ["bookings", "cancellations", "conversion"].map(|report| totals(&cloud, report));
    cloud.landfall.run(&["sync", "run"]).succeeded();
    assert_eq!(
        ["bookings", "cancellations", "conversion"].map(|report| totals(&cloud, report)),
        all
    );

    cloud.landfall.run(&["bookings", "hold", id]).succeeded();
    assert_eq!(totals(&cloud, "bookings"), before);
    let shown = cloud.landfall.run(&["-q", "bookings", "pending"]).succeeded();
    assert_eq!(shown.stdout.lines().count(), asked.len() + 1, "{}", shown.stdout);
    assert!(shown.stdout.contains(id), "{}", shown.stdout);
    post(&cloud, "/bookings/nobody/confirm").with_status(404);
    cloud.landfall.run(&["bookings", "confirm", "nobody"]).ended(5);

    let report = cloud
        .landfall
        .run(&["-q", "report", "cancellations", "--csv"])
        .succeeded();
    assert!(
        report
            .stdout
            .starts_with("week,site,asset,platform,bookings,cancelled,rate")
    );
    cloud
        .landfall
        .run(&["report", "bookings", "--asset", "nobody"])
        .ended(5);
}
