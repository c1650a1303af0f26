//! Secrets Manager. Values pass through here and are never put into an error or a log.

use anyhow::{Context, Result};
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::builders::GetSecretValueFluentBuilder;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};

use super::explain;

/// What a request for a value brings; `None` when what it names, or its value, does not exist.
async fn value(request: GetSecretValueFluentBuilder) -> Result<Option<String>> {
    match request.send().await {
        // A secret that was made without a value may answer with an empty one.
        Ok(answer) => Ok(answer.secret_string.filter(|value| !value.is_empty())),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|said| said.is_resource_not_found_exception()) =>
        {
            Ok(None)
        }
        Err(error) => Err(explain(error)),
    }
}

#[cfg(test)]
mod tests;

/// A version of a secret, without its value.
pub(crate) struct SecretVersion {
    /// The `ClientRequestToken` that made it.
    pub id: String,
    /// Its labels: `AWSCURRENT` and the like.
    pub labels: Vec<String>,
}

/// Asks and tells Secrets Manager.
pub(crate) struct Secrets {
    client: Client,
}

impl Secrets {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// The current value; `None` when the secret or its value does not exist.
    pub(crate) async fn get(&self, id: &str) -> Result<Option<String>> {
        let request = self.client.get_secret_value().secret_id(id);
        value(request)
            .await
            .with_context(|| format!("cannot read the secret {id}"))
    }

    /// Gives an existing secret a new value.
    pub(crate) async fn put(&self, id: &str, value: &str) -> Result<()> {
        let request = self.client.put_secret_value().secret_id(id).secret_string(value);
        request
            .send()
            .await
            .map_err(explain)
            .with_context(|| format!("cannot write the secret {id}"))?;
        Ok(())
    }

    /// Gives the secret a value, and makes it first if there is none.
    pub(crate) async fn set(&self, name: &str, value: &str, description: &str) -> Result<()> {
        let request = self
            .client
            .create_secret()
            .name(name)
            .secret_string(value)
            .description(description);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|said| said.is_resource_exists_exception()) =>
            {
                self.put(name, value).await
            }
            Err(error) => Err(explain(error)).with_context(|| format!("cannot create the secret {name}")),
        }
    }

    /// All versions of a secret, also those without a label, as far as Secrets Manager still has them.
    pub(crate) async fn versions(&self, id: &str) -> Result<Vec<SecretVersion>> {
        let request = self.client.list_secret_version_ids().secret_id(id);
        let mut pages = request.include_deprecated(true).into_paginator().send();
        let mut versions = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page
                .map_err(explain)
                .with_context(|| format!("cannot list the versions of {id}"))?;
            let found = page.versions.unwrap_or_default().into_iter();
            versions.extend(found.filter_map(|version| {
                Some(SecretVersion {
                    id: version.version_id?,
                    labels: version.version_stages.unwrap_or_default(),
                })
            }));
        }
        Ok(versions)
    }

    /// The value of one version; `None` when the version or its value does not exist.
    pub(crate) async fn get_version(&self, id: &str, version: &str) -> Result<Option<String>> {
        let request = self.client.get_secret_value().secret_id(id).version_id(version);
        value(request)
            .await
            .with_context(|| format!("cannot read a version of {id}"))
    }

    /// Makes a version with the label `AWSPENDING`. Says whether it did: `false` when the version exists.
    pub(crate) async fn put_pending(&self, id: &str, version: &str, value: &str) -> Result<bool> {
        let request = self
            .client
            .put_secret_value()
            .secret_id(id)
            .client_request_token(version)
            .version_stages("AWSPENDING")
            .secret_string(value);
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|said| said.is_resource_exists_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(explain(error)).with_context(|| format!("cannot add a version to {id}")),
        }
    }

    /// Moves a label from one version to another, or takes it away. Says whether it did: `false` when the label was
    /// no longer where it should have been.
    pub(crate) async fn move_label(
        &self,
        id: &str,
        label: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<bool> {
        let request = self.client.update_secret_version_stage();
        let request = request.secret_id(id).version_stage(label);
        let request = request.set_remove_from_version_id(from.map(str::to_owned));
        match request.set_move_to_version_id(to.map(str::to_owned)).send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|said| {
                    said.is_invalid_parameter_exception() || said.is_resource_not_found_exception()
                }) =>
            {
                Ok(false)
            }
            Err(error) => Err(explain(error)).with_context(|| format!("cannot move {label} of {id}")),
        }
    }

    /// Whether Secrets Manager rotates the secret by itself: somebody has given it a rotation, which is none of ours.
    pub(crate) async fn is_rotated(&self, id: &str) -> Result<bool> {
        let answer = self.client.describe_secret().secret_id(id).send().await;
        let found = answer
            .map_err(explain)
            .with_context(|| format!("cannot describe the secret {id}"))?;
        Ok(found.rotation_enabled.unwrap_or_default())
    }

    /// Turns Secrets Manager's own rotation of the secret off, and ends one that is at work. A version that it has made
    /// keeps the label `AWSPENDING`, which blocks later rotations until it is taken away.
    pub(crate) async fn cancel_rotation(&self, id: &str) -> Result<()> {
        let answer = self.client.cancel_rotate_secret().secret_id(id).send().await;
        answer
            .map_err(explain)
            .with_context(|| format!("cannot cancel the rotation of {id}"))?;
        Ok(())
    }

    /// The names of the secrets under a prefix, sorted.
    pub(crate) async fn names(&self, prefix: &str) -> Result<Vec<String>> {
        let filter = Filter::builder()
            .key(FilterNameStringType::Name)
            .values(prefix)
            .build();
        let mut pages = self.client.list_secrets().filters(filter).into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(explain).context("cannot list the secrets")?;
            names.extend(
                page.secret_list
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|secret| secret.name),
            );
        }
        names.retain(|name| name.starts_with(prefix));
        names.sort();
        Ok(names)
    }
}
