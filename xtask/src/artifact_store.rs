//! The functions' code in the artifact bucket: each archive once, under its hash.
//!
//! A plan keeps its code under its stage's plans, where its role may write; applying it moves the code, once its hash
//! is seen to be right, to where functions are read from.

use anyhow::{Context, Result, bail};
use stacks::artifacts::plans_prefix;

use crate::artifact::Artifact;
use crate::environment::Environment;
use crate::exit::Stale;
use crate::planning::bound::digest;
use crate::planning::wanted::Code;
use crate::screen;

const ZIP: &str = "application/zip";

/// Uploads the archives that the bucket does not hold yet.
pub(crate) async fn upload(environment: &Environment, artifacts: &[Artifact]) -> Result<()> {
    for artifact in artifacts {
        put(environment, artifact, &artifact.key()).await?;
    }
    Ok(())
}

/// Keeps the archives of a plan beside it.
pub(crate) async fn keep(environment: &Environment, artifacts: &[Artifact]) -> Result<()> {
    for artifact in artifacts {
        put(environment, artifact, &kept_key(environment, &artifact.key())).await?;
    }
    Ok(())
}

/// Moves a plan's code to where functions are read from. Code that is there already stays as it is.
///
/// # Errors
/// [`Stale`] when neither place has it: the plan's copy expires.
pub(crate) async fn promote(environment: &Environment, code: &[Code]) -> Result<()> {
    let s3 = environment.aws.s3();
    let bucket = environment.artifact_bucket();
    for code in code {
        if s3.exists(&bucket, &code.key).await? {
            continue;
        }
        let kept = kept_key(environment, &code.key);
        let Some((body, _)) = s3.get(&bucket, &kept).await? else {
            return Err(Stale(format!(
                "the plan's code of {} is not kept any more",
                code.package
            ))
            .into());
        };
        if digest(&body) != code.sha256 {
            bail!("s3://{bucket}/{kept} is not the code that was planned: its hash differs");
        }
        s3.put_over(&bucket, &code.key, body, ZIP, None).await?;
        screen::step(&format!(
            "uploaded {} ({:.1} MB)",
            code.package,
            code.bytes as f64 / 1e6
        ));
    }
    Ok(())
}

async fn put(environment: &Environment, artifact: &Artifact, key: &str) -> Result<()> {
    let s3 = environment.aws.s3();
    let bucket = environment.artifact_bucket();
    if s3.exists(&bucket, key).await? {
        return Ok(());
    }
    let package = artifact.function.package();
    let spinner = screen::spinner(&format!("uploading {package}"));
    let body = tokio::fs::read(&artifact.path)
        .await
        .with_context(|| format!("cannot read {}", artifact.path.display()))?;
    if digest(&body) != artifact.sha256_hex() {
        bail!("{} is damaged: delete it and try again", artifact.path.display());
    }
    // Somebody else may have uploaded the same bytes in between, which is as good.
    s3.put_over(&bucket, key, body, ZIP, None).await?;
    spinner.finish_and_clear();
    screen::step(&format!(
        "uploaded {package} ({:.1} MB)",
        artifact.bytes as f64 / 1e6
    ));
    Ok(())
}

fn kept_key(environment: &Environment, key: &str) -> String {
    format!("{}{key}", plans_prefix(environment.stage))
}
