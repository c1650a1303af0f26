//! Templates and sample contexts on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::exit::Invalid;
use crate::workspace::Workspace;

/// What a context for trying a template out is called. It is no template, and stays here.
pub(super) const SAMPLE: &str = "sample.json";

/// The checkout's templates.
pub(super) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("templates")
}

/// Every file below a folder, as paths relative to it with `/` between their parts, in order.
pub(super) fn names(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    collect(root, root, &mut files)?;
    files.sort();
    Ok(files)
}

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

/// A file's text. One that is not UTF-8 is the author's to mend.
pub(super) fn text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    String::from_utf8(bytes).map_err(|_| Invalid(format!("{} is not UTF-8", path.display())).into())
}

/// The texts below a folder that may be templates, by their paths.
pub(super) fn texts(root: &Path) -> Result<BTreeMap<String, String>> {
    let is_template = |name: &String| Path::new(name).extension().is_some_and(|ending| ending == "j2");
    let names = names(root)?.into_iter().filter(is_template);
    names
        .map(|name| Ok((name.clone(), text(&root.join(&name))?)))
        .collect()
}

/// The context to try a template with: `sample.json` of the folder, and what that of the template's own folder puts
/// in the place of its parts.
pub(super) fn sample(root: &Path, template: &str) -> Result<Value> {
    let mut sample = read_sample(&root.join(SAMPLE))?;
    let own = read_sample(&root.join(template).join(SAMPLE))?;
    if let (Some(sample), Value::Object(own)) = (sample.as_object_mut(), own) {
        sample.extend(own);
    }
    Ok(sample)
}

fn read_sample(path: &Path) -> Result<Value> {
    if !path.is_file() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_str(&text(path)?)
        .map_err(|error| Invalid(format!("{} is not JSON: {error}", path.display())).into())
}
