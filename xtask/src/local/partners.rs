//! Makes the partner simulator and what is deployed known to each other: each start of the simulator knows nobody.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::sample::letters::Letter;

use super::LocalCloud;

const TIMEOUT: Duration = Duration::from_secs(5);

impl LocalCloud {
    /// Tells the simulator's SES to which topic it publishes what becomes of mails, and its Twilio where callbacks go:
    /// the API's own name is in no DNS, so they go to where the emulator answers for it.
    pub(crate) async fn introduce_partners(
        &self,
        feedback_topic: &str,
        api_id: &str,
        api_url: &str,
    ) -> Result<()> {
        let feedback = json!({ "endpoint": self.endpoint(), "topic_arn": feedback_topic });
        self.tell("/_ses/feedback", &feedback).await?;
        let api_url = api_url.trim_end_matches('/');
        let webhooks = json!({
            "inbound_url": format!("{api_url}/callbacks/twilio"),
            "deliver_to": self.api_url(api_id),
        });
        self.tell("/_twilio/webhooks", &webhooks).await
    }

    /// Where SES is played, as the SDK wants it.
    pub(super) fn ses_endpoint(&self) -> String {
        format!("{}/ses", self.simulator_origin())
    }

    /// Whether the simulator is what answers there.
    pub(crate) fn plays(&self, url: &str) -> bool {
        url.strip_prefix(&self.simulator_origin())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The only account that the simulator's Twilio knows, as the manifest's secret holds it.
    pub(crate) fn twilio_account() -> String {
        format!(
            "{}:{}",
            testkit::twilio::ACCOUNT_SID,
            testkit::twilio::AUTH_TOKEN_CANARY
        )
    }

    /// Has a guest write at a platform, and the host answer if they do; nothing where the guest has written already.
    pub(super) async fn write(&self, platform: &str, letter: &Letter) -> Result<()> {
        let thread = &letter.guest.thread;
        let known = format!("/_messaging/{platform}/thread/{thread}");
        let known = self.call(Method::GET, &known, &Value::Null).await?.text().await?;
        let known: Value = serde_json::from_str(&known)?;
        if known.as_array().is_some_and(|messages| !messages.is_empty()) {
            return Ok(());
        }
        let guest = serde_json::to_value(&letter.guest)?;
        self.call(Method::POST, &format!("/_messaging/{platform}/guest"), &guest)
            .await?;
        if let Some(answer) = letter.answer {
            let path = format!("/messaging/{platform}/conversations/{thread}/messages");
            self.call(Method::POST, &path, &json!({ "text": answer })).await?;
        }
        Ok(())
    }

    async fn tell(&self, path: &str, body: &Value) -> Result<()> {
        self.call(Method::PUT, path, body).await.map(drop)
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Response> {
        let url = format!("{}{path}", self.simulator_origin());
        let request = crate::api::client_for(&url)?
            .request(method, &url)
            .timeout(TIMEOUT);
        let answer = request.body(body.to_string()).send().await;
        let answer = answer.with_context(|| format!("the partner simulator does not answer at {url}"))?;
        if !answer.status().is_success() {
            bail!("the partner simulator refused {path}: {}", answer.status());
        }
        Ok(answer)
    }
}
