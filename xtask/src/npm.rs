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

/// A peer of `bench templates`.
pub(crate) const HTML_VALIDATE: NodePackage = NodePackage {
    name: "html-validate",
    version: "11.18.0",
};

/// A peer of `bench templates`.
pub(crate) const JUICE: NodePackage = NodePackage {
    name: "juice",
    version: "12.2.0",
};

/// Holds requests and answers against an OpenAPI description.
pub(crate) const PRISM: NodeTool = NodeTool {
    command: "prism",
    package: NodePackage {
        name: "@stoplight/prism-cli",
        version: "5.16.0",
    },
};

/// Twilio's own command line, for the description of the API that it carries.
pub(crate) const TWILIO: NodePackage = NodePackage {
    name: "@twilio/cli-core",
    version: "9.0.0",
};

/// Where [`TWILIO`] has the description of messages.
pub(crate) const TWILIO_OPENAPI: &str = "@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json";

/// Drives a browser.
pub(crate) const PLAYWRIGHT: NodePackage = NodePackage {
    name: "playwright-core",
    version: "1.64.1",
};

/// The judge of the page's accessibility.
pub(crate) const AXE: NodePackage = NodePackage {
    name: "axe-core",
    version: "4.14.1",
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
        let folder = workspace
            .tools()
            .join(format!("{}-{}", self.name.replace('/', "-"), self.version));
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
