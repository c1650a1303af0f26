//! Secrets Manager. Values pass through here and are never put into an error or a log.

use anyhow::{Context, Result};
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};

use super::explain;

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
        match self.client.get_secret_value().secret_id(id).send().await {
            // A secret that was made without a value may answer with an empty one.
            Ok(answer) => Ok(answer.secret_string.filter(|value| !value.is_empty())),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|said| said.is_resource_not_found_exception()) =>
            {
                Ok(None)
            }
            Err(error) => Err(explain(error)).with_context(|| format!("cannot read the secret {id}")),
        }
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
