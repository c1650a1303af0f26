//! The plan as the one comment of its stage.

use crate::{model::Plan, text::DANGER};

/// Characters of a comment at most. GitHub's own limit is 65,536.
pub const LONGEST_COMMENT: usize = 60_000;
/// Kept free for headings, fences and the lines that say what was left out.
const RESERVE: usize = 2_000;
/// A longer entry is cut: no single one may push out all others.
const LONGEST_ENTRY: usize = 4_000;
/// A line of an entry that is shortened is cut here.
const LONGEST_LINE: usize = 240;
/// Backticks in a row that are shown.
const LONGEST_RUN: usize = 8;

/// The first line of the comment of a stage, by which it is found again and edited.
#[must_use]
pub fn marker(stage: &str) -> String {
    format!("<!-- landfall-plan:{stage} -->")
}

/// The comment: shorter than [`LONGEST_COMMENT`] characters, whatever the plan. `whole_plan` says where the whole
/// plan is, such as `the step summary`.
#[must_use]
pub fn markdown(plan: &Plan, whole_plan: &str) -> String {
    let mut out = format!(
        "{}\n### {}\n\n{}\n",
        marker(&plan.stage),
        plan.headline(),
        plan.origin()
    );
    let mut room = (LONGEST_COMMENT - RESERVE).saturating_sub(out.chars().count());
    let mut sections = plan.sections();
    // Dangers take their room before anything that stands above them.
    for section in sections.iter_mut().filter(|section| section.title == DANGER) {
        section.entries = shortened(&section.entries, room);
        room = room.saturating_sub(section.entries.iter().map(|entry| length(entry)).sum());
    }
    let mut left_out = 0;
    for section in sections {
        let total = section.entries.len();
        let shown = if section.title == DANGER {
            section.entries
        } else {
            fitting(&section.entries, &mut room)
        };
        left_out += total - shown.len();
        out.push_str(&told(section.title, total, &shown));
    }
    if left_out > 0 {
        out.push_str(&format!(
            "\n{left_out} entries are left out here: see {whole_plan} for all.\n"
        ));
    }
    out
}

fn told(title: &str, total: usize, shown: &[String]) -> String {
    // What must be looked at is open; the rest unfolds.
    let folded = !matches!(title, "Not known" | "First" | DANGER | "Drift" | "Later");
    let fence = fence(shown);
    let body = format!("{fence}diff\n{}\n{fence}\n", shown.join("\n"));
    let title = format!("{title} ({total})");
    match (shown.is_empty(), folded) {
        (true, _) => format!("\n#### {title}\n"),
        (false, true) => format!("\n<details><summary>{title}</summary>\n\n{body}\n</details>\n"),
        (false, false) => format!("\n#### {title}\n\n{body}"),
    }
}

/// The first entries, as many as there is room for.
fn fitting(entries: &[String], room: &mut usize) -> Vec<String> {
    let mut shown = Vec::new();
    for entry in entries {
        let entry = cut(entry);
        let Some(left) = room.checked_sub(length(&entry)) else {
            break;
        };
        *room = left;
        shown.push(entry);
    }
    shown
}

/// All entries in the longest form in which they fit: whole, what happens and why it is dangerous, or only the names.
/// When not even the names fit, the last entry says how many more there are.
fn shortened(entries: &[String], room: usize) -> Vec<String> {
    let forms: [fn(&str) -> String; 3] = [cut, head, name];
    let mut made = Vec::new();
    for form in forms {
        made = entries.iter().map(|entry| form(entry)).collect::<Vec<String>>();
        if made.iter().map(|entry| length(entry)).sum::<usize>() <= room {
            return made;
        }
    }
    let mut left = room.saturating_sub(LONGEST_LINE);
    let mut shown = fitting(&made, &mut left);
    shown.push(format!("! and {} more", entries.len() - shown.len()));
    shown
}

/// The first line, and the lines that say why it is dangerous.
fn head(entry: &str) -> String {
    let mut lines = entry.lines();
    let first = lines.next().map(|line| cut_at(line, LONGEST_LINE));
    let dangers = lines
        .filter(|line| line.trim_start().starts_with("! "))
        .map(|line| cut_at(line, LONGEST_LINE));
    cut(&first
        .into_iter()
        .chain(dangers)
        .collect::<Vec<String>>()
        .join("\n"))
}

/// The sign and the logical id.
fn name(entry: &str) -> String {
    cut_at(entry.split(" (").next().unwrap_or(entry), LONGEST_LINE)
}

/// With the line's end.
fn length(entry: &str) -> usize {
    entry.chars().count() + 1
}

fn cut(entry: &str) -> String {
    cut_at(entry, LONGEST_ENTRY)
}

/// Cut, and without long runs of backticks: the fence around them is longer than they are.
fn cut_at(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let mut run = 0;
    for (number, c) in text.chars().enumerate() {
        if number == longest {
            out.push_str("… (cut)");
            break;
        }
        run = if c == '`' { run + 1 } else { 0 };
        if run <= LONGEST_RUN {
            out.push(c);
        }
    }
    out
}

/// Longer than any run of backticks inside, so that no value can close it.
fn fence(entries: &[String]) -> String {
    let mut longest = 2;
    for entry in entries {
        for run in entry.split(|c| c != '`') {
            longest = longest.max(run.len());
        }
    }
    "`".repeat(longest + 1)
}
