//! An S3 server inside the test process: files in a temporary directory behind the real protocol, signatures included.
//! It tells which requests came, and can be taken down and up again.
#![cfg(feature = "s3")]

mod faults;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use hyper::{Request, body::Incoming, header::RANGE, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use percent_encoding::percent_decode_str;
use s3s::{
    Body, HttpError, HttpResponse, S3, S3Request, S3Response, S3Result,
    auth::SimpleAuth,
    dto, s3_error,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::RwLock;
use triptych::storage::S3Settings;

pub use faults::Fault;

const ACCESS_KEY: &str = "triptych";
const SECRET_KEY: &str = "not-a-secret";

/// One request as it came.
struct Seen {
    method: String,
    /// Without the bucket; empty for requests about the bucket.
    key: String,
    range: String,
}

#[derive(Default)]
struct State {
    seen: Mutex<Vec<Seen>>,
    down: AtomicBool,
    /// The part of uploads that is refused; 0 for none.
    failing_part: AtomicUsize,
    fault: Mutex<Fault>,
}

/// Stops with its last runtime; its objects go with it.
pub struct S3Server {
    root: TempDir,
    endpoint: String,
    state: Arc<State>,
}

impl S3Server {
    /// A server on a free port of this machine, without buckets.
    pub async fn start() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State::default());
        tokio::spawn(serve(listener, service(root.path()), root.path().to_owned(), state.clone()));
        Self { root, endpoint, state }
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Settings for `bucket`, which is created when it is missing.
    pub fn settings(&self, bucket: &str, prefix: &str) -> S3Settings {
        std::fs::create_dir_all(self.root.path().join(bucket)).expect("a bucket");
        S3Settings {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: Some(self.endpoint().to_owned()),
            access_key: Some(ACCESS_KEY.to_owned()),
            secret_key: Some(SECRET_KEY.to_owned()),
            force_path_style: true,
            ..S3Settings::default()
        }
    }

    /// Key (with prefix) and `Range` header of each object read since the last reset.
    pub fn reads(&self) -> Vec<(String, String)> {
        let seen = self.state.seen.lock().expect("a lock");
        seen.iter().filter(|seen| seen.method == "GET" && !seen.key.is_empty()).map(|seen| (seen.key.clone(), seen.range.clone())).collect()
    }

    /// Requests with this method since the last reset.
    pub fn count(&self, method: &str) -> usize {
        self.state.seen.lock().expect("a lock").iter().filter(|seen| seen.method == method).count()
    }

    pub fn reset(&self) {
        self.state.seen.lock().expect("a lock").clear();
    }

    /// While down, connections end without an answer.
    pub fn set_down(&self, down: bool) {
        self.state.down.store(down, Ordering::SeqCst);
    }

    /// From now on the part with this number, of any upload, gets no answer.
    pub fn fail_part(&self, number: usize) {
        self.state.failing_part.store(number, Ordering::SeqCst);
    }

    /// From now on objects are answered so.
    pub fn set_fault(&self, fault: Fault) {
        *self.state.fault.lock().expect("a lock") = fault;
    }

    /// The directory that holds the objects of a bucket.
    pub fn bucket(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Uploads in parts that were neither completed nor given up.
    pub fn unfinished_uploads(&self) -> usize {
        let names = std::fs::read_dir(self.root.path()).expect("the root").flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".upload-")).count()
    }
}

fn service(root: &Path) -> S3Service {
    let files = FileSystem::new(root).expect("a file system");
    let mut builder = S3ServiceBuilder::new(Store { files, root: root.to_owned(), still: RwLock::default() });
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    builder.build()
}

async fn serve(listener: TcpListener, service: S3Service, root: PathBuf, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, service.clone(), root.clone(), state.clone()));
    }
}

async fn converse(stream: TcpStream, service: S3Service, root: PathBuf, state: Arc<State>) {
    let answer = service_fn(move |request| answer(service.clone(), root.clone(), state.clone(), request));
    // Ends with an error whenever a client hangs up or the server plays dead.
    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
}

