//! Content State API 1.0: what a link says a viewer should open.
//!
//! A content state comes in several forms (section 3): the URI of a resource, a reference to one with the Manifest that it is part
//! of, or an Annotation with the motivation `contentState` whose targets are such. All are read as [`Target`]s; [`annotation`]
//! writes them in the full form.

mod coding;
mod part;

use serde_json::{Map, Value, json};

pub use coding::{LONGEST, decode, encode, is_web};
pub use part::{Area, Time};

use part::{fragment, of_fragment, of_selector, selectors};

const CONTEXT: &str = "http://iiif.io/api/presentation/3/context.json";
const MOTIVATION: &str = "contentState";

/// Why something is no content state. The words are for whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    #[error("a content state has at most {LONGEST} bytes")]
    TooLong,
    #[error("it is neither a URI nor encoded as the Content State API says")]
    Coding,
    #[error("what is encoded is no JSON")]
    Json,
    #[error("an annotation that opens something has the motivation contentState")]
    Motivation,
    #[error("it does not say what is to be opened")]
    Nothing,
}

/// What is to be opened: a resource, or a part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// URI of the resource, without a fragment that says a part.
    pub id: String,
    /// Its class (`Manifest`, `Canvas`, `Range`, `Collection` …); a URI alone does not say it.
    pub class: Option<String>,
    /// URI of the Manifest that it is part of.
    pub manifest: Option<String>,
    pub region: Option<Area>,
    pub time: Option<Time>,
}

impl Target {
    /// The Manifest as a whole.
    #[must_use]
    pub fn manifest(id: String) -> Self {
        Self { id, class: Some("Manifest".to_owned()), manifest: None, region: None, time: None }
    }

    /// A Canvas of a Manifest as a whole.
    #[must_use]
    pub fn canvas(id: String, manifest: String) -> Self {
        Self { id, class: Some("Canvas".to_owned()), manifest: Some(manifest), region: None, time: None }
    }

    /// The URI of the Manifest that a viewer has to load: what it is part of, or the resource itself.
    #[must_use]
    pub fn loaded(&self) -> &str {
        self.manifest.as_deref().unwrap_or(&self.id)
    }

    /// The target as an Annotation has it: the part in a fragment where that can say it, in selectors where not.
    fn value(&self) -> Value {
        let part = fragment(self.region, self.time);
        let selectors = if part.is_some() { Vec::new() } else { selectors(self.region, self.time) };
        let id = part.map_or_else(|| self.id.clone(), |part| format!("{}#{part}", self.id));
        let Some(class) = &self.class else { return self.bare(id, selectors) };
        let mut resource = Map::from_iter([("id".to_owned(), id.into()), ("type".to_owned(), class.as_str().into())]);
        if let Some(manifest) = &self.manifest {
            resource.insert("partOf".to_owned(), json!([{"id": manifest, "type": "Manifest"}]));
        }
        specific(resource.into(), selectors)
    }

    fn bare(&self, id: String, selectors: Vec<Value>) -> Value {
        match &self.manifest {
            Some(manifest) => specific(json!({"id": id, "partOf": [{"id": manifest, "type": "Manifest"}]}), selectors),
            None => specific(id.into(), selectors),
        }
    }

    fn of_uri(uri: &str) -> Result<Self, StateError> {
        let (id, region, time) = parted(uri);
        let named = !id.is_empty();
        named.then_some(Self { id, class: None, manifest: None, region, time }).ok_or(StateError::Nothing)
    }

    fn of_value(value: &Value) -> Result<Self, StateError> {
        match value {
            Value::String(uri) => Self::of_uri(uri),
            Value::Object(_) if has(&value["type"], "SpecificResource") => {
                let source = if value["source"].is_array() { &value["source"][0] } else { &value["source"] };
                if has(&source["type"], "SpecificResource") {
                    return Err(StateError::Nothing);
                }
                Ok(Self::of_value(source)?.selected(&value["selector"]))
            }
            Value::Object(_) => {
                let target = Self::of_uri(value["id"].as_str().unwrap_or_default())?;
                Ok(Self { class: value["type"].as_str().map(str::to_owned), manifest: manifest_of(&value["partOf"]), ..target })
            }
            _ => Err(StateError::Nothing),
        }
    }

    /// With the parts that selectors say, which count before those of a fragment.
    fn selected(mut self, selectors: &Value) -> Self {
        for selector in entries(selectors) {
            let (region, time) = of_selector(selector);
            self.region = region.or(self.region);
            self.time = time.or(self.time);
        }
        self
    }
}

/// The URI without its fragment, and the parts that the fragment says; a fragment that says none stays.
fn parted(uri: &str) -> (String, Option<Area>, Option<Time>) {
    let Some((id, said)) = uri.rsplit_once('#') else { return (uri.to_owned(), None, None) };
    match of_fragment(said) {
        (None, None) => (uri.to_owned(), None, None),
        (region, time) => (id.to_owned(), region, time),
    }
}

fn specific(source: Value, mut selectors: Vec<Value>) -> Value {
    let selector = match selectors.len() {
        0 => return source,
        1 => selectors.remove(0),
        _ => selectors.into(),
    };
    json!({"type": "SpecificResource", "source": source, "selector": selector})
}

/// The Manifest among what a resource is part of.
fn manifest_of(part_of: &Value) -> Option<String> {
    let id = |value: &Value| value.as_str().or(value["id"].as_str()).filter(|id| !id.is_empty()).map(str::to_owned);
    let named = entries(part_of).find(|value| has(&value["type"], "Manifest"));
    named.or_else(|| entries(part_of).find(|value| value["type"].is_null())).and_then(id)
}

/// A list, or the one thing that stands in its place.
fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    let list: &[Value] = match value {
        Value::Array(list) => list,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    list.iter()
}

/// Whether a text is there, alone or in a list.
fn has(value: &Value, text: &str) -> bool {
    entries(value).any(|entry| entry == text)
}

/// What a content state opens, in its order; at least one target.
///
/// # Errors
/// It is none.
pub fn targets(state: &Value) -> Result<Vec<Target>, StateError> {
    if !has(&state["type"], "Annotation") {
        return Target::of_value(state).map(|target| vec![target]);
    }
    if !has(&state["motivation"], MOTIVATION) {
        return Err(StateError::Motivation);
    }
    let targets: Vec<Target> = entries(&state["target"]).map(Target::of_value).collect::<Result<_, _>>()?;
    if targets.is_empty() { Err(StateError::Nothing) } else { Ok(targets) }
}

/// The content state that opens these targets, as an Annotation.
#[must_use]
pub fn annotation(targets: &[Target]) -> Value {
    let mut values: Vec<Value> = targets.iter().map(Target::value).collect();
    let target = if values.len() == 1 { values.remove(0) } else { values.into() };
    json!({"@context": CONTEXT, "type": "Annotation", "motivation": [MOTIVATION], "target": target})
}

#[cfg(test)]
mod tests;
