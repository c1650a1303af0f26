//! A budget, step by step.

/// What is left of a budget.
#[derive(Debug)]
pub(crate) struct Steps {
    left: u64,
    ran_out: bool,
}

/// Whether a walk goes on.
#[derive(PartialEq, Eq)]
pub(super) enum Next {
    On,
    Done,
}

impl Steps {
    /// What a recurrence costs that is asked for: it becomes an instant and an occurrence.
    pub(super) const PER_FOUND: usize = 20;

    pub(crate) const fn new(steps: u64) -> Self {
        Self {
            left: steps,
            ran_out: false,
        }
    }

    pub(crate) const fn left(&self) -> u64 {
        self.left
    }

    /// Whether somebody wanted more than there was.
    pub(crate) const fn ran_out(&self) -> bool {
        self.ran_out
    }

    pub(super) fn take(&mut self, steps: usize) -> Next {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                Next::On
            }
            None => {
                self.left = 0;
                self.ran_out = true;
                Next::Done
            }
        }
    }
}
