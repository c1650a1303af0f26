//! What a test's template is given.

use std::path::Path;

use anyhow::Result;
use manifest::MessageChannel;
use serde_json::Value;
use stacks::Stage;

use crate::exit::Invalid;
use crate::manifest_file;
use crate::templates;
use crate::workspace::Workspace;

/// The file's object, or the sample of the campaign's template.
///
/// # Errors
/// [`Invalid`] when the file holds no JSON object, and when the checkout's manifest does not know the campaign.
pub(super) fn read(
    workspace: &Workspace,
    stage: Stage,
    campaign: &str,
    file: Option<&Path>,
) -> Result<Value> {
    let Some(file) = file else {
        return sample(workspace, stage, campaign);
    };
    let shown = file.display();
    let text = std::fs::read(file).map_err(|error| Invalid(format!("cannot read {shown}: {error}")))?;
    match serde_json::from_slice(&text) {
        Ok(context @ Value::Object(_)) => Ok(context),
        Ok(_) => Err(Invalid(format!("{shown} is JSON, but no object")).into()),
        Err(error) => Err(Invalid(format!("{shown} is not JSON: {error}")).into()),
    }
}

fn sample(workspace: &Workspace, stage: Stage, campaign: &str) -> Result<Value> {
    let checked = manifest_file::read_checked(workspace, manifest_file::NAME.as_ref(), stage)?;
    let known = checked
        .manifest
        .campaigns
        .iter()
        .find(|one| one.id.as_str() == campaign);
    let Some(known) = known else {
        let reason = format!(
            "{} has no campaign `{campaign}`, so that its template's sample is not known: pass --context",
            manifest_file::NAME
        );
        return Err(Invalid(reason).into());
    };
    templates::sample(
        workspace,
        match known.channel {
            MessageChannel::Email => known.template.as_str(),
            MessageChannel::Sms => "sms",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_campaign_that_the_checkout_does_not_know_needs_a_context() {
        let workspace = Workspace::find().unwrap();
        let error = read(&workspace, Stage::Local, "no-such", None).unwrap_err();
        assert_eq!(Exit::of(&error), Exit::Invalid);
        insta::assert_snapshot!(error, @"campaign_schedule.json has no campaign `no-such`, so that its template's sample is not known: pass --context");
    }

    #[test]
    fn a_context_is_a_json_object() {
        let workspace = Workspace::find().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("context.json");
        let told = |text: &str| {
            std::fs::write(&file, text).unwrap();
            read(&workspace, Stage::Local, "x", Some(&file)).map_err(|error| Exit::of(&error))
        };
        assert_eq!(told(r#"{"a": 1}"#), Ok(serde_json::json!({"a": 1})));
        assert_eq!(told("[]"), Err(Exit::Invalid));
        assert_eq!(told("{"), Err(Exit::Invalid));
    }
}
