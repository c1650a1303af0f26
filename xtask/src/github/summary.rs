//! The step's summary: the whole plan, as text, below GitHub's limit.

use std::fs::OpenOptions;
use std::io::Write as _;

use ::plan::Plan;
use anyhow::{Context, Result};

use super::job::Job;
use super::settle::Manner;
use crate::exit::Exit;
use crate::screen;

/// Bytes of a step's summary at most: GitHub shows nothing at all of a longer one.
const LONGEST_SUMMARY: usize = 1024 * 1024;
/// Kept free for what is around the plan.
const RESERVE: usize = 1024;

/// Adds the plan to the summary.
pub(super) fn run(job: &Job, plan: &Plan, manner: Manner) -> Result<Exit> {
    let file = &job.summary;
    let taken = std::fs::metadata(file).map_or(0, |file| file.len());
    let text = summary(plan, usize::try_from(taken)?, &job.run);
    if manner == Manner::Show {
        screen::answer(&text);
        return Ok(Exit::Ok);
    }
    let mut summary = OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .with_context(|| format!("cannot open the step's summary at {}", file.display()))?;
    summary
        .write_all(text.as_bytes())
        .with_context(|| format!("cannot write the step's summary to {}", file.display()))?;
    screen::step(&format!("wrote the plan of {} to the step's summary", plan.stage));
    Ok(Exit::Ok)
}

/// The plan between fences, cut at the end of a line where `taken` bytes leave no more room.
fn summary(plan: &Plan, taken: usize, run: &str) -> String {
    let whole = plan.to_string();
    let room = LONGEST_SUMMARY.saturating_sub(taken + RESERVE);
    let shown = cut(&whole, room);
    let fence = fence(shown);
    let mut text = format!("### {}\n\n{fence}diff\n{shown}\n{fence}\n", plan.stage);
    if shown.len() < whole.trim_end().len() {
        text.push_str(&format!(
            "\nThe rest does not fit here: see [the run's log]({run}).\n"
        ));
    }
    text
}

/// As many whole lines as fit.
fn cut(text: &str, room: usize) -> &str {
    let text = text.trim_end();
    if text.len() <= room {
        return text;
    }
    let start = text
        .char_indices()
        .map(|(at, _)| at)
        .take_while(|at| *at <= room)
        .last();
    let start = text.get(..start.unwrap_or(0)).unwrap_or_default();
    start.rsplit_once('\n').map_or("", |(lines, _)| lines)
}

/// Longer than any run of backticks inside, so that no value can close it.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::plan::facts::{Basis, Facts, Raw, StackFacts};
    use serde_json::json;

    /// A plan whose text is longer than GitHub takes.
    fn long(resources: usize) -> Plan {
        let topics = |version: &str| {
            let topic = |number| {
                let name = format!("ü`````{number} {version} {}", "long ".repeat(20));
                let topic = json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}});
                (format!("Topic{number}"), topic)
            };
            let topics: serde_json::Map<_, _> = (0..resources).map(topic).collect();
            Some(Raw(json!({"Resources": topics})))
        };
        ::plan::plan(&Facts {
            stage: "staging".to_owned(),
            basis: Basis::Offline,
            stacks: vec![StackFacts {
                name: "landfall-staging-runtime".to_owned(),
                deployed: topics("one"),
                new: topics("two"),
                ..StackFacts::default()
            }],
        })
    }

    #[test]
    fn a_plan_that_fits_is_there_to_its_last_line() {
        let plan = long(3);
        let text = summary(&plan, 0, "https://github.com/run");
        assert!(text.contains(plan.to_string().trim_end()));
        assert!(!text.contains("does not fit"));
        // One backtick more than the longest run inside.
        assert!(text.contains("\n``````diff\n") && text.ends_with("\n``````\n"));
    }

    #[test]
    fn a_plan_that_does_not_fit_is_cut_at_a_line_and_says_so() {
        let plan = long(6000);
        assert!(plan.to_string().len() > LONGEST_SUMMARY);
        for taken in [0, 1000, LONGEST_SUMMARY - 2000] {
            let text = summary(&plan, taken, "https://github.com/run");
            assert!(text.len() + taken <= LONGEST_SUMMARY);
            assert!(
                text.ends_with("The rest does not fit here: see [the run's log](https://github.com/run).\n")
            );
        }
    }

    #[test]
    fn a_cut_is_never_inside_a_character() {
        assert_eq!(cut("ab\nüü\n", 100), "ab\nüü");
        for room in 0..7 {
            assert!(["", "ab", "ab\nüü"].contains(&cut("ab\nüü", room)), "{room}");
        }
    }
}
