//! A server that plays the part of GitHub's interface that our jobs use.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::job::TOKEN;

/// Who the job's token writes as.
pub(super) const ROBOT: &str = "github-actions[bot]";

/// The server. It lives as long as the test's process.
pub(super) struct GitHub {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What stands there, and what goes wrong.
#[derive(Default)]
pub(super) struct State {
    /// Comments on the pull request: id, login, text.
    pub(super) comments: Vec<Post>,
    /// Issues.
    pub(super) issues: Vec<Post>,
    /// Each request: method and path.
    pub(super) requests: Vec<String>,
    /// What happens to the next writes.
    pub(super) faults: Vec<Fault>,
    next: u64,
}

/// A comment or an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Post {
    pub(super) id: u64,
    pub(super) login: String,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) open: bool,
}

/// What happens to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is done, and answered with 502.
    DoneButBadGateway,
    /// It is not done: the rate is limited, for a second.
    RateLimited,
    /// What it edits is deleted before.
    DeletedBefore,
}

/// An answer: status, further headers, body.
type Answer = (u16, String, Value);

impl GitHub {
    /// Starts a server on a free port.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &mut shared.lock().unwrap());
            }
        });
        Self { address, state }
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at or changes what stands there.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    /// The comments of our robot.
    pub(super) fn ours(&self) -> Vec<Post> {
        let ours = |post: &&Post| post.login == ROBOT;
        self.with(|state| state.comments.iter().filter(ours).cloned().collect())
    }

    /// How many requests wrote something.
    pub(super) fn writes(&self) -> usize {
        let is_write = |request: &&String| !request.starts_with("GET ") && !request.contains("graphql");
        self.with(|state| state.requests.iter().filter(is_write).count())
    }
}

impl State {
    /// Adds a comment of anybody's.
    pub(super) fn comment(&mut self, login: &str, body: &str) -> u64 {
        let post = self.post(login, "", body);
        let id = post.id;
        self.comments.push(post);
        id
    }

    fn post(&mut self, login: &str, title: &str, body: &str) -> Post {
        self.next += 1;
        Post {
            id: 1000 + self.next,
            login: login.to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
            open: true,
        }
    }

    fn answer(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        if method == "GET" || path == "/graphql" {
            return self.read(path);
        }
        let fault = (!self.faults.is_empty()).then(|| self.faults.remove(0));
        match fault {
            Some(Fault::RateLimited) => {
                let message = json!({"message": "You have exceeded a secondary rate limit."});
                return (403, "retry-after: 1\r\n".to_owned(), message);
            }
            Some(Fault::DeletedBefore) => self.comments.retain(|post| post.login != ROBOT),
            Some(Fault::DoneButBadGateway) | None => {}
        }
        let answer = self.write(method, path, body);
        if fault == Some(Fault::DoneButBadGateway) {
            return (502, String::new(), Value::Null);
        }
        answer
    }

    fn read(&self, path: &str) -> Answer {
        if path == "/graphql" {
            return (200, String::new(), json!({"data": {"viewer": {"login": ROBOT}}}));
        }
        let (path, query) = path.split_once('?').unwrap();
        let all: Vec<_> = match path {
            "/repos/octo/landfall/issues/12/comments" => self.comments.iter().collect(),
            "/repos/octo/landfall/issues" => self.issues.iter().filter(|post| post.open).collect(),
            _ => return (404, String::new(), json!({"message": "Not Found"})),
        };
        let number = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(key, _)| *key == name)
                .map_or(1, |(_, value)| value.parse::<usize>().unwrap())
        };
        let (page, size) = (number("page"), number("per_page"));
        let shown: Vec<_> = all
            .iter()
            .skip((page - 1) * size)
            .take(size)
            .map(|post| post.json(path))
            .collect();
        let more = if page * size < all.len() {
            format!(
                "link: <https://elsewhere.example/?page={}>; rel=\"next\"\r\n",
                page + 1
            )
        } else {
            String::new()
        };
        (200, more, Value::Array(shown))
    }

    fn write(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let text = body["body"].as_str().unwrap();
        if text.chars().count() > 65_536 {
            return (422, String::new(), json!({"message": "body is too long"}));
        }
        match (method, path.strip_prefix("/repos/octo/landfall/issues").unwrap()) {
            ("POST", "/12/comments") => {
                self.comment(ROBOT, text);
                (201, String::new(), json!({}))
            }
            ("POST", "") => {
                let post = self.post(ROBOT, body["title"].as_str().unwrap(), text);
                self.issues.push(post);
                (201, String::new(), json!({}))
            }
            ("PATCH", rest) => {
                let comment = rest.strip_prefix("/comments/");
                let id: u64 = comment.unwrap_or(&rest[1..]).parse().unwrap();
                let posts = if comment.is_some() {
                    &mut self.comments
                } else {
                    &mut self.issues
                };
                let Some(post) = posts.iter_mut().find(|post| post.id == id) else {
                    return (404, String::new(), json!({"message": "Not Found"}));
                };
                text.clone_into(&mut post.body);
                post.open = body["state"] != "closed";
                (200, String::new(), json!({}))
            }
            other => panic!("unexpected {other:?}"),
        }
    }
}

impl Post {
    fn json(&self, path: &str) -> Value {
        let mut shown = json!({"id": self.id, "user": {"login": self.login}, "body": self.body});
        if path.ends_with("/issues") {
            // An issue's number is not its id.
            shown["number"] = json!(self.id);
            shown["id"] = json!(self.id + 500_000);
        }
        shown
    }
}

fn serve(mut stream: TcpStream, state: &mut State) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return;
    };
    let (mut length, mut authorized) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim().split_once(": ") else {
            break;
        };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorized = value == format!("Bearer {TOKEN}"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    state.requests.push(format!("{method} {path}"));
    let (status, headers, body) = if authorized {
        state.answer(method, path, &body)
    } else {
        (401, String::new(), json!({"message": "Bad credentials"}))
    };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).unwrap();
}
