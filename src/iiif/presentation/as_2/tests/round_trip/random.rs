//! Random Manifests of Presentation 3.0 that say everything a Manifest can say, rightly.

use crate::iiif::presentation::CONTEXT;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// The number of Canvases at most; Ranges may name any of them that is there.
const CANVASES: usize = 3;

/// One property with its value.
type Property = (String, Value);

fn canvas_id(number: usize) -> String {
    format!("https://x.org/c{number}")
}

fn with(mut object: Value, properties: Vec<Property>) -> Value {
    let known = object.as_object_mut().expect("an object");
    for (key, value) in properties {
        known.entry(key).or_insert(value);
    }
    object
}

fn property(key: &'static str, value: impl Strategy<Value = Value>) -> impl Strategy<Value = Property> {
    value.prop_map(move |value| (key.to_owned(), value))
}

fn one_of(values: Vec<Value>) -> impl Strategy<Value = Value> {
    select(values)
}

/// Texts by language; one in a while is HTML, where that may stand.
fn texts(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let entry = vec(select(words), 1..3);
    (subsequence(vec!["none", "en", "fr", "zh-Hant"], 1..4), vec(entry, 4)).prop_map(|(tags, texts)| {
        tags.into_iter().zip(texts).map(|(tag, texts)| (tag.to_owned(), json!(texts))).collect::<Map<_, _>>().into()
    })
}

fn label() -> impl Strategy<Value = Value> {
    texts(&["Book", "Å b", "1 < 2", "a\nb", "Attribution"])
}

fn html() -> impl Strategy<Value = Value> {
    texts(&["Book", "<p>A <b>b</b></p>", "<p>a<br>b</p>", "<a href=\"https://x.org/\">x</a>", "1 & 2"])
}

fn statement() -> impl Strategy<Value = Value> {
    let label = prop_oneof![Just(json!({"en": ["Attribution"]})), Just(json!({"none": ["Attribution"]})), label()];
    (label, html()).prop_map(|(label, value)| json!({"label": label, "value": value}))
}

fn service() -> impl Strategy<Value = Value> {
    one_of(vec![
        json!({"id": "https://x.org/3/i", "type": "ImageService3", "profile": "level2", "sizes": [{"width": 1, "height": 2}]}),
        json!({"@id": "https://x.org/2/i", "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level2.json"}),
        json!({"@id": "https://x.org/1/i", "@type": "ImageService1", "profile": "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1"}),
        json!({"id": "https://x.org/search", "type": "SearchService2"}),
        json!({"@id": "https://x.org/search", "@type": "SearchService1", "profile": "http://iiif.io/api/search/1/search"}),
        json!({"id": "https://x.org/probe", "type": "AuthProbeService2", "service": [{"id": "https://x.org/access", "type": "AuthAccessService2", "profile": "active"}]}),
        json!({"@id": "https://x.org/login", "@type": "AuthCookieService1", "profile": "http://iiif.io/api/auth/1/login", "label": "Log in",
            "service": [{"@id": "https://x.org/token", "@type": "AuthTokenService1", "profile": "http://iiif.io/api/auth/1/token"}]}),
        json!({"@context": "https://x.org/context", "id": "https://x.org/own", "type": "OwnService", "x-own": 1}),
    ])
}

fn address() -> impl Strategy<Value = Value> {
    one_of(
        ["1.jpg", "3/i/full/max/0/default.jpg", "3/i/0,0,9,9/max/0/default.jpg", "v.mp4", "t.vtt", "plain", "p.pdf", "d.json", "h.html"]
            .map(|path| json!(format!("https://x.org/{path}")))
            .to_vec(),
    )
}

fn format() -> impl Strategy<Value = Value> {
    one_of(
        ["image/jpeg", "video/mp4", "text/html", "text/plain", "application/pdf", "application/json", "application/octet-stream"]
            .map(Value::from)
            .to_vec(),
    )
}

