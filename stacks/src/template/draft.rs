//! A template while it is being declared.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde_json::{Value as Json, json};

use super::{Condition, Kind, LogicalId, ResourceEntry, Template, Value, json::sorted, value::Brand};
use crate::{
    Stage, Stateful, SynthError,
    resource::{Resource, Tags},
};

/// The tag on every resource that takes tags: which stage it belongs to.
const STAGE_TAG: &str = "landfall:stage";
/// The tag's value on what all stages of an account share.
const ALL_STAGES: &str = "all";

/// A template being declared. Only [`Template::build`] makes one.
#[derive(Debug)]
pub struct Draft<'t> {
    name: String,
    /// `None` for what all stages share.
    stage: Option<Stage>,
    template: Template,
    brand: Brand<'t>,
}

/// A resource that is in the template: the only source of references to it. What it offers depends on the
/// resource type `R`; see [`crate::resource`].
pub struct Handle<'t, R> {
    id: LogicalId,
    brand: Brand<'t>,
    resource: PhantomData<fn() -> R>,
}

/// A parameter of type String.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'a> {
    /// What it is, for who reads the stack in the console.
    pub description: &'a str,
    /// Used when the deploy gives none. Without it the parameter is required.
    pub default: Option<&'a str>,
    /// A regular expression that the whole value must match.
    pub allowed_pattern: &'a str,
}

impl<'t> Draft<'t> {
    pub(super) fn new(name: &str, description: &str, stage: Option<Stage>) -> Self {
        Self {
            name: name.to_owned(),
            stage,
            template: Template {
                format_version: "2010-09-09",
                description: description.to_owned(),
                parameters: BTreeMap::new(),
                conditions: BTreeMap::new(),
                resources: BTreeMap::new(),
                outputs: BTreeMap::new(),
            },
            brand: PhantomData,
        }
    }

    pub(super) fn finish(self) -> Template {
        self.template
    }

    /// Adds a resource that can be made anew.
    ///
    /// # Errors
    /// The id is malformed or taken, or the properties cannot be written.
    pub fn add<R: Resource<'t>>(&mut self, id: &str, properties: R) -> Result<Handle<'t, R>, SynthError> {
        self.insert(id, properties, Vec::new(), None)
    }

