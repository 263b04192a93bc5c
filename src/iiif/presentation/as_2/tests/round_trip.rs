//! What a random Manifest says comes back from 2.1, up to the losses that are told.

mod forms;
mod losses;
mod random;

use super::super::to_2;
use crate::iiif::presentation::samples;
use crate::iiif::presentation::upgrade::upgrade;
use losses::ANY;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Every place where what came back is not what was expected.
fn differences(expected: &Value, found: &Value, at: &str, told: &mut Vec<String>) {
    match (expected, found) {
        (expected, _) if *expected == ANY => {}
        (Value::Object(expected), Value::Object(found)) => {
            let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            for name in names {
                let at = format!("{at}/{name}");
                match (expected.get(name), found.get(name)) {
                    (Some(expected), Some(found)) => differences(expected, found, &at, told),
                    (Some(expected), None) if expected == ANY => {}
                    (Some(expected), None) => told.push(format!("{at} is lost: {expected}")),
                    (None, Some(_)) if stands_in(name, expected, found) => {}
                    (None, _) => told.push(format!("{at} is added: {}", found[name])),
                }
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            expected.iter().zip(found).enumerate().for_each(|(index, (a, b))| differences(a, b, &format!("{at}/{index}"), told));
        }
        (expected, found) if expected != found => told.push(format!("{at} was {expected}, is {found}")),
        _ => {}
    }
}

/// Whether a property that was not there may be: what 2.1 or 3.0 requires, or what a file name promises.
fn stands_in(name: &str, expected: &Map<String, Value>, found: &Map<String, Value>) -> bool {
    let text = |value: &Value| value["none"][0].as_str().map(str::to_owned);
    let value = &found[name];
    match name {
        "format" => found["id"].as_str().is_some_and(|id| id.contains('.')) || value == "application/octet-stream" || value == "text/html",
        "label" => text(value).is_some_and(|label| label.parse::<usize>().is_ok() || found["id"] == label),
        "viewingDirection" => value == "left-to-right" && expected.get("behavior").is_some_and(|words| words[0] == "continuous"),
        "id" => expected.get("type").is_some_and(|class| class == "TextualBody") && value.as_str().is_some_and(|id| id.contains("#body-")),
        _ => false,
    }
}

/// What differs after the way down to 2.1 and up again, beside the losses that are told.
fn untold(manifest: &Value) -> Vec<String> {
    let down = to_2(manifest, &samples::uris());
    let mut found = upgrade(down.document).expect("a document of 2.1").document;
    let mut expected = manifest.clone();
    if let Err(fault) = losses::take(&mut expected, &down.losses) {
        return vec![fault];
    }
    forms::settle(&mut expected, "", "");
    forms::settle(&mut found, "", "");
    let mut told = Vec::new();
    differences(&expected, &found, "", &mut told);
    told
}

/// The conversion must not tell more than there is: a plain book loses nothing.
#[test]
fn what_2_1_can_say_is_lost_nowhere() {
    let book = json!({
        "@context": crate::iiif::presentation::CONTEXT, "id": "https://x.org/m", "type": "Manifest", "label": {"en": ["Book"]},
        "summary": {"en": ["<p>A</p>"]}, "behavior": ["paged"], "viewingDirection": "right-to-left",
        "requiredStatement": {"label": {"en": ["Attribution"]}, "value": {"en": ["X"]}},
        "homepage": [{"id": "https://x.org/h", "type": "Text", "label": {"en": ["H"]}, "format": "text/html"}],
        "items": [{"id": "https://x.org/c0", "type": "Canvas", "height": 10, "width": 20, "label": {"none": ["1r"]}, "items": []}],
        "structures": [{"id": "https://x.org/r", "type": "Range", "label": {"none": ["I"]}, "items": [
            {"id": "https://x.org/c0", "type": "Canvas"}, {"id": "https://x.org/c0", "type": "Canvas"}
        ]}]
    });
    assert_eq!(to_2(&book, &samples::uris()).losses, []);
    assert_eq!(untold(&book), Vec::<String>::new());
}

proptest! {
    #[test]
    fn what_comes_back_from_2_1_is_what_was_but_for_the_losses_that_are_told(manifest in random::manifest()) {
        prop_assert_eq!(untold(&manifest), Vec::<String>::new());
    }
}
