//! Rows that are canvases.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use super::columns::Column;
use super::item_rows::ImagesKnown;
use super::records::Record;
use super::report::{Outcome, RowReport};
use super::row::Row;
use super::sheet::Sheet;
use crate::catalog::{Canvas, CanvasWrite, Item};
use crate::iiif::presentation::{Class, Descriptive};

/// Greatest width and height of a canvas.
const MOST: i32 = 1_000_000;

/// What is in the catalogue of that which a part of a sheet names.
#[derive(Debug, Default)]
pub struct Known {
    pub items: HashMap<String, Item>,
    /// Items that were deleted.
    pub gone_items: HashSet<String>,
    /// By item and id.
    pub canvases: HashMap<(String, String), Canvas>,
    /// Canvases that were deleted, by item and id.
    pub gone: HashSet<(String, String)>,
    pub images: ImagesKnown,
}

/// Plans rows that are canvases, one after another.
#[derive(Debug, Default)]
pub struct CanvasRows {
    /// Rows by the canvases that they name.
    seen: HashMap<(String, String), usize>,
    /// How many canvases an item gets.
    added: HashMap<String, i32>,
}

impl CanvasRows {
    /// What becomes of a row, and what is to be written if anything is.
    pub fn plan(&mut self, sheet: &Sheet, record: &Record, known: &Known) -> (RowReport, Option<CanvasWrite>) {
        let mut row = Row::new(sheet, record);
        let (item, id) = (row.id(&Column::Item), row.id(&Column::Canvas));
        let place = (item.to_owned(), id.to_owned());
        self.judge_names(&mut row, &place, known);
        let before = known.canvases.get(&place);
        let descriptive =
            row.describe(before.map_or(&Descriptive::default(), |canvas| &canvas.descriptive), Class::Canvas, before.is_none());
        let image = image(&mut row, &known.images, before);
        let (size, duration) = (size(&mut row, before), duration(&mut row, before));
        if before.is_none() && image.is_none() && size.is_none() && duration.is_none() {
            row.fault(&Column::Image, "a new canvas needs an image (column image or key), its width and height, or a duration");
        }
        let report = row.report(item, Some(id), before.is_none());
        let new = before.is_none();
        let position = match report.outcome {
            Outcome::New => self.next_position(item, known),
            _ => 0,
        };
        let writes = matches!(report.outcome, Outcome::New | Outcome::Changed);
        let write = CanvasWrite { item: place.0, id: place.1, new, position, size, duration, descriptive, image };
        (report, writes.then_some(write))
    }

    fn judge_names(&mut self, row: &mut Row<'_>, place: &(String, String), known: &Known) {
        if known.gone_items.contains(&place.0) {
            row.fault(&Column::Item, "this item was deleted");
        } else if !known.items.contains_key(&place.0) && !place.0.is_empty() {
            row.fault(&Column::Item, "there is no such item: make it first, with a sheet whose rows are items");
        }
        if known.gone.contains(place) {
            row.fault(&Column::Canvas, "a canvas with this id was deleted; ids are not used again: choose another");
        }
        if let Some(first) = self.seen.insert(place.clone(), row.record.row) {
            row.fault(&Column::Canvas, format!("row {first} is this canvas already: put what both say into one"));
        }
    }

    fn next_position(&mut self, item: &str, known: &Known) -> i32 {
        let there = known.items.get(item).map_or(0, |item| item.canvas_count as i32);
        let added = self.added.entry(item.to_owned()).or_insert(there);
        *added += 1;
        *added - 1
    }
}

/// The image that the row puts on its canvas, if it is not there already.
fn image(row: &mut Row<'_>, known: &ImagesKnown, before: Option<&Canvas>) -> Option<String> {
    let old = before.and_then(|canvas| canvas.image_id.clone());
    let mut found: Option<String> = None;
    for column in [Column::Image, Column::Key] {
        let Some(name) = row.one(&column) else { continue };
        match known.find(&column, &name) {
            Err(detail) => row.fault(&column, detail),
            Ok(image) if found.as_ref().is_some_and(|other| *other != image) => {
                row.fault(&column, format!("it is the image \"{image}\", the column image says another: leave one of them empty"));
            }
            Ok(image) => {
                row.differ(&column, old.as_slice(), std::slice::from_ref(&image));
                found = Some(image);
            }
        }
    }
    found.filter(|image| old.as_ref() != Some(image))
}

/// The size that the canvas has after the row; none if it has its image's, or no size.
fn size(row: &mut Row<'_>, before: Option<&Canvas>) -> Option<(i32, i32)> {
    let old = (before.and_then(|canvas| canvas.width), before.and_then(|canvas| canvas.height));
    let width = number(row, &Column::Width, old.0, |number| (1..=MOST).contains(number)).or(old.0);
    let height = number(row, &Column::Height, old.1, |number| (1..=MOST).contains(number)).or(old.1);
    match (width, height) {
        (Some(_), None) => row.fault(&Column::Width, "width and height go together: say both, or neither to take the image's"),
        (None, Some(_)) => row.fault(&Column::Height, "width and height go together: say both, or neither to take the image's"),
        _ => {}
    }
    width.zip(height)
}

fn duration(row: &mut Row<'_>, before: Option<&Canvas>) -> Option<f64> {
    let old = before.and_then(|canvas| canvas.duration);
    number(row, &Column::Duration, old, |seconds: &f64| seconds.is_finite() && *seconds > 0.0).or(old)
}

/// The number in a column.
fn number<N: FromStr + ToString + PartialEq + Copy>(
    row: &mut Row<'_>,
    column: &Column,
    old: Option<N>,
    fits: impl Fn(&N) -> bool,
) -> Option<N> {
    let text = row.one(column)?;
    let Some(number) = text.parse().ok().filter(fits) else {
        let detail = match column {
            Column::Duration => "must be a number of seconds above 0, with a point: 12.5".to_owned(),
            _ => format!("must be a whole number from 1 to {MOST}"),
        };
        row.fault(column, detail);
        return None;
    };
    if old != Some(number) {
        row.differ(column, &old.map(|old| old.to_string()).into_iter().collect::<Vec<_>>(), &[number.to_string()]);
    }
    Some(number)
}
