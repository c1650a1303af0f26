//! `templates render`: one file with one context.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use template::Library;

use super::files;
use crate::exit::{Exit, Invalid};
use crate::screen;
use crate::workspace::Workspace;

/// What `templates render` takes.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// The template, in the checkout or anywhere else. What it extends and includes is looked for from its own folder,
    /// from the folder above, and among the checkout's templates.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The context, a JSON object [default: the sample of the checkout].
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
}

/// Prints what the file renders to.
pub(crate) fn run(workspace: &Workspace, args: &RenderArgs) -> Result<Exit> {
    let root = files::folder(workspace);
    let file = [args.file.clone(), root.join(&args.file)]
        .into_iter()
        .find(|path| path.is_file());
    let Some(file) = file else {
        return Err(Invalid(format!("there is no file {}", args.file.display())).into());
    };
    let (library, name) = library(&root, &file)?;
    let context = match &args.context {
        Some(path) => files::text(path)?,
        None => {
            let folder = name.split_once('/').map_or("", |(folder, _)| folder);
            files::sample(&root, folder)?.to_string()
        }
    };
    match library.text_of_json(&name, &context) {
        Ok(text) => {
            screen::text(&text);
            Ok(Exit::Ok)
        }
        Err(error) => Err(Invalid(error.to_string()).into()),
    }
}

/// The file's library, and its name there: below the folder above its own, as `booking-confirmation/body.html.j2`.
fn library(root: &Path, file: &Path) -> Result<(Library, String)> {
    let file = file.canonicalize()?;
    let mut texts = files::texts(root)?;
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    if let Some(name) = file.strip_prefix(&root).ok().and_then(Path::to_str) {
        return Ok((Library::new(texts), name.to_owned()));
    }
    let own = file.parent().unwrap_or(Path::new("/"));
    let mut name = name_of(&file);
    // A folder above that is as large as a home directory is no library: only its folders of templates count.
    for sibling in siblings(own) {
        texts.insert(name_of(&sibling), files::text(&sibling)?);
    }
    if let Some(above) = own.parent() {
        let folders = std::fs::read_dir(above)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        for folder in folders.filter(|path| path.is_dir()) {
            for sibling in siblings(&folder) {
                texts.insert(
                    format!("{}/{}", name_of(&folder), name_of(&sibling)),
                    files::text(&sibling)?,
                );
            }
        }
        name = format!("{}/{name}", name_of(own));
    }
    texts.insert(name.clone(), files::text(&file)?);
    Ok((Library::new(texts), name))
}

/// The templates in a folder, and not below.
fn siblings(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let is_template = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        path.is_file() && matches!(ending, Some("j2" | "jinja" | "jinja2" | "html" | "txt"))
    };
    files.filter(is_template).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
