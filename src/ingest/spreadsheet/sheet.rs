//! A sheet: headings and the rows below them.

use super::cells::coordinate;
use super::columns::{Column, Heading, headings, rows_of};
use super::records::{Record, records};
use super::report::CellFault;
use super::{Rows, SheetFault, text};

/// A sheet that was read.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub rows: Rows,
    /// Faults of the headings.
    pub faults: Vec<CellFault>,
    pub(super) headings: Vec<Heading>,
    /// The texts of all headings, as they stand.
    pub(super) titles: Vec<String>,
    pub(super) records: Vec<Record>,
}

impl Sheet {
    /// Reads a file of comma-separated values, whose first row has the headings.
    ///
    /// # Errors
    /// Why it is no such file; what is wrong with its headings is in `faults`.
    pub fn read(bytes: &[u8], charset: Option<&str>) -> Result<Self, SheetFault> {
        let mut records = records(&text::decoded(bytes, charset)?)?.into_iter();
        let Some(first) = records.next() else {
            return Err(SheetFault::whole("nothing is in the file: its first row has the headings, every other is an item or a canvas"));
        };
        let rows = rows_of(&first.cells);
        let (headings, faults) = headings(&first.cells, rows, first.row);
        Ok(Self { rows, faults, headings, titles: first.cells, records: records.collect() })
    }

    /// Whether it says of any item that it is published.
    #[must_use]
    pub fn publishes(&self) -> bool {
        self.records.iter().any(|record| self.plain(record, &Column::Status).eq_ignore_ascii_case("published"))
    }

    pub(super) fn heading(&self, column: &Column) -> Option<&Heading> {
        self.headings.iter().find(|heading| heading.column == *column)
    }

    /// What stands in a cell of a row.
    pub(super) fn cell<'r>(&self, record: &'r Record, heading: &Heading) -> &'r str {
        record.cells.get(heading.place).map_or("", String::as_str)
    }

    /// The text in the column, without spaces around it; empty if there is none.
    pub(super) fn plain<'r>(&self, record: &'r Record, column: &Column) -> &'r str {
        self.heading(column).map_or("", |heading| self.cell(record, heading).trim())
    }

    /// A fault of the cell in the column, or in the first column if the sheet has none such.
    pub(super) fn fault(&self, record: &Record, column: &Column, detail: impl Into<String>) -> CellFault {
        let place = self.heading(column).map_or(0, |heading| heading.place);
        self.fault_in(record, place, detail)
    }

    pub(super) fn fault_in(&self, record: &Record, place: usize, detail: impl Into<String>) -> CellFault {
        let column = self.titles.get(place).map(|title| title.trim().to_owned()).unwrap_or_default();
        CellFault { cell: coordinate(place, record.row), column, detail: detail.into() }
    }

    /// What is wrong with the cells of a row, whatever they are about.
    pub(super) fn row_faults(&self, record: &Record) -> Vec<CellFault> {
        let titled = |place: usize| self.titles.get(place).is_some_and(|title| !title.trim().is_empty());
        let judge = |(place, cell): (usize, &String)| {
            let detail = if cell.contains('\0') {
                "the character U+0000 is in no text: remove it"
            } else if !titled(place) && !cell.trim().is_empty() {
                "this column has no heading: name it, or empty the cell (a delimiter within a text needs quotation marks around the cell)"
            } else {
                return None;
            };
            Some(self.fault_in(record, place, detail))
        };
        record.cells.iter().enumerate().filter_map(judge).collect()
    }
}