/// A homepage, seeAlso or rendering.
fn link(labelled: bool) -> impl Strategy<Value = Value> {
    let extra = prop_oneof![
        property("language", one_of(vec![json!(["en"]), json!(["en", "fr"])])),
        property("profile", Just(json!("https://x.org/profile"))),
        property("behavior", Just(json!(["hidden"]))),
        extension(),
    ];
    let label = if labelled { label().prop_map(Some).boxed() } else { option::of(label()).boxed() };
    let class = one_of(["Text", "Dataset", "Image", "Video"].map(Value::from).to_vec());
    (address(), class, label, option::of(format()), vec(extra, 0..2)).prop_map(|(id, class, label, format, extra)| {
        let named = [("label", label), ("format", format)].into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        with(json!({"id": id, "type": class}), named.chain(extra).collect())
    })
}

fn extension() -> impl Strategy<Value = Property> {
    let value = one_of(vec![
        json!(7),
        json!("x"),
        json!(true),
        json!(["a", {"b": 1.5}]),
        json!({"id": "https://x.org/x", "type": "X", "label": "x"}),
    ]);
    ("x-[a-c]", value)
}

fn part_of() -> impl Strategy<Value = Value> {
    let class = one_of(["Collection", "Manifest", "Canvas"].map(Value::from).to_vec());
    let parent = (one_of(vec![json!("https://x.org/m"), json!("https://x.org/top")]), class, option::of(label()));
    let parent = parent.prop_map(|(id, class, label)| {
        with(json!({"id": id, "type": class}), label.map(|label| ("label".to_owned(), label)).into_iter().collect())
    });
    vec(parent, 1..3).prop_map(Value::from)
}

fn nav_date() -> impl Strategy<Value = Value> {
    one_of(["1856-01-01T00:00:00Z", "1999-12-31T23:30:00-01:00", "2024-02-29T12:00:00.5+09:00"].map(Value::from).to_vec())
}

fn provider() -> impl Strategy<Value = Value> {
    one_of(vec![
        json!([{"id": "https://lib.org/", "type": "Agent", "label": {"en": ["Library"]}}]),
        json!([{"id": "https://lib.org/", "type": "Agent", "label": {"en": ["Library"]}, "logo": [{"id": "https://lib.org/logo.png", "type": "Image"}]}]),
    ])
}

/// What any resource may say.
fn described(behaviors: &'static [&'static str]) -> impl Strategy<Value = Vec<Property>> {
    let pair = (label(), html()).prop_map(|(label, value)| json!({"label": label, "value": value}));
    let texts = prop_oneof![
        property("summary", html()),
        property("metadata", vec(pair, 1..3).prop_map(Value::from)),
        property("requiredStatement", statement()),
        property(
            "rights",
            one_of(vec![json!("http://rightsstatements.org/vocab/InC/1.0/"), json!("http://creativecommons.org/licenses/by/4.0/")])
        ),
    ];
    let links = prop_oneof![
        property("homepage", vec(link(true), 1..3).prop_map(Value::from)),
        property("seeAlso", vec(link(false), 1..3).prop_map(Value::from)),
        property("rendering", vec(link(true), 1..3).prop_map(Value::from)),
        property("partOf", part_of()),
        property("provider", provider()),
    ];
    let others = prop_oneof![
        property("service", vec(service(), 1..4).prop_map(Value::from)),
        property("navDate", nav_date()),
        property("navPlace", Just(json!({"id": "https://x.org/place", "type": "FeatureCollection"}))),
        property("behavior", subsequence(behaviors, 1..4).prop_shuffle().prop_map(Value::from)),
        extension(),
    ];
    vec(prop_oneof![texts, links, others], 0..5)
}

const DIRECTIONS: [&str; 4] = ["left-to-right", "right-to-left", "top-to-bottom", "bottom-to-top"];

