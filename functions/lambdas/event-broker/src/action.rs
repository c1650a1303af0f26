//! What can be asked of the broker: a file for each resource of the API.

pub(crate) mod add_calendar_event;
pub(crate) mod check_auth;
pub(crate) mod get_platform_bookings;
pub(crate) mod inbox;
pub(crate) mod list_calendar_events;
pub(crate) mod list_deliveries;
pub(crate) mod pause_campaign;
pub(crate) mod pending_bookings;
pub(crate) mod read_feed;
pub(crate) mod read_overview;
pub(crate) mod read_report;
pub(crate) mod report_health;
pub(crate) mod show_dashboard;
pub(crate) mod sign_in;
pub(crate) mod sync_platforms;
pub(crate) mod unsubscribe;
