//! What is left to do on GitHub, to be followed by hand.

use std::fmt::Write as _;

use stacks::bootstrap::{BootstrapSettings, Duty, role_arn};

/// The environments to make, each with its variables.
pub(super) fn steps(settings: &BootstrapSettings, account: &str, region: &str) -> String {
    let mut text =
        "\nNext, on GitHub, under Settings, Environments: make these environments, each with two variables \
                    (not secrets).\n"
            .to_owned();
    for stage in &settings.stages {
        for duty in Duty::ALL {
            let arn = role_arn(region, account, &duty.role_name(*stage));
            // Writing to a text cannot fail.
            let _ = write!(
                text,
                "\n  {}\n    AWS_ROLE_ARN = {arn}\n    AWS_REGION   = {region}\n",
                duty.environment(*stage)
            );
        }
    }
    let deploys: Vec<String> = settings
        .stages
        .iter()
        .map(|stage| Duty::Deploy.environment(*stage))
        .collect();
    let _ = write!(
        text,
        "\nGive {} required reviewers, and let only the branch `main` deploy there: that is the approval of a deploy. \
         The other environments need none.",
        deploys.join(" and ")
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use stacks::Stage;
    use stacks::bootstrap::Repository;

    #[test]
    fn each_environment_is_told_with_its_role() {
        let repository = Repository::new("octo", "landfall", None).unwrap();
        let settings = BootstrapSettings {
            stages: vec![Stage::Production],
            ..BootstrapSettings::new(repository)
        };
        insta::assert_snapshot!(steps(&settings, "123456789012", "us-east-1"));
    }
}
