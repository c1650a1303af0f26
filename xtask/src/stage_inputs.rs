//! What a stage on AWS takes from the account's bootstrap stack: parameter values, and CloudFormation's role.

use std::collections::BTreeMap;

use stacks::bootstrap::{boundary_name, execution_role_name, policy_arn, role_arn};
use stacks::{Stage, StageSettings, parameters};

/// Where a stage lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The account's id.
    pub account: &'a str,
    /// The region, which tells the partition.
    pub region: &'a str,
}

/// What a stage takes from its account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StageInputs {
    /// Parameter values, by name.
    pub parameters: BTreeMap<String, String>,
    /// ARN of the role with which CloudFormation changes the stage. `None`: the caller's own rights.
    pub execution_role: Option<String>,
}

/// What the stage takes. The local stage takes nothing: nobody outside this machine deploys it.
pub(crate) fn stage_inputs(settings: &StageSettings, place: Place<'_>) -> StageInputs {
    let Place { account, region } = place;
    let stage = settings.stage;
    if stage == Stage::Local {
        return StageInputs::default();
    }
    let boundary = policy_arn(region, account, &boundary_name(stage));
    let mut parameters = BTreeMap::from([(parameters::PERMISSIONS_BOUNDARY_ARN.to_owned(), boundary)]);
    if let Some(topic) = &settings.alarm_topic_arn {
        parameters.insert(parameters::ALARM_TOPIC_ARN.to_owned(), topic.clone());
    }
    StageInputs {
        parameters,
        execution_role: Some(role_arn(region, account, &execution_role_name(stage))),
    }
}

/// What to say when AWS does not know the role or the boundary. `None`: the message is about something else.
///
/// CloudFormation and IAM name what they miss, or say that it cannot be assumed, in their message only.
pub(crate) fn not_bootstrapped(message: &str, stage: Stage) -> Option<String> {
    let names_ours = message.contains(&execution_role_name(stage)) || message.contains(&boundary_name(stage));
    let is_missing = [
        "does not exist",
        "cannot be found",
        "NoSuchEntity",
        "is invalid or cannot be assumed",
    ]
    .iter()
    .any(|sign| message.contains(sign));
    (names_ours && is_missing).then(|| advice(stage))
}

/// What to do in an account that is not ready.
pub(crate) fn advice(stage: Stage) -> String {
    format!(
        "this account is not ready for the stage {stage}: an administrator runs `cargo xtask bootstrap` once"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place {
        account: "123456789012",
        region: "us-east-1",
    };

    #[test]
    fn the_local_stage_takes_nothing_from_its_account() {
        let inputs = stage_inputs(&StageSettings::of(Stage::Local), PLACE);
        assert_eq!(inputs, StageInputs::default());
    }

    #[test]
    fn a_stage_takes_its_own_boundary_and_role_from_the_bootstrap_stack() {
        for stage in [Stage::Staging, Stage::Production] {
            let inputs = stage_inputs(&StageSettings::of(stage), PLACE);
            let boundary = format!("arn:aws:iam::123456789012:policy/landfall/bootstrap/{stage}-boundary");
            let role = format!("arn:aws:iam::123456789012:role/landfall/bootstrap/{stage}-cfn-exec");
            let expected = BTreeMap::from([("PermissionsBoundaryArn".to_owned(), boundary)]);
            assert_eq!(inputs.parameters, expected);
            assert_eq!(inputs.execution_role, Some(role));
        }
    }

    #[test]
    fn the_partition_is_the_regions() {
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
        ] {
            let place = Place { region, ..PLACE };
            let role = stage_inputs(&StageSettings::of(Stage::Staging), place).execution_role;
            assert!(
                role.unwrap().starts_with(&format!("arn:{partition}:iam::")),
                "{region}"
            );
        }
    }

    #[test]
    fn alarms_tell_the_topic_that_the_stage_names() {
        let topic = "arn:aws:sns:us-east-1:123456789012:alarms";
        let settings = StageSettings {
            alarm_topic_arn: Some(topic.to_owned()),
            ..StageSettings::of(Stage::Production)
        };
        let inputs = stage_inputs(&settings, PLACE);
        assert_eq!(inputs.parameters["AlarmTopicArn"], topic);
    }

    #[test]
    fn an_account_without_the_role_or_the_boundary_is_told_what_to_run() {
        for message in [
            "ValidationError: Role arn:aws:iam::1:role/landfall/bootstrap/staging-cfn-exec is invalid or cannot be assumed",
            "Scope ARN: arn:aws:iam::1:policy/landfall/bootstrap/staging-boundary does not exist or is not attachable.",
        ] {
            let told = not_bootstrapped(message, Stage::Staging).unwrap();
            assert!(told.contains("cargo xtask bootstrap"), "{told}");
            assert_eq!(not_bootstrapped(message, Stage::Production), None);
        }
        assert_eq!(
            not_bootstrapped(
                "Stack with id landfall-staging-runtime does not exist",
                Stage::Staging
            ),
            None
        );
    }
}
