//! One mail.

use std::fmt;

use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
use campaign::Sent;

use crate::{Mailer, outcome};

/// A mail to one recipient. Its `Debug` shows nothing of the recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// `Name <address>`
    pub from: String,
    /// The one recipient.
    pub to: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The subject, on one line.
    pub subject: String,
    /// The HTML, if it is not of plain text only.
    pub html: Option<String>,
    /// The plain text.
    pub text: String,
    /// More headers, by name.
    pub headers: Vec<(String, String)>,
    /// What its feedback is known by, by name.
    pub tags: Vec<(String, String)>,
    /// By which SES publishes its feedback.
    pub configuration_set: String,
}

impl Mailer {
    /// Hands a mail over to SES, once.
    pub async fn send(&self, mail: &Mail) -> Sent {
        // What would end a header or begin another one is refused before anything is built of it.
        let lines = [&mail.from, &mail.to, &mail.subject];
        let more = mail.headers.iter().flat_map(|(name, value)| [name, value]);
        if lines
            .into_iter()
            .chain(more)
            .any(|text| text.contains(['\r', '\n', '\0']))
        {
            return Sent::Refused {
                why: "header-with-line-break".to_owned(),
            };
        }
        let Ok(content) = content(mail) else {
            return Sent::Refused {
                why: "incomplete-mail".to_owned(),
            };
        };
        let request = self
            .sending()
            .send_email()
            .from_email_address(&mail.from)
            .destination(Destination::builder().to_addresses(&mail.to).build())
            .set_reply_to_addresses(mail.reply_to.clone().map(|address| vec![address]))
            .content(content)
            .configuration_set_name(&mail.configuration_set);
        let tags = mail.tags.iter().map(|(name, value)| {
            let tag = MessageTag::builder().name(name).value(value);
            tag.build()
        });
        let Ok(tags) = tags.collect::<Result<Vec<_>, BuildError>>() else {
            return Sent::Refused {
                why: "incomplete-tag".to_owned(),
            };
        };
        outcome::of(request.set_email_tags(Some(tags)).send().await)
    }
}

fn content(mail: &Mail) -> Result<EmailContent, BuildError> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let html = mail.html.as_deref().map(utf8).transpose()?;
    let body = Body::builder().set_html(html).text(utf8(&mail.text)?);
    let mut message = Message::builder()
        .subject(utf8(&mail.subject)?)
        .body(body.build());
    for (name, value) in &mail.headers {
        message = message.headers(MessageHeader::builder().name(name).value(value).build()?);
    }
    Ok(EmailContent::builder().simple(message.build()).build())
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Mail({} bytes)",
            self.html.as_ref().map_or(0, String::len) + self.text.len()
        )
    }
}
