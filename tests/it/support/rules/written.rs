//! What the service's model writes, judged by the rules: whatever has no faults becomes documents that break nothing.

use super::{contract, presentation_2, presentation_3};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, from_value, json};
use triptych::iiif::ids::{CollectionKey, ResourceId};
use triptych::iiif::presentation::as_2::to_2;
use triptych::iiif::presentation::check::{Class, faults};
use triptych::iiif::presentation::collection::{Collection, Member, Target, collection_3};
use triptych::iiif::presentation::language::LanguageMap;
use triptych::iiif::presentation::manifest::{Canvas, Content, Manifest, Painting, Parent, Thumbnail, alone, manifest_3};
use triptych::iiif::presentation::parts::find;
use triptych::iiif::presentation::properties::Descriptive;
use triptych::iiif::uris::Uris;

fn services() -> Vec<Value> {
    vec![
        json!({"id": "https://h.org/iiif/3/x", "type": "ImageService3", "profile": "level2", "width": 2000, "height": 3000}),
        json!({"@id": "https://h.org/iiif/2/x", "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level2.json"}),
    ]
}

fn thumbnail() -> Thumbnail {
    let id = "https://h.org/iiif/3/x/full/533,800/0/default.jpg".to_owned();
    Thumbnail { id, format: "image/jpeg", width: 533, height: 800, services: services() }
}

fn canvas(id: &str, descriptive: Descriptive) -> Canvas {
    let body = "https://h.org/iiif/3/x/full/max/0/default.jpg".to_owned();
    let image = Painting { id: body, format: "image/jpeg", width: 2000, height: 3000, services: services(), thumbnail: thumbnail() };
    Canvas {
        id: id.to_owned(),
        size: Some((2000, 3000)),
        duration: None,
        descriptive,
        content: Content::Image(Box::new(image)),
        annotations: Vec::new(),
    }
}

fn manifest(descriptive: Descriptive, first: Descriptive) -> Manifest {
    let canvases = vec![canvas("c", first), canvas("d", Descriptive::default())];
    let part_of = vec![Parent { key: CollectionKey::Top, label: LanguageMap::plain("All") }];
    Manifest { item: "i".to_owned(), descriptive, canvases, thumbnail: None, part_of, structures: Vec::new(), annotations: Vec::new() }
}

fn collection(descriptive: Descriptive) -> Collection {
    let id = ResourceId::parse("i").expect("an id");
    let member = |target, thumbnail| Member {
        target,
        label: LanguageMap::plain("M"),
        thumbnail,
        nav_date: Some("1856-01-01T00:00:00+01:00".to_owned()),
    };
    Collection {
        key: CollectionKey::Named(id.clone()),
        descriptive,
        members: vec![
            member(Target::Manifest("i".to_owned()), Some(thumbnail().into())),
            member(Target::Collection(CollectionKey::Page(Some(id))), None),
        ],
        thumbnail: Some(thumbnail()),
        part_of: Vec::new(),
    }
}

fn judge(document: &Value) {
    let broken = if document.get("@type").is_some() { presentation_2(document) } else { presentation_3(document) };
    assert_eq!(broken, [""; 0], "{document:#}");
    assert_eq!(contract(document), [""; 0], "{document:#}");
}

/// Texts of which some are right everywhere, some only in some places, and some nowhere.
fn any_text() -> impl Strategy<Value = Value> {
    const TEXTS: [&str; 9] = [
        "a",
        "<Untitled>",
        "<p>a</p>",
        "<p>a<br/>b &amp; c</p>",
        "<p>a<br>b</p>",
        "<p>a</p> ",
        "",
        "a & b",
        "<a href=\"https://x.org\">x</a>",
    ];
    const KEYS: [&str; 4] = ["none", "en", "zh-Hant", "en_US"];
    prop_oneof![
        3 => select(&TEXTS[..2]).prop_map(Value::from),
        1 => (select(&KEYS[..]), select(&TEXTS[..])).prop_map(|(key, text)| json!({ key: text })),
    ]
}

