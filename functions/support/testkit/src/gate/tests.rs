use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;

use super::*;
use crate::Simulator;

async fn get(origin: &str, path: &str) -> io::Result<u16> {
    let stream = TcpStream::connect(origin.strip_prefix("http://").unwrap()).await?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let request = Request::get(path)
        .header(HOST, "test")
        .body(Full::<Bytes>::default());
    let answer = sender
        .send_request(request.unwrap())
        .await
        .map_err(io::Error::other)?;
    Ok(answer.status().as_u16())
}

async fn check(stop: Stop, arrived: &[&str]) {
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    simulator.publish("/one", "1");
    simulator.publish("/two", "2");
    let calls = Calls::new(Some(stop));
    let gate = Gate::before(&simulator.origin(), Arc::clone(&calls))
        .await
        .unwrap();
    assert_eq!(get(gate.origin(), "/one").await.unwrap(), 200);
    let second = get(gate.origin(), "/two");
    tokio::select! {
        answer = second => panic!("{answer:?}"),
        () = calls.stopped() => {}
    }
    assert_eq!(calls.names(), ["GET /one", "GET /two"]);
    let seen = simulator.requests();
    let seen: Vec<&str> = seen.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(seen, arrived);
}

#[tokio::test]
async fn a_call_is_stopped_before_it_arrives() {
    check(Stop::Before(1), &["/one"]).await;
}

#[tokio::test]
async fn a_call_is_stopped_after_it_was_carried_out() {
    check(Stop::After(1), &["/one", "/two"]).await;
}

/// A server that answers nothing until it is told to, and what it has got and answered.
#[derive(Default)]
struct Slow {
    has_one: Notify,
    may_go_on: Notify,
    saw: Mutex<Vec<String>>,
}

impl Slow {
    async fn start(self: Arc<Self>) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let slow = Arc::clone(&self);
                tokio::spawn(async move {
                    let service = service_fn(async |request: Request<Incoming>| {
                        let path = request.uri().path();
                        slow.saw.lock().unwrap().push(format!("{path} came"));
                        slow.has_one.notify_one();
                        slow.may_go_on.notified().await;
                        slow.saw.lock().unwrap().push(format!("{path} was answered"));
                        Ok::<_, io::Error>(Response::new(Full::<Bytes>::default()))
                    });
                    let http = hyper::server::conn::http1::Builder::new();
                    let _ended = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        origin
    }
}

#[tokio::test]
async fn what_a_server_has_of_a_stopped_program_is_carried_out_and_nothing_after_it_arrives() {
    let slow = Arc::new(Slow::default());
    let calls = Calls::new(Some(Stop::Before(1)));
    let origin = Arc::clone(&slow).start().await;
    let gate = Gate::before(&origin, Arc::clone(&calls)).await.unwrap();
    let call = |path| {
        let origin = gate.origin().to_owned();
        tokio::spawn(async move { get(&origin, path).await })
    };
    let under_way = call("/under-way");
    slow.has_one.notified().await;
    let at_the_stop = call("/at-the-stop");
    calls.stopped().await;
    let after_it = call("/after-it");
    while calls.names().len() < 3 {
        tokio::task::yield_now().await;
    }
    for program in [under_way, at_the_stop, after_it] {
        program.abort();
        assert!(program.await.unwrap_err().is_cancelled());
    }
    let before_the_answer = tokio::time::timeout(Duration::from_millis(100), calls.settled());
    assert!(before_the_answer.await.is_err());
    slow.may_go_on.notify_one();
    calls.settled().await;
    let saw = slow.saw.lock().unwrap();
    assert_eq!(*saw, ["/under-way came", "/under-way was answered"]);
}
