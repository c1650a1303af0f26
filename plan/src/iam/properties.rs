//! The verdict against a brute-force evaluation over all of a small universe.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const ACTIONS: &[&str] = &["s3:GetObject", "s3:PutObject", "sqs:SendMessage"];
const RESOURCES: &[&str] = &["a", "b", "a/b"];

fn statement() -> impl Strategy<Value = Value> {
    let action = prop_oneof![
        Just("s3:GetObject"),
        Just("S3:PutObject"),
        Just("sqs:SendMessage"),
        Just("s3:*"),
        Just("s3:?etObject"),
        Just("*"),
    ];
    let resource = prop_oneof![
        Just("a"),
        Just("b"),
        Just("a/b"),
        Just("a*"),
        Just("?"),
        Just("*")
    ];
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    (
        effect,
        proptest::collection::vec(action, 1..3),
        proptest::collection::vec(resource, 1..3),
    )
        .prop_map(
            |(effect, action, resource)| json!({"Effect": effect, "Action": action, "Resource": resource}),
        )
}

fn role(statements: &[Value]) -> Value {
    json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement": statements}}]}})
}

/// IAM's pattern match, by trying every length for a `*`.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skip| matches(rest, &text[skip..])),
        Some((one, rest)) => text
            .split_first()
            .is_some_and(|(c, text)| (*one == b'?' || one.eq_ignore_ascii_case(c)) && matches(rest, text)),
    }
}

/// What IAM would answer for each action and resource.
fn allowed(statements: &[Value]) -> BTreeSet<(usize, usize)> {
    let any = |values: &Value, text: &str| {
        let mut patterns = values.as_array().into_iter().flatten().filter_map(Value::as_str);
        patterns.any(|pattern| matches(pattern.as_bytes(), text.as_bytes()))
    };
    let says = |effect: &str, action: usize, resource: usize| {
        statements.iter().any(|statement| {
            statement["Effect"] == effect
                && any(&statement["Action"], ACTIONS[action])
                && any(&statement["Resource"], RESOURCES[resource])
        })
    };
    (0..ACTIONS.len())
        .flat_map(|action| (0..RESOURCES.len()).map(move |resource| (action, resource)))
        .filter(|(action, resource)| says("Allow", *action, *resource) && !says("Deny", *action, *resource))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    /// A judge of patterns sees more than a small universe holds, and says so: it may warn of more, never of less.
    #[test]
    fn no_right_comes_unsaid(
        before in proptest::collection::vec(statement(), 0..4),
        after in proptest::collection::vec(statement(), 0..4),
    ) {
        let change = compare(Some(&role(&before)), Some(&role(&after)), &BTreeSet::new());
        let (old, new) = (allowed(&before), allowed(&after));
        if !new.is_subset(&old) {
            prop_assert_eq!(change.verdict, IamVerdict::Broadened);
            prop_assert!(!change.broadened.is_empty());
        }
        if change.verdict == IamVerdict::Same {
            prop_assert_eq!(&old, &new);
        }
        if change.verdict == IamVerdict::Narrowed {
            prop_assert!(new.is_subset(&old));
        }
    }

    /// Without patterns and denials nothing is hidden from the universe: the two must agree both ways.
    #[test]
    fn plain_rights_are_judged_exactly(
        before in proptest::collection::btree_set((0usize..3, 0usize..3), 0..9),
        after in proptest::collection::btree_set((0usize..3, 0usize..3), 0..9),
    ) {
        let statements = |rights: &BTreeSet<(usize, usize)>| -> Vec<Value> {
            rights.iter().map(|(action, resource)| json!({"Effect": "Allow", "Action": [ACTIONS[*action]], "Resource": [RESOURCES[*resource]]})).collect()
        };
        let (old, new) = (statements(&before), statements(&after));
        prop_assert_eq!(&allowed(&old), &before);
        let expected = if !after.is_subset(&before) {
            IamVerdict::Broadened
        } else if after == before {
            IamVerdict::Same
        } else {
            IamVerdict::Narrowed
        };
        prop_assert_eq!(compare(Some(&role(&old)), Some(&role(&new)), &BTreeSet::new()).verdict, expected);
    }
}
