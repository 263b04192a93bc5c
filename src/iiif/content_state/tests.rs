use proptest::prelude::*;

use super::*;

const MANIFEST: &str = "https://example.org/manifest";
const CANVAS: &str = "https://example.org/canvas";

fn canvas(region: Option<Area>, time: Option<Time>) -> Target {
    Target { region, time, ..Target::canvas(CANVAS.to_owned(), MANIFEST.to_owned()) }
}

/// Own words for "a Canvas that says its Manifest".
fn reference(id: &str) -> Value {
    json!({"id": id, "type": "Canvas", "partOf": [{"id": MANIFEST, "type": "Manifest"}]})
}

fn annotation_of(target: Value) -> Value {
    json!({"type": "Annotation", "motivation": "contentState", "target": target})
}

#[test]
fn every_form_says_the_same() {
    let region = canvas(Some(Area::Pixels([1.0, 2.0, 3.0, 4.0])), None);
    let fragment = json!({"type": "FragmentSelector", "value": "xywh=1,2,3,4"});
    let specific = json!({"type": "SpecificResource", "source": reference(CANVAS), "selector": fragment});
    let with_id =
        json!({"@context": CONTEXT, "id": "https://example.org/state", "type": ["Annotation"], "motivation": ["contentState", "x"]});
    let mut full = with_id.clone();
    full["target"] = reference(&format!("{CANVAS}#xywh=1,2,3,4"));
    for state in [
        reference(&format!("{CANVAS}#xywh=1,2,3,4")),
        annotation_of(reference(&format!("{CANVAS}#xywh=1,2,3,4"))),
        annotation_of(json!([reference(&format!("{CANVAS}#xywh=1,2,3,4"))])),
        annotation_of(specific.clone()),
        specific,
        full,
    ] {
        assert_eq!(targets(&state), Ok(vec![region.clone()]), "{state}");
    }
}

#[test]
fn selectors_are_read() {
    let specific = |selector: Value| annotation_of(json!({"type": "SpecificResource", "source": reference(CANVAS), "selector": selector}));
    for (selector, region, time) in [
        (json!({"type": "PointSelector", "t": 14.5}), None, Some(Time::At(14.5))),
        (json!({"type": "PointSelector", "x": 10, "y": 20}), Some(Area::Point([10.0, 20.0])), None),
        (json!({"type": "FragmentSelector", "value": "t=10,20"}), None, Some(Time::Span(10.0, Some(20.0)))),
        (
            json!([{"type": "FragmentSelector", "value": "xywh=0,0,5,5"}, {"type": "PointSelector", "t": 1}]),
            Some(Area::Pixels([0.0, 0.0, 5.0, 5.0])),
            Some(Time::At(1.0)),
        ),
        (json!({"type": "SvgSelector", "value": "<svg/>"}), None, None),
        (json!({"type": "PointSelector", "x": -1, "y": 2}), None, None),
    ] {
        assert_eq!(targets(&specific(selector.clone())), Ok(vec![canvas(region, time)]), "{selector}");
    }
}

#[test]
fn a_uri_alone_may_name_anything() {
    let bare = |id: &str, region| Target { id: id.to_owned(), class: None, manifest: None, region, time: None };
    assert_eq!(targets(&json!(MANIFEST)), Ok(vec![bare(MANIFEST, None)]));
    assert_eq!(
        targets(&json!("https://example.org/c#xywh=1,2,3,4")),
        Ok(vec![bare("https://example.org/c", Some(Area::Pixels([1.0, 2.0, 3.0, 4.0])))])
    );
    assert_eq!(targets(&json!("https://example.org/c#part")), Ok(vec![bare("https://example.org/c#part", None)]));
    let both = annotation_of(json!([MANIFEST, reference(CANVAS)]));
    assert_eq!(targets(&both), Ok(vec![bare(MANIFEST, None), canvas(None, None)]));
}

