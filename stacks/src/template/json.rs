//! JSON in an order that depends on nothing but the content.

use serde_json::Value as Json;

/// The same value with the keys of every object sorted.
///
/// Another crate of the build may switch on serde_json's `preserve_order`, which would otherwise let the order
/// in which properties are declared decide the bytes of a template.
pub(super) fn sorted(json: Json) -> Json {
    match json {
        Json::Array(items) => Json::Array(items.into_iter().map(sorted).collect()),
        Json::Object(map) => {
            let mut entries: Vec<(String, Json)> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, sorted(value)))
                    .collect(),
            )
        }
        scalar => scalar,
    }
}
