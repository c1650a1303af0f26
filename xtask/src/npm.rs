//! Node tools from npm, each pinned and in a folder of its own under `target/tools`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::screen;
use crate::workspace::Workspace;

/// A tool from npm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeTool {
    /// The name of the package's command.
    pub command: &'static str,
    /// Where it is in.
    pub package: NodePackage,
}

/// A package from npm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodePackage {
    /// Its name.
    pub name: &'static str,
    /// Its exact version.
    pub version: &'static str,
}

/// A peer of `bench deploy`.
pub(crate) const AWS_CDK: NodeTool = NodeTool {
    command: "cdk",
    package: NodePackage {
        name: "aws-cdk",
        version: "2.1148.1",
    },
};

/// A peer of `bench sync`.
pub(crate) const ICAL_JS: NodePackage = NodePackage {
    name: "ical.js",
    version: "2.2.1",
};

impl NodeTool {
    /// Installs the tool unless it is there, and says where it is.
    pub(crate) fn install(&self, workspace: &Workspace) -> Result<PathBuf> {
        Ok(self.package.install(workspace)?.join(".bin").join(self.command))
    }
}

impl NodePackage {
    /// Installs the package unless it is there, and says in which folder of modules. No script of a package is run.
    pub(crate) fn install(&self, workspace: &Workspace) -> Result<PathBuf> {
        let folder = workspace.tools().join(format!("{}-{}", self.name, self.version));
        let modules = folder.join("node_modules");
        let marker = folder.join("complete");
        if marker.exists() {
            return Ok(modules);
        }
        let named = format!("{}@{}", self.name, self.version);
        let spinner = screen::spinner(&format!("installing {named}"));
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let output = Command::new("npm")
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--loglevel=error",
                "--prefix",
            ])
            .arg(&folder)
            .arg(&named)
            .stdin(Stdio::null())
            .output()
            .context("cannot start npm (Debian: nodejs, npm)")?;
        if !output.status.success() {
            bail!(
                "npm cannot install {named}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        // Written last, so that an interrupted install is done again.
        fs::write(&marker, &named)?;
        spinner.finish_and_clear();
        screen::step(&format!("installed {named}"));
        Ok(modules)
    }
}
