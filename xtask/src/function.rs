//! A function of the stage, asked by direct invocation.

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::environment::Environment;
use crate::screen;

/// Asks, and reads the answer.
///
/// # Errors
/// When the function does not answer, fails, or answers in a way that this release does not know.
pub(crate) async fn ask<Answer: DeserializeOwned>(
    environment: &Environment,
    package: &str,
    request: &impl Serialize,
) -> Result<Answer> {
    let function = format!("landfall-{}-{package}", environment.stage);
    let payload = serde_json::to_value(request)?;
    let spinner = screen::spinner(&format!("asking {package}"));
    let told = environment.aws.lambda().invoke(&function, &payload).await;
    spinner.finish_and_clear();
    let told = told.with_context(|| format!("cannot ask {function}"))?;
    serde_json::from_value(told).with_context(|| format!("{package} is of another release: deploy first"))
}
