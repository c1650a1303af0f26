//! What the client may reach, and how much of it.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The rules of one [`Fetcher`](crate::Fetcher).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Exact origins that may be reached although they are not public, also over plain http. Empty outside of
    /// the local stage.
    pub allowed_origins: Vec<Origin>,
    /// Bounds on bytes, time and redirects.
    pub limits: Limits,
}

/// Bounds on one fetch, redirects included. All are above zero, but for `max_redirects`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body after decompression, in bytes. Default 16 MiB: ten times the largest public booking feed
    /// that we have seen, and little beside a function's memory.
    pub max_body_bytes: usize,
    /// The largest body as it is sent, in bytes. Default 16 MiB.
    pub max_sent_bytes: usize,
    /// Longest time to resolve, connect and shake hands, in milliseconds. Default 3,000.
    pub connect_timeout_ms: u64,
    /// Longest time for the whole fetch, in milliseconds. Default 10,000.
    pub total_timeout_ms: u64,
    /// How many redirects are followed. Default 5.
    pub max_redirects: u32,
}

/// A scheme, a host and a port: `https://feeds.example.com`, `http://127.0.0.1:4611`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin(url::Origin);

/// The text is not an http or https origin: it does not parse, or holds more than scheme, host and port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an origin of the form https://host[:port]")]
pub struct InvalidOrigin;

/// A limit is zero, so that nothing could ever be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("limit {limit} is zero")]
pub struct InvalidPolicy {
    /// The field's name.
    pub limit: &'static str,
}

impl Policy {
    /// Whether the guard steps aside for this URL.
    pub(crate) fn allows(&self, url: &Url) -> bool {
        self.allowed_origins.contains(&Origin::of(url))
    }
}

impl Limits {
    pub(crate) fn check(&self) -> Result<(), InvalidPolicy> {
        let zero = [
            (self.max_body_bytes == 0, "max_body_bytes"),
            (self.max_sent_bytes == 0, "max_sent_bytes"),
            (self.connect_timeout_ms == 0, "connect_timeout_ms"),
            (self.total_timeout_ms == 0, "total_timeout_ms"),
        ];
        match zero.into_iter().find(|(is_zero, _)| *is_zero) {
            Some((_, limit)) => Err(InvalidPolicy { limit }),
            None => Ok(()),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: 16 * 1024 * 1024,
            max_sent_bytes: 16 * 1024 * 1024,
            connect_timeout_ms: 3_000,
            total_timeout_ms: 10_000,
            max_redirects: 5,
        }
    }
}

impl Origin {
    pub(crate) fn of(url: &Url) -> Self {
        Self(url.origin())
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidOrigin)?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if bare && matches!(url.scheme(), "https" | "http") {
            Ok(Self::of(&url))
        } else {
            Err(InvalidOrigin)
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.ascii_serialization())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: Option<&str>) {
        let origin = text.parse::<Origin>().ok().map(|origin| origin.to_string());
        assert_eq!(origin.as_deref(), shown, "{text}");
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        check("http://127.0.0.1:4611", Some("http://127.0.0.1:4611"));
        check(" https://EXAMPLE.com:443/ ", Some("https://example.com"));
        check("http://[::1]:80", Some("http://[::1]"));
        for text in [
            "",
            "127.0.0.1:4611",
            "ftp://a",
            "http://a/b",
            "http://a?b",
            "http://a#b",
            "http://u@a",
            "*",
            "http://",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn only_the_exact_origin_is_allowed() {
        let policy = Policy {
            allowed_origins: vec!["http://127.0.0.1:4611".parse().unwrap()],
            ..Policy::default()
        };
        for (url, allowed) in [
            ("http://127.0.0.1:4611/feeds/a.ics", true),
            ("http://2130706433:4611/", true),
            ("http://127.0.0.1:4612/", false),
            ("https://127.0.0.1:4611/", false),
            ("http://127.0.0.1/", false),
            ("http://localhost:4611/", false),
            ("http://127.0.0.1.example.com:4611/", false),
        ] {
            assert_eq!(policy.allows(&Url::parse(url).unwrap()), allowed, "{url}");
        }
    }

    #[test]
    fn a_limit_of_zero_is_refused_by_name() {
        let limits = Limits {
            total_timeout_ms: 0,
            ..Limits::default()
        };
        assert_eq!(
            limits.check(),
            Err(InvalidPolicy {
                limit: "total_timeout_ms"
            })
        );
        assert_eq!(Limits::default().check(), Ok(()));
    }
}
