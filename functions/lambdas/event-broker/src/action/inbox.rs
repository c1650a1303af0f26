//! `GET /inbox`, `GET /inbox/{id}`, and what the operator does with a thread: inbox-responder is asked, and its answer passed on.

use contract::replies::{ThreadAnswer, ThreadLine, ThreadRequest, ThreadShown};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::function::Asked;
use crate::input::{Input, fault};
use crate::problem::{Details, Problem};

/// The longest id, cursor or name that is passed on, in characters.
const MAX_ID_CHARS: usize = 128;
/// The longest answer to a guest, in characters.
const MAX_WORDS_CHARS: usize = 2_000;

/// Some threads.
#[derive(Serialize, ToSchema)]
pub(crate) struct Threads {
    threads: Vec<ThreadLine>,
    /// Where the next ones begin; without it, there are no more.
    next_cursor: Option<String>,
}

/// An answer is on its way.
#[derive(Serialize, ToSchema)]
pub(crate) struct Replied {
    /// The delivery's id.
    delivery: String,
}

/// A thread is closed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Closed {
    /// Its id.
    id: String,
    /// Always `closed`.
    state: &'static str,
}

/// The words: yours, or a draft's.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field")]
pub(crate) struct ReplyBody {
    /// At most 2000 characters.
    text: Option<String>,
    /// The draft that was looked at: a newer one is not sent in its place.
    draft: Option<String>,
    /// The id of the newest message that was seen: over the head of a guest who has written since nothing is sent.
    seen: Option<String>,
}

/// What was seen.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field")]
pub(crate) struct CloseBody {
    /// The id of the newest message that was seen: the thread stays on the list when a guest has written since.
    seen: Option<String>,
}

#[utoipa::path(
    get,
    path = "/inbox",
    operation_id = "list-inbox",
    summary = "Guests' threads, the one in which something was last written first",
    params(
        ("state" = Option<String>, Query, description = "`waiting`, `drafted`, `answered` or `closed`; without it, first `drafted`, then `waiting`."),
        ("site" = Option<String>, Query, description = "Only this site's, by id."),
        ("platform" = Option<String>, Query, description = "Only this platform's, by id."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last answer."),
    ),
    responses((status = 200, description = "Threads, and where the next ones begin.", body = Threads)),
    security(("token" = []))
)]
pub(crate) async fn list(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let states = ["waiting", "drafted", "answered", "closed"].map(|name| (name, name));
    let state = input.choice("state", &states).map(str::to_owned);
    let site = input.text("site", MAX_ID_CHARS);
    let platform = input.text("platform", MAX_ID_CHARS);
    let cursor = input.text("cursor", MAX_ID_CHARS);
    input.finish()?;
    let request = ThreadRequest::List {
        state,
        site,
        platform,
        cursor,
    };
    match ask(broker, &request, moment).await? {
        ThreadAnswer::Threads { threads, next } => Ok(Answer::json(
            200,
            &Threads {
                threads,
                next_cursor: next,
            },
        )),
        ThreadAnswer::Refused { reason } => Err(Problem::invalid_fields(vec![fault("cursor", &reason)])),
        other => Err(unexpected(other)),
    }
}

#[utoipa::path(
    get,
    path = "/inbox/{id}",
    operation_id = "show-thread",
    summary = "A thread with its newest messages, what was decided about them, and why",
    params(("id" = String, Path, description = "The thread's id.")),
    responses(
        (status = 200, description = "The thread.", body = ThreadShown),
        (status = 404, description = "`unknown`: there is no such thread.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn show(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let thread = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    input.finish()?;
    match ask(broker, &ThreadRequest::Show { thread }, moment).await? {
        ThreadAnswer::Thread(shown) => Ok(Answer::json(200, &shown)),
        other => Err(unexpected(other)),
    }
}

#[utoipa::path(
    post,
    path = "/inbox/{id}/reply",
    operation_id = "reply-to-thread",
    summary = "Answer a guest, with your words or with the draft that waits",
    description = "The same words to the same message are sent once, however often they are posted.",
    params(("id" = String, Path, description = "The thread's id.")),
    request_body = ReplyBody,
    responses(
        (status = 202, description = "It is on its way; what becomes of it is told by `GET /deliveries`.", body = Replied),
        (status = 404, description = "`unknown`: there is no such thread.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: another draft waits by now, a guest has written since, or nobody can be answered.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn reply(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let thread = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    let text = input.passage("text", MAX_WORDS_CHARS);
    let draft = input.text("draft", MAX_ID_CHARS);
    let seen = input.text("seen", MAX_ID_CHARS);
    if text.is_none() && draft.is_none() {
        input.refuse("text", "is needed, or `draft`");
    }
    input.finish()?;
    let request = ThreadRequest::Reply {
        thread,
        text,
        draft,
        seen,
    };
    match ask(broker, &request, moment).await? {
        ThreadAnswer::Replied { delivery } => Ok(Answer::json(202, &Replied { delivery })),
        other => Err(unexpected(other)),
    }
}

#[utoipa::path(
    post,
    path = "/inbox/{id}/close",
    operation_id = "close-thread",
    summary = "Take a thread off the list; a new message opens it again",
    params(("id" = String, Path, description = "The thread's id.")),
    request_body = Option<CloseBody>,
    responses(
        (status = 200, description = "It is closed.", body = Closed),
        (status = 404, description = "`unknown`: there is no such thread.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: a guest has written since.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn close(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let thread = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    let seen = input.text("seen", MAX_ID_CHARS);
    input.finish()?;
    let request = ThreadRequest::Close {
        thread: thread.clone(),
        seen,
    };
    match ask(broker, &request, moment).await? {
        ThreadAnswer::Closed {} => {
            let (id, state) = (thread, "closed");
            Ok(Answer::json(200, &Closed { id, state }))
        }
        other => Err(unexpected(other)),
    }
}

async fn ask(broker: &Broker, request: &ThreadRequest, moment: &Moment) -> Result<ThreadAnswer, Problem> {
    match broker.responder.ask(request, moment.sync_time).await {
        Asked::Answered(answer) => Ok(answer),
        Asked::Running => Err(Problem::unavailable(
            "inbox-responder has not answered in time".to_owned(),
        )),
        Asked::Failed(cause) => Err(Problem::unavailable(cause)),
    }
}

fn unexpected(answer: ThreadAnswer) -> Problem {
    match answer {
        ThreadAnswer::Unknown {} => Problem::unknown("there is no such thread"),
        ThreadAnswer::Changed {} => Problem::refused(
            "a guest has written since, or another draft waits by now, or none: look at the thread again",
        ),
        ThreadAnswer::Refused { reason } => Problem::refused(&reason),
        _ => Problem::unavailable("inbox-responder answered something else than it was asked".to_owned()),
    }
}
