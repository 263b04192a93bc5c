//! Resources for the tests of this module: the least that can be said, and everything that can be said.

use super::collection::{Collection, Member, Target};
use super::language::LanguageMap;
use super::manifest::{Canvas, Content, Manifest, Painting, Parent, Thumbnail};
use super::properties::{Agent, AgentType, Descriptive, LabelValue, Link, Logo, LogoType, ViewingDirection};
use crate::iiif::ids::{CollectionKey, ResourceId};
use crate::iiif::uris::Uris;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, from_value, json};
use std::sync::LazyLock;

pub fn uris() -> Uris {
    Uris::new("https://h.org")
}

pub fn services() -> Value {
    json!([
        {"id": "https://h.org/iiif/3/x", "type": "ImageService3", "profile": "level2", "width": 2000, "height": 3000},
        {
            "@id": "https://h.org/iiif/2/x", "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level2.json",
            "width": 2000, "height": 3000
        }
    ])
}

fn service_list() -> Vec<Value> {
    from_value(services()).expect("a list")
}

pub fn thumbnail_json() -> Value {
    json!({
        "id": "https://h.org/iiif/3/x/full/533,800/0/default.jpg", "type": "Image", "format": "image/jpeg",
        "height": 800, "width": 533, "service": services()
    })
}

fn thumbnail() -> Thumbnail {
    let id = "https://h.org/iiif/3/x/full/533,800/0/default.jpg".to_owned();
    Thumbnail { id, format: "image/jpeg", width: 533, height: 800, services: service_list() }
}

fn painting() -> Painting {
    let id = "https://h.org/iiif/3/x/full/max/0/default.jpg".to_owned();
    Painting { id, format: "image/jpeg", width: 2000, height: 3000, services: service_list(), thumbnail: thumbnail() }
}

fn canvas(id: &str, descriptive: Descriptive) -> Canvas {
    Canvas {
        id: id.to_owned(),
        size: Some((20, 30)),
        duration: None,
        descriptive,
        content: Content::Image(Box::new(painting())),
        annotations: Vec::new(),
    }
}

fn named(id: &str) -> CollectionKey {
    CollectionKey::Named(ResourceId::parse(id).expect("an id"))
}

pub fn minimal_manifest() -> Manifest {
    let descriptive = Descriptive { label: LanguageMap::plain("A"), ..Descriptive::default() };
    let canvases = vec![canvas("c", Descriptive::default())];
    Manifest {
        item: "i".to_owned(),
        descriptive,
        canvases,
        thumbnail: None,
        part_of: Vec::new(),
        structures: Vec::new(),
        annotations: Vec::new(),
    }
}

fn properties(sent: Value) -> Descriptive {
    from_value(sent).expect("properties")
}

/// Every property, each with what a Manifest may have.
pub fn manifest_properties() -> Descriptive {
    properties(json!({
        "label": {"fr": "Livre", "en": "Book"},
        "summary": "<p>A book</p>",
        "metadata": [{"label": {"en": "Author"}, "value": ["Anna", "Bob"]}],
        "rights": "http://creativecommons.org/licenses/by/4.0/",
        "requiredStatement": {"label": "Held by", "value": "The Library"},
        "provider": [{
            "id": "https://lib.org/", "label": "Library",
            "homepage": [{"id": "https://lib.org/home", "type": "Text", "label": "Home", "format": "text/html"}],
            "logo": [{"id": "https://lib.org/logo.png", "format": "image/png", "width": 10, "height": 10}],
            "seeAlso": [{"id": "https://lib.org/about.json", "type": "Dataset", "format": "application/json"}]
        }],
        "homepage": [{"id": "https://lib.org/1", "type": "Text", "label": "At the library", "format": "text/html", "language": ["en"]}],
        "seeAlso": [{"id": "https://lib.org/1.xml", "type": "Dataset", "label": "Record", "format": "text/xml", "profile": "https://x.org/mods"}],
        "rendering": [{"id": "https://lib.org/1.pdf", "type": "Text", "label": "PDF", "format": "application/pdf"}],
        "navDate": "1856-01-01T00:00:00+01:00",
        "viewingDirection": "right-to-left",
        "behavior": ["paged"]
    }))
}

