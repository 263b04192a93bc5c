//! Encrypted connections: TLS 1.2 and 1.3, with a certificate that is read again when its files change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::watched::Watched;

/// HTTP/2 in ALPN (RFC 9113, section 3.2).
pub const H2: &[u8] = b"h2";
/// Longest time for a handshake.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(60);

/// What can be wrong with a certificate and its key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read, or is no PEM file.
    #[error("{}: {why}", path.display())]
    File { path: PathBuf, why: String },
    /// The file has nothing of the kind that is needed.
    #[error("{}: there is no {what} in it; it must be in PEM form, as -----BEGIN …-----", path.display())]
    Missing { path: PathBuf, what: &'static str },
    /// Both are there and cannot be used.
    #[error("{} and {} cannot be used together: {why}", certificate.display(), key.display())]
    Unusable { certificate: PathBuf, key: PathBuf, why: rustls::Error },
    /// The library refuses the settings.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// Encrypts connections.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    files: Files,
    current: Arc<Current>,
    look: Duration,
}

#[derive(Clone, Debug)]
struct Files {
    /// The service's certificate, followed by those that lead to a known authority.
    certificate: PathBuf,
    key: PathBuf,
}

/// What new connections are shown.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Tls {
    /// Reads a certificate (with its chain) and its key from PEM files.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Files { certificate: certificate.to_owned(), key: key.to_owned() };
        let current = Arc::new(Current(RwLock::new(Arc::new(files.read()?))));
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let mut config = builder.with_safe_default_protocol_versions()?.with_no_client_auth().with_cert_resolver(current.clone());
        config.alpn_protocols = vec![H2.to_vec(), b"http/1.1".to_vec()];
        // Clients that come back need no new handshake, and nothing is kept for them here.
        config.ticketer = ring::Ticketer::new()?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), files, current, look: LOOK })
    }

    /// Looks at the files this often instead of each minute.
    #[must_use]
    pub fn look_every(self, look: Duration) -> Self {
        Self { look, ..self }
    }

    /// Shakes hands.
    pub(super) async fn accept(&self, stream: Watched) -> std::io::Result<TlsStream<Watched>> {
        self.acceptor.accept(stream).await
    }

    /// Reads the files again whenever they have changed; what was read last stays in use while they are not right.
    pub(super) async fn follow(&self) {
        let mut known = self.files.stamps();
        loop {
            tokio::time::sleep(self.look).await;
            let stamps = self.files.stamps();
            if stamps == known {
                continue;
            }
            match self.files.read() {
                Ok(read) => {
                    *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
                    known = stamps;
                    tracing::info!("{} is in use as it is now", self.files.certificate.display());
                }
                Err(error) => tracing::error!("the certificate stays as it was: {error}"),
            }
        }
    }
}

impl Files {
    fn read(&self) -> Result<CertifiedKey, TlsError> {
        let chain = CertificateDer::pem_file_iter(&self.certificate).and_then(Iterator::collect);
        let chain: Vec<CertificateDer<'static>> = chain.map_err(|error| fault(&self.certificate, "certificate", error))?;
        if chain.is_empty() {
            return Err(TlsError::Missing { path: self.certificate.clone(), what: "certificate" });
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| fault(&self.key, "private key", error))?;
        let unusable = |why| TlsError::Unusable { certificate: self.certificate.clone(), key: self.key.clone(), why };
        CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(unusable)
    }

    /// What shows that a file has changed.
    fn stamps(&self) -> [Option<(SystemTime, u64)>; 2] {
        let stamp = |path: &Path| std::fs::metadata(path).ok().and_then(|file| Some((file.modified().ok()?, file.len())));
        [stamp(&self.certificate), stamp(&self.key)]
    }
}

fn fault(path: &Path, what: &'static str, error: pem::Error) -> TlsError {
    match error {
        pem::Error::NoItemsFound => TlsError::Missing { path: path.to_owned(), what },
        error => TlsError::File { path: path.to_owned(), why: error.to_string() },
    }
}
