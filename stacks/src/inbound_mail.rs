//! The stack that lets SES receive mails: of its own, because only one receipt rule set is active in an account's region, and
//! because the domain's MX record has to lead there first. Deployed by its own command, and never in the local stage.

use contract::inbox::MAIL_PREFIX;

use crate::{
    StackKind, StackSpec, Stage, SynthError, parameters,
    resource::{
        s3::BucketName,
        ses::{ReceiptRule, ReceiptRuleSet},
    },
    template::{Parameter, Template, Text, Value},
};

const DESCRIPTION: &str =
    "Landfall inbound mail: the SES receipt rule that puts mails into the inbound bucket.";

/// The stack of a stage.
///
/// # Errors
/// [`SynthError`] when the declarations contradict each other.
pub fn inbound_mail(stage: Stage) -> Result<StackSpec, SynthError> {
    let template = Template::build("inbound-mail", DESCRIPTION, stage, |draft| {
        let bucket = Parameter {
            description: "The storage stack's output of this name",
            default: None,
            allowed_pattern: "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        };
        let bucket: Value<'_, BucketName> = draft.parameter(parameters::INBOUND_BUCKET_NAME, &bucket)?;
        let recipient = Parameter {
            description: "The address, or the domain, at which notifications are received",
            default: None,
            allowed_pattern: "([a-z0-9._+-]{1,64}@)?[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63}){1,4}",
        };
        let recipient: Value<'_, Text> = draft.parameter(parameters::INBOUND_RECIPIENT, &recipient)?;
        let set = ReceiptRuleSet {
            rule_set_name: stage.receipt_rule_set(),
        };
        let set = draft.add("ReceiptRuleSet", set)?;
        let rule = ReceiptRule::into_bucket("into-bucket".to_owned(), &set, recipient, (bucket, MAIL_PREFIX));
        draft.add("ReceiptRule", rule)?;
        Ok(())
    })?;
    Ok(StackSpec {
        kind: StackKind::InboundMail,
        name: stage.stack_name(StackKind::InboundMail),
        template,
    })
}
