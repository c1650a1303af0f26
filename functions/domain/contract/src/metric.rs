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
/// How many deliveries may have been sent and may not, after each look at all that is open.
pub const UNKNOWN_DELIVERIES: &str = "UnknownDeliveries";
/// How many messages of the feedback's queue could not be believed or read.
pub const UNREADABLE_FEEDBACK: &str = "UnreadableFeedback";
/// How many messages came that could not be read, and were put aside.
pub const QUARANTINED_MESSAGES: &str = "QuarantinedMessages";
/// Of how many platforms the messages could not be asked for, after each poll.
pub const UNREACHED_INBOXES: &str = "UnreachedInboxes";
