//! A small HTTP/1.1 client that keeps its connection and copies nothing it need not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Outcome;

/// Longest head of an answer.
const HEAD: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
pub struct Client {
    stream: TcpStream,
    /// What was read and belongs to the current answer.
    buffer: Vec<u8>,
}

/// An answer; its body is still the client's.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Client {
    pub fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: Vec::with_capacity(HEAD) })
    }

    /// GET of a path.
    pub fn get(&mut self, path: &str) -> Outcome<Answer<'_>> {
        self.send(&get(path, false))
    }

    /// POST of JSON with a key.
    pub fn post(&mut self, path: &str, key: &str, json: &str) -> Outcome<Answer<'_>> {
        let length = json.len();
        self.send(
            format!(
                "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
                 Content-Length: {length}\r\n\r\n{json}"
            )
            .as_bytes(),
        )
    }

    /// Sends a whole request and reads its whole answer.
    pub fn send(&mut self, request: &[u8]) -> Outcome<Answer<'_>> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if self.buffer.len() > HEAD {
                return Err("the head of the answer has no end".into());
            }
            self.more()?;
        };
        let (status, length) = understand(std::str::from_utf8(&self.buffer[..head])?)?;
        while self.buffer.len() < head + length {
            self.more()?;
        }
        Ok(Answer { status, body: &self.buffer[head..head + length] })
    }

    fn more(&mut self) -> Outcome<()> {
        let start = self.buffer.len();
        self.buffer.resize(start + HEAD, 0);
        let read = self.stream.read(&mut self.buffer[start..])?;
        self.buffer.truncate(start + read);
        if read == 0 { Err("the server closed the connection".into()) } else { Ok(()) }
    }
}

/// The bytes of a GET, as a viewer in a browser sends it; with `packed` it takes gzip.
pub fn get(path: &str, packed: bool) -> Vec<u8> {
    let coding = if packed { "Accept-Encoding: gzip\r\n" } else { "" };
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: load\r\nAccept: */*\r\n{coding}\r\n").into_bytes()
}

/// Status and length of the body.
fn understand(head: &str) -> Outcome<(u16, usize)> {
    let status = head.get(9..12).ok_or("no status")?.parse()?;
    let field =
        |line: &str| Some(line.split_once(':')?.1.trim().to_owned()).filter(|_| line.to_ascii_lowercase().starts_with("content-length:"));
    let length = head.lines().find_map(field);
    Ok((status, length.ok_or("an answer without Content-Length")?.parse()?))
}
