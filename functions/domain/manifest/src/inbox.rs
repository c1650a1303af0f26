//! How a platform's messages are read and answered: where things stand in its JSON or its mails.
//!
//! No platform of ours describes its messaging in public, so that all of it is the operator's knowledge and stands in the
//! manifest, not in code. The sample's shapes are assumptions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FeedSource, Stage};
use crate::text::{
    HeaderName, JsonPointer, ListingId, LocalUrl, Marker, ParameterName, PathTemplate, Pattern, SecretName,
};

/// How a platform's messages come and go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inbox {
    /// Its messaging API, if it has one for us.
    #[serde(default)]
    #[schemars(with = "MessagingApi")]
    pub api: Option<MessagingApi>,
    /// Its notifications by mail.
    #[serde(default)]
    #[schemars(with = "NotificationMails")]
    pub mail: Option<NotificationMails>,
}

/// A messaging API of JSON over HTTP. It is asked for messages every 3 minutes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagingApi {
    /// Name of the secret that holds the API's base URL, which every path is added to.
    #[serde(default)]
    #[schemars(with = "SecretName")]
    pub secret: Option<SecretName>,
    /// The base URL in the local stage, where it comes before the secret and gets no token. Other stages ignore it.
    #[serde(default)]
    #[schemars(with = "LocalUrl")]
    pub local_url: Option<LocalUrl>,
    /// What shows the platform who asks.
    #[serde(default)]
    #[schemars(with = "ApiToken")]
    pub token: Option<ApiToken>,
    /// How messages are listed.
    pub list: MessageList,
    /// Where things stand in a message of the list.
    pub fields: MessageFields,
    /// Which values of `sender_role` mean whom. Others are the platform's own.
    pub roles: SenderRoles,
    /// The platform's own ids of listings, and ours.
    #[serde(default)]
    pub listings: BTreeMap<String, ListingId>,
    /// How the platform is told that we have a message. Without it, it is told nothing.
    #[serde(default)]
    #[schemars(with = "Confirm")]
    pub confirm: Option<Confirm>,
    /// How an answer is posted. Without it, answers are the operator's to write at the platform.
    #[serde(default)]
    #[schemars(with = "PostReply")]
    pub reply: Option<PostReply>,
}

/// A token in a header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// Name of the secret that holds the header's whole value, such as `Bearer ...`.
    pub secret: SecretName,
    /// The header: `Authorization` when it is not given.
    #[serde(default)]
    #[schemars(with = "HeaderName")]
    pub header: Option<HeaderName>,
}

/// How messages are listed: newest first or oldest first, page by page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageList {
    /// The path below the base URL, such as `/messages?status=unread`.
    pub path: PathTemplate,
    /// Where the list stands in the answer; without it, the answer is the list.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub messages: Option<JsonPointer>,
    /// Where the next page's cursor stands. Without it, there is one page.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub next: Option<JsonPointer>,
    /// The query parameter by which the cursor is given back: `cursor` when it is not given.
    #[serde(default)]
    #[schemars(with = "ParameterName")]
    pub next_parameter: Option<ParameterName>,
}

/// Where things stand in a message, as JSON pointers (RFC 6901). What is missing in a message is left out, but for
/// `message`, `thread`, `sent_at` and what was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageFields {
    /// The platform's id of the message.
    pub message: JsonPointer,
    /// The platform's id of the thread.
    pub thread: JsonPointer,
    /// When it was written: RFC 3339, or Unix seconds or milliseconds.
    pub sent_at: JsonPointer,
    /// When it was last edited. Without it, an edit back to an earlier text is not seen.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub edited_at: Option<JsonPointer>,
    /// What was written, as plain text.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub text: Option<JsonPointer>,
    /// What was written, as HTML. It counts where there is no text.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub html: Option<JsonPointer>,
    /// The subject.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub subject: Option<JsonPointer>,
    /// On which side the sender is; see `roles`.
    pub sender_role: JsonPointer,
    /// What the platform calls the sender.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub sender_name: Option<JsonPointer>,
    /// The booking's code.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub booking_code: Option<JsonPointer>,
    /// The platform's own id of the listing; see `listings`.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub listing: Option<JsonPointer>,
    /// Whether a machine wrote it: `true`, or any text but `false` and `no`.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub automatic: Option<JsonPointer>,
    /// What came with it.
    #[serde(default)]
    #[schemars(with = "AttachmentFields")]
    pub attachments: Option<AttachmentFields>,
}

