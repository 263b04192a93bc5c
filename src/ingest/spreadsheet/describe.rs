//! Columns of descriptive properties (Presentation 3.0, section 3.1): what a resource says in one, and what it says once a cell says
//! otherwise.

use super::columns::Column;
use crate::iiif::presentation::{Descriptive, LabelValue, LanguageMap};

/// The label that a `requiredStatement` gets if no column says one.
const ATTRIBUTION: (&str, &str) = ("en", "Attribution");

/// What `descriptive` says in `column`; nothing if that is no property of its own, or one that no single column can hold.
#[must_use]
pub fn said(column: &Column, descriptive: &Descriptive) -> Vec<String> {
    let one = |value: &Option<String>| value.iter().cloned().collect();
    match column {
        Column::Label(language) => texts(&descriptive.label, language),
        Column::Summary(language) => texts(&descriptive.summary, language),
        Column::Metadata(label, language) => match pairs(&descriptive.metadata, label).as_slice() {
            [place] => texts(&descriptive.metadata[*place].value, language),
            _ => Vec::new(),
        },
        Column::StatementLabel(language) => {
            descriptive.required_statement.as_ref().map(|pair| texts(&pair.label, language)).unwrap_or_default()
        }
        Column::Statement(language) => descriptive.required_statement.as_ref().map(|pair| texts(&pair.value, language)).unwrap_or_default(),
        Column::Rights => one(&descriptive.rights),
        Column::NavDate => one(&descriptive.nav_date),
        Column::ViewingDirection => direction(descriptive),
        Column::Behavior => descriptive.behavior.clone(),
        _ => Vec::new(),
    }
}

fn direction(descriptive: &Descriptive) -> Vec<String> {
    let name = descriptive.viewing_direction.and_then(|direction| serde_json::to_value(direction).ok());
    name.and_then(|name| name.as_str().map(str::to_owned)).into_iter().collect()
}

/// Makes `descriptive` say `values` in `column`; none of them clears it. `label_language` is that of the label of a new pair.
///
/// # Errors
/// What the column cannot hold, and what to do.
pub fn say(column: &Column, label_language: Option<&str>, values: Vec<String>, descriptive: &mut Descriptive) -> Result<(), String> {
    if let Some(name) = property(column) {
        // What stood there in a form of its own.
        descriptive.rest.shift_remove(name);
    }
    match column {
        Column::Label(language) => put(&mut descriptive.label, language, values),
        Column::Summary(language) => put(&mut descriptive.summary, language, values),
        Column::Metadata(label, language) => return say_pair(label, label_language, language, values, &mut descriptive.metadata),
        Column::StatementLabel(_) if values.is_empty() && descriptive.required_statement.is_none() => {}
        Column::StatementLabel(language) => put(&mut descriptive.required_statement.get_or_insert_default().label, language, values),
        Column::Statement(language) => say_statement(language, values, &mut descriptive.required_statement),
        Column::Rights => descriptive.rights = one(values)?,
        Column::NavDate => descriptive.nav_date = one(values)?,
        Column::ViewingDirection => descriptive.viewing_direction = one(values)?.map(parsed_direction).transpose()?,
        Column::Behavior => descriptive.behavior = values,
        _ => {}
    }
    Ok(())
}

/// A statement goes with its last value.
fn say_statement(language: &str, values: Vec<String>, statement: &mut Option<LabelValue>) {
    let pair = statement.get_or_insert_default();
    put(&mut pair.value, language, values);
    if pair.value.is_empty() {
        *statement = None;
    }
}

/// Completes what several columns say together.
pub fn settle(descriptive: &mut Descriptive) {
    if let Some(pair) = &mut descriptive.required_statement {
        match (pair.label.is_empty(), pair.value.is_empty()) {
            (true, true) => descriptive.required_statement = None,
            (true, false) => pair.label = LanguageMap::new(ATTRIBUTION.0, ATTRIBUTION.1),
            _ => {}
        }
    }
}

/// The property of IIIF that a column is of.
#[must_use]
pub fn property(column: &Column) -> Option<&'static str> {
    Some(match column {
        Column::Label(_) => "label",
        Column::Summary(_) => "summary",
        Column::Metadata(..) => "metadata",
        Column::StatementLabel(_) | Column::Statement(_) => "requiredStatement",
        Column::Rights => "rights",
        Column::NavDate => "navDate",
        Column::ViewingDirection => "viewingDirection",
        Column::Behavior => "behavior",
        _ => return None,
    })
}

/// The places of the pairs that have this label in any language.
#[must_use]
pub fn pairs(metadata: &[LabelValue], label: &str) -> Vec<usize> {
    let is_labelled = |pair: &LabelValue| pair.label.texts().any(|(_, text)| text == label);
    metadata.iter().enumerate().filter(|(_, pair)| is_labelled(pair)).map(|(place, _)| place).collect()
}

