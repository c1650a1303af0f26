//! Values of properties: literal text and CloudFormation's intrinsic functions, typed by what they name.

use std::marker::PhantomData;

use serde::{Serialize, Serializer};
use serde_json::json;

/// A value within the template of lifetime `'t` that names a `K`: literal, or known only when deployed.
///
/// `K` keeps a bucket's name from standing where a table's is wanted; `'t` keeps the value in its template.
pub struct Value<'t, K> {
    expression: Expression,
    brand: Brand<'t>,
    kind: PhantomData<fn() -> K>,
}

/// Ties a type to one draft. Invariant on purpose: two drafts' lifetimes never convert into each other.
pub(super) type Brand<'t> = PhantomData<fn(&'t ()) -> &'t ()>;

/// What a [`Value`] can name.
pub trait Kind {}

/// Plain text, which names nothing.
#[derive(Debug, Clone, Copy)]
pub enum Text {}

/// The ARN of an `R`, or of what is inside one.
#[derive(Debug)]
pub struct Arn<R>(PhantomData<fn() -> R>);

impl Kind for Text {}
impl<R> Kind for Arn<R> {}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    Text(String),
    /// A resource, a parameter or a pseudo parameter.
    Ref(String),
    GetAtt(String, &'static str),
    /// Written as `Fn::Sub`. Never nested, never two texts side by side.
    Concat(Vec<Self>),
}

impl<'t, K> Value<'t, K> {
    fn new(expression: Expression) -> Self {
        Self {
            expression,
            brand: PhantomData,
            kind: PhantomData,
        }
    }

    pub(super) fn reference(id: &str) -> Self {
        Self::new(Expression::Ref(id.to_owned()))
    }

    pub(super) fn attribute(id: &str, attribute: &'static str) -> Self {
        Self::new(Expression::GetAtt(id.to_owned(), attribute))
    }

    /// The same value, named as another kind: only for the typed constructors of this crate.
    pub(crate) fn named_as<L>(self) -> Value<'t, L> {
        Value::new(self.expression)
    }

    /// The value as plain text, for a property that does not say what it names.
    #[must_use]
    pub fn text(&self) -> Value<'t, Text> {
        Value::new(self.expression.clone())
    }
}

impl<'t> Value<'t, Text> {
    /// Text that is known now.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        Self::new(Expression::Text(text.into()))
    }

    /// The AWS partition of the deployment: `aws`, `aws-cn`, ...
    #[must_use]
    pub fn partition() -> Self {
        Self::reference("AWS::Partition")
    }

    /// The region of the deployment.
    #[must_use]
    pub fn region() -> Self {
        Self::reference("AWS::Region")
    }

    /// The account of the deployment: twelve digits.
    #[must_use]
    pub fn account() -> Self {
        Self::reference("AWS::AccountId")
    }

    /// The parts, one after the other.
    #[must_use]
    pub fn concat(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined: Vec<Expression> = Vec::new();
        for part in parts {
            match part.expression {
                Expression::Concat(inner) => inner.into_iter().for_each(|part| push(&mut joined, part)),
                other => push(&mut joined, other),
            }
        }
        match joined.pop() {
            None => Self::literal(""),
            Some(only) if joined.is_empty() => Self::new(only),
            Some(last) => {
                joined.push(last);
                Self::new(Expression::Concat(joined))
            }
        }
    }

    /// `arn:<partition>:<service>:<region>:<account>:<tail>`
    pub(crate) fn regional_arn<R>(service: &str, tail: impl IntoIterator<Item = Self>) -> Value<'t, Arn<R>> {
        let head = [
            Self::literal("arn:"),
            Self::partition(),
            Self::literal(format!(":{service}:")),
            Self::region(),
            Self::literal(":"),
            Self::account(),
            Self::literal(":"),
        ];
        Self::concat(head.into_iter().chain(tail)).named_as()
    }

    /// `arn:<partition>:<service>::<account>:<tail>`, of a service without regions.
    pub(crate) fn global_arn<R>(service: &str, tail: impl IntoIterator<Item = Self>) -> Value<'t, Arn<R>> {
        let head = [
            Self::literal("arn:"),
            Self::partition(),
            Self::literal(format!(":{service}::")),
            Self::account(),
            Self::literal(":"),
        ];
        Self::concat(head.into_iter().chain(tail)).named_as()
    }
}

fn push(joined: &mut Vec<Expression>, part: Expression) {
    match (joined.last_mut(), part) {
        (_, Expression::Text(text)) if text.is_empty() => {}
        (Some(Expression::Text(before)), Expression::Text(text)) => before.push_str(&text),
        (_, part) => joined.push(part),
    }
}

impl Expression {
    /// The expression within the text of an `Fn::Sub`.
    fn substitution(&self) -> String {
        match self {
            // A literal `${` would be read as a variable; `${!` is how CloudFormation writes it.
            Self::Text(text) => text.replace("${", "${!"),
            Self::Ref(id) => format!("${{{id}}}"),
            Self::GetAtt(id, attribute) => format!("${{{id}.{attribute}}}"),
            Self::Concat(parts) => parts.iter().map(Self::substitution).collect(),
        }
    }
}

impl<K> Serialize for Value<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.expression {
            Expression::Text(text) => serializer.serialize_str(text),
            Expression::Ref(id) => json!({ "Ref": id }).serialize(serializer),
            Expression::GetAtt(id, attribute) => {
                json!({ "Fn::GetAtt": [id, attribute] }).serialize(serializer)
            }
            concat @ Expression::Concat(_) => {
                json!({ "Fn::Sub": concat.substitution() }).serialize(serializer)
            }
        }
    }
}

// Derived impls would ask the same of `K`, which is only a name.
impl<K> Clone for Value<'_, K> {
    fn clone(&self) -> Self {
        Self::new(self.expression.clone())
    }
}

impl<K> std::fmt::Debug for Value<'_, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.expression.fmt(f)
    }
}

/// A condition of the template.
#[derive(Debug, Clone)]
pub struct Condition<'t> {
    pub(super) id: String,
    pub(super) brand: Brand<'t>,
}

/// A property that is there only when a condition holds.
#[derive(Debug, Clone)]
pub struct When<'t, V> {
    /// The condition.
    pub condition: Condition<'t>,
    /// The property's value then.
    pub then: V,
}

impl<V: Serialize> Serialize for When<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json!({ "Fn::If": [self.condition.id, self.then, { "Ref": "AWS::NoValue" }] }).serialize(serializer)
    }
}
