//! Partner secrets: feed URLs and credentials, by the names that the manifest uses.
//!
//! Invariant: a value comes from standard input or from a file, goes to Secrets Manager, and is never printed.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Subcommand;
use manifest::Manifest;
use stacks::Stage;

use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Invalid};
use crate::local::LocalCloud;
use crate::manifest_file;
use crate::screen;
use crate::workspace::Workspace;

/// Secrets Manager's limit for a value, in bytes.
const LONGEST_VALUE: usize = 65_536;

/// What can be done with secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Store one secret; its value is read from standard input, without a final line break.
    Set {
        /// The name that the manifest uses, such as GETMYBOAT_PONTOON_FEED_URL.
        name: String,
        #[command(flatten)]
        stage: StageArg,
    },
    /// Store every `NAME=value` line of a file such as `repos.env`.
    Import {
        /// The file. It is read, never uploaded or copied.
        file: PathBuf,
        #[command(flatten)]
        stage: StageArg,
    },
    /// Compare the secrets that the manifest names with those that are stored.
    Check {
        #[command(flatten)]
        stage: StageArg,
        /// The operator's manifest.
        #[arg(long, value_name = "FILE", default_value = manifest_file::NAME)]
        manifest: PathBuf,
    },
}

/// Runs a `secrets` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Set { name, stage } => {
            check_name(&name)?;
            let value = read_value()?;
            let environment = Environment::connect(workspace, stage.stage).await?;
            store(&environment, &name, &value).await?;
            Ok(Exit::Ok)
        }
        Command::Import { file, stage } => {
            let secrets = parse_env(&file)?;
            let environment = Environment::connect(workspace, stage.stage).await?;
            for (name, value) in secrets {
                store(&environment, &name, &value).await?;
            }
            Ok(Exit::Ok)
        }
        Command::Check { stage, manifest } => {
            let environment = Environment::connect(workspace, stage.stage).await?;
            check(&environment, &manifest).await
        }
    }
}

async fn store(environment: &Environment, name: &str, value: &str) -> Result<()> {
    let id = format!("{}{name}", environment.stage.partner_secrets_prefix());
    environment
        .aws
        .secrets()
        .set(&id, value, "set by cargo xtask secrets")
        .await?;
    screen::step(&format!("stored {name} as {id}"));
    Ok(())
}

/// Keeps the credentials of the local cloud's own partners, where the manifest sends to them and names a secret that is not
/// stored. Elsewhere there is nothing to do.
pub(crate) async fn lay_down(environment: &Environment, manifest: &Manifest) -> Result<()> {
    let (Some(cloud), Some(sms)) = (&environment.local, &manifest.messages.sms) else {
        return Ok(());
    };
    let url = sms.local_url.as_ref().map_or("", |url| url.reveal());
    if !cloud.plays(url) {
        return Ok(());
    }
    let name = sms.secret.as_str();
    let prefix = environment.stage.partner_secrets_prefix();
    let stored = environment.aws.secrets().names(&prefix).await?;
    if stored.contains(&format!("{prefix}{name}")) {
        return Ok(());
    }
    store(environment, name, &LocalCloud::twilio_account()).await
}

async fn check(environment: &Environment, manifest: &Path) -> Result<Exit> {
    let manifest = manifest_file::read_checked(&environment.workspace, manifest, environment.stage)?.manifest;
    let prefix = environment.stage.partner_secrets_prefix();
    let stored = environment.aws.secrets().names(&prefix).await?;
    let stored: BTreeSet<&str> = stored
        .iter()
        .filter_map(|name| name.strip_prefix(&prefix))
        .collect();
    let mut missing = 0;
    let mut named = BTreeSet::new();
    for (name, listing, optional) in manifest_file::secrets(&manifest, environment.stage == Stage::Local) {
        named.insert(name.clone());
        let state = match (stored.contains(name.as_str()), optional) {
            (true, _) => "stored",
            (false, true) => "not stored (the listing's local_url is used)",
            (false, false) => {
                missing += 1;
                "MISSING"
            }
        };
        screen::answer(&format!("{name:<36} {listing:<24} {state}"));
    }
    for name in stored.into_iter().filter(|name| !named.contains(*name)) {
        screen::answer(&format!(
            "{name:<36} {:<24} stored, but the manifest does not name it",
            "-"
        ));
    }
    if missing > 0 {
        screen::step(&format!(
            "{missing} missing: store each with `cargo xtask secrets set NAME --stage {}`",
            environment.stage
        ));
        return Ok(Exit::Invalid);
    }
    Ok(Exit::Ok)
}