    /// Adds a resource that AWS refuses until another one is there, which it does not refer to.
    ///
    /// # Errors
    /// As [`Draft::add`].
    pub fn add_after<R: Resource<'t>, S>(
        &mut self,
        id: &str,
        properties: R,
        other: &Handle<'t, S>,
    ) -> Result<Handle<'t, R>, SynthError> {
        self.insert(id, properties, vec![other.id.clone()], None)
    }

    /// Adds a resource with data in it, and says what becomes of the data when it leaves the template.
    ///
    /// # Errors
    /// As [`Draft::add`].
    pub fn add_stateful<R: Resource<'t>>(
        &mut self,
        id: &str,
        properties: R,
        stateful: Stateful,
    ) -> Result<Handle<'t, R>, SynthError> {
        self.insert(id, properties, Vec::new(), Some(stateful.policy()))
    }

    /// Adds a resource with data in it that AWS refuses until another one is there, which it does not refer to.
    ///
    /// # Errors
    /// As [`Draft::add`].
    pub fn add_stateful_after<R: Resource<'t>, S>(
        &mut self,
        id: &str,
        properties: R,
        stateful: Stateful,
        other: &Handle<'t, S>,
    ) -> Result<Handle<'t, R>, SynthError> {
        self.insert(id, properties, vec![other.id.clone()], Some(stateful.policy()))
    }

    /// Declares a parameter. The value names what the caller says that it names: a parameter comes from outside,
    /// so its kind is the deploy's promise.
    ///
    /// # Errors
    /// The id is malformed or taken.
    pub fn parameter<K: Kind>(
        &mut self,
        id: &str,
        parameter: &Parameter<'_>,
    ) -> Result<Value<'t, K>, SynthError> {
        let key = self.free_id(id)?;
        self.template.parameters.insert(key, sorted(parameter.to_json()));
        Ok(Value::reference(id))
    }

    /// Declares the condition that a parameter is not empty.
    ///
    /// # Errors
    /// The id is malformed or taken.
    pub fn condition_is_set<K: Kind>(
        &mut self,
        id: &str,
        parameter: &Value<'t, K>,
    ) -> Result<Condition<'t>, SynthError> {
        let key = self.free_id(id)?;
        let rule = json!({ "Fn::Not": [{ "Fn::Equals": [parameter, ""] }] });
        self.template.conditions.insert(key, rule);
        Ok(Condition {
            id: id.to_owned(),
            brand: PhantomData,
        })
    }

    /// Declares an output. It may have the name of a parameter or resource: CloudFormation keeps outputs apart.
    ///
    /// # Errors
    /// The id is malformed, or taken by another output.
    pub fn output<K: Kind>(
        &mut self,
        id: &str,
        description: &str,
        value: &Value<'t, K>,
    ) -> Result<(), SynthError> {
        let key = LogicalId::new(id)?;
        if self.template.outputs.contains_key(&key) {
            return Err(self.duplicate(&key));
        }
        let output = json!({ "Description": description, "Value": value });
        self.template.outputs.insert(key, sorted(output));
        Ok(())
    }

    fn insert<R: Resource<'t>>(
        &mut self,
        id: &str,
        properties: R,
        depends_on: Vec<LogicalId>,
        policy: Option<&'static str>,
    ) -> Result<Handle<'t, R>, SynthError> {
        let id = self.free_id(id)?;
        let mut properties = serde_json::to_value(properties).map_err(|error| SynthError::Properties {
            id: id.to_string(),
            reason: error.to_string(),
        })?;
        self.tag(R::TAGS, &mut properties);
        let entry = ResourceEntry {
            resource_type: R::TYPE,
            depends_on,
            deletion_policy: policy,
            update_replace_policy: policy,
            properties: sorted(properties),
        };
        self.template.resources.insert(id.clone(), entry);
        Ok(Handle {
            id,
            brand: PhantomData,
            resource: PhantomData,
        })
    }

    fn tag(&self, tags: Tags, properties: &mut Json) {
        let stage = self.stage.map_or(ALL_STAGES, Stage::as_str);
        match tags {
            Tags::None => {}
            Tags::List => properties["Tags"] = json!([{ "Key": STAGE_TAG, "Value": stage }]),
            Tags::Map => properties["Tags"] = json!({ STAGE_TAG: stage }),
        }
    }

    /// The id, if nothing that `Ref` or a condition could mean has it yet.
    fn free_id(&self, id: &str) -> Result<LogicalId, SynthError> {
        let id = LogicalId::new(id)?;
        let taken = self.template.parameters.contains_key(&id)
            || self.template.conditions.contains_key(&id)
            || self.template.resources.contains_key(&id);
        if taken { Err(self.duplicate(&id)) } else { Ok(id) }
    }

    fn duplicate(&self, id: &LogicalId) -> SynthError {
        SynthError::DuplicateLogicalId {
            id: id.to_string(),
            template: self.name.clone(),
        }
    }
}

impl<'t, R> Handle<'t, R> {
    /// The resource's logical id.
    #[must_use]
    pub fn logical_id(&self) -> &LogicalId {
        &self.id
    }

    /// What `Ref` gives. What that is differs by resource type, so it is wrapped by a named method of each.
    pub(crate) fn reference<K: Kind>(&self) -> Value<'t, K> {
        Value::reference(self.id.as_str())
    }

    /// What `Fn::GetAtt` gives.
    pub(crate) fn attribute<K: Kind>(&self, attribute: &'static str) -> Value<'t, K> {
        Value::attribute(self.id.as_str(), attribute)
    }
}

impl<R> fmt::Debug for Handle<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", self.id)
    }
}

impl Parameter<'_> {
    fn to_json(self) -> Json {
        let mut json = json!({
            "Type": "String",
            "Description": self.description,
            "AllowedPattern": self.allowed_pattern,
        });
        if let Some(default) = self.default {
            json["Default"] = default.into();
        }
        json
    }
}
