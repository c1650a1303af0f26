//! What is uploaded beside the stacks: the manifest and the templates.

use std::collections::BTreeMap;

use anyhow::Result;
use contract::content::{MANIFEST_KEY, TEMPLATES_PREFIX};

use crate::environment::Environment;
use crate::manifest_file::{self, Checked};
use crate::planning::bound::digest;
use crate::templates;
use crate::workspace::Workspace;

/// SHA-256 of each file, by its object's key.
pub(crate) fn digests(workspace: &Workspace, manifest: &Checked) -> Result<BTreeMap<String, String>> {
    let mut digests = BTreeMap::from([(MANIFEST_KEY.to_owned(), digest(manifest.text.as_bytes()))]);
    for (name, body) in templates::read(workspace)? {
        digests.insert(format!("{TEMPLATES_PREFIX}{name}"), digest(&body));
    }
    Ok(digests)
}

/// Uploads what differs from what is stored, and says whether anything did.
pub(crate) async fn push(environment: &Environment, bucket: &str, manifest: &Checked) -> Result<bool> {
    let templates = templates::push(environment, bucket).await?;
    let manifest = manifest_file::push(environment, bucket, manifest).await?;
    Ok(templates > 0 || manifest)
}
