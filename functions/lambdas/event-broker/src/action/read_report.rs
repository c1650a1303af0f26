//! `GET /reports/bookings`, `/reports/cancellations` and `/reports/conversion`: sums of the log, by week, asset and
//! platform.

mod csv;
mod inquiries;
mod row;
mod window;

use std::collections::BTreeMap;

use booking::report::{Cell, Counts, Tally};
use calendar::Period;
use chrono_tz::Tz;
use futures_util::{StreamExt, TryStreamExt};
use manifest::Manifest;
use store::StoreError;

use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::call::Ask;
use crate::input::Input;
use crate::problem::{Details, Problem};
use crate::scope::{self, CONCURRENT_ASSETS, MAX_ID_CHARS};

use row::{Kind, Report};
use window::Wanted;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

const FORMATS: &[(&str, Format)] = &[("json", Format::Json), ("csv", Format::Csv)];
const CSV: &str = "text/csv";

#[utoipa::path(
    get,
    path = "/reports/{report}",
    operation_id = "read-report",
    summary = "Bookings, cancellations or conversion, by week, asset and platform",
    description = "A booking counts in the ISO week in which it was made, in its site's time zone, and by what has become of it \
        since then: made as its feed says it (`CREATED`), or else first seen. Every number is a sum of the log of what became of each booking, which only grows: asking the feeds again \
        changes none.",
    params(
        ("report" = Kind, Path, description = "Which report."),
        ("platform" = Option<String>, Query, description = "Only this platform's bookings; `own` and `google` are the operator's own."),
        scope::AssetFields,
        ("from" = Option<String>, Query, description = "An instant, or a date in each site's zone. Default: 84 days before `to`."),
        ("to" = Option<String>, Query, description = "An instant, or a date in each site's zone; at most 400 days after `from`. Default: now."),
        ("format" = Option<String>, Query, description = "`json` or `csv`; without it the `Accept` header decides."),
    ),
    responses(
        (status = 200, description = "The report.", content((Report = "application/json"), (String = "text/csv"))),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 404, description = "`unknown`: there is no such report.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn read(broker: &Broker, ask: Ask, moment: &Moment) -> Result<Answer, Problem> {
    // Load.
    let manifest = broker.content.manifest(moment.now).await?;
    let by_header = if ask.accepts(CSV) {
        Format::Csv
    } else {
        Format::Json
    };
    let mut input = Input::new(ask.input);
    let no_report = || Problem::unknown("there is no such report");
    let Some(name) = input.required_text("report", MAX_ID_CHARS) else {
        return Err(input.finish().err().unwrap_or_else(no_report));
    };
    let kind = Kind::named(&name).ok_or_else(no_report)?;
    let format = input.choice("format", FORMATS).unwrap_or(by_header);
    let wanted = window::read(&mut input, &manifest, moment.now);
    input.finish()?;
    let mut counts = counts(broker, &wanted).await?;
    if kind == Kind::Conversion {
        for (cell, more) in inquiries::count(broker, &wanted).await?.finish() {
            let sum = counts.entry(cell).or_default();
            *sum = sum.and(more);
        }
    }
    // Decide.
    let report = report_of(kind, &manifest, &wanted, counts);
    Ok(match format {
        Format::Json => Answer::json(200, &report),
        Format::Csv => {
            let name = format!("attachment; filename=\"{}.csv\"", kind.name());
            Answer::text(200, "text/csv; charset=utf-8", csv::written(&report))
                .with_header("content-disposition", name)
        }
    })
}

/// The sums of every asset that is asked for. A log is read page by page, and none is held.
async fn counts(broker: &Broker, wanted: &Wanted<'_>) -> Result<BTreeMap<Cell, Counts>, StoreError> {
    let assets = wanted.selected.iter();
    let assets = assets.map(|one| (one.asset.id.to_string(), one.window, one.site.time_zone));
    let of_assets = futures_util::stream::iter(assets.collect::<Vec<_>>())
        .map(|(asset, window, zone)| of_asset(broker, asset, window, zone))
        .buffered(CONCURRENT_ASSETS);
    of_assets
        .try_fold(BTreeMap::new(), |mut all, counts| async move {
            // No cell is of two assets.
            all.extend(counts);
            Ok(all)
        })
        .await
}

async fn of_asset(
    broker: &Broker,
    asset: String,
    window: Period,
    zone: Tz,
) -> Result<BTreeMap<Cell, Counts>, StoreError> {
    let (mut tally, mut from) = (Tally::default(), None);
    loop {
        let page = broker.ledger.log(&asset, window, from).await?;
        for line in page.lines {
            tally.line(line, zone);
        }
        let Some(next) = page.next else {
            return Ok(tally.finish());
        };
        from = Some(next);
    }
}

fn report_of(
    kind: Kind,
    manifest: &Manifest,
    wanted: &Wanted<'_>,
    mut counts: BTreeMap<Cell, Counts>,
) -> Report {
    let is_wanted = |cell: &Cell| {
        let platform = wanted.platform.as_deref();
        platform.is_none_or(|platform| cell.channel.name() == platform)
    };
    counts.retain(|cell, counts| is_wanted(cell) && kind.tells_of(cell, counts));
    Report::of(kind, wanted.window, counts, |asset| {
        manifest.asset(asset).map(|(site, _)| site.id.to_string())
    })
}
