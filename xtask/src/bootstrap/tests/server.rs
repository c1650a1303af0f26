//! An account that answers AWS's query protocol, one request after the other.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const CHANGE_SET: &str = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/landfall/1";

/// A call's parameters.
type Call = BTreeMap<String, String>;

/// What there is in the account.
#[derive(Clone)]
struct Stack {
    status: String,
    template: String,
    protected: bool,
}

pub(super) struct Server {
    port: u16,
    calls: Arc<Mutex<Vec<Call>>>,
    told: Mutex<usize>,
}

impl Server {
    pub(super) fn without_stack() -> Self {
        Self::start(None)
    }

    pub(super) fn with_stack(status: &str, template: &str, protected: bool) -> Self {
        Self::start(Some(Stack {
            status: status.to_owned(),
            template: template.to_owned(),
            protected,
        }))
    }

    fn start(stack: Option<Stack>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&calls);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), stack.as_ref(), &seen);
            }
        });
        Self {
            port,
            calls,
            told: Mutex::new(0),
        }
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The names of the calls since this was last asked.
    pub(super) fn taken(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        let mut told = self.told.lock().unwrap();
        let names = calls[*told..].iter().map(|call| call["Action"].clone()).collect();
        *told = calls.len();
        names
    }

    /// The latest call of that name.
    pub(super) fn last(&self, action: &str) -> Call {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .rfind(|call| call["Action"] == action)
            .unwrap()
            .clone()
    }
}

fn answer(stream: TcpStream, stack: Option<&Stack>, calls: &Mutex<Vec<Call>>) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 {
            return;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let call: Call = url::form_urlencoded::parse(&body).into_owned().collect();
    let (status, xml) = said(&call, stack, &calls.lock().unwrap());
    calls.lock().unwrap().push(call);
    let mut stream = reader.into_inner();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: text/xml\r\nconnection: close");
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{xml}", xml.len()).unwrap();
}

/// The answer, and its status line.
fn said(call: &Call, stack: Option<&Stack>, before: &[Call]) -> (&'static str, String) {
    let action = call["Action"].as_str();
    let executed = before.iter().any(|call| call["Action"] == "ExecuteChangeSet");
    let result = match (action, stack) {
        ("GetCallerIdentity", _) => "<Account>123456789012</Account>".to_owned(),
        ("DescribeStacks", None) => {
            let error = "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id \
                         landfall-bootstrap does not exist</Message></Error></ErrorResponse>";
            return ("400 Bad Request", error.to_owned());
        }
        ("DescribeStacks", Some(stack)) => format!(
            "<Stacks><member><StackName>landfall-bootstrap</StackName><StackStatus>{}</StackStatus>\
             <CreationTime>2026-01-01T00:00:00Z</CreationTime>\
             <EnableTerminationProtection>{}</EnableTerminationProtection></member></Stacks>",
            stack.status, stack.protected
        ),
        ("GetTemplate", Some(stack)) => {
            let text = stack
                .template
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('"', "&quot;");
            format!("<TemplateBody>{text}</TemplateBody>")
        }
        ("CreateChangeSet", _) => format!("<Id>{CHANGE_SET}</Id><StackId>stack</StackId>"),
        ("DescribeChangeSet", _) => "<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>\
             <Changes><member><Type>Resource</Type><ResourceChange><Action>Add</Action>\
             <LogicalResourceId>ProductionPlanRole</LogicalResourceId><ResourceType>AWS::IAM::Role</ResourceType>\
             </ResourceChange></member></Changes>"
            .to_owned(),
        ("DescribeStackEvents", _) if executed => {
            "<StackEvents><member><StackId>stack</StackId><EventId>1</EventId><StackName>landfall-bootstrap\
             </StackName><LogicalResourceId>landfall-bootstrap</LogicalResourceId>\
             <PhysicalResourceId>stack</PhysicalResourceId><ResourceType>AWS::CloudFormation::Stack</ResourceType>\
             <Timestamp>2026-01-01T00:00:00Z</Timestamp><ResourceStatus>CREATE_COMPLETE</ResourceStatus>\
             </member></StackEvents>"
                .to_owned()
        }
        ("DescribeStackEvents", _) => "<StackEvents></StackEvents>".to_owned(),
        _ => String::new(),
    };
    let xml = format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>");
    ("200 OK", xml)
}