fn directed(behaviors: &'static [&'static str]) -> impl Strategy<Value = Vec<Property>> {
    let direction = option::of(property("viewingDirection", one_of(DIRECTIONS.map(Value::from).to_vec())));
    (described(behaviors), direction, thumbnails())
        .prop_map(|(said, direction, thumbnails)| said.into_iter().chain(direction).chain(thumbnails).collect())
}

fn thumbnails() -> impl Strategy<Value = Option<Property>> {
    option::weighted(0.3, property("thumbnail", vec(content(), 1..3).prop_map(Value::from)))
}

fn content() -> impl Strategy<Value = Value> {
    let class = one_of(["Image", "Video", "Sound", "Text", "Model", "Dataset"].map(Value::from).to_vec());
    let said = prop_oneof![
        property("format", format()),
        property("height", Just(json!(30))),
        property("width", Just(json!(20))),
        property("duration", Just(json!(2.5))),
        property("language", one_of(vec![json!(["en"]), json!(["en", "fr"])])),
        property("label", label()),
        property("service", vec(service(), 1..4).prop_map(Value::from)),
        property("rights", Just(json!("http://rightsstatements.org/vocab/InC/1.0/"))),
        property("partOf", part_of()),
        extension(),
    ];
    (address(), class, vec(said, 0..4)).prop_map(|(id, class, said)| with(json!({"id": id, "type": class}), said))
}

fn textual() -> impl Strategy<Value = Value> {
    let said = prop_oneof![
        property("format", one_of(vec![json!("text/plain"), json!("text/html")])),
        property("language", one_of(vec![json!("en"), json!(["en", "fr"])])),
        property("id", Just(json!("https://x.org/body"))),
        property("purpose", Just(json!("tagging"))),
    ];
    let text = one_of(["a", "<p>b</p>", ""].map(Value::from).to_vec());
    (text, vec(said, 0..3)).prop_map(|(text, said)| with(json!({"type": "TextualBody", "value": text}), said))
}

fn selector() -> impl Strategy<Value = Value> {
    let svg = json!({"type": "SvgSelector", "value": "<svg xmlns='http://www.w3.org/2000/svg'/>"});
    one_of(vec![
        json!({"type": "FragmentSelector", "value": "xywh=1,2,3,4"}),
        json!({"type": "FragmentSelector", "conformsTo": "http://www.w3.org/TR/media-frags/", "value": "xywh=pixel:1,2,3,4"}),
        json!({"type": "FragmentSelector", "value": "t=1,2"}),
        json!({"type": "FragmentSelector", "value": "xywh=1,2,3,4", "refinedBy": svg}),
        json!({"type": "ImageApiSelector", "region": "1,2,3,4", "rotation": "90"}),
        json!({"type": "PointSelector", "x": 1, "y": 2}),
        svg,
    ])
}

fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![4 => content(), 1 => textual()].boxed();
    let label = || option::of(property("label", label()));
    let choice = (vec(leaf.clone(), 1..4), label())
        .prop_map(|(items, label)| with(json!({"type": "Choice", "items": items}), label.into_iter().collect()));
    let style = option::of(property("styleClass", Just(json!("red"))));
    let specific = (content(), selector(), style).prop_map(|(source, selector, style)| {
        with(json!({"type": "SpecificResource", "source": source, "selector": selector}), style.into_iter().collect())
    });
    prop_oneof![4 => leaf, 1 => choice, 1 => specific]
}

/// A Canvas or a part of it, in each of the forms in which it may be written.
fn place(canvas: String, by_string: bool) -> impl Strategy<Value = Value> {
    let whole = json!({"id": canvas, "type": "Canvas"});
    let named = if by_string { json!(canvas) } else { whole.clone() };
    let part = json!(format!("{canvas}#xywh=1,2,3,4"));
    let part = if by_string { part } else { json!({"id": part, "type": "Canvas"}) };
    let specific = (one_of(vec![json!(canvas), whole.clone()]), selector());
    let specific = specific.prop_map(|(source, selector)| json!({"type": "SpecificResource", "source": source, "selector": selector}));
    prop_oneof![3 => one_of(vec![named, whole, part]), 1 => specific]
}

