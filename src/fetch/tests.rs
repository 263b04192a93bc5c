use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::*;

/// For `localhost` and 127.0.0.1.
fn certificate() -> CertificateDer<'static> {
    CertificateDer::from_pem_file(fixture("first.crt")).expect("a certificate")
}

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name)
}

/// Serves HTTPS on a port of this machine: `/down` leads to http, everything else is there.
async fn origin() -> u16 {
    let key = PrivateKeyDer::from_pem_file(fixture("first.key")).expect("a key");
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let config = builder.expect("versions").with_no_client_auth().with_single_cert(vec![certificate()], key).expect("a certificate");
    let listener = TcpListener::bind("0.0.0.0:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { break };
                head.push(byte);
            }
            let away = format!("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n");
            let answer = if head.starts_with(b"GET /down ") { &away } else { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere" };
            // Whoever asked may have gone.
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    port
}

#[tokio::test]
async fn over_https_the_certificate_counts_and_nothing_leads_out_of_it() {
    let port = origin().await;
    let networks = vec!["127.0.0.0/8".parse().expect("a network")];
    let strict = Fetcher::new(FetchSettings { networks, max_bytes: 100, timeout: Duration::from_secs(20) });
    let mut roots = RootCertStore::empty();
    roots.add(certificate()).expect("a root");
    let trusting = Fetcher { encryption: encryption(roots), ..strict.clone() };
    for (fetcher, url, want) in [
        (&trusting, format!("https://localhost:{port}/"), Ok(b"there".to_vec())),
        (&trusting, format!("https://127.0.0.1:{port}/"), Ok(b"there".to_vec())),
        (&trusting, format!("https://127.0.0.2:{port}/"), Err(FetchError::Insecure)),
        (&trusting, format!("https://localhost:{port}/down"), Err(FetchError::Redirect("from https to http"))),
        (&strict, format!("https://localhost:{port}/"), Err(FetchError::Insecure)),
    ] {
        let fetched = fetcher.get(&url, "*/*").await;
        assert_eq!(fetched.map(|fetched| fetched.bytes), want, "{url}");
    }
}
