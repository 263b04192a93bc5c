//! `/api/v1/images`.

use std::sync::Arc;

use poem::Body as Bytes;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Binary;
use uuid::Uuid;

use super::address::Address;
use super::answer::{Deleted, Done, Listed, Read, Written};
use super::auth::{Key, Reader};
use super::body::{Body, Patch};
use super::digest::Announced;
use super::etag::{IfMatch, IfNoneMatch};
use super::ids;
use super::problem::{Kind, Problem, internal};
use super::schema::{ImagePatch, ImageRegistration, ImageView};
use super::{App, Tags};
use crate::catalog::{CatalogError, Image, Precondition};
use crate::formats::FormatError;
use crate::iiif::ids::ImageId;
use crate::iiif::presentation::Fault;
use crate::iiif::uris::Uris;
use crate::image_service::ImageError;
use crate::ingest::{MasterError, StoredMaster};

/// Images.
pub struct Images;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Images")]
impl Images {
    /// List images
    ///
    /// In the order of their ids. Without a key only images that the public may see are listed.
    #[oai(path = "/images", method = "get", operation_id = "listImages")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// Where the page starts: the id it comes after, as `next` of the page before says.
        after: Query<Option<String>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
    ) -> Result<Listed<ImageView>, Problem> {
        let limit = ids::limit(limit.0)?;
        let page = app.catalog.images(reader.sees_all(), after.0.as_deref(), limit).await?;
        let view = |image| ImageView::of(image, reader.sees_all(), &uris);
        Ok(Listed::new(page, view, None, &uris.api(&["images"]), &[("limit", limit.to_string())]))
    }

    /// Register an image
    ///
    /// Its master is in the storage already, and stays there as it is (`key`), or came by `/api/v1/uploads` (`upload`). A pyramidal TIFF whose tiles serve is measured; of anything
    /// else that can be read a pyramid is made once, which is stored beside and goes with the image. That may take a minute, as large
    /// masters are made one at a time; it goes on if the client leaves.
    #[oai(path = "/images", method = "post", operation_id = "registerImage")]
    async fn register(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        body: Body<ImageRegistration>,
    ) -> Result<Written<ImageView>, Problem> {
        let (id, master, upload) = body.0.into_parts()?;
        let id = match (id, upload) {
            (Some(id), _) => id,
            (None, None) => without_extension(&master.key, &[".tif", ".tiff"]).to_owned(),
            (None, Some(upload)) => app.uploads.find(upload).await.map_err(at_upload)?.name.map(named).unwrap_or_default(),
        };
        if let Err(error) = ImageId::parse(&id) {
            return Err(Problem::invalid(vec![Fault { pointer: "/id".to_owned(), detail: error.to_string() }]));
        }
        Ok(created(app.make(&id, &master, upload).await?, &uris))
    }

    /// Upload an image
    ///
    /// The body is the file itself. A pyramidal TIFF whose tiles serve is kept as it is; of anything else that can be read (JPEG, PNG,
    /// WebP, GIF, JPEG 2000, any other TIFF) the pyramid that is made of it is kept. With `Repr-Digest: sha-256=:…:` (or
    /// `Content-Digest`; RFC 9530) nothing is kept of bytes that do not have this SHA-256. Large files over lines that break go by
    /// `/api/v1/uploads`.
    #[oai(path = "/images/:id", method = "post", operation_id = "uploadImage")]
    async fn upload(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The image's id, chosen for ever: 1 to 512 bytes, `/` written as `%2F`.
        id: Path<String>,
        /// Shown to anyone even if no published item uses it.
        public: Query<Option<bool>>,
        /// What the file is called where it comes from; shown beside the label of its canvas to the holder of a key.
        #[oai(name = "fileName")]
        file_name: Query<Option<String>>,
        digest: Announced,
        bytes: Binary<Bytes>,
    ) -> Result<Written<ImageView>, Problem> {
        let stream = bytes.0.into_bytes_stream();
        let file_name = file_name.0.map(ids::file_name).transpose()?;
        let image = app.masters.upload(ids::image(&id)?, public.0.unwrap_or(false), Box::pin(stream), digest.0).await?;
        if let Some(name) = file_name {
            app.catalog.name_source_file(&image.id, &name).await?;
        }
        Ok(created(image, &uris))
    }

    /// Read an image's record
    ///
    /// Without a key, only if the public may see the image; its pixels are at `service`.
    #[oai(path = "/images/:id", method = "get", operation_id = "getImage")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The image's id.
        id: Path<String>,
    ) -> Result<Read<ImageView>, Problem> {
        let image = app.catalog.image(&id).await?;
        if !reader.sees_all() && !app.catalog.image_is_visible(&id).await? {
            return Err(Problem::not_found("image"));
        }
        let revision = image.revision;
        Ok(Read::new(ImageView::of(image, reader.sees_all(), &uris), revision, &known))
    }

    /// Register or measure an image anew
    ///
    /// For a master that was written anew in the same size, or moved. Where a pyramid was made of it, it is made anew. A new scan of
    /// another size is a new image: put that on the canvas.
    #[oai(path = "/images/:id", method = "put", operation_id = "putImage")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The image's id.
        id: Path<String>,
        body: Body<ImageRegistration>,
    ) -> Result<Written<ImageView>, Problem> {
        let (named, master, upload) = body.0.into_parts()?;
        if named.is_some_and(|named| named != id.0) {
            let detail = "it is not the id in the URL, and an id cannot be changed".to_owned();
            return Err(Problem::invalid(vec![Fault { pointer: "/id".to_owned(), detail }]));
        }
        let id = ids::image(&id)?;
        match app.catalog.image(id).await {
            Err(CatalogError::NotFound(_)) if matches!(condition.0, Precondition::None | Precondition::Absent) => {
                Ok(created(app.make(id, &master, upload).await?, &uris))
            }
            Err(error) => Err(error.into()),
            Ok(current) => match upload {
                Some(upload) => {
                    let image = app.masters.take_again(&app.uploads, upload, &master, current, &condition.0).await;
                    Ok(changed(image.map_err(at_upload_of_master)?, &uris))
                }
                None => Ok(changed(app.masters.measure_again(id, &master, &condition.0).await.map_err(at_key)?, &uris)),
            },
        }
    }

    /// Change an image's record
    ///
    /// JSON Merge Patch; whether it is public is all that can be changed.
    #[oai(path = "/images/:id", method = "patch", operation_id = "patchImage")]
    async fn patch(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The image's id.
        id: Path<String>,
        patch: Patch<ImagePatch>,
    ) -> Result<Written<ImageView>, Problem> {
        let current = app.catalog.image(&id).await?;
        let condition = condition.at(current.revision);
        let patched = patch.apply(&ImagePatch { public: current.public })?;
        Ok(changed(app.catalog.set_image_public(&id, patched.public, &condition.0).await?, &uris))
    }

    /// Delete an image
    ///
    /// Only if no canvas shows it. An uploaded master is deleted with it, and so is the pyramid that was made of a registered one; that
    /// master itself stays in the storage.
    #[oai(path = "/images/:id", method = "delete", operation_id = "deleteImage")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The image's id.
        id: Path<String>,
    ) -> Result<Deleted, Problem> {
        app.masters.delete(&id, &condition.0).await?;
        Ok(Deleted::Done)
    }

    /// Warm an image
    ///
    /// Makes the thumbnails and overviews that are usually asked for, unless they are on disk already, and answers when they are.
    /// New and replaced images are warmed without asking.
    #[oai(path = "/images/:id/warm", method = "post", operation_id = "warmImage")]
    async fn warm(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        /// The image's id.
        id: Path<String>,
    ) -> Result<Done, Problem> {
        app.catalog.image(&id).await?;
        app.warming.now(&id).await?;
        Ok(Done::Done)
    }

    /// Purge what was made of an image
    ///
    /// Finished images are removed from the memory and the disk of the replica that answers; they are made again when they are asked
    /// for. Other replicas keep theirs until they are pushed out. Nothing stale is ever served, purged or not: what is kept is kept
    /// for one state of the master.
    #[oai(path = "/images/:id/derivatives", method = "delete", operation_id = "purgeImage")]
    async fn purge(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        /// The image's id.
        id: Path<String>,
    ) -> Result<Done, Problem> {
        app.catalog.image(&id).await?;
        app.warming.purge(&id).await?;
        Ok(Done::Done)
    }
}

