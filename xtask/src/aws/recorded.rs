//! An endpoint for tests that answers in the shapes in which AWS does: XML to the query protocol, JSON to the other.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One answer.
#[derive(Clone)]
pub(super) enum Say {
    /// The result's inner XML, or the whole JSON.
    Yes(String),
    /// A refusal: HTTP status, code and message.
    No(u16, &'static str, String),
    /// None: the connection ends after the request was read.
    Nothing,
}

/// The answers to each action, in order. The last one is repeated.
pub(super) type Script = Vec<(&'static str, Vec<Say>)>;

/// The endpoint. It remembers what it was asked.
pub(super) struct Recorded {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

#[derive(Clone)]
struct Request {
    action: String,
    body: String,
    is_json: bool,
}

pub(super) fn yes(inner: impl Into<String>) -> Say {
    Say::Yes(inner.into())
}

pub(super) fn no(status: u16, code: &'static str, message: impl Into<String>) -> Say {
    Say::No(status, code, message.into())
}

impl Recorded {
    /// An action without answers is one that the endpoint does not know.
    pub(super) fn new(script: Script) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &script, &seen);
            }
        });
        Self { url, asked }
    }

    /// How often each action was asked for, in the order of the first time.
    pub(super) fn actions(&self) -> Vec<(String, usize)> {
        let mut counted: Vec<(String, usize)> = Vec::new();
        for request in self.asked.lock().unwrap().iter() {
            match counted.iter_mut().find(|(action, _)| *action == request.action) {
                Some((_, count)) => *count += 1,
                None => counted.push((request.action.clone(), 1)),
            }
        }
        counted
    }

    /// The bodies of the requests for an action.
    pub(super) fn bodies(&self, action: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let of_action = asked.iter().filter(|request| request.action == action);
        of_action.map(|request| request.body.clone()).collect()
    }

    /// The fields of the query-protocol requests for an action.
    pub(super) fn fields(&self, action: &str) -> Vec<BTreeMap<String, String>> {
        self.bodies(action).iter().map(|body| pairs(body)).collect()
    }
}

fn serve(mut stream: TcpStream, script: &Script, seen: &Mutex<Vec<Request>>) {
    let Some(request) = read(&stream) else { return };
    let answer = {
        let mut seen = seen.lock().unwrap();
        let before = seen.iter().filter(|it| it.action == request.action).count();
        seen.push(request.clone());
        let answers = script.iter().find(|(action, _)| *action == request.action);
        answers.and_then(|(_, answers)| answers.get(before).or(answers.last()))
    };
    let (status, body) = match answer {
        Some(Say::Nothing) => return,
        Some(Say::Yes(inner)) => (200, accepted(&request, inner)),
        Some(Say::No(status, code, message)) => (*status, refused(&request, code, message)),
        None => {
            let message = format!("Could not find operation {}", request.action);
            (400, refused(&request, "InvalidAction", &message))
        }
    };
    let kind = if request.is_json {
        "application/x-amz-json-1.1"
    } else {
        "text/xml"
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\nconnection: close");
    write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut target) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap(),
                "x-amz-target" => target = value.trim().rsplit('.').next().map(str::to_owned),
                _ => {}
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    let is_json = target.is_some();
    let action = target.or_else(|| pairs(&body).remove("Action"))?;
    Some(Request {
        action,
        body,
        is_json,
    })
}

fn pairs(body: &str) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://localhost/?{body}")).unwrap();
    url.query_pairs().into_owned().collect()
}

fn accepted(request: &Request, inner: &str) -> String {
    if request.is_json {
        return inner.to_owned();
    }
    let action = &request.action;
    format!(
        "<{action}Response xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\">\
         <{action}Result>{inner}</{action}Result><ResponseMetadata><RequestId>b9b4b068</RequestId>\
         </ResponseMetadata></{action}Response>"
    )
}

fn refused(request: &Request, code: &str, message: &str) -> String {
    if request.is_json {
        return serde_json::json!({ "__type": code, "Message": message }).to_string();
    }
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>b9b4b068</RequestId></ErrorResponse>"
    )
}
