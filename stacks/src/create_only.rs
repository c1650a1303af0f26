//! Which properties CloudFormation cannot change in place: changing one replaces the resource.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

/// The data: see its `provenance`.
static DATA: LazyLock<Data> =
    // The file is part of the binary and a test reads it, so there is no error that a caller could meet.
    LazyLock::new(|| serde_json::from_str(include_str!("../data/create_only.json")).unwrap_or_default());

/// The properties of a resource type that force a replacement, as paths such as `KeySchema` or
/// `Code/S3Bucket`. `None` for a type that is in none of our templates.
#[must_use]
pub fn create_only(resource_type: &str) -> Option<&'static CreateOnly> {
    DATA.types.get(resource_type)
}

/// What of a resource type forces a replacement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CreateOnly {
    /// A change always replaces the resource.
    #[serde(rename = "createOnly")]
    pub always: Vec<String>,
    /// A change may replace the resource: which, CloudFormation tells only when it runs.
    #[serde(rename = "conditionalCreateOnly")]
    pub conditional: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Data {
    types: BTreeMap<String, CreateOnly>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Stage,
        bootstrap::{BootstrapSettings, Repository, bootstrap},
        stacks,
    };

    #[test]
    fn every_type_in_our_templates_is_known() {
        let repository = Repository::new("octo", "landfall", None).unwrap();
        let shared = bootstrap(&BootstrapSettings::new(repository)).unwrap();
        let stacks = Stage::ALL.iter().flat_map(|stage| stacks(*stage).unwrap());
        for stack in stacks.chain([shared]) {
            for (id, resource_type) in stack.template.resources() {
                assert!(create_only(resource_type).is_some(), "{id}: {resource_type}");
            }
        }
    }

    #[test]
    fn a_tables_name_always_replaces_and_its_keys_may() {
        let table = create_only("AWS::DynamoDB::Table").unwrap();
        assert!(table.always.contains(&"TableName".to_owned()));
        assert_eq!(table.conditional, ["KeySchema"]);
    }

    #[test]
    fn a_type_that_we_do_not_use_is_not_in_the_data() {
        assert_eq!(create_only("AWS::EC2::Instance"), None);
    }
}
