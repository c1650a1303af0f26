//! Why something could not be read.

/// Why something is no message. It quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is no JSON, or not whole.
    #[error("it is no whole JSON")]
    NoJson,
    /// There is no list where the manifest says.
    #[error("there is no list of messages")]
    NoList,
    /// The list is longer than [`crate::MAX_PAGE`].
    #[error("a page has more messages than are read at once")]
    TooMany,
    /// It has no id.
    #[error("it has no id")]
    NoId,
    /// It names no thread.
    #[error("it names no thread")]
    NoThread,
    /// It does not say when it was written.
    #[error("it does not say when it was written")]
    NoTime,
    /// Nothing was written.
    #[error("it has no text")]
    NoText,
    /// It is larger than what is read.
    #[error("it is too large")]
    TooLarge,
    /// It has more parts, headers or mails within mails than is looked into.
    #[error("it has more parts, headers or mails within it than are read")]
    TooDeep,
    /// It is no mail.
    #[error("it is no mail")]
    NoMail,
    /// No platform of the manifest writes from that address.
    #[error("no platform writes from its address")]
    NoPlatform,
    /// Whoever received it says that it is not from whom it says.
    #[error("its sender is not who it says")]
    Forged,
    /// Whoever received it says that it does harm.
    #[error("it carries a virus")]
    Harmful,
}

impl Unreadable {
    /// Its stable name, for JSON and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoJson => "no-json",
            Self::NoList => "no-list",
            Self::TooMany => "too-many",
            Self::NoId => "no-id",
            Self::NoThread => "no-thread",
            Self::NoTime => "no-time",
            Self::NoText => "no-text",
            Self::TooLarge => "too-large",
            Self::TooDeep => "too-deep",
            Self::NoMail => "no-mail",
            Self::NoPlatform => "no-platform",
            Self::Forged => "forged",
            Self::Harmful => "harmful",
        }
    }
}
