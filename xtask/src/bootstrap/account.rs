//! The account's own stack in CloudFormation: looked at, proposed, brought about.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use stacks::{StackKind, StackSpec, artifacts, outputs};

use super::NAME;
use crate::aws::Aws;
use crate::aws::cloudformation::{Body, CloudFormation, Deployed, Proposal, Proposed, REQUEST_BYTES, Wish};
use crate::execution::{delete, follow};
use crate::planning::need::{Need, is_alive, need};
use crate::planning::wanted::{Filled, WantedStack};
use crate::screen;

/// The account, and the stack that it should have.
pub(super) struct Account<'a> {
    aws: &'a Aws,
    cloud: CloudFormation,
    id: String,
    wanted: WantedStack,
}

/// What there is of the stack, and what it needs.
pub(super) struct Found {
    /// The stack, if it is there.
    deployed: Option<Deployed>,
    /// Its template, `Null` if it is not there.
    pub template: Value,
    need: Need,
    /// What CloudFormation would do with a stack that is there. The caller owns it.
    pub change_set: Option<Proposed>,
}

impl<'a> Account<'a> {
    pub(super) async fn of(aws: &'a Aws, stack: &StackSpec) -> Result<Self> {
        let id = aws.account().await;
        Ok(Self {
            aws,
            cloud: aws.cloudformation(),
            id: id.context("AWS did not accept the credentials; see `aws sts get-caller-identity`")?,
            wanted: WantedStack {
                kind: StackKind::Bootstrap,
                name: stack.name.clone(),
                template: stack.template.to_compact_json(),
                parameters: std::collections::BTreeMap::new(),
            },
        })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn region(&self) -> &str {
        self.aws.region()
    }

    /// The stack's name.
    pub(super) fn stack(&self) -> &str {
        &self.wanted.name
    }

    /// The template's text.
    pub(super) fn template(&self) -> &str {
        &self.wanted.template
    }

    /// Looks at what is there, and asks CloudFormation what it would do with it.
    pub(super) async fn look(&self) -> Result<Found> {
        let deployed = self.cloud.describe(self.stack()).await?;
        let alive = deployed.as_ref().is_some_and(|it| is_alive(&it.status));
        let template = if alive {
            let text = self.cloud.template(self.stack()).await?;
            serde_json::from_str(&text).context("the deployed bootstrap template is not JSON")?
        } else {
            Value::Null
        };
        let need = need(&self.wanted, &Filled::default(), deployed.as_ref(), &template)?;
        let mut found = Found {
            deployed,
            template,
            need,
            change_set: None,
        };
        if need == Need::Update {
            found.change_set = self.propose(&found).await?;
        }
        Ok(found)
    }

    /// Carries out what was shown.
    pub(super) async fn bring_about(&self, found: &Found) -> Result<()> {
        match found.need {
            Need::Create => self.create(found).await?,
            Need::ClearThenCreate => {
                delete(&self.cloud, self.stack(), &[]).await?;
                self.create(found).await?;
            }
            Need::Nothing | Need::Update | Need::Follow => {
                if let Some(proposed) = &found.change_set {
                    self.execute(proposed).await?;
                }
            }
        }
        let protected = found.deployed.as_ref().is_some_and(|it| it.protected);
        if !protected || found.need == Need::ClearThenCreate {
            self.cloud.protect(self.stack(), true).await?;
            screen::step(&format!("{} is protected from deletion", self.stack()));
        }
        Ok(())
    }

    /// Drops the change set of a plan that is not to be applied.
    pub(super) async fn discard(&self, found: &Found) -> Result<()> {
        match &found.change_set {
            Some(proposed) => self.cloud.discard(&proposed.arn).await,
            None => Ok(()),
        }
    }

    async fn create(&self, found: &Found) -> Result<()> {
        let proposed = self.propose(found).await?;
        let proposed = proposed.context("CloudFormation finds nothing to create")?;
        self.execute(&proposed).await
    }

    async fn propose(&self, found: &Found) -> Result<Option<Proposed>> {
        let url;
        let template = match place(self.template(), found.deployed.as_ref())? {
            Place::Request => Body::Inline(self.template()),
            Place::Bucket(bucket) => {
                url = self.upload(bucket).await?;
                Body::At(&url)
            }
        };
        let wish = Wish {
            stack: self.stack(),
            create: found.template.is_null(),
            template,
            parameters: &self.wanted.parameters,
            stage: NAME,
            role: None,
        };
        let name = format!("landfall-{}", chrono::Utc::now().format("%Y%m%dT%H%M%S%3fZ"));
        match self.cloud.propose(&wish, &name).await? {
            Proposal::Nothing => Ok(None),
            Proposal::Ready(proposed) => Ok(Some(proposed)),
            Proposal::Refused(reason) => bail!("CloudFormation refuses the change: {reason}"),
        }
    }

    async fn execute(&self, proposed: &Proposed) -> Result<()> {
        let resources = proposed.changes.changes.len();
        follow::execution(&self.cloud, self.stack(), &proposed.arn, resources, || {}).await
    }

    /// Puts the template where CloudFormation fetches it from. It expires with the plans.
    async fn upload(&self, bucket: &str) -> Result<String> {
        let body = self.template().as_bytes();
        let hash: String = Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let key = format!("{}{NAME}/{hash}.json", artifacts::PLANS_PREFIX);
        let s3 = self.aws.s3();
        s3.put(bucket, &key, body.to_vec(), "application/json").await?;
        Ok(s3.url(bucket, &key))
    }
}

/// How CloudFormation gets the template.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    Request,
    Bucket(&'a str),
}

/// # Errors
/// When the template is too large for a request and the stack that makes the bucket is not there yet.
fn place<'a>(template: &str, deployed: Option<&'a Deployed>) -> Result<Place<'a>> {
    if template.len() <= REQUEST_BYTES {
        return Ok(Place::Request);
    }
    let bucket = deployed.and_then(|it| it.outputs.get(outputs::ARTIFACT_BUCKET_NAME));
    match bucket {
        Some(bucket) => Ok(Place::Bucket(bucket)),
        None => bail!(
            "the bootstrap template has {} bytes, CloudFormation takes {REQUEST_BYTES} in a request, and the bucket \
             from which it takes more is made by this very stack: begin with fewer --stages, and add the others then",
            template.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_goes_into_the_request_as_long_as_that_takes_it() {
        let most = "x".repeat(REQUEST_BYTES);
        assert_eq!(place(&most, None).unwrap(), Place::Request);
        let error = place(&format!("{most}x"), None).unwrap_err().to_string();
        assert!(
            error.contains("51201 bytes") && error.contains("--stages"),
            "{error}"
        );
        let mut deployed = Deployed::default();
        deployed
            .outputs
            .insert(outputs::ARTIFACT_BUCKET_NAME.to_owned(), "bucket".to_owned());
        assert_eq!(
            place(&format!("{most}x"), Some(&deployed)).unwrap(),
            Place::Bucket("bucket")
        );
    }
}
