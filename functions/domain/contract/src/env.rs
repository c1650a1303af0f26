//! Names of the environment variables that a stack sets and a function's `settings.rs` reads.

/// The stage's name: `local`, `staging` or `production`.
pub const STAGE: &str = "LANDFALL_STAGE";
/// Name of the table that holds the operator's own events.
pub const EVENTS_TABLE: &str = "LANDFALL_EVENTS_TABLE";
/// Name of the bucket that holds manifest, templates and token verifiers (keys: [`crate::content`]).
pub const CONTENT_BUCKET: &str = "LANDFALL_CONTENT_BUCKET";
/// Prefix of the partner secrets' names in Secrets Manager, with its trailing `/`. A manifest's secret
/// `NAME` is the secret `<prefix>NAME`.
pub const PARTNER_SECRETS_PREFIX: &str = "LANDFALL_PARTNER_SECRETS_PREFIX";
/// Comma-separated exact origins (`http://127.0.0.1:4611`) that the guarded client may reach although they
/// are not public. Set in the local stage only: synth refuses it elsewhere.
pub const ALLOWED_ORIGINS: &str = "LANDFALL_ALLOWED_ORIGINS";
/// Address of the API, where webhooks are received.
pub const API_URL: &str = "LANDFALL_API_URL";
/// Name of the function that synchronises ([`crate::sync`]).
pub const SYNC_FUNCTION: &str = "LANDFALL_SYNC_FUNCTION";
/// URL of the queue from which [`crate::campaign::SENDER`] takes deliveries.
pub const SEND_QUEUE: &str = "LANDFALL_SEND_QUEUE";
/// Name of the SES configuration set by which mails are sent, and which publishes what becomes of them.
pub const CONFIGURATION_SET: &str = "LANDFALL_CONFIGURATION_SET";
/// The SNS topic from which feedback is believed.
pub const FEEDBACK_TOPIC: &str = "LANDFALL_FEEDBACK_TOPIC";
/// Name of the secret that holds the key of unsubscribe links. It says that it is a name, and not the secret.
pub const UNSUBSCRIBE_SECRET: &str = "LANDFALL_UNSUBSCRIBE_SECRET_NAME";
/// URL of the queue in which each new message is put, once ([`crate::inbox::Arrived`]).
pub const MESSAGES_QUEUE: &str = "LANDFALL_MESSAGES_QUEUE";
/// Name of the bucket in which mails arrive and messages are kept (keys: [`crate::inbox`]).
pub const INBOUND_BUCKET: &str = "LANDFALL_INBOUND_BUCKET";
/// Name of the function that answers guests ([`crate::replies`]).
pub const REPLIES_FUNCTION: &str = "LANDFALL_REPLIES_FUNCTION";