fn any_link() -> impl Strategy<Value = Value> {
    const URIS: [&str; 3] = ["https://x.org/a", "https://x.org/%20", "x.org"];
    (select(&URIS[..]), any_text(), any::<bool>()).prop_map(|(id, label, format)| {
        let mut link = json!({"id": id, "type": "Text", "label": label, "language": "en"});
        if format {
            link["format"] = json!("text/html");
        }
        link
    })
}

fn any_value(key: &'static str) -> BoxedStrategy<Value> {
    let one_of = |values: &'static [&'static str]| select(values).prop_map(Value::from).boxed();
    let words = ["paged", "continuous", "unordered", "multi-part", "together", "non-paged", "facing-pages", "repeat", "x"];
    match key {
        "label" | "summary" => any_text().boxed(),
        "metadata" => (any_text(), any_text()).prop_map(|(label, value)| json!([{"label": label, "value": value}])).boxed(),
        "requiredStatement" => (any_text(), any_text()).prop_map(|(label, value)| json!({"label": label, "value": value})).boxed(),
        "rights" => one_of(&["http://creativecommons.org/licenses/by/4.0/", "http://rightsstatements.org/vocab/InC/1.0/", "CC BY"]),
        "navDate" => one_of(&["1856-01-01T00:00:00Z", "1856-01-01T00:00:00.5+09:00", "9999-12-31T23:59:59-01:00", "1856"]),
        "viewingDirection" => one_of(&["left-to-right", "right-to-left", "top-to-bottom", "bottom-to-top"]),
        "behavior" => subsequence(words.to_vec(), 1..3).prop_map(Value::from).boxed(),
        "provider" => (any_text(), any_link()).prop_map(|(label, homepage)| {
            json!([{"id": "https://x.org/", "label": label, "homepage": [homepage], "logo": [{"id": "https://x.org/l.png", "format": "image/png"}]}])
        }).boxed(),
        _ => any_link().prop_map(|link| json!([link])).boxed(),
    }
}

/// A label and any two other properties, right or wrong.
fn any_properties() -> impl Strategy<Value = Descriptive> {
    let keys = [
        "summary",
        "metadata",
        "requiredStatement",
        "rights",
        "navDate",
        "viewingDirection",
        "behavior",
        "provider",
        "homepage",
        "seeAlso",
        "rendering",
    ];
    let two = subsequence(keys.to_vec(), 2).prop_flat_map(|keys| {
        let values: Vec<_> = keys.iter().map(|key| any_value(key)).collect();
        (Just(keys), values)
    });
    (any_value("label"), two).prop_map(|(label, (keys, values))| {
        let mut object = Map::from_iter(keys.into_iter().map(str::to_owned).zip(values));
        object.insert("label".to_owned(), label);
        from_value(object.into()).expect("properties")
    })
}

proptest! {
    #[test]
    fn without_faults_nothing_is_broken(properties in any_properties()) {
        let uris = Uris::new("https://h.org/p");
        let clean = |class| faults(&properties, class).is_empty();
        if clean(Class::Manifest) {
            let document = manifest_3(manifest(properties.clone(), Descriptive::default()), &uris);
            judge(&document);
            judge(&to_2(&document, &uris).document);
        }
        if clean(Class::Canvas) {
            let label = Descriptive { label: LanguageMap::plain("A"), ..Descriptive::default() };
            let document = manifest_3(manifest(label, properties.clone()), &uris);
            let canvas = alone(find(&document, &uris.canvas("i", "c")).expect("a canvas"), &uris.manifest("i"));
            judge(&canvas);
            judge(&to_2(&canvas, &uris).document);
            judge(&document);
            judge(&to_2(&document, &uris).document);
        }
        if clean(Class::Collection) {
            let document = collection_3(collection(properties.clone()), &uris);
            judge(&document);
            judge(&to_2(&document, &uris).document);
        }
    }
}
