//! The bootstrap stack: what an account needs before Landfall can be deployed to it from GitHub Actions.
//!
//! Invariant: nothing that CI runs may change this stack. Its roles and policies live below [`PATH`], which no
//! right of those roles reaches, and [`crate::stacks`] does not list it.

mod boundary;
mod duty;
mod execution;
mod names;
mod reading;
mod repository;
mod rights;

use crate::{
    StackKind, StackSpec, Stage, Stateful, SynthError, artifacts, outputs,
    resource::{
        iam::{ManagedPolicy, OidcProvider, PolicyDocument, Role, Statement, Trust},
        s3::{Bucket, BucketPolicy},
    },
    template::{Arn, Draft, Handle, Template, Value, logical_id::pascal_case},
};

pub use duty::Duty;
pub use names::{boundary_name, execution_role_name, policy_arn, role_arn};
pub use repository::{Repository, RepositoryIds};

/// The path of the roles and policies that only this stack may change.
pub const PATH: &str = "/landfall/bootstrap/";

/// The stack's name: one per account.
pub(crate) const STACK_NAME: &str = "landfall-bootstrap";

const DESCRIPTION: &str = "Landfall bootstrap: artifact bucket, and the roles with which GitHub Actions deploys. Changed by an administrator only.";

/// Days after which a saved plan is removed: it is stale long before.
const PLAN_DAYS: u16 = 30;

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootstrapSettings {
    /// The repository whose workflows may deploy.
    pub repository: Repository,
    /// The stages that live in the account. Never local.
    pub stages: Vec<Stage>,
    /// Where the account's trust in GitHub comes from.
    pub provider: Provider,
}

/// Where the account's OIDC provider for GitHub comes from. An account has room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// The stack makes it.
    Ours,
    /// The account has one already, which takes tokens for [`crate::trust::AUDIENCE`].
    OfAccount,
}

impl BootstrapSettings {
    /// Staging and production in one account that does not know GitHub yet.
    #[must_use]
    pub fn new(repository: Repository) -> Self {
        Self {
            repository,
            stages: vec![Stage::Staging, Stage::Production],
            provider: Provider::Ours,
        }
    }
}

/// The bootstrap stack of an account. A deploy never touches it: an administrator applies it by itself.
///
/// # Errors
/// [`SynthError::BootstrapOfLocal`] when the local stage is among the stages, which trusts nobody outside its
/// machine; else as [`crate::stacks`].
pub fn bootstrap(settings: &BootstrapSettings) -> Result<StackSpec, SynthError> {
    if settings.stages.contains(&Stage::Local) {
        return Err(SynthError::BootstrapOfLocal);
    }
    let template = Template::build_for_account("bootstrap", DESCRIPTION, |draft| {
        let bucket = artifact_bucket(draft)?;
        let provider = match settings.provider {
            Provider::Ours => draft.add("GitHubProvider", OidcProvider::of_github())?.arn(),
            Provider::OfAccount => Value::github_provider_of_account(),
        };
        for stage in &settings.stages {
            add_stage(draft, *stage, settings, &provider, &bucket)?;
        }
        draft.output(
            outputs::ARTIFACT_BUCKET_NAME,
            "Bucket of functions, plans and releases",
            &bucket.name(),
        )
    })?;
    Ok(StackSpec {
        kind: StackKind::Bootstrap,
        name: STACK_NAME.to_owned(),
        template,
    })
}

fn artifact_bucket<'t>(draft: &mut Draft<'t>) -> Result<Handle<'t, Bucket>, SynthError> {
    let bucket = Bucket::of_account(artifacts::BUCKET_PREFIX).expiring(
        "remove-old-plans",
        artifacts::PLANS_PREFIX,
        PLAN_DAYS,
    );
    let bucket = draft.add_stateful("ArtifactBucket", bucket, Stateful::Kept)?;
    let policy = BucketPolicy {
        bucket: bucket.name(),
        policy_document: PolicyDocument::new(vec![
            Statement::deny_without_tls("TlsOnly", "s3:*")
                .on(&bucket.arn())
                .on(&bucket.name().objects_arn("*")),
        ]),
    };
    draft.add_stateful("ArtifactBucketPolicy", policy, Stateful::Kept)?;
    Ok(bucket)
}

