//! `/api/v1/omeka`: what Omeka S imports.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::try_unfold;
use poem::Body;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Binary;
use poem_openapi::{ApiResponse, Enum, OpenApi};

use super::address::Address;
use super::auth::Reader;
use super::items::filter;
use super::problem::Problem;
use super::schema::StatusName;
use super::{App, Tags};
use crate::catalog::{CatalogError, ItemFilter};
use crate::iiif::uris::Uris;
use crate::omeka::{Media, header, row};

/// Items in one step of the way.
const STEP: usize = 500;

/// Spreadsheets for Omeka S.
pub struct Omeka;

/// What Omeka S shows of an item.
#[derive(Clone, Copy, Debug, Default, Enum)]
#[oai(rename_all = "lowercase")]
enum MediaName {
    /// The manifest, in its viewer: the column `iiif_presentation`.
    #[default]
    Manifest,
    /// Each image: the column `iiif`.
    Images,
}

/// The version of the IIIF interfaces that the addresses name.
#[derive(Clone, Copy, Debug, Enum)]
enum VersionName {
    #[oai(rename = "2")]
    Two = 2,
    #[oai(rename = "3")]
    Three = 3,
}

#[derive(ApiResponse)]
enum Spreadsheet {
    /// The rows.
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
    Rows(
        Binary<Body>,
        /// A name to save it under.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Omeka")]
impl Omeka {
    /// Published items as a spreadsheet for Omeka S
    ///
    /// CSV (UTF-8, comma, `|` between values), one row an item. BulkImport takes it as it is; in CSVImport, set the separator of values to
    /// `|` and the media source of the last column to IIIF. The first `dcterms:identifier` is the manifest's address, by which a later
    /// import updates. Metadata goes to the Dublin Core term that its label names (`dcterms:creator`, or Creator, Author, Urheber, …), and
    /// otherwise to the description, with its label. Drafts are left out, as Omeka S could not read them.
    #[oai(path = "/omeka/items.csv", method = "get", operation_id = "exportForOmeka")]
    async fn items(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// What Omeka S shows of each item; `manifest` if not given.
        media: Query<Option<MediaName>>,
        /// The IIIF version of the addresses; the manifest's own address, or 3 for images, if not given.
        version: Query<Option<VersionName>>,
        /// Only items with this text in one of their labels; upper and lower case alike.
        label: Query<Option<String>>,
        /// Only items changed at this time or later (RFC 3339, such as 2026-01-31T00:00:00Z).
        #[oai(name = "modifiedSince")]
        modified_since: Query<Option<String>>,
    ) -> Result<Spreadsheet, Problem> {
        let filter = filter(&reader, Some(StatusName::Published), label.0, modified_since.0)?;
        let version = version.0.map(|version| version as u8);
        let media = match media.0.unwrap_or_default() {
            MediaName::Manifest => Media::Manifest,
            MediaName::Images => Media::Images,
        };
        let export = Export { app: app.0.clone(), filter: filter.unwrap_or_default(), uris, media, version };
        let rows = try_unfold((export, Some(None)), |(export, at)| async move {
            let Some(after) = at else { return Ok(None) };
            let (rows, next) = export.step(after.as_deref()).await.map_err(std::io::Error::other)?;
            Ok::<_, std::io::Error>(Some((Bytes::from(rows), (export, next.map(Some)))))
        });
        let body = Binary(Body::from_bytes_stream(rows));
        Ok(Spreadsheet::Rows(body, "attachment; filename=\"omeka-items.csv\"".to_owned()))
    }
}

struct Export {
    app: Arc<App>,
    filter: ItemFilter,
    uris: Uris,
    media: Media,
    version: Option<u8>,
}

impl Export {
    /// The rows of the items behind `after`, and where it goes on.
    async fn step(&self, after: Option<&str>) -> Result<(String, Option<String>), CatalogError> {
        let page = self.app.catalog.items(&self.filter, after, STEP).await?;
        let ids: Vec<&str> = page.entries.iter().map(|item| item.id.as_str()).collect();
        let mut images: HashMap<String, Vec<String>> = HashMap::new();
        if self.media == Media::Images {
            for (item, image) in self.app.catalog.images_of_items(&ids).await? {
                images.entry(item).or_default().push(self.uris.image_info(self.version.unwrap_or(3), &image));
            }
        }
        let mut rows = if after.is_none() { header(self.media) } else { String::new() };
        for item in &page.entries {
            let manifest = self.uris.manifest(&item.id);
            let shown = match self.media {
                Media::Manifest => vec![self.version.map_or(manifest.clone(), |version| self.uris.manifest_version(&item.id, version))],
                Media::Images => images.remove(&item.id).unwrap_or_default(),
            };
            rows.push_str(&row(&manifest, &item.descriptive, &shown));
        }
        Ok((rows, page.next))
    }
}
