//! Items that are split and merged.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;

use super::address::Address;
use super::answer::Written;
use super::auth::Key;
use super::body::Body;
use super::etag::IfMatch;
use super::problem::Problem;
use super::schema::{MergeInput, SplitInput, TransferView};
use super::{App, Tags};
use crate::catalog::Transferred;
use crate::iiif::uris::Uris;

/// Splits and merges.
pub struct Transfers;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Items")]
impl Transfers {
    /// Split an item
    ///
    /// Runs of its canvases become items of their own, all or nothing. The canvases keep their ids, and their old addresses lead to the
    /// new ones. Ranges and annotation pages go with their canvases; where something would point into another item, nothing is done
    /// and all of it is told. Rights, attribution, provider, reading direction and layout are those of the item unless they are said.
    /// An item without canvases becomes a draft. `If-Match` takes the item's ETag; the answer's ETag is the item's new one.
    #[oai(path = "/items/:id/split", method = "post", operation_id = "splitItem")]
    async fn split(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<SplitInput>,
    ) -> Result<Written<TransferView>, Problem> {
        let parts = body.0.check(&uris)?;
        Ok(done(app.catalog.split_item(&id, &parts, &condition.0).await?, &uris))
    }

    /// Merge items into one
    ///
    /// All canvases of other items come to the end of this one, with their ranges and annotation pages, all or nothing. The canvases keep
    /// their ids, which must be free here, and their old addresses lead to the new ones. The other items stay as drafts without
    /// canvases, and whoever asks for their manifests is led to this one's. `If-Match` takes the item's ETag; the answer's ETag is the
    /// item's new one.
    #[oai(path = "/items/:id/merge", method = "post", operation_id = "mergeItems")]
    async fn merge(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<MergeInput>,
    ) -> Result<Written<TransferView>, Problem> {
        Ok(done(app.catalog.merge_items(&id, &body.0.items, &condition.0).await?, &uris))
    }
}

fn done(transferred: Transferred, uris: &Uris) -> Written<TransferView> {
    let revision = transferred.items.first().map_or(0, |item| item.revision);
    Written::changed(TransferView::of(transferred, uris), revision)
}
