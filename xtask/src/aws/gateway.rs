//! The routes that API Gateway really has.

use anyhow::Result;
use aws_config::SdkConfig;
use aws_sdk_apigatewayv2::Client;

use super::explain;

/// Asks API Gateway.
pub(crate) struct Gateway {
    client: Client,
}

impl Gateway {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// The route keys (`GET /health`) of an HTTP API, sorted.
    pub(crate) async fn routes(&self, api: &str) -> Result<Vec<String>> {
        let mut routes = Vec::new();
        let mut next = None;
        loop {
            let page = self
                .client
                .get_routes()
                .api_id(api)
                .set_next_token(next)
                .send()
                .await
                .map_err(explain)?;
            routes.extend(
                page.items
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|route| route.route_key),
            );
            next = page.next_token;
            if next.is_none() {
                routes.sort();
                return Ok(routes);
            }
        }
    }
}
