//! A report as a table for spreadsheets (RFC 4180).

use super::row::{Kind, Numbers, Report, Row};

/// The rows below their names. A cell that a spreadsheet would take for a formula is made a text.
pub(super) fn written(report: &Report) -> String {
    let of_kind = match report.report {
        Kind::Bookings => ["bookings", "hours", "revenue"].as_slice(),
        Kind::Cancellations => &["bookings", "cancelled", "rate"],
        Kind::Conversion => &["inquiries", "requests", "bookings", "rate"],
    };
    let names = ["week", "site", "asset", "platform"]
        .into_iter()
        .chain(of_kind.iter().copied());
    let mut text = line(names.map(str::to_owned));
    for row in &report.rows {
        text += &line(cells(row));
    }
    text
}

fn cells(row: &Row) -> impl Iterator<Item = String> {
    let known = |number: Option<String>| number.unwrap_or_default();
    let numbers = match &row.numbers {
        Numbers::Bookings(of) => vec![
            of.bookings.to_string(),
            of.hours.to_string(),
            known(of.revenue.map(|revenue| revenue.to_string())),
        ],
        Numbers::Cancellations(of) => vec![
            of.bookings.to_string(),
            of.cancelled.to_string(),
            known(of.rate.map(|rate| rate.to_string())),
        ],
        Numbers::Conversion(of) => vec![
            of.inquiries.to_string(),
            of.requests.to_string(),
            of.bookings.to_string(),
            known(of.rate.map(|rate| rate.to_string())),
        ],
    };
    let texts = [
        row.week.clone(),
        row.site.clone().unwrap_or_default(),
        row.asset.clone().unwrap_or_default(),
        row.platform.clone(),
    ];
    texts.into_iter().chain(numbers)
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|text| cell(&text)).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_begins_like_a_formula_is_a_text() {
        for begin in ['=', '+', '-', '@', '\t', '\r'] {
            let written = cell(&format!("{begin}1"));
            assert!(written.trim_start_matches('"').starts_with('\''), "{written:?}");
        }
        assert_eq!(cell("2026-W48"), "2026-W48");
    }

    #[test]
    fn a_cell_with_a_separator_is_quoted() {
        assert_eq!(cell("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
    }
}
