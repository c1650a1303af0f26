//! Exit codes: stable, and documented in `cargo xtask --help`.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Ok = 0,
    /// Something prevented an answer.
    Error = 1,
    /// There are changes, and `--detailed-exitcode` asked to be told so.
    Changes = 2,
    /// The input is not valid: usage, manifest, secret file.
    Invalid = 5,
    /// Deployed, but the smoke test failed.
    SmokeFailed = 6,
}

/// An error that is the caller's to mend: bad usage or a bad file. Ends with [`Exit::Invalid`].
#[derive(Debug)]
pub(crate) struct Invalid(pub String);

impl Exit {
    /// The code that an error ends with.
    pub fn of(error: &anyhow::Error) -> Self {
        if error.chain().any(|cause| cause.is::<Invalid>()) {
            Self::Invalid
        } else {
            Self::Error
        }
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
