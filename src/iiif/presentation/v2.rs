//! The model converted down to Presentation 2.1 (`summary` to `description`, `requiredStatement` to `attribution`, `rights` to
//! `license`, `homepage` to `related`, `behavior` to `viewingHint`, `partOf` to `within`, a provider's logo to `logo`).
//!
//! Manifests and Collections have `@id`s of their own, ending in `/v2`; Canvases and Annotations keep their 3.0 ids. Of the image
//! services only version 2 stands in `service`.
//!
//! What 2.1 cannot say is left out: the label of `requiredStatement`, the provider's name, homepage and seeAlso (its first logo
//! stays), the behaviors `unordered` and `together` and every behavior after the first, a Canvas's `navDate`, fractions of seconds
//! in `navDate`, the language and profile of links other than `seeAlso`'s profile, and the order between a Collection's Manifests
//! and its Collections, which 2.1 lists apart. A Canvas without a label, which 2.1 does not know, is labelled by its position.

use super::collection::{Collection, Member, Picture, Target};
use super::emit::{list, plain_text, put};
use super::language::{LanguageMap, NONE};
use super::manifest::{Canvas, Manifest, Painting, Parent, Thumbnail};
use super::properties::{Descriptive, LabelValue, Link, ViewingDirection};
use super::{behavior, nav_date};
use crate::iiif::uris::Uris;
use serde_json::{Map, Value, json};

const CONTEXT: &str = "http://iiif.io/api/presentation/2/context.json";
const IMAGE_CONTEXT: &str = "http://iiif.io/api/image/2/context.json";

/// The Manifest as a document of Presentation 2.1.
#[must_use]
pub fn manifest_2(manifest: &Manifest, uris: &Uris) -> Value {
    let Manifest { item, descriptive, canvases, thumbnail: _, part_of, structures: _, annotations: _ } = manifest;
    let mut object = resource(uris.manifest_version(item, 2), "sc:Manifest", true);
    put(&mut object, "label", texts(&descriptive.label, plain_text));
    describe(&mut object, descriptive, manifest.shown_thumbnail());
    put(&mut object, "navDate", descriptive.nav_date.as_deref().and_then(nav_date::utc));
    put(&mut object, "within", within(part_of, uris));
    let numbered = canvases.iter().zip(1..);
    let canvases: Value = numbered.map(|(canvas, position)| Value::from(canvas_object(item, canvas, position, uris, false))).collect();
    put(&mut object, "sequences", json!([{ "@type": "sc:Sequence", "canvases": canvases }]));
    object.into()
}

/// A Canvas as a document of its own in Presentation 2.1; `position` in its Manifest counts from 1.
#[must_use]
pub fn canvas_2(item: &str, canvas: &Canvas, position: u32, uris: &Uris) -> Value {
    let mut object = canvas_object(item, canvas, position, uris, true);
    put(&mut object, "within", uris.manifest_version(item, 2));
    object.into()
}

/// The Collection as a document of Presentation 2.1.
#[must_use]
pub fn collection_2(collection: &Collection, uris: &Uris) -> Value {
    let Collection { key, descriptive, members, thumbnail, part_of } = collection;
    let mut object = resource(uris.collection_at_version(key, 2), "sc:Collection", true);
    put(&mut object, "label", texts(&descriptive.label, plain_text));
    describe(&mut object, descriptive, thumbnail.as_ref());
    put(&mut object, "navDate", descriptive.nav_date.as_deref().and_then(nav_date::utc));
    put(&mut object, "within", within(part_of, uris));
    let (manifests, collections): (Vec<_>, Vec<_>) = members.iter().partition(|one| match &one.target {
        Target::Manifest(_) => true,
        Target::Collection(_) => false,
        Target::Elsewhere(reference) => reference.get("type").is_some_and(|class| class == "Manifest"),
    });
    put(&mut object, "collections", list(collections, |one| member(one, uris)));
    put(&mut object, "manifests", list(manifests, |one| member(one, uris)));
    object.into()
}

fn resource(id: String, type_: &str, alone: bool) -> Map<String, Value> {
    let mut object = Map::new();
    if alone {
        put(&mut object, "@context", CONTEXT);
    }
    put(&mut object, "@id", id);
    put(&mut object, "@type", type_);
    object
}

