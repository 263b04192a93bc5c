//! A sheet against the catalogue: what would become of its rows, and what becomes of them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::Rows;
use super::canvas_rows::{self, CanvasRows};
use super::cells::Cell;
use super::columns::Column;
use super::item_rows::{self, ImagesKnown, ItemRows, Judged};
use super::records::Record;
use super::report::{Difference, Report, RowReport};
use super::sheet::Sheet;
use crate::catalog::{Catalog, CatalogError, SheetWork};

/// Rows that are read and written at a time.
const AT_A_TIME: usize = 500;

/// What is to be done with a sheet.
#[derive(Clone, Debug, Default)]
pub struct SheetOptions {
    /// Whether it is written; if not, only what would happen is told.
    pub apply: bool,
    /// Whether a fault in one row keeps the others from being written.
    pub atomic: bool,
    /// The drafts that the sheet publishes, once they were looked at.
    pub judged: Option<HashMap<String, Judged>>,
}

/// What became of a sheet.
#[derive(Debug, Default)]
pub struct Ran {
    pub report: Report,
    /// Of the spreadsheet, if it was written.
    pub id: Option<Uuid>,
}

impl Ran {
    /// The drafts that the sheet publishes or would publish.
    #[must_use]
    pub fn publishing(&self) -> Vec<String> {
        let publishes = |difference: &Difference| {
            difference.column.eq_ignore_ascii_case("status") && difference.old.is_some() && difference.new.as_deref() == Some("published")
        };
        let rows = self.report.rows.iter().filter(|row| row.differences.iter().any(publishes));
        rows.map(|row| row.item.clone()).collect()
    }
}

/// Spreadsheets on their way into the catalogue.
#[derive(Clone)]
pub struct Sheets {
    catalog: Catalog,
}

impl Sheets {
    #[must_use]
    pub fn new(catalog: Catalog) -> Self {
        Self { catalog }
    }

    /// Plans every row, and writes those without faults if that is wanted: all in one transaction, or none.
    ///
    /// # Errors
    /// What the catalogue says; faults of the sheet are in the report.
    pub async fn run(&self, sheet: &Sheet, options: &SheetOptions) -> Result<Ran, CatalogError> {
        let apply = options.apply && sheet.faults.is_empty();
        let mut work = self.catalog.open_sheet(sheet.rows.name(), apply).await?;
        let mut report = Report { faults: sheet.faults.clone(), rows: Vec::with_capacity(sheet.records.len()) };
        let mut items = ItemRows::new(options.judged.clone());
        let mut canvases = CanvasRows::default();
        for records in sheet.records.chunks(AT_A_TIME) {
            match sheet.rows {
                Rows::Items => item_part(&mut work, sheet, records, &mut items, apply, &mut report).await?,
                Rows::Canvases => canvas_part(&mut work, sheet, records, &mut canvases, apply, &mut report).await?,
            }
        }
        let refused = options.atomic && report.all_faults().next().is_some();
        let id = if apply && !refused { Some(work.finish(&stored(&report.rows)).await?) } else { None };
        Ok(Ran { report, id })
    }
}

async fn item_part(
    work: &mut SheetWork<'_>,
    sheet: &Sheet,
    records: &[Record],
    rows: &mut ItemRows,
    apply: bool,
    report: &mut Report,
) -> Result<(), CatalogError> {
    let ids = named(sheet, records, &Column::Item);
    let known = item_rows::Known {
        items: work.items(&ids).await?,
        gone: work.gone_items(&ids).await?,
        images: images(work, sheet, records, [&Column::Images, &Column::Keys]).await?,
        placed: if names_images(sheet) { work.placed(&ids).await? } else { HashSet::new() },
    };
    let mut writes = Vec::new();
    for record in records {
        let (row, write) = rows.plan(sheet, record, &known);
        report.rows.push(row);
        writes.extend(write);
    }
    if apply { work.write_items(&writes).await } else { Ok(()) }
}

async fn canvas_part(
    work: &mut SheetWork<'_>,
    sheet: &Sheet,
    records: &[Record],
    rows: &mut CanvasRows,
    apply: bool,
    report: &mut Report,
) -> Result<(), CatalogError> {
    let items = named(sheet, records, &Column::Item);
    let distinct: Vec<&str> = items.iter().copied().collect::<HashSet<_>>().into_iter().collect();
    let ids = named(sheet, records, &Column::Canvas);
    let known = canvas_rows::Known {
        items: work.items(&distinct).await?,
        gone_items: work.gone_items(&distinct).await?,
        canvases: work.canvases(&items, &ids).await?,
        gone: work.gone_canvases(&items, &ids).await?,
        images: images(work, sheet, records, [&Column::Image, &Column::Key]).await?,
    };
    let mut writes = Vec::new();
    for record in records {
        let (row, write) = rows.plan(sheet, record, &known);
        report.rows.push(row);
        writes.extend(write);
    }
    if apply { work.write_canvases(&writes).await } else { Ok(()) }
}

/// What stands in a column, row by row. No id of ours holds a null character, and the database takes none.
fn named<'s>(sheet: &'s Sheet, records: &'s [Record], column: &Column) -> Vec<&'s str> {
    records.iter().map(|record| Some(sheet.plain(record, column)).filter(|id| !id.contains('\0')).unwrap_or_default()).collect()
}

fn names_images(sheet: &Sheet) -> bool {
    sheet.heading(&Column::Images).or(sheet.heading(&Column::Keys)).is_some()
}

async fn images(
    work: &mut SheetWork<'_>,
    sheet: &Sheet,
    records: &[Record],
    [by_id, by_key]: [&Column; 2],
) -> Result<ImagesKnown, CatalogError> {
    let (ids, keys) = (values(sheet, records, by_id), values(sheet, records, by_key));
    Ok(ImagesKnown {
        ids: work.images(&ids.iter().map(String::as_str).collect::<Vec<_>>()).await?,
        by_key: work.images_by_key(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await?,
    })
}

/// Every value in a column, each once.
fn values(sheet: &Sheet, records: &[Record], column: &Column) -> HashSet<String> {
    let Some(heading) = sheet.heading(column) else { return HashSet::new() };
    let of_cell = |record: &Record| match Cell::read(sheet.cell(record, heading)) {
        Cell::Values(values) => values,
        Cell::Leave | Cell::Clear => Vec::new(),
    };
    records.iter().flat_map(of_cell).filter(|value| !value.contains('\0')).collect()
}

/// What became of the rows, as it is kept.
fn stored(rows: &[RowReport]) -> Value {
    serde_json::to_value(rows).unwrap_or_default()
}
