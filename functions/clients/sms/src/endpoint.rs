//! Where Twilio is.

use url::Url;

const API: &str = "https://api.twilio.com";

/// Where the API is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// The text is no URL of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an https URL, or an http one of this machine, without query and user")]
pub struct InvalidEndpoint;

impl Endpoint {
    /// Twilio itself.
    ///
    /// # Errors
    /// None: the address is ours.
    pub fn twilio() -> Result<Self, InvalidEndpoint> {
        Url::parse(API).map(Self).map_err(|_| InvalidEndpoint)
    }

    /// Another server with the same API, for the local stage and for tests. Plain http is for loopback addresses.
    ///
    /// # Errors
    /// [`InvalidEndpoint`] when the text is no such URL.
    pub fn at(base: &str) -> Result<Self, InvalidEndpoint> {
        let url = Url::parse(base).map_err(|_| InvalidEndpoint)?;
        let is_local = match url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        };
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local);
        let is_bare = url.query().is_none() && url.fragment().is_none();
        let has_user = !url.username().is_empty() || url.password().is_some();
        if is_safe && is_bare && !has_user {
            Ok(Self(url))
        } else {
            Err(InvalidEndpoint)
        }
    }

    /// `<base>/2010-04-01/Accounts/<account>/Messages.json`
    pub(crate) fn messages(&self, account: &str) -> Option<Url> {
        let mut url = self.0.clone();
        let mut path = url.path_segments_mut().ok()?;
        path.pop_if_empty()
            .extend(["2010-04-01", "Accounts", account, "Messages.json"]);
        drop(path);
        Some(url)
    }
}
