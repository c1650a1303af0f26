//! Our engine against Jinja2's own answers. The corpus is no part of the project: `LANDFALL_CORPUS` says where it is.

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::UndefinedBehavior;
use serde::Deserialize;

use super::{Engine, Escaping, sources};

#[derive(Deserialize)]
struct Case {
    name: String,
    templates: BTreeMap<String, String>,
    ctx: minijinja::Value,
    strict: bool,
    jinja2: Answer,
}

#[derive(Deserialize)]
struct Answer {
    ok: bool,
    out: String,
}

/// How our answer relates to Jinja2's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The same text, or both refuse.
    Same,
    /// We refuse what Jinja2 renders, and say why.
    Refused,
    /// We render something else: nobody would notice.
    SilentlyDifferent,
}

fn judge(case: &Case) -> (Verdict, String) {
    let undefined = if case.strict {
        UndefinedBehavior::Strict
    } else {
        UndefinedBehavior::Lenient
    };
    let engine = Engine::with(&sources(case.templates.clone()), undefined, Escaping::Always);
    match engine.render("main", &case.ctx) {
        Ok(ours) if case.jinja2.ok && ours == case.jinja2.out => (Verdict::Same, ours),
        Ok(ours) => (Verdict::SilentlyDifferent, ours),
        Err(error) if !case.jinja2.ok => (Verdict::Same, error.to_string()),
        Err(error) => (Verdict::Refused, error.to_string()),
    }
}

#[test]
fn templates_render_as_jinja2_renders_them_or_are_refused() {
    let Some(root) = testkit::need(
        "templates_render_as_jinja2_renders_them_or_are_refused",
        "LANDFALL_CORPUS",
    ) else {
        return;
    };
    let text = std::fs::read_to_string(Path::new(&root).join("jinja2-cases.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    let mut tally: BTreeMap<Verdict, usize> = BTreeMap::new();
    for case in &cases {
        let (verdict, ours) = judge(case);
        *tally.entry(verdict).or_default() += 1;
        if verdict == Verdict::Same {
            eprintln!("{:<32} {verdict:?}", case.name);
        } else {
            eprintln!(
                "{:<32} {verdict:?}\n    ours   {ours:?}\n    jinja2 {:?}",
                case.name, case.jinja2.out
            );
        }
    }
    eprintln!("{tally:?} of {}", cases.len());
    let count = |verdict| tally.get(&verdict).copied().unwrap_or_default();
    assert_eq!(count(Verdict::SilentlyDifferent), 0);
    assert!((count(Verdict::Same) + count(Verdict::Refused)) * 26 >= cases.len() * 24);
}
