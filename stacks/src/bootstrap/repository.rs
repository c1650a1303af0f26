//! The repository whose workflows may deploy.

use crate::SynthError;

/// GitHub's limit for an owner's name.
const OWNER_CHARS: usize = 39;
/// GitHub's limit for a repository's name.
const NAME_CHARS: usize = 100;

/// A repository on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    owner: String,
    name: String,
    ids: Option<RepositoryIds>,
}

/// The numbers by which GitHub knows a repository and its owner, whatever they are called now:
/// `GET /repos/<owner>/<name>` has them as `owner.id` and `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepositoryIds {
    /// The owner's.
    pub owner: u64,
    /// The repository's.
    pub repository: u64,
}

impl Repository {
    /// A repository, in the case in which GitHub writes it: IAM compares subjects letter by letter.
    ///
    /// # Errors
    /// [`SynthError::InvalidRepository`] when these are no names that GitHub gives. Nothing that could mean
    /// something in a policy or a subject is one.
    pub fn new(owner: &str, name: &str, ids: Option<RepositoryIds>) -> Result<Self, SynthError> {
        let well_formed = |text: &str, chars: usize, also: &[u8]| {
            (1..=chars).contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || also.contains(&byte))
        };
        if well_formed(owner, OWNER_CHARS, b"-") && well_formed(name, NAME_CHARS, b"-_.") {
            Ok(Self {
                owner: owner.to_owned(),
                name: name.to_owned(),
                ids,
            })
        } else {
            Err(SynthError::InvalidRepository {
                repository: format!("{owner}/{name}"),
            })
        }
    }

    /// The subjects of tokens for jobs in this environment.
    ///
    /// Repositories that were made or renamed since 2026-07-15, or that opted in, carry both numbers in the
    /// subject. Which of the two forms a repository uses can change under it, so both are listed when the numbers
    /// are known. The form without numbers stays safe: whoever gets hold of an old name gets the form with numbers.
    #[must_use]
    pub fn subjects(&self, environment: &str) -> Vec<String> {
        let Self { owner, name, ids } = self;
        let by_id = ids.map(|ids| {
            let RepositoryIds {
                owner: owner_id,
                repository,
            } = ids;
            format!("repo:{owner}@{owner_id}/{name}@{repository}:environment:{environment}")
        });
        let by_name = format!("repo:{owner}/{name}:environment:{environment}");
        std::iter::once(by_name).chain(by_id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_the_numbers_when_they_are_known() {
        let ids = RepositoryIds {
            owner: 11,
            repository: 22,
        };
        let named = Repository::new("octo", "landfall", None).unwrap();
        assert_eq!(
            named.subjects("staging"),
            ["repo:octo/landfall:environment:staging"]
        );
        let numbered = Repository::new("octo", "landfall", Some(ids)).unwrap();
        assert_eq!(
            numbered.subjects("staging"),
            [
                "repo:octo/landfall:environment:staging",
                "repo:octo@11/landfall@22:environment:staging"
            ]
        );
    }

    #[test]
    fn what_means_something_in_a_policy_or_a_subject_is_no_name() {
        for (owner, name) in [
            ("*", "landfall"),
            ("octo", "*"),
            ("octo", "land?all"),
            ("octo", "${aws:username}"),
            ("octo/landfall", "x"),
            ("octo", "landfall:environment:production"),
            ("octo@11", "landfall"),
            ("", "landfall"),
            ("octo", ""),
        ] {
            assert!(Repository::new(owner, name, None).is_err(), "{owner}/{name}");
        }
    }
}
