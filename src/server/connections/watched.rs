//! A stream that notes in the connection's pulse what passes through it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::pulse::Pulse;

/// How a client begins that speaks HTTP/2 without asking (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// First byte of a TLS handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;
/// Bytes read to find out what a client speaks.
const FIRST: usize = 2048;
/// Most bytes that are thrown away at the end.
const THROWN_AWAY: usize = 1 << 20;

/// What a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    Http1,
    Http2,
    Tls,
}

/// The stream of one connection.
pub struct Watched {
    stream: TcpStream,
    pulse: Arc<Pulse>,
    /// Read to find out the tongue, to be read again.
    first: BytesMut,
    closed: bool,
    thrown_away: usize,
}

impl Watched {
    pub fn new(stream: TcpStream, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse, first: BytesMut::new(), closed: false, thrown_away: 0 }
    }

    /// Waits until it is clear what the client speaks; nothing is lost by it.
    pub async fn tongue(&mut self) -> io::Result<Tongue> {
        self.first.reserve(FIRST);
        loop {
            if self.stream.read_buf(&mut self.first).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(tongue) = tongue(&self.first) {
                return Ok(tongue);
            }
        }
    }
}

fn tongue(first: &[u8]) -> Option<Tongue> {
    match first {
        [HANDSHAKE, ..] => Some(Tongue::Tls),
        _ if first.starts_with(PREFACE) => Some(Tongue::Http2),
        _ => (!PREFACE.starts_with(first)).then_some(Tongue::Http1),
    }
}

impl AsyncRead for Watched {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if this.first.is_empty() {
            ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        } else {
            let taken = this.first.len().min(buffer.remaining());
            buffer.put_slice(&this.first[..taken]);
            this.first.advance(taken);
            if this.first.is_empty() {
                this.first = BytesMut::new();
            }
        }
        if buffer.filled().len() > before {
            this.pulse.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl Watched {
    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.pulse.sent(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.pulse.stall(),
        }
        written
    }

    /// Throws away what the client still sends: closed too early, the system would take the answer back (RFC 9112, section 9.6).
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scratch = [0; 8192];
        while self.thrown_away < THROWN_AWAY {
            let mut buffer = ReadBuf::new(&mut scratch);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            self.thrown_away += buffer.filled().len();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.closed {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.closed = true;
        }
        if !this.pulse.is_owed_a_hearing() {
            return Poll::Ready(Ok(()));
        }
        this.pulse.linger();
        this.poll_silence(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tongue_is_known_by_its_first_bytes() {
        for (first, expected) in [
            (&b"G"[..], Some(Tongue::Http1)),
            (b"P", None),
            (b"POST / HTTP/1.1", Some(Tongue::Http1)),
            (b"PRI * HTTP/2.0\r\n", None),
            (b"PRI * HTTP/1.1\r\n", Some(Tongue::Http1)),
            (PREFACE, Some(Tongue::Http2)),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12", Some(Tongue::Http2)),
            (b"\x16\x03\x01", Some(Tongue::Tls)),
            (b"\0", Some(Tongue::Http1)),
        ] {
            assert_eq!(tongue(first), expected, "{first:?}");
        }
    }
}