fn say_pair(
    label: &str,
    label_language: Option<&str>,
    language: &str,
    values: Vec<String>,
    metadata: &mut Vec<LabelValue>,
) -> Result<(), String> {
    match pairs(metadata, label).as_slice() {
        [] if values.is_empty() => {}
        [] => {
            let label = LanguageMap::new(label_language.unwrap_or(language), label);
            let mut value = LanguageMap::default();
            value.extend(language, values);
            metadata.push(LabelValue { label, value });
        }
        [place] => {
            put(&mut metadata[*place].value, language, values);
            if metadata[*place].value.is_empty() {
                metadata.remove(*place);
            }
        }
        _ => return Err(format!("several pairs in its metadata have the label {label:?}: change them by themselves, through the item")),
    }
    Ok(())
}

fn one(mut values: Vec<String>) -> Result<Option<String>, String> {
    match values.len() {
        0 | 1 => Ok(values.pop()),
        _ => Err("it has one value; a | that belongs to the value is written \\|".to_owned()),
    }
}

fn parsed_direction(name: String) -> Result<crate::iiif::presentation::ViewingDirection, String> {
    let parsed = serde_json::from_value(name.into());
    parsed.map_err(|_| "must be left-to-right, right-to-left, top-to-bottom or bottom-to-top".to_owned())
}

fn texts(map: &LanguageMap, language: &str) -> Vec<String> {
    map.iter().find(|(known, _)| *known == language).map(|(_, texts)| texts.to_vec()).unwrap_or_default()
}

/// Makes `values` the texts of one language, in its place among the others.
fn put(map: &mut LanguageMap, language: &str, values: Vec<String>) {
    let mut changed = LanguageMap::default();
    let mut values = Some(values);
    for (known, texts) in map.iter() {
        let texts = if known == language { values.take().unwrap_or_default() } else { texts.to_vec() };
        if !texts.is_empty() {
            changed.extend(known, texts);
        }
    }
    if let Some(values) = values.filter(|values| !values.is_empty()) {
        changed.extend(language, values);
    }
    *map = changed;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::presentation::samples;

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn what_is_said_is_what_was_put_and_nothing_else_changes() {
        let before = samples::manifest_properties();
        for column in [
            Column::Label(text("cs")),
            Column::Summary(text("none")),
            Column::Metadata(text("Shelfmark"), text("en")),
            Column::Statement(text("fr")),
            Column::Rights,
            Column::NavDate,
            Column::Behavior,
        ] {
            let mut after = before.clone();
            say(&column, None, vec![text("x")], &mut after).expect("said");
            assert_eq!(said(&column, &after), ["x"], "{column:?}");
            let old = said(&column, &before);
            say(&column, None, old, &mut after).expect("said");
            settle(&mut after);
            assert_eq!(after, before, "{column:?}");
        }
    }

    #[test]
    fn a_pair_goes_with_its_last_value_and_comes_with_its_first() {
        let mut descriptive = Descriptive::default();
        let column = Column::Metadata(text("Author"), text("none"));
        say(&column, Some("en"), vec![text("a"), text("b")], &mut descriptive).expect("said");
        assert_eq!(descriptive.metadata[0].label, LanguageMap::new("en", "Author"));
        say(&column, None, Vec::new(), &mut descriptive).expect("said");
        assert_eq!(descriptive, Descriptive::default());
    }

    #[test]
    fn pairs_that_no_column_can_tell_apart_are_left_alone() {
        let pair = LabelValue { label: LanguageMap::plain("Date"), value: LanguageMap::plain("x") };
        let mut descriptive = Descriptive { metadata: vec![pair.clone(), pair], ..Descriptive::default() };
        let column = Column::Metadata(text("Date"), text("none"));
        assert!(said(&column, &descriptive).is_empty());
        assert!(say(&column, None, vec![text("y")], &mut descriptive).is_err());
    }

    #[test]
    fn a_statement_needs_no_column_for_its_label() {
        let mut descriptive = Descriptive::default();
        say(&Column::Statement(text("en")), None, vec![text("A library")], &mut descriptive).expect("said");
        settle(&mut descriptive);
        assert_eq!(descriptive.required_statement.clone().map(|pair| pair.label), Some(LanguageMap::new("en", "Attribution")));
        say(&Column::Statement(text("en")), None, Vec::new(), &mut descriptive).expect("said");
        assert_eq!(descriptive.required_statement, None);
        say(&Column::StatementLabel(text("en")), None, Vec::new(), &mut descriptive).expect("said");
        settle(&mut descriptive);
        assert_eq!(descriptive.required_statement, None);
    }

    #[test]
    fn one_value_where_one_is_meant() {
        let mut descriptive = Descriptive::default();
        assert!(say(&Column::Rights, None, vec![text("a"), text("b")], &mut descriptive).is_err());
        assert!(say(&Column::ViewingDirection, None, vec![text("up")], &mut descriptive).is_err());
    }
}
