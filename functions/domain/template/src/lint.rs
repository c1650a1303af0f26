//! What a template, or the mail that it makes, has to be told.
//!
//! A finding is an error if it changes what a guest reads or does, or if a receiver refuses or strips it; a warning if
//! it does so in some clients; and for information otherwise. Most published templates trip a parser somewhere, and
//! look well: what only a parser minds is for information.

mod client;
mod links;
mod nesting;
mod parser;
mod rules;
mod scan;
mod source;
mod words;

use serde::Serialize;

use crate::engine::Engine;
use scan::{Piece, scan};

/// What one place of a file has to be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub class: Class,
    /// The rule's name: stable, so that it may be searched for.
    pub rule: &'static str,
    /// The file, as it was given.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it, unless the message says so.
    pub hint: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// It must not be sent so.
    Error,
    /// It looks or works otherwise than it was meant, in some clients at least.
    Warning,
    /// Worth knowing.
    Info,
}

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// About a booking that the guest has made.
    Transactional,
    /// To many, who may ask for no more of it: without a way to do so it is an error.
    Marketing,
    /// Unknown: without a way to unsubscribe it is a warning.
    Unknown,
}

/// What a file is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A template of HTML: its tags do not stand alone.
    HtmlTemplate,
    /// A template of text.
    TextTemplate,
    /// HTML as it is sent.
    Html,
    /// MJML, which another tool makes HTML of.
    Mjml,
}

/// Checks a file by itself: a template by its syntax and by what holds for each of its tags, HTML as a whole.
#[must_use]
pub fn check(path: &str, source: &str) -> Vec<Finding> {
    let form = form(path, source);
    match form {
        Form::HtmlTemplate | Form::TextTemplate => {
            let mut report = Report::new(path, source);
            source::check(&mut report);
            if form == Form::HtmlTemplate && report.findings.is_empty() {
                let blanked = source::blanked(source);
                let (pieces, _) = scan(&blanked);
                links::check(&mut report, &pieces);
                rules::check_tags(&mut report, &pieces);
            }
            report.sorted()
        }
        Form::Mjml => {
            let mut report = Report::new(path, source);
            let (pieces, _) = scan(source);
            report.add(
                Class::Info,
                "mjml",
                0,
                "MJML is no mail yet: compile it, and check the result",
            );
            links::check(&mut report, &pieces);
            report.sorted()
        }
        Form::Html => check_message(path, source, Purpose::Unknown),
    }
}

/// Checks a whole HTML document as it is sent.
#[must_use]
pub fn check_message(path: &str, html: &str, purpose: Purpose) -> Vec<Finding> {
    let mut report = Report::new(path, html);
    let (pieces, faults) = scan(html);
    nesting::check(&mut report, &pieces, &faults);
    links::check(&mut report, &pieces);
    rules::check_tags(&mut report, &pieces);
    rules::check_document(&mut report, &pieces, purpose);
    words::check(&mut report, &pieces);
    client::check(&mut report, &pieces);
    parser::check(&mut report);
    report.sorted()
}

/// Checks that what a template extends, includes and imports is there.
#[must_use]
pub fn check_references(path: &str, source: &str, is_known: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut report = Report::new(path, source);
    source::check_references(&mut report, is_known);
    report.sorted()
}

fn form(path: &str, source: &str) -> Form {
    let is_jinja = is_jinja(path);
    let path = path.to_ascii_lowercase();
    let is_html = path.contains(".html") || path.contains(".htm");
    if path.ends_with(".mjml") {
        Form::Mjml
    } else if is_html && (is_jinja || source.contains("{%")) {
        Form::HtmlTemplate
    } else if is_html {
        Form::Html
    } else {
        Form::TextTemplate
    }
}

fn is_jinja(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".j2", ".jinja", ".jinja2"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// Findings about one text.
struct Report<'a> {
    path: &'a str,
    text: &'a str,
    /// The offset at which each line begins.
    lines: Vec<usize>,
    findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    fn new(path: &'a str, text: &'a str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            path,
            text,
            lines: std::iter::once(0).chain(starts).collect(),
            findings: Vec::new(),
        }
    }

    fn add(&mut self, class: Class, rule: &'static str, at: usize, message: impl Into<String>) {
        self.add_with(class, rule, at, message, None);
    }

    fn hinted(
        &mut self,
        class: Class,
        rule: &'static str,
        at: usize,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add_with(class, rule, at, message, Some(hint.into()));
    }

    fn add_with(
        &mut self,
        class: Class,
        rule: &'static str,
        at: usize,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let (line, column) = self.position(at);
        self.findings.push(Finding {
            class,
            rule,
            path: self.path.to_owned(),
            line,
            column,
            message: message.into(),
            hint,
        });
    }

    /// Line and column, from 1, of a byte.
    fn position(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self
            .lines
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or_default();
        let before = self.text.get(start..at).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    /// The worst first, then by place.
    fn sorted(self) -> Vec<Finding> {
        let mut findings = self.findings;
        findings.sort_by(|a, b| {
            (a.class, a.line, a.column, a.rule, &a.message)
                .cmp(&(b.class, b.line, b.column, b.rule, &b.message))
        });
        findings.dedup();
        findings
    }
}

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod tests;
