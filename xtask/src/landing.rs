//! From an agreed plan to a recorded release: stacks, content, token, smoke test; and back, if the test fails.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use stacks::{StackKind, Stage, outputs};

use crate::environment::Environment;
use crate::execution::{Carried, carry_out};
use crate::exit::Exit;
use crate::lock::Lock;
use crate::manifest_file::Checked;
use crate::planning::bound::Bound;
use crate::planning::wanted::{Wanted, WantedStack};
use crate::release::{self, Draft, Id, Kind, Ledger, Outcome, Record, ReleasedArtifact, ReleasedStack};
use crate::smoke::{self, Expected};
use crate::token_store::{self, Ensured};
use crate::{cleanup, content, milestone, partner_secrets, rollback, screen};

/// What is landed, for whom, and under which lock.
pub(crate) struct Landing<'a> {
    /// Where.
    pub environment: &'a Environment,
    /// What was agreed to.
    pub bound: &'a Bound,
    /// What it leads to.
    pub wanted: &'a Wanted,
    /// Where that comes from.
    pub source: Source<'a>,
    /// Logical ids of the stateful resources that may be replaced or destroyed.
    pub allowed: &'a BTreeSet<String>,
    /// The stage's lock.
    pub lock: &'a Lock,
}

/// Where the new version comes from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// The checkout, with its manifest.
    Checkout(&'a Checked),
    /// An earlier release. The manifest and the templates stay as they are.
    Release(&'a Id),
}

impl Landing<'_> {
    /// Carries the plan out, tests what is deployed then, and records it. A smoke test that fails rolls the runtime
    /// back to the last good release, which has landed well itself; a rollback is not rolled back.
    pub(crate) async fn land(&self) -> Result<Exit> {
        let environment = self.environment;
        let Carried {
            mut outputs,
            mut changed,
        } = carry_out(environment, self.bound, self.wanted, self.allowed, self.lock).await?;
        if let Source::Release(_) = self.source {
            outputs = crate::outputs::read(environment).await?;
        }
        environment.introduce_partners(&outputs).await?;
        environment.reach(&mut outputs);
        if let Source::Checkout(manifest) = self.source {
            partner_secrets::lay_down(environment, &manifest.manifest).await?;
            let bucket = crate::outputs::get(&outputs, outputs::CONTENT_BUCKET_NAME)?;
            self.lock.still_ours().await?;
            changed |= content::push(environment, bucket, manifest).await?;
            milestone::reached("content-uploaded");
        }
        let token = token_store::ensure(environment, &outputs).await?;
        changed |= matches!(token, Ensured::Created(_));
        milestone::reached("token-ensured");
        let passed = smoke::check(environment, &outputs, &self.expected()?)
            .await?
            .print(false)?;
        if !passed {
            return self.fall_back(changed).await;
        }
        milestone::reached("smoke-passed");
        self.record_once(Outcome::Healthy, "it passed the smoke test")
            .await?;
        milestone::reached("release-recorded");
        report(
            environment,
            crate::outputs::get(&outputs, outputs::API_URL)?,
            changed,
            &token,
        );
        Ok(Exit::Ok)
    }

    async fn fall_back(&self, changed: bool) -> Result<Exit> {
        if matches!(self.source, Source::Release(_)) {
            self.record(Outcome::SmokeFailed, "it failed the smoke test and stayed")
                .await?;
            screen::step("the smoke test failed: what was rolled back to stays, for you to look at");
            return Ok(Exit::SmokeFailed);
        }
        if !changed {
            screen::step(
                "the smoke test failed, and this deploy had changed nothing: there is nothing to roll back",
            );
            return Ok(Exit::SmokeFailed);
        }
        match rollback::automatic(self.environment, self.lock).await? {
            Some(to) => {
                let message = format!("it failed the smoke test, and {to} was applied again");
                self.record(Outcome::RolledBack, &message).await?;
                screen::step(&format!("the smoke test failed: rolled back to {to}"));
            }
            None => {
                let message = "it failed the smoke test, and there is no earlier release to roll back to";
                self.record(Outcome::SmokeFailed, message).await?;
                screen::step(&format!("the new version stays, for you to look at: {message}"));
            }
        }
        Ok(Exit::SmokeFailed)
    }

    /// Records the release, unless the newest record says the same already: a deploy that was interrupted after all
    /// its changes is recorded by the next one.
    async fn record_once(&self, outcome: Outcome, message: &str) -> Result<()> {
        let draft = self.draft(outcome, message).await?;
        let newest = Ledger::of(self.environment).newest(1).await?;
        let is_recorded = newest.iter().any(|entry| match entry {
            release::Entry::Readable(record) => is_same(&record.draft, &draft),
            release::Entry::Unreadable { .. } => false,
        });
        if is_recorded {
            // Whoever recorded it may have ended before the page was told.
            release::tell(self.environment).await;
            return Ok(());
        }
        self.keep(draft).await
    }

    async fn record(&self, outcome: Outcome, message: &str) -> Result<()> {
        self.keep(self.draft(outcome, message).await?).await
    }

    async fn keep(&self, draft: Draft) -> Result<()> {
        let record: Record = Ledger::of(self.environment)
            .record(draft, chrono::Utc::now())
            .await?;
        screen::step(&format!("recorded the release {}", record.id));
        release::announce(self.environment, &record).await;
        release::tell(self.environment).await;
        cleanup::run(self.environment).await;
        Ok(())
    }

    async fn draft(&self, outcome: Outcome, message: &str) -> Result<Draft> {
        let cloud = self.environment.aws.cloudformation();
        let mut stacks = Vec::new();
        for stack in &self.wanted.stacks {
            let deployed = cloud.describe(&stack.name).await?;
            stacks.push(ReleasedStack {
                name: stack.name.clone(),
                kind: stack.kind.to_string(),
                template: stack.template.clone(),
                parameters: deployed.map(|deployed| deployed.parameters).unwrap_or_default(),
            });
        }
        let kind = match self.source {
            Source::Checkout(_) => Kind::Deploy,
            Source::Release(id) => Kind::Rollback { to: id.clone() },
        };
        Ok(Draft {
            stage: self.environment.stage.to_string(),
            git: match kind {
                Kind::Deploy => self.bound.revision.clone(),
                Kind::Rollback { .. } => None,
            },
            kind,
            by: release::author(self.environment).await?,
            stacks,
            artifacts: self.artifacts(),
            outcome,
            message: message.to_owned(),
        })
    }

    fn artifacts(&self) -> Vec<ReleasedArtifact> {
        let of = |code: &crate::planning::wanted::Code| ReleasedArtifact {
            package: code.package.clone(),
            key: code.key.clone(),
            sha256: code.sha256.clone(),
            bytes: code.bytes,
        };
        self.wanted.code.iter().map(of).collect()
    }

    fn expected(&self) -> Result<Expected> {
        let is_runtime = |stack: &&WantedStack| stack.kind == StackKind::Runtime;
        let runtime = self.wanted.stacks.iter().find(is_runtime);
        let runtime = runtime.context("the plan has no runtime stack")?;
        let keys: BTreeMap<String, String> = runtime.parameters.clone();
        Expected::of(&runtime.template, &keys)
    }
}

