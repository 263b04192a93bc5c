//! What became, or would become, of each row.

use serde::{Deserialize, Serialize};

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFault {
    /// As a spreadsheet program names it: `C14`.
    pub cell: String,
    /// The heading.
    pub column: String,
    /// What is wrong and what to do.
    pub detail: String,
}

/// What a cell changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub cell: String,
    pub column: String,
    /// As a cell would say it; none where nothing was.
    pub old: Option<String>,
    /// As a cell would say it; none where nothing will be.
    pub new: Option<String>,
}

/// What happens to the item or canvas of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
    Refused,
}

impl Outcome {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReport {
    pub row: usize,
    pub item: String,
    pub canvas: Option<String>,
    pub outcome: Outcome,
    pub differences: Vec<Difference>,
    pub faults: Vec<CellFault>,
}

/// What becomes of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Faults of the headings: with one of them nothing is applied.
    pub faults: Vec<CellFault>,
    pub rows: Vec<RowReport>,
}

impl Report {
    /// How many rows came out so.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.rows.iter().filter(|row| row.outcome == outcome).count()
    }

    /// Every fault, in the order of the rows.
    pub fn all_faults(&self) -> impl Iterator<Item = &CellFault> {
        self.faults.iter().chain(self.rows.iter().flat_map(|row| &row.faults))
    }
}
