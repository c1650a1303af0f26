//! Counters for CloudWatch, told in a log line of its embedded metric format, so that they cost no call:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::io::Write;

use chrono::{DateTime, Utc};
use contract::metric::{NAMESPACE, STAGE};
use serde_json::{Map, Value, json};

/// Tells these counters of the stage. A line that cannot be written is lost, as any log line is.
pub fn tell(stage: &str, now: DateTime<Utc>, counters: &[(&str, usize)]) {
    let _ = writeln!(std::io::stdout().lock(), "{}", line(stage, now, counters));
}

fn line(stage: &str, now: DateTime<Utc>, counters: &[(&str, usize)]) -> Value {
    let metrics: Vec<Value> = counters
        .iter()
        .map(|(name, _)| json!({ "Name": name, "Unit": "Count" }))
        .collect();
    let head = json!({
        "Timestamp": now.timestamp_millis(),
        "CloudWatchMetrics": [{ "Namespace": NAMESPACE, "Dimensions": [[STAGE]], "Metrics": metrics }],
    });
    let mut line = Map::from_iter([("_aws".to_owned(), head), (STAGE.to_owned(), json!(stage))]);
    line.extend(
        counters
            .iter()
            .map(|(name, count)| ((*name).to_owned(), json!(count))),
    );
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_declared_and_has_its_value_beside_it() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let expected = json!({
            "_aws": {
                "Timestamp": 1_800_000_000_000_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "Landfall",
                    "Dimensions": [["Stage"]],
                    "Metrics": [{ "Name": "StaleFeeds", "Unit": "Count" }],
                }],
            },
            "Stage": "production",
            "StaleFeeds": 2,
        });
        assert_eq!(line("production", now, &[("StaleFeeds", 2)]), expected);
    }
}
