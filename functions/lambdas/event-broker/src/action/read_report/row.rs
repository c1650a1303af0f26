//! A report as it is sent.

use std::collections::BTreeMap;

use booking::report::{Cell, Channel, Counts};
use calendar::Period;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ReportKind)]
pub(crate) enum Kind {
    /// How many bookings there are, how long they are and what they pay.
    Bookings,
    /// How many bookings were cancelled.
    Cancellations,
    /// How many of those who asked have booked, on platforms.
    Conversion,
}

/// A report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Report {
    /// Which one.
    pub(super) report: Kind,
    /// The beginning of the window.
    #[schema(format = DateTime)]
    from: String,
    /// The end of the window, which does not belong to it.
    #[schema(format = DateTime)]
    to: String,
    /// By week, site, asset and platform. Nothing is said of what there was none of.
    pub(super) rows: Vec<Row>,
    /// All rows together.
    totals: Numbers,
}

/// One week of one asset on one platform.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ReportRow)]
pub(crate) struct Row {
    /// The ISO week in the site's time zone.
    #[schema(example = "2026-W48")]
    pub(super) week: String,
    /// The site's id; null for an inquiry that names no asset.
    pub(super) site: Option<String>,
    /// The asset's id; null for an inquiry that names none.
    pub(super) asset: Option<String>,
    /// The platform's id, `own` or `google`.
    pub(super) platform: String,
    /// The numbers.
    #[serde(flatten)]
    pub(super) numbers: Numbers,
}

/// A report's numbers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ReportNumbers)]
pub(crate) enum Numbers {
    /// Of the report `bookings`.
    Bookings(Bookings),
    /// Of the report `cancellations`.
    Cancellations(Cancellations),
    /// Of the report `conversion`.
    Conversion(Conversion),
}

/// How many bookings there are, how long they are and what they pay.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BookingNumbers)]
pub(crate) struct Bookings {
    /// Those that are firm now.
    pub(super) bookings: u64,
    /// How many hours they take.
    pub(super) hours: f64,
    /// What those of them pay of which that is known, in hundredths of the operator's currency; null when it is known of none.
    pub(super) revenue: Option<u64>,
}

/// How many bookings were cancelled.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CancellationNumbers)]
pub(crate) struct Cancellations {
    /// Those that are firm now, or were when they were cancelled.
    pub(super) bookings: u64,
    /// Those that were firm when they were cancelled.
    pub(super) cancelled: u64,
    /// `cancelled` of `bookings`, 0 to 1; null when there are none.
    pub(super) rate: Option<f64>,
}

/// How many of those who asked have booked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConversionNumbers)]
pub(crate) struct Conversion {
    /// Conversations that guests have begun.
    pub(super) inquiries: u64,
    /// Bookings that were asked for, firm at once or later or never.
    pub(super) requests: u64,
    /// Those of them that are firm now, or were when they were cancelled.
    pub(super) bookings: u64,
    /// `bookings` of all who asked, by a request or in a conversation that came to none, 0 to 1; null when nobody did.
    pub(super) rate: Option<f64>,
}

impl Kind {
    /// The report of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [Self::Bookings, Self::Cancellations, Self::Conversion];
        all.into_iter().find(|kind| kind.name() == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bookings => "bookings",
            Self::Cancellations => "cancellations",
            Self::Conversion => "conversion",
        }
    }

    /// Whether a report has a row for these sums. The operator's own events were asked for on no platform.
    pub(super) fn tells_of(self, cell: &Cell, counts: &Counts) -> bool {
        match self {
            Self::Bookings => counts.firm > 0,
            Self::Cancellations => counts.booked() > 0,
            Self::Conversion => {
                matches!(cell.channel, Channel::Platform(_)) && counts.requests + counts.inquiries > 0
            }
        }
    }

    /// Counts are far below the integers that a double holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "no sum of seconds comes near 2^53")]
    fn numbers(self, counts: &Counts) -> Numbers {
        match self {
            Self::Bookings => Numbers::Bookings(Bookings {
                bookings: counts.firm,
                hours: counts.seconds as f64 / 3600.0,
                revenue: counts.revenue,
            }),
            Self::Cancellations => Numbers::Cancellations(Cancellations {
                bookings: counts.booked(),
                cancelled: counts.cancelled,
                rate: counts.cancellation_rate(),
            }),
            Self::Conversion => Numbers::Conversion(Conversion {
                inquiries: counts.inquiries,
                requests: counts.requests,
                bookings: counts.booked(),
                rate: counts.conversion_rate(),
            }),
        }
    }
}

impl Report {
    /// The sums as a report; `site_of` says where an asset is.
    pub(super) fn of(
        kind: Kind,
        window: Period,
        counts: BTreeMap<Cell, Counts>,
        site_of: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let totals = counts.values().fold(Counts::default(), |sum, one| sum.and(*one));
        let row = |(cell, counts): (Cell, Counts)| Row {
            week: cell.week,
            site: cell.asset.as_deref().and_then(&site_of),
            asset: cell.asset,
            platform: cell.channel.name().to_owned(),
            numbers: kind.numbers(&counts),
        };
        let mut rows: Vec<Row> = counts.into_iter().map(row).collect();
        let place = |row: &Row| {
            (
                row.week.clone(),
                row.site.clone(),
                row.asset.clone(),
                row.platform.clone(),
            )
        };
        rows.sort_by_cached_key(place);
        Self {
            report: kind,
            from: wire::utc(window.start),
            to: wire::utc(window.end),
            rows,
            totals: kind.numbers(&totals),
        }
    }
}
