//! `POST /session` and `POST /session/end`: a browser shows the token once, and from then on a cookie that no script can read.

use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Map, Value};
use store::Session;
use token::Verdict;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::call::Ask;
use crate::input::Input;
use crate::problem::{Details, Problem};
use crate::wire;

/// The cookie's name. Browsers take one of this prefix only over TLS, for this host alone (RFC 6265bis, 4.1.3.2).
pub(crate) const COOKIE: &str = "__Host-landfall";
/// In the local stage, where there is no TLS.
pub(crate) const LOCAL_COOKIE: &str = "landfall";
/// A session ends after so long: a day at the dock.
const LASTS: TimeDelta = TimeDelta::hours(16);
/// Longer than any token.
const MAX_TOKEN_CHARS: usize = 200;

/// Who signs in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field")]
pub(crate) struct SignIn {
    /// The dashboard token.
    token: String,
}

/// A session has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Opened {
    /// The public name of the token that opened it.
    kid: String,
    /// When it ends by itself; it ends earlier with its token.
    #[schema(format = DateTime)]
    ends_at: String,
}

/// A session has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ended {}

#[utoipa::path(
    post,
    path = "/session",
    operation_id = "open-session",
    summary = "Sign in with the token",
    request_body = SignIn,
    responses(
        (status = 201, description = "Signed in: the answer sets a cookie.", body = Opened),
        (status = 401, description = "It is no live token.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
    ),
    security(())
)]
pub(crate) async fn open(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let presented = input.required_text("token", MAX_TOKEN_CHARS).unwrap_or_default();
    input.finish()?;
    let verifiers = broker.content.verifiers(moment.now).await?;
    let Verdict::Live { kid, .. } = verifiers.judge(presented.trim(), moment.now) else {
        return Err(Problem::unauthorized());
    };
    let session = Session {
        kid: kid.clone(),
        ends_at: moment.now + LASTS,
    };
    // 128 random bits, of which nothing else in this invocation is made.
    let id = moment.fresh_id.trim_start_matches("evt_");
    broker.sessions.open(id, &session).await?;
    let opened = Opened {
        kid,
        ends_at: wire::local(session.ends_at, chrono_tz::UTC),
    };
    let cookie = cookie(broker.is_local, id, LASTS.num_seconds());
    Ok(Answer::json(201, &opened).with_header("set-cookie", cookie))
}

#[utoipa::path(
    post,
    path = "/session/end",
    operation_id = "end-session",
    summary = "Sign out",
    responses((status = 200, description = "Signed out; also when nobody was signed in.", body = Ended)),
    security(("token" = []))
)]
pub(crate) async fn end(broker: &Broker, ask: Ask, moment: &Moment) -> Result<Answer, Problem> {
    Input::new(ask.input).finish()?;
    if let Some(id) = &ask.session {
        broker.sessions.end(id, moment.now).await?;
    }
    let gone = cookie(broker.is_local, "", 0);
    Ok(Answer::json(200, &Ended {}).with_header("set-cookie", gone))
}

fn cookie(is_local: bool, id: &str, lasts: i64) -> String {
    let (name, secure) = if is_local {
        (LOCAL_COOKIE, "")
    } else {
        (COOKIE, "; Secure")
    };
    format!("{name}={id}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict{secure}")
}
