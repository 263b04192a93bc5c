//! Single values: rights, navDate, directions, sizes, media types, languages (Presentation 3.0, sections 3.1 and 3.2).

use super::finding::Rule;
use super::report::Place;
use super::run::Run;
use super::spelling::{near, quoted, shown};
use crate::iiif::presentation::syntax::{is_media_type, is_tag};
use crate::iiif::presentation::{nav_date, rights as licences};
use serde_json::Value;

const RIGHTS: Rule = Rule::error("p3-rights", "Presentation 3.0, 3.1");
const RIGHTS_OTHER: Rule = Rule::error("p3-rights-other", "Presentation 3.0, 3.1");
const NAV_DATE: Rule = Rule::error("p3-nav-date", "Presentation 3.0, 3.1");
const NAV_DATE_UTC: Rule = Rule::note("p3-nav-date-utc", "Presentation 3.0, 3.1");
const DIRECTION: Rule = Rule::error("p3-viewing-direction", "Presentation 3.0, 3.2");
const TIME_MODE: Rule = Rule::error("p3-time-mode", "Presentation 3.0, 3.2");
const PIXELS: Rule = Rule::error("p3-size", "Presentation 3.0, 3.2");
const DURATION: Rule = Rule::error("p3-duration", "Presentation 3.0, 3.2");
const FORMAT: Rule = Rule::error("p3-format", "Presentation 3.0, 3.2");
const FORMAT_NAME: Rule = Rule::warning("p3-format-name", "Presentation 3.0, 3.2");
const PROFILE: Rule = Rule::error("p3-profile", "Presentation 3.0, 3.2");
const LANGUAGE: Rule = Rule::error("p3-language", "Presentation 3.0, 3.2");

pub(super) const DIRECTIONS: [&str; 4] = ["left-to-right", "right-to-left", "top-to-bottom", "bottom-to-top"];

/// `rights`: one URI of a licence or statement.
pub(super) fn rights(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    let Some(uri) = value.as_str() else {
        return run.add(
            at,
            RIGHTS,
            format!("rights must be one URI in quotation marks, but is {}", shown(value)),
            "give one URI; further terms belong into requiredStatement or metadata",
        );
    };
    if licences::is_valid(uri) {
        return;
    }
    match licences::suggestion(uri) {
        Some(right) => run.add(at, RIGHTS, format!("{} is not the URI by which this is defined", quoted(uri)), format!("write {right}")),
        None => run.add(
            at,
            RIGHTS_OTHER,
            format!("{} is not of Creative Commons or RightsStatements.org", quoted(uri)),
            "choose one of theirs, such as http://rightsstatements.org/vocab/InC/1.0/, and put other terms into requiredStatement or metadata",
        ),
    }
}

/// `navDate`: a moment with its time zone.
pub(super) fn nav_date(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    match value.as_str() {
        Some(text) if nav_date::parse(text).is_some() => {
            if !text.ends_with('Z') {
                let utc = nav_date::utc(text).unwrap_or_else(|| "the time in UTC".to_owned());
                run.add(at, NAV_DATE_UTC, format!("{text} is not given in UTC"), format!("write {utc}"));
            }
        }
        _ => {
            let what = format!("{} is not a date with time and time zone", shown(value));
            run.add(at, NAV_DATE, what, "write it as 1856-01-01T00:00:00Z");
        }
    }
}

/// `viewingDirection`: one of four words.
pub(super) fn direction(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    word(run, at, value, &DIRECTIONS, DIRECTION);
}

/// `timeMode`: one of three words.
pub(super) fn time_mode(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    word(run, at, value, &["trim", "scale", "loop"], TIME_MODE);
}

/// One word out of a list.
pub(super) fn word(run: &mut Run<'_>, at: &Place<'_>, value: &Value, words: &[&str], rule: Rule) {
    let text = value.as_str().unwrap_or_default();
    if words.contains(&text) {
        return;
    }
    let cure =
        near(text, words.iter().copied()).map_or_else(|| format!("write one of {}", words.join(", ")), |meant| format!("write {meant}"));
    run.add(at, rule, format!("{} is not a value of this property", shown(value)), cure);
}

/// `width` and `height`: positive whole numbers.
pub(super) fn pixels(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    if value.as_u64().is_some_and(|pixels| pixels > 0) {
        return;
    }
    let cure = match value.as_str().map(|text| text.trim().trim_end_matches("px").trim()).and_then(|text| text.parse::<u64>().ok()) {
        Some(number) if number > 0 => format!("write {number} without quotation marks"),
        _ => "write a whole number of more than 0".to_owned(),
    };
    run.add(at, PIXELS, format!("a size must be a positive whole number, but this is {}", shown(value)), cure);
}

/// `duration`: a positive number of seconds.
pub(super) fn duration(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    if value.as_f64().is_none_or(|seconds| seconds <= 0.0) {
        let what = format!("a duration must be a positive number of seconds, but this is {}", shown(value));
        run.add(at, DURATION, what, "write a number without quotation marks, such as 180.5");
    }
}

/// `format`: a media type.
pub(super) fn format(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    let Some(text) = value.as_str() else {
        return run.add(
            at,
            FORMAT,
            format!("format must be a media type in quotation marks, but is {}", shown(value)),
            "write it as image/jpeg",
        );
    };
    if let Some((wrong, right)) = [("image/jpg", "image/jpeg"), ("image/tif", "image/tiff"), ("audio/mp3", "audio/mpeg")]
        .into_iter()
        .find(|(wrong, _)| *wrong == text)
    {
        run.add(at, FORMAT_NAME, format!("{wrong} is no registered media type"), format!("write {right}"));
    } else if !is_media_type(text.split(';').next().unwrap_or_default().trim_end()) {
        run.add(at, FORMAT, format!("{} is not a media type", quoted(text)), "write it as image/jpeg or application/pdf");
    }
}

/// `profile` of something that is no service: a text.
pub(super) fn profile(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    if value.as_str().is_none_or(|text| text.trim().is_empty()) {
        run.add(at, PROFILE, format!("profile must be one text, but is {}", shown(value)), "write the name or URI of the schema");
    }
}

/// `language` of an external resource: tags, in a list or, as is usual on bodies, one alone.
pub(super) fn language(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(index, entry)| tag(run, &at.index(index), entry)),
        one => tag(run, at, one),
    }
}

fn tag(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    if !value.as_str().is_some_and(|text| is_tag(text) || text == "none") {
        run.add(at, LANGUAGE, format!("{} is no language tag", shown(value)), "write a tag of BCP 47, such as en or zh-Hant");
    }
}
