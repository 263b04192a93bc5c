//! Requests as tus clients send them, also broken ones, and a look behind the service.

use reqwest::{Method, RequestBuilder};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::rest::{Answer, answer};
use crate::support::service::Service;

pub const OCTETS: &str = "application/offset+octet-stream";

/// Bytes of which each place is recognisable.
pub fn sample(length: usize) -> Vec<u8> {
    (0..length.div_ceil(4) as u32).flat_map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()).take(length).collect()
}

impl Service {
    /// A request of tus, with the key.
    pub fn tus(&self, method: Method, path: &str) -> RequestBuilder {
        self.rest(method, path).header("Tus-Resumable", "1.0.0")
    }

    /// Announces an upload and gives its id.
    pub async fn announce(&self, length: usize) -> String {
        let made = answer(self.tus(Method::POST, "/uploads").header("Upload-Length", length.to_string())).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.header("location").rsplit('/').next().expect("an id").to_owned()
    }

    pub async fn append(&self, id: &str, offset: usize, bytes: Vec<u8>) -> Answer {
        let request = self.tus(Method::PATCH, &format!("/uploads/{id}")).header("Content-Type", OCTETS);
        answer(request.header("Upload-Offset", offset.to_string()).body(bytes)).await
    }

    /// What `HEAD` says is there.
    pub async fn offset(&self, id: &str) -> i64 {
        let head = self.tus(Method::HEAD, &format!("/uploads/{id}")).send().await.expect("an answer");
        assert_eq!(head.status(), 200);
        head.headers()["upload-offset"].to_str().expect("text").parse().expect("a number")
    }

    /// Whether somebody is appending.
    pub async fn is_held(&self, id: &str) -> bool {
        let statement = "select holder is not null from uploads where id = $1";
        let id: uuid::Uuid = id.parse().expect("an id");
        sqlx::query_scalar(statement).bind(id).fetch_one(&self.pool).await.expect("a row")
    }

    /// The bytes of an upload in a directory storage, in the order that the catalogue tells.
    pub async fn stored(&self, id: &str) -> Vec<u8> {
        let statement = "select object from upload_parts where upload_id = $1 order by start";
        let objects: Vec<uuid::Uuid> =
            sqlx::query_scalar(statement).bind(id.parse::<uuid::Uuid>().expect("an id")).fetch_all(&self.pool).await.expect("rows");
        let file = |object: &uuid::Uuid| self.images.join(format!("triptych-incoming/{id}.{object}"));
        objects.iter().flat_map(|object| std::fs::read(file(object)).expect("an object")).collect()
    }
}

/// Sends the head of a request for all of `bytes` from `offset` on, and of its body what comes before `until`.
pub async fn begin(service: &Service, id: &str, offset: usize, bytes: &[u8], until: usize, more: &str) -> TcpStream {
    let address = service.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "PATCH /api/v1/uploads/{id} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
         Content-Type: {OCTETS}\r\nUpload-Offset: {offset}\r\n{more}Content-Length: {}\r\n\r\n",
        service.key,
        bytes.len() - offset
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(&bytes[offset..until]).await.expect("sent");
    stream
}

/// The same, and the line breaks when all of that has left.
pub async fn cut(service: &Service, id: &str, offset: usize, bytes: &[u8], until: usize, more: &str) {
    let mut stream = begin(service, id, offset, bytes, until, more).await;
    stream.shutdown().await.expect("shut");
}
