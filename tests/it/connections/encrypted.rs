//! Connections over TLS: what is agreed on, what is refused, and certificates that are renewed.

use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, crypto::ring};
use triptych::server::connections::{Connections, Tls, encrypt};

use super::scripted::{Server, answer, ask, get, http2, rest_text, send, soon};
use crate::support::fixture;
use crate::support::service::Service;

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(fixture(&format!("tls/{name}.crt"))).expect("a certificate")
}

fn tls(name: &str) -> Tls {
    Tls::open(&fixture(&format!("tls/{name}.crt")), &fixture(&format!("tls/{name}.key"))).expect("a certificate")
}

/// A client that trusts both certificates.
async fn secure(stream: TcpStream, protocols: &[&str], version: &'static SupportedProtocolVersion) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    for name in ["first", "second"] {
        roots.add(certificate(name)).expect("a root");
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_protocol_versions(&[version]).expect("a version");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").expect("a name");
    soon(TlsConnector::from(Arc::new(config)).connect(name, stream)).await.expect("a handshake")
}

#[tokio::test]
async fn client_and_server_agree_on_a_protocol() {
    let server = Server::start(Connections::default(), Some(tls("first"))).await;
    for version in [&TLS12, &TLS13] {
        for (offered, agreed) in
            [(&["h2", "http/1.1"][..], Some("h2")), (&["http/1.1", "h2"], Some("h2")), (&["http/1.1"], Some("http/1.1")), (&[], None)]
        {
            let mut stream = secure(server.connect().await, offered, version).await;
            let alpn = stream.get_ref().1.alpn_protocol().map(|protocol| String::from_utf8_lossy(protocol).into_owned());
            assert_eq!(alpn.as_deref(), agreed, "{offered:?}");
            if agreed == Some("h2") {
                let (client, _connection) = http2(stream).await;
                assert_eq!(ask(&client, "/a").await.expect("an answer"), "GET /a of there, secretly");
            } else {
                send(&mut stream, get("/a")).await;
                assert_eq!(answer(&mut stream).await, "GET /a of here, secretly");
            }
        }
    }
}

#[tokio::test]
async fn who_does_not_encrypt_is_told_so() {
    let server = Server::start(Connections::default(), Some(tls("first"))).await;
    for request in [get("/a"), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "nonsense".to_owned()] {
        let mut stream = server.connect().await;
        send(&mut stream, &request).await;
        let told = rest_text(&mut stream).await;
        let (head, body) = told.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 400 "), "{request:?}: {told}");
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())) && body.contains("HTTPS"), "{told}");
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let files = tempfile::tempdir().expect("a directory");
    let (certificate_file, key_file) = (files.path().join("tls.crt"), files.path().join("tls.key"));
    let renew = |name: &str| {
        std::fs::copy(fixture(&format!("tls/{name}.key")), &key_file).expect("a key");
        std::fs::copy(fixture(&format!("tls/{name}.crt")), &certificate_file).expect("a certificate");
    };
    renew("first");
    let tls = Tls::open(&certificate_file, &key_file).expect("a certificate").look_every(std::time::Duration::from_millis(20));
    let server = Server::start(Connections::default(), Some(tls)).await;
    let shown = async || {
        let stream = secure(server.connect().await, &[], &TLS13).await;
        stream.get_ref().1.peer_certificates().expect("certificates")[0].clone()
    };
    assert_eq!(shown().await, certificate("first"));
    renew("second");
    soon(async { while shown().await != certificate("second") {} }).await;
}

#[tokio::test]
async fn the_service_on_this_machine_is_asked_whatever_its_certificate() {
    let server = Server::start(Connections::default(), Some(tls("first"))).await;
    let mut stream = soon(encrypt(server.connect().await)).await.expect("a handshake");
    send(&mut stream, get("/a")).await;
    assert_eq!(answer(&mut stream).await, "GET /a of here, secretly");
}

#[test]
fn faults_of_certificates_are_named() {
    let files = tempfile::tempdir().expect("a directory");
    let nonsense = files.path().join("nonsense.pem");
    std::fs::write(&nonsense, "nonsense").expect("a file");
    let (certificate, key) = (fixture("tls/first.crt"), fixture("tls/first.key"));
    for (certificate, key, words) in [
        (Path::new("/nowhere.crt"), key.as_path(), "/nowhere.crt: "),
        (&certificate, Path::new("/nowhere.key"), "/nowhere.key: "),
        (&nonsense, &key, "there is no certificate in it"),
        (&certificate, &nonsense, "there is no private key in it"),
        (&key, &certificate, "there is no certificate in it"),
        (&certificate, &fixture("tls/second.key"), "cannot be used together"),
    ] {
        let fault = Tls::open(certificate, key).err().expect("a fault").to_string();
        assert!(fault.contains(words), "{fault}");
    }
}

#[tokio::test]
async fn addresses_sent_out_are_secure_too() {
    let (certificate, key) = (fixture("tls/first.crt"), fixture("tls/first.key"));
    let files = [("tls_certificate", certificate.to_str().expect("UTF-8")), ("tls_key", key.to_str().expect("UTF-8"))];
    let service = Service::with(&files).await;
    let address = service.base.trim_start_matches("http://");
    for protocol in ["http/1.1", "h2"] {
        let mut stream = secure(TcpStream::connect(address).await.expect("a connection"), &[protocol], &TLS13).await;
        let (document, host) = if protocol == "h2" {
            (ask(&http2(stream).await.0, "/collections").await.expect("an answer"), "there")
        } else {
            send(&mut stream, get("/collections")).await;
            (answer(&mut stream).await, "here")
        };
        assert!(document.contains(&format!("\"https://{host}/collections")), "{document}");
    }
}
