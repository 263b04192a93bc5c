//! Imports.

use poem_openapi::{Enum, Object};
use serde_json::Value;

use super::collection::CollectionView;
use super::item::{ItemView, StatusName};
use super::moment;
use super::validation::CountsView;
use crate::api::problem::Problem;
use crate::catalog::{Collection, CollectionSource, Item, Source, Status};
use crate::iiif::ids::ResourceId;
use crate::iiif::presentation::Fault;
use crate::iiif::presentation::validate::Counts;
use crate::iiif::uris::Uris;
use crate::ingest::{ImportOptions, Origin};

/// By which names the documents of an imported item call its parts.
#[derive(Clone, Copy, Debug, Default, Enum)]
#[oai(rename_all = "lowercase")]
pub enum Ids {
    /// Ours, which lead to us.
    #[default]
    Minted,
    /// Those of the source, so that what points at them elsewhere stays true.
    Original,
}

/// A manifest or collection to be imported: either `url` or `document`.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct ImportInput {
    /// Where it is, http or https.
    pub url: Option<String>,
    /// The document itself.
    pub document: Option<Value>,
    /// Id of the item or collection: chosen for ever. Minted if it is not given; that of the one which came from the same document before.
    pub id: Option<String>,
    /// By which names an item's documents call its parts; a collection's members keep theirs anyway.
    #[oai(default)]
    pub ids: Ids,
    /// `draft` if it is not given and it is new.
    pub status: Option<StatusName>,
}

/// What became of an import: an item or a collection.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct ImportView {
    pub item: Option<ItemView>,
    pub collection: Option<CollectionView>,
    /// The version that the document was written in, and everything that was changed, each with a JSON pointer into it.
    pub report: Value,
    /// How many findings of each severity the validator has about the item's manifest.
    pub findings: Option<CountsView>,
    /// URL of these findings.
    pub validation: Option<String>,
}

/// What an item was imported from.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub struct SourceView {
    /// Id of the document as it says itself.
    pub uri: String,
    pub ids: Ids,
    pub imported: String,
    pub report: Value,
    /// The document as it came.
    pub document: Value,
}

impl ImportInput {
    /// What to import and how, or everything that is wrong with it.
    pub fn check(self) -> Result<(Origin, ImportOptions), Problem> {
        let Self { url, document, id, ids, status } = self;
        let mut told = Vec::new();
        if let Some(Err(error)) = id.as_deref().map(ResourceId::parse) {
            told.push(Fault { pointer: "/id".to_owned(), detail: error.to_string() });
        }
        let origin = match (url, document) {
            (Some(url), None) => Some(Origin::Url(url)),
            (None, Some(document)) => Some(Origin::Document(document)),
            _ => {
                told.push(Fault { pointer: "/url".to_owned(), detail: "send either url or document".to_owned() });
                None
            }
        };
        let options = ImportOptions { id, status: status.map(Status::from), ids_kept: matches!(ids, Ids::Original) };
        match origin {
            Some(origin) if told.is_empty() => Ok((origin, options)),
            _ => Err(Problem::invalid(told)),
        }
    }
}

impl ImportView {
    pub fn of_item(item: Item, report: Value, findings: Counts, uris: &Uris) -> Self {
        let validation = Some(uris.api(&["items", &item.id, "validation"]));
        Self { item: Some(ItemView::of(item, uris)), collection: None, report, findings: Some(findings.into()), validation }
    }

    pub fn of_collection(collection: Collection, report: Value, uris: &Uris) -> Self {
        let collection = Some(CollectionView::of(collection, uris));
        Self { item: None, collection, report, findings: None, validation: None }
    }
}

impl SourceView {
    pub fn of(source: Source, document: Value) -> Self {
        let Source { item_id: _, uri, ids_kept, document: _, report, imported } = source;
        let ids = if ids_kept { Ids::Original } else { Ids::Minted };
        Self { uri, ids, imported: moment(imported), report, document }
    }

    pub fn of_collection(source: CollectionSource, document: Value) -> Self {
        let CollectionSource { uri, document: _, report, imported } = source;
        Self { uri, ids: Ids::Minted, imported: moment(imported), report, document }
    }
}
