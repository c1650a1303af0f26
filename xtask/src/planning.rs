//! `plan`: what a stage would become, shown before anything is done, and kept to be applied exactly so.

pub(crate) mod bound;
mod facts;
pub(crate) mod load;
pub(crate) mod need;
mod offline;
pub(crate) mod stale;
pub(crate) mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ::plan::{Colour, FailOn, Outcome, Plan, Refusal, markdown, plan, refusals, verdict};
use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Refused};
use crate::release::Revision;
use crate::workspace::Workspace;
use crate::{artifact_store, build, content, manifest_file, screen};
use bound::{Bound, BoundStack, Step, fingerprint};
use load::{Loaded, Look};
use need::Need;
use wanted::Wanted;

/// The flag that lets one stateful resource be replaced.
pub(crate) const ALLOW_REPLACE: &str = "--allow-replace";

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person at a terminal.
    Text,
    /// For a program: a versioned schema.
    Json,
    /// For a pull request's comment, under 60,000 characters.
    Markdown,
}

/// What `plan` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// Compare with the templates that a revision committed: no credentials, no drift, no parameters.
    #[arg(long, conflicts_with = "out")]
    offline: bool,
    /// The revision.
    #[arg(long, value_name = "REV", default_value = "HEAD", requires = "offline")]
    base: String,
    /// How the plan is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Keep the plan here, for `apply`, with its change sets and code.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// End with 2 when there are changes.
    #[arg(long)]
    detailed_exitcode: bool,
    /// End with 4 when the plan holds any of these.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = parse_fail_on)]
    fail_on: Vec<FailOn>,
    /// Let this stateful resource be replaced or destroyed. Once for each.
    #[arg(long, value_name = "LOGICAL_ID")]
    allow_replace: Vec<String>,
    /// Do not look for what was changed behind CloudFormation's back.
    #[arg(long)]
    skip_drift: bool,
    /// The operator's manifest.
    #[arg(long, value_name = "FILE", default_value = manifest_file::NAME)]
    manifest: PathBuf,
}

/// Plans and tells.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let made = if args.offline {
        plan(&offline::facts(workspace, args.stage.stage, &args.base)?)
    } else {
        online(workspace, args).await?
    };
    tell(&made, args.format)?;
    let allowed = args.allow_replace.iter().cloned().collect();
    if let Some(refused) = refused(&made, &args.fail_on, &allowed, ALLOW_REPLACE)
        && (!args.fail_on.is_empty() || args.out.is_some())
    {
        return Err(refused.into());
    }
    Ok(match verdict(&made) {
        Outcome::Changes if args.detailed_exitcode => Exit::Changes,
        _ => Exit::Ok,
    })
}

async fn online(workspace: &Workspace, args: &Args) -> Result<Plan> {
    let environment = &Environment::connect(workspace, args.stage.stage).await?;
    let manifest = manifest_file::read_deployable(workspace, &args.manifest, environment.stage)?;
    let artifacts = build::artifacts(workspace, environment.stage)?;
    let wanted = Wanted::of_checkout(environment, &artifacts)?;
    let look = if args.skip_drift {
        Look::WithoutDrift
    } else {
        Look::Whole
    };
    let bound = prepare(
        environment,
        &wanted,
        content::digests(workspace, &manifest)?,
        look,
    )
    .await?;
    match &args.out {
        Some(file) => {
            artifact_store::keep(environment, &artifacts).await?;
            save(&bound, file)?;
        }
        None => discard(environment, &bound).await?,
    }
    Ok(bound.plan)
}

/// The plan for a person. Whoever prints it leaves the colour out where there is no terminal, or none is wanted.
pub(crate) fn text(plan: &Plan) -> String {
    ::plan::text(plan, Colour::Ansi).trim_end().to_owned()
}

/// Prints a plan in one of its forms.
pub(crate) fn tell(plan: &Plan, format: Format) -> Result<()> {
    match format {
        Format::Text => screen::answer(&text(plan)),
        Format::Json => screen::answer(&serde_json::to_string_pretty(plan)?),
        Format::Markdown => screen::answer(markdown(plan, "the job's log").trim_end()),
    }
    Ok(())
}

