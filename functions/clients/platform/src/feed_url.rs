//! The URL of a feed, which is a secret: who knows it can read the feed.

use std::fmt;

use sha2::{Digest, Sha256};
use url::Url;

use crate::policy::Origin;

/// The longest URL that is accepted, in bytes.
const MAX_URL_BYTES: usize = 4096;

/// A well-formed http or https URL. `Debug` and `Display` show its origin and a short hash, nothing else; whether
/// plain http is allowed is the policy's matter.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FeedUrl(Url);

/// Why a text is not a feed's URL. It never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// It does not parse as an absolute URL with a host.
    #[error("not an absolute URL")]
    NotAUrl,
    /// The scheme is neither https nor http.
    #[error("the URL's scheme is neither https nor http")]
    Scheme,
    /// It carries a user name or a password, which would end up in logs and redirects.
    #[error("the URL carries a user name or password")]
    Userinfo,
    /// It is longer than 4,096 bytes.
    #[error("the URL is longer than {MAX_URL_BYTES} bytes")]
    TooLong,
}

impl FeedUrl {
    /// Reads a URL. White space around it is dropped, and so is a fragment, which no server sees.
    ///
    /// # Errors
    /// [`InvalidUrl`] says what is wrong without repeating the URL.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let text = text.trim();
        if text.len() > MAX_URL_BYTES {
            return Err(InvalidUrl::TooLong);
        }
        let mut url = Url::parse(text).map_err(|_| InvalidUrl::NotAUrl)?;
        url.set_fragment(None);
        Self::check(url)
    }

    /// Where the feed lives; this much may be shown.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::of(&self.0)
    }

    /// The same place with this path, and perhaps query, added to its own path. The origin stays; a query of its own goes.
    ///
    /// # Errors
    /// [`InvalidUrl`] when it gets too long.
    pub fn below(&self, path: &str) -> Result<Self, InvalidUrl> {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url.set_query(query);
        url.set_fragment(None);
        Self::bounded(url)
    }

    /// The same URL with one more query parameter.
    ///
    /// # Errors
    /// [`InvalidUrl`] when it gets too long.
    pub fn with_parameter(&self, name: &str, value: &str) -> Result<Self, InvalidUrl> {
        let mut url = self.0.clone();
        url.query_pairs_mut().append_pair(name, value);
        Self::bounded(url)
    }

    fn bounded(url: Url) -> Result<Self, InvalidUrl> {
        if url.as_str().len() > MAX_URL_BYTES {
            return Err(InvalidUrl::TooLong);
        }
        Self::check(url)
    }

    /// Resolves the `Location` of a redirect against this URL, under the same rules.
    pub(crate) fn join(&self, location: &str) -> Result<Self, InvalidUrl> {
        if location.len() > MAX_URL_BYTES {
            return Err(InvalidUrl::TooLong);
        }
        let mut url = self.0.join(location).map_err(|_| InvalidUrl::NotAUrl)?;
        url.set_fragment(None);
        Self::check(url)
    }

    pub(crate) fn expose(&self) -> &Url {
        &self.0
    }

    fn check(url: Url) -> Result<Self, InvalidUrl> {
        if !matches!(url.scheme(), "https" | "http") {
            return Err(InvalidUrl::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidUrl::Userinfo);
        }
        match url.host_str() {
            Some(host) if !host.is_empty() => Ok(Self(url)),
            _ => Err(InvalidUrl::NotAUrl),
        }
    }
}

impl fmt::Display for FeedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #", self.origin())?;
        let digest = Sha256::digest(self.0.as_str().as_bytes());
        digest.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FeedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FeedUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_url_shows_its_origin_and_a_hash_only() {
        let url = FeedUrl::parse("https://feeds.example.com:8443/ical/canary.ics?key=canary#canary").unwrap();
        assert_eq!(url.to_string(), "https://feeds.example.com:8443 #d6b33e23");
        assert!(!format!("{url:?}").contains("canary"));
    }

    #[test]
    fn two_urls_of_one_origin_have_different_hashes() {
        let show = |text| FeedUrl::parse(text).unwrap().to_string();
        assert_ne!(show("https://example.com/a"), show("https://example.com/b"));
    }

    #[test]
    fn a_path_and_parameters_are_added_within_the_origin() {
        let base = FeedUrl::parse("https://example.com/v1/?own=1").unwrap();
        let shown = |url: Result<FeedUrl, InvalidUrl>| url.map(|url| url.0.to_string());
        let below = |path| shown(base.below(path));
        assert_eq!(below("/a/%2e%2e?b=c").unwrap(), "https://example.com/v1/?b=c");
        assert_eq!(
            below("//other.example/a").unwrap(),
            "https://example.com/v1//other.example/a"
        );
        let with = base.below("/a?b=c").unwrap().with_parameter("next", "x&y=#");
        assert_eq!(
            shown(with).unwrap(),
            "https://example.com/v1/a?b=c&next=x%26y%3D%23"
        );
        let long = base.with_parameter("next", &"x".repeat(5_000));
        assert_eq!(long, Err(InvalidUrl::TooLong));
    }

    #[test]
    fn what_is_no_feed_url_is_refused_without_an_echo() {
        let long = format!("https://example.com/{}", "canary".repeat(1000));
        let cases = [
            ("", InvalidUrl::NotAUrl),
            ("canary", InvalidUrl::NotAUrl),
            ("https://", InvalidUrl::NotAUrl),
            ("//canary/feed.ics", InvalidUrl::NotAUrl),
            ("https://[::canary]/", InvalidUrl::NotAUrl),
            ("https://256.256.256.256/canary", InvalidUrl::NotAUrl),
            ("file:///canary", InvalidUrl::Scheme),
            ("gopher://canary/", InvalidUrl::Scheme),
            ("data:text/calendar,canary", InvalidUrl::Scheme),
            ("https://canary@example.com/", InvalidUrl::Userinfo),
            ("https://:canary@example.com/", InvalidUrl::Userinfo),
            (long.as_str(), InvalidUrl::TooLong),
        ];
        for (text, expected) in cases {
            let error = FeedUrl::parse(text).unwrap_err();
            assert_eq!(error, expected);
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}
