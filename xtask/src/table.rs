//! Tables for people: aligned, without lines, and with nothing in a cell that could move the cursor.

use std::fmt;

/// Rows under a head. A column that holds only numbers is aligned on the right.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this head.
    pub(crate) fn new<const N: usize>(head: [&str; N]) -> Self {
        Self {
            rows: vec![head.map(str::to_owned).to_vec()],
        }
    }

    /// Adds a row of as many cells as the head has.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| plain(&cell)).to_vec());
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    }

    fn is_numeric(&self, column: usize) -> bool {
        let is_number = |cell: &String| cell.bytes().all(|byte| byte.is_ascii_digit());
        let mut cells = self.rows.iter().skip(1).filter_map(|row| row.get(column));
        cells.all(is_number)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let width = self.width(column);
                line += if column == 0 { "  " } else { "   " };
                line += &if self.is_numeric(column) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                };
            }
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The text without control characters: what others have written does not steer the terminal.
pub(crate) fn plain(text: &str) -> String {
    let shown = |letter: char| if letter.is_control() { '\u{fffd}' } else { letter };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_on_the_right_and_nothing_steers_the_terminal() {
        let mut table = Table::new(["state", "messages", "why"]);
        table.row(["zugestellt für viele".to_owned(), "7".to_owned(), String::new()]);
        table.row(["failed".to_owned(), "1204".to_owned(), "\u{1b}[2Jx".to_owned()]);
        insta::assert_snapshot!(format!("|\n{table}"), @r"
        |
          state                  messages   why
          zugestellt für viele          7
          failed                     1204   �[2Jx
        ");
    }
}
