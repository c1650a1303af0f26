//! What the API answered.

use serde_json::Value;

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names and values, sorted.
    pub(super) headers: Vec<(String, String)>,
    pub(super) text: String,
}

impl Answer {
    pub(super) async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let mut headers: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        let text = response.text().await.unwrap();
        Self {
            status,
            headers,
            text,
        }
    }

    /// The body, which must be JSON.
    #[track_caller]
    pub(super) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, after making sure of its status.
    #[track_caller]
    pub(super) fn with_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// What a listing's source says: its status, and its error if it has one.
    #[track_caller]
    pub(super) fn source(&self, listing: &str) -> (String, Option<String>) {
        let body = self.body();
        let sources = body["sources"].as_array().unwrap();
        let source = sources
            .iter()
            .find(|source| source["listing"] == listing)
            .unwrap_or_else(|| panic!("no source {listing}: {}", self.text));
        let text = |name: &str| source[name].as_str().map(str::to_owned);
        (text("status").unwrap(), text("error"))
    }
}