/// What policy does not let through: all of it in one error. `flag` is the one that names what is let through.
pub(crate) fn refused(
    plan: &Plan,
    fail_on: &[FailOn],
    allowed: &BTreeSet<String>,
    flag: &str,
) -> Option<Refused> {
    let found = refusals(plan, &fail_on.iter().copied().collect(), allowed);
    let told = |refusal: &Refusal| match (&refusal.logical_id, refusal.lifted_by_name) {
        (Some(id), true) => format!("{refusal} ({flag} {id} lets it)"),
        _ => refusal.to_string(),
    };
    let reasons: Vec<String> = found.iter().map(told).collect();
    (!reasons.is_empty()).then(|| Refused(format!("refused: {}", reasons.join("; "))))
}

/// Plans against what is deployed. The change sets that this makes are the caller's.
pub(crate) async fn prepare(
    environment: &Environment,
    wanted: &Wanted,
    content: BTreeMap<String, String>,
    look: Look,
) -> Result<Bound> {
    let loaded = load::load(environment, wanted, look).await?;
    let made = plan(&facts::facts(environment, &loaded, &wanted.code).await?);
    Ok(Bound {
        version: bound::VERSION,
        stage: environment.stage.to_string(),
        account: environment.account.clone(),
        region: environment.aws.region().to_owned(),
        revision: Revision::of(&environment.workspace),
        made_at: chrono::Utc::now(),
        stacks: loaded
            .iter()
            .map(|stack| bind(environment, stack))
            .collect::<Result<_>>()?,
        code: wanted.code.clone(),
        content,
        plan: made,
    })
}

fn bind(environment: &Environment, stack: &Loaded) -> Result<BoundStack> {
    let step = match (stack.need, &stack.change_set) {
        (Need::Nothing, _) | (Need::Update, None) => Step::Nothing,
        (Need::Create, _) => Step::Create { clear: false },
        (Need::ClearThenCreate, _) => Step::Create { clear: true },
        (Need::Update, Some(proposed)) => Step::Execute {
            change_set: proposed.arn.clone(),
        },
        (Need::Follow, _) => Step::Follow {
            parameters: stack.filled.missing.clone(),
        },
    };
    Ok(BoundStack {
        name: stack.wanted.name.clone(),
        deployed: stack.found(),
        wanted: fingerprint(
            &serde_json::from_str(&stack.wanted.template)?,
            &stack.filled.parameters,
            &environment.tags(),
        ),
        drift: stack.drift.as_ref().map(facts::drift_digest),
        step,
    })
}

impl Loaded {
    /// The fingerprint of what is deployed.
    pub(crate) fn found(&self) -> Option<String> {
        let deployed = self.deployed.as_ref()?;
        (!self.template.is_null()).then(|| fingerprint(&self.template, &deployed.parameters, &deployed.tags))
    }

    /// The hash of what was drifted.
    pub(crate) fn drift_digest(&self) -> Option<String> {
        self.drift.as_ref().map(facts::drift_digest)
    }
}

/// Deletes the change sets of a plan that is not to be applied.
pub(crate) async fn discard(environment: &Environment, bound: &Bound) -> Result<()> {
    let cloud = environment.aws.cloudformation();
    for stack in &bound.stacks {
        if let Step::Execute { change_set } = &stack.step {
            cloud.discard(change_set).await?;
        }
    }
    Ok(())
}

fn save(bound: &Bound, file: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(bound)?;
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    screen::step(&format!("kept the plan in {}", file.display()));
    Ok(())
}

fn parse_fail_on(name: &str) -> Result<FailOn, String> {
    Ok(match name {
        "destroy" => FailOn::Destroy,
        "replace" => FailOn::Replace,
        "iam-broadened" => FailOn::IamBroadened,
        "public-exposure" => FailOn::PublicExposure,
        "drift" => FailOn::Drift,
        "incomplete" => FailOn::Incomplete,
        _ => {
            return Err("use destroy, replace, iam-broadened, public-exposure, drift, incomplete".to_owned());
        }
    })
}
