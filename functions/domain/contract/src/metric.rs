//! What functions count for CloudWatch, and stacks raise alarms on.

/// The namespace of all of them.
pub const NAMESPACE: &str = "Landfall";
/// Their one dimension: the stage's name.
pub const STAGE: &str = "Stage";
/// How many feeds have not been read for too long, after each whole synchronisation.
pub const STALE_FEEDS: &str = "StaleFeeds";
/// How many feeds are read and not believed, after each whole synchronisation.
pub const QUARANTINED_FEEDS: &str = "QuarantinedFeeds";
/// Of how many assets a whole synchronisation could not do all that there was to do.
pub const STOPPED_ASSETS: &str = "StoppedAssets";
