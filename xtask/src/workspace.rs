//! The checkout that this command works on, and where it keeps what it makes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The root of a Landfall checkout.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the checkout around the current folder.
    pub(crate) fn find() -> Result<Self> {
        let here = std::env::current_dir().context("cannot read the current folder")?;
        for folder in here.ancestors() {
            if folder.join("xtask/Cargo.toml").is_file() && folder.join("functions").is_dir() {
                return Ok(Self {
                    root: folder.to_owned(),
                });
            }
        }
        bail!(
            "{} is not inside a Landfall checkout: run this from one",
            here.display()
        )
    }

    /// The checkout's root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => self.root.join(dir),
            None => self.root.join("target"),
        }
    }

    /// Tools that xtask installs for itself: one virtual environment each.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target().join("tools")
    }

    /// The functions' content-addressed zips.
    pub(crate) fn artifacts(&self) -> PathBuf {
        self.target().join("artifacts")
    }
}
