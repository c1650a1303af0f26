//! A table, a bucket, a queue and a platform, and the function's process in between.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use contract::content::MANIFEST_KEY;
use contract::env;
use contract::inbox::MAIL_PREFIX;
use emulated::Emulated;
use inbox::MessageId;
use serde_json::{Value, json};
use store::Inbox;
use testkit::messaging::Guest;
use testkit::{Calls, Ended, Gate, Simulator, Stop};

const PLATFORM: &str = "boats";
const MAILS: &str = "mails";
/// What the mails' objects are called.
const KEYS: [&str; 3] = ["1", "2", "other"];

/// What the function is doing when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// It polls a platform where a guest has written twice.
    Poll,
    /// It reads a batch of two mails, one of them with an attachment, and one that cannot be read.
    Mails,
}

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
    /// Lines of the messages' threads.
    lines: usize,
    /// What could not be read, and why.
    aside: Vec<String>,
    /// What lay in the queue, as the ids by which it drops repetitions.
    published: Vec<String>,
    /// What is still to be done, here and at the platform.
    open: (usize, usize),
}

pub(super) struct World {
    task: Task,
    emulated: Emulated,
    simulator: Simulator,
    inbox: Inbox,
    queue: String,
}

impl World {
    pub(super) async fn of(emulated: &Emulated, task: Task, name: &str) -> Self {
        let emulated = emulated.another(name);
        emulated.create_table().await;
        emulated.create_bucket().await;
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        match task {
            Task::Poll => guests_write(&simulator),
            Task::Mails => mails_arrive(&emulated).await,
        }
        let table = emulated.name.clone();
        Self {
            task,
            inbox: Inbox::in_aws(&emulated.config, table.clone(), table),
            queue: emulated.create_fifo_queue("messages").await,
            simulator,
            emulated,
        }
    }

    /// A run that is killed at the given call, and those that follow: the schedule's, or the queue's that was told of nothing.
    pub(super) async fn play(&self, stop: Option<Stop>) -> End {
        let calls = Calls::new(stop);
        let ended = self.run(&calls).await;
        for _ in 0..2 {
            let ended = self.run(&Calls::new(None)).await;
            assert!(matches!(ended, Ended::Answered(_)), "{ended:?}");
        }
        End {
            was_killed: ended == Ended::Killed,
            calls: calls.names(),
            left: self.left().await,
        }
    }

    async fn left(&self) -> Left {
        let (mut stored, mut threads) = (Vec::new(), BTreeSet::new());
        for id in self.task.messages() {
            let message = self.inbox.message(&id).await.unwrap();
            let message = message.unwrap_or_else(|| panic!("{id} is lost"));
            stored.push((message.revision, message.text.reveal().to_owned()));
            threads.insert(message.thread);
        }
        let mut lines = 0;
        for thread in &threads {
            lines += self.inbox.messages(thread, None, 100).await.unwrap().len();
        }
        let aside = self.inbox.quarantined(None, 100).await.unwrap().into_iter();
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
            lines,
            aside: aside.map(|aside| aside.why).collect(),
            published,
            open: (open, self.simulator.messaging().unread(PLATFORM)),
        }
    }

    async fn run(&self, calls: &Arc<Calls>) -> Ended {
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
        let event = match self.task {
            Task::Poll => json!({"action": "poll"}),
            Task::Mails => batch(&self.emulated.name),
        };
        let lasts = Duration::from_secs(120);
        testkit::invoke(binary, &environment, &event, lasts, calls)
            .await
            .unwrap()
    }
}

impl Task {
    /// What has to be there in the end.
    fn messages(self) -> [MessageId; 2] {
        match self {
            Self::Poll => ["m1", "m2"].map(|native| MessageId::of(PLATFORM, native)),
            Self::Mails => ["1", "2"].map(|id| MessageId::of(MAILS, &format!("{id}@mails.example"))),
        }
    }
}

fn guests_write(simulator: &Simulator) {
    let first = Guest {
        attachments: vec![1_000],
        ..Guest::says("t1", "hello")
    };
    simulator.messaging().write(PLATFORM, first);
    simulator
        .messaging()
        .write(PLATFORM, Guest::says("t1", "anybody there?"));
}

/// As SES puts them: one with a file, one without, and one that is no platform's.
async fn mails_arrive(emulated: &Emulated) {
    let head = |id: &str| {
        format!(
            "From: Mails <notify@mails.example>\r\nSubject: New message\r\nMessage-ID: <{id}@mails.example>\r\n\
             Date: Fri, 15 Jan 2027 07:59:00 +0000\r\nMIME-Version: 1.0\r\n"
        )
    };
    let words = "Content-Type: text/plain\r\n\r\nA guest wrote:\r\nhello\r\n-- \r\nMails\r\n";
    let with_file = format!(
        "{}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{words}--b\r\nContent-Type: text/csv\r\n\
         Content-Disposition: attachment; filename=a.csv\r\n\r\n1,2\r\n--b--\r\n",
        head("1")
    );
    let without = format!("{}{words}", head("2"));
    let other = "From: a@other.example\r\n\r\nhello".to_owned();
    for (name, mail) in KEYS.into_iter().zip([with_file, without, other]) {
        emulated.put_object(&format!("{MAIL_PREFIX}{name}"), mail).await;
    }
}

/// A batch of the queue that S3 tells of new mails.
fn batch(bucket: &str) -> Value {
    let records = KEYS.map(|name| {
        let told = json!({"Records": [{
            "eventName": "ObjectCreated:Put", "eventTime": "2027-01-15T08:00:00.000Z",
            "s3": {"bucket": {"name": bucket}, "object": {"key": format!("{MAIL_PREFIX}{name}"), "size": 1}}
        }]});
        json!({"messageId": name, "eventSource": "aws:sqs", "body": told.to_string(), "attributes": {}, "messageAttributes": {}})
    });
    json!({ "Records": records })
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
        "platforms": [
            {"id": PLATFORM, "name": "Boats", "inbox": {"api": api}},
            {"id": MAILS, "name": "Mails", "inbox": {"mail": {
                "from": ["*@mails.example"],
                "words": [{"after": "wrote:", "before": ["-- "]}]
            }}}
        ],
    })
}
