//! A template while it is being declared ([`Draft`]) and when it is finished ([`Template`]).
//!
//! A reference to a resource can be made only from the [`Handle`] that [`Draft::add`] returned, and a handle
//! carries the lifetime of its draft. So a reference can neither dangle nor reach into another template:
//!
//! ```compile_fail,E0521
//! # use stacks::{Stage, Template, resource::logs::LogGroup};
//! let mut kept = None;
//! Template::build("one", "", Stage::Local, |draft| {
//!     kept = Some(draft.add("Logs", LogGroup::new("/one", 7))?); // a handle cannot leave its draft
//!     Ok(())
//! });
//! ```
//!
//! ```compile_fail,E0521
//! # use stacks::{Stage, Template, resource::logs::LogGroup};
//! Template::build("one", "", Stage::Local, |one| {
//!     let logs = one.add("Logs", LogGroup::new("/one", 7))?;
//!     Template::build("two", "", Stage::Local, |two| {
//!         two.output("Logs", "the other template's logs", &logs.name()) // nor enter another one
//!     })?;
//!     Ok(())
//! });
//! ```
//!
//! The same without the mistake compiles:
//!
//! ```
//! # use stacks::{Stage, Template, resource::logs::LogGroup};
//! let template = Template::build("one", "", Stage::Local, |draft| {
//!     let logs = draft.add("Logs", LogGroup::new("/one", 7))?;
//!     draft.output("Logs", "our own logs", &logs.name())
//! })?;
//! assert!(template.to_json().contains(r#""Ref": "Logs""#));
//! # Ok::<(), stacks::SynthError>(())
//! ```

mod draft;
mod json;
pub(crate) mod logical_id;
mod value;

pub use draft::{Draft, Handle, Parameter};
pub use logical_id::LogicalId;
pub use value::{Arn, Condition, Kind, Text, Value, When};

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::{Stage, SynthError};

/// A finished template. It is plain data: equal declarations give equal templates and equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    #[serde(rename = "AWSTemplateFormatVersion")]
    format_version: &'static str,
    description: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parameters: BTreeMap<LogicalId, Json>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    conditions: BTreeMap<LogicalId, Json>,
    resources: BTreeMap<LogicalId, ResourceEntry>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<LogicalId, Json>,
}

/// One resource as CloudFormation reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceEntry {
    #[serde(rename = "Type")]
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<LogicalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_replace_policy: Option<&'static str>,
    properties: Json,
}

impl Template {
    /// Declares a template. The name appears in errors only.
    ///
    /// The draft's lifetime is made for this one call, which is what ties handles to it.
    ///
    /// # Errors
    /// What `declare` returns; see [`SynthError`].
    pub fn build<F>(name: &str, description: &str, stage: Stage, declare: F) -> Result<Self, SynthError>
    where
        F: for<'t> FnOnce(&mut Draft<'t>) -> Result<(), SynthError>,
    {
        Self::declared(Draft::new(name, description, Some(stage)), declare)
    }

    /// Declares a template of what all stages of an account share. As [`Template::build`] otherwise.
    ///
    /// # Errors
    /// What `declare` returns; see [`SynthError`].
    pub fn build_for_account<F>(name: &str, description: &str, declare: F) -> Result<Self, SynthError>
    where
        F: for<'t> FnOnce(&mut Draft<'t>) -> Result<(), SynthError>,
    {
        Self::declared(Draft::new(name, description, None), declare)
    }

    fn declared<'t>(
        mut draft: Draft<'t>,
        declare: impl FnOnce(&mut Draft<'t>) -> Result<(), SynthError>,
    ) -> Result<Self, SynthError> {
        declare(&mut draft)?;
        Ok(draft.finish())
    }

    /// The template as JSON: pretty, in a stable order, with a trailing newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and maps with string keys always serialize, so there is no error to report.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// The template as JSON without spaces, for where bytes count: CloudFormation takes 51,200 in a request.
    #[must_use]
    pub fn to_compact_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The names of the parameters, sorted.
    #[must_use]
    pub fn parameters(&self) -> Vec<&str> {
        self.parameters.keys().map(LogicalId::as_str).collect()
    }

    /// The names of the outputs, sorted.
    #[must_use]
    pub fn outputs(&self) -> Vec<&str> {
        self.outputs.keys().map(LogicalId::as_str).collect()
    }

    /// The resources as (logical id, type), sorted by logical id.
    #[must_use]
    pub fn resources(&self) -> Vec<(&str, &'static str)> {
        self.resources
            .iter()
            .map(|(id, entry)| (id.as_str(), entry.resource_type))
            .collect()
    }
}

#[cfg(test)]
mod tests;
