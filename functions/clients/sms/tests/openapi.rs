//! Twilio's own description of its API judges what we send, and what the simulator answers: prism stands between the two
//! and refuses, with 422 and 500, whatever the description does not allow.
//!
//! It needs Node, prism and Twilio's OpenAPI file, which `cargo xtask test` installs from npm.

#[cfg(test)]
mod openapi {
    use std::process::Stdio;
    use std::time::Duration;

    use chrono::TimeDelta;
    use sms::{Credential, Endpoint, Sent, Sms, Texter};
    use testkit::twilio::{ACCOUNT_SID, AUTH_TOKEN_CANARY};
    use testkit::{Simulator, free_port};
    use tokio::net::TcpStream;
    use tokio::process::{Child, Command};

    /// prism reads two megabytes of JSON first.
    const STARTS_WITHIN: Duration = Duration::from_secs(60);

    /// A prism, as long as it is kept.
    struct Prism {
        _process: Child,
        origin: String,
    }

    impl Prism {
        /// In front of the server that is named, or alone: then it answers with the description's own examples.
        async fn start(test: &str, upstream: Option<&str>) -> Option<Self> {
            let program = testkit::need(test, "LANDFALL_PRISM")?;
            let description = testkit::need(test, "LANDFALL_TWILIO_OPENAPI")?;
            let port = free_port().unwrap();
            let mut command = Command::new(program);
            match upstream {
                None => command.args(["mock", &description]),
                Some(upstream) => command.args(["proxy", &description, upstream]),
            };
            let process = command
                .args(["--errors", "--host", "127.0.0.1", "--port", &port.to_string()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .unwrap();
            let up = async {
                while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            tokio::time::timeout(STARTS_WITHIN, up).await.unwrap();
            Some(Self {
                _process: process,
                origin: format!("http://127.0.0.1:{port}"),
            })
        }

        async fn send(&self, sms: &Sms) -> Sent {
            let credential = Credential::parse(&format!("{ACCOUNT_SID}:{AUTH_TOKEN_CANARY}")).unwrap();
            let texter = Texter::new(Endpoint::at(&self.origin).unwrap(), credential).unwrap();
            texter.send(sms).await
        }
    }

    fn sms() -> Sms {
        Sms {
            from: "+15551230000".to_owned(),
            to: "+15551234567".to_owned(),
            body: "See you at the dock".to_owned(),
            status_callback: "https://example.com/callbacks/twilio?delivery=a.b.c".to_owned(),
            validity: TimeDelta::minutes(60),
        }
    }

    /// Everything that a campaign may make.
    fn messages() -> Vec<Sms> {
        let with_body = |body: String| Sms { body, ..sms() };
        vec![
            sms(),
            with_body("a".repeat(1_600)),
            with_body("Até logo & até já, 10% = ☀️ 🚤\nsecond line".to_owned()),
            Sms {
                validity: TimeDelta::seconds(36_000),
                ..sms()
            },
            Sms {
                validity: TimeDelta::zero(),
                ..sms()
            },
        ]
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn twilios_description_allows_what_we_send_and_what_the_simulator_answers() {
        let test = "twilios_description_allows_what_we_send_and_what_the_simulator_answers";
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let upstream = simulator.url("/twilio");
        let Some(prism) = Prism::start(test, Some(&upstream)).await else {
            return;
        };
        for sms in messages() {
            let sent = prism.send(&sms).await;
            assert!(matches!(sent, Sent::Accepted { .. }), "{sms:?}: {sent:?}");
        }
        assert_eq!(simulator.twilio().accepted().len(), messages().len());
        let refused = Sms {
            to: "+15005550001".to_owned(),
            ..sms()
        };
        let why = "twilio-21211".to_owned();
        assert_eq!(prism.send(&refused).await, Sent::Refused { why });
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_messaging_service_sends_in_the_place_of_a_number() {
        let test = "a_messaging_service_sends_in_the_place_of_a_number";
        let Some(prism) = Prism::start(test, None).await else {
            return;
        };
        let service = |sid: String| Sms { from: sid, ..sms() };
        let sent = prism.send(&service(format!("MG{}", "0".repeat(32)))).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
        // The judge does judge: this is no service's name.
        let why = "twilio-status-422".to_owned();
        assert_eq!(
            prism.send(&service("MG0".to_owned())).await,
            Sent::Refused { why }
        );
    }
}
