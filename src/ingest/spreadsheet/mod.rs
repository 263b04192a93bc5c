//! Spreadsheets: a row is an item or a canvas, a column a property of IIIF. What is written out reads back as it was; what is not in
//! a sheet stays as it is.
//!
//! An empty cell leaves what is there, a lone `-` clears it. Several values have a `|` between them.

mod canvas_rows;
mod cells;
mod columns;
mod describe;
mod export;
mod item_rows;
mod records;
mod report;
mod result;
mod row;
mod run;
mod sheet;
mod terms;
#[cfg(test)]
mod tests;
mod text;

pub use export::Export;
pub use item_rows::Judged;
pub use report::{CellFault, Difference, Outcome, Report, RowReport};
pub use result::result;
pub use run::{Ran, SheetOptions, Sheets};
pub use sheet::Sheet;

/// Most columns of a sheet.
const MAX_COLUMNS: usize = 1000;
/// Most rows of a sheet.
const MAX_ROWS: usize = 50_000;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    Items,
    Canvases,
}

impl Rows {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Canvases => "canvases",
        }
    }
}

/// Why a file is no sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetFault {
    /// Where, if it is in one place.
    pub cell: Option<String>,
    /// What is wrong and what to do.
    pub detail: String,
}

impl SheetFault {
    fn whole(detail: impl Into<String>) -> Self {
        Self { cell: None, detail: detail.into() }
    }

    fn at(cell: String, detail: impl Into<String>) -> Self {
        Self { cell: Some(cell), detail: detail.into() }
    }
}
