//! The two places that hold a token's halves.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use contract::content::VERIFIERS_KEY;
use stacks::outputs;
use token::rotation::{Facts, Step, Version};
use token::{Token, VerifierTable};

use crate::aws::secrets::SecretVersion;
use crate::environment::Environment;

/// The secret and the table of one stage.
pub(super) struct Store<'a> {
    environment: &'a Environment,
    bucket: String,
    secret_id: String,
}

/// The table's etag: what a write over it must name. `None` where there is no table.
pub(super) type Etag = Option<String>;

impl<'a> Store<'a> {
    pub(super) fn of(environment: &'a Environment, outputs: &BTreeMap<String, String>) -> Result<Self> {
        let output = |name: &str| {
            outputs
                .get(name)
                .cloned()
                .with_context(|| format!("the stacks have no output {name}"))
        };
        Ok(Self {
            environment,
            bucket: output(outputs::CONTENT_BUCKET_NAME)?,
            secret_id: output(outputs::DASHBOARD_TOKEN_SECRET_ARN)?,
        })
    }

    /// The current token.
    pub(super) async fn current(&self) -> Result<Option<Token>> {
        let Some(text) = self.environment.aws.secrets().get(&self.secret_id).await? else {
            return Ok(None);
        };
        Token::parse(&text)
            .map(Some)
            .context("the dashboard token's secret holds something else")
    }

    /// Makes a token the current one at once: only for the first.
    pub(super) async fn put_first(&self, token: &Token) -> Result<()> {
        let secrets = self.environment.aws.secrets();
        secrets.put(&self.secret_id, token.reveal()).await
    }

    pub(super) async fn verifiers(&self) -> Result<(VerifierTable, Etag)> {
        match self.environment.aws.s3().get(&self.bucket, VERIFIERS_KEY).await? {
            Some((bytes, etag)) => {
                let table = serde_json::from_slice(&bytes).context("the verifier table is broken")?;
                Ok((table, Some(etag)))
            }
            None => Ok((VerifierTable::default(), None)),
        }
    }

    /// Writes the table unless it changed since it was read. Says whether it did.
    pub(super) async fn write_verifiers(&self, table: &VerifierTable, over: &Etag) -> Result<bool> {
        let body = serde_json::to_vec_pretty(table)?;
        self.environment
            .aws
            .s3()
            .put_over(
                &self.bucket,
                VERIFIERS_KEY,
                body,
                "application/json",
                over.as_deref(),
            )
            .await
    }

    /// What a rotation must know: the table first, as [`Facts`] demands.
    pub(super) async fn facts(&self, proven: Option<String>) -> Result<(Facts, Etag)> {
        let (table, etag) = self.verifiers().await?;
        let versions = self.environment.aws.secrets().versions(&self.secret_id).await?;
        let facts = Facts {
            current: self.labelled(&versions, "AWSCURRENT").await?,
            pending: self.labelled(&versions, "AWSPENDING").await?,
            previous: self.labelled(&versions, "AWSPREVIOUS").await?,
            taken: BTreeSet::from_iter(versions.into_iter().map(|version| version.id)),
            table,
            proven,
        };
        Ok((facts, etag))
    }

    async fn labelled(&self, versions: &[SecretVersion], label: &str) -> Result<Option<Version>> {
        let has_label = |version: &&SecretVersion| version.labels.iter().any(|known| known == label);
        let Some(version) = versions.iter().find(has_label) else {
            return Ok(None);
        };
        let secrets = self.environment.aws.secrets();
        let text = secrets.get_version(&self.secret_id, &version.id).await?;
        let token = text.and_then(|text| Token::parse(&text).ok());
        Ok(Some(Version {
            id: version.id.clone(),
            token,
        }))
    }

    /// Whether Secrets Manager was told to rotate the token by itself.
    pub(super) async fn is_rotated(&self) -> Result<bool> {
        self.environment.aws.secrets().is_rotated(&self.secret_id).await
    }

    /// Turns that off. The labels that it leaves behind are repaired by the steps that follow.
    pub(super) async fn cancel_rotation(&self) -> Result<()> {
        self.environment
            .aws
            .secrets()
            .cancel_rotation(&self.secret_id)
            .await
    }

    /// Carries out a step that writes. `false` when its condition did not hold, and nothing was changed.
    pub(super) async fn write(&self, step: &Step, etag: &Etag) -> Result<bool> {
        let (secrets, id) = (self.environment.aws.secrets(), self.secret_id.as_str());
        match step {
            Step::Create { version } => secrets.put_pending(id, version, fresh()?.reveal()).await,
            Step::Write { table, .. } => self.write_verifiers(table, etag).await,
            Step::Promote { from, to, .. } => {
                secrets
                    .move_label(id, "AWSCURRENT", from.as_deref(), Some(to))
                    .await
            }
            Step::Unlabel { version } => secrets.move_label(id, "AWSPENDING", Some(version), None).await,
            Step::Test { .. } => Ok(true),
        }
    }
}

/// A new token of the system's randomness.
pub(super) fn fresh() -> Result<Token> {
    let mut bytes = [0; 64];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    Token::from_random(&bytes).context("the system's randomness is unusable")
}
