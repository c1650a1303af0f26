//! An AWS emulator of the benchmark's own, with nothing in it but what is asked for: plain requests, since nobody else here
//! needs clients of these services.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use reqwest::Client;
use serde_json::{Value, json};

use crate::api;
use crate::venv::MINISTACK;
use crate::workspace::Workspace;

const START_LIMIT: Duration = Duration::from_secs(60);
/// The emulator answers one request after the other.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The emulator. Dropping it stops it, and nothing of it is kept.
pub(super) struct Emulator {
    process: Child,
    http: Client,
    endpoint: String,
}

impl Emulator {
    pub(super) async fn start(workspace: &Workspace) -> Result<Self> {
        let program = MINISTACK.install(workspace)?;
        let port = testkit::free_port().context("no free port")?;
        let folder = workspace.target().join("bench/emulator");
        std::fs::create_dir_all(&folder)?;
        let process = Command::new(program)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &folder)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start the AWS emulator")?;
        let endpoint = format!("http://127.0.0.1:{port}");
        let emulator = Self {
            process,
            http: api::client_for(&endpoint)?,
            endpoint,
        };
        let health = format!("{}/_ministack/health", emulator.endpoint);
        let asked = Instant::now();
        while !emulator
            .http
            .get(&health)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            if asked.elapsed() > START_LIMIT {
                bail!("the AWS emulator did not start");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(emulator)
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A table as the storage stack makes it.
    pub(super) async fn create_table(&self, name: &str) -> Result<()> {
        let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let table = json!({
            "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [attribute("pk"), attribute("sk")],
            "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
        });
        self.ask("DynamoDB_20120810.CreateTable", &table).await.map(drop)
    }

    pub(super) async fn create_secret(&self, name: &str, value: &str) -> Result<()> {
        let secret = json!({"Name": name, "SecretString": value, "ClientRequestToken": "0".repeat(32)});
        self.ask("secretsmanager.CreateSecret", &secret).await.map(drop)
    }

    /// The new queue's URL.
    pub(super) async fn create_queue(&self, name: &str) -> Result<String> {
        let answer = self
            .ask("AmazonSQS.CreateQueue", &json!({"QueueName": name}))
            .await?;
        let url = answer["QueueUrl"].as_str();
        Ok(url.context("a queue has a URL")?.to_owned())
    }

    /// Takes everything out of a queue.
    pub(super) async fn drain(&self, queue: &str) -> Result<Vec<Value>> {
        let mut bodies = Vec::new();
        loop {
            let request = json!({"QueueUrl": queue, "MaxNumberOfMessages": 10});
            let answer = self.ask("AmazonSQS.ReceiveMessage", &request).await?;
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return Ok(bodies);
            }
            for message in messages {
                let receipt = &message["ReceiptHandle"];
                let request = json!({"QueueUrl": queue, "ReceiptHandle": receipt});
                self.ask("AmazonSQS.DeleteMessage", &request).await?;
                let body = message["Body"].as_str().unwrap_or_default();
                bodies.push(serde_json::from_str(body)?);
            }
        }
    }

    pub(super) async fn create_bucket(&self, name: &str) -> Result<()> {
        self.put(name, Vec::new()).await
    }

    pub(super) async fn put_object(&self, bucket: &str, key: &str, body: &Value) -> Result<()> {
        self.put(&format!("{bucket}/{key}"), body.to_string().into_bytes())
            .await
    }

    async fn put(&self, path: &str, body: Vec<u8>) -> Result<()> {
        let request = self.http.put(format!("{}/{path}", self.endpoint)).body(body);
        let answer = request.timeout(TIMEOUT).send().await?;
        if !answer.status().is_success() {
            bail!("the emulator refused {path}: {}", answer.status());
        }
        Ok(())
    }

    async fn ask(&self, target: &str, body: &Value) -> Result<Value> {
        let request = self.http.post(&self.endpoint).header("X-Amz-Target", target);
        let request = request.header("Content-Type", "application/x-amz-json-1.0");
        let answer = request.body(body.to_string()).timeout(TIMEOUT).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            bail!("the emulator refused {target}: {status} {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have gone by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
