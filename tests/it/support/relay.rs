//! A door before PostgreSQL: connections go through it over TCP, can be refused, cut or held up, and statements are counted.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use percent_encoding::percent_decode_str;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Open,
    /// No new connections; those that are there go on.
    Closed,
    /// No connections at all.
    Cut,
    /// Nobody answers, and nobody hangs up.
    Silent,
}

/// Before one database. It ends with the test.
pub struct Relay {
    url: String,
    door: watch::Sender<Door>,
    statements: Arc<AtomicUsize>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Relay {
    /// Before the database at `url`, a URL with the directory of a Unix socket as `host`.
    pub async fn before(url: &str) -> Relay {
        let (front, query) = url.split_once('?').expect("a query");
        let name = front.rsplit_once('/').expect("a database").1.to_owned();
        let directory = query.split('&').find_map(|pair| pair.strip_prefix("host=")).expect("a socket");
        let directory = percent_decode_str(directory).decode_utf8().expect("UTF-8").into_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let user = front.strip_prefix("postgres://").and_then(|rest| rest.split_once('@')).expect("a user").0.to_owned();
        let (door, watched) = watch::channel(Door::Open);
        let statements = Arc::new(AtomicUsize::new(0));
        let accepting = tokio::spawn(accept(listener, PathBuf::from(directory).join(".s.PGSQL.5432"), watched, statements.clone()));
        Relay { url: format!("postgres://{user}@{address}/{name}?sslmode=disable"), door, statements, accepting }
    }

    pub fn set(&self, door: Door) {
        self.door.send_replace(door);
    }

    /// Statements executed so far, through all connections.
    pub fn statements(&self) -> usize {
        self.statements.load(SeqCst)
    }

    /// Connections through the door.
    pub async fn pool(&self) -> PgPool {
        let options = PgPoolOptions::new().max_connections(5).acquire_timeout(std::time::Duration::from_secs(2));
        options.connect(&self.url).await.expect("a pool")
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, door: watch::Receiver<Door>, statements: Arc<AtomicUsize>) {
    while let Ok((client, _)) = listener.accept().await {
        if matches!(*door.borrow(), Door::Closed | Door::Cut) {
            continue;
        }
        tokio::spawn(connect(client, socket.clone(), door.clone(), statements.clone()));
    }
}

async fn connect(client: TcpStream, socket: PathBuf, mut door: watch::Receiver<Door>, statements: Arc<AtomicUsize>) {
    let Ok(server) = UnixStream::connect(socket).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let mut counter = Counter::default();
    let count = move |bytes: &[u8]| {
        statements.fetch_add(counter.count(bytes), SeqCst);
    };
    tokio::select! {
        () = pass(from_client, to_server, door.clone(), count) => {}
        () = pass(from_server, to_client, door.clone(), |_: &[u8]| ()) => {}
        _ = door.wait_for(|door| *door == Door::Cut) => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut door: watch::Receiver<Door>,
    mut seen: impl FnMut(&[u8]),
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let open = door.wait_for(|door| *door != Door::Silent).await.is_ok();
        seen(&buffer[..read]);
        if !open || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// Counts the messages by which a client has statements executed: `Execute` and `Query` of the PostgreSQL protocol 3.0.
#[derive(Default)]
struct Counter {
    /// The first message has no type.
    started: bool,
    head: Vec<u8>,
    /// Bytes left of the message that began.
    rest: usize,
}

impl Counter {
    fn count(&mut self, mut bytes: &[u8]) -> usize {
        let mut statements = 0;
        while !bytes.is_empty() {
            let skipped = self.rest.min(bytes.len());
            (self.rest, bytes) = (self.rest - skipped, &bytes[skipped..]);
            let wanted = if self.started { 5 } else { 4 };
            let taken = (wanted - self.head.len()).min(bytes.len());
            self.head.extend(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.head.len() == wanted {
                statements += usize::from(self.started && matches!(self.head[0], b'E' | b'Q'));
                let length = &self.head[wanted - 4..];
                self.rest = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize - 4;
                self.started = true;
                self.head.clear();
            }
        }
        statements
    }
}

#[test]
fn statements_are_counted_however_they_are_cut() {
    let message = |kind: u8, body: &[u8]| [&[kind][..], &u32::to_be_bytes(body.len() as u32 + 4), body].concat();
    let start = [&8u32.to_be_bytes()[..], b"EEEE"].concat();
    let all = [start, message(b'P', b"select"), message(b'E', b"E\0"), message(b'S', b""), message(b'Q', b"Q")].concat();
    for piece in 1..all.len() {
        let mut counter = Counter::default();
        assert_eq!(all.chunks(piece).map(|chunk| counter.count(chunk)).sum::<usize>(), 2, "in pieces of {piece}");
    }
}
