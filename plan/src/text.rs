//! The plan as text. Signs and words carry everything: nothing depends on colour.

mod code;
mod order;

use std::fmt;

use crate::{
    difference::PropertyChange,
    facts::Basis,
    iam::IamVerdict,
    model::{
        Change, Counts, Danger, Drift, Fate, NotChecked, Outcome, Plan, SettingChange, Touched, verdict,
    },
    redact::{REDACTED, Shown},
};

/// The heading of what must be looked at.
pub(crate) const DANGER: &str = "Danger";

/// A heading and its entries, each of one or more lines.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) entries: Vec<String>,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline())?;
        writeln!(f, "{}", self.origin())?;
        for section in self.sections() {
            writeln!(f, "\n{}", section.title)?;
            for entry in section.entries {
                for line in entry.lines() {
                    writeln!(f, "  {line}")?;
                }
            }
        }
        Ok(())
    }
}

impl Plan {
    /// The first line, such as `Plan: 2 add · 1 REPLACE · IAM broadened`.
    #[must_use]
    pub fn headline(&self) -> String {
        let mut parts = self.counts.parts();
        if !self.gaps.is_empty() {
            parts.push("INCOMPLETE".to_owned());
        }
        if parts.is_empty() && !self.first.is_empty() {
            parts.push(format!("{} to be mended first", self.first.len()));
        }
        if parts.is_empty() && !self.later.is_empty() {
            parts.push("known only while it is applied".to_owned());
        }
        if parts.is_empty() && !self.settings.is_empty() {
            parts.push("settings only".to_owned());
        }
        match verdict(self) {
            Outcome::NoChanges => "Plan: no changes".to_owned(),
            Outcome::Changes => format!("Plan: {}", parts.join(" · ")),
        }
    }

    pub(crate) fn origin(&self) -> String {
        match self.basis {
            Basis::Deployed => format!("Stage {}, compared with what is deployed.", self.stage),
            Basis::Offline => format!(
                "Stage {}, compared with committed templates: drift and parameters are not known.",
                self.stage
            ),
        }
    }

    /// Everything below the first line, the most important first.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let gaps = self
            .gaps
            .iter()
            .map(|gap| format!("? {}: {}", gap.stack, gap.reason));
        let drift = self.drift.iter().map(drifted);
        let unchecked = not_checked(&self.drift_not_checked);
        let sections = [
            ("Not known", gaps.collect()),
            ("First", self.first.iter().map(order::first).collect()),
            (DANGER, self.danger.iter().map(change).collect()),
            ("Drift", drift.chain(unchecked).collect::<Vec<String>>()),
            ("Later", self.later.iter().map(order::later).collect()),
            ("Changes", self.changes.iter().map(change).collect()),
            ("Settings", self.settings.iter().map(setting).collect()),
            ("Code only", self.code.iter().map(code::code).collect()),
            (
                "Touched only if what they refer to gets another name",
                self.touched.iter().map(touched).collect(),
            ),
        ];
        sections
            .into_iter()
            .filter(|(_, entries)| !entries.is_empty())
            .map(|(title, entries)| Section { title, entries })
            .collect()
    }
}

impl Counts {
    fn parts(&self) -> Vec<String> {
        let numbers = [
            (self.add, "add"),
            (self.change, "change"),
            (self.replace, "REPLACE"),
            (self.may_replace, "MAY REPLACE"),
            (self.destroy, "destroy"),
            (self.drifted, "drifted"),
        ];
        let numbers = numbers.into_iter().filter(|(number, _)| *number > 0);
        let iam = match self.iam {
            IamVerdict::Same => None,
            IamVerdict::Narrowed => Some("IAM narrowed"),
            IamVerdict::Broadened => Some("IAM broadened"),
            IamVerdict::Unknown => Some("IAM unknown, treat as broadened"),
        };
        numbers
            .map(|(number, word)| format!("{number} {word}"))
            .chain(iam.map(str::to_owned))
            .collect()
    }
}

fn touched(touched: &Touched) -> String {
    format!("{}: {}", touched.stack, touched.logical_ids.join(", "))
}

