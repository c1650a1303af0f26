//! What failed among thousands of tests, told once more where a person looks first: at the end.

use std::fmt;

/// Of each test so many lines are told again; all are where it ran.
const MOST_LINES: usize = 30;

/// The tests that failed, gathered from what `cargo test` writes.
#[derive(Debug, Default)]
pub(super) struct Failures {
    tests: Vec<Failed>,
    is_telling: bool,
}

#[derive(Debug)]
struct Failed {
    name: String,
    lines: Vec<String>,
}

impl Failures {
    /// Takes the next line.
    pub(super) fn read(&mut self, line: &str) {
        let name = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(name) = name {
            self.is_telling = true;
            self.tests.push(Failed {
                name: name.to_owned(),
                lines: Vec::new(),
            });
        } else if line == "failures:" || line == "stack backtrace:" {
            self.is_telling = false;
        } else if let (true, Some(test)) = (self.is_telling, self.tests.last_mut())
            && test.lines.len() < MOST_LINES
            && !line.is_empty()
        {
            test.lines.push(line.to_owned());
        }
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Failed { name, lines } in &self.tests {
            writeln!(f, "failed: {name}")?;
            for line in lines {
                writeln!(f, "    {line}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failed_test_is_named_with_what_it_said_up_to_its_backtrace() {
        let written = "\
running 3 tests
test rooms::a ... ok
test rooms::b ... FAILED
test rooms::c ... FAILED

failures:

---- rooms::b stdout ----

thread 'rooms::b' (7) panicked at rooms.rs:1:2:
left is not right
stack backtrace:
   0: main

---- rooms::c stdout ----
Error: no room

failures:
    rooms::b
    rooms::c

test result: FAILED. 1 passed; 2 failed";
        let mut failures = Failures::default();
        for line in written.lines() {
            failures.read(line);
        }
        let told = "\
failed: rooms::b
    thread 'rooms::b' (7) panicked at rooms.rs:1:2:
    left is not right
failed: rooms::c
    Error: no room
";
        assert_eq!(failures.to_string(), told);
    }
}
