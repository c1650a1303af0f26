//! A mail as it was asked for, checked.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::refusal::{bad_request, not_found};
use super::wire::{Pair, SendEmail, Simple};
use crate::call::Reply;

const MAX_RECIPIENTS: usize = 50;
const MAX_HEADERS: usize = 15;
const MAX_TAG_LENGTH: usize = 256;
const MAX_HEADER_NAME: usize = 126;
const MAX_HEADER_VALUE: usize = 995;
/// The service writes these itself, from the other members.
const OWN_HEADERS: [&str; 12] = [
    "bcc",
    "cc",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "reply-to",
    "return-path",
    "subject",
    "to",
];

#[derive(Debug)]
pub(super) struct Mail {
    /// As given, with a display name.
    pub(super) from: String,
    /// As given, of every kind.
    pub(super) to: Vec<String>,
    pub(super) recipients: Vec<String>,
    pub(super) reply_to: Vec<String>,
    pub(super) subject: String,
    /// Those that the caller set.
    pub(super) headers: Vec<(String, String)>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) configuration_set: Option<String>,
    pub(super) html: Option<String>,
    pub(super) text: Option<String>,
    pub(super) raw: Option<String>,
    pub(super) size_bytes: usize,
}

impl Mail {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reply> {
        let asked: SendEmail =
            serde_json::from_slice(body).map_err(|error| bad_request(&error.to_string()))?;
        let tags = tags(&asked.email_tags)?;
        let SendEmail {
            from_email_address,
            destination,
            reply_to_addresses,
            content,
            configuration_set_name,
            ..
        } = asked;
        let mut to = destination.to_addresses;
        to.extend(destination.cc_addresses);
        to.extend(destination.bcc_addresses);
        let mut mail = Self {
            from: from_email_address.unwrap_or_default(),
            to,
            recipients: Vec::new(),
            reply_to: reply_to_addresses,
            subject: String::new(),
            headers: Vec::new(),
            tags,
            configuration_set: configuration_set_name,
            html: None,
            text: None,
            raw: None,
            size_bytes: body.len(),
        };
        match (content.simple, content.raw, content.template) {
            (Some(simple), None, None) => mail.fill(simple)?,
            (None, Some(raw), None) => mail.read(&raw.data)?,
            (None, None, Some(template)) => {
                let name = template["TemplateName"].as_str().unwrap_or_default();
                return Err(not_found(&format!("Template {name} does not exist")));
            }
            _ => {
                return Err(bad_request(
                    "Content must have exactly one of Simple, Raw and Template.",
                ));
            }
        }
        mail.recipients = mail
            .to
            .iter()
            .map(|address| bare(address))
            .collect::<Result<_, _>>()?;
        if mail.recipients.is_empty() {
            return Err(bad_request("The message has no recipients."));
        }
        if mail.recipients.len() > MAX_RECIPIENTS {
            return Err(bad_request("Recipient count exceeds 50."));
        }
        mail.sender()?;
        mail.reply_to
            .iter()
            .try_for_each(|address| bare(address).map(drop))?;
        Ok(mail)
    }

    /// The address that has to be verified.
    pub(super) fn sender(&self) -> Result<String, Reply> {
        if self.from.is_empty() {
            return Err(bad_request("Missing required header 'From'."));
        }
        bare(&self.from)
    }

    fn fill(&mut self, simple: Simple) -> Result<(), Reply> {
        if simple.headers.len() > MAX_HEADERS {
            return Err(bad_request("A message has at most 15 headers."));
        }
        simple.headers.iter().try_for_each(check_header)?;
        for attachment in &simple.attachments {
            BASE64_STANDARD
                .decode(&attachment.raw_content)
                .map_err(|_| bad_request("RawContent is not base64."))?;
        }
        if simple.subject.data.contains(['\r', '\n']) {
            return Err(bad_request("Subject contains control characters."));
        }
        if simple.body.html.is_none() && simple.body.text.is_none() {
            return Err(bad_request("The body needs Html or Text."));
        }
        self.subject = simple.subject.data;
        self.html = simple.body.html.map(|html| html.data);
        self.text = simple.body.text.map(|text| text.data);
        let headers = simple.headers.into_iter();
        self.headers = headers.map(|header| (header.name, header.value)).collect();
        Ok(())
    }

    /// Reads the headers of a MIME message; its parts stay as they are.
    fn read(&mut self, data: &str) -> Result<(), Reply> {
        let bytes = BASE64_STANDARD
            .decode(data)
            .map_err(|_| bad_request("Data is not base64."))?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let head = text.split("\n\n").next().unwrap_or_default();
        let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
        let headers = unfolded.lines().filter_map(|line| line.split_once(':'));
        self.headers = headers
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let find = |wanted: &str| {
            let mut headers = self.headers.iter();
            let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.clone())
        };
        if self.from.is_empty() {
            self.from = find("from").unwrap_or_default();
        }
        if self.to.is_empty() {
            let listed = ["to", "cc", "bcc"].iter().filter_map(|name| find(name));
            self.to = listed
                .flat_map(|list| {
                    list.split(',')
                        .map(|one| one.trim().to_owned())
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        self.subject = find("subject").unwrap_or_default();
        self.headers
            .retain(|(name, _)| !OWN_HEADERS.contains(&name.to_lowercase().as_str()));
        self.size_bytes = bytes.len();
        self.raw = Some(text);
        Ok(())
    }
}

fn tags(tags: &[Pair]) -> Result<BTreeMap<String, String>, Reply> {
    let is_fine = |text: &str| {
        !text.is_empty()
            && text.len() <= MAX_TAG_LENGTH
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    for tag in tags {
        if !is_fine(&tag.name) {
            return Err(bad_request(&format!("Invalid tag name <{}>.", tag.name)));
        }
        if !is_fine(&tag.value) {
            return Err(bad_request(&format!("Invalid tag value <{}>.", tag.value)));
        }
    }
    let pairs = tags.iter().map(|tag| (tag.name.clone(), tag.value.clone()));
    Ok(pairs.collect())
}

fn check_header(header: &Pair) -> Result<(), Reply> {
    let (name, value) = (&header.name, &header.value);
    let is_named = (1..=MAX_HEADER_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let is_valued = (1..=MAX_HEADER_VALUE).contains(&value.len())
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !is_named {
        return Err(bad_request(&format!("Invalid header name <{name}>.")));
    }
    if !is_valued {
        return Err(bad_request(&format!("Invalid value of header <{name}>.")));
    }
    if OWN_HEADERS.contains(&name.to_lowercase().as_str()) {
        return Err(bad_request(&format!("Header <{name}> must not be set.")));
    }
    Ok(())
}

/// The address without its display name.
fn bare(address: &str) -> Result<String, Reply> {
    let inner = address
        .rsplit_once('<')
        .map_or(address, |(_, rest)| rest.trim_end_matches('>'));
    let inner = inner.trim();
    if !address.is_ascii() {
        return Err(bad_request("Address contains non-ASCII characters."));
    }
    match inner.rsplit_once('@') {
        None => Err(bad_request("Missing final '@domain'")),
        Some((local, domain))
            if local.is_empty()
                || domain.is_empty()
                || inner.contains(|c: char| c.is_whitespace() || c.is_control()) =>
        {
            Err(bad_request("Local address contains control or whitespace"))
        }
        Some(_) => Ok(inner.to_owned()),
    }
}