fn change(change: &Change) -> String {
    let Change {
        stack,
        logical_id,
        resource_type,
        action,
        ..
    } = change;
    let mut line = format!(
        "{} {logical_id} ({resource_type}) in {stack}: {}",
        action.sign(),
        action.words()
    );
    if let Some(because) = &change.because {
        line.push_str(&format!(", because of {because}"));
    }
    if change.predicted {
        line.push_str(" (predicted)");
    }
    if let Some(condition) = &change.condition {
        line.push_str(&format!(", depends on condition {condition}"));
    }
    let dangers = change
        .dangers
        .iter()
        .map(|danger| format!("    ! {}", danger_words(danger, change)));
    let broadened = change
        .broadened
        .iter()
        .map(|grant| format!("    + right: {grant}"));
    let narrowed = change
        .narrowed
        .iter()
        .map(|grant| format!("    - right: {grant}"));
    let properties = change.properties.iter().flat_map(property);
    std::iter::once(line)
        .chain(dangers)
        .chain(broadened)
        .chain(narrowed)
        .chain(properties)
        .collect::<Vec<String>>()
        .join("\n")
}

fn danger_words(danger: &Danger, change: &Change) -> String {
    match danger {
        Danger::StatefulDestroy => "it holds data, and leaves the stack".to_owned(),
        Danger::StatefulReplace => match change.old_one {
            Some(Fate::Kept) => "it holds data, and a new one is empty; the old one is kept in the account",
            Some(Fate::Snapshot) => {
                "it holds data, and a new one is empty; a snapshot of the old one is kept"
            }
            _ => "it holds data, and a new one is empty; the old one is deleted",
        }
        .to_owned(),
        Danger::IamBroadened if change.iam == IamVerdict::Unknown => {
            "rights cannot be judged: treat as broadened".to_owned()
        }
        Danger::IamBroadened => "rights are broadened".to_owned(),
        Danger::PublicExposure(way) => format!("open to everybody: {way}"),
    }
}

fn property(property: &PropertyChange) -> Vec<String> {
    let path = &property.path;
    if !property.lines.is_empty() {
        let lines = property.lines.iter().map(|line| format!("      {line}"));
        return std::iter::once(format!("    ~ {path}:")).chain(lines).collect();
    }
    vec![match &property.follows {
        Some(entity) if property.before == property.after => format!("    ~ {path}: follows {entity}"),
        Some(entity) => format!(
            "    {} (from {entity})",
            values(path, &property.before, &property.after)
        ),
        None => format!("    {}", values(path, &property.before, &property.after)),
    }]
}

fn values(path: &str, before: &Shown, after: &Shown) -> String {
    match (before, after) {
        (Shown::Redacted, Shown::Redacted) => format!("~ {path}: {REDACTED}, it changes"),
        (Shown::Absent, Shown::Absent) => format!("~ {path}: changes"),
        (Shown::Absent, after) => format!("+ {path}: {}", shown(after)),
        (before, Shown::Absent) => format!("- {path}: {}", shown(before)),
        (before, after) => format!("~ {path}: {} -> {}", shown(before), shown(after)),
    }
}

fn shown(value: &Shown) -> &str {
    match value {
        Shown::Absent => "(none)",
        Shown::Text(text) => text,
        Shown::Redacted => REDACTED,
    }
}

fn drifted(drift: &Drift) -> String {
    let Drift {
        stack,
        logical_id,
        resource_type,
        ..
    } = drift;
    let what = if drift.deleted {
        "DELETED by other means"
    } else {
        "drifted"
    };
    let line = format!("~ {logical_id} ({resource_type}) in {stack}: {what}");
    let properties = drift.properties.iter().flat_map(property);
    std::iter::once(line)
        .chain(properties)
        .collect::<Vec<String>>()
        .join("\n")
}

/// One entry a stack and reason: a stack has many resources that nobody checks, all for the same reason.
fn not_checked(rows: &[NotChecked]) -> Vec<String> {
    let mut groups: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for row in rows {
        match groups
            .iter_mut()
            .find(|(stack, reason, _)| *stack == row.stack && *reason == row.reason)
        {
            Some((_, _, ids)) => ids.push(&row.logical_id),
            None => groups.push((&row.stack, &row.reason, vec![&row.logical_id])),
        }
    }
    let entry = |(stack, reason, ids): (&str, &str, Vec<&str>)| {
        format!(
            "? {stack}: {} not checked ({reason}): {}",
            ids.len(),
            ids.join(", ")
        )
    };
    groups.into_iter().map(entry).collect()
}

fn setting(setting: &SettingChange) -> String {
    let line = values(&setting.path, &setting.before, &setting.after);
    format!("{line} (in {})", setting.stack)
}
