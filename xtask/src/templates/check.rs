//! `templates check`: findings about templates as they are written, and as they render with a sample context.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use template::lint::{self, Class, Finding, Purpose};
use template::{Encoding, Kind, Library, RenderError};

use super::files;
use crate::exit::{Exit, Invalid};
use crate::screen;
use crate::workspace::Workspace;

/// What `templates check` takes.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// HTML files, templates, or folders of them [default: the checkout's templates].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Tell what is only for information, too.
    #[arg(long)]
    all: bool,
    /// Print one JSON object: `version` (1), `files` (how many were checked) and `findings`, each with `class` (error,
    /// warning or info), `rule`, `path`, `line`, `column`, `message` and `hint` (or null).
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer {
    version: u32,
    files: usize,
    findings: Vec<Finding>,
}

/// Checks, tells, and ends with 5 if anything must not be sent so.
pub(crate) fn run(workspace: &Workspace, args: &CheckArgs) -> Result<Exit> {
    let answer = if args.paths.is_empty() {
        checkout(workspace)?
    } else {
        given(&args.paths)?
    };
    let errors = count(&answer.findings, Class::Error);
    if args.json {
        screen::answer(&serde_json::to_string(&answer)?);
    } else {
        tell(&answer, args.all);
    }
    Ok(if errors == 0 { Exit::Ok } else { Exit::Invalid })
}

/// Refuses the checkout's templates if one of them must not be sent so.
pub(crate) fn refuse_errors(workspace: &Workspace) -> Result<()> {
    let findings = checkout(workspace)?.findings;
    let errors: Vec<String> = findings
        .iter()
        .filter(|finding| finding.class == Class::Error)
        .map(line)
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Invalid(format!("the templates have errors:\n{}", errors.join("\n"))).into())
}

/// The checkout's templates: each by itself, then what each message looks like with its sample.
fn checkout(workspace: &Workspace) -> Result<Answer> {
    let root = files::folder(workspace);
    let texts = files::texts(&root)?;
    let mut findings = Vec::new();
    for (path, text) in &texts {
        findings.extend(lint::check(path, text));
        findings.extend(lint::check_references(path, text, |name| {
            texts.contains_key(name)
        }));
    }
    let count = texts.len();
    let library = Library::new(texts);
    for name in library.names() {
        findings.extend(rendered(&library, &root, name)?);
    }
    for name in library.sms_names() {
        findings.extend(sent(&library, &root, name)?);
    }
    for name in library.reply_names() {
        findings.extend(
            library
                .reply(name, &files::sample(&root, "replies")?)
                .err()
                .map(failed),
        );
    }
    // A mistake in a layout shows in each mail that extends it.
    let mut told = BTreeSet::new();
    findings.retain(|finding| told.insert(finding.clone()));
    findings.sort();
    for finding in &mut findings {
        finding.path = format!("templates/{}", finding.path);
    }
    Ok(Answer {
        version: 1,
        files: count,
        findings,
    })
}

/// A mail as it is sent. Its places are those of the HTML that was made, so that its path says so.
fn rendered(library: &Library, root: &Path, name: &str) -> Result<Vec<Finding>> {
    let sample = files::sample(root, name)?;
    let purpose = match sample.get("unsubscribe_url") {
        Some(_) => Purpose::Marketing,
        None => Purpose::Transactional,
    };
    Ok(match library.email(name, &sample) {
        Ok(email) => lint::check_message(&format!("{name}/body.html.j2 (rendered)"), &email.html, purpose),
        Err(error) => vec![failed(error)],
    })
}

fn sent(library: &Library, root: &Path, name: &str) -> Result<Vec<Finding>> {
    let path = format!("sms/{name}.j2");
    Ok(match library.sms(name, &files::sample(root, "sms")?) {
        Ok(sms) if sms.segments.encoding == Encoding::Ucs2 => {
            let offenders: String = sms.segments.unicode_offenders.iter().collect();
            vec![Finding {
                class: Class::Warning,
                rule: "sms-unicode",
                path,
                line: 1,
                column: 1,
                message: format!(
                    "`{offenders}` is not in GSM 03.38: the message costs {}",
                    sms.segments.count
                ),
                hint: Some("write it with plain letters, and a segment holds 160 instead of 70".to_owned()),
            }]
        }
        Ok(_) => Vec::new(),
        Err(error) => vec![failed(error)],
    })
}

/// A template that does not render is told as a finding, at its place.
fn failed(error: RenderError) -> Finding {
    let rule = match error.kind {
        Kind::NotFound => "unknown-template",
        Kind::Syntax => "template-syntax",
        Kind::Undefined => "undefined",
        Kind::Limit => "endless",
        Kind::NotAMessage => "no-message",
        Kind::Invalid => "not-rendered",
    };
    Finding {
        class: Class::Error,
        rule,
        line: error.line.unwrap_or(1),
        column: error.column.unwrap_or(1),
        path: error.path,
        message: error.message,
        hint: error.hint,
    }
}

/// Files that somebody names, each by itself.
fn given(paths: &[PathBuf]) -> Result<Answer> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            let is_known = |name: &String| {
                let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
                matches!(ending, Some("html" | "htm" | "j2" | "jinja" | "jinja2" | "mjml"))
            };
            let names = files::names(path)?.into_iter().filter(is_known);
            all.extend(names.map(|name| path.join(name)));
        } else {
            all.push(path.clone());
        }
    }
    let mut findings = Vec::new();
    for path in &all {
        // What is not UTF-8 is shown to the words' rule as what a reader would see.
        let bytes = std::fs::read(path)
            .map_err(|error| Invalid(format!("cannot read {}: {error}", path.display())))?;
        let (shown, text) = (path.display().to_string(), String::from_utf8_lossy(&bytes));
        findings.extend(lint::check(&shown, &text));
    }
    Ok(Answer {
        version: 1,
        files: all.len(),
        findings,
    })
}

fn tell(answer: &Answer, all: bool) {
    let is_told = |finding: &&Finding| all || finding.class != Class::Info;
    for finding in answer.findings.iter().filter(is_told) {
        screen::answer(&line(finding));
    }
    let [errors, warnings, infos] =
        [Class::Error, Class::Warning, Class::Info].map(|class| count(&answer.findings, class));
    let files = answer.files;
    let more = if all || infos == 0 {
        ""
    } else {
        " (--all tells them)"
    };
    screen::answer(&format!(
        "{files} files: {errors} errors, {warnings} warnings, {infos} for information{more}"
    ));
}

fn count(findings: &[Finding], class: Class) -> usize {
    findings.iter().filter(|finding| finding.class == class).count()
}

fn line(finding: &Finding) -> String {
    let Finding {
        path,
        line,
        column,
        rule,
        message,
        ..
    } = finding;
    let class = match finding.class {
        Class::Error => "error",
        Class::Warning => "warning",
        Class::Info => "info",
    };
    let hint = finding
        .hint
        .as_ref()
        .map(|hint| format!("; {hint}"))
        .unwrap_or_default();
    format!("{path}:{line}:{column}: {class} {rule}: {message}{hint}")
}

#[cfg(test)]
mod tests;
