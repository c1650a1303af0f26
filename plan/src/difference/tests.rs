use proptest::prelude::*;
use serde_json::json;

use super::*;

#[track_caller]
fn check(before: &Value, after: &Value, expected: &[&str]) {
    let told: Vec<String> = differences(before, after)
        .iter()
        .map(|one| match (one.before, one.after) {
            (Some(_), Some(_)) => format!("~ {}", one.path),
            (None, _) => format!("+ {}", one.path),
            (_, None) => format!("- {}", one.path),
        })
        .collect();
    assert_eq!(told, expected, "{before} -> {after}");
}

#[test]
fn an_item_that_comes_or_goes_is_one_difference() {
    check(&json!(["a", "b", "c"]), &json!(["b", "c"]), &["- 0"]);
    check(&json!(["b", "c"]), &json!(["a", "b", "c"]), &["+ 0"]);
    check(&json!(["a", "b"]), &json!(["a", "x"]), &["~ 1"]);
    check(&json!(["a", "b"]), &json!(["a", "b"]), &[]);
}

#[test]
fn a_named_item_is_compared_with_itself_wherever_it_stands() {
    let tag = |key: &str, value: &str| json!({"Key": key, "Value": value});
    check(
        &json!([tag("a", "1"), tag("b", "1"), tag("c", "1")]),
        &json!([tag("b", "2"), tag("c", "1")]),
        &["~ 0.Value", "- 0"],
    );
    check(&json!([tag("a", "1")]), &json!([tag("a", "2")]), &["~ 0.Value"]);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![any::<bool>().prop_map(Value::from), "[a-c]".prop_map(Value::from)];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("Key|[a-c]", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn values_differ_exactly_if_a_difference_is_found(before in value(), after in value()) {
        prop_assert_eq!(differences(&before, &after).is_empty(), before == after);
        prop_assert!(differences(&before, &before).is_empty());
    }
}