/// Whether two releases are the same but for who made them and when.
fn is_same(one: &Draft, other: &Draft) -> bool {
    one.outcome == other.outcome && one.stacks == other.stacks && one.artifacts == other.artifacts
}

/// Says where it is and what to try, with commands that can be pasted as they stand.
fn report(environment: &Environment, url: &str, changed: bool, token: &Ensured) {
    let url = url.trim_end_matches('/');
    let stage = environment.stage;
    if !changed {
        screen::answer(&format!("no changes: {stage} is up to date at {url}"));
        return;
    }
    screen::answer(&format!(
        "\n{} {url}",
        screen::bold(&format!("{stage} is deployed at"))
    ));
    if let Ensured::Created(token) = token {
        screen::answer(&format!(
            "The dashboard token, shown this once: {}",
            screen::bold(token.reveal())
        ));
    }
    screen::answer(&format!("The dashboard: {url}/dashboard"));
    let flag = if stage == Stage::Local {
        String::new()
    } else {
        format!(" --stage {stage}")
    };
    screen::answer(&format!(
        "\nTry next:\n  \
         TOKEN=$(cargo xtask -q token show{flag})\n  \
         curl -H \"Authorization: Bearer $TOKEN\" '{url}/platforms/bookings'\n  \
         curl -H \"Authorization: Bearer $TOKEN\" '{url}/calendar/events?site=harbor'\n  \
         cargo xtask smoke{flag}"
    ));
}