fn canvas_object(item: &str, canvas: &Canvas, position: u32, uris: &Uris, alone: bool) -> Map<String, Value> {
    let Canvas { id, size, duration: _, descriptive, content: _, annotations: _ } = canvas;
    let (image, (width, height)) = (canvas.image(), size.unwrap_or_default());
    let uri = uris.canvas(item, id);
    let mut object = resource(uri.clone(), "sc:Canvas", alone);
    let label = texts(&descriptive.label, plain_text);
    put(&mut object, "label", if label.is_null() { position.to_string().into() } else { label });
    put(&mut object, "height", height);
    put(&mut object, "width", width);
    describe(&mut object, descriptive, image.map(|image| &image.thumbnail));
    put(&mut object, "images", list(image, |image| annotation(uris.painting(item, id, 1), image, &uri)));
    object
}

fn annotation(id: String, painting: &Painting, canvas: &str) -> Value {
    let Painting { id: body, format, width, height, services, thumbnail: _ } = painting;
    let mut object = resource(id, "oa:Annotation", false);
    put(&mut object, "motivation", "sc:painting");
    put(&mut object, "resource", image(body, format, (*width, *height), services));
    put(&mut object, "on", canvas);
    object.into()
}

fn member(member: &Member, uris: &Uris) -> Value {
    let Member { target, label, thumbnail, nav_date } = member;
    let (id, type_) = match target {
        Target::Manifest(item) => (uris.manifest_version(item, 2), "sc:Manifest"),
        Target::Collection(key) => (uris.collection_at_version(key, 2), "sc:Collection"),
        Target::Elsewhere(reference) => return elsewhere(reference),
    };
    let mut object = resource(id, type_, false);
    put(&mut object, "label", texts(label, plain_text));
    put(&mut object, "navDate", nav_date.as_deref().and_then(nav_date::utc));
    put(&mut object, "thumbnail", thumbnail.as_ref().map(picture));
    object.into()
}

/// A Manifest or Collection that is not ours.
fn elsewhere(reference: &Map<String, Value>) -> Value {
    let text = |name: &str| reference.get(name).and_then(Value::as_str);
    let mut object = resource(text("id").unwrap_or_default().to_owned(), &format!("sc:{}", text("type").unwrap_or("Manifest")), false);
    let label: LanguageMap = reference.get("label").and_then(|label| serde_json::from_value(label.clone()).ok()).unwrap_or_default();
    put(&mut object, "label", texts(&label, plain_text));
    put(&mut object, "navDate", text("navDate").and_then(nav_date::utc));
    put(&mut object, "thumbnail", reference.get("thumbnail").map(said_picture));
    object.into()
}

fn picture(picture: &Picture) -> Value {
    match picture {
        Picture::Ours(thumbnail) => thumbnail_image(thumbnail),
        Picture::Said(said) => said_picture(said),
    }
}

/// The first picture of a 3.0 `thumbnail`.
fn said_picture(said: &Value) -> Value {
    let said = said.get(0).unwrap_or(said);
    let mut object = Map::new();
    put(&mut object, "@id", said.get("id").and_then(Value::as_str).unwrap_or_default());
    for name in ["format", "height", "width"] {
        put(&mut object, name, said.get(name).cloned().unwrap_or_default());
    }
    object.into()
}

/// Every descriptive property but the label and `navDate`, on which the classes differ.
fn describe(object: &mut Map<String, Value>, descriptive: &Descriptive, thumbnail: Option<&Thumbnail>) {
    let Descriptive {
        label: _,
        summary,
        metadata,
        rights,
        required_statement,
        provider,
        homepage,
        see_also,
        rendering,
        nav_date: _,
        viewing_direction,
        behavior,
        rest: _,
    } = descriptive;
    let hint = behavior::viewing_hint(behavior);
    let default_direction = (hint == Some("continuous")).then_some(ViewingDirection::LeftToRight);
    put(object, "description", texts(summary, str::to_owned));
    put(object, "metadata", list(metadata, pair));
    put(object, "attribution", required_statement.as_ref().map(|statement| texts(&statement.value, str::to_owned)));
    put(object, "license", rights.as_deref());
    put(object, "logo", provider.iter().find_map(|agent| agent.logo.first()).map(|logo| json!({ "@id": logo.id })));
    put(object, "thumbnail", thumbnail.map(thumbnail_image));
    put(object, "viewingDirection", viewing_direction.or(default_direction).map(ViewingDirection::as_str));
    put(object, "viewingHint", hint);
    put(object, "related", list(homepage, link));
    put(object, "rendering", list(rendering, link));
    put(
        object,
        "seeAlso",
        list(see_also, |one| {
            let mut value = link(one);
            if let (Some(object), Some(profile)) = (value.as_object_mut(), &one.profile) {
                put(object, "profile", profile.as_str());
            }
            value
        }),
    );
}

