//! Secrets Manager and the content bucket, as far as a rotation sees them.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::super::*;

/// The two stores, a clock, and a number for each token that was made.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) now: DateTime<Utc>,
    pub(super) table: VerifierTable,
    /// Grows with each write of the table.
    etag: u64,
    values: BTreeMap<String, Option<Token>>,
    current: Option<String>,
    pending: Option<String>,
    previous: Option<String>,
    made: u32,
}

/// What a table's reader knows.
pub(super) type Read = (VerifierTable, u64);

impl World {
    /// One token, made and accepted.
    pub(super) fn with_token() -> Self {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let first = token(1);
        Self {
            now,
            table: VerifierTable {
                verifiers: vec![Verifier::of(&first, now)],
            },
            etag: 0,
            values: BTreeMap::from([("first".to_owned(), Some(first))]),
            current: Some("first".to_owned()),
            pending: None,
            previous: None,
            made: 1,
        }
    }

    /// Leaves a pending version behind.
    pub(super) fn pend(&mut self, number: Option<u32>) {
        self.values.insert("left-over".to_owned(), number.map(token));
        self.pending = Some("left-over".to_owned());
    }

    pub(super) fn read_table(&self) -> Read {
        (self.table.clone(), self.etag)
    }

    pub(super) fn read_labels(&self, table: VerifierTable, proven: Option<String>) -> Facts {
        let version = |id: &Option<String>| {
            let id = id.clone()?;
            let token = self.values[&id].clone();
            Some(Version { id, token })
        };
        Facts {
            current: version(&self.current),
            pending: version(&self.pending),
            previous: version(&self.previous),
            taken: self.values.keys().cloned().collect(),
            table,
            proven,
        }
    }

    pub(super) fn facts(&self) -> Facts {
        self.read_labels(self.table.clone(), None)
    }

    /// Carries a step out as AWS would; a condition that does not hold changes nothing. Says whether it held.
    pub(super) fn carry_out(&mut self, step: &Step, etag: u64) -> bool {
        match step {
            Step::Create { version } => {
                if self.values.contains_key(version) {
                    return false;
                }
                self.made += 1;
                self.values.insert(version.clone(), Some(token(self.made)));
                self.pending = Some(version.clone());
            }
            Step::Write { table, .. } => {
                if self.etag != etag {
                    return false;
                }
                self.table = table.clone();
                self.etag += 1;
            }
            Step::Test { .. } => {}
            Step::Promote { from, to, .. } => {
                if self.current != *from || self.current.as_ref() == Some(to) {
                    return false;
                }
                self.previous = self.current.replace(to.clone());
            }
            Step::Unlabel { version } => {
                if self.pending.as_ref() != Some(version) {
                    return false;
                }
                self.pending = None;
            }
        }
        true
    }

    /// Goes all the way, alone.
    pub(super) fn run(&mut self, goal: impl Fn(&Facts) -> Goal) -> (Vec<String>, Decision) {
        self.run_some(goal, 32)
    }

    /// Takes at most so many steps.
    pub(super) fn run_some(
        &mut self,
        goal: impl Fn(&Facts) -> Goal,
        steps: usize,
    ) -> (Vec<String>, Decision) {
        let goal = goal(&self.facts());
        let (mut told, mut proven) = (Vec::new(), None);
        loop {
            let (table, etag) = self.read_table();
            match decide(&self.read_labels(table, proven.clone()), &goal, self.now) {
                Decision::Do(step) if told.len() < steps => {
                    assert!(self.carry_out(&step, etag), "{step}");
                    if let Step::Test { kid } = &step {
                        proven = Some(kid.clone());
                    }
                    told.push(step.to_string());
                }
                end => return (told, end),
            }
        }
    }

    pub(super) fn current_token(&self) -> Option<&Token> {
        self.values[self.current.as_ref()?].as_ref()
    }

    /// The number of the current token.
    pub(super) fn current(&self) -> Option<u32> {
        let current = self.current_token()?;
        (1..=self.made).find(|number| token(*number) == *current)
    }

    /// The numbers of the tokens that the table accepts.
    pub(super) fn live(&self) -> Vec<u32> {
        let is_live =
            |number: &u32| self.table.judge(token(*number).reveal(), self.now) != crate::Verdict::Refused;
        (1..=self.made).filter(is_live).collect()
    }

    /// The numbers of the tokens that are accepted without end.
    pub(super) fn endless(&self) -> Vec<u32> {
        let is_endless = |number: &u32| {
            self.table
                .find(&token(*number).kid())
                .is_some_and(|verifier| verifier.not_after.is_none())
        };
        (1..=self.made).filter(is_endless).collect()
    }
}

/// The token of a number.
pub(super) fn token(number: u32) -> Token {
    let digest = Sha256::digest(number.to_be_bytes());
    let more = Sha256::digest(digest);
    Token::from_random(&[digest, more].concat()).unwrap()
}