fn painting(canvas: String) -> impl Strategy<Value = Value> {
    let said = prop_oneof![
        property("label", label()),
        property(
            "stylesheet",
            one_of(vec![
                json!("https://x.org/s.css"),
                json!({"id": "https://x.org/s.css", "type": "CssStylesheet"}),
                json!({"type": "CssStylesheet", "value": ".red {}"})
            ])
        ),
        property("timeMode", Just(json!("trim"))),
        property("motivation", one_of(vec![json!(["painting"]), json!(["painting", "tagging"])])),
        property("seeAlso", vec(link(false), 1..2).prop_map(Value::from)),
        extension(),
    ];
    let body = prop_oneof![5 => body(), 1 => vec(body(), 1..3).prop_map(Value::from)];
    (body, place(canvas, true), vec(said, 0..3)).prop_map(|(body, target, said)| {
        let made = with(json!({"id": "", "type": "Annotation"}), said);
        with(
            made,
            [("motivation", json!("painting")), ("body", body), ("target", target)].map(|(key, value)| (key.to_owned(), value)).to_vec(),
        )
    })
}

/// A page of annotations that do not paint: named, or with what it holds.
fn page(id: String) -> impl Strategy<Value = Value> {
    let note = json!([{"id": format!("{id}/a"), "type": "Annotation", "motivation": "commenting", "body": {"type": "TextualBody", "value": "a"}, "target": canvas_id(0)}]);
    let said = prop_oneof![
        property("label", label()),
        property("items", Just(note)),
        property("partOf", part_of()),
        property("summary", html()),
        extension()
    ];
    vec(said, 0..3).prop_map(move |said| with(json!({"id": id, "type": "AnnotationPage"}), said))
}

fn pages_of(id: String) -> impl Strategy<Value = Option<Property>> {
    option::weighted(0.3, property("annotations", (page(format!("{id}/n0")), page(format!("{id}/n1"))).prop_map(|(a, b)| json!([a, b]))))
}

fn canvas(number: usize) -> impl Strategy<Value = Value> {
    let id = canvas_id(number);
    let pages = (vec(vec(painting(id.clone()), 0..3), 0..3), option::weighted(0.1, option::of(label())));
    let size =
        one_of(vec![json!({"height": 10, "width": 20}), json!({"duration": 1.5}), json!({"height": 10, "width": 20, "duration": 3})]);
    let side = option::weighted(
        0.1,
        (
            select(vec!["placeholderCanvas", "accompanyingCanvas"]),
            Just(json!({"id": format!("{id}/side"), "type": "Canvas", "height": 1, "width": 1})),
        ),
    );
    let words = &["facing-pages", "non-paged", "hidden", "auto-advance", "https://x.org/hint"];
    let parts = (described(words), thumbnails(), option::of(property("label", label())), pages_of(id.clone()));
    (parts, size, side, pages).prop_map(move |((said, thumbnails, label, notes), size, side, (pages, elsewhere))| {
        let mut canvas = json!({"id": id, "type": "Canvas"});
        canvas["items"] = pages.into_iter().enumerate().map(|(number, annotations)| painted_page(&id, number, annotations)).collect();
        if let Some(label) = elsewhere {
            let page = with(
                json!({"id": format!("{id}/elsewhere"), "type": "AnnotationPage"}),
                label.map(|label| ("label".to_owned(), label)).into_iter().collect(),
            );
            canvas["items"].as_array_mut().expect("a list").push(page);
        }
        let size = size.as_object().expect("an object").clone().into_iter();
        let side = side.map(|(key, value)| (key.to_owned(), value));
        with(canvas, size.chain(label).chain(side).chain(said).chain(thumbnails).chain(notes).collect())
    })
}