fn add_stage<'t>(
    draft: &mut Draft<'t>,
    stage: Stage,
    settings: &BootstrapSettings,
    provider: &Value<'t, Arn<OidcProvider>>,
    bucket: &Handle<'t, Bucket>,
) -> Result<(), SynthError> {
    let prefix = pascal_case(stage.as_str());
    let boundary = ManagedPolicy {
        managed_policy_name: boundary_name(stage),
        description: format!("The most that a function of the {stage} stage may ever do"),
        path: PATH,
        policy_document: PolicyDocument::new(boundary::statements(stage)),
    };
    let boundary = draft.add(&format!("{prefix}Boundary"), boundary)?;
    draft.output(
        &format!("{prefix}BoundaryArn"),
        "Permissions boundary of the stage's functions: the runtime stack's parameter",
        &boundary.arn(),
    )?;

    // Apart from the roles, because several of them share it and a template has room for 51,200 bytes.
    let share = |draft: &mut Draft<'t>, what: &str, description: String, statements| {
        let policy = ManagedPolicy {
            managed_policy_name: format!("{stage}-{what}"),
            description,
            path: PATH,
            policy_document: PolicyDocument::new(statements),
        };
        let policy = draft.add(&(prefix.clone() + &pascal_case(what)), policy)?;
        Ok::<_, SynthError>(policy.arn())
    };
    let sees = format!("Sees the stacks and resources of the {stage} stage, and no secret");
    let reading = share(draft, "reading", sees, reading::statements(stage))?;

    let execution = Role::new(
        format!("What CloudFormation may do to the stacks of the {stage} stage"),
        &Trust::Service("cloudformation.amazonaws.com"),
        execution::statements(stage, &boundary.arn(), bucket),
    );
    let execution = execution
        .named(PATH, execution_role_name(stage))
        .with(reading.clone());
    let execution = draft.add(&format!("{prefix}ExecutionRole"), execution)?.arn();
    draft.output(
        &format!("{prefix}ExecutionRoleArn"),
        "What change sets run with",
        &execution,
    )?;

    let prepares = format!("Makes change sets of the {stage} stage, and carries none out");
    let preparing = share(
        draft,
        "preparing",
        prepares,
        rights::prepare(stage, &execution, bucket),
    )?;

    let shared = Shared { reading, preparing };
    add_duties(draft, stage, settings, provider, bucket, &shared)
}

/// What several duties may do.
struct Shared<'t> {
    reading: Value<'t, Arn<ManagedPolicy<'t>>>,
    preparing: Value<'t, Arn<ManagedPolicy<'t>>>,
}

fn add_duties<'t>(
    draft: &mut Draft<'t>,
    stage: Stage,
    settings: &BootstrapSettings,
    provider: &Value<'t, Arn<OidcProvider>>,
    bucket: &Handle<'t, Bucket>,
    shared: &Shared<'t>,
) -> Result<(), SynthError> {
    let prefix = pascal_case(stage.as_str());
    for duty in Duty::ALL {
        let trust = Trust::GitHub {
            provider: provider.clone(),
            subjects: settings.repository.subjects(&duty.environment(stage)),
        };
        let description = format!("What {} may do in the {stage} stage", duty.meaning());
        let statements = rights::statements(*duty, stage, bucket);
        let mut role = Role::new(description, &trust, statements).named(PATH, duty.role_name(stage));
        if duty.prepares() {
            role = role.with(shared.preparing.clone());
        }
        if duty.sees_resources() {
            role = role.with(shared.reading.clone());
        }
        let id = format!("{prefix}{}Role", pascal_case(duty.as_str()));
        let role = draft.add(&id, role)?;
        draft.output(&format!("{id}Arn"), duty.meaning(), &role.arn())?;
    }
    Ok(())
}
