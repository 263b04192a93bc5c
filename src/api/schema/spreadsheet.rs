//! What becomes of spreadsheets.

use poem_openapi::{Enum, Object};

use super::moment;
use crate::catalog::{Spreadsheet, Undone};
use crate::iiif::uris::Uris;
use crate::ingest::spreadsheet::{CellFault, Difference, Outcome, Report, RowReport, Rows};

/// What a row of a sheet is.
#[derive(Clone, Copy, Debug, Default, Enum)]
#[oai(rename_all = "lowercase")]
pub enum RowsName {
    #[default]
    Items,
    Canvases,
}

impl From<RowsName> for Rows {
    fn from(name: RowsName) -> Self {
        match name {
            RowsName::Items => Self::Items,
            RowsName::Canvases => Self::Canvases,
        }
    }
}

/// What becomes of a sheet.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct SheetView {
    /// Of the spreadsheet, once it is applied: to read this again, and to undo it.
    pub id: Option<String>,
    /// Whether it was written.
    pub applied: bool,
    pub counts: RowCounts,
    /// What is wrong with the headings: until that is mended nothing is applied.
    pub faults: Vec<CellFaultView>,
    /// In the order of the sheet.
    pub rows: Vec<RowView>,
}

/// How many rows come out how.
#[derive(Object)]
pub struct RowCounts {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Left out for their faults.
    pub refused: usize,
}

/// What becomes of a row.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct RowView {
    /// As a spreadsheet program numbers it.
    pub row: usize,
    /// Id of the item.
    pub item: String,
    /// Id of the canvas, where rows are canvases.
    pub canvas: Option<String>,
    /// `new`, `changed`, `unchanged` or `refused`.
    pub outcome: String,
    /// URL of the item's manifest.
    pub manifest: Option<String>,
    pub differences: Vec<DifferenceView>,
    pub faults: Vec<CellFaultView>,
}

/// What a cell changes.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DifferenceView {
    /// As a spreadsheet program names it: `C14`.
    pub cell: String,
    /// The heading.
    pub column: String,
    /// What was there, as a cell says it.
    pub old: Option<String>,
    /// What will be there, as a cell says it; missing if it is cleared.
    pub new: Option<String>,
}

/// What is wrong with a cell.
#[derive(Object)]
pub struct CellFaultView {
    /// As a spreadsheet program names it: `C14`.
    pub cell: String,
    /// The heading.
    pub column: String,
    /// What is wrong and what to do.
    pub detail: String,
}

/// A spreadsheet that was applied.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct SpreadsheetView {
    pub id: String,
    /// `items` or `canvases`: what its rows are.
    pub rows_are: String,
    pub applied: String,
    pub undone: Option<String>,
    pub counts: RowCounts,
    /// In the order of the sheet.
    pub rows: Vec<RowView>,
}

/// What became of the items that a spreadsheet had changed.
#[derive(Object)]
pub struct UndoneView {
    /// Items that are as they were before.
    pub undone: Vec<String>,
    /// Items that somebody changed or deleted since, left as they are.
    pub kept: Vec<String>,
    /// Items that were new and published: they are deleted, and their ids are not used again.
    pub gone: Vec<String>,
}

impl SheetView {
    pub fn of(id: Option<uuid::Uuid>, report: Report, uris: &Uris) -> Self {
        let counts = counts(&report);
        let Report { faults, rows } = report;
        let rows = rows.into_iter().map(|row| RowView::of(row, uris)).collect();
        let faults = faults.into_iter().map(CellFaultView::from).collect();
        Self { id: id.map(|id| id.to_string()), applied: id.is_some(), counts, faults, rows }
    }
}

impl SpreadsheetView {
    pub fn of(spreadsheet: Spreadsheet, rows: Vec<RowReport>, uris: &Uris) -> Self {
        let report = Report { faults: Vec::new(), rows };
        let counts = counts(&report);
        Self {
            id: spreadsheet.id.to_string(),
            rows_are: spreadsheet.rows,
            applied: moment(spreadsheet.applied),
            undone: spreadsheet.undone.map(moment),
            counts,
            rows: report.rows.into_iter().map(|row| RowView::of(row, uris)).collect(),
        }
    }
}

impl From<Undone> for UndoneView {
    fn from(undone: Undone) -> Self {
        let Undone { undone, kept, gone } = undone;
        Self { undone, kept, gone }
    }
}

impl RowView {
    fn of(row: RowReport, uris: &Uris) -> Self {
        let RowReport { row, item, canvas, outcome, differences, faults } = row;
        let manifest = (outcome != Outcome::Refused).then(|| uris.manifest(&item));
        let differences = differences.into_iter().map(DifferenceView::from).collect();
        let faults = faults.into_iter().map(CellFaultView::from).collect();
        Self { row, item, canvas, outcome: outcome.name().to_owned(), manifest, differences, faults }
    }
}

impl From<Difference> for DifferenceView {
    fn from(difference: Difference) -> Self {
        let Difference { cell, column, old, new } = difference;
        Self { cell, column, old, new }
    }
}

impl From<CellFault> for CellFaultView {
    fn from(fault: CellFault) -> Self {
        let CellFault { cell, column, detail } = fault;
        Self { cell, column, detail }
    }
}

fn counts(report: &Report) -> RowCounts {
    let count = |outcome| report.count(outcome);
    RowCounts {
        new: count(Outcome::New),
        changed: count(Outcome::Changed),
        unchanged: count(Outcome::Unchanged),
        refused: count(Outcome::Refused),
    }
}
