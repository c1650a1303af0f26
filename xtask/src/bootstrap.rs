//! `bootstrap`: makes an account ready for deploys from GitHub Actions, by an administrator's hand.
//!
//! The same way as a deploy goes: load what is there, decide, show the plan, carry out exactly that.

mod account;
mod inputs;
mod next;
#[cfg(test)]
mod tests;

use ::plan::facts::{Basis, Facts, Raw, StackFacts};
use ::plan::{Outcome, Plan, plan, refusals, verdict};
use anyhow::Result;
use stacks::Stage;
use stacks::bootstrap::{BootstrapSettings, bootstrap};

use crate::aws::Aws;
use crate::exit::{Exit, Refused};
use crate::{planning, screen};
use account::{Account, Found};

/// What the plan calls the account's own stack.
const NAME: &str = "bootstrap";

/// What `bootstrap` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The repository whose workflows may deploy, as GitHub writes it: IAM compares letter by letter.
    #[arg(long, value_name = "OWNER/NAME")]
    repository: String,
    /// The owner's number: `owner.id` of `https://api.github.com/repos/OWNER/NAME`. Repositories that were made or
    /// renamed since 2026-07-15 carry both numbers in their tokens.
    #[arg(long, value_name = "NUMBER", requires = "repository_id")]
    owner_id: Option<u64>,
    /// The repository's number: `id` of the same answer.
    #[arg(long, value_name = "NUMBER", requires = "owner_id")]
    repository_id: Option<u64>,
    /// The stages that live in the account.
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "staging,production"
    )]
    stages: Vec<Stage>,
    /// The account has an OIDC provider for GitHub already; it has room for one.
    #[arg(long)]
    existing_provider: bool,
    /// Show the plan and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Makes the bootstrap stack, or brings it up to date, in the account that the credentials belong to.
pub(crate) async fn run(args: &Args) -> Result<Exit> {
    run_in(&Aws::from_environment().await, args).await
}

async fn run_in(aws: &Aws, args: &Args) -> Result<Exit> {
    let settings = args.settings()?;
    let account = Account::of(aws, &bootstrap(&settings)?).await?;
    let found = account.look().await?;
    let made = show(&account, &found)?;
    if let Some(refused) = refused(&made) {
        account.discard(&found).await?;
        return Err(refused.into());
    }
    let changes = verdict(&made) == Outcome::Changes;
    if args.dry_run {
        account.discard(&found).await?;
        return Ok(Exit::Ok);
    }
    if changes && !args.yes && !agreed(&account, &found).await? {
        screen::answer("nothing was changed");
        return Ok(Exit::Error);
    }
    account.bring_about(&found).await?;
    if !changes {
        screen::answer(&format!("no changes: {} is up to date", account.stack()));
    }
    screen::answer(&next::steps(&settings, account.id(), account.region()));
    Ok(Exit::Ok)
}

fn show(account: &Account<'_>, found: &Found) -> Result<Plan> {
    let made = plan(&facts(account, found)?);
    screen::answer(&planning::text(&made));
    Ok(made)
}

fn facts(account: &Account<'_>, found: &Found) -> Result<Facts> {
    let stack = StackFacts {
        name: account.stack().to_owned(),
        deployed: (!found.template.is_null()).then(|| Raw(found.template.clone())),
        new: Some(Raw(serde_json::from_str(account.template())?)),
        change_set: found.change_set.as_ref().map(|proposed| proposed.changes.clone()),
        ..StackFacts::default()
    };
    Ok(Facts {
        stage: NAME.to_owned(),
        basis: Basis::Deployed,
        stacks: vec![stack],
    })
}

/// The artifact bucket holds every release: nothing here replaces or destroys it.
fn refused(made: &Plan) -> Option<Refused> {
    let found = refusals(made, &[].into(), &[].into());
    let reasons: Vec<String> = found.iter().map(ToString::to_string).collect();
    (!reasons.is_empty()).then(|| Refused(format!("refused: {}", reasons.join("; "))))
}

/// Asks. The change set goes when nobody says yes.
async fn agreed(account: &Account<'_>, found: &Found) -> Result<bool> {
    let question = format!("Apply this plan to the account {}?", account.id());
    let answer = screen::confirm(&question);
    if !matches!(answer, Ok(true)) {
        account.discard(found).await?;
    }
    answer
}

impl Args {
    fn settings(&self) -> Result<BootstrapSettings> {
        inputs::settings(self)
    }
}
