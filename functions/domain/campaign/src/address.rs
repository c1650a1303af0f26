//! Where a message goes: an e-mail address or a telephone number, in the one form in which two are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By SMS.
    Sms,
    /// As an answer in a guest's thread at a platform.
    Thread,
}

/// An address in its normal form: for a thread, its id of ours. Its `Debug` shows no more than its channel: it is a person's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    channel: Channel,
    text: String,
}

/// Why a text is no address. It does not hold the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Nothing is there.
    #[error("the address is empty")]
    Empty,
    /// There is not one `@` between two parts.
    #[error("an e-mail address has one `@` between a name and a domain")]
    Shape,
    /// The part before the `@` cannot be mailed to.
    #[error("the part before the `@` has a character that SES does not take, or more than 64")]
    LocalPart,
    /// The part after the `@` is no domain.
    #[error("the part after the `@` is no domain name")]
    Domain,
    /// It is longer than 254 characters.
    #[error("an e-mail address has at most 254 characters")]
    TooLong,
    /// It does not say which country's number it is.
    #[error("a telephone number begins with `+` and its country's code")]
    NoCountry,
    /// It is no thread's id.
    #[error("a thread's id is 32 hexadecimal digits")]
    Thread,
    /// It is too short or too long, or has other characters.
    #[error("a telephone number has 8 to 15 digits (E.164)")]
    Digits,
}

impl Channel {
    /// Its name in the manifest and in ids.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Thread => "thread",
        }
    }
}

impl Address {
    /// Reads an address for a channel.
    ///
    /// # Errors
    /// [`InvalidAddress`] says what is wrong with it.
    pub fn parse(channel: Channel, text: &str) -> Result<Self, InvalidAddress> {
        match channel {
            Channel::Email => Self::email(text),
            Channel::Sms => Self::phone(text),
            Channel::Thread => Self::thread(text),
        }
    }

    /// Reads an e-mail address. Letters are taken as lowercase: no mailbox in use tells them apart, and the one contact
    /// in two spellings is to get one mail. SES takes only ASCII before the `@`; a domain becomes Punycode.
    ///
    /// # Errors
    /// [`InvalidAddress`]
    pub fn email(text: &str) -> Result<Self, InvalidAddress> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidAddress::Empty);
        }
        let (local, domain) = text.split_once('@').ok_or(InvalidAddress::Shape)?;
        if domain.contains('@') {
            return Err(InvalidAddress::Shape);
        }
        if !is_local_part(local) {
            return Err(InvalidAddress::LocalPart);
        }
        let domain = match url::Host::parse(domain) {
            Ok(url::Host::Domain(domain)) if is_mail_domain(&domain) => domain,
            _ => return Err(InvalidAddress::Domain),
        };
        let text = format!("{}@{domain}", local.to_ascii_lowercase());
        if text.len() > 254 {
            return Err(InvalidAddress::TooLong);
        }
        Ok(Self {
            channel: Channel::Email,
            text,
        })
    }

    /// The mailbox of a text in the spelling that its owner gave it: some relays tell capital letters apart (RFC 5321, section
    /// 2.4). To send to, not to compare.
    ///
    /// # Errors
    /// [`InvalidAddress`]
    pub fn mailbox_as_written(text: &str) -> Result<String, InvalidAddress> {
        let address = Self::email(text)?;
        let (local, _) = text.trim().split_once('@').ok_or(InvalidAddress::Shape)?;
        let (_, domain) = address.text.split_once('@').ok_or(InvalidAddress::Shape)?;
        Ok(format!("{local}@{domain}"))
    }

    /// Reads a telephone number with its country's code; blanks, hyphens, dots and brackets between digits are left out.
    ///
    /// # Errors
    /// [`InvalidAddress`]
    pub fn phone(text: &str) -> Result<Self, InvalidAddress> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidAddress::Empty);
        }
        let rest = text
            .strip_prefix('+')
            .or_else(|| text.strip_prefix("00"))
            .ok_or(InvalidAddress::NoCountry)?;
        let is_filler = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}');
        let digits: String = rest.chars().filter(|c| !is_filler(*c)).collect();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if !is_number || !(8..=15).contains(&digits.len()) {
            return Err(InvalidAddress::Digits);
        }
        Ok(Self {
            channel: Channel::Sms,
            text: format!("+{digits}"),
        })
    }

    /// Reads a thread's id.
    ///
    /// # Errors
    /// [`InvalidAddress`]
    pub fn thread(text: &str) -> Result<Self, InvalidAddress> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(InvalidAddress::Thread);
        }
        Ok(Self {
            channel: Channel::Thread,
            text: text.to_owned(),
        })
    }

    /// Its channel.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// The address itself. It is a person's: not for logs, errors or plans.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Enough of it for the operator to recognise it, and too little to write to it: `al***@example.com`, `+1555***4567`.
    #[must_use]
    pub fn masked(&self) -> String {
        match (self.channel, self.text.split_once('@')) {
            // It names no person, and leads to its messages.
            (Channel::Thread, _) => self.text.clone(),
            (Channel::Email, Some((local, domain))) => {
                let shown: String = local.chars().take(2.min(local.len().saturating_sub(1))).collect();
                format!("{shown}***@{domain}")
            }
            _ => {
                let end = self.text.len().saturating_sub(4);
                let start = 5.min(end);
                let part = |range: std::ops::Range<usize>| self.text.get(range).unwrap_or_default();
                format!("{}***{}", part(0..start), part(end..self.text.len()))
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.channel.name())
    }
}

