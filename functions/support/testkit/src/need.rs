//! Tests that need something which not every machine has.

/// Third-party files that are not ours to hand out: who checks this repository out elsewhere does not have them.
const CORPUS: &str = "LANDFALL_CORPUS";

/// The value of an environment variable without which a test cannot run. If it is not set the test is skipped by name,
/// or fails when `LANDFALL_NO_SKIP` is set, as in CI: there a skip would hide that something was not tested. The corpus alone
/// may be missing there, where `LANDFALL_NO_CORPUS` says so.
///
/// # Panics
/// When the variable is not set and `LANDFALL_NO_SKIP` is.
#[must_use]
pub fn need(test: &str, variable: &str) -> Option<String> {
    if let Ok(value) = std::env::var(variable) {
        return Some(value);
    }
    let is_set = |name: &str| std::env::var_os(name).is_some();
    assert!(
        may_skip(variable, is_set),
        "{test} needs {variable}, and nothing may be skipped"
    );
    eprintln!("skipped: {test} needs {variable}");
    None
}

fn may_skip(variable: &str, is_set: impl Fn(&str) -> bool) -> bool {
    !is_set("LANDFALL_NO_SKIP") || (variable == CORPUS && is_set("LANDFALL_NO_CORPUS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variable: &str, set: &[&str], may: bool) {
        assert_eq!(
            may_skip(variable, |name| set.contains(&name)),
            may,
            "{variable} {set:?}"
        );
    }

    #[test]
    fn a_missing_corpus_excuses_its_own_tests_and_no_other() {
        let both = ["LANDFALL_NO_SKIP", "LANDFALL_NO_CORPUS"];
        check(CORPUS, &both, true);
        check("LANDFALL_TEST_CLOUD", &both, false);
        check(CORPUS, &both[..1], false);
        check("LANDFALL_TEST_CLOUD", &[], true);
        check("LANDFALL_TEST_CLOUD", &both[1..], true);
    }
}
