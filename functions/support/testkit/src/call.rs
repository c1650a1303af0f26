//! Calls and replies, before and after they are HTTP: what the played APIs have in common.

use std::collections::BTreeMap;
use std::future::Future;

use bytes::Bytes;
use hyper::header::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A partner's API, played below a path of its own.
pub(crate) trait Api {
    /// Carries a call out.
    fn answer(&self, call: &Call) -> impl Future<Output = Outcome> + Send;

    /// Refuses as the partner does with this status. The reason is the partner's own word, where it has several for a
    /// status.
    fn refuse(&self, status: u16, reason: Option<&str>) -> Reply;

    /// Does what only the simulator's holder may ask for.
    fn administer(&self, call: &Call) -> impl Future<Output = Reply> + Send;
}

/// What the caller gets to see.
#[derive(Debug)]
pub(crate) enum Outcome {
    Reply(Reply),
    /// The connection closes without a word.
    Closed,
    /// The connection is reset.
    Reset,
    /// Nothing, for as long as the caller waits.
    Silence,
}

/// One request, its path taken apart and decoded.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: Vec<String>,
    pub(crate) query: BTreeMap<String, String>,
    /// The query as it was sent, for parameters that repeat.
    pub(crate) query_text: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An answer before it is HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Call {
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.query.get(name).is_some_and(|value| value == "true")
    }

    /// Every value of a parameter that may repeat, in order.
    pub(crate) fn repeated(&self, name: &str) -> Vec<String> {
        let pairs = ordered_pairs(&self.query_text);
        pairs
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value)
            .collect()
    }
}

impl Reply {
    /// A body without further headers.
    pub(crate) const fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Some(body),
            headers: Vec::new(),
        }
    }

    /// Done, and nothing to say.
    pub(crate) const fn empty() -> Self {
        Self {
            status: 204,
            body: None,
            headers: Vec::new(),
        }
    }
}

/// `a=b&c=d`, decoded.
pub(crate) fn pairs(text: &str) -> BTreeMap<String, String> {
    ordered_pairs(text).collect()
}

/// The same in the order of the text, with what repeats.
pub(crate) fn ordered_pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |part: &str| {
        let part = part.replace('+', " ");
        percent_decode_str(&part).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(move |(name, value)| (decode(name), decode(value)))
}
