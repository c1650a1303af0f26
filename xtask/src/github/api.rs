//! GitHub over HTTP. Decides nothing.

use serde::Deserialize;
use serde_json::{Value, json};

use super::job::{Job, Token};
use super::patience::{Answered, Failure, failure};
use super::post::{Place, Post, Request};
use crate::exit::Invalid;

/// Pages that are read at most: 20,000 posts. More would be somebody's attack.
const MOST_PAGES: u32 = 200;

/// GitHub, as a job may use it.
pub(super) struct GitHub<'j> {
    client: reqwest::Client,
    job: &'j Job,
    token: &'j Token,
}

/// A comment or an issue on the wire.
#[derive(Debug, Deserialize)]
struct WirePost {
    id: u64,
    /// Issues only.
    number: Option<u64>,
    /// `null` for an account that is gone.
    user: Option<WireUser>,
    body: Option<String>,
    /// Pull requests are listed among issues.
    pull_request: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct WireUser {
    login: String,
}

impl<'j> GitHub<'j> {
    /// GitHub, by the job's token.
    pub(super) fn of(job: &'j Job) -> anyhow::Result<Self> {
        let token = job.token.as_ref().ok_or_else(|| {
            Invalid(
                "GITHUB_TOKEN is not set: give the step `GITHUB_TOKEN: ${{ github.token }}` in its env"
                    .to_owned(),
            )
        })?;
        Ok(Self {
            client: crate::api::client_for(&job.graphql)?,
            job,
            token,
        })
    }

    /// The login that the token writes as. REST does not tell it to an installation's token; GraphQL does.
    pub(super) async fn me(&self) -> Result<String, Failure> {
        let request = self.client.post(&self.job.graphql);
        let request = request.body(json!({"query": "{ viewer { login } }"}).to_string());
        let answer = self.answer("asking who we are", request).await?;
        let body = json(answer).await?;
        match body["data"]["viewer"]["login"].as_str() {
            Some(login) if !login.is_empty() => Ok(login.to_owned()),
            _ => Err(Failure::Refused("GitHub does not say who we are".to_owned())),
        }
    }

    /// Every post of a place, to its last page.
    pub(super) async fn posts(&self, place: &Place) -> Result<Vec<Post>, Failure> {
        let mut posts = Vec::new();
        for page in 1..=MOST_PAGES {
            let path = format!("{}&page={page}", place.path());
            let what = format!("GET {path}");
            let answer = self.answer(&what, self.client.get(self.url(&path))).await?;
            // The number is counted here: a link's address could lead the token elsewhere.
            let link = answer.headers().get("link").and_then(|link| link.to_str().ok());
            let is_last = !link.is_some_and(|link| link.contains("rel=\"next\""));
            let listed: Vec<WirePost> = serde_json::from_value(json(answer).await?)
                .map_err(|error| Failure::Refused(format!("{what}: {error}")))?;
            posts.extend(listed.into_iter().filter_map(WirePost::read));
            if is_last {
                return Ok(posts);
            }
        }
        Err(Failure::Refused(format!("more than {MOST_PAGES} pages of posts")))
    }

    /// Carries out a request.
    pub(super) async fn send(&self, request: &Request) -> Result<(), Failure> {
        let url = self.url(&request.path);
        let builder = match request.method {
            "PATCH" => self.client.patch(url),
            _ => self.client.post(url),
        };
        let what = format!("{} {}", request.method, request.path);
        self.answer(&what, builder.body(request.body.to_string()))
            .await
            .map(drop)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/repos/{}{path}", self.job.api, self.job.repository)
    }

    /// A good answer; a bad one as what to do about it.
    async fn answer(
        &self,
        what: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<reqwest::Response, Failure> {
        let request = request
            .bearer_auth(self.token.reveal())
            .header("accept", "application/vnd.github+json")
            .header("content-type", "application/json")
            .header("x-github-api-version", "2022-11-28")
            .header("user-agent", "landfall-xtask");
        let answer = request.send().await.map_err(|error| broken(what, &error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let number = |name: &str| {
            answer
                .headers()
                .get(name)?
                .to_str()
                .ok()?
                .trim()
                .parse::<u64>()
                .ok()
        };
        let now = u64::try_from(chrono::Utc::now().timestamp()).unwrap_or_default();
        let is_used_up = number("x-ratelimit-remaining") == Some(0);
        let mut answered = Answered {
            status: answer.status().as_u16(),
            retry_after: number("retry-after"),
            limit_resets: number("x-ratelimit-reset")
                .filter(|_| is_used_up)
                .map(|reset| reset.saturating_sub(now)),
            message: "",
        };
        let text = answer.text().await.unwrap_or_default();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        answered.message = body["message"].as_str().unwrap_or_default();
        Err(failure(what, answered))
    }
}

impl WirePost {
    fn read(self) -> Option<Post> {
        self.pull_request.is_none().then(|| Post {
            id: self.number.unwrap_or(self.id),
            author: self.user.map(|user| user.login).unwrap_or_default(),
            body: self.body.unwrap_or_default(),
        })
    }
}

async fn json(answer: reqwest::Response) -> Result<Value, Failure> {
    let what = answer.url().path().to_owned();
    let text = answer.text().await.map_err(|error| broken(&what, &error))?;
    serde_json::from_str(&text).map_err(|error| Failure::Refused(format!("{what}: no JSON: {error}")))
}

/// No answer, or half of one: it may have been done.
fn broken(what: &str, error: &reqwest::Error) -> Failure {
    Failure::Later {
        what: format!("{what}: {error}"),
        wait: None,
    }
}