/// RFC 5321's dot-string (4.1.2): quoted names are legal and used by nobody.
fn is_local_part(local: &str) -> bool {
    let is_atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    (1..=64).contains(&local.len())
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

fn is_mail_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(channel: Channel, text: &str, expected: Result<&str, InvalidAddress>) {
        let read = Address::parse(channel, text);
        assert_eq!(
            read.as_ref().map(Address::as_str),
            expected.as_ref().copied(),
            "{text}"
        );
    }

    #[test]
    fn one_mailbox_in_two_spellings_is_one_address() {
        check(Channel::Email, " Alex@Example.COM ", Ok("alex@example.com"));
        check(
            Channel::Email,
            "a.b+c@bücher.example",
            Ok("a.b+c@xn--bcher-kva.example"),
        );
    }

    #[test]
    fn a_mailbox_can_be_written_to_as_it_was_given() {
        let written = |text| Address::mailbox_as_written(text);
        assert_eq!(
            written(" Reply+4FzQ@Relay.EXAMPLE "),
            Ok("Reply+4FzQ@relay.example".to_owned())
        );
        assert_eq!(written("a\r\nBcc: x@example.com"), Err(InvalidAddress::LocalPart));
    }

    #[test]
    fn what_cannot_be_mailed_to_is_refused() {
        use InvalidAddress as No;
        check(Channel::Email, "", Err(No::Empty));
        check(Channel::Email, "alex", Err(No::Shape));
        check(Channel::Email, "a@b@example.com", Err(No::Shape));
        check(Channel::Email, "a\r\nBcc: x@example.com", Err(No::LocalPart));
        check(Channel::Email, "é@example.com", Err(No::LocalPart));
        check(Channel::Email, "a..b@example.com", Err(No::LocalPart));
        check(Channel::Email, "a@localhost", Err(No::Domain));
        check(Channel::Email, "a@127.0.0.1", Err(No::Domain));
        check(Channel::Email, "a@-x.example", Err(No::Domain));
        let long = format!("a@{}example.com", "a123456789.".repeat(23));
        check(Channel::Email, &long, Err(No::TooLong));
    }

    #[test]
    fn a_number_is_e164_however_it_is_written() {
        check(Channel::Sms, "+1 (555) 123-4567", Ok("+15551234567"));
        check(Channel::Sms, "0049 30.1234567", Ok("+49301234567"));
        check(Channel::Sms, "555-1234567", Err(InvalidAddress::NoCountry));
        check(Channel::Sms, "+0123456789", Err(InvalidAddress::Digits));
        check(Channel::Sms, "+123456", Err(InvalidAddress::Digits));
        check(Channel::Sms, "+1555CALLNOW", Err(InvalidAddress::Digits));
    }

    #[test]
    fn a_masked_address_cannot_be_written_to() {
        let masked = |channel, text| Address::parse(channel, text).unwrap().masked();
        assert_eq!(masked(Channel::Email, "alex@example.com"), "al***@example.com");
        assert_eq!(masked(Channel::Email, "a@example.com"), "***@example.com");
        assert_eq!(masked(Channel::Sms, "+15551234567"), "+1555***4567");
        let address = Address::email("alex@example.com").unwrap();
        assert_eq!(format!("{address:?}"), "Address(email)");
    }
}
