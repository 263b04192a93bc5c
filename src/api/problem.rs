//! What went wrong, for people and programs: RFC 9457 problem documents, and the only table of HTTP statuses.

use std::sync::LazyLock;

use http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::Object;

use super::reply::{Body, Reply};
use crate::catalog::CatalogError;
use crate::formats::FormatError;
use crate::iiif::presentation::Fault;
use crate::image_service::ImageError;
use crate::storage::StorageError;

/// The status of tus for a checksum that does not hold (extension Checksum); HTTP itself has none.
static CHECKSUM_MISMATCH: LazyLock<StatusCode> = LazyLock::new(|| StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST));

macro_rules! status {
    (CHECKSUM_MISMATCH) => {
        *CHECKSUM_MISMATCH
    };
    ($known:ident) => {
        StatusCode::$known
    };
}

/// Kinds of problems: stable name, status, title.
macro_rules! kinds {
    ($($kind:ident, $status:ident, $name:literal, $title:literal;)*) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $(#[doc = $title] $kind,)* }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            pub fn status(self) -> StatusCode {
                match self { $(Kind::$kind => status!($status),)* }
            }

            /// The stable `type`: a URN.
            pub const fn uri(self) -> &'static str {
                match self { $(Kind::$kind => concat!("urn:triptych:problem:", $name),)* }
            }

            pub const fn title(self) -> &'static str {
                match self { $(Kind::$kind => $title,)* }
            }
        }
    };
}

kinds! {
    BadRequest, BAD_REQUEST, "bad-request", "The request cannot be understood";
    Unauthorized, UNAUTHORIZED, "key-needed", "A valid key is needed";
    NotFound, NOT_FOUND, "not-found", "There is nothing here";
    MethodNotAllowed, METHOD_NOT_ALLOWED, "method-not-allowed", "This cannot be done here";
    Conflict, CONFLICT, "conflict", "What is there already stands against it";
    Gone, GONE, "gone", "It was deleted";
    Stale, PRECONDITION_FAILED, "stale", "It has changed since it was read";
    TooLarge, PAYLOAD_TOO_LARGE, "too-large", "More was sent than is taken";
    OutOfRange, RANGE_NOT_SATISFIABLE, "out-of-range", "The answer has no such part";
    MediaType, UNSUPPORTED_MEDIA_TYPE, "media-type", "This kind of content is not taken";
    Invalid, UNPROCESSABLE_ENTITY, "invalid", "What was sent has faults";
    Locked, LOCKED, "locked", "Somebody else is at it";
    TusVersion, PRECONDITION_FAILED, "tus-version", "This version of tus is not spoken";
    Checksum, CHECKSUM_MISMATCH, "checksum", "What arrived does not have the checksum that was announced";
    Digest, BAD_REQUEST, "digest", "What arrived does not have the digest that was announced";
    PreconditionRequired, PRECONDITION_REQUIRED, "precondition-required", "If-Match is needed";
    Unavailable, SERVICE_UNAVAILABLE, "unavailable", "Not at the moment";
    Internal, INTERNAL_SERVER_ERROR, "internal", "The service failed";
}

/// A problem on its way to the client.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {detail}", kind.title())]
pub struct Problem {
    pub kind: Kind,
    /// What is wrong with this request, and what to do.
    pub detail: String,
    pub faults: Vec<Fault>,
    /// The entity tag that the resource has now, where knowing it helps.
    pub etag: Option<String>,
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), faults: Vec::new(), etag: None }
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no such {what}, or it is not public"))
    }

    pub fn invalid(faults: Vec<Fault>) -> Self {
        let detail = match faults.len() {
            1 => "one fault, see `faults`".to_owned(),
            count => format!("{count} faults, see `faults`"),
        };
        Self { faults, ..Self::new(Kind::Invalid, detail) }
    }

    /// The problem as a document; `request` is the request's id, if it is known yet.
    pub fn document(&self, request: Option<&str>) -> serde_json::Value {
        let mut document = serde_json::json!({
            "type": self.kind.uri(),
            "title": self.kind.title(),
            "status": self.kind.status().as_u16(),
            "detail": self.detail,
        });
        if let Some(request) = request {
            document["requestId"] = request.into();
        }
        if !self.faults.is_empty() {
            let fault = |fault: &Fault| serde_json::json!({"pointer": fault.pointer, "detail": fault.detail});
            document["faults"] = self.faults.iter().map(fault).collect();
        }
        document
    }

    /// The answer; the id of the request is added on the way out where it is not known yet.
    pub fn reply(&self, request: Option<&str>) -> Reply {
        let mut reply = http::Response::new(Body::Whole(self.document(request).to_string().into()));
        *reply.status_mut() = self.kind.status();
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let kept = if self.kind == Kind::Gone { "public, max-age=60" } else { "no-store" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
        match self.kind {
            Kind::Unavailable | Kind::Locked => drop(headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"))),
            Kind::Unauthorized => drop(headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            _ => {}
        }
        if let Some(etag) = self.etag.as_ref().and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::ETAG, etag);
        }
        reply
    }

    /// The answer to a request for a part that an answer of `length` bytes has not.
    pub fn out_of(&self, length: usize) -> Reply {
        let mut reply = self.reply(None);
        if let Ok(said) = HeaderValue::from_str(&format!("bytes */{length}")) {
            reply.headers_mut().insert(header::CONTENT_RANGE, said);
        }
        reply
    }

    /// The same for poem.
    pub fn response(&self, request: Option<&str>) -> Response {
        Response::from(self.reply(request))
    }

    /// What to tell of a response that another layer refused with.
    pub fn of_status(status: StatusCode, detail: String) -> Self {
        let kind = Kind::ALL.iter().copied().find(|kind| kind.status() == status);
        match kind {
            Some(kind) => Self::new(kind, detail),
            None if status.is_client_error() => Self::new(Kind::BadRequest, detail),
            None => Self::new(Kind::Internal, "see the log".to_owned()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.response(None)
    }
}

impl poem::error::ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.kind.status()
    }

    fn as_response(&self) -> Response {
        self.response(None)
    }
}

