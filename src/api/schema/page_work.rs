//! What is done to many canvases of an item at once.

use std::collections::BTreeMap;

use poem_openapi::Object;

use super::language::LanguageText;
use crate::api::problem::Problem;
use crate::catalog::{Labelled, MissingPages};
use crate::iiif::presentation::labels::{Labelling, Wanted};
use crate::iiif::presentation::naming::Place;
use crate::iiif::presentation::{Class, Descriptive, Fault, faults};

/// How canvases are to be labelled.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct LabelsInput {
    /// The first label; the others count on from it: `1`, `p. 12`, `[001]`, `1r` (1r 1v 2r), `i`, `I`, `a`, `A`, `12v-13r` (openings). Braces
    /// say what is counted where that is not clear: `MS 12, fol. {1r}`, `Plate {A}`; `{{` and `}}` are braces of the label.
    #[oai(validator(max_length = 500))]
    pub pattern: String,
    /// The number of the first label, as the pattern writes it or in digits: `12v`, `5`. That in the pattern if not given.
    #[oai(validator(max_length = 20))]
    pub start: Option<String>,
    /// Numbers that are left out because the book leaves them out, as `start` is written; of leaves both sides, if none is said.
    #[oai(default, validator(max_items = 1000))]
    pub missing: Vec<String>,
    /// Id of the first canvas that is labelled; the item's first if not given.
    pub from: Option<String>,
    /// Id of the last canvas that is labelled; the item's last if not given.
    pub to: Option<String>,
    /// Labels of their own, by canvas id: `{"p1": "Cover", "p14": "12bis", "p15": "[{}]"}`. They take no number, unless `{}` in them
    /// stands for it.
    pub exceptions: Option<BTreeMap<String, String>>,
    /// Language of the labels: only texts in this language are replaced then. If not given, the labels have none and replace all texts.
    pub language: Option<String>,
    /// Only answer with the labels; nothing is stored.
    #[oai(default)]
    pub dry_run: bool,
}

/// The labels that canvases were given, or would be.
#[derive(Object)]
pub struct LabelsView {
    pub canvases: Vec<LabelView>,
}

/// The label of a canvas.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct LabelView {
    /// Id of the canvas.
    pub id: String,
    /// What the file is called that its image was made of.
    pub file_name: Option<String>,
    pub label: LanguageText,
    /// The label that it had.
    pub before: Option<LanguageText>,
}

/// Where canvases are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poem_openapi::Enum)]
#[oai(rename_all = "lowercase")]
pub enum Edge {
    Start,
    End,
}

/// Canvases to be moved.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CanvasesMove {
    /// Ids of canvases: they follow one another in this order.
    #[oai(validator(min_items = 1, max_items = 20000))]
    pub canvases: Vec<String>,
    /// Id of the canvas that they are put before.
    pub before: Option<String>,
    /// In place of `before`: to the start or the end of the item.
    pub to: Option<Edge>,
}

/// Pages that are missing.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MissingInput {
    pub label: LanguageText,
    /// How many; each is a canvas.
    #[oai(default = "one", validator(minimum(value = "1"), maximum(value = "1000")))]
    pub count: u32,
    /// Id of the canvas that they are put before.
    pub before: Option<String>,
    /// In place of `before`: to the start or the end of the item.
    pub to: Option<Edge>,
    /// Width in the canvas's own units; that of the nearest canvas if not given.
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    pub width: Option<i32>,
    /// Height in the canvas's own units; that of the nearest canvas if not given.
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    pub height: Option<i32>,
}

fn one() -> u32 {
    1
}

impl LabelsInput {
    /// How the canvases are labelled, or everything that is wrong with it.
    pub fn check(self) -> Result<Labelling, Problem> {
        let Self { pattern, start, missing, from, to, exceptions, language, dry_run: _ } = self;
        let exceptions = exceptions.unwrap_or_default().into_iter().collect();
        Labelling::of(Wanted { pattern, start, missing, from, to, exceptions, language }).map_err(Problem::invalid)
    }
}

impl LabelsView {
    pub fn of(labelled: Vec<Labelled>) -> Self {
        let view = |Labelled { id, file_name, before, label }| LabelView {
            id,
            file_name,
            label: LanguageText(label),
            before: (!before.is_empty()).then_some(LanguageText(before)),
        };
        Self { canvases: labelled.into_iter().map(view).collect() }
    }
}

impl CanvasesMove {
    /// Where the canvases go, or what is wrong with it.
    pub fn place(&self) -> Result<Place, Problem> {
        place(self.before.clone(), self.to).map_err(|fault| Problem::invalid(vec![fault]))
    }
}

impl MissingInput {
    /// What the catalogue stores, or everything that is wrong with it.
    pub fn check(self) -> Result<MissingPages, Problem> {
        let Self { label, count, before, to, width, height } = self;
        let descriptive = Descriptive { label: label.0, ..Descriptive::default() };
        let mut told = faults(&descriptive, Class::Canvas);
        if width.is_some() != height.is_some() {
            let detail = "width and height go together: send both, or neither to take those of the nearest canvas".to_owned();
            told.push(Fault { pointer: if width.is_some() { "/height" } else { "/width" }.to_owned(), detail });
        }
        match place(before, to) {
            Ok(place) if told.is_empty() => Ok(MissingPages { count: count as usize, descriptive, size: width.zip(height), place }),
            Ok(_) => Err(Problem::invalid(told)),
            Err(fault) => Err(Problem::invalid(told.into_iter().chain([fault]).collect())),
        }
    }
}

fn place(before: Option<String>, to: Option<Edge>) -> Result<Place, Fault> {
    match (before, to) {
        (Some(canvas), None) => Ok(Place::Before(canvas)),
        (None, Some(Edge::Start)) => Ok(Place::Start),
        (None, Some(Edge::End)) => Ok(Place::End),
        _ => Err(Fault {
            pointer: "/before".to_owned(),
            detail: "send either before, the id of a canvas, or to, which is start or end".to_owned(),
        }),
    }
}