fn pair(pair: &LabelValue) -> Value {
    let LabelValue { label, value } = pair;
    json!({ "label": texts(label, plain_text), "value": texts(value, str::to_owned) })
}

fn link(link: &Link) -> Value {
    let Link { id, type_: _, label, format, profile: _, language: _ } = link;
    let mut object = Map::new();
    put(&mut object, "@id", id.as_str());
    put(&mut object, "label", label.as_ref().map(|label| texts(label, plain_text)));
    put(&mut object, "format", format.as_deref());
    object.into()
}

/// A string, an object with its language, or a list of these if there are several texts; null if there is none.
fn texts(map: &LanguageMap, form: fn(&str) -> String) -> Value {
    let one = |(language, text): (&str, &str)| match language {
        NONE => Value::from(form(text)),
        _ => json!({ "@value": form(text), "@language": language }),
    };
    one_or_list(map.texts().map(one).collect())
}

fn within(parents: &[Parent], uris: &Uris) -> Value {
    one_or_list(parents.iter().map(|Parent { key, label: _ }| uris.collection_at_version(key, 2).into()).collect())
}

fn one_or_list(mut values: Vec<Value>) -> Value {
    match values.len() {
        0 => Value::Null,
        1 => values.remove(0),
        _ => values.into(),
    }
}

fn thumbnail_image(thumbnail: &Thumbnail) -> Value {
    let Thumbnail { id, format, width, height, services } = thumbnail;
    image(id, format, (*width, *height), services)
}

fn image(id: &str, format: &str, (width, height): (u32, u32), services: &[Value]) -> Value {
    let mut object = resource(request_2(id, services), "dctypes:Image", false);
    put(&mut object, "format", format);
    put(&mut object, "height", height);
    put(&mut object, "width", width);
    put(&mut object, "service", services.iter().find_map(service_2));
    object.into()
}

/// The version 2 image service as 2.1 embeds it: with its context, without a type.
fn service_2(service: &Value) -> Option<Value> {
    let properties = service.as_object().filter(|object| is_service_2(object))?;
    let mut object = Map::new();
    put(&mut object, "@context", IMAGE_CONTEXT);
    for (key, value) in properties.iter().filter(|(key, _)| !matches!(key.as_str(), "@context" | "@type" | "type")) {
        put(&mut object, key, value.clone());
    }
    Some(object.into())
}

fn is_service_2(service: &Map<String, Value>) -> bool {
    let type_ = service.get("@type").or_else(|| service.get("type"));
    type_.is_some_and(|name| name == "ImageService2")
}

