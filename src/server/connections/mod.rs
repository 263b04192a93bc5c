//! Connections: accepted, read as HTTP/1.1 or HTTP/2, in clear or over TLS, bounded in number, size and time.
//!
//! What answers is behind [`Answer`]; nothing here knows of routes. One task serves one connection, and one coarse timer guards it.

mod anyone;
mod drive;
mod pulse;
mod serve;
mod tls;
mod watched;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Request;
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

pub use anyone::encrypt;
pub use tls::{Tls, TlsError};

use crate::api::Reply;

use drive::Closing;

/// How long accepting rests when the system has no more file descriptors or memory for connections.
const PAUSE: Duration = Duration::from_millis(200);
/// How often it is said that all places are taken.
const REMINDER: Duration = Duration::from_secs(60);

/// What answers requests.
pub trait Answer: Send + Sync + 'static {
    /// The answer to one request. Dropping the future means that the client went away.
    fn answer(&self, request: Request<Incoming>, client: Client) -> impl Future<Output = Reply> + Send;
}

/// Who asks, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The other end of the connection: the client, or the proxy before this service.
    pub peer: SocketAddr,
    /// This end of the connection.
    pub local: SocketAddr,
    /// Whether the connection is encrypted.
    pub secure: bool,
}

/// Bounds of connections.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// Most connections at a time; more wait until one ends.
    pub most: u32,
    /// Longest time until the head of a request is whole, from the opening of the connection or from its first byte.
    pub head: Duration,
    /// Longest time without a request.
    pub idle: Duration,
    /// Longest time in which a client takes nothing of its answer.
    pub stalled: Duration,
    /// How long requests in hand may take once the service is told to stop.
    pub leave: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { most: 10_000, head: seconds(15), idle: seconds(75), stalled: seconds(30), leave: seconds(10) }
    }
}

/// What all connections share.
struct House<A> {
    answer: Arc<A>,
    tls: Option<Tls>,
    limits: Connections,
    closing: Closing,
}

/// Serves until `stop` resolves; then lets requests in hand finish and closes what is idle. Dropped, it cuts every connection.
///
/// With `tls` only encrypted connections are served. The error is that the listener has no address.
pub async fn run(
    listener: TcpListener,
    tls: Option<Tls>,
    answer: Arc<impl Answer>,
    limits: Connections,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let local = listener.local_addr()?;
    let house = Arc::new(House { answer, tls, limits, closing: Closing::default() });
    let _cut = CutAll(house.clone());
    let places = Arc::new(Semaphore::new(limits.most as usize));
    tokio::select! {
        () = stop => {}
        () = accept(&listener, local, &house, &places) => {}
        () = renewals(house.tls.as_ref()) => {}
    }
    drop(listener);
    house.closing.leave();
    if tokio::time::timeout(limits.leave, places.acquire_many(limits.most)).await.is_err() {
        tracing::warn!("{} connections are cut: their requests took longer than {:?}", left(&limits, &places), limits.leave);
    }
    Ok(())
}

fn left(limits: &Connections, places: &Semaphore) -> usize {
    (limits.most as usize).saturating_sub(places.available_permits())
}

/// Follows the certificate's files, if there are any; never returns.
async fn renewals(tls: Option<&Tls>) {
    match tls {
        Some(tls) => tls.follow().await,
        None => std::future::pending().await,
    }
}

/// Ends every connection when the server itself ends, in whatever way.
struct CutAll<A>(Arc<House<A>>);

impl<A> Drop for CutAll<A> {
    fn drop(&mut self) {
        self.0.closing.cut();
    }
}

/// Gives every connection a task of its own, as long as there are places.
async fn accept<A: Answer>(listener: &TcpListener, local: SocketAddr, house: &Arc<House<A>>, places: &Arc<Semaphore>) {
    let mut told: Option<Instant> = None;
    while let Ok(place) = places.clone().acquire_owned().await {
        if places.available_permits() == 0 && told.is_none_or(|told| told.elapsed() > REMINDER) {
            tracing::warn!("there are {} connections, the most that are allowed at a time; others wait", house.limits.most);
            told = Some(Instant::now());
        }
        let (stream, peer) = next(listener).await;
        let client = Client { peer, local: stream.local_addr().unwrap_or(local), secure: house.tls.is_some() };
        let house = house.clone();
        tokio::spawn(async move {
            serve::connection(&house, stream, client).await;
            drop(place);
        });
    }
}

/// The next connection, however long that takes.
async fn next(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one(&error) => tracing::debug!("a connection ended before it was accepted: {error}"),
            Err(error) => {
                tracing::error!("no connection can be accepted: {error}; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whether only the one connection is at fault, so that the next may be accepted at once.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepting_rests_when_the_system_is_short_of_something() {
        for (code, of_one) in
            [(libc::ECONNABORTED, true), (libc::EINTR, true), (libc::EMFILE, false), (libc::ENFILE, false), (libc::ENOMEM, false)]
        {
            assert_eq!(is_of_one(&io::Error::from_raw_os_error(code)), of_one, "{code}");
        }
    }
}
