//! Who sends, and how much.

use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::campaign::QuietHours;
use crate::policy::Limited;
use crate::text::{LocalUrl, MailAddress, Name, PhoneNumber, SecretName, WebUrl};

/// Who sends the campaigns' messages, and within what limits.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Messages {
    /// Who sends e-mails. Without it no campaign goes by e-mail.
    #[schemars(with = "EmailSender")]
    pub email: Option<EmailSender>,
    /// Who sends SMS. Without it no campaign goes by SMS.
    #[schemars(with = "SmsSender")]
    pub sms: Option<SmsSender>,
    /// When nobody is written to. Without them every hour will do.
    #[schemars(with = "QuietHours")]
    pub quiet_hours: Option<QuietHours>,
    /// How much marketing one address gets.
    #[schemars(with = "FrequencyCap")]
    pub frequency_cap: Option<FrequencyCap>,
    /// A campaign that would go to more than so many people waits for the operator's word. 0 to 1000000, by default 500.
    #[schemars(with = "u32", range(max = 1_000_000))]
    pub confirm_above: ConfirmAbove,
    /// Who may be sent test messages, beside the addresses of SES's mailbox simulator.
    pub test_recipients: Vec<MailAddress>,
    /// Who may be sent test SMS.
    pub test_numbers: Vec<PhoneNumber>,
    /// The zone of recipients of whom none is known; by default their site's, or UTC.
    #[schemars(with = "Option<String>")]
    pub time_zone: Option<Tz>,
}

/// Who sends e-mails.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailSender {
    /// The name that recipients see.
    pub name: Name,
    /// The address, which SES must have verified.
    pub address: MailAddress,
    /// Where answers go; by default to `address`.
    #[serde(default)]
    #[schemars(with = "MailAddress")]
    pub reply_to: Option<MailAddress>,
    /// The sender's postal address, which marketing must show (CAN-SPAM Act, 15 USC 7704(a)(5)).
    #[serde(default)]
    #[schemars(with = "Name")]
    pub postal_address: Option<Name>,
}

/// Who sends SMS, by Twilio.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsSender {
    /// Name of the secret that holds `<account SID>:<auth token>`.
    pub secret: SecretName,
    /// The number that sends, where a site has none of its own.
    pub number: PhoneNumber,
    /// Twilio stops trying after so many minutes. 1 to 240, by default 120.
    #[serde(default = "two_hours")]
    #[schemars(with = "u32", range(min = 1, max = 240))]
    pub validity_minutes: Limited<240>,
    /// Where a server with Twilio's API is, in the local stage. Other stages ignore it.
    #[serde(default)]
    #[schemars(with = "LocalUrl")]
    pub local_url: Option<LocalUrl>,
}

/// How much marketing one address gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrequencyCap {
    /// So many messages at most, 1 to 1000,
    #[schemars(with = "u32", range(min = 1, max = 1_000))]
    pub messages: Limited<1_000>,
    /// in so many days, 1 to 366.
    #[schemars(with = "u32", range(min = 1, max = 366))]
    pub days: Limited<366>,
}

/// What one site says of its own messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SiteMessages {
    /// The name that recipients of e-mails see.
    #[schemars(with = "Name")]
    pub email_name: Option<Name>,
    /// The number that sends SMS.
    #[schemars(with = "PhoneNumber")]
    pub sms_number: Option<PhoneNumber>,
    /// Where the site is, for its guests.
    #[schemars(with = "Name")]
    pub address: Option<Name>,
    /// Where its guests call.
    #[schemars(with = "PhoneNumber")]
    pub phone: Option<PhoneNumber>,
    /// Where its guests leave a review.
    #[schemars(with = "WebUrl")]
    pub review_url: Option<WebUrl>,
}

/// How many recipients need the operator's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ConfirmAbove(Limited<1_000_000>);

impl ConfirmAbove {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl Default for ConfirmAbove {
    fn default() -> Self {
        Self(Limited::of(500))
    }
}

const fn two_hours() -> Limited<240> {
    Limited::of(120)
}
