//! What the cells of a row make of descriptive properties.

use super::cells::{Cell, coordinate, written};
use super::columns::{Column, Heading};
use super::describe::{pairs, property, said, say, settle};
use super::records::Record;
use super::report::{CellFault, Difference, Outcome, RowReport};
use super::sheet::Sheet;
use crate::iiif::ids::ResourceId;
use crate::iiif::presentation::{Class, Descriptive, Fault, faults};

/// A row that is being planned.
pub struct Row<'s> {
    pub sheet: &'s Sheet,
    pub record: &'s Record,
    pub differences: Vec<Difference>,
    pub faults: Vec<CellFault>,
}

impl<'s> Row<'s> {
    pub fn new(sheet: &'s Sheet, record: &'s Record) -> Self {
        Self { sheet, record, differences: Vec::new(), faults: sheet.row_faults(record) }
    }

    pub fn fault(&mut self, column: &Column, detail: impl Into<String>) {
        self.faults.push(self.sheet.fault(self.record, column, detail));
    }

    /// The id in a column.
    pub fn id(&mut self, column: &Column) -> &'s str {
        let id = self.sheet.plain(self.record, column);
        if let Err(error) = ResourceId::parse(id) {
            self.fault(column, error.to_string());
        }
        id
    }

    /// What the sheet says in a column that it may not have.
    pub fn cell(&self, column: &Column) -> Cell {
        self.sheet.heading(column).map_or(Cell::Leave, |heading| Cell::read(self.sheet.cell(self.record, heading)))
    }

    /// The one value of a column, if there is one.
    pub fn one(&mut self, column: &Column) -> Option<String> {
        match self.cell(column) {
            Cell::Leave => None,
            Cell::Values(mut values) if values.len() == 1 => values.pop(),
            Cell::Values(_) => {
                self.fault(column, "it has one value");
                None
            }
            Cell::Clear => {
                self.fault(column, "it cannot be cleared; an empty cell leaves it as it is");
                None
            }
        }
    }

    /// Notes what a column changes.
    pub fn differ(&mut self, column: &Column, old: &[String], new: &[String]) {
        let Some(heading) = self.sheet.heading(column) else { return };
        if old == new {
            return;
        }
        let cell = coordinate(heading.place, self.record.row);
        let shown = |values: &[String]| (!values.is_empty()).then(|| written(values));
        let column = self.sheet.titles[heading.place].trim().to_owned();
        self.differences.push(Difference { cell, column, old: shown(old), new: shown(new) });
    }

    /// What the row makes of `before`.
    pub fn describe(&mut self, before: &Descriptive, class: Class, new: bool) -> Descriptive {
        let mut after = before.clone();
        let sheet = self.sheet;
        for heading in sheet.headings.iter().filter(|heading| property(&heading.column).is_some()) {
            self.describe_by(heading, &mut after);
        }
        if self.differences.iter().any(|difference| difference.column.to_ascii_lowercase().starts_with("requiredstatement")) {
            settle(&mut after);
        }
        if new || after != *before {
            let known = faults(before, class);
            for fault in faults(&after, class) {
                let found = sheet.fault_in(self.record, self.place_of(&fault, &after), fault.detail.as_str());
                // What was wrong before is no fault of a row that does not touch it.
                if new || !known.contains(&fault) || self.differences.iter().any(|difference| difference.cell == found.cell) {
                    self.faults.push(found);
                }
            }
        }
        after
    }

    fn describe_by(&mut self, heading: &Heading, after: &mut Descriptive) {
        let values = match Cell::read(self.sheet.cell(self.record, heading)) {
            Cell::Leave => return,
            Cell::Clear => Vec::new(),
            Cell::Values(values) => values,
        };
        let old = said(&heading.column, after);
        if old == values && !values.is_empty() {
            return;
        }
        let untouched = after.clone();
        match say(&heading.column, heading.label_language.as_deref(), values.clone(), after) {
            Err(detail) => self.fault(&heading.column, detail),
            Ok(()) if *after == untouched => {}
            Ok(()) => self.differ(&heading.column, &old, &values),
        }
    }

    /// The column of the cell that a fault is about; the first one if it is about none.
    fn place_of(&self, fault: &Fault, after: &Descriptive) -> usize {
        let mut steps = fault.pointer.split('/').skip(1);
        let (name, rest) = (steps.next().unwrap_or_default(), steps.collect::<Vec<_>>());
        let about = |column: &Column| match column {
            Column::Label(language) | Column::Summary(language) => rest.first().is_none_or(|tag| *tag == language.as_str()),
            Column::Metadata(label, language) => {
                let at = rest.first().and_then(|index| index.parse().ok());
                let same = at.is_some_and(|at: usize| pairs(&after.metadata, label).contains(&at));
                same && (rest.get(1) != Some(&"value") || rest.get(2).is_none_or(|tag| *tag == language.as_str()))
            }
            Column::StatementLabel(_) => rest.first() == Some(&"label"),
            Column::Statement(_) => rest.first() == Some(&"value"),
            _ => true,
        };
        let mut of_it = self.sheet.headings.iter().filter(|heading| property(&heading.column) == Some(name));
        of_it.find(|heading| about(&heading.column)).map_or(0, |heading| heading.place)
    }

    /// What becomes of the row; with a fault nothing does.
    pub fn report(self, item: &str, canvas: Option<&str>, new: bool) -> RowReport {
        let outcome = match (self.faults.is_empty(), new, self.differences.is_empty()) {
            (false, ..) => Outcome::Refused,
            (true, true, _) => Outcome::New,
            (true, false, false) => Outcome::Changed,
            (true, false, true) => Outcome::Unchanged,
        };
        let Self { sheet: _, record, differences, mut faults } = self;
        // All are in one row: in the order of the columns.
        faults.sort_by(|a, b| (a.cell.len(), &a.cell).cmp(&(b.cell.len(), &b.cell)));
        RowReport { row: record.row, item: item.to_owned(), canvas: canvas.map(str::to_owned), outcome, differences, faults }
    }
}
