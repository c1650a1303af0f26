//! `templates`: the texts that campaigns and replies are made of.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Subcommand;
use contract::content::TEMPLATES_PREFIX;
use stacks::outputs;

use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;

/// What can be done with templates.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Upload the templates that differ from what is stored.
    Push(StageArg),
}

/// Runs a `templates` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    let Command::Push(StageArg { stage }) = command;
    let environment = Environment::connect(workspace, stage).await?;
    let outputs = crate::outputs::read(&environment).await?;
    let bucket = crate::outputs::get(&outputs, outputs::CONTENT_BUCKET_NAME)?;
    if push(&environment, bucket).await? == 0 {
        screen::answer("no changes: every template is stored as it is here");
    }
    Ok(Exit::Ok)
}

/// Uploads what differs, and says how many files did.
pub(crate) async fn push(environment: &Environment, bucket: &str) -> Result<usize> {
    let s3 = environment.aws.s3();
    let mut pushed = 0;
    for (name, body) in read(&environment.workspace)? {
        let key = format!("{TEMPLATES_PREFIX}{name}");
        if s3
            .get(bucket, &key)
            .await?
            .is_some_and(|(stored, _)| stored == body)
        {
            continue;
        }
        s3.put(bucket, &key, body, "text/plain; charset=utf-8").await?;
        screen::step(&format!("uploaded templates/{name}"));
        pushed += 1;
    }
    Ok(pushed)
}

/// Every template of the checkout, by its path below `templates/`.
pub(crate) fn read(workspace: &Workspace) -> Result<BTreeMap<String, Vec<u8>>> {
    let folder = workspace.root().join("templates");
    let mut files = Vec::new();
    collect(&folder, &folder, &mut files)?;
    let read = |name: String| {
        let body =
            std::fs::read(folder.join(&name)).with_context(|| format!("cannot read templates/{name}"))?;
        Ok((name, body))
    };
    files.into_iter().map(read).collect()
}

/// The files below `folder`, as paths relative to `root` with `/` between their parts.
fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            files.push(name.replace(std::path::MAIN_SEPARATOR, "/"));
        }
    }
    Ok(())
}