pub fn canvas_properties() -> Descriptive {
    Descriptive {
        label: LanguageMap::plain("1r"),
        viewing_direction: None,
        behavior: vec!["non-paged".to_owned()],
        ..manifest_properties()
    }
}

pub fn collection_properties() -> Descriptive {
    Descriptive { behavior: vec!["multi-part".to_owned()], ..manifest_properties() }
}

pub fn full_manifest() -> Manifest {
    Manifest {
        item: "i".to_owned(),
        descriptive: manifest_properties(),
        canvases: vec![canvas("c", canvas_properties()), canvas("d", Descriptive::default())],
        thumbnail: Some(thumbnail()),
        part_of: vec![Parent { key: named("maps"), label: LanguageMap::plain("Maps") }],
        structures: Vec::new(),
        annotations: Vec::new(),
    }
}

pub fn full_collection() -> Collection {
    let member = |target, label| Member { target, label: LanguageMap::plain(label), thumbnail: None, nav_date: None };
    let after = CollectionKey::Page(Some(ResourceId::parse("i").expect("an id")));
    let item = member(Target::Manifest("i".to_owned()), "Book");
    Collection {
        key: named("maps"),
        descriptive: collection_properties(),
        members: vec![
            Member { thumbnail: Some(thumbnail().into()), nav_date: Some("1900-01-01T00:00:00Z".to_owned()), ..item },
            member(Target::Collection(named("sub")), "Sub"),
            member(Target::Collection(after), "More"),
        ],
        thumbnail: Some(thumbnail()),
        part_of: vec![Parent { key: CollectionKey::Top, label: LanguageMap::plain("Top") }],
    }
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = include_str!("../../../tests/fixtures/schema/iiif_3_0.json");
    jsonschema::validator_for(&serde_json::from_str(schema).expect("JSON")).expect("a schema")
});

/// Panics with every error that the published schema of Presentation 3.0 finds.
pub fn assert_schema(document: &Value) {
    let errors: Vec<_> = SCHEMA.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
}

static SCHEMA_4: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schemas: Vec<Value> = files("schema/v4-draft").into_iter().map(|(_, schema)| schema).collect();
    let id = |schema: &Value| schema["$id"].as_str().expect("an id").to_owned();
    let resource = |schema: &Value| (id(schema), jsonschema::Resource::from_contents(schema.clone()).expect("a schema"));
    let main = schemas.iter().find(|schema| id(schema).ends_with("/main.json")).expect("an entry");
    jsonschema::options().with_resources(schemas.iter().map(resource)).build(main).expect("a schema")
});

/// Every error that the schema of the 4.0 release candidate finds.
pub fn schema_4_errors(document: &Value) -> Vec<String> {
    SCHEMA_4.iter_errors(document).map(|error| format!("{}: {error:.300}", error.instance_path)).collect()
}

/// The JSON files under a folder of the fixtures, in order, each with its path.
pub fn files(folder: &str) -> Vec<(String, Value)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(root).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = format!("{folder}/{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            found.extend(files(&name));
        } else if name.ends_with(".json") {
            found.push((name, serde_json::from_str(&std::fs::read_to_string(&path).expect("a text")).expect("JSON")));
        }
    }
    found
}

/// The recipes of the cookbook and the published manifests that are documents of Presentation 3.0.
pub fn documents_3() -> Vec<(String, Value)> {
    let all = files("cookbook").into_iter().chain(files("manifests/p3"));
    all.filter(|(_, document)| document.get("type").is_some()).collect()
}

