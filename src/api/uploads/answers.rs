//! What the operations on uploads answer.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::api::schema::moment;
use crate::catalog::Upload;
use crate::iiif::uris::Uris;
use crate::ingest::Direct;

/// A moment as HTTP headers have it (RFC 9110, section 5.6.7).
const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// An upload as it is read.
#[derive(Object)]
pub struct UploadView {
    pub id: String,
    /// Bytes of the whole.
    pub length: i64,
    /// Bytes that are there.
    pub offset: i64,
    /// Whether all of it is there.
    pub complete: bool,
    /// Of the file, where the client has it.
    #[oai(skip_serializing_if_is_none)]
    pub filename: Option<String>,
    /// Media type, as the client believes.
    #[oai(skip_serializing_if_is_none)]
    pub filetype: Option<String>,
    pub created: String,
    /// Until when it is kept if nothing more comes and nothing is made of it.
    pub expires: String,
    /// Where it goes on.
    pub url: String,
}

impl UploadView {
    pub fn of(upload: &Upload, uris: &Uris) -> Self {
        Self {
            id: upload.id.to_string(),
            length: upload.length,
            offset: upload.received,
            complete: upload.is_complete(),
            filename: upload.name.clone(),
            filetype: upload.kind.clone(),
            created: moment(upload.created),
            expires: moment(upload.expires),
            url: url(upload, uris),
        }
    }
}

/// Where an upload goes on.
pub fn url(upload: &Upload, uris: &Uris) -> String {
    uris.api(&["uploads", &upload.id.to_string()])
}

fn http_date(moment: OffsetDateTime) -> String {
    moment.to_offset(time::UtcOffset::UTC).format(HTTP_DATE).unwrap_or_default()
}

/// An upload that was announced.
#[derive(ApiResponse)]
pub enum Created {
    /// The upload, with as much of it as came along.
    #[oai(status = 201)]
    Created(
        Json<UploadView>,
        /// Where it goes on.
        #[oai(header = "Location")]
        String,
        /// Bytes that are there.
        #[oai(header = "Upload-Offset")]
        i64,
        /// Until when it is kept if nothing more comes.
        #[oai(header = "Upload-Expires")]
        String,
    ),
}

impl Created {
    pub fn of(upload: &Upload, uris: &Uris) -> Self {
        Self::Created(Json(UploadView::of(upload, uris)), url(upload, uris), upload.received, http_date(upload.expires))
    }
}

/// How far an upload is.
#[derive(ApiResponse)]
pub enum Found {
    /// The upload; `HEAD` answers with the headers alone.
    #[oai(status = 200)]
    Found(
        Json<UploadView>,
        /// Bytes that are there.
        #[oai(header = "Upload-Offset")]
        i64,
        /// Bytes of the whole.
        #[oai(header = "Upload-Length")]
        i64,
        /// As it was sent.
        #[oai(header = "Upload-Metadata")]
        Option<String>,
        /// Until when it is kept if nothing more comes.
        #[oai(header = "Upload-Expires")]
        String,
    ),
}

impl Found {
    pub fn of(upload: &Upload, uris: &Uris) -> Self {
        let metadata = Some(upload.metadata.clone()).filter(|metadata| !metadata.is_empty());
        Self::Found(Json(UploadView::of(upload, uris)), upload.received, upload.length, metadata, http_date(upload.expires))
    }
}

/// Bytes were appended.
#[derive(ApiResponse)]
pub enum Appended {
    /// They are kept.
    #[oai(status = 204)]
    Appended(
        /// Bytes that are there.
        #[oai(header = "Upload-Offset")]
        i64,
        /// Until when it is kept if nothing more comes.
        #[oai(header = "Upload-Expires")]
        String,
    ),
}

impl Appended {
    pub fn of(upload: &Upload) -> Self {
        Self::Appended(upload.received, http_date(upload.expires))
    }
}

/// An upload whose bytes the client puts into the storage itself.
#[derive(Object)]
pub struct DirectView {
    /// The upload.
    pub upload: UploadView,
    /// Always `PUT`.
    pub method: String,
    /// Where the bytes go, in one request. It holds as long as the upload is kept, seven days at most.
    pub url: String,
    /// To be sent just so.
    pub headers: Vec<DirectHeader>,
    /// Where its completion is asked for (`POST`) when the bytes are there.
    pub completion: String,
}

/// A header of a request to the storage.
#[derive(Object)]
pub struct DirectHeader {
    pub name: String,
    pub value: String,
}

impl DirectView {
    pub fn of(direct: Direct, uris: &Uris) -> Self {
        let Direct { upload, put } = direct;
        let headers = put.headers.into_iter().map(|(name, value)| DirectHeader { name, value }).collect();
        let completion = uris.api(&["uploads", &upload.id.to_string(), "completion"]);
        Self { upload: UploadView::of(&upload, uris), method: "PUT".to_owned(), url: put.url, headers, completion }
    }
}

/// A direct upload that was announced.
#[derive(ApiResponse)]
pub enum DirectCreated {
    /// The upload, and where its bytes go.
    #[oai(status = 201)]
    Created(
        Json<DirectView>,
        /// The upload.
        #[oai(header = "Location")]
        String,
    ),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_headers_are_those_of_the_rfc() {
        assert_eq!(http_date(time::macros::datetime!(1994-11-06 08:49:37 UTC)), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(time::macros::datetime!(1994-11-06 10:49:37 +2)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
