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
    // MJML has few rules of its own: its share says less than that of the mails.
    let mut shares: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut by_rule: BTreeMap<(Class, &str), usize> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.mutation.is_none()) {
        let form = match Path::new(&entry.file)
            .extension()
            .and_then(|ending| ending.to_str())
        {
            Some("html") => "HTML",
            Some("mjml") => "MJML",
            _ => continue,
        };
        if entry.file.starts_with("jinja2_") {
            continue;
        }
        let Some(findings) = findings(&folder, &entry.file) else {
            continue;
        };
        let rules: BTreeSet<_> = findings
            .iter()
            .map(|finding| (finding.class, finding.rule))
            .collect();
        for rule in rules {
            *by_rule.entry(rule).or_default() += 1;
        }
        let errors = findings.iter().filter(|finding| finding.class == Class::Error);
        let (good, all) = shares.entry(form).or_default();
        *good += usize::from(errors.clone().next().is_none());
        *all += 1;
        for error in errors.take(2) {
            let Finding {
                path,
                line,
                column,
                rule,
                message,
                ..
            } = error;
            eprintln!("{path}:{line}:{column} {rule} {message}");
        }
    }
    for ((class, rule), files) in by_rule {
        eprintln!("{class:?} {rule}: {files} files");
    }
    let (html, mjml) = (shares["HTML"], shares.get("MJML").copied().unwrap_or_default());
    let both = (html.0 + mjml.0, html.1 + mjml.1);
    for (name, (good, all)) in [("HTML alone", html), ("with MJML", both)] {
        let share = good as f64 * 100.0 / all as f64;
        eprintln!("published mails without errors, {name}: {good} of {all} ({share:.1} %)");
        assert!(good * 100 >= all * 95, "{name}: {good} of {all}");
    }
}

/// The rule that says what was broken, and not merely that something is otherwise.
fn rule_of(mutation: &str) -> Option<&'static str> {
    Some(match mutation {
        "truncated" => "truncated",
        "unclosed_table" | "unclosed_a" => "unclosed-element",
        "missing_quote" => "attribute-quote",
        "text_in_table" => "text-in-table",
        "unrendered_jinja" => "left-over-braces",
        "empty_href" => "empty-link",
        "js_href" => "script-link",
        "form" | "script" => "stripped-element",
        "mso_unclosed" => "unclosed-comment",
        "over_102k" => "too-large",
        "long_line_998" => "long-line",
        "no_unsubscribe" => "missing-unsubscribe",
        "undefined_literal" => "missing-value",
        "relative_img" => "relative-image",
        "latin1_mojibake" => "mojibake",
        "dup_id_attr" => "duplicate-attribute",
        _ => return None,
    })
}

/// Why a rule rightly says nothing of a mail, and which one tells of the break instead.
fn explained(mutation: &str, html: &str) -> Option<(&'static str, &'static str)> {
    let is_left = html.to_lowercase().contains("preferences");
    (mutation == "no_unsubscribe" && is_left).then_some((
        "another link, to one's preferences, is still a way out; that the first has lost its words is told",
        "empty-link-text",
    ))
}

#[test]
fn what_was_broken_on_purpose_is_told_by_the_rule_that_is_about_it() {
    let Some((folder, entries)) = corpus("what_was_broken_on_purpose_is_told_by_the_rule_that_is_about_it")
    else {
        return;
    };
    let mut kinds: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    for entry in entries.iter().filter(|entry| entry.changed) {
        let (Some(mutation), Some(original)) = (&entry.mutation, &entry.derived_from) else {
            continue;
        };
        let Some(broken) = findings(&folder, &entry.file) else {
            continue;
        };
        // Where the original is not at hand, anything of the file might have been in it: only the rule tells.
        let before = findings(&folder, original).unwrap_or_default();
        let told = |rule: &str, of: &[Finding]| {
            let is_it = |finding: &&Finding| finding.rule == rule && is_told(finding);
            of.iter().filter(is_it).count()
        };
        let is_new = |rule: &str| told(rule, &broken) > told(rule, &before);
        let html = String::from_utf8_lossy(&fs::read(folder.join(&entry.file)).unwrap()).into_owned();
        let (caught, explained_by, all) = kinds.entry(mutation).or_default();
        *all += 1;
        if rule_of(mutation).is_some_and(is_new) {
            *caught += 1;
        } else if let Some((why, instead)) = explained(mutation, &html).filter(|(_, instead)| is_new(instead))
        {
            *explained_by += 1;
            eprintln!("{}: {instead}, since {why}", entry.file);
        } else {
            missed.push(format!("{mutation}: {}", entry.file));
        }
    }
    for (kind, (caught, explained, all)) in &kinds {
        let rule = rule_of(kind).unwrap_or("no rule");
        eprintln!("{kind:<18} {rule:<20} {caught} of {all} told, {explained} explained");
    }
    let (caught, all) = kinds
        .values()
        .fold((0, 0), |sum, kind| (sum.0 + kind.0, sum.1 + kind.2));
    eprintln!(
        "broken mails that the rule about it tells: {caught} of {all}, in {} kinds",
        kinds.len()
    );
    assert!(!kinds.is_empty() && missed.is_empty(), "{missed:#?}");
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
