//! Tests that need something which not every machine has.

/// The value of an environment variable without which a test cannot run. If it is not set the test is skipped by name,
/// or fails when `LANDFALL_NO_SKIP` is set, as in CI: there a skip would hide that something was not tested.
///
/// # Panics
/// When the variable is not set and `LANDFALL_NO_SKIP` is.
#[must_use]
pub fn need(test: &str, variable: &str) -> Option<String> {
    if let Ok(value) = std::env::var(variable) {
        return Some(value);
    }
    assert!(
        std::env::var_os("LANDFALL_NO_SKIP").is_none(),
        "{test} needs {variable}, and nothing may be skipped"
    );
    eprintln!("skipped: {test} needs {variable}");
    None
}
