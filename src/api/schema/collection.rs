//! Collections and their members.

use poem_openapi::Object;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::item::check_id;
use super::language::LanguageText;
use super::{Properties, StatusName, moment};
use crate::api::problem::Problem;
use crate::catalog::{Collection, CollectionContent, CollectionMember, MemberTarget};
use crate::iiif::presentation::{Class, Fault, LanguageMap, faults};
use crate::iiif::uris::Uris;

/// A collection as it is written. Only the label is needed.
#[derive(Clone, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub struct CollectionInput {
    /// Chosen for ever: `[A-Za-z0-9][A-Za-z0-9._~-]{0,127}`. Minted if it is not given. Only when the collection is created.
    pub id: Option<String>,
    pub label: LanguageText,
    /// `draft` unless said otherwise.
    #[oai(default)]
    pub status: StatusName,
    #[oai(flatten)]
    pub properties: Properties,
}

impl poem_openapi::types::Example for CollectionInput {
    fn example() -> Self {
        let text = |text: &str| LanguageText(LanguageMap::new("en", text));
        Self {
            id: Some("herbaria".to_owned()),
            label: text("Herbaria"),
            status: StatusName::Published,
            properties: Properties { summary: Some(text("Pressed plants of all shores.")), ..Properties::default() },
        }
    }
}

/// A collection as it is read.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct CollectionView {
    pub id: String,
    pub label: LanguageText,
    pub status: StatusName,
    #[oai(flatten)]
    pub properties: Properties,
    /// How many members it has, drafts among them.
    pub member_count: i32,
    /// Counts the changes, those of the members too; the ETag is this in quotes.
    pub revision: i64,
    pub created: String,
    pub modified: String,
    /// URL of its IIIF document.
    pub uri: String,
}

/// A member to be added: exactly one of the three.
#[derive(Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct NewMember {
    /// Id of an item.
    pub item: Option<String>,
    /// Id of a collection.
    pub collection: Option<String>,
    /// A Manifest or Collection that is not ours, as IIIF Presentation 3.0 refers to one: its `id`, `type` and `label`, and whatever
    /// else is to be said of it, such as a `thumbnail`. It is kept and shown just as it is.
    pub elsewhere: Option<Value>,
}

/// Members to be added at a place.
#[derive(Object)]
pub struct MembersInput {
    /// The first one's place, from 0; at the end if not given.
    #[oai(validator(minimum(value = "0")))]
    pub position: Option<i32>,
    #[oai(validator(min_items = 1, max_items = 20000))]
    pub members: Vec<NewMember>,
}

/// Members just added.
#[derive(Object)]
pub struct MembersAdded {
    /// The place of the first.
    pub position: i32,
    /// The ids of the members, in the order that they were sent.
    pub members: Vec<String>,
}

/// A member as it is read.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MemberView {
    /// Stays when the member is moved; goes with it when it is taken out.
    pub id: String,
    /// Its place, from 0.
    pub position: i32,
    /// Id of the item that it is.
    pub item: Option<String>,
    /// Id of the collection that it is.
    pub collection: Option<String>,
    /// The Manifest or Collection that is not ours, as it came.
    pub elsewhere: Option<Value>,
    /// Of the item or collection.
    pub label: Option<LanguageText>,
    /// Of the item or collection.
    pub status: Option<StatusName>,
    /// Its id in IIIF documents.
    pub uri: String,
}

/// The order of a collection.
#[derive(Object)]
pub struct MemberOrder {
    /// The ids of all its members, each once.
    pub members: Vec<String>,
}

/// Members to be moved.
#[derive(Object)]
pub struct MembersMove {
    /// The place of the first one afterwards, from 0; the others follow it.
    #[oai(validator(minimum(value = "0")))]
    pub position: i32,
    /// Ids of members.
    #[oai(validator(min_items = 1, max_items = 20000))]
    pub members: Vec<String>,
}

impl CollectionInput {
    /// What the catalogue stores, or everything that is wrong with it.
    pub fn check(self) -> Result<(Option<String>, CollectionContent), Problem> {
        let Self { id, label, status, properties } = self;
        let mut told = Vec::new();
        check_id(id.as_deref(), "/id", &mut told);
        if properties.start.is_some() {
            let detail = "a Collection has no start; a manifest in it may have one".to_owned();
            told.push(Fault { pointer: "/start".to_owned(), detail });
        }
        let descriptive = properties.into_descriptive(label);
        told.extend(faults(&descriptive, Class::Collection));
        if told.is_empty() { Ok((id, CollectionContent { status: status.into(), descriptive })) } else { Err(Problem::invalid(told)) }
    }

    /// What a writer would send to have the collection as it is; members apart.
    pub fn of(collection: Collection) -> Self {
        let (label, properties) = Properties::from_descriptive(collection.descriptive);
        Self { id: Some(collection.id), label, status: collection.status.into(), properties }
    }
}

impl MembersInput {
    /// What the catalogue stores, or everything that is wrong with it.
    pub fn check(self) -> Result<(Option<i32>, Vec<MemberTarget>), Problem> {
        let mut told = Vec::new();
        let checked = self.members.into_iter().enumerate();
        let members = checked.filter_map(|(place, one)| one.check(&format!("/members/{place}"), &mut told)).collect();
        if told.is_empty() { Ok((self.position, members)) } else { Err(Problem::invalid(told)) }
    }
}

