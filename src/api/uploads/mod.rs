//! `/api/v1/uploads`: the tus resumable upload protocol 1.0.0 (core, creation, creation with upload, expiration, checksum,
//! termination), and uploads that go straight to the storage.
//!
//! The protocol is spoken here and not by a crate: of those for Rust, `rustus` is a program of its own, `salvo-tus` belongs to another
//! framework, and `tus-protocol` is in its first versions and brings its own idea of state and locks, while here parts, order and
//! holds have to be rows beside the rest of the catalogue, so that any replica takes the next part.

mod answers;
mod payload;
mod tus;

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::address::Address;
use super::answer::{Done, Listed};
use super::auth::Key;
use super::body::Body;
use super::problem::{Kind, Problem, internal};
use super::{App, Tags, ids};
use crate::catalog::NewUpload;
use crate::iiif::presentation::Fault;
use crate::ingest::UploadError;
use answers::{Appended, Created, DirectCreated, DirectView, Found, UploadView};

pub use tus::{answered, offered, speaks};

/// Where uploads are announced.
pub const PATH: &str = "/api/v1/uploads";

/// Uploads.
pub struct Uploads;

/// A direct upload to be announced.
#[derive(Object)]
#[oai(rename = "DirectUploadInput")]
pub struct DirectInput {
    /// Bytes of the whole file.
    #[oai(validator(minimum(value = "1")))]
    pub length: i64,
    /// Of the file, where the client has it.
    #[oai(validator(max_length = 1000))]
    pub filename: Option<String>,
    /// Media type.
    #[oai(validator(max_length = 1000))]
    pub filetype: Option<String>,
    /// SHA-256 of the whole file, in hexadecimal digits. Where it is given, nothing is made of other bytes.
    #[oai(validator(min_length = 64, max_length = 64))]
    pub sha256: Option<String>,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Uploads")]
impl Uploads {
    /// List uploads
    ///
    /// Those that are under way or wait to be used, in the order in which they were announced.
    #[oai(path = "/uploads", method = "get", operation_id = "listUploads")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// Where the page starts: the id it comes after, as `next` of the page before says.
        after: Query<Option<String>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
    ) -> Result<Listed<UploadView>, Problem> {
        let limit = ids::limit(limit.0)?;
        let after = after.0.map(|after| after.parse::<Uuid>().map_err(|_| Problem::new(Kind::BadRequest, "after is the id of an upload")));
        let page = app.catalog.uploads(after.transpose()?, limit).await?;
        let view = |upload| UploadView::of(&upload, &uris);
        Ok(Listed::new(page, view, None, &uris.api(&["uploads"]), &[("limit", limit.to_string())]))
    }

    /// Begin an upload
    ///
    /// tus 1.0.0, extensions Creation and Creation With Upload: the answer says where the bytes go (`Location`); the first of them may
    /// come along. Any tus client speaks this. A whole upload becomes an image by `POST /api/v1/images` with its id as `upload`.
    #[oai(path = "/uploads", method = "post", operation_id = "createUpload")]
    async fn create(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The version of tus: `1.0.0`.
        #[oai(name = "Tus-Resumable")]
        version: Header<Option<String>>,
        /// Bytes of the whole file.
        #[oai(name = "Upload-Length")]
        length: Header<Option<String>>,
        /// Not taken: the length has to be known.
        #[oai(name = "Upload-Defer-Length")]
        deferred: Header<Option<String>>,
        /// Pairs of a key and a Base64 value, between commas: `filename`, `filetype`, and `sha256` (of the whole, in hexadecimal digits:
        /// nothing is made of other bytes) are understood, others are kept.
        #[oai(name = "Upload-Metadata")]
        metadata: Header<Option<String>>,
        /// `sha1` or `sha256`, a space, and the checksum of this request's body in Base64.
        #[oai(name = "Upload-Checksum")]
        checksum: Header<Option<String>>,
        bytes: payload::PerhapsAppended,
    ) -> Result<Created, Problem> {
        tus::check_version(version.0.as_deref(), true)?;
        let new = tus::announced(length.0.as_deref(), deferred.0.as_deref(), metadata.0.as_deref())?;
        let checksum = tus::checksum(checksum.0.as_deref())?;
        let upload = app.uploads.create(&new).await?;
        let Some(bytes) = bytes.0 else { return Ok(Created::of(&upload, &uris)) };
        match app.uploads.append(upload.id, 0, Box::pin(bytes.into_bytes_stream()), checksum).await {
            Ok(upload) => Ok(Created::of(&upload, &uris)),
            Err(error) => {
                // Nobody learns where it is.
                if let Err(error) = app.uploads.end(upload.id).await {
                    tracing::debug!("an upload stays until it expires: {error}");
                }
                Err(error.into())
            }
        }
    }