impl App {
    /// A new image: of a master in the storage, or of an upload.
    async fn make(&self, id: &str, master: &StoredMaster, upload: Option<Uuid>) -> Result<Image, Problem> {
        match upload {
            None => self.masters.register(id, master).await.map_err(at_key),
            Some(upload) => {
                let image = self.masters.take(&self.uploads, upload, id, master.page, master.public).await;
                image.map_err(at_upload_of_master)
            }
        }
    }
}

/// The id that a file's name gives.
fn named(name: String) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

fn without_extension<'a>(name: &'a str, extensions: &[&str]) -> &'a str {
    extensions.iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name)
}

/// Says of an upload that is not there that it is the one named in the body.
fn at_upload(error: impl Into<Problem>) -> Problem {
    let problem: Problem = error.into();
    match problem.kind {
        Kind::NotFound | Kind::Gone => Problem::invalid(vec![Fault { pointer: "/upload".to_owned(), detail: problem.detail }]),
        _ => problem,
    }
}

/// The same of an upload that is there and no picture; an image that is gone stays gone.
fn at_upload_of_master(error: MasterError) -> Problem {
    match &error {
        MasterError::Catalog(CatalogError::NotFound("upload") | CatalogError::Gone("upload")) | MasterError::Upload(_) => {
            Problem::invalid(vec![Fault { pointer: "/upload".to_owned(), detail: error.to_string() }])
        }
        MasterError::Image(ImageError::Unsupported(_) | ImageError::Damaged(_)) | MasterError::TooLarge(_) => {
            Problem::invalid(vec![Fault { pointer: "/upload".to_owned(), detail: error.to_string() }])
        }
        MasterError::Format(format) if !matches!(format, FormatError::Io(_)) => {
            Problem::invalid(vec![Fault { pointer: "/upload".to_owned(), detail: error.to_string() }])
        }
        _ => error.into(),
    }
}