/// Any JSON out of the words of manifests, right or wrong.
pub fn any_document() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "Manifest",
        "Collection",
        "Canvas",
        "Range",
        "AnnotationPage",
        "AnnotationCollection",
        "Annotation",
        "Image",
        "Video",
        "Choice",
        "SpecificResource",
        "TextualBody",
        "ImageService2",
        "ImageService3",
        "FragmentSelector",
        "SvgSelector",
        "painting",
        "sequence",
        "paged",
        "https://h.org/manifests/i",
        "https://h.org/manifests/i/canvases/c#xywh=1,2,3,4",
        "xywh=1,2,3,4",
        "2000-01-01T00:00:00.5+01:00",
        "",
        "<b>",
    ]);
    let key = prop::sample::select(vec![
        "id",
        "type",
        "@id",
        "@type",
        "@context",
        "label",
        "items",
        "items",
        "items",
        "structures",
        "annotations",
        "body",
        "target",
        "motivation",
        "source",
        "selector",
        "service",
        "services",
        "thumbnail",
        "provider",
        "logo",
        "metadata",
        "value",
        "requiredStatement",
        "behavior",
        "start",
        "partOf",
        "rights",
        "navDate",
        "height",
        "width",
        "duration",
        "stylesheet",
        "rendering",
        "homepage",
        "seeAlso",
        "placeholderCanvas",
        "none",
        "supplementary",
        "profile",
        "language",
        "first",
        "x",
    ]);
    let leaf = prop_oneof![
        word.prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null)
    ];
    let object = move |value| {
        vec((key.clone(), value), 0..9)
            .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
    };
    leaf.prop_recursive(7, 200, 8, move |inner| prop_oneof![1 => vec(inner.clone(), 0..4).prop_map(Value::from), 3 => object(inner)])
}

fn any_map() -> impl Strategy<Value = LanguageMap> {
    vec(("[a-z]{2}|none", vec(".*", 0..3)), 0..3).prop_map(|entries| {
        let mut map = LanguageMap::default();
        for (language, texts) in entries.into_iter().filter(|(_, texts)| !texts.is_empty()) {
            map.extend(&language, texts);
        }
        map
    })
}

fn any_link() -> impl Strategy<Value = Link> {
    let strings = (".*", ".*", option::of(".*"), option::of(".*"));
    (strings, option::of(any_map()), vec(".*", 0..2)).prop_map(|((id, type_, format, profile), label, language)| Link {
        id,
        type_,
        label,
        format,
        profile,
        language,
    })
}

fn any_pair() -> impl Strategy<Value = LabelValue> {
    (any_map(), any_map()).prop_map(|(label, value)| LabelValue { label, value })
}

fn any_agent() -> impl Strategy<Value = Agent> {
    let logo = (".*", option::of(".*"), any::<Option<u32>>(), any::<Option<u32>>());
    let logo = logo.prop_map(|(id, format, width, height)| Logo { id, type_: LogoType::Image, format, width, height });
    (".*", any_map(), vec(any_link(), 0..2), vec(logo, 0..2), vec(any_link(), 0..2))
        .prop_map(|(id, label, homepage, logo, see_also)| Agent { id, type_: AgentType::Agent, label, homepage, logo, see_also })
}

/// Properties of any content, right or wrong.
pub fn any_descriptive() -> impl Strategy<Value = Descriptive> {
    use ViewingDirection::{BottomToTop, LeftToRight, RightToLeft, TopToBottom};
    let direction = option::of(prop::sample::select(vec![LeftToRight, RightToLeft, TopToBottom, BottomToTop]));
    let texts = (any_map(), any_map(), vec(any_pair(), 0..3), option::of(any_pair()));
    let links = (vec(any_agent(), 0..2), vec(any_link(), 0..2), vec(any_link(), 0..2), vec(any_link(), 0..2));
    let values = (option::of(".*"), option::of(".*"), direction, vec(".*", 0..3));
    (texts, links, values).prop_map(|(texts, links, values)| {
        let (label, summary, metadata, required_statement) = texts;
        let (provider, homepage, see_also, rendering) = links;
        let (rights, nav_date, viewing_direction, behavior) = values;
        Descriptive {
            label,
            summary,
            metadata,
            rights,
            required_statement,
            provider,
            homepage,
            see_also,
            rendering,
            nav_date,
            viewing_direction,
            behavior,
            rest: Map::new(),
        }
    })
}
