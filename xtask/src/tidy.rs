//! `tidy`: the house rules that no compiler checks, held against `cargo metadata` and the tracked files.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;

/// A deployable's `main.rs` only wires: a longer one has begun to decide.
const LONGEST_MAIN: usize = 40;
/// A longer source file is more than one room.
const LONGEST_FILE: usize = 300;

/// Where a crate stands. An arrow may point only to what [`Layer::may_use`] lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Domain,
    Client,
    Boot,
    Reader,
    Dispatch,
    Testkit,
    Lambda,
    Stacks,
    Plan,
    Xtask,
}

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    place: String,
    rule: String,
}

/// Checks and tells.
pub(crate) fn run(workspace: &Workspace) -> Result<Exit> {
    let breaches = breaches(workspace)?;
    for breach in &breaches {
        screen::answer(&breach.to_string());
    }
    if breaches.is_empty() {
        screen::step("tidy: every rule holds");
        return Ok(Exit::Ok);
    }
    Ok(Exit::Error)
}

fn breaches(workspace: &Workspace) -> Result<Vec<Breach>> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace.root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cannot read cargo's metadata")?;
    let mut found = Vec::new();
    for package in metadata.workspace_packages() {
        check_place(package, &mut found);
        check_edges(&metadata, package, &mut found);
        check_manifest(package, &mut found)?;
        if let Some(folder) = package.manifest_path.parent() {
            check_files(folder.as_std_path(), package, &mut found)?;
        }
    }
    found.sort_by(|a, b| a.place.cmp(&b.place).then_with(|| a.rule.cmp(&b.rule)));
    Ok(found)
}

fn check_place(package: &Package, found: &mut Vec<Breach>) {
    let folder = package
        .manifest_path
        .parent()
        .and_then(|folder| folder.file_name());
    if folder != Some(package.name.as_str()) {
        found.push(Breach::new(
            package,
            "the folder and the package have different names",
        ));
    }
    if layer(package).is_none() {
        found.push(Breach::new(package, "the package stands in no known layer"));
    }
}

fn check_edges(metadata: &Metadata, package: &Package, found: &mut Vec<Breach>) {
    let Some(from) = layer(package) else { return };
    let ours = metadata.workspace_packages();
    for dependency in &package.dependencies {
        let Some(target) = ours.iter().find(|other| other.name.as_str() == dependency.name) else {
            continue;
        };
        let Some(to) = layer(target) else { continue };
        // Tests may also use the testkit: it is never part of what is deployed.
        let for_tests = dependency.kind == DependencyKind::Development;
        let allowed = from.may_use(package.name.as_str(), to, target.name.as_str())
            || (for_tests && to == Layer::Testkit);
        if !allowed {
            found.push(Breach::new(
                package,
                &format!("it may not depend on {}", target.name),
            ));
        }
    }
}

fn check_manifest(package: &Package, found: &mut Vec<Breach>) -> Result<()> {
    let text = fs::read_to_string(&package.manifest_path)?;
    if !text.contains("[lints]\nworkspace = true") {
        found.push(Breach::new(package, "it does not take the workspace's lints"));
    }
    Ok(())
}

fn check_files(folder: &Path, package: &Package, found: &mut Vec<Breach>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            check_files(&path, package, found)?;
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let lines = fs::read_to_string(&path)?.lines().count();
        let is_test = name == "tests.rs" || path.components().any(|part| part.as_os_str() == "tests");
        let place = |rule: String| Breach {
            place: format!("{}: {name}", package.name),
            rule,
        };
        if name == "mod.rs" {
            found.push(place(
                "a module is `name.rs` beside `name/`, not `mod.rs`".to_owned(),
            ));
        }
        if name == "main.rs" && lines > LONGEST_MAIN && !is_test {
            found.push(place(format!(
                "main.rs has {lines} lines, more than {LONGEST_MAIN}"
            )));
        }
        if lines > LONGEST_FILE && !is_test {
            found.push(place(format!(
                "the file has {lines} lines, more than {LONGEST_FILE}"
            )));
        }
    }
    Ok(())
}

fn layer(package: &Package) -> Option<Layer> {
    let path = package.manifest_path.as_str();
    let name = package.name.as_str();
    Some(match name {
        "xtask" => Layer::Xtask,
        "stacks" => Layer::Stacks,
        "plan" => Layer::Plan,
        "testkit" | "emulated" => Layer::Testkit,
        "lambda-boot" => Layer::Boot,
        "feed-reader" | "messaging" => Layer::Reader,
        "dispatch" => Layer::Dispatch,
        _ if path.contains("/functions/domain/") => Layer::Domain,
        _ if path.contains("/functions/clients/") => Layer::Client,
        _ if path.contains("/functions/lambdas/") => Layer::Lambda,
        _ => return None,
    })
}

impl Layer {
    /// The table of ARCHITECTURE.md.
    fn may_use(self, from: &str, to: Self, target: &str) -> bool {
        match self {
            Self::Domain => {
                to == Self::Domain
                    && !["contract", "calendar", "token"].contains(&from)
                    && target != "contract"
            }
            Self::Client => to == Self::Domain,
            Self::Boot => target == "contract",
            Self::Reader => matches!(to, Self::Domain | Self::Boot) || target == "platform",
            Self::Dispatch => matches!(to, Self::Domain | Self::Client) || target == "messaging",
            Self::Testkit => to == Self::Domain || target == "testkit",
            Self::Lambda => matches!(
                to,
                Self::Domain | Self::Client | Self::Boot | Self::Reader | Self::Dispatch
            ),
            Self::Stacks => target == "contract",
            Self::Plan => matches!(target, "contract" | "stacks"),
            // `platform` is the guarded client: `feed inspect` reads feeds just as the functions do.
            Self::Xtask => {
                matches!(to, Self::Stacks | Self::Plan | Self::Domain | Self::Testkit) || target == "platform"
            }
        }
    }
}

impl Breach {
    fn new(package: &Package, rule: &str) -> Self {
        Self {
            place: package.name.to_string(),
            rule: rule.to_owned(),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        assert_eq!(breaches(&Workspace::find().unwrap()).unwrap(), []);
    }

    #[test]
    fn arrows_point_only_upwards() {
        assert!(Layer::Lambda.may_use("event-broker", Layer::Client, "store"));
        assert!(!Layer::Lambda.may_use("webhooks", Layer::Lambda, "event-broker"));
        assert!(!Layer::Client.may_use("store", Layer::Lambda, "event-broker"));
        assert!(!Layer::Domain.may_use("calendar", Layer::Domain, "booking"));
        assert!(Layer::Domain.may_use("booking", Layer::Domain, "calendar"));
        assert!(!Layer::Xtask.may_use("xtask", Layer::Client, "store"));
        assert!(!Layer::Stacks.may_use("stacks", Layer::Domain, "booking"));
        assert!(Layer::Plan.may_use("plan", Layer::Stacks, "stacks"));
        assert!(!Layer::Plan.may_use("plan", Layer::Domain, "token"));
        assert!(Layer::Xtask.may_use("xtask", Layer::Plan, "plan"));
    }
}
