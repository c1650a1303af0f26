//! Where Google is, and to whom a credential may be shown.

use url::{Host, Url};

use crate::error::CalendarError;

const API: &str = "https://www.googleapis.com/calendar/v3";
const TOKENS: &str = "https://oauth2.googleapis.com/token";
/// The origins of Google's token endpoints, past and present.
const TOKEN_ORIGINS: [&str; 3] = [
    "https://oauth2.googleapis.com",
    "https://accounts.google.com",
    "https://www.googleapis.com",
];

/// Where the API and its token endpoint are.
///
/// A credential names the endpoint to which its signature or refresh token goes (`token_uri`). Whoever may edit the secret
/// could name a server of their own there, so the endpoint says which origins are trusted, and nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Google,
    Elsewhere(Url),
}

/// The text is no URL of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an https URL, or an http one of this machine, without query and user")]
pub struct InvalidEndpoint;

impl Endpoint {
    /// Google itself.
    #[must_use]
    pub const fn google() -> Self {
        Self(Place::Google)
    }

    /// Another server with the same API under `<base>/calendar/v3`, for the local stage and for tests. Credentials go to
    /// the base's own origin only. Plain http is for loopback addresses.
    ///
    /// # Errors
    /// [`InvalidEndpoint`] when the text is no such URL.
    pub fn at(base: &str) -> Result<Self, InvalidEndpoint> {
        let url = Url::parse(base.trim_end_matches('/')).map_err(|_| InvalidEndpoint)?;
        let is_local = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local);
        let is_bare = url.query().is_none() && url.fragment().is_none() && has_no_user(&url);
        if is_safe && is_bare {
            Ok(Self(Place::Elsewhere(url)))
        } else {
            Err(InvalidEndpoint)
        }
    }

    /// The URL of a resource, each segment encoded.
    pub(crate) fn resource(&self, segments: &[&str]) -> Result<Url, CalendarError> {
        // A URL drops these, and the call would be another one.
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return Err(CalendarError::Invalid {
                reason: "an empty name",
            });
        }
        let unusable = CalendarError::Invalid {
            reason: "the endpoint cannot be extended",
        };
        let mut url = match &self.0 {
            Place::Google => Url::parse(API).map_err(|_| unusable.clone())?,
            Place::Elsewhere(base) => below(base, &["calendar", "v3"]).ok_or_else(|| unusable.clone())?,
        };
        url.path_segments_mut().map_err(|()| unusable)?.extend(segments);
        Ok(url)
    }

    /// Whether a credential may be shown there.
    pub(crate) fn trusts(&self, token_uri: &Url) -> bool {
        let origin = token_uri.origin();
        let is_known = match &self.0 {
            Place::Google => TOKEN_ORIGINS.contains(&origin.ascii_serialization().as_str()),
            Place::Elsewhere(base) => origin == base.origin(),
        };
        is_known && has_no_user(token_uri)
    }

    /// Where a credential goes that names no place.
    pub(crate) fn default_token_uri(&self) -> Option<Url> {
        match &self.0 {
            Place::Google => Url::parse(TOKENS).ok(),
            Place::Elsewhere(base) => below(base, &["token"]),
        }
    }
}

fn below(base: &Url, segments: &[&str]) -> Option<Url> {
    let mut url = base.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
    Some(url)
}

fn has_no_user(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_shown_to_google_or_to_the_stated_server_and_to_nobody_else() {
        let local = Endpoint::at("http://127.0.0.1:4611/google/").unwrap();
        for (token_uri, google, here) in [
            ("https://oauth2.googleapis.com/token", true, false),
            ("https://accounts.google.com/o/oauth2/token", true, false),
            ("https://www.googleapis.com:443/oauth2/v4/token", true, false),
            ("http://oauth2.googleapis.com/token", false, false),
            ("https://oauth2.googleapis.com:8443/token", false, false),
            ("https://oauth2.googleapis.com.evil.example/token", false, false),
            ("https://evil.example/oauth2.googleapis.com", false, false),
            ("https://user@oauth2.googleapis.com/token", false, false),
            ("http://127.0.0.1:4611/google/token", false, true),
            ("http://127.0.0.1:4612/google/token", false, false),
            ("http://localhost:4611/google/token", false, false),
        ] {
            let url = Url::parse(token_uri).unwrap();
            assert_eq!(Endpoint::google().trusts(&url), google, "{token_uri}");
            assert_eq!(local.trusts(&url), here, "{token_uri}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for (base, good) in [
            ("http://127.0.0.1:4611/google", true),
            ("http://[::1]:4611", true),
            ("https://calendar.example", true),
            ("http://calendar.example", false),
            ("http://10.0.0.1", false),
            ("https://user:word@calendar.example", false),
            ("https://calendar.example?a=b", false),
            ("ftp://127.0.0.1", false),
            ("nonsense", false),
        ] {
            assert_eq!(Endpoint::at(base).is_ok(), good, "{base}");
        }
    }

    #[test]
    fn names_are_encoded_and_cannot_leave_their_place() {
        let endpoint = Endpoint::at("http://127.0.0.1:1/google").unwrap();
        let url = endpoint.resource(&["calendars", "a/b?c#d@e", "events"]).unwrap();
        assert_eq!(url.path(), "/google/calendar/v3/calendars/a%2Fb%3Fc%23d@e/events");
        for name in ["", ".", ".."] {
            assert!(endpoint.resource(&["calendars", name]).is_err(), "{name}");
        }
        let google = Endpoint::google().resource(&["channels", "stop"]).unwrap();
        assert_eq!(
            google.as_str(),
            "https://www.googleapis.com/calendar/v3/channels/stop"
        );
    }
}
