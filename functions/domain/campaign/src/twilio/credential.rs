//! The account and its token.

use std::fmt;

/// `<account SID>:<auth token>`, as the secret holds it. `Debug` shows the account only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    account: String,
    token: String,
}

/// The secret is no credential. It does not hold the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is not `<account SID>:<auth token>`, where the account is AC and 32 hexadecimal digits")]
pub struct InvalidCredential;

impl Credential {
    /// Reads the secret.
    ///
    /// # Errors
    /// [`InvalidCredential`]
    pub fn parse(secret: &str) -> Result<Self, InvalidCredential> {
        let (account, token) = secret.trim().split_once(':').ok_or(InvalidCredential)?;
        let digits = account.strip_prefix("AC").ok_or(InvalidCredential)?;
        let is_account = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_account || !is_token {
            return Err(InvalidCredential);
        }
        Ok(Self {
            account: account.to_owned(),
            token: token.to_owned(),
        })
    }

    /// The account's SID.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The token, to sign or to check a signature with. Not to log it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.token
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.account)
    }
}
