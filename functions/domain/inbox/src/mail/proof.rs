//! Who a mail is from, as SES found when it received it.

use mail_parser::Message as Mail;

use super::header;

/// By which SES names itself in what it found (RFC 8601).
const RECEIVER: &str = "amazonses.com";

/// What SES found. Nothing, where it says nothing: then nothing is proven.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// What each method gave: `dkim=pass header.i=@platform.example`.
    results: Vec<String>,
}

impl Proof {
    /// What the first header of its kind says, if that is SES's. Whatever stands below, its sender may have written.
    pub(super) fn of(mail: &Mail<'_>) -> Self {
        let told = header::first_raw(mail, "Authentication-Results").unwrap_or_default();
        let told = plain(&told).to_ascii_lowercase();
        let mut results = told.split(';').map(|result| result.trim().to_owned());
        if results.next().as_deref() == Some(RECEIVER) {
            let results = results.collect();
            return Self { results };
        }
        Self::default()
    }

    /// Whether the mail is not from the domain that it names.
    pub(super) fn is_forged(&self) -> bool {
        self.of_method("dmarc=fail").next().is_some()
    }

    /// Whether the mail is from its author's domain.
    pub(super) fn is_of_author(&self, author: &str) -> bool {
        let mut dmarc = self.of_method("dmarc=pass");
        dmarc.any(|result| property(result, "header.from").is_some_and(|domain| is_aligned(author, domain)))
            || self.is_signed_for(author)
    }

    /// Whether a signature is by the address's domain, or by one that it lies below.
    pub(super) fn is_signed_for(&self, address: &str) -> bool {
        self.of_method("dkim=pass").any(|result| {
            let identity = property(result, "header.d").or_else(|| property(result, "header.i"));
            identity.is_some_and(|identity| is_aligned(address, identity))
        })
    }

    fn of_method<'a>(&'a self, told: &'a str) -> impl Iterator<Item = &'a str> {
        let is_told = move |result: &&str| result.split_whitespace().next() == Some(told);
        self.results.iter().map(String::as_str).filter(is_told)
    }
}

fn property<'a>(result: &'a str, name: &str) -> Option<&'a str> {
    result
        .split_whitespace()
        .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

/// `identity` is a domain, `@domain` or `user@domain`. A top-level domain vouches for nobody.
fn is_aligned(address: &str, identity: &str) -> bool {
    let domain_of = |text: &str| text.rsplit('@').next().unwrap_or_default().to_owned();
    let (domain, signer) = (domain_of(address), domain_of(identity));
    let is_below = domain
        .strip_suffix(&signer)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    signer.contains('.') && is_below
}

/// Without comments and what is quoted: there stand words of the sender's.
fn plain(text: &str) -> String {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_u32, false, false);
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted || depth > 0 => is_escaped = true,
            '"' if depth == 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            _ if is_quoted || depth > 0 => {}
            other => plain.push(other),
        }
    }
    plain
}
