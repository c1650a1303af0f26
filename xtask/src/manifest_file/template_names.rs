//! Whether the checkout has the templates that campaigns and rules of answers name.

use anyhow::{Context, Result};
use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use manifest::{Finding, Manifest, MessageChannel, Then};

use super::Checked;

/// What an e-mail cannot do without, in its folder.
const PARTS_OF_EMAIL: [&str; 2] = ["subject.txt.j2", "body.html.j2"];

/// A finding for each template that the manifest names and that is not among these paths below `templates/`, or not whole.
///
/// # Errors
/// When a manifest that holds cannot be read once more.
pub(super) fn findings(checked: &Checked, paths: &[String]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for named in named(&checked.manifest) {
        let missing = named.missing(paths);
        if missing.is_empty() {
            continue;
        }
        let (line, column) = place(&checked.text, &named.pointer)?;
        findings.push(Finding {
            line,
            column,
            message: format!(
                "{} needs {}, which the checkout does not have",
                named.by,
                missing.join(" and ")
            ),
            hint: Some(named.form.hint(paths)),
            pointer: named.pointer,
        });
    }
    Ok(findings)
}

/// A template that the manifest names.
struct Named<'m> {
    /// Where.
    pointer: String,
    /// What names it, as it is told.
    by: String,
    form: Form,
    template: &'m str,
}

/// What a template makes.
#[derive(Clone, Copy)]
enum Form {
    Email,
    Sms,
    Reply,
}

fn named(manifest: &Manifest) -> Vec<Named<'_>> {
    let campaigns = manifest
        .campaigns
        .iter()
        .enumerate()
        .map(|(index, campaign)| Named {
            pointer: format!("/campaigns/{index}/template"),
            by: format!("the campaign `{}`", campaign.id.as_str()),
            form: match campaign.channel {
                MessageChannel::Email => Form::Email,
                MessageChannel::Sms => Form::Sms,
            },
            template: campaign.template.as_str(),
        });
    let rules = manifest
        .replies
        .rules
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| {
            let (place, form, template) = match &rule.then {
                Then::Reply(template) => ("reply", Form::Reply, template),
                Then::Sms(told) => ("sms/template", Form::Sms, &told.template),
                Then::Person(_) => return None,
            };
            Some(Named {
                pointer: format!("/replies/rules/{index}/then/{place}"),
                by: format!("the rule `{}`", rule.id.as_str()),
                form,
                template: template.as_str(),
            })
        });
    campaigns.chain(rules).collect()
}

impl Named<'_> {
    fn missing(&self, paths: &[String]) -> Vec<String> {
        let needed = self.form.needed(self.template).into_iter();
        let missing = needed.filter(|path| !paths.contains(path));
        missing.map(|path| format!("templates/{path}")).collect()
    }
}

impl Form {
    fn needed(self, template: &str) -> Vec<String> {
        match self {
            Self::Email => PARTS_OF_EMAIL.map(|part| format!("{template}/{part}")).to_vec(),
            Self::Sms => vec![format!("sms/{template}.j2")],
            Self::Reply => vec![format!("replies/{template}.j2")],
        }
    }

    fn hint(self, paths: &[String]) -> String {
        let file_in = |path: &String, folder: &str| {
            let name = path.strip_prefix(folder)?.strip_suffix(".j2")?;
            Some(name.to_owned())
        };
        let name_of = |path: &String| match self {
            Self::Email => path.strip_suffix("/subject.txt.j2").map(str::to_owned),
            Self::Sms => file_in(path, "sms/"),
            Self::Reply => file_in(path, "replies/"),
        };
        let is_whole = |name: &String| self.needed(name).iter().all(|path| paths.contains(path));
        let names: Vec<String> = paths.iter().filter_map(name_of).filter(is_whole).collect();
        if names.is_empty() {
            return "write it: there is no template for this channel yet".to_owned();
        }
        format!("write it, or name one that is there: {}", names.join(", "))
    }
}

/// Line and column of the value at this JSON pointer, both from 1.
fn place(text: &str, pointer: &str) -> Result<(usize, usize)> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())?;
    let mut value = parsed.value.as_ref().context("the manifest is empty")?;
    for step in pointer.split('/').skip(1) {
        let inner = match value {
            Value::Object(object) => object.get(step).map(|property| &property.value),
            Value::Array(array) => step
                .parse()
                .ok()
                .and_then(|index: usize| array.elements.get(index)),
            _ => None,
        };
        value = inner.with_context(|| format!("the manifest has nothing at {pointer}"))?;
    }
    let before = text.get(..value.start()).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    Ok((before.matches('\n').count() + 1, column))
}

#[cfg(test)]
mod tests;
