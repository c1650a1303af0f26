//! Artifacts: uploaded once, under their hash.

use anyhow::Result;

use crate::artifact::Artifact;
use crate::environment::Environment;
use crate::screen;

/// Uploads the artifacts that the bucket does not hold yet.
pub(super) async fn artifacts(environment: &Environment, artifacts: &[Artifact]) -> Result<()> {
    let s3 = environment.aws.s3();
    let bucket = environment.artifact_bucket();
    s3.ensure_bucket(&bucket).await?;
    for artifact in artifacts {
        if s3.exists(&bucket, &artifact.key()).await? {
            continue;
        }
        let spinner = screen::spinner(&format!("uploading {}", artifact.function.package()));
        s3.put(
            &bucket,
            &artifact.key(),
            tokio::fs::read(&artifact.path).await?,
            "application/zip",
        )
        .await?;
        spinner.finish_and_clear();
        screen::step(&format!(
            "uploaded {} ({:.1} MB)",
            artifact.function.package(),
            artifact.bytes as f64 / 1e6
        ));
    }
    Ok(())
}
