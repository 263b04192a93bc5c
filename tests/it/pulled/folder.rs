//! A folder of files behind a web server that knows nothing of IIIF.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct State {
    files: HashMap<String, Vec<u8>>,
    asked: Vec<String>,
    /// Answers of 503 that are left, by path.
    stumbles: HashMap<String, usize>,
}

pub struct Folder {
    pub base: String,
    state: Arc<Mutex<State>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Folder {
    /// The files below a directory, which may be changed in memory.
    pub async fn of(directory: &Path) -> Self {
        let mut state = State::default();
        for file in crate::support::rest::files(directory) {
            let path = format!("/{}", file.strip_prefix(directory).expect("below").to_string_lossy());
            state.files.insert(path, std::fs::read(&file).expect("a file"));
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}/static", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, shared.clone()));
            }
        });
        Self { base, state, serving }
    }

    pub fn put(&self, path: &str, bytes: Vec<u8>) {
        self.state.lock().expect("a lock").files.insert(path.to_owned(), bytes);
    }

    pub fn file(&self, path: &str) -> Vec<u8> {
        self.state.lock().expect("a lock").files[path].clone()
    }

    /// Gives a file another name.
    pub fn change(&self, from: &str, to: &str) {
        let mut state = self.state.lock().expect("a lock");
        let bytes = state.files.remove(from).expect("a file");
        state.files.insert(to.to_owned(), bytes);
    }

    /// From now on a path is not available, this many times.
    pub fn stumble(&self, path: &str, times: usize) {
        self.state.lock().expect("a lock").stumbles.insert(path.to_owned(), times);
    }

    pub fn asked(&self) -> Vec<String> {
        self.state.lock().expect("a lock").asked.clone()
    }
}

async fn answer(stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut stream = BufReader::new(stream);
    let (mut first, mut line) = (String::new(), String::new());
    let _ = stream.read_line(&mut first).await;
    while line != "\r\n" {
        line.clear();
        if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
            return;
        }
    }
    let path = first.split(' ').nth(1).and_then(|path| path.strip_prefix("/static")).unwrap_or_default().to_owned();
    let (status, body) = {
        let mut state = state.lock().expect("a lock");
        state.asked.push(path.clone());
        let stumbles = state.stumbles.entry(path.clone()).or_default();
        if *stumbles > 0 {
            *stumbles -= 1;
            ("503 Service Unavailable", Vec::new())
        } else {
            state.files.get(&path).map_or(("404 Not Found", Vec::new()), |file| ("200 OK", file.clone()))
        }
    };
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
}