fn created(image: Image, uris: &Uris) -> Written<ImageView> {
    let (revision, location) = (image.revision, uris.api_image(&image.id));
    Written::created(ImageView::of(image, true, uris), revision, location)
}

fn changed(image: Image, uris: &Uris) -> Written<ImageView> {
    let revision = image.revision;
    Written::changed(ImageView::of(image, true, uris), revision)
}

/// Says of a master that cannot be registered that it is the key which is wrong.
fn at_key(error: MasterError) -> Problem {
    let detail = match &error {
        MasterError::Image(ImageError::NotFound) => "there is no such file in the storage".to_owned(),
        MasterError::Image(ImageError::Unsupported(_) | ImageError::Damaged(_)) | MasterError::TooLarge(_) => error.to_string(),
        MasterError::Format(format) if !matches!(format, FormatError::Io(_)) => error.to_string(),
        _ => return error.into(),
    };
    Problem::invalid(vec![Fault { pointer: "/key".to_owned(), detail }])
}

impl From<MasterError> for Problem {
    fn from(error: MasterError) -> Self {
        match error {
            MasterError::Catalog(error) => error.into(),
            MasterError::Image(error) => error.into(),
            MasterError::Format(error) => error.into(),
            MasterError::Storage(error) => error.into(),
            MasterError::Fetch(_) | MasterError::Pull(_) | MasterError::Work(_) => Self::new(Kind::Invalid, error.to_string()),
            MasterError::TooLarge(_) => Self::new(Kind::TooLarge, error.to_string()),
            MasterError::Broken(_) => Self::new(Kind::BadRequest, error.to_string()),
            MasterError::Upload(_) => Self::new(Kind::Conflict, error.to_string()),
            MasterError::Digest => Self::new(Kind::Digest, error.to_string()),
            MasterError::Scratch(source) => internal(&source),
        }
    }
}
