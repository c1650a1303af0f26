//! What SendEmail takes, as the API describes it. Members that it does not describe are refused.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendEmail {
    pub(super) from_email_address: Option<String>,
    #[serde(default)]
    pub(super) destination: Destination,
    #[serde(default)]
    pub(super) reply_to_addresses: Vec<String>,
    pub(super) content: Content,
    #[serde(default)]
    pub(super) email_tags: Vec<Pair>,
    pub(super) configuration_set_name: Option<String>,
    #[serde(rename = "FromEmailAddressIdentityArn")]
    _from_arn: Option<String>,
    #[serde(rename = "FeedbackForwardingEmailAddress")]
    _forwarding: Option<String>,
    #[serde(rename = "FeedbackForwardingEmailAddressIdentityArn")]
    _forwarding_arn: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(super) struct Destination {
    pub(super) to_addresses: Vec<String>,
    pub(super) cc_addresses: Vec<String>,
    pub(super) bcc_addresses: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Content {
    pub(super) simple: Option<Simple>,
    pub(super) raw: Option<Raw>,
    pub(super) template: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Simple {
    pub(super) subject: Text,
    pub(super) body: Body,
    #[serde(default)]
    pub(super) headers: Vec<Pair>,
    #[serde(default)]
    pub(super) attachments: Vec<Attachment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Body {
    pub(super) html: Option<Text>,
    pub(super) text: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Text {
    pub(super) data: String,
    #[serde(rename = "Charset")]
    _charset: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Raw {
    /// Base64 of a MIME message.
    pub(super) data: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attachment {
    /// Base64.
    pub(super) raw_content: String,
    #[serde(rename = "FileName")]
    _file_name: String,
}

/// A header or a tag.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
}
