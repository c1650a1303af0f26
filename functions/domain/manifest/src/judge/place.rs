//! A value of the raw manifest together with where it stands.

use serde_json::Value;

use super::Problem;

/// A value and its JSON pointer.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self {
            value,
            pointer: String::new(),
        }
    }

    /// The value under this name, if this is an object that has one. Names are the manifest's own, so that none
    /// needs the pointer's escapes.
    pub(super) fn field(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        let pointer = format!("{}/{name}", self.pointer);
        Some(Self { value, pointer })
    }

    /// The elements of the array under this name; none if there is no array.
    pub(super) fn items(&self, name: &str) -> Vec<Self> {
        let Some(list) = self.field(name) else {
            return Vec::new();
        };
        let values = list.value.as_array().map(Vec::as_slice).unwrap_or_default();
        let place = |(at, value)| Self {
            value,
            pointer: format!("{}/{at}", list.pointer),
        };
        values.iter().enumerate().map(place).collect()
    }

    /// The values of the object under this name, whatever their names are; none if there is no object.
    pub(super) fn values(&self, name: &str) -> Vec<Self> {
        let Some(map) = self.field(name) else {
            return Vec::new();
        };
        let fields = map.value.as_object().into_iter().flatten();
        fields
            .map(|(name, value)| {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                let pointer = format!("{}/{escaped}", map.pointer);
                Self { value, pointer }
            })
            .collect()
    }

    /// The text under this name with its place, if it is a text.
    pub(super) fn text_field(&self, name: &str) -> Option<(Self, &'a str)> {
        let place = self.field(name)?;
        let text = place.text()?;
        Some((place, text))
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    pub(super) fn is_zero(&self) -> bool {
        self.value.as_u64() == Some(0)
    }

    pub(super) fn is_object(&self) -> bool {
        self.value.is_object()
    }

    pub(super) fn problem(&self, message: impl Into<String>, hint: Option<String>) -> Problem {
        Problem {
            pointer: self.pointer.clone(),
            message: message.into(),
            hint,
        }
    }
}
