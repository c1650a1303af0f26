//! What can be asked.

/// What a function can be asked to do, by HTTP or by direct invocation with `{"action": "<name>", ...}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// `health`: the function runs, and which release it is.
    Health,
    /// `openapi`: the API's own description.
    OpenApi,
    /// `auth-check`: whether the token is live.
    AuthCheck,
    /// `list-calendar-events`: our own events and the platforms' bookings in a window.
    ListCalendarEvents,
    /// `add-calendar-event`: add one event unless it conflicts.
    AddCalendarEvent,
    /// `get-platform-bookings`: what the platforms' feeds say now.
    GetPlatformBookings,
    /// `receive-webhook`: a platform says that something has changed. By HTTP only.
    ReceiveWebhook,
    /// `sync-platforms`: bring the platforms' calendars in step, or only show the plan.
    SyncPlatforms,
    /// `list-conflicts`: what is in each other's way, and what there is to do.
    ListConflicts,
    /// `resolve-conflict`: name who keeps the time.
    ResolveConflict,
    /// `undo-conflict`: take a decision back.
    UndoConflict,
    /// `list-pending-bookings`: the requests that wait for the operator's answer.
    ListPendingBookings,
    /// `confirm-booking`: a request counts as a firm booking from now on.
    ConfirmBooking,
    /// `hold-booking`: it is a request again.
    HoldBooking,
    /// `read-report`: bookings, cancellations or conversion by week, asset and platform.
    ReadReport,
    /// `read-feed`: a listing's outbound calendar, by its unguessable address.
    ReadFeed,
    /// `list-deliveries`: campaigns' messages, and what became of each.
    ListDeliveries,
    /// `show-unsubscribe`: what an unsubscribe link shows. It changes nothing.
    ShowUnsubscribe,
    /// `unsubscribe`: send an address no marketing any more.
    Unsubscribe,
    /// `show-dashboard`: the operator's page.
    ShowDashboard,
    /// `show-dashboard-file`: what the page is made of.
    ShowDashboardFile,
    /// `open-session`: sign in with the token. By HTTP only.
    OpenSession,
    /// `end-session`: sign out. By HTTP only.
    EndSession,
    /// `read-overview`: what is coming, what waits for the operator, and what failed.
    ReadOverview,
    /// `pause-campaign`: send nothing of a campaign from now on.
    PauseCampaign,
    /// `resume-campaign`: end a pause.
    ResumeCampaign,
    /// `accept-listing`: believe what a quarantined feed says.
    AcceptListing,
    /// `list-inbox`: guests' threads, by what they wait for.
    ListInbox,
    /// `show-thread`: a thread's messages, and what was decided about them.
    ShowThread,
    /// `reply-to-thread`: answer a guest.
    ReplyToThread,
    /// `close-thread`: nothing is to be done about a thread.
    CloseThread,
    /// `receive-twilio`: Twilio tells what became of an SMS, or what somebody wrote. By HTTP only.
    ReceiveTwilio,
}

impl Action {
    /// What the event broker answers.
    pub const OF_BROKER: &[Self] = &[
        Self::Health,
        Self::OpenApi,
        Self::AuthCheck,
        Self::ListCalendarEvents,
        Self::AddCalendarEvent,
        Self::GetPlatformBookings,
        Self::SyncPlatforms,
        Self::ListConflicts,
        Self::ResolveConflict,
        Self::UndoConflict,
        Self::ListPendingBookings,
        Self::ConfirmBooking,
        Self::HoldBooking,
        Self::ReadReport,
        Self::ReadFeed,
        Self::ListDeliveries,
        Self::ShowUnsubscribe,
        Self::Unsubscribe,
        Self::ShowDashboard,
        Self::ShowDashboardFile,
        Self::OpenSession,
        Self::EndSession,
        Self::ReadOverview,
        Self::PauseCampaign,
        Self::ResumeCampaign,
        Self::AcceptListing,
        Self::ListInbox,
        Self::ShowThread,
        Self::ReplyToThread,
        Self::CloseThread,
    ];
    /// What the webhooks function answers.
    pub const OF_WEBHOOKS: &[Self] = &[Self::ReceiveWebhook, Self::ReceiveTwilio];

    /// The action's name in a direct invocation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::OpenApi => "openapi",
            Self::AuthCheck => "auth-check",
            Self::ListCalendarEvents => "list-calendar-events",
            Self::AddCalendarEvent => "add-calendar-event",
            Self::GetPlatformBookings => "get-platform-bookings",
            Self::ReceiveWebhook => "receive-webhook",
            Self::SyncPlatforms => "sync-platforms",
            Self::ListConflicts => "list-conflicts",
            Self::ResolveConflict => "resolve-conflict",
            Self::UndoConflict => "undo-conflict",
            Self::ListPendingBookings => "list-pending-bookings",
            Self::ConfirmBooking => "confirm-booking",
            Self::HoldBooking => "hold-booking",
            Self::ReadReport => "read-report",
            Self::ReadFeed => "read-feed",
            Self::ListDeliveries => "list-deliveries",
            Self::ShowUnsubscribe => "show-unsubscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::ShowDashboard => "show-dashboard",
            Self::ShowDashboardFile => "show-dashboard-file",
            Self::OpenSession => "open-session",
            Self::EndSession => "end-session",
            Self::ReadOverview => "read-overview",
            Self::PauseCampaign => "pause-campaign",
            Self::ResumeCampaign => "resume-campaign",
            Self::AcceptListing => "accept-listing",
            Self::ListInbox => "list-inbox",
            Self::ShowThread => "show-thread",
            Self::ReplyToThread => "reply-to-thread",
            Self::CloseThread => "close-thread",
            Self::ReceiveTwilio => "receive-twilio",
        }
    }
}