impl NewMember {
    /// What the catalogue stores; faults are told at `at`.
    fn check(self, at: &str, told: &mut Vec<Fault>) -> Option<MemberTarget> {
        let before = told.len();
        let mut fault = |name: &str, detail: &str| told.push(Fault { pointer: format!("{at}{name}"), detail: detail.to_owned() });
        let target = match (self.item, self.collection, self.elsewhere) {
            (Some(id), None, None) => {
                check_id(Some(&id), &format!("{at}/item"), told);
                MemberTarget::Item(id)
            }
            (None, Some(id), None) => {
                check_id(Some(&id), &format!("{at}/collection"), told);
                MemberTarget::Collection(id)
            }
            (None, None, Some(Value::Object(reference))) => MemberTarget::Elsewhere(elsewhere(reference, &format!("{at}/elsewhere"), told)),
            (None, None, Some(_)) => {
                fault("/elsewhere", "must be an object with id, type and label");
                return None;
            }
            _ => {
                fault("", "a member is exactly one of item, collection and elsewhere");
                return None;
            }
        };
        (told.len() == before).then_some(target)
    }
}

/// Ids of members; what is no id of any is told as not being there.
pub fn member_ids(sent: &[String]) -> Result<Vec<Uuid>, Problem> {
    let mut told = Vec::new();
    let ids = sent.iter().enumerate().filter_map(|(place, id)| {
        let parsed = Uuid::parse_str(id);
        if parsed.is_err() {
            told.push(Fault { pointer: format!("/members/{place}"), detail: format!("the collection has no member \"{id}\"") });
        }
        parsed.ok()
    });
    let ids = ids.collect();
    if told.is_empty() { Ok(ids) } else { Err(Problem::invalid(told)) }
}

/// The reference as it is shown, with its label as a language map.
fn elsewhere(mut reference: Map<String, Value>, at: &str, told: &mut Vec<Fault>) -> Map<String, Value> {
    let mut fault = |name: &str, detail: &str| told.push(Fault { pointer: format!("{at}/{name}"), detail: detail.to_owned() });
    let text = |name: &str| reference.get(name).and_then(Value::as_str);
    let is_http = |id: &str| id.starts_with("http://") || id.starts_with("https://");
    if !text("id").is_some_and(|id| is_http(id) && !id.contains(char::is_whitespace)) {
        fault("id", "must be an http or https URI");
    }
    if !matches!(text("type"), Some("Manifest" | "Collection")) {
        fault("type", "must be Manifest or Collection");
    }
    if reference.contains_key("@context") {
        fault("@context", "stands at the top of a document only");
    }
    let label = reference.get("label").and_then(|label| serde_json::from_value::<LanguageMap>(label.clone()).ok());
    match label.filter(|label| !label.is_empty()) {
        // Where it stood: what was sent in order stays in order.
        Some(label) => drop(reference.insert("label".to_owned(), serde_json::to_value(label).unwrap_or_default())),
        None => fault("label", "lists show the label: a text, or texts by language"),
    }
    reference
}

impl CollectionView {
    pub fn of(collection: Collection, uris: &Uris) -> Self {
        let Collection { id, status, descriptive, revision, created, modified, member_count } = collection;
        let uri = uris.collection(&id);
        let (label, properties) = Properties::from_descriptive(super::item::published(descriptive, &uri));
        let (created, modified) = (moment(created), moment(modified));
        Self { id, label, status: status.into(), properties, member_count, revision, created, modified, uri }
    }
}

impl MemberView {
    pub fn of(member: CollectionMember, uris: &Uris) -> Self {
        let CollectionMember { id, position, target, label, status } = member;
        let (label, status) = (label.map(LanguageText), status.map(StatusName::from));
        let view = Self { id: id.to_string(), position, item: None, collection: None, elsewhere: None, label, status, uri: String::new() };
        match target {
            MemberTarget::Item(item) => Self { uri: uris.manifest(&item), item: Some(item), ..view },
            MemberTarget::Collection(id) => Self { uri: uris.collection(&id), collection: Some(id), ..view },
            MemberTarget::Elsewhere(reference) => {
                let uri = reference.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                Self { uri, elsewhere: Some(reference.into()), ..view }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_is_one_thing() {
        let one = |sent: Value| {
            let text = |name: &str| sent[name].as_str().map(str::to_owned);
            let member = NewMember { item: text("item"), collection: text("collection"), elsewhere: sent.get("elsewhere").cloned() };
            let mut told = Vec::new();
            let _ = member.check("/m", &mut told);
            told.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>()
        };
        let there = json!({"id": "https://x.org/m", "type": "Manifest", "label": "X"});
        let none: [&str; 0] = [];
        assert_eq!(one(json!({"item": "a"})), none);
        assert_eq!(one(json!({"elsewhere": there})), none);
        assert_eq!(one(json!({"item": "a", "collection": "b"})), ["/m"]);
        assert_eq!(one(json!({})), ["/m"]);
        assert_eq!(one(json!({"collection": "~top"})), ["/m/collection"]);
        assert_eq!(one(json!({"elsewhere": "https://x.org/m"})), ["/m/elsewhere"]);
        let broken = json!({"id": "urn:x", "type": "Canvas", "label": {}, "@context": "x"});
        assert_eq!(one(json!({"elsewhere": broken})), ["id", "type", "@context", "label"].map(|name| format!("/m/elsewhere/{name}")));
    }

    #[test]
    fn a_reference_is_kept_as_it_came() {
        let sent = json!({"x:z": [], "id": "https://x.org/m", "label": "X", "type": "Manifest", "thumbnail": [{"id": "https://x.org/t"}]});
        let mut told = Vec::new();
        let kept = elsewhere(sent.as_object().cloned().expect("an object"), "", &mut told);
        assert!(told.is_empty(), "{told:?}");
        let expected = json!({"x:z": [], "id": "https://x.org/m", "label": {"none": ["X"]}, "type": "Manifest", "thumbnail": [{"id": "https://x.org/t"}]});
        assert_eq!(Value::from(kept).to_string(), expected.to_string());
    }
}
