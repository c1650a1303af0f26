//! The dashboard token: the secret in Secrets Manager, its verifier in the content bucket.
//!
//! Invariant: the secret is written before its verifier, so that what the API accepts can always be shown again.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use contract::content::VERIFIERS_KEY;
use stacks::{Stage, outputs};
use token::{Token, Verifier, VerifierTable};

use crate::cli::StageArg;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;

/// What can be done to the token.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say which tokens are accepted, by their public key ids, and until when.
    Status {
        #[command(flatten)]
        stage: StageArg,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Print the current token: in the local stage, or on a terminal. Never into a CI log.
    Show {
        #[command(flatten)]
        stage: StageArg,
        /// Print it as a line of `repos.env`.
        #[arg(long)]
        env: bool,
    },
}

/// Whether the first token had to be made.
pub(crate) enum Ensured {
    /// There was none: here it is, to be shown once.
    Created(Token),
    /// One is in force.
    Present,
}

/// Runs a `token` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Status { stage, json } => {
            status(&Environment::connect(workspace, stage.stage).await?, json).await
        }
        Command::Show { stage, env } => show(&Environment::connect(workspace, stage.stage).await?, env).await,
    }
}

/// Makes the first token, or finishes making it if an earlier deploy was interrupted.
pub(crate) async fn ensure(environment: &Environment, outputs: &BTreeMap<String, String>) -> Result<Ensured> {
    let store = Store::of(environment, outputs)?;
    let (mut table, etag) = store.verifiers().await?;
    let current = store.secret().await?;
    let token = match current {
        Some(token) if table.judge(token.reveal(), Utc::now()) != token::Verdict::Refused => {
            return Ok(Ensured::Present);
        }
        // Tokens that were revoked on purpose stay revoked: only an empty table means that none was ever in force.
        Some(_) if !table.verifiers.is_empty() => return Ok(Ensured::Present),
        Some(token) => token,
        None => {
            let token = fresh()?;
            store
                .environment
                .aws
                .secrets()
                .put(&store.secret_id, token.reveal())
                .await?;
            token
        }
    };
    table.verifiers.push(Verifier::of(&token, Utc::now()));
    store.write_verifiers(&table, etag.as_deref()).await?;
    Ok(Ensured::Created(token))
}

/// The current token, to call the API with.
pub(crate) async fn current(
    environment: &Environment,
    outputs: &BTreeMap<String, String>,
) -> Result<Option<Token>> {
    Store::of(environment, outputs)?.secret().await
}

async fn show(environment: &Environment, env: bool) -> Result<Exit> {
    if environment.stage != Stage::Local && !std::io::stdout().is_terminal() {
        bail!("a token is printed on a terminal only, never into a pipe or a log");
    }
    let outputs = crate::outputs::read(environment).await?;
    let token = current(environment, &outputs)
        .await?
        .context("there is no token yet: run `cargo xtask deploy`")?;
    let name = if env { "LANDFALL_TOKEN=" } else { "" };
    screen::answer(&format!("{name}{}", token.reveal()));
    Ok(Exit::Ok)
}

async fn status(environment: &Environment, json: bool) -> Result<Exit> {
    let outputs = crate::outputs::read(environment).await?;
    let store = Store::of(environment, &outputs)?;
    let (table, _) = store.verifiers().await?;
    let current = store.secret().await?.map(|token| token.kid());
    let now = Utc::now();
    let rows: Vec<Row> = table
        .verifiers
        .iter()
        .map(|verifier| Row::of(verifier, current.as_deref(), now))
        .collect();
    if json {
        screen::answer(&serde_json::to_string_pretty(&rows)?);
        return Ok(Exit::Ok);
    }
    if rows.is_empty() {
        screen::answer("no token is accepted: run `cargo xtask deploy`");
    }
    for row in rows {
        let end = row
            .not_after
            .map_or("without end".to_owned(), |end| format!("until {}", shown(end)));
        screen::answer(&format!(
            "{}  {:<10}  from {}  {end}",
            row.kid,
            row.state,
            shown(row.not_before)
        ));
    }
    Ok(Exit::Ok)
}

fn shown(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[derive(serde::Serialize)]
struct Row {
    kid: String,
    state: &'static str,
    not_before: DateTime<Utc>,
    not_after: Option<DateTime<Utc>>,
}

impl Row {
    fn of(verifier: &Verifier, current: Option<&str>, now: DateTime<Utc>) -> Self {
        let state = match verifier.not_after {
            Some(end) if end <= now => "ended",
            _ if verifier.not_before > now => "pending",
            _ if current == Some(verifier.kid.as_str()) => "current",
            _ => "superseded",
        };
        Self {
            kid: verifier.kid.clone(),
            state,
            not_before: verifier.not_before,
            not_after: verifier.not_after,
        }
    }
}

/// The two places that hold a token's halves.
struct Store<'a> {
    environment: &'a Environment,
    bucket: String,
    secret_id: String,
}

impl<'a> Store<'a> {
    fn of(environment: &'a Environment, outputs: &BTreeMap<String, String>) -> Result<Self> {
        let output = |name: &str| {
            outputs
                .get(name)
                .cloned()
                .with_context(|| format!("the stacks have no output {name}"))
        };
        Ok(Self {
            environment,
            bucket: output(outputs::CONTENT_BUCKET_NAME)?,
            secret_id: output(outputs::DASHBOARD_TOKEN_SECRET_ARN)?,
        })
    }

    async fn secret(&self) -> Result<Option<Token>> {
        let Some(text) = self.environment.aws.secrets().get(&self.secret_id).await? else {
            return Ok(None);
        };
        Token::parse(&text)
            .map(Some)
            .context("the dashboard token's secret holds something else")
    }

    async fn verifiers(&self) -> Result<(VerifierTable, Option<String>)> {
        match self.environment.aws.s3().get(&self.bucket, VERIFIERS_KEY).await? {
            Some((bytes, etag)) => {
                let table = serde_json::from_slice(&bytes).context("the verifier table is broken")?;
                Ok((table, Some(etag)))
            }
            None => Ok((VerifierTable::default(), None)),
        }
    }

    async fn write_verifiers(&self, table: &VerifierTable, over: Option<&str>) -> Result<()> {
        let body = serde_json::to_vec_pretty(table)?;
        self.environment
            .aws
            .s3()
            .put_over(&self.bucket, VERIFIERS_KEY, body, "application/json", over)
            .await
    }
}

fn fresh() -> Result<Token> {
    let mut bytes = [0; 64];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    Token::from_random(&bytes).context("the system's randomness is unusable")
}
