//! The stored form of what is in a Manifest: JSON of Presentation 3.0 in which the item's own parts have no address yet, so that the
//! public URL may change, and in which images of ours are named only.
//!
//! - `triptych:/canvases/p1` stands for the Canvas `p1` of the same item; so do `triptych:/ranges/…` and `triptych:/annotations/…`,
//!   and `triptych:` alone is the Manifest. Fragments follow as usual: `triptych:/canvases/p1#xywh=0,0,10,10`.
//! - `{"type": "Image", "image": "ezu/1286201"}` stands for the image resource with its services.

use serde_json::{Map, Value};
use std::collections::HashMap;

/// What the address of an own part begins with.
const OWN: &str = "triptych:";
/// Properties that hold addresses, or resources that do.
const ADDRESSES: [&str; 4] = ["id", "@id", "source", "target"];

/// The stored address of a part: `canvases/p1`; of the Manifest if `path` is empty.
#[must_use]
pub fn own(path: &str) -> String {
    if path.is_empty() { OWN.to_owned() } else { format!("{OWN}/{path}") }
}

/// The path of an own part that a stored address names, without its fragment.
#[must_use]
pub fn path(address: &str) -> Option<&str> {
    let rest = address.strip_prefix(OWN)?;
    let rest = rest.split('#').next().unwrap_or_default();
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// Gives stored JSON its addresses: those below `manifest`, and images as `image` makes them.
pub fn expand(value: &mut Value, manifest: &str, image: &impl Fn(&str) -> Option<Map<String, Value>>) {
    match value {
        Value::String(text) => {
            if let Some(rest) = text.strip_prefix(OWN).filter(|rest| rest.is_empty() || rest.starts_with(['/', '#'])) {
                *text = format!("{manifest}{rest}");
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|one| expand(one, manifest, image)),
        Value::Object(object) => {
            place_image(object, image);
            object.values_mut().for_each(|one| expand(one, manifest, image));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn place_image(object: &mut Map<String, Value>, image: &impl Fn(&str) -> Option<Map<String, Value>>) {
    let Some(resource) = named_image(object).and_then(image) else { return };
    let mut rest = std::mem::replace(object, resource);
    rest.retain(|name, _| name != "image" && name != "type");
    object.append(&mut rest);
}

/// The image of ours that an object stands for.
fn named_image(object: &Map<String, Value>) -> Option<&str> {
    object.get("image").and_then(Value::as_str).filter(|_| !object.contains_key("id"))
}

/// Every image of ours that stored JSON names.
#[must_use]
pub fn images(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().flat_map(images).collect(),
        Value::Object(object) => named_image(object).into_iter().chain(object.values().flat_map(images)).collect(),
        _ => Vec::new(),
    }
}

/// The places of all images of ours that JSON names, as pointers, each with the name.
#[must_use]
pub fn image_places(value: &Value) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    collect_images(value, &mut String::new(), &mut found);
    found
}

fn collect_images<'a>(value: &'a Value, at: &mut String, found: &mut Vec<(String, &'a str)>) {
    let length = at.len();
    let mut below = |name: &str, one: &'a Value| {
        at.extend(["/", &name.replace('~', "~0").replace('/', "~1")]);
        collect_images(one, at, found);
        at.truncate(length);
    };
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(index, one)| below(&index.to_string(), one)),
        Value::Object(object) => {
            object.iter().for_each(|(name, one)| below(name, one));
            found.extend(named_image(object).map(|image| (format!("{at}/image"), image)));
        }
        _ => {}
    }
}

/// Turns addresses below `manifest` into stored ones.
pub fn contract(value: &mut Value, manifest: &str) {
    readdress(value, &|address| {
        let rest = address.strip_prefix(manifest)?;
        (rest.is_empty() || rest.starts_with(['/', '#'])).then(|| format!("{OWN}{rest}"))
    });
}