#[test]
fn the_manifest_is_found_among_what_a_canvas_is_part_of() {
    for part_of in [
        json!([{"id": "https://example.org/range", "type": "Range"}, {"id": MANIFEST, "type": "Manifest"}]),
        json!({"id": MANIFEST, "type": "Manifest"}),
        json!([{"id": MANIFEST}]),
        json!(MANIFEST),
    ] {
        let found = targets(&json!({"id": CANVAS, "type": "Canvas", "partOf": part_of})).expect("a state");
        assert_eq!(found[0].loaded(), MANIFEST, "{part_of}");
    }
    assert_eq!(targets(&json!({"id": MANIFEST, "type": "Manifest"})).expect("a state")[0].loaded(), MANIFEST);
}

#[test]
fn whatever_opens_nothing_is_refused() {
    for (state, error) in [
        (json!({"type": "Annotation", "motivation": "commenting", "target": CANVAS}), StateError::Motivation),
        (json!({"type": "Annotation", "target": CANVAS}), StateError::Motivation),
        (json!({"type": "Annotation", "motivation": "contentState"}), StateError::Nothing),
        (annotation_of(json!([])), StateError::Nothing),
        (annotation_of(json!([{}])), StateError::Nothing),
        (annotation_of(json!({"type": "SpecificResource"})), StateError::Nothing),
        (annotation_of(json!({"type": "SpecificResource", "source": {"type": "SpecificResource", "source": CANVAS}})), StateError::Nothing),
        (json!({}), StateError::Nothing),
        (json!(null), StateError::Nothing),
        (json!([CANVAS]), StateError::Nothing),
        (json!(7), StateError::Nothing),
        (json!({"id": 7, "type": "Canvas"}), StateError::Nothing),
        (json!(""), StateError::Nothing),
    ] {
        assert_eq!(targets(&state), Err(error), "{state}");
    }
}

#[test]
fn the_annotation_is_what_others_read() {
    let state = annotation(&[canvas(Some(Area::Pixels([1.0, 2.0, 3.0, 4.0])), Some(Time::Span(10.0, Some(20.5))))]);
    let expected = json!({
        "@context": CONTEXT, "type": "Annotation", "motivation": ["contentState"],
        "target": reference("https://example.org/canvas#xywh=1,2,3,4&t=10,20.5")
    });
    assert_eq!(state, expected);
    let point = annotation(&[canvas(Some(Area::Point([5.0, 6.5])), None)]);
    let selector = json!({"type": "PointSelector", "x": 5, "y": 6.5});
    assert_eq!(point["target"], json!({"type": "SpecificResource", "source": reference(CANVAS), "selector": selector}));
}

fn numbers<const COUNT: usize>() -> impl Strategy<Value = [f64; COUNT]> {
    let one = (1_u32..100_000_000).prop_map(|thousandths| f64::from(thousandths) / 1000.0);
    prop::collection::vec(one, COUNT).prop_map(|list| list.try_into().expect("as many"))
}

fn areas() -> impl Strategy<Value = Area> {
    prop_oneof![numbers().prop_map(Area::Pixels), numbers().prop_map(Area::Percent), numbers().prop_map(Area::Point)]
}

fn times() -> impl Strategy<Value = Time> {
    prop_oneof![
        numbers::<1>().prop_map(|[at]| Time::At(at)),
        numbers::<1>().prop_map(|[start]| Time::Span(start, None)),
        numbers::<2>().prop_map(|[start, length]| Time::Span(start, Some((start + length).ceil()))),
    ]
}

prop_compose! {
    fn any_target()(
        id in "https://example\\.org/[a-zA-Z0-9/?=%é漢\" ]{1,30}",
        class in prop::option::of(prop::sample::select(vec!["Manifest", "Canvas", "Range", "Collection"])),
        manifest in prop::option::of("https://example\\.org/m[a-z#]{1,10}"),
        region in prop::option::of(areas()),
        time in prop::option::of(times()),
    ) -> Target {
        Target { id, class: class.map(str::to_owned), manifest, region, time }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(all in prop::collection::vec(any_target(), 1..4)) {
        let encoded = encode(&annotation(&all));
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let decoded = decode(&encoded).expect("a state");
        prop_assert_eq!(targets(&decoded), Ok(all));
    }
}
