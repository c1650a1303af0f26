//! A table, a bucket, a queue and a platform, and the function's process in between.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use contract::content::MANIFEST_KEY;
use contract::env;
use emulated::Emulated;
use inbox::{MessageId, ThreadId};
use serde_json::{Value, json};
use store::Inbox;
use testkit::messaging::Guest;
use testkit::{Calls, Ended, Gate, Simulator, Stop};

const PLATFORM: &str = "boats";

/// What became of everything.
#[derive(Debug)]
pub(super) struct End {
    /// What the first process called.
    pub(super) calls: Vec<String>,
    pub(super) was_killed: bool,
    pub(super) left: Left,
}

/// What is there when everything has come to rest.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// Each message's revision, and what it says.
    stored: Vec<(u32, String)>,
    /// Lines of the thread.
    lines: usize,
    /// What lay in the queue, as the ids by which it drops repetitions.
    published: Vec<String>,
    /// What is still to be done, here and at the platform.
    open: (usize, usize),
}

pub(super) struct World {
    emulated: Emulated,
    simulator: Simulator,
    inbox: Inbox,
    queue: String,
}

impl World {
    pub(super) async fn of(emulated: &Emulated, name: &str) -> Self {
        let emulated = emulated.another(name);
        emulated.create_table().await;
        emulated.create_bucket().await;
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let first = Guest {
            attachments: vec![1_000],
            ..Guest::says("t1", "hello")
        };
        simulator.messaging().write(PLATFORM, first);
        simulator
            .messaging()
            .write(PLATFORM, Guest::says("t1", "anybody there?"));
        let table = emulated.name.clone();
        Self {
            inbox: Inbox::in_aws(&emulated.config, table.clone(), table),
            queue: emulated.create_fifo_queue("messages").await,
            simulator,
            emulated,
        }
    }

    /// A poll that is killed at the given call, and the polls that follow.
    pub(super) async fn play(&self, stop: Option<Stop>) -> End {
        let calls = Calls::new(stop);
        let ended = self.poll(&calls).await;
        for _ in 0..2 {
            let ended = self.poll(&Calls::new(None)).await;
            assert!(matches!(ended, Ended::Answered(_)), "{ended:?}");
        }
        End {
            was_killed: ended == Ended::Killed,
            calls: calls.names(),
            left: self.left().await,
        }
    }

    async fn left(&self) -> Left {
        let mut stored = Vec::new();
        for native in ["m1", "m2"] {
            let message = self
                .inbox
                .message(&MessageId::of(PLATFORM, native))
                .await
                .unwrap();
            let message = message.unwrap_or_else(|| panic!("{native} is lost"));
            stored.push((message.revision, message.text.reveal().to_owned()));
        }
        let lines = self
            .inbox
            .messages(&ThreadId::of(PLATFORM, "t1"), None, 100)
            .await
            .unwrap();
        let mut published: Vec<String> = self
            .emulated
            .drain(&self.queue)
            .await
            .iter()
            .map(|body| {
                serde_json::from_str::<contract::inbox::Arrived>(body)
                    .unwrap()
                    .dedup()
            })
            .collect();
        published.sort();
        let open = self.inbox.open(None, 100).await.unwrap().len();
        Left {
            stored,
            lines: lines.len(),
            published,
            open: (open, self.simulator.messaging().unread(PLATFORM)),
        }
    }

    async fn poll(&self, calls: &Arc<Calls>) -> Ended {
        let aws = Gate::before(&self.emulated.endpoint, Arc::clone(calls))
            .await
            .unwrap();
        let platform = Gate::before(&self.simulator.origin(), Arc::clone(calls))
            .await
            .unwrap();
        let manifest = manifest(platform.origin()).to_string();
        self.emulated.put_object(MANIFEST_KEY, manifest).await;
        let mut environment = self.emulated.environment(aws.origin());
        let prefix = format!("{}/partner/", self.emulated.name);
        let own = [
            (env::STAGE, "local"),
            (env::EVENTS_TABLE, self.emulated.name.as_str()),
            (env::CONTENT_BUCKET, &self.emulated.name),
            (env::INBOUND_BUCKET, &self.emulated.name),
            (env::MESSAGES_QUEUE, &self.queue),
            (env::PARTNER_SECRETS_PREFIX, &prefix),
            (env::ALLOWED_ORIGINS, platform.origin()),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let binary = Path::new(env!("CARGO_BIN_EXE_inbox-scraper"));
        let event = json!({"action": "poll"});
        let lasts = Duration::from_secs(120);
        testkit::invoke(binary, &environment, &event, lasts, calls.stopped())
            .await
            .unwrap()
    }
}

/// The sample's mapping, at this origin.
fn manifest(origin: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../campaign_schedule.json");
    let mut sample: Value = serde_json::from_slice(&std::fs::read(root).unwrap()).unwrap();
    let mut api = sample["platforms"][0]["inbox"]["api"].take();
    api["local_url"] = json!(format!("{origin}/messaging/{PLATFORM}"));
    api["listings"] = json!({});
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "platforms": [{"id": PLATFORM, "name": "Boats", "inbox": {"api": api}}],
    })
}
