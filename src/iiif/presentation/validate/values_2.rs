//! Single values of Presentation 2.1 (section 3.3): hints, directions, dates and sizes.

use super::finding::Rule;
use super::properties_2::Class;
use super::report::Place;
use super::run::Run;
use super::spelling::shown;
use super::values;
use crate::iiif::presentation::nav_date;
use serde_json::Value;

const HINT: Rule = Rule::error("p2-viewing-hint", "Presentation 2.1, 3.3");
const DIRECTION: Rule = Rule::error("p2-viewing-direction", "Presentation 2.1, 3.3");
const NAV_DATE: Rule = Rule::error("p2-nav-date", "Presentation 2.1, 3.3");
const SIZE: Rule = Rule::error("p2-size", "Presentation 2.1, 3.3");
const NOT_ALLOWED: Rule = Rule::error("p2-not-allowed", "Presentation 2.1, appendix B");

const HINTS: [(&str, &[Class]); 7] = [
    ("individuals", &[Class::Manifest, Class::Sequence, Class::LaterSequence, Class::Range, Class::Collection]),
    ("paged", &[Class::Manifest, Class::Sequence, Class::LaterSequence, Class::Range]),
    ("continuous", &[Class::Manifest, Class::Sequence, Class::LaterSequence, Class::Range]),
    ("multi-part", &[Class::Collection]),
    ("non-paged", &[Class::Canvas]),
    ("top", &[Class::Range, Class::Collection]),
    ("facing-pages", &[Class::Canvas]),
];

/// `viewingHint`: one of seven words on the resource that it is for, or a URI.
pub(super) fn hint(run: &mut Run<'_>, at: &Place<'_>, value: &Value, class: Class) {
    let text = value.as_str().unwrap_or_default();
    match HINTS.iter().find(|(word, _)| *word == text) {
        Some((_, classes)) if !classes.contains(&class) => {
            run.add(at, HINT, format!("{text} has no meaning on a {}", class.name()), "move it to the resource that it is about");
        }
        Some(_) => {}
        None if text.starts_with("http") => {}
        None => values::word(run, at, value, &HINTS.map(|(word, _)| word), HINT),
    }
}

/// `viewingDirection`: one of four words.
pub(super) fn direction(run: &mut Run<'_>, at: &Place<'_>, value: &Value, class: Class) {
    if matches!(class, Class::Manifest | Class::Sequence | Class::LaterSequence | Class::Range | Class::Layer) {
        values::word(run, at, value, &values::DIRECTIONS, DIRECTION);
    } else {
        run.add(at, NOT_ALLOWED, format!("a {} cannot have viewingDirection", class.name()), "move it to the Manifest or the Sequence");
    }
}

/// `navDate`: a moment in UTC.
pub(super) fn date(run: &mut Run<'_>, at: &Place<'_>, value: &Value, class: Class) {
    if !matches!(class, Class::Manifest | Class::Collection) {
        return run.add(at, NOT_ALLOWED, format!("a {} cannot have navDate", class.name()), "move it to the Manifest");
    }
    let utc = value.as_str().is_some_and(|text| nav_date::parse(text).is_some() && text.ends_with('Z') && text.len() == 20);
    if !utc {
        run.add(at, NAV_DATE, format!("{} is not a date and time in UTC", shown(value)), "write it as 1856-01-01T00:00:00Z");
    }
}

/// `height` and `width`: positive whole numbers.
pub(super) fn size(run: &mut Run<'_>, at: &Place<'_>, value: &Value, class: Class) {
    if !matches!(class, Class::Canvas | Class::Content) {
        run.add(at, NOT_ALLOWED, format!("a {} has no size", class.name()), "move height and width to the Canvas");
    } else if value.as_u64().is_none_or(|pixels| pixels == 0) {
        let cure = match value.as_str().and_then(|text| text.trim().parse::<u64>().ok()).filter(|number| *number > 0) {
            Some(number) => format!("write {number} without quotation marks"),
            None => "write a whole number of more than 0".to_owned(),
        };
        run.add(at, SIZE, format!("a size must be a positive whole number, but this is {}", shown(value)), cure);
    }
}