/// Where a message's attachments stand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachmentFields {
    /// The list of them, in the message.
    pub list: JsonPointer,
    /// Where it is fetched, in one of the list.
    pub url: JsonPointer,
    /// What it is called.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub name: Option<JsonPointer>,
    /// What it is, such as `image/jpeg`.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub media_type: Option<JsonPointer>,
}

/// Which names mean whom. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SenderRoles {
    /// Those of guests.
    #[schemars(length(min = 1))]
    pub guest: Vec<Pattern>,
    /// Those of the operator.
    #[serde(default)]
    pub host: Vec<Pattern>,
}

/// How the platform is told that we have a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The method.
    pub method: ConfirmMethod,
    /// The path below the base URL; `{message}` and `{thread}` stand for the platform's own ids, `{edited_at}` for what
    /// stands at the field of this name. A platform that hears it does not take an edit for seen that we have not seen.
    pub path: PathTemplate,
}

/// The method of a request that may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConfirmMethod {
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

/// How an answer is posted: as a JSON object with one field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostReply {
    /// The path below the base URL; `{message}` and `{thread}` stand for the platform's own ids.
    pub path: PathTemplate,
    /// Where the text stands in the request's body, such as `/text`.
    pub text: JsonPointer,
}

/// Notifications by mail, where the platform passes on what guests write.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationMails {
    /// From whom they are: the whole address, such as `*@notify.example.com`.
    #[schemars(length(min = 1))]
    pub from: Vec<Pattern>,
    /// Where a thread's name stands; the first place that holds one decides. Without one, messages of one booking are one
    /// thread, and else every mail is one of its own.
    #[serde(default)]
    pub thread: Vec<MailPlace>,
    /// Where the booking's code stands.
    #[serde(default)]
    pub booking_code: Vec<MailPlace>,
    /// Where the guest's name stands.
    #[serde(default)]
    pub guest_name: Vec<MailPlace>,
    /// Where the platform's own id or name of the listing stands; see `listings`.
    #[serde(default)]
    pub listing: Vec<MailPlace>,
    /// The platform's own ids or names of listings, and ours.
    #[serde(default)]
    pub listings: BTreeMap<String, ListingId>,
    /// Where what the guest wrote stands. A mail without it is a message of the platform's own.
    #[schemars(length(min = 1))]
    pub words: Vec<Passage>,
    /// Subjects of mails that pass on what a machine wrote.
    #[serde(default)]
    pub automatic: Vec<Pattern>,
}

/// A word or a line in a mail: a header's whole value, or what follows a fixed text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailPlace {
    /// The header in which to look; without it, the text is searched.
    #[serde(default)]
    #[schemars(with = "HeaderName")]
    pub header: Option<HeaderName>,
    /// The text directly before it. Case does not matter. Without it, it is the header's whole value.
    #[serde(default)]
    #[schemars(with = "Marker")]
    pub after: Option<Marker>,
    /// The text directly behind it; without it, it ends with its line.
    #[serde(default)]
    #[schemars(with = "Marker")]
    pub before: Option<Marker>,
}

/// A passage of a mail's text, between two fixed texts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// The text before it; its line's rest belongs to the passage. Case does not matter.
    pub after: Marker,
    /// Texts of which the first ends it; without any of them, the mail's end does.
    #[serde(default)]
    pub before: Vec<Marker>,
}

impl MessagingApi {
    /// Where this stage takes the base URL from; `None` when the manifest names only a local URL and the stage is deployed,
    /// which `Manifest::check` reports.
    #[must_use]
    pub fn source(&self, stage: Stage) -> Option<FeedSource<'_>> {
        let secret = self.secret.as_ref().map(FeedSource::Secret);
        match (stage, &self.local_url) {
            (Stage::Local, Some(url)) => Some(FeedSource::LocalUrl(url)),
            _ => secret,
        }
    }
}
