//! `report`: bookings, cancellations and conversion, by week, asset and platform.

use anyhow::Result;
use serde_json::{Map, Value};

use crate::broker;
use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::screen;
use crate::table::{Table, plain};
use crate::workspace::Workspace;

/// Which report, of what, and how it is written.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which one.
    report: Kind,
    #[command(flatten)]
    stage: StageArg,
    /// An instant, or a date in each site's zone [default: 84 days before `--to`].
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// An instant, or a date in each site's zone; it does not belong to the window [default: now].
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
    /// Only this site.
    #[arg(long, value_name = "ID")]
    site: Option<String>,
    /// Only this asset.
    #[arg(long, value_name = "ID")]
    asset: Option<String>,
    /// Only this platform; `own` and `google` are your own events.
    #[arg(long, value_name = "ID")]
    platform: Option<String>,
    /// Write a table for spreadsheets.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// How many bookings there are, how long they are and what they pay.
    Bookings,
    /// How many bookings were cancelled.
    Cancellations,
    /// How many of those who asked on platforms have booked.
    Conversion,
}

/// Asks for a report, and shows it.
pub(crate) async fn run(workspace: &Workspace, args: Args) -> Result<Exit> {
    let environment = Environment::connect(workspace, args.stage.stage).await?;
    let answer = broker::ask(&environment, &args.request()).await?;
    let text = match answer.as_str() {
        Some(csv) => csv.trim_end().to_owned(),
        None if args.json => serde_json::to_string_pretty(&answer)?,
        None => args.report.shown(&answer),
    };
    screen::answer(&text);
    Ok(Exit::Ok)
}

impl Args {
    fn request(&self) -> Value {
        let fields = [
            ("action", Some("read-report")),
            ("report", Some(self.report.name())),
            ("from", self.from.as_deref()),
            ("to", self.to.as_deref()),
            ("site", self.site.as_deref()),
            ("asset", self.asset.as_deref()),
            ("platform", self.platform.as_deref()),
            ("format", self.csv.then_some("csv")),
        ];
        let given = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let given: Map<String, Value> = given
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        given.into()
    }
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Bookings => "bookings",
            Self::Cancellations => "cancellations",
            Self::Conversion => "conversion",
        }
    }

    /// The report as a table, with its totals below.
    fn shown(self, report: &Value) -> String {
        let [week, site, asset, platform] = ["week", "site", "asset", "platform"];
        let table = match self {
            Self::Bookings => table(
                report,
                [week, site, asset, platform, "bookings", "hours", "revenue"],
            ),
            Self::Cancellations => table(
                report,
                [week, site, asset, platform, "bookings", "cancelled", "rate"],
            ),
            Self::Conversion => {
                let names = [
                    week,
                    site,
                    asset,
                    platform,
                    "inquiries",
                    "requests",
                    "bookings",
                    "rate",
                ];
                table(report, names)
            }
        };
        let [from, to] = ["from", "to"].map(|name| plain(&cell(name, &report[name])));
        format!("first seen from {from} to {to}\n{table}")
    }
}

fn table<const N: usize>(report: &Value, names: [&str; N]) -> Table {
    let mut table = Table::new(names);
    for row in report["rows"].as_array().into_iter().flatten() {
        table.row(names.map(|name| cell(name, &row[name])));
    }
    let totals = &report["totals"];
    table.row(names.map(|name| match name {
        "week" => "all".to_owned(),
        "site" | "asset" | "platform" => String::new(),
        name => cell(name, &totals[name]),
    }));
    table
}

/// A value as people read it: money in whole and hundredths, shares in percent.
fn cell(name: &str, value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    match (name, value.as_u64(), value.as_f64()) {
        ("revenue", Some(hundredths), _) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        ("rate", _, Some(rate)) => format!("{:.1} %", rate * 100.0),
        ("hours", _, Some(hours)) => format!("{hours:.1}"),
        (_, Some(count), _) => count.to_string(),
        _ => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_is_a_table_with_its_totals() {
        let row = |week: &str, revenue: Value| {
            json!({ "week": week, "site": "harbor", "asset": "sloop", "platform": "own\u{1b}",
                "bookings": 12, "hours": 47.25, "revenue": revenue })
        };
        let report = json!({
            "from": "2026-09-01T00:00:00Z", "to": "2026-11-24T00:00:00Z",
            "rows": [row("2026-W47", json!(123_405)), row("2026-W48", Value::Null)],
            "totals": { "bookings": 24, "hours": 94.5, "revenue": 123_405 },
        });
        insta::assert_snapshot!(Kind::Bookings.shown(&report));
    }

    #[test]
    fn a_conversion_has_inquiries_and_shares() {
        let report = json!({ "from": "a", "to": "b", "rows": [],
            "totals": { "inquiries": 4, "requests": 3, "bookings": 2, "rate": 0.375 } });
        insta::assert_snapshot!(Kind::Conversion.shown(&report));
    }

    #[test]
    fn only_what_is_given_is_asked_for() {
        let args = Args {
            report: Kind::Cancellations,
            stage: StageArg {
                stage: stacks::Stage::Local,
            },
            from: Some("2026-01-01".to_owned()),
            to: None,
            site: None,
            asset: None,
            platform: None,
            csv: true,
            json: false,
        };
        let expected = json!({ "action": "read-report", "report": "cancellations", "from": "2026-01-01", "format": "csv" });
        assert_eq!(args.request(), expected);
    }
}