impl poem_openapi::ApiResponse for Problem {
    fn meta() -> poem_openapi::registry::MetaResponses {
        poem_openapi::registry::MetaResponses { responses: Vec::new() }
    }

    fn register(registry: &mut poem_openapi::registry::Registry) {
        <ProblemDocument as poem_openapi::types::Type>::register(registry);
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        Self::from(&error)
    }
}

impl From<&CatalogError> for Problem {
    fn from(error: &CatalogError) -> Self {
        match error {
            CatalogError::NotFound(what) => Self::not_found(what),
            CatalogError::Gone(_) | CatalogError::Moved { .. } => Self::new(Kind::Gone, error.to_string()),
            CatalogError::Exists(what) => Self::new(
                Kind::Conflict,
                format!("there is a {what} with this identifier already; change it with PUT or PATCH, or choose another identifier"),
            ),
            CatalogError::Stale { current } => Self {
                etag: Some(super::etag::of_revision(*current)),
                ..Self::new(Kind::Stale, "read it again and make the change on what it is now".to_owned())
            },
            CatalogError::PreconditionRequired => {
                Self::new(Kind::PreconditionRequired, "send If-Match with the ETag of what was read, or * to change whatever is there")
            }
            CatalogError::InUse(items) => Self::new(
                Kind::Conflict,
                format!("canvases of these items still show the image: {}; replace it there first", items.join(", ")),
            ),
            CatalogError::Faults(faults) => Self::invalid(faults.clone()),
            CatalogError::Unavailable(source) => unavailable("database", source),
            CatalogError::Database(source) => internal(source),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        Self::from(ImageError::from(error))
    }
}

impl From<ImageError> for Problem {
    fn from(error: ImageError) -> Self {
        match &error {
            ImageError::NotFound => Self::not_found("image"),
            ImageError::Gone => Self::new(Kind::Gone, error.to_string()),
            ImageError::Request(_) | ImageError::TooLarge | ImageError::Render(_) => Self::new(Kind::BadRequest, error.to_string()),
            ImageError::Unsupported(_) => Self::new(Kind::NotFound, error.to_string()),
            ImageError::Replaced => Self::new(Kind::Conflict, error.to_string()),
            // Nobody reads this.
            ImageError::Left => Self::new(Kind::Unavailable, error.to_string()),
            ImageError::Busy => Self::new(Kind::Unavailable, "too many images are being made; ask again in a moment"),
            ImageError::Storage(detail) => unavailable("image storage", detail),
            ImageError::Changed => unavailable("image storage", &"the file changed while it was read"),
            ImageError::Catalog(catalog) => Self::from(&**catalog),
            ImageError::Damaged(detail) => {
                tracing::error!("a master cannot be read: {detail}");
                Self::new(Kind::Internal, "the stored master of this image is damaged")
            }
        }
    }
}

impl From<FormatError> for Problem {
    fn from(error: FormatError) -> Self {
        match &error {
            FormatError::Unrecognised | FormatError::Unsupported(_) => Self::new(Kind::MediaType, error.to_string()),
            FormatError::TooLarge { .. } => Self::new(Kind::TooLarge, error.to_string()),
            FormatError::Damaged(_) => Self::new(Kind::Invalid, error.to_string()),
            FormatError::Io(source) => internal(source),
        }
    }
}

/// Something behind the service does not answer. What it said goes to the log only.
fn unavailable(what: &str, told: &dyn std::fmt::Display) -> Problem {
    tracing::warn!("the {what} does not answer: {told}");
    Problem::new(Kind::Unavailable, format!("the {what} does not answer; try again in a moment"))
}

/// The service's own fault. What happened goes to the log only.
pub fn internal(told: &dyn std::fmt::Display) -> Problem {
    tracing::error!("{told}");
    Problem::new(Kind::Internal, "the service could not do this; the log has more under the request's id")
}

/// A problem document (RFC 9457), as every error is told.
#[derive(Object)]
#[oai(rename = "Problem")]
pub struct ProblemDocument {
    /// What kind of problem it is; this name does not change.
    #[oai(rename = "type")]
    pub kind: String,
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request, and what to do.
    pub detail: String,
    /// The same as the `X-Request-Id` header: the log knows it.
    #[oai(rename = "requestId")]
    pub request_id: Option<String>,
    /// Everything that is wrong with the body, each with its place.
    pub faults: Option<Vec<FaultDocument>>,
}

/// One fault of a body.
#[derive(Object)]
#[oai(rename = "Fault")]
pub struct FaultDocument {
    /// JSON pointer (RFC 6901) to the place.
    pub pointer: String,
    pub detail: String,
}
