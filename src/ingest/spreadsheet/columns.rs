//! Columns: what their headings mean. Properties go by their IIIF names or by terms of Dublin Core, languages behind an `@`.

use super::cells::coordinate;
use super::report::CellFault;
use super::{Rows, terms};
use crate::iiif::presentation::{NONE, is_tag};

/// What a column holds. Texts go with their language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// Id of the item: `id` where a row is an item, `item` where it is a canvas.
    Item,
    /// Id of the canvas.
    Canvas,
    Status,
    Label(String),
    Summary(String),
    /// The value of the pair in `metadata` with this label.
    Metadata(String, String),
    StatementLabel(String),
    /// The value of `requiredStatement`.
    Statement(String),
    Rights,
    NavDate,
    ViewingDirection,
    Behavior,
    /// Ids of images that are to be on canvases of the item.
    Images,
    /// The same by the storage keys of their masters.
    Keys,
    /// Id of the image on the canvas.
    Image,
    /// The same by the storage key of its master.
    Key,
    Width,
    Height,
    Duration,
    /// URL of the manifest: written for people, not read.
    Manifest,
}

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// From 0.
    pub place: usize,
    pub column: Column,
    /// The language of the label that a new pair in `metadata` gets.
    pub label_language: Option<String>,
}

const BOTH: [&str; 8] = ["id", "label", "summary", "metadata.…", "requiredStatement", "requiredStatement.label", "rights", "navDate"];
const OF_ITEMS: [&str; 6] = ["status", "viewingDirection", "behavior", "images", "keys", "manifest"];
const OF_CANVASES: [&str; 7] = ["item", "behavior", "image", "key", "width", "height", "duration"];
const METADATA: &str = "metadata";
const TERM: &str = "dcterms:";

impl Column {
    /// The heading of this column; `label_language` as in [`Heading`].
    #[must_use]
    pub fn name(&self, rows: Rows, label_language: Option<&str>) -> String {
        match self {
            Self::Item if rows == Rows::Items => "id".to_owned(),
            Self::Item => "item".to_owned(),
            Self::Canvas => "id".to_owned(),
            Self::Label(language) => in_language("label", language),
            Self::Summary(language) => in_language("summary", language),
            Self::Metadata(label, language) => {
                let of = label_language.filter(|of| of != language).map(|of| format!("[{of}]")).unwrap_or_default();
                let suffix = if language == NONE && !label.contains('@') { String::new() } else { format!("@{language}") };
                format!("{METADATA}{of}.{label}{suffix}")
            }
            Self::StatementLabel(language) => in_language("requiredStatement.label", language),
            Self::Statement(language) => in_language("requiredStatement", language),
            plain => plain.plain_name().to_owned(),
        }
    }

    /// The name in a sheet's heading of a column without language.
    fn plain_name(&self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Rights => "rights",
            Self::NavDate => "navDate",
            Self::ViewingDirection => "viewingDirection",
            Self::Behavior => "behavior",
            Self::Images => "images",
            Self::Keys => "keys",
            Self::Image => "image",
            Self::Key => "key",
            Self::Width => "width",
            Self::Height => "height",
            Self::Duration => "duration",
            _ => "manifest",
        }
    }
}

fn in_language(name: &str, language: &str) -> String {
    if language == NONE { name.to_owned() } else { format!("{name}@{language}") }
}

/// What a row of a sheet with these headings is: a canvas if there is a column `item`.
#[must_use]
pub fn rows_of(headings: &[String]) -> Rows {
    let item = headings.iter().any(|heading| heading.trim().eq_ignore_ascii_case("item"));
    if item { Rows::Canvases } else { Rows::Items }
}

