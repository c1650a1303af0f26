//! Keys of the objects in the content bucket.

/// The operator's manifest.
pub const MANIFEST_KEY: &str = "manifest/campaign_schedule.json";
/// The table of token verifiers: digests and validity, never a token.
pub const VERIFIERS_KEY: &str = "auth/verifiers.json";
/// The newest releases of the stage ([`crate::releases`]): what the operator's page shows of them.
pub const RELEASES_KEY: &str = "operations/releases.json";
/// Prefix of the templates.
pub const TEMPLATES_PREFIX: &str = "templates/";
/// All templates in one object, by their paths below [`TEMPLATES_PREFIX`]: a sender sees a whole set or another whole set.
pub const LIBRARY_KEY: &str = "library/templates.json";
