//! The HTTP API: each route once, with the action that answers it and who may call it.

mod action;

pub use action::Action;

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
    Route::new(
        Method::Get,
        "/bookings/pending",
        Action::ListPendingBookings,
        Access::Token,
    ),
    Route::new(
        Method::Post,
        "/bookings/{id}/confirm",
        Action::ConfirmBooking,
        Access::Token,
    ),
    Route::new(
        Method::Post,
        "/bookings/{id}/hold",
        Action::HoldBooking,
        Access::Token,
    ),
    Route::new(
        Method::Get,
        "/reports/{report}",
        Action::ReadReport,
        Access::Token,
    ),
    Route::new(Method::Get, "/deliveries", Action::ListDeliveries, Access::Token),
    // The link is the secret: whoever leaves has no token.
    Route::new(
        Method::Get,
        "/unsubscribe/{token}",
        Action::ShowUnsubscribe,
        Access::Public,
    ),
    Route::new(
        Method::Post,
        "/unsubscribe/{token}",
        Action::Unsubscribe,
        Access::Public,
    ),
    Route::new(
        Method::Post,
        "/callbacks/twilio",
        Action::ReceiveTwilio,
        Access::Signature,
    ),
    // The page is the same for everybody; what it shows it asks for with a session.
    Route::new(Method::Get, "/dashboard", Action::ShowDashboard, Access::Public),
    Route::new(
        Method::Get,
        "/dashboard/{file}",
        Action::ShowDashboardFile,
        Access::Public,
    ),
    // Whoever opens a session shows the token in it.
    Route::new(Method::Post, "/session", Action::OpenSession, Access::Public),
    Route::new(Method::Post, "/session/end", Action::EndSession, Access::Token),
    Route::new(Method::Get, "/overview", Action::ReadOverview, Access::Token),
    Route::new(
        Method::Post,
        "/campaigns/{id}/pause",
        Action::PauseCampaign,
        Access::Token,
    ),
    Route::new(
        Method::Post,
        "/campaigns/{id}/resume",
        Action::ResumeCampaign,
        Access::Token,
    ),
    Route::new(
        Method::Post,
        "/listings/{id}/accept",
        Action::AcceptListing,
        Access::Token,
    ),
    Route::new(Method::Get, "/inbox", Action::ListInbox, Access::Token),
    Route::new(Method::Get, "/inbox/{id}", Action::ShowThread, Access::Token),
    Route::new(
        Method::Post,
        "/inbox/{id}/reply",
        Action::ReplyToThread,
        Access::Token,
    ),
    Route::new(
        Method::Post,
        "/inbox/{id}/close",
        Action::CloseThread,
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
