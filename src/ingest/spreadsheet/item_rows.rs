//! Rows that are items.

use std::collections::{HashMap, HashSet};

use super::cells::Cell;
use super::columns::Column;
use super::records::Record;
use super::report::{Outcome, RowReport};
use super::row::Row;
use super::sheet::Sheet;
use crate::catalog::{Item, ItemWrite, Status};
use crate::iiif::presentation::{Class, Descriptive};

/// What is in the catalogue of that which a part of a sheet names.
#[derive(Debug, Default)]
pub struct Known {
    pub items: HashMap<String, Item>,
    /// Items that were deleted.
    pub gone: HashSet<String>,
    pub images: ImagesKnown,
    /// Item and image, where that is on a canvas of it.
    pub placed: HashSet<(String, String)>,
}

/// Images that are there.
#[derive(Debug, Default)]
pub struct ImagesKnown {
    pub ids: HashSet<String>,
    /// Ids by the storage keys of their masters.
    pub by_key: HashMap<String, Vec<String>>,
}

impl ImagesKnown {
    /// The image of this id, or the one whose master has this key.
    pub fn find(&self, column: &Column, name: &str) -> Result<String, String> {
        if matches!(column, Column::Image | Column::Images) {
            let missing = || format!("there is no image \"{name}\": register or upload it first");
            return self.ids.get(name).cloned().ok_or_else(missing);
        }
        match self.by_key.get(name).map(Vec::as_slice) {
            Some([one]) => Ok(one.clone()),
            Some([_, _, ..]) => Err(format!("several images have the master \"{name}\": name the one by its id")),
            _ => Err(format!("no image has the master \"{name}\": register it first (POST /api/v1/images with this key)")),
        }
    }
}

/// What was found when a draft was looked at that a sheet publishes.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Of the item as it was looked at.
    pub revision: Option<i64>,
    /// Why it must not be published.
    pub faults: Vec<String>,
}

/// Plans rows that are items, one after another.
#[derive(Debug, Default)]
pub struct ItemRows {
    /// Rows by the ids that they name.
    seen: HashMap<String, usize>,
    judged: Option<HashMap<String, Judged>>,
}

impl ItemRows {
    /// Once drafts were `judged`, only those of them are published, and only as they were then.
    pub fn new(judged: Option<HashMap<String, Judged>>) -> Self {
        Self { seen: HashMap::new(), judged }
    }

    /// What becomes of a row, and what is to be written if anything is.
    pub fn plan(&mut self, sheet: &Sheet, record: &Record, known: &Known) -> (RowReport, Option<ItemWrite>) {
        let mut row = Row::new(sheet, record);
        let id = row.id(&Column::Item);
        if let Some(first) = self.seen.insert(id.to_owned(), record.row) {
            row.fault(&Column::Item, format!("row {first} is this item already: put what both say into one"));
        }
        if known.gone.contains(id) {
            row.fault(&Column::Item, "an item with this id was deleted; ids are not used again: choose another");
        }
        let before = known.items.get(id);
        let descriptive = row.describe(before.map_or(&Descriptive::default(), |item| &item.descriptive), Class::Manifest, before.is_none());
        let images = images(&mut row, id, known);
        let status = self.status(&mut row, id, before, images.len());
        let report = row.report(id, None, before.is_none());
        let writes = matches!(report.outcome, Outcome::New | Outcome::Changed);
        let position = before.map_or(0, |item| item.canvas_count as i32);
        let new = before.is_none();
        let write = ItemWrite { id: id.to_owned(), new, status, descriptive, images, position };
        (report, writes.then_some(write))
    }

    fn status(&self, row: &mut Row<'_>, id: &str, before: Option<&Item>, added: usize) -> Status {
        let old = before.map(|item| item.status);
        let Some(name) = row.one(&Column::Status) else { return old.unwrap_or(Status::Draft) };
        let status = match Status::try_from(name.to_ascii_lowercase()) {
            Ok(status) => status,
            Err(_) => {
                row.fault(&Column::Status, "must be draft or published");
                return old.unwrap_or(Status::Draft);
            }
        };
        row.differ(&Column::Status, &old.map(|old| old.name().to_owned()).into_iter().collect::<Vec<_>>(), &[status.name().to_owned()]);
        if status == Status::Published && old != Some(Status::Published) {
            let canvases = before.map_or(0, |item| item.canvas_count) + added as i64;
            if canvases == 0 {
                let detail = "a published item has at least one canvas: name its images in a column images or keys, or keep it a draft";
                row.fault(&Column::Status, detail);
            }
            for why in self.against(id, before) {
                row.fault(&Column::Status, why);
            }
        }
        status
    }

    /// What stands against publishing a draft.
    fn against(&self, id: &str, before: Option<&Item>) -> Vec<String> {
        let (Some(judged), Some(item)) = (&self.judged, before) else { return Vec::new() };
        match judged.get(id) {
            Some(found) if !found.faults.is_empty() => found.faults.clone(),
            Some(found) if found.revision == Some(item.revision) => Vec::new(),
            _ => vec!["somebody changed the item just now: send the sheet again".to_owned()],
        }
    }
}

/// The images that the row names and that are on no canvas of the item yet.
fn images(row: &mut Row<'_>, item: &str, known: &Known) -> Vec<String> {
    let mut added: Vec<String> = Vec::new();
    for column in [Column::Images, Column::Keys] {
        let names = match row.cell(&column) {
            Cell::Leave => continue,
            Cell::Clear => {
                row.fault(&column, "canvases are not taken away by a sheet: delete them through the item");
                continue;
            }
            Cell::Values(names) => names,
        };
        let mut new = Vec::new();
        for name in names {
            match known.images.find(&column, &name) {
                Err(detail) => row.fault(&column, detail),
                Ok(image) if known.placed.contains(&(item.to_owned(), image.clone())) || added.contains(&image) => {}
                Ok(image) => {
                    added.push(image);
                    new.push(name);
                }
            }
        }
        row.differ(&column, &[], &new);
    }
    added
}
