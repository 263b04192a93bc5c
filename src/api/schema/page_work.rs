//! Work on many pages at once.

use std::collections::{HashMap, HashSet};

use poem_openapi::Object;

use crate::iiif::presentation::labels::{Exception, Run};
use crate::iiif::presentation::{Fault, LanguageMap};

/// Labels by which the canvases of an item are counted.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub struct LabelsInput {
    /// Label of the first canvas that is counted; the others go on from it: `1`, `[12]`, `iv`, `Plate A`, `1r` (leaves with two sides),
    /// `12v-13r` (what lies open), `12-13` (two pages at a time). Braces say which part counts: `Book {2}, no. 1`.
    #[oai(validator(max_length = 1000))]
    pub first: String,
    /// Id of the first canvas; that of the item if not given.
    pub from: Option<String>,
    /// Id of the last canvas; that of the item if not given.
    pub to: Option<String>,
    /// Canvases between them that are called something else.
    #[oai(default, validator(max_items = 20000))]
    pub exceptions: Vec<LabelException>,
    /// Labels that are left out, such as those of leaves that are missing.
    #[oai(default, validator(max_items = 20000))]
    pub skip: Vec<String>,
    /// Language of the labels, as BCP 47 writes it; `none` if not given.
    pub language: Option<String>,
    /// Only shows the labels.
    #[oai(default)]
    pub dry_run: bool,
}

/// A canvas that is called something else.
#[derive(Object)]
pub struct LabelException {
    /// Id of the canvas.
    pub canvas: String,
    pub label: String,
    /// Whether the series goes on after it as if it had had its number.
    #[oai(default)]
    pub counted: bool,
}

/// Labels of canvases.
#[derive(Object)]
pub struct LabelsView {
    /// In reading order.
    pub labels: Vec<CanvasLabel>,
}

/// A canvas and its label.
#[derive(Object)]
pub struct CanvasLabel {
    /// Id of the canvas.
    pub canvas: String,
    pub label: String,
}

/// Canvases to be moved.
#[derive(Object)]
pub struct CanvasesMove {
    /// The place of the first one afterwards, from 0; the others follow it.
    pub position: u32,
    /// Ids of canvases.
    #[oai(validator(min_items = 1, max_items = 20000))]
    pub canvases: Vec<String>,
}

impl LabelsInput {
    /// The canvases of `order` that are labelled, each with its label, or everything that is wrong.
    pub fn labels(&self, order: &[String]) -> Result<Vec<CanvasLabel>, Vec<Fault>> {
        let mut faults = Vec::new();
        let places: HashMap<&str, usize> = order.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        let from = self.from.as_deref().and_then(|id| place(&places, id, "/from".to_owned(), &mut faults)).unwrap_or(0);
        let last = order.len().saturating_sub(1);
        let to = self.to.as_deref().and_then(|id| place(&places, id, "/to".to_owned(), &mut faults)).unwrap_or(last);
        if from > to {
            faults.push(Fault { pointer: "/to".to_owned(), detail: "this canvas comes before that of from".to_owned() });
        }
        let mut exceptions = HashMap::new();
        for (number, LabelException { canvas, label, counted }) in self.exceptions.iter().enumerate() {
            let pointer = format!("/exceptions/{number}/canvas");
            if place(&places, canvas, pointer.clone(), &mut faults).is_some_and(|at| at < from || at > to) {
                faults.push(Fault { pointer, detail: "this canvas does not lie between from and to".to_owned() });
            }
            exceptions.insert(canvas.as_str(), Exception { label, counted: *counted });
        }
        let canvases = order.get(from..=to).unwrap_or_default();
        let skip: HashSet<_> = self.skip.iter().map(String::as_str).collect();
        let labels = Run { first: &self.first, exceptions, skip }.labels(canvases).map_err(|error| error.to_string());
        match labels {
            Ok(labels) if faults.is_empty() => {
                Ok(canvases.iter().cloned().zip(labels).map(|(canvas, label)| CanvasLabel { canvas, label }).collect())
            }
            Ok(_) => Err(faults),
            Err(detail) => Err(faults.into_iter().chain([Fault { pointer: "/first".to_owned(), detail }]).collect()),
        }
    }

    /// A label as the catalogue stores it.
    pub fn stored(&self, label: &CanvasLabel) -> (String, LanguageMap) {
        (label.canvas.clone(), LanguageMap::new(self.language.as_deref().unwrap_or("none"), &label.label))
    }
}

/// Where a canvas is in the reading order.
fn place(places: &HashMap<&str, usize>, canvas: &str, pointer: String, faults: &mut Vec<Fault>) -> Option<usize> {
    let found = places.get(canvas).copied();
    if found.is_none() {
        faults.push(Fault { pointer, detail: format!("there is no canvas \"{canvas}\" here") });
    }
    found
}
