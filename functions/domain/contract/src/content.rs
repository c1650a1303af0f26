//! Keys of the objects in the content bucket.

/// The operator's manifest.
pub const MANIFEST_KEY: &str = "manifest/campaign_schedule.json";
/// The table of token verifiers: digests and validity, never a token.
pub const VERIFIERS_KEY: &str = "auth/verifiers.json";
/// Prefix of the templates.
pub const TEMPLATES_PREFIX: &str = "templates/";
