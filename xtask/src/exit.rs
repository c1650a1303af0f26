//! Exit codes: stable, and documented in `cargo xtask --help`.

use std::process::ExitCode;

use crate::aws::cloudformation::Refusal;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Ok = 0,
    /// Something prevented an answer.
    Error = 1,
    /// There are changes, and `--detailed-exitcode` asked to be told so.
    Changes = 2,
    /// What was agreed to is no longer what would be done, or somebody else is at work on the stage.
    Stale = 3,
    /// A guard forbids it, and nobody has allowed it by name.
    Refused = 4,
    /// The input is not valid: usage, manifest, secret file.
    Invalid = 5,
    /// Deployed, but the smoke test failed.
    SmokeFailed = 6,
}

/// An error that is the caller's to mend: bad usage or a bad file. Ends with [`Exit::Invalid`].
#[derive(Debug)]
pub(crate) struct Invalid(pub String);

/// An error that looking again mends: a plan that its stage has outlived, or a lock that somebody else holds. Ends
/// with [`Exit::Stale`].
#[derive(Debug)]
pub(crate) struct Stale(pub String);

/// An error that a guard makes on purpose. Ends with [`Exit::Refused`].
#[derive(Debug)]
pub(crate) struct Refused(pub String);

impl Exit {
    /// The code that an error ends with: that of its first cause that has one.
    pub fn of(error: &anyhow::Error) -> Self {
        let code = |cause: &(dyn std::error::Error + 'static)| {
            if cause.is::<Invalid>() {
                Some(Self::Invalid)
            } else if cause.is::<Stale>() || matches!(cause.downcast_ref(), Some(Refusal::Stale(_))) {
                Some(Self::Stale)
            } else if cause.is::<Refused>() {
                Some(Self::Refused)
            } else {
                None
            }
        };
        error.chain().find_map(code).unwrap_or(Self::Error)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Stale {}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn an_error_ends_with_its_markers_code_however_deep_it_lies() {
        let check = |error: anyhow::Error, expected| assert_eq!(Exit::of(&error), expected);
        check(anyhow::anyhow!("no"), Exit::Error);
        check(Invalid("no".to_owned()).into(), Exit::Invalid);
        check(Stale("no".to_owned()).into(), Exit::Stale);
        check(Refused("no".to_owned()).into(), Exit::Refused);
        let deep = Err::<(), _>(Stale("no".to_owned()))
            .context("outer")
            .context("outermost");
        check(deep.unwrap_err(), Exit::Stale);
    }
}