/// Gives everything that `names` has another name that name, wherever it is referred to.
pub fn rename(value: &mut Value, names: &HashMap<String, String>) {
    readdress(value, &|address| {
        let (id, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
        names.get(address).cloned().or_else(|| Some(format!("{}{fragment}", names.get(id)?)))
    });
}

fn readdress(value: &mut Value, new: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| readdress(one, new)),
        Value::Object(object) => {
            for (name, value) in object {
                if ADDRESSES.contains(&name.as_str()) {
                    readdress_texts(value, new);
                }
                readdress(value, new);
            }
        }
        _ => {}
    }
}

fn readdress_texts(value: &mut Value, new: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(other) = new(text) {
                *text = other;
            }
        }
        Value::Array(list) => list.iter_mut().filter(|one| one.is_string()).for_each(|one| readdress_texts(one, new)),
        _ => {}
    }
}

/// The resource with this id within a document.
#[must_use]
pub fn find<'a>(document: &'a Value, id: &str) -> Option<&'a Map<String, Value>> {
    match document {
        Value::Array(list) => list.iter().find_map(|one| find(one, id)),
        Value::Object(object) => {
            let is_it = object.get("id").is_some_and(|known| known == id) && object.len() > 2;
            if is_it { Some(object) } else { object.values().find_map(|one| find(one, id)) }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MANIFEST: &str = "https://h.org/manifests/i";

    #[test]
    fn addresses_are_given_and_taken() {
        let stored = json!({
            "id": "triptych:/canvases/p/page/1", "target": "triptych:/canvases/p#xywh=0,0,1,1", "partOf": [{"id": "triptych:", "type": "Manifest"}],
            "body": {"id": "https://x.org/manifests/i/canvases/p", "label": {"none": ["triptych"]}}, "other": "triptychs"
        });
        let mut public = stored.clone();
        expand(&mut public, MANIFEST, &|_| None);
        assert_eq!(public["target"], "https://h.org/manifests/i/canvases/p#xywh=0,0,1,1");
        assert_eq!(public["partOf"][0]["id"], MANIFEST);
        assert_eq!((&public["body"], &public["other"]), (&stored["body"], &stored["other"]));
        contract(&mut public, MANIFEST);
        assert_eq!(public, stored);
        let mut longer = json!({"id": "https://h.org/manifests/item"});
        contract(&mut longer, MANIFEST);
        assert_eq!(longer["id"], "https://h.org/manifests/item");
    }

    #[test]
    fn images_are_found_and_placed() {
        let mut value = json!([{"body": {"type": "Choice", "items": [{"type": "Image", "image": "a", "label": {"en": ["A"]}}]}}, {"image": "b"}, {"id": "x", "image": "c"}]);
        assert_eq!(images(&value), ["a", "b"]);
        assert_eq!(image_places(&value), [("/0/body/items/0/image".to_owned(), "a"), ("/1/image".to_owned(), "b")]);
        expand(&mut value, MANIFEST, &|id| json!({"id": format!("https://h.org/{id}.jpg"), "type": "Image"}).as_object().cloned());
        assert_eq!(value[0]["body"]["items"][0], json!({"id": "https://h.org/a.jpg", "type": "Image", "label": {"en": ["A"]}}));
        assert_eq!(value[2], json!({"id": "x", "image": "c"}));
    }

    #[test]
    fn only_addresses_are_renamed() {
        let names = HashMap::from([("https://x.org/c1".to_owned(), own("canvases/c1"))]);
        let mut value = json!({
            "id": "https://x.org/c1", "label": {"none": ["https://x.org/c1"]}, "target": ["https://x.org/c1#t=1", "https://x.org/c12"],
            "items": [{"source": "https://x.org/c1"}]
        });
        rename(&mut value, &names);
        let expected = json!({
            "id": "triptych:/canvases/c1", "label": {"none": ["https://x.org/c1"]}, "target": ["triptych:/canvases/c1#t=1", "https://x.org/c12"],
            "items": [{"source": "triptych:/canvases/c1"}]
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn paths_are_without_fragments() {
        let cases = [
            ("triptych:/canvases/p#t=1", Some("canvases/p")),
            ("triptych:", Some("")),
            ("triptych:#x", Some("")),
            ("triptychx", None),
            ("https://h.org", None),
        ];
        for (address, expected) in cases {
            assert_eq!(path(address), expected, "{address}");
        }
    }
}
