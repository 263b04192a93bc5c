//! Connections whose small answers leave at once.

use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use tokio::net::TcpStream;

/// Accepts connections and switches Nagle's algorithm off: an answer must not wait for an acknowledgement.
pub struct Quick<A>(pub A);

impl<A: Acceptor<Io = TcpStream>> Acceptor for Quick<A> {
    type Io = TcpStream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.0.local_addr()
    }

    async fn accept(&mut self) -> std::io::Result<(TcpStream, LocalAddr, RemoteAddr, Scheme)> {
        let accepted = self.0.accept().await?;
        if let Err(error) = accepted.0.set_nodelay(true) {
            tracing::debug!("a connection stays slow: {error}");
        }
        Ok(accepted)
    }
}
