//! The manifest's texts as types: each is parsed once, at the edge.
//!
//! A type's `PATTERN` is what the JSON Schema tells an editor; a test holds it and the parser together.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use url::Url;

/// A text that does not have its type's form. It never holds the text: an operator may have pasted a secret there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct InvalidText {
    expected: &'static str,
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $pattern:expr, $expected:expr, $is_valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The form as a regular expression that Rust and ECMAScript read alike.
            pub const PATTERN: &'static str = $pattern;
            const EXPECTED: &'static str = $expected;

            /// Reads the text.
            ///
            /// # Errors
            /// [`InvalidText`] unless it has the type's form.
            pub fn parse(text: &str) -> Result<Self, InvalidText> {
                Self::try_from(text.to_owned())
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, InvalidText> {
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(InvalidText { expected: Self::EXPECTED })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": Self::PATTERN, "description": Self::EXPECTED })
            }
        }
    };
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $article_noun:literal) => {
        text_type!(
            $(#[$doc])*
            $name,
            "^[a-z0-9][a-z0-9-]{0,62}$",
            concat!($article_noun, " is 1 to 63 lowercase letters, digits and hyphens, and does not begin with a hyphen"),
            is_id
        );
    };
}

mod http;
mod message;

pub use http::{ParameterName, PathTemplate};
pub use message::{
    AudienceId, CampaignId, ClockTime, LocalTime, MailAddress, PhoneNumber, RecurrenceRule, RuleId,
    TemplateName, WebUrl, ZoneChoice,
};

id_type!(
    /// Identifies a site.
    SiteId,
    "a site's id"
);
id_type!(
    /// Identifies an asset, uniquely in the whole manifest.
    AssetId,
    "an asset's id"
);
id_type!(
    /// Names a kind of event that is booked, such as `sunset-cruise`.
    EventTypeId,
    "an event type"
);
id_type!(
    /// Identifies a booking platform.
    PlatformId,
    "a platform's id"
);
id_type!(
    /// Identifies a listing: one asset's offer on one platform.
    ListingId,
    "a listing's id"
);

text_type!(
    /// What people call a thing.
    Name,
    r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]{0,99}$",
    "a name is 1 to 100 characters on one line, and does not begin with a blank",
    is_name
);

text_type!(
    /// The name of a partner secret in Secrets Manager, without the stage's prefix. Never the secret itself.
    SecretName,
    "^[A-Z][A-Z0-9_]{2,63}$",
    "a secret's name is 3 to 64 capital letters, digits and underscores, and begins with a letter; \
     the secret itself never stands in the manifest",
    is_secret_name
);

text_type!(
    /// What a whole text must match: `*` stands for any text, also none, and everything else for itself. Case does
    /// not matter.
    Pattern,
    r"^[^\x00-\x1f\x7f-\x9f]{1,200}$",
    "a pattern is 1 to 200 characters on one line, in which `*` stands for any text",
    is_phrase
);

text_type!(
    /// A fixed text that something else follows. Case does not matter.
    Marker,
    r"^[^\x00-\x1f\x7f-\x9f]{1,200}$",
    "a marker is 1 to 200 characters on one line",
    is_phrase
);

text_type!(
    /// The name of an HTTP header. Case does not matter.
    HeaderName,
    "^[A-Za-z0-9][A-Za-z0-9-]{0,63}$",
    "a header's name is 1 to 64 letters, digits and hyphens, and does not begin with a hyphen",
    is_header_name
);

text_type!(
    /// Where a value stands in a JSON document (RFC 6901).
    JsonPointer,
    r"^(/([^~/\x00-\x1f\x7f-\x9f]|~[01])*){1,16}$",
    "a JSON pointer is 1 to 16 steps of `/` and a name, in which `~1` stands for `/` and `~0` for `~`",
    is_json_pointer
);

fn is_id(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_name(text: &str) -> bool {
    text.chars().count() <= 100
        && text.starts_with(|first: char| !first.is_whitespace())
        && !text.contains(char::is_control)
}

fn is_phrase(text: &str) -> bool {
    (1..=200).contains(&text.chars().count()) && !text.contains(char::is_control)
}

fn is_header_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_json_pointer(text: &str) -> bool {
    let steps = text.matches('/').count();
    let escapes = text.split('~').skip(1);
    text.starts_with('/')
        && steps <= 16
        && !text.contains(char::is_control)
        && escapes.into_iter().all(|rest| rest.starts_with(['0', '1']))
}

fn is_secret_name(text: &str) -> bool {
    (3..=64).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

/// Where the local stage fetches a feed: `http` or `https`, with a host, without user or password.
///
/// A platform's real feed URL is itself a secret, and one may stand here by mistake: `Debug` shows its origin only.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct LocalUrl(Url);

impl LocalUrl {
    const EXPECTED: &'static str =
        "a local URL begins with http:// or https://, and holds no user and no password";

    /// Reads the URL.
    ///
    /// # Errors
    /// [`InvalidText`] unless it is an absolute `http` or `https` URL without userinfo.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let invalid = InvalidText {
            expected: Self::EXPECTED,
        };
        let url = Url::parse(text).map_err(|_| invalid)?;
        let plain =
            matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        if plain && text.len() <= 2048 {
            Ok(Self(url))
        } else {
            Err(invalid)
        }
    }

    /// The URL, to fetch it. Not to log it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for LocalUrl {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(&text)
    }
}

impl fmt::Debug for LocalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalUrl({}/…)", self.0.origin().ascii_serialization())
    }
}

impl JsonSchema for LocalUrl {
    fn schema_name() -> Cow<'static, str> {
        "LocalUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 2048, "description": Self::EXPECTED })
    }
}

#[cfg(test)]
mod tests;
