//! The secret that lets us in.

use std::fmt;

use ring::signature::RsaKeyPair;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use url::Url;

use crate::endpoint::Endpoint;

/// A credential in one of the JSON forms that Google's own tools write: a service account's key file, or the refresh token
/// of a person who agreed (`gcloud auth application-default login`).
pub(crate) struct Credential {
    /// Who shows it, and how.
    pub(crate) kind: Kind,
    /// Where it is shown.
    pub(crate) token_uri: Url,
}

pub(crate) enum Kind {
    ServiceAccount {
        email: String,
        /// Which of the account's keys this is, if the file says.
        key_id: Option<String>,
        key: Box<RsaKeyPair>,
    },
    RefreshToken {
        client_id: String,
        client_secret: String,
        token: String,
    },
}

/// Why the secret is no credential. It holds nothing of the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredential {
    /// It is no JSON object with the fields of its kind.
    #[error("the credential is not the JSON of a service account's key or of an authorized user")]
    Form,
    /// The private key is not an RSA key in PKCS#8 PEM form.
    #[error("the credential's private key is not an RSA key in PKCS#8 form")]
    PrivateKey,
    /// `token_uri` is not of Google, nor of the server that the settings name.
    #[error("the credential's token_uri is not one that it may be shown to")]
    TokenUri,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Wire {
    ServiceAccount {
        client_email: String,
        private_key: String,
        private_key_id: Option<String>,
        token_uri: Option<String>,
    },
    AuthorizedUser {
        client_id: String,
        client_secret: String,
        refresh_token: String,
        token_uri: Option<String>,
    },
}

impl Credential {
    pub(crate) fn parse(secret: &str, endpoint: &Endpoint) -> Result<Self, InvalidCredential> {
        // The parser's own error quotes what it read.
        let wire = serde_json::from_str(secret).map_err(|_| InvalidCredential::Form)?;
        let (kind, token_uri) = match wire {
            Wire::ServiceAccount {
                client_email,
                private_key,
                private_key_id,
                token_uri,
            } => {
                let kind = Kind::ServiceAccount {
                    email: client_email,
                    key_id: private_key_id,
                    key: Box::new(parse_key(&private_key)?),
                };
                (kind, token_uri)
            }
            Wire::AuthorizedUser {
                client_id,
                client_secret,
                refresh_token,
                token_uri,
            } => {
                let kind = Kind::RefreshToken {
                    client_id,
                    client_secret,
                    token: refresh_token,
                };
                (kind, token_uri)
            }
        };
        let token_uri = match token_uri {
            Some(text) => Url::parse(&text).ok(),
            None => endpoint.default_token_uri(),
        };
        let token_uri = token_uri.filter(|url| endpoint.trusts(url));
        Ok(Self {
            kind,
            token_uri: token_uri.ok_or(InvalidCredential::TokenUri)?,
        })
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::ServiceAccount { .. } => "service account",
            Kind::RefreshToken { .. } => "refresh token",
        };
        write!(f, "Credential({kind})")
    }
}

fn parse_key(pem: &str) -> Result<RsaKeyPair, InvalidCredential> {
    let der =
        PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| InvalidCredential::PrivateKey)?;
    RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| InvalidCredential::PrivateKey)
}

#[cfg(test)]
mod tests;