/// What the headings mean, and every one that means nothing or the same as another; `row` is theirs.
#[must_use]
pub fn headings(cells: &[String], rows: Rows, row: usize) -> (Vec<Heading>, Vec<CellFault>) {
    let (mut known, mut faults): (Vec<Heading>, Vec<CellFault>) = (Vec::new(), Vec::new());
    for (place, text) in cells.iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let mut fault = |detail: String| faults.push(CellFault { cell: coordinate(place, row), column: text.trim().to_owned(), detail });
        match heading(text.trim(), rows) {
            Err(detail) => fault(detail),
            Ok((column, label_language)) => match known.iter().find(|other| other.column == column) {
                Some(other) => fault(format!("the same as column {}: leave one of them out", coordinate(other.place, row))),
                None => known.push(Heading { place, column, label_language }),
            },
        }
    }
    let needed = if rows == Rows::Items { &[Column::Item][..] } else { &[Column::Item, Column::Canvas] };
    for column in needed.iter().filter(|column| known.iter().all(|heading| heading.column != **column)) {
        let name = column.name(rows, None);
        let detail = format!("there is no column \"{name}\": it says what each row is about, so that the same sheet can be sent again");
        faults.push(CellFault { cell: coordinate(0, row), column: name, detail });
    }
    (known, faults)
}

/// What one heading means, and the language of the label if it is of `metadata`.
fn heading(text: &str, rows: Rows) -> Result<(Column, Option<String>), String> {
    let (name, language) = match text.rsplit_once('@') {
        Some((name, language)) if language == NONE || is_tag(language) => (name, Some(language)),
        Some((name, language)) if !name.to_ascii_lowercase().starts_with(METADATA) => {
            return Err(format!("{language:?} is no language tag of BCP 47, such as en or zh-Hant: write {name}@en"));
        }
        _ => (text, None),
    };
    let spoken = language.unwrap_or(NONE).to_owned();
    if let Some((label, label_language)) = pair(name) {
        return Ok((Column::Metadata(label.to_owned(), spoken), label_language.map(str::to_owned)));
    }
    let name = match name.get(..TERM.len()).filter(|prefix| prefix.eq_ignore_ascii_case(TERM)) {
        None => name,
        Some(_) => {
            let term = &name[TERM.len()..];
            match (terms::property(term), terms::label(term)) {
                (Some(property), _) => property,
                (None, Some(label)) => return Ok((Column::Metadata(label.to_owned(), spoken), Some("en".to_owned()))),
                (None, None) => return Err(unknown(text, terms::names().map(|name| format!("{TERM}{name}")))),
            }
        }
    };
    let column = named(name, &spoken, rows).ok_or_else(|| unknown(text, all_names(rows)))?;
    let speaks = matches!(column, Column::Label(_) | Column::Summary(_) | Column::Statement(_) | Column::StatementLabel(_));
    match language {
        Some(language) if !speaks => Err(format!("{name} has no language: leave @{language} away")),
        _ => Ok((column, None)),
    }
}

/// The label, and its language, of a heading such as `metadata.Author` or `metadata[en].Author`.
fn pair(name: &str) -> Option<(&str, Option<&str>)> {
    let rest = name.get(..METADATA.len()).filter(|word| word.eq_ignore_ascii_case(METADATA)).map(|_| &name[METADATA.len()..])?;
    let (language, label) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((language, label)) => (Some(language).filter(|tag| *tag == NONE || is_tag(tag))?.into(), label),
        None => (None, rest),
    };
    let label = label.strip_prefix('.')?.trim();
    (!label.is_empty()).then_some((label, language))
}

fn named(name: &str, language: &str, rows: Rows) -> Option<Column> {
    let language = language.to_owned();
    let lower = name.to_ascii_lowercase();
    let column = match lower.as_str() {
        "label" => Column::Label(language),
        "summary" => Column::Summary(language),
        "requiredstatement" => Column::Statement(language),
        "requiredstatement.label" => Column::StatementLabel(language),
        "rights" => Column::Rights,
        "navdate" => Column::NavDate,
        "behavior" => Column::Behavior,
        other => return if rows == Rows::Items { of_item(other) } else { of_canvas(other) },
    };
    Some(column)
}

fn of_item(name: &str) -> Option<Column> {
    Some(match name {
        "id" => Column::Item,
        "status" => Column::Status,
        "viewingdirection" => Column::ViewingDirection,
        "images" => Column::Images,
        "keys" => Column::Keys,
        "manifest" => Column::Manifest,
        _ => return None,
    })
}

fn of_canvas(name: &str) -> Option<Column> {
    Some(match name {
        "item" => Column::Item,
        "id" => Column::Canvas,
        "image" => Column::Image,
        "key" => Column::Key,
        "width" => Column::Width,
        "height" => Column::Height,
        "duration" => Column::Duration,
        _ => return None,
    })
}

