//! The records in the artifact bucket.

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use stacks::{Stage, artifacts};

use super::record::{Author, Draft, Id, Record, VERSION};
use crate::aws::s3::S3;
use crate::environment::Environment;
use crate::exit::Invalid;
use crate::screen;

const READS_AT_ONCE: usize = 16;

/// The releases of one stage.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    s3: S3,
    bucket: String,
    stage: Stage,
}

/// A record of the ledger, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// It can.
    Readable(Box<Record>),
    /// It is damaged, or a later Landfall has written it.
    Unreadable {
        /// Its name, by its key.
        id: Id,
        /// What is wrong with it.
        why: String,
    },
}

impl Ledger {
    /// The ledger of the environment's stage.
    pub(crate) fn of(environment: &Environment) -> Self {
        Self::of_stage(environment, environment.stage)
    }

    /// The ledger of another stage in the same account.
    pub(crate) fn of_stage(environment: &Environment, stage: Stage) -> Self {
        Self::new(environment.aws.s3(), environment.artifact_bucket(), stage)
    }

    pub(super) fn new(s3: S3, bucket: String, stage: Stage) -> Self {
        Self { s3, bucket, stage }
    }

    /// Names the release and writes its record, once.
    ///
    /// # Errors
    /// When it cannot be written, or another release has both names that it could get.
    pub(crate) async fn record(&self, draft: Draft, now: DateTime<Utc>) -> Result<Record> {
        for record in [
            Record::named(draft.clone(), now),
            Record::named_by_content(draft, now),
        ] {
            if self.write(&record).await? {
                return Ok(record);
            }
        }
        bail!("another release has this second's name: record again")
    }

    /// Writes a record where there is none. Also when it lies there already: the answer to our write was lost.
    async fn write(&self, record: &Record) -> Result<bool> {
        let body = serde_json::to_vec_pretty(record)?;
        let key = self.key(&record.id);
        let put = self
            .s3
            .put_over(&self.bucket, &key, body.clone(), "application/json", None);
        if put.await? {
            return Ok(true);
        }
        let found = self.s3.get(&self.bucket, &key).await?;
        Ok(found.is_some_and(|(bytes, _)| bytes == body))
    }

    /// The names of all releases, the newest first.
    pub(crate) async fn ids(&self) -> Result<Vec<Id>> {
        let prefix = artifacts::releases_prefix(self.stage);
        let listed = self.s3.list(&self.bucket, &prefix).await?;
        let mut ids: Vec<Id> = listed
            .iter()
            .filter_map(|object| Id::of_key(&object.key, &prefix))
            .collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Ok(ids)
    }

    /// The records of these names, in the same order.
    pub(crate) async fn read(&self, ids: &[Id]) -> Result<Vec<Entry>> {
        let reads = stream::iter(ids.iter().map(|id| self.entry(id)));
        reads.buffered(READS_AT_ONCE).try_collect().await
    }

    /// A page of records older than the named one, or the first, and whether there are more.
    pub(crate) async fn page(&self, before: Option<&str>, limit: usize) -> Result<(Vec<Entry>, bool)> {
        let ids = self.ids().await?;
        let from = match before {
            Some(name) => {
                let id = find(&ids, name)?;
                ids.partition_point(|other| other >= id)
            }
            None => 0,
        };
        let older = &ids[from..];
        let page = &older[..limit.min(older.len())];
        Ok((self.read(page).await?, page.len() < older.len()))
    }

    /// The newest records, the newest first.
    pub(crate) async fn newest(&self, count: usize) -> Result<Vec<Entry>> {
        let ids = self.ids().await?;
        self.read(&ids[..count.min(ids.len())]).await
    }

    /// The newest records, to choose from. Those that cannot be read are told, because nobody can choose them.
    pub(crate) async fn choices(&self, count: usize) -> Result<Vec<Entry>> {
        let entries = self.newest(count).await?;
        for entry in &entries {
            if let Entry::Unreadable { id, why } = entry {
                screen::step(&format!("passed over the release {id}: {why}"));
            }
        }
        Ok(entries)
    }

    /// The record whose name is this, or is the only one that begins so.
    ///
    /// # Errors
    /// [`Invalid`] when no release, or more than one, is meant. When the record cannot be read.
    pub(crate) async fn get(&self, name: &str) -> Result<Record> {
        let id = find(&self.ids().await?, name)?.clone();
        match self.entry(&id).await? {
            Entry::Readable(record) => Ok(*record),
            Entry::Unreadable { id, why } => bail!("the record of {id} cannot be read: {why}"),
        }
    }

    async fn entry(&self, id: &Id) -> Result<Entry> {
        let found = self.s3.get(&self.bucket, &self.key(id)).await?;
        let (bytes, _) = found.with_context(|| format!("the record of {id} is gone"))?;
        Ok(Entry::of(id, &bytes))
    }

    fn key(&self, id: &Id) -> String {
        format!("{}{id}.json", artifacts::releases_prefix(self.stage))
    }
}

impl Entry {
    /// The entry of a name, by what lies there.
    pub(crate) fn of(id: &Id, bytes: &[u8]) -> Self {
        match parse(bytes) {
            Ok(record) if record.id == *id => Self::Readable(Box::new(record)),
            Ok(record) => Self::Unreadable {
                id: id.clone(),
                why: format!("it says that it is {}", record.id),
            },
            Err(why) => Self::Unreadable { id: id.clone(), why },
        }
    }
}

/// The version is looked at first: a later form may lack what this one has.
fn parse(bytes: &[u8]) -> Result<Record, String> {
    #[derive(serde::Deserialize)]
    struct Form {
        version: u32,
    }
    let form: Form = serde_json::from_slice(bytes).map_err(|error| format!("it is damaged: {error}"))?;
    if form.version > VERSION {
        return Err(format!(
            "it is of version {}, and this Landfall knows {VERSION}: use a later one",
            form.version
        ));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("it is damaged: {error}"))
}

/// The one release that a name or the beginning of one means.
pub(super) fn find<'a>(ids: &'a [Id], name: &str) -> Result<&'a Id, Invalid> {
    if let Some(id) = ids.iter().find(|id| id.as_str() == name) {
        return Ok(id);
    }
    let meant: Vec<&Id> = ids.iter().filter(|id| id.as_str().starts_with(name)).collect();
    match meant[..] {
        [id] => Ok(id),
        [] => Err(Invalid(format!(
            "no release is called {name:?}: see `cargo xtask release list`"
        ))),
        [newest, .., oldest] => Err(Invalid(format!(
            "{name:?} is the beginning of {} releases, from {oldest} to {newest}: say more of it",
            meant.len()
        ))),
    }
}

/// Who uses these credentials now.
pub(crate) async fn author(environment: &Environment) -> Result<Author> {
    let arn = environment.aws.caller().await?;
    let run = crate::lock::run_of_actions(|name| std::env::var(name).ok());
    Ok(Author::new(&arn, run))
}
