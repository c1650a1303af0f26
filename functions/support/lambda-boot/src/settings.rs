//! Environment variables -> typed settings, with every fault reported at once.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Reads a function's settings and remembers each fault, so that one failed start names them all.
///
/// Ask for everything first, then take the values; when one is `None`, return [`Environment::into_error`].
#[derive(Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    missing: Vec<&'static str>,
    invalid: Vec<&'static str>,
}

impl Environment {
    /// The process's own environment. Variables that are not UTF-8 count as absent.
    #[must_use]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::new(variables)
    }

    /// An environment of these variables.
    #[must_use]
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            variables: variables.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The value of a variable that must be there; an empty one counts as missing, as templates set empty
    /// strings where a parameter was forgotten.
    pub fn required(&mut self, name: &'static str) -> Option<String> {
        let value = self.variables.get(name).filter(|value| !value.is_empty());
        if value.is_none() {
            self.missing.push(name);
        }
        value.cloned()
    }

    /// A required variable, parsed.
    pub fn required_as<T: FromStr>(&mut self, name: &'static str) -> Option<T> {
        let parsed = self.required(name)?.parse().ok();
        if parsed.is_none() {
            self.invalid.push(name);
        }
        parsed
    }

    /// The non-empty items of a comma-separated variable, parsed; absent means none. `None` marks a fault.
    pub fn list_of<T: FromStr>(&mut self, name: &'static str) -> Option<Vec<T>> {
        let text = self.variables.get(name).map_or("", String::as_str);
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        let parsed: Option<Vec<T>> = items.map(|item| item.parse().ok()).collect();
        if parsed.is_none() {
            self.invalid.push(name);
        }
        parsed
    }

    /// The error for a value that is well-formed and still must not be, beside what was found so far.
    #[must_use]
    pub fn refusing(mut self, name: &'static str) -> SettingsError {
        self.invalid.push(name);
        self.into_error()
    }

    /// The error that names every variable found missing or invalid so far.
    #[must_use]
    pub fn into_error(self) -> SettingsError {
        SettingsError {
            missing: self.missing,
            invalid: self.invalid,
        }
    }
}

/// The values may be secrets, so only the names are shown.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// Settings that prevent a start. It names variables and never shows a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("settings cannot be read: missing [{}], invalid [{}]", .missing.join(", "), .invalid.join(", "))]
pub struct SettingsError {
    /// Required variables that are absent or empty.
    pub missing: Vec<&'static str>,
    /// Variables whose value does not parse.
    pub invalid: Vec<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn every_fault_is_named_at_once_and_no_value_is_shown() {
        let mut environment = environment(&[("EMPTY", ""), ("NUMBER", "hunter2"), ("LIST", "1,hunter3")]);
        assert_eq!(environment.required("ABSENT"), None);
        assert_eq!(environment.required("EMPTY"), None);
        assert_eq!(environment.required_as::<u16>("NUMBER"), None);
        assert_eq!(environment.list_of::<u16>("LIST"), None);
        assert!(!format!("{environment:?}").contains("hunter"));
        assert_eq!(
            environment.into_error().to_string(),
            "settings cannot be read: missing [ABSENT, EMPTY], invalid [NUMBER, LIST]"
        );
    }

    #[test]
    fn present_values_are_given_as_they_are_typed() {
        let mut environment = environment(&[("NAME", "a"), ("NUMBER", "7"), ("LIST", " 1, 2,,")]);
        assert_eq!(environment.required("NAME").as_deref(), Some("a"));
        assert_eq!(environment.required_as("NUMBER"), Some(7_u16));
        assert_eq!(environment.list_of("LIST"), Some(vec![1_u16, 2]));
        assert_eq!(environment.list_of::<u16>("ABSENT"), Some(vec![]));
    }
}
