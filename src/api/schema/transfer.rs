//! Items that are split and merged.

use poem_openapi::Object;

use super::item::{check_id, localise};
use super::language::LanguageText;
use super::{ItemView, Properties, StatusName};
use crate::api::problem::Problem;
use crate::catalog::{NewPart, Transferred, minted};
use crate::iiif::presentation::{Class, Fault, faults};
use crate::iiif::uris::Uris;

/// An item to be made of a run of canvases.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct PartInput {
    /// Chosen for ever: `[A-Za-z0-9][A-Za-z0-9._~-]{0,127}`. Minted if it is not given.
    pub id: Option<String>,
    pub label: LanguageText,
    /// That of the item which is split, if not given.
    pub status: Option<StatusName>,
    /// Id of the first canvas.
    pub from: String,
    /// Id of the last canvas.
    pub to: String,
    #[oai(flatten)]
    pub properties: Properties,
}

/// How an item is split.
#[derive(Object)]
pub struct SplitInput {
    /// The new items. What is in no run stays.
    #[oai(validator(min_items = 1, max_items = 1000))]
    pub items: Vec<PartInput>,
}

/// What is merged.
#[derive(Object)]
pub struct MergeInput {
    /// Ids of the items whose canvases are taken over, in this order.
    #[oai(validator(min_items = 1, max_items = 1000))]
    pub items: Vec<String>,
}

/// What became of the items.
#[derive(Object)]
pub struct TransferView {
    /// The item itself, as it is now, then the others in the order that they were sent.
    pub items: Vec<ItemView>,
    /// What could not stay as it was, in words.
    pub told: Vec<String>,
}

impl SplitInput {
    /// What the catalogue stores, or everything that is wrong with it.
    pub fn check(self, uris: &Uris) -> Result<Vec<NewPart>, Problem> {
        let mut told = Vec::new();
        let parts = self.items.into_iter().enumerate().map(|(place, one)| one.check(&format!("/items/{place}"), uris, &mut told));
        let parts = parts.collect();
        if told.is_empty() { Ok(parts) } else { Err(Problem::invalid(told)) }
    }
}

impl PartInput {
    fn check(self, at: &str, uris: &Uris, told: &mut Vec<Fault>) -> NewPart {
        let Self { id, label, status, from, to, properties } = self;
        check_id(id.as_deref(), &format!("{at}/id"), told);
        let id = id.unwrap_or_else(minted);
        let mut descriptive = properties.into_descriptive(label);
        let wrong = faults(&descriptive, Class::Manifest).into_iter();
        told.extend(wrong.map(|fault| Fault { pointer: format!("{at}{}", fault.pointer), ..fault }));
        localise(&mut descriptive, &uris.manifest(&id));
        NewPart { id: Some(id), status: status.map(Into::into), descriptive, from, to }
    }
}

impl TransferView {
    pub fn of(transferred: Transferred, uris: &Uris) -> Self {
        let Transferred { items, told } = transferred;
        Self { items: items.into_iter().map(|item| ItemView::of(item, uris)).collect(), told }
    }
}
