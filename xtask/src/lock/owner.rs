//! Who is at work, for others to ask.

/// The run of GitHub Actions, or `user@host`, by the environment's variables.
pub(super) fn owner(variable: impl Fn(&str) -> Option<String>) -> String {
    run_of_actions(&variable).unwrap_or_else(|| {
        let user = variable("USER").or_else(|| variable("LOGNAME"));
        let host = nix::unistd::gethostname()
            .ok()
            .and_then(|name| name.into_string().ok());
        format!(
            "{}@{}",
            user.as_deref().unwrap_or("somebody"),
            host.as_deref().unwrap_or("an unnamed machine")
        )
    })
}

/// The address of the run: `None` outside GitHub Actions.
pub(crate) fn run_of_actions(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let server = variable("GITHUB_SERVER_URL")?;
    let repository = variable("GITHUB_REPOSITORY")?;
    let run = variable("GITHUB_RUN_ID")?;
    let attempt = variable("GITHUB_RUN_ATTEMPT").unwrap_or_else(|| "1".to_owned());
    Some(format!(
        "{server}/{repository}/actions/runs/{run}/attempts/{attempt}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(known: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let found = known.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn in_github_actions_it_is_the_run_and_its_attempt() {
        let known = variable(&[
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "octo/landfall"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("USER", "runner"),
        ]);
        assert_eq!(
            owner(known),
            "https://github.com/octo/landfall/actions/runs/42/attempts/2"
        );
    }

    #[test]
    fn elsewhere_it_is_a_user_of_a_machine() {
        let found = owner(variable(&[("USER", "jo")]));
        assert!(found.starts_with("jo@") && found.len() > 3, "{found}");
        assert!(owner(variable(&[("LOGNAME", "jo")])).starts_with("jo@"));
        assert!(owner(variable(&[])).starts_with("somebody@"));
    }
}