fn read_value() -> Result<String> {
    let mut value = String::new();
    let limit = LONGEST_VALUE as u64 + 1;
    std::io::stdin()
        .take(limit)
        .read_to_string(&mut value)
        .context("cannot read the value from standard input")?;
    let value = value.trim_end_matches(['\n', '\r']).to_owned();
    check_value(&value, "standard input")?;
    Ok(value)
}

fn parse_env(file: &Path) -> Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let shown = file.display().to_string();
    parse_env_text(&text, &shown)
}

/// `NAME=value` lines; blank lines, `#` comments, a leading `export` and quotes around the value are understood.
/// All bad lines are reported at once, by number: a value never appears in a message.
fn parse_env_text(text: &str, file: &str) -> Result<Vec<(String, String)>> {
    let mut secrets = Vec::new();
    let mut problems = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let pair = line.strip_prefix("export ").unwrap_or(line).split_once('=');
        let Some((name, value)) = pair else {
            problems.push(format!("{file}:{number}: not a NAME=value line"));
            continue;
        };
        let (name, value) = (name.trim(), unquote(value.trim()));
        let at = format!("{file}:{number}");
        problems.extend(
            check_name(name)
                .err()
                .map(|_| format!("{at}: the name is not like GETMYBOAT_PONTOON_FEED_URL")),
        );
        problems.extend(check_value(value, &at).err().map(|error| error.to_string()));
        secrets.push((name.to_owned(), value.to_owned()));
    }
    if problems.is_empty() {
        Ok(secrets)
    } else {
        Err(Invalid(problems.join("\n")).into())
    }
}

fn unquote(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return inner;
        }
    }
    value
}

fn check_name(name: &str) -> Result<()> {
    let shape = name.len() >= 3
        && name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name
            .chars()
            .all(|char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_');
    if shape {
        return Ok(());
    }
    Err(Invalid(format!(
        "{name:?} is not a secret's name: 3 to 64 of A-Z, 0-9 and _, a letter first"
    ))
    .into())
}

fn check_value(value: &str, at: &str) -> Result<()> {
    if value.is_empty() {
        return Err(Invalid(format!("{at}: the value is empty")).into());
    }
    if value.len() > LONGEST_VALUE {
        return Err(Invalid(format!("{at}: the value is longer than {LONGEST_VALUE} bytes")).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_env_file_gives_names_and_unquoted_values() {
        let text = "# feeds\nexport A_FEED=\"https://a/?b=c\"\n\nB_KEY='x y'\nC_URL=https://c\n";
        let found = parse_env_text(text, "repos.env").unwrap();
        let expected = [
            ("A_FEED", "https://a/?b=c"),
            ("B_KEY", "x y"),
            ("C_URL", "https://c"),
        ];
        assert_eq!(
            found,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn every_bad_line_is_named_and_no_value_is_shown() {
        let error = parse_env_text("canary-1\nlower=canary-2\nEMPTY_ONE=\n", "repos.env")
            .unwrap_err()
            .to_string();
        insta::assert_snapshot!(error, @r"
        repos.env:1: not a NAME=value line
        repos.env:2: the name is not like GETMYBOAT_PONTOON_FEED_URL
        repos.env:3: the value is empty
        ");
        assert!(!error.contains("canary"));
    }
}
