//! `templates`: the texts that campaigns and replies are made of.

mod check;
mod files;
mod preview;
mod render;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::Subcommand;
use contract::content::{LIBRARY_KEY, TEMPLATES_PREFIX};
use serde_json::Value;
use stacks::outputs;
use template::Library;

use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Invalid};
use crate::screen;
use crate::workspace::Workspace;
pub(crate) use preview::browser;

/// What can be done with templates.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check templates and HTML mails: syntax, links, nesting, size, what mail programs do not show.
    ///
    /// Ends with 5 if anything must not be sent so.
    Check(check::CheckArgs),
    /// Render one template with a context.
    Render(render::RenderArgs),
    /// Write mails as their readers get them: HTML, text, and pictures where there is a Chromium.
    Preview(preview::PreviewArgs),
    /// Upload the templates that differ from what is stored. Refuses those that must not be sent so.
    Push(StageArg),
}

/// Runs a `templates` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    let StageArg { stage } = match command {
        Command::Check(args) => return check::run(workspace, &args),
        Command::Render(args) => return render::run(workspace, &args),
        Command::Preview(args) => return preview::run(workspace, &args),
        Command::Push(stage) => stage,
    };
    let environment = Environment::connect(workspace, stage).await?;
    let outputs = crate::outputs::read(&environment).await?;
    let bucket = crate::outputs::get(&outputs, outputs::CONTENT_BUCKET_NAME)?;
    if push(&environment, bucket).await? == 0 {
        screen::answer("no changes: every template is stored as it is here");
    }
    Ok(Exit::Ok)
}

/// Uploads what differs, and says how many files did. Nothing is uploaded if one of them has an error.
pub(crate) async fn push(environment: &Environment, bucket: &str) -> Result<usize> {
    check::refuse_errors(&environment.workspace)?;
    let s3 = environment.aws.s3();
    let mut pushed = 0;
    let files = read(&environment.workspace)?;
    let library = library(&files)?;
    for (name, body) in files {
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
    // It comes last, and is all that a sender reads: whatever came before, a sender sees the old set or this one.
    let stored = s3.get(bucket, LIBRARY_KEY).await?;
    if stored.is_none_or(|(stored, _)| stored != library) {
        s3.put(bucket, LIBRARY_KEY, library, "application/json").await?;
        pushed += 1;
    }
    Ok(pushed)
}

/// All templates as one object: their texts by their paths below `templates/`.
///
/// # Errors
/// [`Invalid`] when a file is not UTF-8: it is the author's to mend.
fn library(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    let text = |(name, body): (&String, &Vec<u8>)| match std::str::from_utf8(body) {
        Ok(text) => Ok((name.clone(), text.to_owned())),
        Err(_) => Err(Invalid(format!(
            "templates/{name} is not UTF-8: save it as UTF-8, or keep it elsewhere"
        ))),
    };
    let texts: BTreeMap<String, String> = files.iter().map(text).collect::<Result<_, _>>()?;
    Ok(serde_json::to_vec(&texts)?)
}

/// The paths of the checkout's files below `templates/`, in order.
pub(crate) fn paths(workspace: &Workspace) -> Result<Vec<String>> {
    files::names(&files::folder(workspace))
}

/// Every template of the checkout, by its path below `templates/`.
pub(crate) fn read(workspace: &Workspace) -> Result<BTreeMap<String, Vec<u8>>> {
    let folder = files::folder(workspace);
    let read = |name: String| {
        let body =
            std::fs::read(folder.join(&name)).with_context(|| format!("cannot read templates/{name}"))?;
        Ok((name, body))
    };
    let is_sample = |name: &String| name.ends_with(files::SAMPLE);
    let names = files::names(&folder)?.into_iter();
    names.filter(|name| !is_sample(name)).map(read).collect()
}

/// The checkout's templates, ready to render.
pub(crate) fn checked_out(workspace: &Workspace) -> Result<Library> {
    Ok(Library::new(files::texts(&files::folder(workspace))?))
}

/// The sample context of one mail, for measuring.
pub(crate) fn sample(workspace: &Workspace, mail: &str) -> Result<Value> {
    files::sample(&files::folder(workspace), mail)
}

/// Every mail's HTML with its sample, before its styles are inlined, by its name.
pub(crate) fn rendered(workspace: &Workspace) -> Result<BTreeMap<String, String>> {
    let root = files::folder(workspace);
    let library = checked_out(workspace)?;
    let render = |name: &str| {
        let html = library.text(&format!("{name}/body.html.j2"), &files::sample(&root, name)?);
        Ok((name.to_owned(), html.map_err(|error| Invalid(error.to_string()))?))
    };
    library.names().map(render).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_holds_every_template_and_no_sample_and_is_always_the_same() {
        let files = read(&Workspace::find().unwrap()).unwrap();
        let bytes = library(&files).unwrap();
        assert_eq!(bytes, library(&files).unwrap());
        let texts: BTreeMap<String, String> = serde_json::from_slice(&bytes).unwrap();
        assert!(texts.keys().eq(files.keys()));
        assert!(texts.contains_key("booking-confirmation/subject.txt.j2"));
        assert!(texts.keys().all(|name| !name.ends_with(files::SAMPLE)));
        assert!(Library::new(texts).names().count() > 1);
    }

    #[test]
    fn a_file_that_is_no_text_is_named() {
        let files = BTreeMap::from([("boat.png".to_owned(), vec![0x89, 0xff])]);
        let error = library(&files).unwrap_err();
        assert_eq!(Exit::of(&error), Exit::Invalid);
        insta::assert_snapshot!(error, @"templates/boat.png is not UTF-8: save it as UTF-8, or keep it elsewhere");
    }
}
