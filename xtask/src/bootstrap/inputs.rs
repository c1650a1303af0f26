//! From the command line to what the stack is made from.

use anyhow::Result;
use stacks::bootstrap::{BootstrapSettings, Provider, Repository, RepositoryIds};

use super::Args;
use crate::exit::Invalid;

/// # Errors
/// [`Invalid`] when the repository is none, or the stages are none or name one that has no bootstrap stack.
pub(super) fn settings(args: &Args) -> Result<BootstrapSettings> {
    let invalid = |why: String| Invalid(format!("cannot bootstrap: {why}"));
    let Some((owner, name)) = args.repository.split_once('/') else {
        return Err(invalid(format!("{:?} is not OWNER/NAME", args.repository)).into());
    };
    let ids = args.owner_id.zip(args.repository_id);
    let ids = ids.map(|(owner, repository)| RepositoryIds { owner, repository });
    let repository = Repository::new(owner, name, ids).map_err(|error| invalid(error.to_string()))?;
    let mut stages = args.stages.clone();
    stages.sort_unstable();
    stages.dedup();
    let settings = BootstrapSettings {
        stages,
        provider: if args.existing_provider {
            Provider::OfAccount
        } else {
            Provider::Ours
        },
        ..BootstrapSettings::new(repository)
    };
    if settings.stages.is_empty() {
        return Err(invalid("no stage is named".to_owned()).into());
    }
    match stacks::bootstrap::bootstrap(&settings) {
        Ok(_) => Ok(settings),
        Err(error) => Err(invalid(error.to_string()).into()),
    }
}
