//! A store with so many bookings, and the broker's own process before it.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use contract::content::{MANIFEST_KEY, RELEASES_KEY, VERIFIERS_KEY};
use contract::env;
use serde_json::{Value, json};
use testkit::{Door, Ended, QuickTable, Sandbox};
use token::{Token, Verifier, VerifierTable};

use super::question::Question;
use crate::bench::emulator::Emulator;
use crate::workspace::Workspace;

/// The name of everything here.
const NAME: &str = "bench";
/// As long as Lambda lets the broker run.
const LASTS: Duration = Duration::from_secs(30);

/// A filled store and a broker that is warm once it was asked.
pub(super) struct Scene {
    table: QuickTable,
    broker: Sandbox,
    token: Token,
    now: DateTime<Utc>,
    /// A guest's thread that waits.
    thread: String,
    // What the broker asks for threads.
    _responder: Door,
    // What the broker reads the manifest from.
    _emulator: Emulator,
}

/// One answer, and what it took.
pub(super) struct Answered {
    pub(super) time: Duration,
    /// Rows that the table answered with.
    pub(super) rows: usize,
    /// Of the body.
    pub(super) bytes: usize,
    pub(super) etag: Option<String>,
}

impl Scene {
    pub(super) async fn new(
        workspace: &Workspace,
        programs: &super::Programs,
        bookings: usize,
    ) -> Result<Self> {
        let emulator = Emulator::start(workspace).await?;
        emulator.create_bucket(NAME).await?;
        let now = Utc::now();
        let mut random = [0; 64];
        getrandom::fill(&mut random).context("no randomness")?;
        let token = Token::from_random(&random).context("too little randomness")?;
        let verifiers = VerifierTable {
            verifiers: vec![Verifier::of(&token, now - TimeDelta::hours(1))],
        };
        emulator.put_object(NAME, MANIFEST_KEY, &manifest()).await?;
        emulator
            .put_object(NAME, VERIFIERS_KEY, &serde_json::to_value(&verifiers)?)
            .await?;
        emulator
            .put_object(NAME, RELEASES_KEY, &serde_json::json!({ "releases": [] }))
            .await?;
        let table = QuickTable::start().await?;
        fill(
            &programs.fill,
            (table.origin(), emulator.endpoint()),
            bookings,
            now,
        )
        .await?;
        let common = [
            ("AWS_ENDPOINT_URL", emulator.endpoint()),
            ("AWS_ENDPOINT_URL_DYNAMODB", table.origin()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            (env::STAGE, "local"),
            (env::EVENTS_TABLE, NAME),
            (env::CONTENT_BUCKET, NAME),
        ];
        let own = [
            (env::INBOUND_BUCKET, NAME),
            // Nothing is sent.
            (env::SEND_QUEUE, "http://127.0.0.1:9/none"),
        ];
        let responder = Sandbox::start(&programs.responder, &environment(&common, &own)).await?;
        let responder = Door::open(responder, LASTS).await?;
        let own = [
            (env::PARTNER_SECRETS_PREFIX, "bench/partner/"),
            (env::UNSUBSCRIBE_SECRET, "bench/unsubscribe"),
            (env::REPLIES_FUNCTION, NAME),
            ("AWS_ENDPOINT_URL_LAMBDA", responder.origin()),
        ];
        let mut scene = Self {
            broker: Sandbox::start(&programs.broker, &environment(&common, &own)).await?,
            table,
            token,
            now,
            thread: String::new(),
            _responder: responder,
            _emulator: emulator,
        };
        scene.thread = scene.waiting_thread().await?;
        Ok(scene)
    }

    /// A thread of the inbox, as the page finds one.
    async fn waiting_thread(&mut self) -> Result<String> {
        let event = self.event("/inbox", "", None);
        let Ended::Answered(answer) = self.broker.invoke(&event, LASTS).await else {
            bail!("the inbox cannot be listed");
        };
        let listed: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
        let thread = listed["threads"][0]["id"].as_str();
        Ok(thread.context("no thread waits")?.to_owned())
    }

    /// Asks the broker, which must answer with the question's status.
    pub(super) async fn ask(&mut self, question: &Question, etag: Option<&str>) -> Result<Answered> {
        let path = question.path.replace("{thread}", &self.thread);
        let event = self.event(&path, &question.query(self.now), etag);
        let before = self.table.rows_read();
        let began = Instant::now();
        let ended = self.broker.invoke(&event, LASTS).await;
        let time = began.elapsed();
        let Ended::Answered(answer) = ended else {
            bail!("{} ended otherwise: {ended:?}", question.name);
        };
        let expected = if etag.is_some() { 304 } else { 200 };
        if answer["statusCode"] != expected {
            bail!(
                "{} got {} and not {expected}",
                question.name,
                answer["statusCode"]
            );
        }
        Ok(Answered {
            time,
            rows: self.table.rows_read() - before,
            bytes: answer["body"].as_str().unwrap_or_default().len(),
            etag: answer["headers"]["etag"].as_str().map(str::to_owned),
        })
    }

    /// Ends the broker.
    pub(super) async fn end(self) {
        self.broker.kill().await;
    }

    /// What API Gateway makes of a request (payload format 2.0).
    fn event(&self, path: &str, query: &str, etag: Option<&str>) -> Value {
        let mut headers = json!({"authorization": format!("Bearer {}", self.token.reveal())});
        if let Some(etag) = etag {
            headers["if-none-match"] = etag.into();
        }
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": headers, "isBase64Encoded": false,
            "requestContext": {
                "accountId": "000000000000", "apiId": "bench", "domainName": "api.example", "domainPrefix": "api",
                "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"},
                "requestId": "bench", "routeKey": "$default", "stage": "$default",
                "time": "15/Jan/2027:08:00:00 +0000", "timeEpoch": 1_800_000_000_000_u64,
            },
        })
    }
}

fn environment(common: &[(&str, &str)], own: &[(&str, &str)]) -> Vec<(String, String)> {
    let all = common.iter().chain(own);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Fills a table and a bucket, which are at these addresses.
async fn fill(
    program: &Path,
    (dynamodb, s3): (&str, &str),
    bookings: usize,
    now: DateTime<Utc>,
) -> Result<()> {
    let status = tokio::process::Command::new(program)
        .args([dynamodb, s3, NAME, &bookings.to_string()])
        .arg(now.to_rfc3339_opts(SecondsFormat::Secs, true))
        .stdin(Stdio::null())
        .status()
        .await
        .context("cannot start fill")?;
    if !status.success() {
        bail!("the store could not be filled");
    }
    Ok(())
}

fn manifest() -> Value {
    let asset = |number: u8| json!({"id": format!("asset-{number}"), "name": format!("Asset {number}"), "turnover_minutes": 60});
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "America/New_York",
            "assets": [asset(0), asset(1), asset(2), asset(3)]}],
        // No listing has a feed: reading one is measured by itself.
        "platforms": [{"id": "charters", "name": "Charters", "answer_within_minutes": 2880}],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "confirm_above": 1_000_000
        },
        "campaigns": [{"id": "news", "channel": "email", "purpose": "marketing", "template": "blast",
            "to": {"type": "audience", "name": "all"},
            "when": {"type": "at", "local": "2026-01-01T12:00", "zone": "UTC"}}]
    })
}