fn painted_page(canvas: &str, number: usize, mut annotations: Vec<Value>) -> Value {
    for (index, annotation) in annotations.iter_mut().enumerate() {
        annotation["id"] = format!("{canvas}/p{number}/a{index}").into();
    }
    json!({"id": format!("{canvas}/p{number}"), "type": "AnnotationPage", "items": annotations})
}

fn range() -> impl Strategy<Value = Value> {
    let leaf = (0..CANVASES).prop_flat_map(|number| place(canvas_id(number), false)).boxed();
    let words = &["paged", "continuous", "individuals", "unordered", "sequence", "no-nav", "https://x.org/hint"];
    let said = move || {
        let layer = property(
            "supplementary",
            (option::of(label())).prop_map(|label| {
                with(
                    json!({"id": "https://x.org/layer", "type": "AnnotationCollection"}),
                    label.map(|label| ("label".to_owned(), label)).into_iter().collect(),
                )
            }),
        );
        let start = (0..CANVASES).prop_flat_map(|number| start(canvas_id(number)));
        (
            option::of(property("label", label())),
            directed(words),
            option::weighted(0.2, property("start", start)),
            option::weighted(0.2, layer),
        )
    };
    let made = move |(label, said, start, layer): (Option<Property>, Vec<Property>, Option<Property>, Option<Property>),
                     items: Vec<Value>| {
        with(json!({"id": "", "type": "Range", "items": items}), label.into_iter().chain(said).chain(start).chain(layer).collect())
    };
    let bottom = (said(), vec(leaf.clone(), 0..3)).prop_map(move |(said, items)| made(said, items));
    bottom.prop_recursive(3, 8, 3, move |inner| {
        (said(), vec(prop_oneof![leaf.clone(), inner], 0..4)).prop_map(move |(said, items)| made(said, items))
    })
}

/// `start`: a Canvas or a part of it, always an object.
fn start(canvas: String) -> impl Strategy<Value = Value> {
    let part = json!({"type": "SpecificResource", "source": canvas, "selector": {"type": "PointSelector", "t": 1}});
    one_of(vec![json!({"id": canvas, "type": "Canvas"}), part])
}

/// Gives the Ranges their ids, and takes out what names a Canvas that is not there.
fn name_ranges(ranges: &mut [Value], canvases: usize, next: &mut usize) {
    for range in ranges.iter_mut().filter(|one| one["type"] == "Range") {
        range["id"] = format!("https://x.org/r{next}").into();
        *next += 1;
        let items = range["items"].as_array_mut().expect("a list");
        items.retain(|item| item["type"] == "Range" || (0..canvases).any(|number| item.to_string().contains(&canvas_id(number))));
        name_ranges(items, canvases, next);
    }
}

pub(super) fn manifest() -> impl Strategy<Value = Value> {
    let words = &["paged", "continuous", "unordered", "individuals", "auto-advance", "https://x.org/hint"];
    let canvases = (canvas(0), canvas(1), canvas(2), 1..=CANVASES).prop_map(|(a, b, c, count)| [a, b, c][..count].to_vec());
    let head = (label(), directed(words), option::of(vec(service(), 1..3)), option::weighted(0.2, start(canvas_id(0))));
    let tail = (option::weighted(0.5, vec(range(), 1..4)), pages_of("https://x.org/m".to_owned()), any::<bool>());
    (head, canvases, tail).prop_map(|((label, said, services, start), canvases, (structures, pages, extended))| {
        let context = if extended { json!(["http://iiif.io/api/extension/navplace/context.json", CONTEXT]) } else { json!(CONTEXT) };
        let mut made = with(json!({"@context": context, "id": "https://x.org/m", "type": "Manifest", "label": label}), said);
        let mut structures = structures.unwrap_or_default();
        name_ranges(&mut structures, canvases.len(), &mut 0);
        made["items"] = canvases.into();
        let more = [
            ("services", services.map(Value::from)),
            ("start", start),
            ("structures", (!structures.is_empty()).then(|| structures.into())),
        ];
        let more = more.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        with(made, more.chain(pages).collect())
    })
}
