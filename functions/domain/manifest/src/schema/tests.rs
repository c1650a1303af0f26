use super::schema;

const COMMITTED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../campaign_schedule.schema.json"
);

/// `LANDFALL_UPDATE_SCHEMA=1` writes the file instead, after a change of the types.
#[test]
fn the_committed_schema_is_the_generated_one() {
    let generated = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("LANDFALL_UPDATE_SCHEMA").is_some() {
        std::fs::write(COMMITTED, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap();
    assert!(
        committed == generated,
        "campaign_schedule.schema.json is stale: `cargo xtask manifest schema` prints the new one"
    );
}

#[test]
fn the_schema_obeys_its_own_metaschema() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn every_property_is_described() {
    fn check(pointer: &str, node: &serde_json::Value) {
        for (name, property) in node["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{pointer}/{name}");
        }
    }
    let schema = schema();
    check("", &schema);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        check(name, definition);
    }
}