    /// See how far an upload is
    ///
    /// With `HEAD`, as tus has it: `Upload-Offset` says from where on bytes are to be sent.
    #[oai(path = "/uploads/:upload", method = "get", operation_id = "getUpload")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The version of tus: `1.0.0`.
        #[oai(name = "Tus-Resumable")]
        version: Header<Option<String>>,
        /// The upload's id.
        upload: Path<String>,
    ) -> Result<Found, Problem> {
        tus::check_version(version.0.as_deref(), false)?;
        Ok(Found::of(&app.uploads.find(id(&upload)?).await?, &uris))
    }

    /// Append to an upload
    ///
    /// tus 1.0.0, core protocol. What arrives is kept, also when the line breaks in the middle; with a checksum, all is kept or
    /// nothing. One request at a time: a second one is told to wait (423).
    #[oai(path = "/uploads/:upload", method = "patch", operation_id = "appendToUpload")]
    async fn append(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        /// The version of tus: `1.0.0`.
        #[oai(name = "Tus-Resumable")]
        version: Header<Option<String>>,
        /// Bytes that are there already: what `HEAD` answers.
        #[oai(name = "Upload-Offset")]
        offset: Header<Option<String>>,
        /// `sha1` or `sha256`, a space, and the checksum of this request's body in Base64.
        #[oai(name = "Upload-Checksum")]
        checksum: Header<Option<String>>,
        /// The upload's id.
        upload: Path<String>,
        bytes: payload::Appended,
    ) -> Result<Appended, Problem> {
        tus::check_version(version.0.as_deref(), true)?;
        let offset = tus::bytes("Upload-Offset", offset.0.as_deref())?;
        let checksum = tus::checksum(checksum.0.as_deref())?;
        let upload = app.uploads.append(id(&upload)?, offset, Box::pin(bytes.0.into_bytes_stream()), checksum).await?;
        Ok(Appended::of(&upload))
    }

    /// End an upload
    ///
    /// tus 1.0.0, extension Termination: its bytes are deleted. An upload that became an image has ended already.
    #[oai(path = "/uploads/:upload", method = "delete", operation_id = "endUpload")]
    async fn end(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        /// The version of tus: `1.0.0`.
        #[oai(name = "Tus-Resumable")]
        version: Header<Option<String>>,
        /// The upload's id.
        upload: Path<String>,
    ) -> Result<Done, Problem> {
        tus::check_version(version.0.as_deref(), true)?;
        app.uploads.end(id(&upload)?).await?;
        Ok(Done::Done)
    }

    /// Begin an upload straight to the storage
    ///
    /// Only where the storage is in S3: the answer has a URL that was signed for this one file, and the headers to send there, so that
    /// the bytes do not pass the service. Ask for the upload's completion when they are there.
    #[oai(path = "/uploads/direct", method = "post", operation_id = "createDirectUpload")]
    async fn create_direct(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        body: Body<DirectInput>,
    ) -> Result<DirectCreated, Problem> {
        let DirectInput { length, filename, filetype, sha256 } = body.0;
        let at_sum = |_| Problem::invalid(vec![Fault { pointer: "/sha256".to_owned(), detail: "64 hexadecimal digits".to_owned() }]);
        let sha256 = sha256.map(|text| tus::hexadecimal(&text)).transpose().map_err(at_sum)?;
        let new = NewUpload { length, metadata: String::new(), name: filename, kind: filetype, sha256, direct: None };
        let direct = app.uploads.create_direct(new).await?;
        let location = answers::url(&direct.upload, &uris);
        Ok(DirectCreated::Created(Json(DirectView::of(direct, &uris)), location))
    }

    /// Complete an upload straight to the storage
    ///
    /// Says that the bytes are there. They are looked for, and must be as many as were announced; then the upload is like any other.
    #[oai(path = "/uploads/:upload/completion", method = "post", operation_id = "completeDirectUpload")]
    async fn complete_direct(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The upload's id.
        upload: Path<String>,
    ) -> Result<Found, Problem> {
        Ok(Found::of(&app.uploads.complete_direct(id(&upload)?).await?, &uris))
    }
}

/// The id of an upload; nothing else is one.
fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found("upload"))
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let kind = match error {
            UploadError::Catalog(error) => return error.into(),
            UploadError::Storage(error) => return error.into(),
            UploadError::Disk(error) => return internal(&error),
            UploadError::TooLarge(_) | UploadError::TooLong(_) | UploadError::TooManyParts(_) => Kind::TooLarge,
            UploadError::Held => Kind::Locked,
            UploadError::Checksum => Kind::Checksum,
            UploadError::Busy => Kind::Unavailable,
            UploadError::Broken(_) => Kind::BadRequest,
            UploadError::Offset(_)
            | UploadError::Incomplete { .. }
            | UploadError::IsDirect
            | UploadError::NotDirect
            | UploadError::NothingThere
            | UploadError::OtherLength { .. }
            | UploadError::NoDirect => Kind::Conflict,
        };
        Self::new(kind, error.to_string())
    }
}
