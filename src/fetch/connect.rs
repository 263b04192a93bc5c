//! A connection to exactly the address that was checked: nothing is resolved twice, and no proxy stands between.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::FetchError;
use super::addresses::permitted;
use super::target::{Party, Target};

/// Longest time until a connection stands: name, address and encryption.
const CONNECT: Duration = Duration::from_secs(10);
/// Most addresses of one name that are tried.
const TRIES: usize = 4;

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The authorities that browsers trust.
pub(super) fn authorities() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// What encrypts connections, trusting these authorities.
pub(super) fn encryption(roots: RootCertStore) -> TlsConnector {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let builder = builder.expect("ring has what TLS 1.2 and 1.3 need");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsConnector::from(Arc::new(config))
}

/// Connects to the target's host, if one of its addresses may be spoken to.
pub(super) async fn connect(target: &Target, networks: &[IpNet], encryption: &TlsConnector) -> Result<Box<dyn Stream>, FetchError> {
    let connected = async {
        let stream = reach(&addresses(target, networks).await?).await?;
        if target.is_secure() { encrypt(target, stream, encryption).await } else { Ok(Box::new(stream) as Box<dyn Stream>) }
    };
    timeout(CONNECT, connected).await.map_err(|_| FetchError::TimedOut)?
}

/// The addresses of the host that may be spoken to.
async fn addresses(target: &Target, networks: &[IpNet]) -> Result<Vec<SocketAddr>, FetchError> {
    let found: Vec<IpAddr> = match target.party() {
        Party::Address(address) => vec![address],
        Party::Name(name) => {
            let found = tokio::net::lookup_host((name.as_str(), target.port())).await;
            found.map_err(|_| FetchError::UnknownHost)?.map(|address| address.ip()).collect()
        }
    };
    if found.is_empty() {
        return Err(FetchError::UnknownHost);
    }
    let open = found.into_iter().map(|address| address.to_canonical()).filter(|address| permitted(*address, networks));
    let open: Vec<SocketAddr> = open.take(TRIES).map(|address| SocketAddr::new(address, target.port())).collect();
    if open.is_empty() { Err(FetchError::Refused) } else { Ok(open) }
}

/// Connects to the first of the addresses that answers. All of them together have the time of one.
async fn reach(addresses: &[SocketAddr]) -> Result<TcpStream, FetchError> {
    let each = CONNECT / u32::try_from(addresses.len()).unwrap_or(1).max(1);
    for address in addresses {
        match timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => tracing::debug!("no connection to {address}: {error}"),
            Err(_) => tracing::debug!("no connection to {address} in {each:?}"),
        }
    }
    Err(FetchError::Unreachable)
}

async fn encrypt(target: &Target, stream: TcpStream, encryption: &TlsConnector) -> Result<Box<dyn Stream>, FetchError> {
    let name = match target.party() {
        Party::Address(address) => ServerName::IpAddress(address.into()),
        Party::Name(name) => ServerName::try_from(name).map_err(|_| FetchError::UnknownHost)?,
    };
    match encryption.connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => {
            tracing::debug!("no TLS with {}: {error}", target.authority());
            Err(FetchError::Insecure)
        }
    }
}
