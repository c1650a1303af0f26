//! The plan as the one comment of its stage.

use crate::model::Plan;

/// Characters of a comment at most. GitHub's own limit is 65,536.
pub const LONGEST_COMMENT: usize = 60_000;
/// Kept free for headings, fences and the lines that say what was left out.
const RESERVE: usize = 2_000;
/// A longer entry is cut: no single one may push out all others.
const LONGEST_ENTRY: usize = 4_000;

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
    let mut left_out = 0;
    for section in plan.sections() {
        let mut shown: Vec<String> = Vec::new();
        let total = section.entries.len();
        for entry in section.entries {
            let entry = cut(&entry);
            let length = entry.chars().count() + 1;
            if length > room {
                break;
            }
            room -= length;
            shown.push(entry);
        }
        left_out += total - shown.len();
        // What must be looked at is open; the rest unfolds.
        let folded = !matches!(
            section.title,
            "Not known" | "First" | "Danger" | "Drift" | "Later"
        );
        let fence = fence(&shown);
        let body = format!("{fence}diff\n{}\n{fence}\n", shown.join("\n"));
        let title = format!("{} ({total})", section.title);
        out.push_str(&match (shown.is_empty(), folded) {
            (true, _) => format!("\n#### {title}\n"),
            (false, true) => format!("\n<details><summary>{title}</summary>\n\n{body}\n</details>\n"),
            (false, false) => format!("\n#### {title}\n\n{body}"),
        });
    }
    if left_out > 0 {
        out.push_str(&format!(
            "\n{left_out} entries are left out here: see {whole_plan} for all.\n"
        ));
    }
    out
}

fn cut(entry: &str) -> String {
    if entry.chars().count() <= LONGEST_ENTRY {
        return entry.to_owned();
    }
    let start: String = entry.chars().take(LONGEST_ENTRY).collect();
    format!("{start}… (cut)")
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
