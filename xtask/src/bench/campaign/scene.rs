//! A store, a queue and SES, and the functions' own processes in between.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use chrono::{TimeDelta, Utc};
use contract::campaign::{CampaignAnswer, CampaignRequest, ImportInto};
use contract::content::{LIBRARY_KEY, MANIFEST_KEY};
use contract::env;
use serde_json::{Value, json};
use testkit::{Calls, Ended, Gate, QuickTable, Sandbox, Simulator};

use crate::bench::emulator::Emulator;
use crate::workspace::Workspace;

/// The mail, as a template and, for the peer, as it stands.
pub(super) const HTML: &str = "<!doctype html><html lang=\"en\"><head><title>Hello</title></head><body><p>Hello {{ guest.name }}</p>\
    <p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p></body></html>";
/// The name of everything here.
const NAME: &str = "bench";
/// As long as Lambda lets a function run.
const LASTS: Duration = Duration::from_secs(900);
/// So many contacts are imported at once: the function takes no more.
const IMPORTED: usize = 500;

/// A stage of the benchmark's own, empty at first.
pub(super) struct Scene {
    emulator: Emulator,
    simulator: Simulator,
    queue: String,
}

/// What a sender's process took.
pub(super) struct Sent {
    pub(super) wall: Duration,
    pub(super) cpu_s: f64,
    pub(super) peak_mb: f64,
}

impl Scene {
    pub(super) async fn new(workspace: &Workspace) -> Result<Self> {
        let emulator = Emulator::start(workspace).await?;
        emulator.create_table(NAME).await?;
        emulator.create_bucket(NAME).await?;
        emulator
            .create_secret(&format!("{NAME}/unsubscribe"), &"k".repeat(64))
            .await?;
        let library = json!({"blast/subject.txt.j2": "Hello", "blast/body.html.j2": HTML});
        emulator.put_object(NAME, MANIFEST_KEY, &manifest()).await?;
        emulator.put_object(NAME, LIBRARY_KEY, &library).await?;
        let simulator = Simulator::start(([127, 0, 0, 1], 0).into()).await?;
        let mut account = testkit::ses::Account::default();
        account.send_quota.max_send_rate = 10_000.0;
        account.send_quota.max_24_hour_send = 10_000_000.0;
        simulator.ses().account(account);
        Ok(Self {
            queue: emulator.create_queue("send").await?,
            emulator,
            simulator,
        })
    }

    /// Where SES is.
    pub(super) fn ses(&self) -> String {
        self.simulator.url("/ses")
    }

    /// How many mails SES has taken.
    pub(super) fn accepted(&self) -> usize {
        self.simulator.ses().accepted().len()
    }

    /// Plans a mail for each of so many people, due now; what lies in the queue then.
    pub(super) async fn plan_now(&self, scheduler: &Path, people: usize) -> Result<Vec<Value>> {
        let environment = self.environment(self.emulator.endpoint());
        self.plan(scheduler, &environment, "now", None, people).await?;
        let queued = self.emulator.drain(&self.queue).await?;
        if queued.len() != people {
            bail!("{} of {people} mails are in the queue", queued.len());
        }
        Ok(queued)
    }

