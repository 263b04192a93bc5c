//! The part of the REST interface of an Omeka S that items are brought in by, with its habits: pages of lists, searching that takes
//! upper for lower case, values that it drops without a word, a change of some values that is one of all, and an item that is not made
//! if one of its media fails. What a request has that it does not know, it notes as a fault.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::http::{Answer, Request, Server};
use super::ingest::ingest;

pub const IDENTITY: &str = "id-of-the-key";
pub const CREDENTIAL: &str = "secret-of-the-key";
/// Numbered unlike any other.
const PROPERTIES: [(&str, i64); 16] = [
    ("dcterms:title", 101),
    ("dcterms:creator", 102),
    ("dcterms:subject", 103),
    ("dcterms:description", 104),
    ("dcterms:publisher", 105),
    ("dcterms:contributor", 106),
    ("dcterms:date", 107),
    ("dcterms:type", 108),
    ("dcterms:format", 109),
    ("dcterms:identifier", 110),
    ("dcterms:source", 111),
    ("dcterms:language", 112),
    ("dcterms:relation", 113),
    ("dcterms:coverage", 114),
    ("dcterms:rights", 115),
    ("foaf:name", 9),
];
/// The only item set and the only resource template.
const SET: i64 = 5;
const TEMPLATE: i64 = 3;

#[derive(Default)]
pub struct State {
    pub items: Vec<Value>,
    pub media: Vec<Value>,
    last: i64,
    /// Method and path of every request that writes.
    pub writes: Vec<String>,
    /// What no Omeka S would understand.
    pub faults: Vec<String>,
}

/// An Omeka S with nothing in it.
pub struct Site {
    pub server: Server,
    pub state: Arc<Mutex<State>>,
}

impl Site {
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let of_server = state.clone();
        let server = Server::start(move |request| {
            let state = of_server.clone();
            async move {
                let (status, body) = answer(&state, &request).await.unwrap_or_else(|refused| refused);
                (status, "Content-Type: application/ld+json\r\n".to_owned(), body.to_string().into_bytes()) as Answer
            }
        })
        .await;
        Self { server, state }
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().expect("a state"))
    }
}

type Told = (u16, Value);

fn refused(status: u16, name: &str, text: impl Into<String>) -> Told {
    (status, json!({"errors": {name: text.into()}}))
}

async fn answer(state: &Mutex<State>, request: &Request) -> Result<Told, Told> {
    let get = |name: &str| request.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let known = (get("key_identity"), get("key_credential")) == (Some(IDENTITY), Some(CREDENTIAL));
    let writes = request.method != "GET";
    if writes {
        state.lock().expect("a state").writes.push(format!("{} {}", request.method, request.path));
        if !known {
            return Err(refused(403, "error", "Permission denied for the current user to create the resource."));
        }
        if request.headers.get("content-type").map(String::as_str) != Some("application/json") {
            return Err(refused(415, "error", "Invalid Content-Type header. Expecting \"application/json\"."));
        }
    }
    let body: Value =
        if writes { serde_json::from_slice(&request.body).map_err(|_| refused(400, "error", "Syntax error"))? } else { Value::Null };
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/api/properties") => {
            let prefix = format!("{}:", get("vocabulary_prefix").unwrap_or_default());
            let all = PROPERTIES.iter().filter(|(term, _)| term.starts_with(&prefix));
            listed(state, request, all.map(|(term, id)| json!({"o:id": id, "o:term": term})).collect(), &["vocabulary_prefix"])
        }
        ("GET", "/api/items") => {
            let found = state.lock().expect("a state").items.clone().into_iter().filter(|item| is_found(item, &get)).collect();
            let names = ["property[0][joiner]", "property[0][property]", "property[0][type]", "property[0][text]"];
            listed(state, request, found, &names)
        }
        ("GET", "/api/media") => {
            let of_item = |medium: &Value| get("item_id").and_then(|id| id.parse().ok()) == medium["o:item"]["o:id"].as_i64();
            let found = state.lock().expect("a state").media.clone().into_iter().filter(of_item).collect();
            listed(state, request, found, &["item_id"])
        }
        ("POST", "/api/items") => create(state, body).await,
        ("POST", "/api/media") => {
            let item = body["o:item"]["o:id"].as_i64();
            let is_there = state.lock().expect("a state").items.iter().any(|known| known["o:id"].as_i64() == item);
            let item = item.filter(|_| is_there).ok_or_else(|| refused(422, "o:item", "Media must belong to an item."))?;
            add_medium(state, item, &fetched(state, &body).await?, &body)
        }
        ("PATCH", path) => change(state, path.strip_prefix("/api/items/").unwrap_or_default(), &body),
        _ => Err(refused(404, "error", "The page was not found")),
    }
}

/// A page of a list; 25 entries unless asked otherwise.
fn listed(state: &Mutex<State>, request: &Request, all: Vec<Value>, names: &[&str]) -> Result<Told, Told> {
    let number = |name: &str, usual: usize| {
        request.query.iter().find(|(known, _)| known == name).map_or(usual, |(_, value)| value.parse().expect("a number"))
    };
    for (name, _) in &request.query {
        if !names.contains(&name.as_str()) && !["page", "per_page", "key_identity", "key_credential"].contains(&name.as_str()) {
            state.lock().expect("a state").faults.push(format!("{} asks for {name}", request.path));
        }
    }
    let size = number("per_page", 25);
    Ok((200, all.into_iter().skip((number("page", 1) - 1) * size).take(size).collect()))
}

