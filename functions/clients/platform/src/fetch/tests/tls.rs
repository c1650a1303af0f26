//! A host that cannot prove who it is.

use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor
            .accept(stream)
            .await
            .map(|_| ())
            .map_err(|error| error.to_string())
    });
    let error = fetch(&fetcher(&[&origin]), &origin).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), ("tls", false), "{error:?}");
    assert!(serving.await.unwrap().is_err(), "the handshake came to an end");
}

#[tokio::test]
async fn a_plain_server_behind_https_is_refused() {
    let simulator = start().await;
    let origin = simulator.origin().replace("http:", "https:");
    let error = fetch(&fetcher(&[&origin]), &origin).await.unwrap_err();
    assert_eq!(error.kind(), "tls", "{error:?}");
}

#[tokio::test]
async fn a_host_that_never_shakes_hands_times_out_at_the_connect_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    let limits = Limits {
        connect_timeout_ms: 100,
        ..Limits::default()
    };
    let policy = Policy {
        allowed_origins: vec![origin.parse().unwrap()],
        limits,
    };
    let fetched = fetch(&Fetcher::new(policy).unwrap(), &origin).await;
    assert_eq!(fetched, Err(FetchError::TimedOut { limit_ms: 100 }));
}
