//! Collections: the model, and its document in Presentation 3.0.
//!
//! Presentation 3.0 has no paging. What is too long for one document has members that are Collections, its pages, each with a URI of
//! its own ([`CollectionKey`]); viewers that know nothing of pages open them like any other.

use super::emit::{describe, plain, put, resource};
use super::language::LanguageMap;
use super::manifest::{Parent, Thumbnail, collection_reference, entries};
use super::properties::Descriptive;
use crate::iiif::ids::CollectionKey;
use crate::iiif::uris::Uris;
use serde_json::{Map, Value};

/// A Collection of Manifests and Collections, in order; it may be empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    pub key: CollectionKey,
    pub descriptive: Descriptive,
    pub members: Vec<Member>,
    pub thumbnail: Option<Thumbnail>,
    /// The Collections that hold this one.
    pub part_of: Vec<Parent>,
}

/// A member: named in the Collection, never embedded in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub target: Target,
    pub label: LanguageMap,
    pub thumbnail: Option<Picture>,
    pub nav_date: Option<String>,
}

/// The `thumbnail` of a member.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    /// An image of ours.
    Ours(Thumbnail),
    /// What somebody wrote, as it stands in a document of 3.0.
    Said(Value),
}

impl From<Thumbnail> for Picture {
    fn from(thumbnail: Thumbnail) -> Self {
        Self::Ours(thumbnail)
    }
}

/// What a member is.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The Manifest of the item with this id.
    Manifest(String),
    Collection(CollectionKey),
    /// A Manifest or Collection that is not ours: the whole reference, as it came. The member's own label and the rest are not used.
    Elsewhere(Map<String, Value>),
}

/// The Collection as a document of Presentation 3.0. `items` is there even if it is empty: the specification requires it.
#[must_use]
pub fn collection_3(collection: Collection, uris: &Uris) -> Value {
    let Collection { key, descriptive, members, thumbnail, part_of } = collection;
    let mut object = resource(uris.collection_at(&key), "Collection", true);
    describe(&mut object, &descriptive, thumbnail);
    let elsewhere = object.remove("partOf");
    let parents = part_of.iter().map(|parent| collection_reference(parent, uris));
    put(&mut object, "partOf", parents.chain(elsewhere.into_iter().flat_map(entries)).collect::<Vec<_>>());
    object.insert("items".to_owned(), members.into_iter().map(|one| member(one, uris)).collect());
    object.into()
}

fn member(member: Member, uris: &Uris) -> Value {
    let Member { target, label, thumbnail, nav_date } = member;
    let (id, type_) = match target {
        Target::Manifest(item) => (uris.manifest(&item), "Manifest"),
        Target::Collection(key) => (uris.collection_at(&key), "Collection"),
        Target::Elsewhere(reference) => return reference.into(),
    };
    let mut object = resource(id, type_, false);
    put(&mut object, "label", plain(&label));
    put(&mut object, "navDate", nav_date);
    match thumbnail {
        Some(Picture::Ours(thumbnail)) => put(&mut object, "thumbnail", vec![thumbnail.image()]),
        Some(Picture::Said(said)) => put(&mut object, "thumbnail", said),
        None => {}
    }
    object.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::presentation::samples;
    use serde_json::json;

    #[test]
    fn members_are_named_in_order() {
        let made = collection_3(samples::full_collection(), &samples::uris());
        let members: Vec<_> = made["items"].as_array().expect("items").iter().map(|one| (&one["id"], &one["type"])).collect();
        let expected = [
            (json!("https://h.org/manifests/i"), json!("Manifest")),
            (json!("https://h.org/collections/sub"), json!("Collection")),
            (json!("https://h.org/collections/~after-i"), json!("Collection")),
        ];
        assert_eq!(members, expected.iter().map(|(id, type_)| (id, type_)).collect::<Vec<_>>());
        assert_eq!(made["partOf"], json!([{"id": "https://h.org/collections", "type": "Collection", "label": {"none": ["Top"]}}]));
        samples::assert_schema(&made);
    }

    #[test]
    fn what_is_said_of_members_stays() {
        let reference = json!({"id": "https://x.org/m", "type": "Manifest", "label": {"en": ["X"]}, "x:note": [1, {"b": 2, "a": 1}]});
        let said = json!([{"id": "https://x.org/t.jpg", "type": "Image"}]);
        let nothing = |target, thumbnail| Member { target, label: LanguageMap::plain("L"), thumbnail, nav_date: None };
        let members = vec![
            nothing(Target::Elsewhere(reference.as_object().cloned().expect("an object")), None),
            nothing(Target::Manifest("i".to_owned()), Some(Picture::Said(said.clone()))),
        ];
        let mut collection = Collection { members, ..samples::full_collection() };
        let above = json!({"id": "https://x.org/c", "type": "Collection"});
        collection.descriptive.rest.insert("partOf".to_owned(), json!([above]));
        let made = collection_3(collection, &samples::uris());
        assert_eq!((made["items"][0].to_string(), &made["items"][1]["thumbnail"]), (reference.to_string(), &said));
        assert_eq!((&made["partOf"][0]["id"], &made["partOf"][1]), (&json!("https://h.org/collections"), &above));
        samples::assert_schema(&made);
    }

    #[test]
    fn an_empty_collection_has_items_all_the_same() {
        let collection = Collection { members: Vec::new(), ..samples::full_collection() };
        let made = collection_3(collection, &samples::uris());
        assert_eq!(made["items"], json!([]));
        samples::assert_schema(&made);
    }
}