/// Whether one of the values is the text, upper and lower case alike.
fn is_found<'a>(item: &Value, get: &impl Fn(&str) -> Option<&'a str>) -> bool {
    let (Some(property), Some("eq"), Some(text)) = (get("property[0][property]"), get("property[0][type]"), get("property[0][text]"))
    else {
        return true;
    };
    let values = item.as_object().expect("an item").values().filter_map(Value::as_array).flatten();
    let of_property = values.filter(|value| value["property_id"].as_i64() == property.parse().ok());
    of_property.filter_map(|value| value["@value"].as_str().or(value["@id"].as_str())).any(|value| value.eq_ignore_ascii_case(text))
}

/// The values that are valid, by the property that they name; whatever they stand under does not count.
fn values(state: &Mutex<State>, body: &Value) -> Vec<(String, Value)> {
    let mut kept = Vec::new();
    for (name, list) in body.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with("o:")) {
        for value in list.as_array().into_iter().flatten() {
            let term = PROPERTIES.iter().find(|(_, id)| value["property_id"] == *id).map(|(term, _)| *term);
            if term != Some(name.as_str()) {
                state.lock().expect("a state").faults.push(format!("{name} has {value}"));
            }
            let text = |key: &str| value[key].as_str().is_some_and(|text| !text.trim().is_empty());
            let valid = match value["type"].as_str() {
                Some("literal") => text("@value"),
                Some("uri") => text("@id") && !value["@id"].to_string().contains(' '),
                _ => false,
            };
            if let (true, Some(term)) = (valid, term) {
                let mut value = value.clone();
                value["property_label"] = term.into();
                value["is_public"] = value.get("is_public").cloned().unwrap_or(true.into());
                kept.push((term.to_owned(), value));
            }
        }
    }
    kept
}

fn put_values(resource: &mut Value, values: Vec<(String, Value)>) {
    let members = resource.as_object_mut().expect("an object");
    members.retain(|name, _| name.starts_with("o:") || name.starts_with('@'));
    for (term, value) in values {
        let list = members.entry(term).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(value);
    }
}

fn number(state: &Mutex<State>) -> i64 {
    let mut state = state.lock().expect("a state");
    state.last += 1;
    state.last
}

async fn create(state: &Mutex<State>, body: Value) -> Result<Told, Told> {
    if let Some(set) = body["o:item_set"].as_array().into_iter().flatten().find(|set| set["o:id"] != SET) {
        return Err(refused(404, "error", format!("Omeka\\Entity\\ItemSet entity with criteria {set} not found")));
    }
    if body.get("o:resource_template").is_some_and(|template| template["o:id"] != TEMPLATE) {
        return Err(refused(404, "error", "Omeka\\Entity\\ResourceTemplate not found"));
    }
    let media = body["o:media"].as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for medium in &media {
        all.push(fetched(state, medium).await.map_err(|(status, body)| (status, json!({"errors": {"o:media": [body["errors"]]}})))?);
    }
    let id = number(state);
    let mut item = json!({"@id": format!("/api/items/{id}"), "@type": "o:Item", "o:id": id, "o:media": []});
    for name in ["o:is_public", "o:item_set", "o:resource_template"] {
        item[name] = body[name].clone();
    }
    put_values(&mut item, values(state, &body));
    state.lock().expect("a state").items.push(item);
    for (medium, data) in media.iter().zip(all) {
        add_medium(state, id, &data, medium)?;
    }
    read(state, id)
}

/// The document of a medium that is to be made.
async fn fetched(state: &Mutex<State>, medium: &Value) -> Result<Value, Told> {
    for name in medium.as_object().into_iter().flatten().map(|(name, _)| name) {
        if !["o:ingester", "o:source", "o:item", "dcterms:title"].contains(&name.as_str()) {
            state.lock().expect("a state").faults.push(format!("a medium has {name}"));
        }
    }
    let (Some(ingester), Some(source)) = (medium["o:ingester"].as_str(), medium["o:source"].as_str()) else {
        return Err(refused(422, "o:ingester", "Media must set an ingester."));
    };
    let taken = ingest(ingester, source).await;
    taken.map(|medium| medium.data).map_err(|told| refused(422, "o:source", told))
}

fn add_medium(state: &Mutex<State>, item: i64, data: &Value, body: &Value) -> Result<Told, Told> {
    let id = number(state);
    let mut medium = json!({"o:id": id, "o:item": {"o:id": item}, "o:data": data});
    for name in ["o:ingester", "o:source"] {
        medium[name] = body[name].clone();
    }
    put_values(&mut medium, values(state, body));
    let mut state = state.lock().expect("a state");
    let owner = state.items.iter_mut().find(|known| known["o:id"] == item).expect("an item");
    owner["o:media"].as_array_mut().expect("a list").push(json!({"o:id": id}));
    state.media.push(medium.clone());
    Ok((200, medium))
}

/// Without media in the request, they stay; with one value in it, all values become those.
fn change(state: &Mutex<State>, id: &str, body: &Value) -> Result<Told, Told> {
    let id: i64 = id.parse().map_err(|_| refused(404, "error", "The page was not found"))?;
    read(state, id)?;
    for name in body.as_object().into_iter().flatten().map(|(name, _)| name).filter(|name| name.starts_with("o:")) {
        state.lock().expect("a state").faults.push(format!("a change of {name}"));
    }
    let values = values(state, body);
    if !values.is_empty() {
        let mut state = state.lock().expect("a state");
        put_values(state.items.iter_mut().find(|item| item["o:id"] == id).expect("an item"), values);
    }
    read(state, id)
}

fn read(state: &Mutex<State>, id: i64) -> Result<Told, Told> {
    let state = state.lock().expect("a state");
    let item = state.items.iter().find(|item| item["o:id"] == id).cloned();
    item.map(|item| (200, item)).ok_or_else(|| refused(404, "error", "Omeka\\Entity\\Item not found"))
}
