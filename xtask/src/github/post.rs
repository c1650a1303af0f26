//! What stands on GitHub, and what is to be done about it: all values, no HTTP.

use std::fmt;

use serde_json::{Value, json};

/// Where posts stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The comments on a pull request.
    Comments {
        /// The pull request's number.
        pull: u64,
    },
    /// The repository's open issues.
    Issues,
}

/// A comment or an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Post {
    /// A comment's id or an issue's number.
    pub(super) id: u64,
    /// Its author's login. Empty when the account is gone.
    pub(super) author: String,
    /// Its text.
    pub(super) body: String,
}

/// What is known before a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// The login that the job's token writes as.
    pub(super) me: String,
    /// Every post of the place, the oldest first.
    pub(super) posts: Vec<Post>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    /// It stands there already, or nothing is to be said.
    Nothing,
    /// A first comment.
    Comment { pull: u64, body: String },
    /// Another text for our comment.
    EditComment { id: u64, body: String },
    /// A first issue.
    OpenIssue { title: String, body: String },
    /// Another text for our issue.
    EditIssue { number: u64, body: String },
    /// The end of our issue.
    CloseIssue { number: u64, body: String },
}

/// A request that carries out a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// `POST` or `PATCH`.
    pub(super) method: &'static str,
    /// The path below `/repos/<owner>/<name>`.
    pub(super) path: String,
    /// What is sent.
    pub(super) body: Value,
}

impl Facts {
    /// Our own post that begins with a marker, the oldest if there are several. The marker alone proves nothing:
    /// anybody can paste it.
    pub(super) fn ours(&self, marker: &str) -> Option<&Post> {
        self.posts.iter().find(|post| {
            post.author == self.me && post.body.lines().next().is_some_and(|line| line.trim() == marker)
        })
    }
}

impl Place {
    /// The path below `/repos/<owner>/<name>` that lists the place's posts.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Comments { pull } => format!("/issues/{pull}/comments?per_page=100"),
            Self::Issues => "/issues?state=open&sort=created&direction=asc&per_page=100".to_owned(),
        }
    }
}

impl Decision {
    /// The request, if anything is to be done.
    pub(super) fn request(&self) -> Option<Request> {
        let (method, path, body) = match self {
            Self::Nothing => return None,
            Self::Comment { pull, body } => {
                ("POST", format!("/issues/{pull}/comments"), json!({"body": body}))
            }
            Self::EditComment { id, body } => {
                ("PATCH", format!("/issues/comments/{id}"), json!({"body": body}))
            }
            Self::OpenIssue { title, body } => (
                "POST",
                "/issues".to_owned(),
                json!({"title": title, "body": body}),
            ),
            Self::EditIssue { number, body } => ("PATCH", format!("/issues/{number}"), json!({"body": body})),
            Self::CloseIssue { number, body } => {
                let closed = json!({"body": body, "state": "closed", "state_reason": "completed"});
                ("PATCH", format!("/issues/{number}"), closed)
            }
        };
        Some(Request { method, path, body })
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing to say"),
            Self::Comment { pull, .. } => write!(f, "comment on pull request {pull}"),
            Self::EditComment { id, .. } => write!(f, "edit comment {id}"),
            Self::OpenIssue { title, .. } => write!(f, "open the issue \"{title}\""),
            Self::EditIssue { number, .. } => write!(f, "edit issue {number}"),
            Self::CloseIssue { number, .. } => write!(f, "close issue {number}"),
        }
    }
}