/// The same request of the version 2 service, where the words of the two agree; otherwise the request as it is.
fn request_2(id: &str, services: &[Value]) -> String {
    let base_3 = services.iter().find_map(|service| service.get("id")?.as_str());
    let base_2 =
        services.iter().filter_map(Value::as_object).find(|object| is_service_2(object)).and_then(|object| object.get("@id")?.as_str());
    let (Some(base_3), Some(base_2)) = (base_3, base_2) else { return id.to_owned() };
    match id.strip_prefix(base_3).filter(|rest| rest.starts_with('/') && !rest.contains('^')) {
        Some(rest) => format!("{base_2}{}", rest.replacen("/max/", "/full/", 1)),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::presentation::samples;

    #[test]
    fn a_minimal_manifest() {
        let service = json!({
            "@context": "http://iiif.io/api/image/2/context.json",
            "@id": "https://h.org/iiif/2/x", "profile": "http://iiif.io/api/image/2/level2.json", "width": 2000, "height": 3000
        });
        let thumbnail = json!({
            "@id": "https://h.org/iiif/2/x/full/533,800/0/default.jpg", "@type": "dctypes:Image", "format": "image/jpeg",
            "height": 800, "width": 533, "service": service
        });
        let expected = json!({
            "@context": "http://iiif.io/api/presentation/2/context.json",
            "@id": "https://h.org/manifests/i/v2", "@type": "sc:Manifest", "label": "A", "thumbnail": thumbnail,
            "sequences": [{ "@type": "sc:Sequence", "canvases": [{
                "@id": "https://h.org/manifests/i/canvases/c", "@type": "sc:Canvas", "label": "1", "height": 30, "width": 20,
                "thumbnail": thumbnail,
                "images": [{
                    "@id": "https://h.org/manifests/i/canvases/c/page/1", "@type": "oa:Annotation", "motivation": "sc:painting",
                    "resource": {
                        "@id": "https://h.org/iiif/2/x/full/full/0/default.jpg", "@type": "dctypes:Image", "format": "image/jpeg",
                        "height": 3000, "width": 2000, "service": service
                    },
                    "on": "https://h.org/manifests/i/canvases/c"
                }]
            }]}]
        });
        assert_eq!(manifest_2(&samples::minimal_manifest(), &samples::uris()).to_string(), expected.to_string());
    }

    #[test]
    fn every_property_has_its_old_name() {
        let made = manifest_2(&samples::full_manifest(), &samples::uris());
        let cases = [
            ("label", json!([{"@value": "Livre", "@language": "fr"}, {"@value": "Book", "@language": "en"}])),
            ("description", json!("<p>A book</p>")),
            ("metadata", json!([{"label": {"@value": "Author", "@language": "en"}, "value": ["Anna", "Bob"]}])),
            ("attribution", json!("The Library")),
            ("license", json!("http://creativecommons.org/licenses/by/4.0/")),
            ("logo", json!({"@id": "https://lib.org/logo.png"})),
            ("navDate", json!("1855-12-31T23:00:00Z")),
            ("viewingDirection", json!("right-to-left")),
            ("viewingHint", json!("paged")),
            ("related", json!([{"@id": "https://lib.org/1", "label": "At the library", "format": "text/html"}])),
            ("rendering", json!([{"@id": "https://lib.org/1.pdf", "label": "PDF", "format": "application/pdf"}])),
            (
                "seeAlso",
                json!([{"@id": "https://lib.org/1.xml", "label": "Record", "format": "text/xml", "profile": "https://x.org/mods"}]),
            ),
            ("within", json!("https://h.org/collections/maps/v2")),
        ];
        for (name, value) in cases {
            assert_eq!(made[name], value, "{name}");
        }
        for name in ["summary", "requiredStatement", "rights", "provider", "behavior", "homepage", "partOf", "items"] {
            assert_eq!(made.get(name), None, "{name}");
        }
    }

    #[test]
    fn a_canvas_alone() {
        let manifest = samples::full_manifest();
        let made = canvas_2("i", &manifest.canvases[0], 1, &samples::uris());
        assert_eq!(made["@context"], CONTEXT);
        assert_eq!(made["within"], "https://h.org/manifests/i/v2");
        assert_eq!(made["label"], "1r");
        assert_eq!(made["viewingHint"], "non-paged");
        assert_eq!(made.get("navDate"), None);
    }

    #[test]
    fn a_collection_lists_its_kinds_apart() {
        let made = collection_2(&samples::full_collection(), &samples::uris());
        assert_eq!(made["@id"], "https://h.org/collections/maps/v2");
        assert_eq!(made["viewingHint"], "multi-part");
        assert_eq!(made["within"], "https://h.org/collections/~top/v2");
        assert_eq!(made["manifests"][0]["@id"], "https://h.org/manifests/i/v2");
        assert_eq!(made["manifests"][0]["navDate"], "1900-01-01T00:00:00Z");
        let collections = json!([
            {"@id": "https://h.org/collections/sub/v2", "@type": "sc:Collection", "label": "Sub"},
            {"@id": "https://h.org/collections/~after-i/v2", "@type": "sc:Collection", "label": "More"}
        ]);
        assert_eq!(made["collections"], collections);
    }

    #[test]
    fn continuous_always_has_a_direction() {
        let mut manifest = samples::minimal_manifest();
        manifest.descriptive.behavior = vec!["continuous".to_owned()];
        assert_eq!(manifest_2(&manifest, &samples::uris())["viewingDirection"], "left-to-right");
    }

    #[test]
    fn requests_of_version_2() {
        let services = samples::services();
        let services = services.as_array().expect("a list");
        let cases = [
            ("https://h.org/iiif/3/x/full/max/0/default.jpg", "https://h.org/iiif/2/x/full/full/0/default.jpg"),
            ("https://h.org/iiif/3/x/full/533,800/0/default.jpg", "https://h.org/iiif/2/x/full/533,800/0/default.jpg"),
            ("https://h.org/iiif/3/x/full/^max/0/default.jpg", "https://h.org/iiif/3/x/full/^max/0/default.jpg"),
            ("https://h.org/iiif/3/xy/full/max/0/default.jpg", "https://h.org/iiif/3/xy/full/max/0/default.jpg"),
        ];
        for (three, two) in cases {
            assert_eq!(request_2(three, services), two);
        }
        assert_eq!(request_2(cases[0].0, &[]), cases[0].0);
    }
}
