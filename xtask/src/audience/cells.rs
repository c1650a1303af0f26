//! One line of CSV as its cells, and a cell as no spreadsheet takes it for a formula.

use csv::ReaderBuilder;

/// What makes a spreadsheet take a cell for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The cells of one line.
///
/// # Errors
/// A fragment that says what is wrong with the line's quotes.
pub(super) fn read(line: &str, separator: u8) -> Result<Vec<String>, String> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .delimiter(separator)
        .buffer_capacity(line.len().max(1))
        .from_reader(line.as_bytes());
    let mut records = reader.records();
    let record = records
        .next()
        .ok_or("the line is empty")?
        .map_err(|_| "the line cannot be read as CSV")?;
    if records.next().is_some() {
        return Err("the line cannot be read as CSV".to_owned());
    }
    Ok(record.iter().map(|cell| plain(cell).to_owned()).collect())
}

/// The cell as it is written where a spreadsheet may open it: with an apostrophe before what would be a formula.
pub(super) fn escape(cell: &str) -> String {
    let apostrophe = if cell.starts_with(FORMULA) { "'" } else { "" };
    format!("{apostrophe}{cell}")
}

/// The cell without that apostrophe, so that what was written can be imported again.
fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| rest.starts_with(FORMULA))
        .unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_escaped_and_comes_back_as_it_was() {
        for (cell, expected) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+15551234567", "'+15551234567"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("'s Gravenhage", "'s Gravenhage"),
            ("", ""),
            ("plain", "plain"),
        ] {
            assert_eq!(escape(cell), expected);
            assert_eq!(plain(&escape(cell)), cell);
        }
    }

    #[test]
    fn quotes_hold_separators_and_quotes() {
        assert_eq!(
            read(r#""a,b",c,"d ""e""""#, b','),
            Ok(vec!["a,b".into(), "c".into(), "d \"e\"".into()])
        );
        assert_eq!(read(",", b','), Ok(vec![String::new(), String::new()]));
        assert_eq!(read("a;b", b';'), Ok(vec!["a".into(), "b".into()]));
    }
}
