//! `templates render`: one file with one context.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use template::{Library, RenderError};

use super::files;
use crate::exit::{Exit, Invalid};
use crate::screen;
use crate::workspace::Workspace;

/// The texts that a template may use, by their names.
type Texts = BTreeMap<String, String>;

/// What `templates render` takes.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// The template, in the checkout or anywhere else. What it extends and includes is looked for from its own folder,
    /// from the folder above, and among the checkout's templates. Its name says whether it is HTML (`NAME.html.j2`) or text
    /// (`NAME.txt.j2`): one of another name is rendered if both come to the same.
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
    let (texts, name) = texts(&root, &file)?;
    let context = match &args.context {
        Some(path) => files::text(path)?,
        None => {
            let folder = name.split_once('/').map_or("", |(folder, _)| folder);
            files::sample(&root, folder)?.to_string()
        }
    };
    let is_ours = file
        .canonicalize()?
        .starts_with(root.canonicalize().unwrap_or(root));
    let text = if is_ours || is_text(&name) {
        Library::new(texts.clone()).text_of_json(&name, &context)
    } else {
        alike(&texts, &name, &context)?
    };
    let text = text.map_err(|error| Invalid(error.to_string()))?;
    if let Some(refusal) = refusal(texts, &name, &context) {
        screen::step(&format!("a message would not be sent so: {refusal}"));
    }
    screen::text(&text);
    Ok(Exit::Ok)
}

/// Whether a file says that it is no HTML.
fn is_text(name: &str) -> bool {
    name_of(Path::new(name)).contains(".txt")
}

/// Renders a file that may be meant as HTML though nothing says so: only if writing everything as HTML changes nothing.
///
/// # Errors
/// [`Invalid`] where it does: what is in the context would go out unescaped, or escaped, against what was meant.
fn alike(texts: &Texts, name: &str, context: &str) -> Result<Result<String, RenderError>> {
    let by_name = Library::new(texts.clone()).text_of_json(name, context);
    let as_html = Library::html(texts.clone()).text_of_json(name, context);
    match (&by_name, &as_html) {
        (Ok(one), Ok(other)) if one != other => Err(Invalid(format!(
            "{name}: what it says differs as HTML and as text, and not each of its templates' names says which it is: call \
             them NAME.html.j2 or NAME.txt.j2"
        ))
        .into()),
        (Ok(_), Err(_)) => Ok(as_html),
        _ => Ok(by_name),
    }
}

/// Why what was rendered here would be refused in a message, whose context has lost the order of its objects' keys.
fn refusal(texts: Texts, name: &str, context: &str) -> Option<RenderError> {
    let context = serde_json::from_str(context).ok()?;
    Library::new(texts).text(name, &context).err()
}

/// What the file may use, and its name there: below the folder above its own, as `booking-confirmation/body.html.j2`.
fn texts(root: &Path, file: &Path) -> Result<(Texts, String)> {
    let file = file.canonicalize()?;
    let mut texts = files::texts(root)?;
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    if let Some(name) = file.strip_prefix(&root).ok().and_then(Path::to_str) {
        return Ok((texts, name.to_owned()));
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
    Ok((texts, name))
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