fn all_names(rows: Rows) -> impl Iterator<Item = String> {
    let own: &[&str] = if rows == Rows::Items { &OF_ITEMS } else { &OF_CANVASES };
    BOTH.iter().chain(own).map(|name| (*name).to_owned())
}

fn unknown(text: &str, names: impl Iterator<Item = String>) -> String {
    let lower = text.to_ascii_lowercase();
    let plain = lower.split('@').next().unwrap_or_default();
    let ranked = names.map(|name| (distance(plain, &name.to_ascii_lowercase()), name)).collect::<Vec<_>>();
    let nearest =
        ranked.iter().filter(|(distance, name)| *distance <= (name.len() / 3).max(2).min(name.len() / 2)).min().map(|(_, name)| name);
    let close = nearest.map(|name| format!("did you mean {name}? ")).unwrap_or_default();
    let label = text.split('@').next().unwrap_or_default();
    format!("there is no such column; {close}a pair in metadata is written metadata.{label}")
}

/// How many letters must be added, left out or changed to make one word of another.
fn distance(a: &str, b: &str) -> usize {
    // Long headings are no misspelt names.
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn headings_mean_properties_and_terms_in_their_languages() {
        for (name, column) in [
            ("id", Column::Item),
            ("ID", Column::Item),
            ("label", Column::Label(text("none"))),
            ("label@de", Column::Label(text("de"))),
            ("Label@zh-Hant", Column::Label(text("zh-Hant"))),
            ("dcterms:title@en", Column::Label(text("en"))),
            ("dcterms:creator@en", Column::Metadata(text("Creator"), text("en"))),
            ("dcterms:license", Column::Rights),
            ("metadata.Author@none", Column::Metadata(text("Author"), text("none"))),
            ("metadata[en].Author", Column::Metadata(text("Author"), text("none"))),
            ("metadata.a@b c@none", Column::Metadata(text("a@b c"), text("none"))),
            ("metadata.a@b c", Column::Metadata(text("a@b c"), text("none"))),
            ("requiredStatement.label@fr", Column::StatementLabel(text("fr"))),
        ] {
            assert_eq!(heading(name, Rows::Items).map(|(column, _)| column), Ok(column), "{name}");
        }
        assert_eq!(heading("item", Rows::Canvases).map(|(column, _)| column), Ok(Column::Item));
        assert_eq!(heading("metadata[en].A@de", Rows::Items).map(|(_, language)| language), Ok(Some(text("en"))));
    }

    #[test]
    fn a_name_means_what_its_column_is_called() {
        for rows in [Rows::Items, Rows::Canvases] {
            for name in all_names(rows).filter(|name| !name.contains('…')) {
                let (column, _) = heading(&name, rows).expect("a column");
                assert_eq!(column.name(rows, None), name);
            }
        }
        for (label, language, of) in [("a@b", "none", "none"), ("Author", "en", "de"), ("x.y [z]", "none", "en"), ("a", "fr", "fr")] {
            let column = Column::Metadata(text(label), text(language));
            let name = column.name(Rows::Items, Some(of));
            assert_eq!(heading(&name, Rows::Items).map(|(column, _)| column), Ok(column), "{name}");
        }
    }

    #[test]
    fn what_means_nothing_is_told_with_what_is_nearest() {
        for (name, part) in [
            ("lable@de", "label"),
            ("viewingDirecton", "viewingDirection"),
            ("dcterms:creatr", "dcterms:creator"),
            ("Author", "metadata.Author"),
            ("label@english language", "BCP 47"),
            ("rights@en", "no language"),
            ("image", "images"),
        ] {
            let told = heading(name, Rows::Items).expect_err("a fault");
            assert!(told.contains(part), "{name}: {told}");
        }
    }

    #[test]
    fn a_column_is_there_once_and_the_ids_are_there() {
        let cells = ["label", "dcterms:title", "", "x y"].map(text);
        let (known, faults) = headings(&cells, Rows::Items, 1);
        assert_eq!(known.len(), 1);
        assert_eq!(faults.iter().map(|fault| fault.cell.as_str()).collect::<Vec<_>>(), ["B1", "D1", "A1"]);
    }
}
