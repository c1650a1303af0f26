//! What can be asked of the broker: a file for each resource of the API.

pub(crate) mod add_calendar_event;
pub(crate) mod check_auth;
pub(crate) mod get_platform_bookings;
pub(crate) mod list_calendar_events;
pub(crate) mod read_feed;
pub(crate) mod report_health;
pub(crate) mod sync_platforms;