async fn answer(service: S3Service, root: PathBuf, state: Arc<State>, request: Request<Incoming>) -> Result<HttpResponse, HttpError> {
    let object = root.join(percent_decode_str(request.uri().path().trim_start_matches('/')).decode_utf8_lossy().as_ref());
    let fault = if request.method() == "GET" { *state.fault.lock().expect("a lock") } else { Fault::None };
    state.seen.lock().expect("a lock").push(seen(&request));
    let refused = format!("partNumber={}&", state.failing_part.load(Ordering::SeqCst));
    let part = format!("{}&", request.uri().query().unwrap_or_default());
    if state.down.load(Ordering::SeqCst) || part.contains(&refused) {
        return Err(HttpError::new(Box::new(io::Error::other("down"))));
    }
    Ok(fault.spoil(service.call(request.map(Body::from)).await?, &object).await)
}

fn seen(request: &Request<Incoming>) -> Seen {
    let key = request.uri().path().trim_start_matches('/').split_once('/').map_or("", |(_, key)| key);
    let range = request.headers().get(RANGE).and_then(|range| range.to_str().ok()).unwrap_or_default();
    Seen { method: request.method().to_string(), key: percent_decode_str(key).decode_utf8_lossy().into_owned(), range: range.to_owned() }
}

/// Files, with the three things added in which they differ from a real store: conditions on reads, directories are no objects, and
/// an object does not become another between its tag and its bytes.
struct Store {
    files: FileSystem,
    root: PathBuf,
    /// Held while an object is written; those who read it wait.
    still: RwLock<()>,
}

impl Store {
    fn refuse_directory(&self, bucket: &str, key: &str) -> S3Result<()> {
        if self.root.join(bucket).join(key).is_dir() { Err(s3_error!(NoSuchKey)) } else { Ok(()) }
    }
}

macro_rules! pass_on {
    ($($name:ident($input:ident) -> $output:ident;)*) => {
        /// Everything that the files do as a real store does.
        #[async_trait::async_trait]
        impl S3 for Store {
            $(async fn $name(&self, request: S3Request<dto::$input>) -> S3Result<S3Response<dto::$output>> {
                self.files.$name(request).await
            })*

            async fn put_object(&self, request: S3Request<dto::PutObjectInput>) -> S3Result<S3Response<dto::PutObjectOutput>> {
                let _still = self.still.write().await;
                self.files.put_object(request).await
            }

            async fn head_object(&self, request: S3Request<dto::HeadObjectInput>) -> S3Result<S3Response<dto::HeadObjectOutput>> {
                self.refuse_directory(&request.input.bucket, &request.input.key)?;
                self.files.head_object(request).await
            }

            async fn delete_object(&self, request: S3Request<dto::DeleteObjectInput>) -> S3Result<S3Response<dto::DeleteObjectOutput>> {
                match self.refuse_directory(&request.input.bucket, &request.input.key) {
                    Ok(()) => self.files.delete_object(request).await,
                    Err(_) => Ok(S3Response::new(dto::DeleteObjectOutput::default())),
                }
            }

            async fn get_object(&self, request: S3Request<dto::GetObjectInput>) -> S3Result<S3Response<dto::GetObjectOutput>> {
                self.refuse_directory(&request.input.bucket, &request.input.key)?;
                let _still = self.still.read().await;
                let condition = request.input.if_match.clone();
                let response = self.files.get_object(request).await?;
                let tag = response.output.e_tag.as_ref();
                match condition.as_ref().and_then(|condition| condition.as_etag()) {
                    Some(expected) if tag != Some(expected) => Err(s3_error!(PreconditionFailed)),
                    _ => Ok(response),
                }
            }
        }
    };
}

pass_on! {
    head_bucket(HeadBucketInput) -> HeadBucketOutput;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput;
    upload_part(UploadPartInput) -> UploadPartOutput;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput;
}