    /// Plans a mail for each of so many people far in the west, due in half a day; the process's peak of memory in MB. The
    /// table is one that answers each request at the cost of its answer: the emulator looks through the whole partition.
    pub(super) async fn plan_for_later(&self, scheduler: &Path, people: usize) -> Result<f64> {
        let table = QuickTable::start().await?;
        let mut environment = self.environment(self.emulator.endpoint());
        environment.push(("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), table.origin().to_owned()));
        self.plan(scheduler, &environment, "later", Some("Etc/GMT+12"), people)
            .await
    }

    async fn plan(
        &self,
        scheduler: &Path,
        environment: &[(String, String)],
        audience: &str,
        zone: Option<&str>,
        people: usize,
    ) -> Result<f64> {
        let mut function = Sandbox::start(scheduler, environment).await?;
        for first in (0..people).step_by(IMPORTED) {
            let line = |number: usize| {
                let mut cells = vec![format!("guest{number}@example.com"), format!("Guest {number}")];
                cells.extend(zone.map(str::to_owned));
                (number as u64 + 2, cells)
            };
            let mut head = vec!["email".to_owned(), "name".to_owned()];
            head.extend(zone.map(|_| "time_zone".to_owned()));
            let request = CampaignRequest::Import {
                of: ImportInto::Audience {
                    name: audience.to_owned(),
                },
                head,
                lines: (first..people.min(first + IMPORTED)).map(line).collect(),
                dry_run: false,
            };
            ask(&mut function, &request).await?;
        }
        let mut planned = 0;
        loop {
            match ask(&mut function, &CampaignRequest::Tick {}).await? {
                CampaignAnswer::Ticked(ticked) => {
                    planned += ticked.planned;
                    if !ticked.is_unfinished {
                        break;
                    }
                }
                other => bail!("the clock got another answer: {other:?}"),
            }
        }
        if planned != people as u64 {
            bail!("{planned} of {people} mails were planned");
        }
        let peak = usage(&function)?.1;
        function.kill().await;
        Ok(peak)
    }

    /// Hands mails over, batch by batch.
    pub(super) async fn send(&self, sender: &Path, mails: &[Value], batch: usize) -> Result<Sent> {
        self.send_through(self.emulator.endpoint(), sender, mails, batch)
            .await
    }

    /// Hands mails over, and counts the rows that are written meanwhile.
    pub(super) async fn count_writes(&self, sender: &Path, mails: &[Value], batch: usize) -> Result<usize> {
        let calls = Calls::new(None);
        let gate = Gate::before(self.emulator.endpoint(), Arc::clone(&calls)).await?;
        self.send_through(gate.origin(), sender, mails, batch).await?;
        Ok(calls.rows_written())
    }

    async fn send_through(
        &self,
        endpoint: &str,
        sender: &Path,
        mails: &[Value],
        batch: usize,
    ) -> Result<Sent> {
        let mut function = Sandbox::start(sender, &self.environment(endpoint)).await?;
        let began = Instant::now();
        for mails in mails.chunks(batch) {
            let records: Vec<Value> = mails
                .iter()
                .enumerate()
                .map(|(number, body)| {
                    json!({"messageId": number.to_string(), "body": body.to_string(),
                        "attributes": {}, "messageAttributes": {}})
                })
                .collect();
            let ended = function.invoke(&json!({ "Records": records }), LASTS).await;
            match ended {
                Ended::Answered(answer) if answer["batchItemFailures"] == json!([]) => {}
                other => bail!("a batch was not seen to: {other:?}"),
            }
        }
        let wall = began.elapsed();
        let (cpu_s, peak_mb) = usage(&function)?;
        function.kill().await;
        Ok(Sent { wall, cpu_s, peak_mb })
    }

    fn environment(&self, endpoint: &str) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_ENDPOINT_URL_SESV2", &self.ses()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            (env::STAGE, "local"),
            (env::API_URL, "https://api.example"),
            (env::EVENTS_TABLE, NAME),
            (env::CONTENT_BUCKET, NAME),
            (env::SEND_QUEUE, &self.queue),
            (env::PARTNER_SECRETS_PREFIX, "bench/partner/"),
            (env::CONFIGURATION_SET, "landfall-local"),
            (env::UNSUBSCRIBE_SECRET, "bench/unsubscribe"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }
}

async fn ask(function: &mut Sandbox, request: &CampaignRequest) -> Result<CampaignAnswer> {
    let ended = function.invoke(&serde_json::to_value(request)?, LASTS).await;
    match ended {
        Ended::Answered(answer) => Ok(serde_json::from_value(answer)?),
        other => bail!("the scheduler ended otherwise: {other:?}"),
    }
}

/// Seconds of CPU time and the peak of memory in MB, as the kernel counts them.
fn usage(function: &Sandbox) -> Result<(f64, f64)> {
    /// Linux tells times in hundredths of a second (proc(5): USER_HZ).
    const TICKS: f64 = 100.0;
    let id = function.id().context("the function has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.trim().strip_suffix(" kB"));
    let peak: f64 = peak.context("no VmHWM")?.trim().parse()?;
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name before it may hold anything, but not another closing parenthesis.
    let (_, fields) = stat.rsplit_once(") ").context("no stat")?;
    let times = fields.split(' ').skip(11).take(2).map(str::parse::<f64>);
    let times: Vec<f64> = times.collect::<Result<_, _>>()?;
    Ok((times.iter().sum::<f64>() / TICKS, peak * 1024.0 / 1e6))
}

fn manifest() -> Value {
    let now = Utc::now();
    let campaign = |id: &str, at: chrono::DateTime<Utc>, zone: &str| {
        json!({"id": id, "channel": "email", "purpose": "marketing", "template": "blast",
            "to": {"type": "audience", "name": id},
            "when": {"type": "at", "local": at.format("%Y-%m-%dT%H:%M").to_string(), "zone": zone}})
    };
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "confirm_above": 1_000_000
        },
        "campaigns": [
            campaign("now", now - TimeDelta::minutes(5), "UTC"),
            campaign("later", now, "recipient"),
        ]
    })
}
