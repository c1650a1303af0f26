//! Where a command works: a stage, its AWS endpoint and credentials, and the local cloud behind it if there is one.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use clap::Args;
use stacks::{Stage, StageSettings, outputs, parameters};

use crate::aws::Aws;
use crate::local::LocalCloud;
use crate::stage_inputs::{Place, StageInputs, advice, stage_inputs};
use crate::workspace::Workspace;

/// Where to: the stage's name.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct StageArg {
    /// The stage: `local` is this machine, the others are AWS through the standard credentials chain.
    #[arg(long, default_value = "local", value_name = "local|staging|production")]
    pub stage: Stage,
}

/// A stage that can be talked to.
pub(crate) struct Environment {
    /// The checkout.
    pub workspace: Workspace,
    /// Which stage.
    pub stage: Stage,
    /// The SDK's clients.
    pub aws: Aws,
    /// The AWS account's id.
    pub account: String,
    /// The local cloud that runs the stage, unless it runs on an endpoint of the user's choice.
    pub local: Option<LocalCloud>,
}

impl Environment {
    /// Starts what the stage needs on this machine, then connects.
    pub(crate) async fn prepare(workspace: &Workspace, stage: Stage) -> Result<Self> {
        if let Some(cloud) = local_cloud(workspace, stage)? {
            cloud.up(workspace).await?;
        }
        Self::connect(workspace, stage).await
    }

    /// Connects to what runs.
    pub(crate) async fn connect(workspace: &Workspace, stage: Stage) -> Result<Self> {
        let local = local_cloud(workspace, stage)?;
        let aws = match &local {
            Some(cloud) => Aws::at_endpoint(&cloud.endpoint()),
            None => Aws::from_environment().await,
        };
        let account = aws.account().await.with_context(|| match &local {
            Some(cloud) => format!(
                "the local cloud does not answer at {}; start it with `cargo xtask local up`",
                cloud.endpoint()
            ),
            None => "AWS did not accept the credentials; see `aws sts get-caller-identity`".to_owned(),
        })?;
        Ok(Self {
            workspace: workspace.clone(),
            stage,
            aws,
            account,
            local,
        })
    }

    /// Puts the address at which the API can be reached from here in place of the one that the stack gives: no DNS
    /// knows the local cloud's names.
    pub(crate) fn reach(&self, outputs: &mut BTreeMap<String, String>) {
        if let (Some(cloud), Some(id)) = (&self.local, outputs.get(outputs::API_ID)) {
            let url = cloud.api_url(id);
            outputs.insert(outputs::API_URL.to_owned(), url);
        }
    }

    /// Makes the local cloud's partners and what is deployed known to each other. Elsewhere there is nothing to do.
    pub(crate) async fn introduce_partners(&self, outputs: &BTreeMap<String, String>) -> Result<()> {
        let Some(cloud) = &self.local else { return Ok(()) };
        let of = |name: &str| outputs.get(name).map(String::as_str);
        match (
            of(outputs::FEEDBACK_TOPIC_ARN),
            of(outputs::API_ID),
            of(outputs::API_URL),
        ) {
            (Some(topic), Some(api_id), Some(api_url)) => {
                cloud.introduce_partners(topic, api_id, api_url).await
            }
            // A release from before there were any.
            _ => Ok(()),
        }
    }

    /// The parameter values that the stage gives its stacks, whatever is deployed.
    pub(crate) fn inputs(&self) -> BTreeMap<String, String> {
        let mut inputs = self.stage_inputs().parameters;
        inputs.insert(parameters::ARTIFACT_BUCKET.to_owned(), self.artifact_bucket());
        if let Some(cloud) = &self.local {
            inputs.insert(parameters::ALLOWED_ORIGINS.to_owned(), cloud.simulator_origin());
        }
        inputs
    }

    /// The role with which CloudFormation changes the stage. `None`: the caller's own rights.
    pub(crate) fn execution_role(&self) -> Option<String> {
        self.stage_inputs().execution_role
    }

    fn stage_inputs(&self) -> StageInputs {
        let place = Place {
            account: &self.account,
            region: self.aws.region(),
        };
        stage_inputs(&StageSettings::of(self.stage), place)
    }

    /// The tags of the stage's stacks.
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        BTreeMap::from([("landfall:stage".to_owned(), self.stage.to_string())])
    }

    /// Makes the artifact bucket where there is no bootstrap stack to make it: in the local stage.
    ///
    /// # Errors
    /// When the stage is not local, and its account has no bucket: making it here would be in the bootstrap stack's way.
    pub(crate) async fn ensure_artifact_bucket(&self) -> Result<()> {
        let (s3, bucket) = (self.aws.s3(), self.artifact_bucket());
        if self.is_local() {
            return s3.ensure_bucket(&bucket).await;
        }
        if !s3.has_bucket(&bucket).await {
            bail!("there is no bucket {bucket} to be seen; {}", advice(self.stage));
        }
        Ok(())
    }

    /// Whether the stage is this machine's.
    pub(crate) fn is_local(&self) -> bool {
        self.stage == Stage::Local
    }

    /// The bucket that holds the functions' zips, one an account and region.
    pub(crate) fn artifact_bucket(&self) -> String {
        format!("landfall-artifacts-{}-{}", self.account, self.aws.region())
    }
}

/// The local stage runs in the local cloud, unless the environment names another endpoint.
fn local_cloud(workspace: &Workspace, stage: Stage) -> Result<Option<LocalCloud>> {
    if stage == Stage::Local && std::env::var_os("AWS_ENDPOINT_URL").is_none() {
        return LocalCloud::configured(workspace).map(Some);
    }
    Ok(None)
}
