//! Images.

use poem_openapi::Object;
use uuid::Uuid;

use super::moment;
use crate::api::problem::Problem;
use crate::catalog::{Checksums, Image, MasterFinding, MasterReport};
use crate::iiif::presentation::Fault;
use crate::iiif::uris::Uris;
use crate::ingest::StoredMaster;

/// An image to be registered: a master that is in the storage already, or an upload that is whole.
#[derive(Object)]
#[oai(example)]
pub struct ImageRegistration {
    /// Chosen for ever, 1 to 512 bytes, may contain `/`. The key without its `.tif` or `.tiff` if it is not given, or the name of the
    /// uploaded file without its extension.
    pub id: Option<String>,
    /// The master's key in the storage. A pyramidal tiled TIFF is served as it is; of a JPEG, PNG, WebP, GIF, JPEG 2000 or any
    /// other TIFF a pyramid is made.
    #[oai(skip_serializing_if_is_none, validator(min_length = 1, max_length = 1024))]
    pub key: Option<String>,
    /// Instead of a key: the id of a whole upload. It ends when the image is there.
    #[oai(skip_serializing_if_is_none)]
    pub upload: Option<String>,
    /// Which picture of a TIFF that has several, or which page of a PDF, from 1. It counts for this registration only: say it again with `PUT`.
    #[oai(default = "first", validator(minimum(value = "1")))]
    pub page: u32,
    /// Shown to anyone even if no published item uses it.
    #[oai(default)]
    pub public: bool,
}

fn first() -> u32 {
    1
}

impl poem_openapi::types::Example for ImageRegistration {
    fn example() -> Self {
        Self { id: Some("ezu/1286201".to_owned()), key: Some("ezu/1286201.tif".to_owned()), upload: None, page: 1, public: false }
    }
}

impl ImageRegistration {
    /// The id, if one is named, the master, and the upload that it is to be made of, if it is no stored one.
    pub fn into_parts(self) -> Result<(Option<String>, StoredMaster, Option<Uuid>), Problem> {
        let Self { id, key, upload, page, public } = self;
        let fault = |pointer: &str, detail: &str| Problem::invalid(vec![Fault { pointer: pointer.to_owned(), detail: detail.to_owned() }]);
        let upload = match (&key, upload) {
            (None, None) => return Err(fault("/key", "it is missing: name a key in the storage, or an upload")),
            (Some(_), Some(_)) => return Err(fault("/upload", "name a key or an upload, not both")),
            (_, upload) => upload.map(|id| id.parse().map_err(|_| fault("/upload", "it is not the id of an upload"))).transpose()?,
        };
        Ok((id, StoredMaster { key: key.unwrap_or_default(), page, public }, upload))
    }
}

/// What can be changed of an image. A new scan is a new image.
#[derive(Object)]
pub struct ImagePatch {
    /// Shown to anyone even if no published item uses it.
    pub public: bool,
}

/// An image as it is read.
#[derive(Object)]
pub struct ImageView {
    pub id: String,
    /// The master's key in the storage; for the holder of a key only.
    #[oai(skip_serializing_if_is_none)]
    pub key: Option<String>,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Bytes of the master.
    pub size: i64,
    /// Shown to anyone even if no published item uses it.
    pub public: bool,
    /// Counts the changes; the ETag is this in quotes.
    pub revision: i64,
    pub created: String,
    pub modified: String,
    /// What the master was found to be when it was registered; for the holder of a key only.
    #[oai(skip_serializing_if_is_none)]
    pub report: Option<ImageReport>,
    /// SHA-256 of the master's bytes as they came, in hexadecimal digits, if they were read whole; for the holder of a key only.
    #[oai(skip_serializing_if_is_none, rename = "masterSha256")]
    pub master_sha256: Option<String>,
    /// The same of the pyramid that was made of it.
    #[oai(skip_serializing_if_is_none, rename = "pyramidSha256")]
    pub pyramid_sha256: Option<String>,
    /// Base URI of its IIIF image service, version 3.
    pub service: String,
}

impl ImageView {
    /// `whole`: for somebody with a key.
    pub fn of(image: Image, whole: bool, uris: &Uris) -> Self {
        let Image {
            id,
            storage_key,
            object_size,
            report,
            sums: Checksums { master, pyramid },
            width,
            height,
            public,
            revision,
            created,
            modified,
            uploaded: _,
            object_version: _,
            pyramid_key: _,
            pyramid_version: _,
            tile_size: _,
        } = image;
        Self {
            service: uris.image(3, &id),
            id,
            key: whole.then_some(storage_key),
            width,
            height,
            size: object_size,
            public,
            revision,
            created: moment(created),
            modified: moment(modified),
            report: whole.then(|| report.into()),
            master_sha256: master.filter(|_| whole).map(|sum| hex(&sum)),
            pyramid_sha256: pyramid.filter(|_| whole).map(|sum| hex(&sum)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a master was found to be.
#[derive(Object)]
pub struct ImageReport {
    /// Kind of file, by its contents: `TIFF`, `JPEG`, `PNG`, `WebP`, `GIF` or `JPEG 2000`.
    #[oai(skip_serializing_if_is_none)]
    pub kind: Option<String>,
    /// What is worth knowing, what matters most first.
    pub findings: Vec<ImageFinding>,
}

/// Something worth knowing of a master.
#[derive(Object)]
pub struct ImageFinding {
    /// `note`, `odd` (it may not look as meant), or `slow` (which a pyramid that was made of it mends).
    pub severity: String,
    pub what: String,
    /// What would mend it; empty where nothing has to be mended.
    pub cure: String,
}

impl From<MasterReport> for ImageReport {
    fn from(MasterReport { kind, findings }: MasterReport) -> Self {
        let finding = |MasterFinding { severity, what, cure }| ImageFinding { severity, what, cure };
        Self { kind, findings: findings.into_iter().map(finding).collect() }
    }
}
