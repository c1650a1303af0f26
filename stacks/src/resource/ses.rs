//! SES.

use serde::Serialize;

use super::{Resource, Tags, s3::BucketName, sns::Topic};
use crate::{
    Transport,
    template::{Arn, Handle, Kind, Text, Value},
};

/// What SES tells of a mail, as CloudFormation spells it. Not whether it was opened or a link clicked: we do not watch recipients.
const EVENTS: [&str; 7] = [
    "send",
    "reject",
    "bounce",
    "complaint",
    "delivery",
    "deliveryDelay",
    "renderingFailure",
];

/// `AWS::SES::ConfigurationSet`: how mails are sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConfigurationSet {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_options: Option<DeliveryOptions>,
    reputation_options: ReputationOptions,
    suppression_options: SuppressionOptions,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DeliveryOptions {
    tls_policy: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReputationOptions {
    reputation_metrics_enabled: bool,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SuppressionOptions {
    suppressed_reasons: [&'static str; 2],
}

/// `AWS::SES::ConfigurationSetEventDestination`: whom SES tells what becomes of a mail.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventDestination<'t> {
    configuration_set_name: Value<'t, ConfigurationSetName>,
    event_destination: Destination<'t>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Destination<'t> {
    name: &'static str,
    enabled: bool,
    matching_event_types: [&'static str; 7],
    sns_destination: SnsDestination<'t>,
}

#[derive(Debug, Clone, Serialize)]
struct SnsDestination<'t> {
    #[serde(rename = "TopicARN")]
    topic_arn: Value<'t, Arn<Topic>>,
}

/// `AWS::SES::ReceiptRuleSet`: rules of which one set is active in a region of an account.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiptRuleSet {
    /// Its name.
    pub rule_set_name: String,
}

/// `AWS::SES::ReceiptRule`: what SES does with mails to some addresses.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiptRule<'t> {
    rule_set_name: Value<'t, RuleSetName>,
    rule: Rule<'t>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rule<'t> {
    actions: [RuleAction<'t>; 1],
    enabled: bool,
    name: String,
    recipients: [Value<'t, Text>; 1],
    scan_enabled: bool,
    tls_policy: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RuleAction<'t> {
    s3_action: S3Action<'t>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct S3Action<'t> {
    bucket_name: Value<'t, BucketName>,
    object_key_prefix: &'static str,
}

/// A receipt rule set's name.
#[derive(Debug)]
pub enum RuleSetName {}

impl Kind for RuleSetName {}

/// A configuration set's name.
#[derive(Debug)]
pub enum ConfigurationSetName {}

/// An address or a domain from which mails may be sent.
#[derive(Debug)]
pub enum Identity {}

impl Kind for ConfigurationSetName {}

impl ConfigurationSet {
    /// A configuration set under a name of ours, so that its ARN is known before it is there. What bounced for good or
    /// was complained of is not sent to again. Over the internet no mail goes in the clear: one whose server takes it in
    /// no other way bounces.
    #[must_use]
    pub fn named(name: String, transport: Transport) -> Self {
        let delivery_options = match transport {
            Transport::Tls => Some(DeliveryOptions {
                tls_policy: "REQUIRE",
            }),
            Transport::Loopback => None,
        };
        Self {
            name,
            delivery_options,
            reputation_options: ReputationOptions {
                reputation_metrics_enabled: true,
            },
            suppression_options: SuppressionOptions {
                suppressed_reasons: ["BOUNCE", "COMPLAINT"],
            },
        }
    }
}

impl<'t> EventDestination<'t> {
    /// Tells a topic what becomes of every mail that is sent by the configuration set.
    #[must_use]
    pub fn of_topic(
        name: &'static str,
        configuration_set: &Handle<'t, ConfigurationSet>,
        topic: &Handle<'t, Topic>,
    ) -> Self {
        Self {
            configuration_set_name: configuration_set.name(),
            event_destination: Destination {
                name,
                enabled: true,
                matching_event_types: EVENTS,
                sns_destination: SnsDestination {
                    topic_arn: topic.arn(),
                },
            },
        }
    }
}

impl<'t> ReceiptRule<'t> {
    /// Puts mails to an address or a domain into a bucket, below a prefix; looked over for viruses, and over TLS only.
    #[must_use]
    pub fn into_bucket(
        name: String,
        set: &Handle<'t, ReceiptRuleSet>,
        recipient: Value<'t, Text>,
        (bucket_name, object_key_prefix): (Value<'t, BucketName>, &'static str),
    ) -> Self {
        Self {
            rule_set_name: set.reference(),
            rule: Rule {
                actions: [RuleAction {
                    s3_action: S3Action {
                        bucket_name,
                        object_key_prefix,
                    },
                }],
                enabled: true,
                name,
                recipients: [recipient],
                scan_enabled: true,
                tls_policy: "Require",
            },
        }
    }
}

impl Resource<'_> for ReceiptRuleSet {
    const TYPE: &'static str = "AWS::SES::ReceiptRuleSet";
    const TAGS: Tags = Tags::None;
}

impl<'t> Resource<'t> for ReceiptRule<'t> {
    const TYPE: &'static str = "AWS::SES::ReceiptRule";
    const TAGS: Tags = Tags::None;
}

impl<'t> Value<'t, Arn<ReceiptRule<'t>>> {
    /// Every rule of a set of the stack's region and account.
    #[must_use]
    pub fn receipt_rules_of(set: &str) -> Self {
        Value::regional_arn(
            "ses",
            [Value::literal(format!("receipt-rule-set/{set}:receipt-rule/*"))],
        )
    }
}

impl Resource<'_> for ConfigurationSet {
    const TYPE: &'static str = "AWS::SES::ConfigurationSet";
    const TAGS: Tags = Tags::List;
}

impl<'t> Resource<'t> for EventDestination<'t> {
    const TYPE: &'static str = "AWS::SES::ConfigurationSetEventDestination";
    const TAGS: Tags = Tags::None;
}

impl<'t> Handle<'t, ConfigurationSet> {
    /// The configuration set's name.
    #[must_use]
    pub fn name(&self) -> Value<'t, ConfigurationSetName> {
        self.reference()
    }
}

impl<'t> Value<'t, ConfigurationSetName> {
    /// The configuration set's ARN. SES gives it in no attribute.
    #[must_use]
    pub fn configuration_set_arn(&self) -> Value<'t, Arn<ConfigurationSet>> {
        Value::regional_arn("ses", [Value::literal("configuration-set/"), self.text()])
    }
}

impl Value<'_, Arn<Identity>> {
    /// Every identity in the stack's region and account. Which one is the sender, the manifest says.
    #[must_use]
    pub fn identities_of_account() -> Self {
        Value::regional_arn("ses", [Value::literal("identity/*")])
    }
}
