//! Items and canvases as rows of a sheet that reads back as it was written.

use std::collections::HashSet;

use super::cells::written;
use super::columns::{Column, headings};
use super::describe::{pairs, said};
use super::{MAX_COLUMNS, Rows, records};
use crate::catalog::{Canvas, Item};
use crate::iiif::presentation::Descriptive;

/// Before everything: by this mark spreadsheet programs know UTF-8.
const MARK: &str = "\u{feff}";

/// The columns of a sheet to be written.
#[derive(Clone, Debug)]
pub struct Export {
    rows: Rows,
    /// With the language of the label of a pair in `metadata`.
    columns: Vec<(Column, Option<String>)>,
    known: HashSet<Column>,
}

impl Export {
    /// A sheet with the columns that every row may fill.
    #[must_use]
    pub fn new(rows: Rows) -> Self {
        let columns = match rows {
            Rows::Items => vec![
                Column::Item,
                Column::Status,
                Column::Rights,
                Column::NavDate,
                Column::ViewingDirection,
                Column::Behavior,
                Column::Manifest,
            ],
            Rows::Canvases => {
                vec![Column::Item, Column::Canvas, Column::Image, Column::Width, Column::Height, Column::Duration, Column::Behavior]
            }
        };
        let known = columns.iter().cloned().collect();
        Self { rows, columns: columns.into_iter().map(|column| (column, None)).collect(), known }
    }

    /// A sheet to be filled in by people.
    #[must_use]
    pub fn template(rows: Rows) -> String {
        let mut template = Self::new(rows);
        let texts = match rows {
            Rows::Items => vec![Column::Images, label("en"), Column::Summary("en".to_owned()), pair("Creator"), pair("Date")],
            Rows::Canvases => vec![label("en")],
        };
        template.columns.retain(|(column, _)| *column != Column::Manifest);
        template.columns.extend(texts.into_iter().map(|column| (column, None)));
        template.head()
    }

    /// Adds the columns that this resource needs.
    ///
    /// # Errors
    /// More columns than a sheet may have.
    pub fn note(&mut self, descriptive: &Descriptive) -> Result<(), String> {
        for (column, label_language) in columns_of(descriptive) {
            if !self.known.contains(&column) && self.reads_back(&column, label_language.as_deref()) {
                self.known.insert(column.clone());
                self.columns.push((column, label_language));
            }
        }
        if self.columns.len() > MAX_COLUMNS {
            return Err(format!("these would be more than {MAX_COLUMNS} columns, as many labels are in their metadata: choose fewer"));
        }
        Ok(())
    }

    /// Whether the heading of a column can say what it is.
    fn reads_back(&self, column: &Column, label_language: Option<&str>) -> bool {
        let (known, _) = headings(&[column.name(self.rows, label_language)], self.rows, 1);
        known.first().is_some_and(|heading| heading.column == *column)
    }

    /// The first row.
    #[must_use]
    pub fn head(&self) -> String {
        let mut row = MARK.to_owned();
        let names: Vec<String> = self.ordered().map(|(column, language)| column.name(self.rows, language.as_deref())).collect();
        records::write(&mut row, names.iter().map(String::as_str));
        row
    }

    /// The row of an item, whose manifest is at `manifest`.
    #[must_use]
    pub fn item(&self, item: &Item, manifest: &str) -> String {
        self.row(&item.descriptive, |column| match column {
            Column::Item => Some(item.id.clone()),
            Column::Status => Some(item.status.name().to_owned()),
            Column::Manifest => Some(manifest.to_owned()),
            _ => None,
        })
    }

    /// The row of a canvas.
    #[must_use]
    pub fn canvas(&self, canvas: &Canvas) -> String {
        self.row(&canvas.descriptive, |column| match column {
            Column::Item => Some(canvas.item_id.clone()),
            Column::Canvas => Some(canvas.id.clone()),
            Column::Image => canvas.image_id.clone(),
            Column::Width => canvas.width.map(|width| width.to_string()),
            Column::Height => canvas.height.map(|height| height.to_string()),
            Column::Duration => canvas.duration.map(|seconds| seconds.to_string()),
            _ => None,
        })
    }

    fn row(&self, descriptive: &Descriptive, own: impl Fn(&Column) -> Option<String>) -> String {
        let cell = |column: &Column| own(column).map_or_else(|| written(&said(column, descriptive)), |value| written(&[value]));
        let cells: Vec<String> = self.ordered().map(|(column, _)| cell(column)).collect();
        let mut row = String::new();
        records::write(&mut row, cells.iter().map(String::as_str));
        row
    }

    /// Ids first, then what is told to people, then the rest.
    fn ordered(&self) -> impl Iterator<Item = &(Column, Option<String>)> {
        let mut columns: Vec<_> = self.columns.iter().collect();
        columns.sort_by_key(|(column, _)| rank(column));
        columns.into_iter()
    }
}

fn rank(column: &Column) -> u8 {
    match column {
        Column::Item => 0,
        Column::Canvas => 1,
        Column::Status => 2,
        Column::Images | Column::Image => 3,
        Column::Label(_) => 4,
        Column::Summary(_) => 5,
        Column::Metadata(..) => 6,
        Column::StatementLabel(_) | Column::Statement(_) => 7,
        Column::Manifest => 9,
        _ => 8,
    }
}

fn label(language: &str) -> Column {
    Column::Label(language.to_owned())
}

fn pair(label: &str) -> Column {
    Column::Metadata(label.to_owned(), "en".to_owned())
}

/// The columns with languages in which a resource says something, with the language of the label of a pair.
fn columns_of(descriptive: &Descriptive) -> Vec<(Column, Option<String>)> {
    let mut columns = Vec::new();
    let languages = |map: &crate::iiif::presentation::LanguageMap| map.iter().map(|(tag, _)| tag.to_owned()).collect::<Vec<_>>();
    columns.extend(languages(&descriptive.label).into_iter().map(|tag| (Column::Label(tag), None)));
    columns.extend(languages(&descriptive.summary).into_iter().map(|tag| (Column::Summary(tag), None)));
    for pair in &descriptive.metadata {
        let Some((label_language, label)) = pair.label.texts().next() else { continue };
        if pairs(&descriptive.metadata, label).len() == 1 {
            let column = |tag| (Column::Metadata(label.to_owned(), tag), Some(label_language.to_owned()));
            columns.extend(languages(&pair.value).into_iter().map(column));
        }
    }
    if let Some(pair) = &descriptive.required_statement {
        columns.extend(languages(&pair.label).into_iter().map(|tag| (Column::StatementLabel(tag), None)));
        columns.extend(languages(&pair.value).into_iter().map(|tag| (Column::Statement(tag), None)));
    }
    if descriptive.rights.is_some() {
        columns.push((Column::Rights, None));
    }
    if descriptive.nav_date.is_some() {
        columns.push((Column::NavDate, None));
    }
    columns
}
