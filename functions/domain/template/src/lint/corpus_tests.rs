//! Published mails, and mails that were broken on purpose. The corpus is no part of the project: `LANDFALL_CORPUS`
//! says where it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Class, Finding, check};

#[derive(Deserialize)]
struct Entry {
    file: String,
    derived_from: Option<String>,
    mutation: Option<String>,
    #[serde(default)]
    changed: bool,
}

fn corpus(test: &str) -> Option<(PathBuf, Vec<Entry>)> {
    let root = testkit::need(test, "LANDFALL_CORPUS")?;
    let folder = Path::new(&root).join("mail");
    let manifest = fs::read_to_string(folder.join("MANIFEST.json")).unwrap();
    Some((folder, serde_json::from_str(&manifest).unwrap()))
}

fn findings(folder: &Path, file: &str) -> Option<Vec<Finding>> {
    let bytes = fs::read(folder.join(file)).ok()?;
    Some(check(file, &String::from_utf8_lossy(&bytes)))
}

fn is_told(finding: &&Finding) -> bool {
    finding.class != Class::Info
}

#[test]
fn published_mails_have_no_errors() {
    let Some((folder, entries)) = corpus("published_mails_have_no_errors") else {
        return;
    };
    let (mut good, mut all) = (0, 0);
    let mut by_rule: BTreeMap<(Class, &str), usize> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.mutation.is_none()) {
        let is_mail = entry.file.ends_with(".html") || entry.file.ends_with(".mjml");
        if !is_mail || entry.file.starts_with("jinja2_") {
            continue;
        }
        let Some(findings) = findings(&folder, &entry.file) else {
            continue;
        };
        all += 1;
        let rules: BTreeSet<_> = findings
            .iter()
            .map(|finding| (finding.class, finding.rule))
            .collect();
        for rule in rules {
            *by_rule.entry(rule).or_default() += 1;
        }
        let errors: Vec<_> = findings
            .iter()
            .filter(|finding| finding.class == Class::Error)
            .collect();
        good += usize::from(errors.is_empty());
        for error in errors.iter().take(2) {
            eprintln!(
                "{}:{}:{} {} {}",
                error.path, error.line, error.column, error.rule, error.message
            );
        }
    }
    for ((class, rule), files) in by_rule {
        eprintln!("{class:?} {rule}: {files} files");
    }
    eprintln!("published mails without errors: {good}/{all}");
    assert!(all > 0 && good * 100 >= all * 95, "{good}/{all}");
}

#[test]
fn what_was_broken_on_purpose_is_told() {
    let Some((folder, entries)) = corpus("what_was_broken_on_purpose_is_told") else {
        return;
    };
    let (mut caught, mut all) = (0, 0);
    let mut missed = BTreeSet::new();
    for entry in &entries {
        let (Some(mutation), Some(original)) = (&entry.mutation, &entry.derived_from) else {
            continue;
        };
        let Some(broken) = findings(&folder, &entry.file) else {
            continue;
        };
        if !entry.changed {
            continue;
        }
        // Where the original is not at hand, anything of the file might have been in it: only its rules tell.
        let before: Vec<(&str, String)> = findings(&folder, original)
            .unwrap_or_default()
            .iter()
            .filter(is_told)
            .map(|finding| (finding.rule, finding.message.clone()))
            .collect();
        let count = |rule: &str, message: &str| {
            before
                .iter()
                .filter(|old| old.0 == rule && old.1 == message)
                .count()
        };
        let now = |found: &Finding| {
            let same = |other: &&Finding| other.rule == found.rule && other.message == found.message;
            broken.iter().filter(is_told).filter(same).count()
        };
        let new: BTreeSet<_> = broken
            .iter()
            .filter(is_told)
            .filter(|finding| now(finding) > count(finding.rule, &finding.message))
            .map(|finding| (finding.class, finding.rule))
            .collect();
        all += 1;
        caught += usize::from(!new.is_empty());
        if new.is_empty() {
            missed.insert(mutation.clone());
        }
        let has_original = folder.join(original).is_file();
        eprintln!(
            "{mutation:<18} {:<60} {new:?}{}",
            entry.file,
            if has_original { "" } else { " (no original)" }
        );
    }
    eprintln!("broken mails that are told: {caught}/{all}, missed {missed:?}");
    assert!(missed.is_empty(), "{missed:?}");
}

/// Not ours to render: they need filters and functions of their own. But each is read without a panic.
#[test]
fn jinja2_templates_of_others_are_read() {
    let Some((folder, entries)) = corpus("jinja2_templates_of_others_are_read") else {
        return;
    };
    let (mut parsed, mut translated, mut all) = (0, 0, 0);
    for entry in entries.iter().filter(|entry| entry.file.starts_with("jinja2_")) {
        let Ok(source) = fs::read_to_string(folder.join(&entry.file)) else {
            continue;
        };
        let name = format!("{}.j2", entry.file);
        let errors: Vec<_> = check(&name, &source)
            .into_iter()
            .filter(|finding| finding.class == Class::Error)
            .collect();
        all += 1;
        parsed += usize::from(errors.is_empty());
        // Translation is an extension of Jinja2 that we do not have.
        translated += usize::from(
            errors
                .iter()
                .any(|error| error.message == "unknown statement trans"),
        );
    }
    eprintln!("Jinja2 templates without errors: {parsed}/{all}, and {translated} need translations");
    assert!(all > 0 && parsed + translated == all);
}

#[test]
fn published_mails_are_inlined_and_keep_what_phones_and_dark_mode_need() {
    let Some((folder, entries)) =
        corpus("published_mails_are_inlined_and_keep_what_phones_and_dark_mode_need")
    else {
        return;
    };
    let (mut inlined, mut all) = (0, 0);
    for entry in entries.iter().filter(|entry| entry.file.ends_with(".html")) {
        let Ok(html) = fs::read_to_string(folder.join(&entry.file)) else {
            continue;
        };
        all += 1;
        let made = crate::inline_css(&html).unwrap();
        let (pieces, _) = super::scan(&html);
        let has_query = pieces.iter().any(|piece| match &piece.kind {
            super::scan::PieceKind::Raw(css) => css.contains("@media"),
            _ => false,
        });
        inlined += usize::from(made.contains(" style=\""));
        // A cut mail has lost the element that held them.
        let is_cut = entry.mutation.as_deref() == Some("truncated");
        assert!(is_cut || !has_query || made.contains("@media"), "{}", entry.file);
        assert!(!crate::plain_text(&made).contains("@media"), "{}", entry.file);
    }
    eprintln!("mails with styles in their elements: {inlined}/{all}");
    assert!(all > 0);
}
