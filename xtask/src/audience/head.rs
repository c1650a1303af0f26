//! The first line: which columns there are, and what stands between them.

use super::cells;
use super::line::ends_within;

/// The columns that the function knows, of which one of the first two must be there.
const KNOWN: [&str; 5] = ["email", "phone", "name", "booking", "time_zone"];

/// A head.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The columns' names. Those that the function knows are as it knows them.
    pub(super) columns: Vec<String>,
    /// What stands between values.
    pub(super) separator: u8,
}

/// What the lines are for, and so needs a column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// An address of whatever kind.
    Address,
    /// The booking's name, too.
    Booking,
}

impl Head {
    /// Reads the first line. What is wrong is told by the columns' numbers: in a file without a head it is somebody's line.
    ///
    /// # Errors
    /// A fragment that says what is wrong and what to do.
    pub(super) fn read(line: &[u8], needs: Needs) -> Result<Self, String> {
        if line.starts_with(&[0xff, 0xfe]) || line.starts_with(&[0xfe, 0xff]) {
            return Err("the file is UTF-16: save it as UTF-8".to_owned());
        }
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        let separator = separator(line);
        if ends_within(line, separator) {
            return Err("a quote is opened in this line and not closed: a name has no line break".to_owned());
        }
        let text = std::str::from_utf8(line).map_err(|_| "the line is not UTF-8: save the file as UTF-8")?;
        let columns: Vec<String> = cells::read(text, separator)?
            .iter()
            .map(|name| known(name))
            .collect();
        if let Some(at) = columns.iter().position(String::is_empty) {
            return Err(format!(
                "column {} has no name: the first line names the columns",
                at + 1
            ));
        }
        for (at, name) in columns.iter().enumerate() {
            if let Some(before) = columns.iter().take(at).position(|before| before == name) {
                return Err(format!("columns {} and {} have one name", before + 1, at + 1));
            }
        }
        let has = |name: &str| columns.iter().any(|column| column == name);
        if !has("email") && !has("phone") {
            let reason = "no column is called `email` or `phone`: the first line names the columns";
            return Err(reason.to_owned());
        }
        if needs == Needs::Booking && !has("booking") {
            let reason = "no column is called `booking`: each line has to name its booking";
            return Err(reason.to_owned());
        }
        Ok(Self { columns, separator })
    }
}

/// Spreadsheets in countries with a decimal comma write semicolons.
fn separator(line: &[u8]) -> u8 {
    let (mut commas, mut semicolons, mut is_quoted) = (0, 0, false);
    for byte in line {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => commas += 1,
            b';' if !is_quoted => semicolons += 1,
            _ => {}
        }
    }
    if semicolons > commas { b';' } else { b',' }
}

fn known(name: &str) -> String {
    let name = name.trim();
    let known = KNOWN.into_iter().find(|known| name.eq_ignore_ascii_case(known));
    known.unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(String, char), String> {
        let head = Head::read(line.as_bytes(), Needs::Address)?;
        Ok((head.columns.join("|"), char::from(head.separator)))
    }

    #[test]
    fn the_separator_is_what_stands_between_most_columns() {
        assert_eq!(read("email"), Ok(("email".to_owned(), ',')));
        assert_eq!(read("email,name"), Ok(("email|name".to_owned(), ',')));
        assert_eq!(read("email;name"), Ok(("email|name".to_owned(), ';')));
        assert_eq!(
            read("email;\"a,b,c\";name"),
            Ok(("email|a,b,c|name".to_owned(), ';'))
        );
    }

    #[test]
    fn a_byte_order_mark_and_capitals_are_no_part_of_a_name() {
        assert_eq!(
            read("\u{feff}Email, Time_Zone ,Boat"),
            Ok(("email|time_zone|Boat".to_owned(), ','))
        );
    }

    #[test]
    fn a_head_that_is_none_is_refused_without_being_quoted() {
        let told = |line: &[u8]| Head::read(line, Needs::Address).unwrap_err();
        let heads: [&[u8]; 7] = [
            b"",
            b"alex@example.com,Alex",
            b"email,,name",
            b"email,boat,EMAIL",
            b"email,na\xffme",
            b"\xff\xfee\0",
            b"\"email,name",
        ];
        insta::assert_snapshot!(heads.map(told).join("\n"), @r#"
        the line is empty
        no column is called `email` or `phone`: the first line names the columns
        column 2 has no name: the first line names the columns
        columns 1 and 3 have one name
        the line is not UTF-8: save the file as UTF-8
        the file is UTF-16: save it as UTF-8
        a quote is opened in this line and not closed: a name has no line break
        "#);
        let error = Head::read(b"email,name", Needs::Booking).unwrap_err();
        insta::assert_snapshot!(error, @"no column is called `booking`: each line has to name its booking");
    }
}
