//! The HTTP API: each route once, with the action that answers it and who may call it.

/// Every route that the API serves. API Gateway's routes are generated from this list, the broker
/// dispatches by it, and the smoke test compares it with what is deployed.
pub const ROUTES: &[Route] = &[
    Route::new(Method::Get, "/health", Action::Health, Access::Public),
    Route::new(Method::Get, "/openapi.json", Action::OpenApi, Access::Public),
    Route::new(Method::Get, "/auth/check", Action::AuthCheck, Access::Token),
    Route::new(
        Method::Get,
        "/calendar/events",
        Action::ListCalendarEvents,
        Access::Token,
    ),
    Route::new(
        Method::Post,
        "/calendar/add-event",
        Action::AddCalendarEvent,
        Access::Token,
    ),
    Route::new(
        Method::Get,
        "/platforms/bookings",
        Action::GetPlatformBookings,
        Access::Token,
    ),
    Route::new(
        Method::Post,
        "/webhooks/{platform}",
        Action::ReceiveWebhook,
        Access::Signature,
    ),
    Route::new(
        Method::Post,
        "/platforms/sync",
        Action::SyncPlatforms,
        Access::Token,
    ),
    Route::new(Method::Get, "/conflicts", Action::ListConflicts, Access::Token),
    Route::new(
        Method::Post,
        "/conflicts/{id}/resolve",
        Action::ResolveConflict,
        Access::Token,
    ),
    Route::new(
        Method::Post,
        "/conflicts/{id}/undo",
        Action::UndoConflict,
        Access::Token,
    ),
    // The address is the secret: a platform that reads a calendar cannot send a token.
    Route::new(Method::Get, "/feeds/{feed}", Action::ReadFeed, Access::Public),
];

/// One HTTP route and the action behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path, in API Gateway's syntax.
    pub path: &'static str,
    /// What answers.
    pub action: Action,
    /// Who may call.
    pub access: Access,
}

impl Route {
    const fn new(method: Method, path: &'static str, action: Action, access: Access) -> Self {
        Self {
            method,
            path,
            action,
            access,
        }
    }
}

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

impl Method {
    /// The method as HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone: the answer holds nothing of the operator's, or the path itself cannot be guessed.
    Public,
    /// The holder of a live dashboard token.
    Token,
    /// A platform, which signs what it sends with a key of its own. The function checks it.
    Signature,
}

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
    /// `read-feed`: a listing's outbound calendar, by its unguessable address.
    ReadFeed,
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
        Self::ReadFeed,
    ];
    /// What the webhooks function answers.
    pub const OF_WEBHOOKS: &[Self] = &[Self::ReceiveWebhook];

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
            Self::ReadFeed => "read-feed",
        }
    }
}
