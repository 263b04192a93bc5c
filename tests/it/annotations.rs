//! Annotation pages and annotations, over REST and in the manifest.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::documents::assert_right;
use crate::support::service::Service;

const PATH: &str = "/items/i/annotations";

/// A published item `i` with the canvases `c` and `d`.
async fn book() -> Service {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    let canvases = json!([{"id": "c", "image": "a"}, {"id": "d", "image": "a"}]);
    let item = json!({"id": "i", "label": "I", "status": "published", "canvases": canvases});
    assert_eq!(service.ask(Method::POST, "/items", Some(item)).await.status, 201);
    service
}

fn comment(id: &str) -> Value {
    json!({"id": id, "motivation": "commenting", "body": {"type": "TextualBody", "value": id}})
}

/// A page `p` of the canvas `c` with the annotations `a` and `b`.
async fn commented() -> Service {
    let service = book().await;
    let page = json!({"canvas": "c", "properties": {"label": "Notes"}, "items": [comment("a"), comment("b")]});
    let made = service.ask(Method::PUT, &format!("{PATH}/p"), Some(page)).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""), "{made:?}");
    service
}

/// The last segments of the ids of a page's annotations.
async fn names(service: &Service) -> Vec<String> {
    let page = service.record(&format!("{PATH}/p")).await;
    let items = page["items"].as_array().expect("a list").iter();
    items.map(|one| one["id"].as_str().and_then(|id| id.rsplit('/').next()).expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_page_stands_in_the_manifest_or_apart() {
    let service = commented().await;
    let base = format!("{}/manifests/i", service.base);
    let full = |id: &str| {
        let mut full = json!({"id": format!("{base}/annotations/p/{id}"), "type": "Annotation"});
        full.as_object_mut()
            .expect("an object")
            .extend(comment(id).as_object().expect("an object").clone().into_iter().filter(|(name, _)| name != "id"));
        full["target"] = json!(format!("{base}/canvases/c"));
        full
    };
    let read = service.ask(Method::GET, &format!("{PATH}/p"), None).await;
    assert_eq!((read.header("etag"), &read.body["items"]), ("\"1\"", &json!([full("a"), full("b")])));
    assert_eq!(read.body["items"].to_string(), json!([full("a"), full("b")]).to_string(), "the order of keys stays, too");
    assert_eq!((&read.body["canvas"], &read.body["embedded"], &read.body["position"]), (&json!("c"), &json!(true), &json!(0)));
    assert_eq!(
        (&read.body["uri"], &read.body["properties"]),
        (&json!(format!("{base}/annotations/p")), &json!({"label": {"none": ["Notes"]}}))
    );

    let page = json!({
        "id": format!("{base}/annotations/p"), "type": "AnnotationPage", "label": {"none": ["Notes"]}, "items": [full("a"), full("b")]
    });
    let manifest = service.json("/manifests/i").await;
    assert_right(&manifest);
    assert_eq!(manifest["items"][0]["annotations"], json!([page]));
    let with_context = |document: Value| {
        let mut whole = json!({"@context": "http://iiif.io/api/presentation/3/context.json"});
        whole.as_object_mut().expect("an object").extend(document.as_object().expect("an object").clone());
        whole
    };
    for embedded in [true, false] {
        let patched = service.ask_if(Method::PATCH, &format!("{PATH}/p"), "*", Some(json!({ "embedded": embedded }))).await;
        assert_eq!((patched.status, &patched.body["embedded"], &patched.body["items"]), (200, &json!(embedded), &page["items"]));
        assert_eq!(service.json("/manifests/i/annotations/p").await, with_context(page.clone()), "{embedded}");
        assert_eq!(service.json("/manifests/i/annotations/p/b").await, with_context(full("b")), "{embedded}");
        assert_eq!(service.get("/manifests/i/annotations/p/none").await.status(), 404);
    }
    let manifest = service.json("/manifests/i").await;
    assert_right(&manifest);
    assert_eq!(manifest["items"][0]["annotations"], json!([{"id": page["id"], "type": "AnnotationPage", "label": page["label"]}]));
}

#[tokio::test]
async fn pages_are_of_the_item_too_or_elsewhere() {
    let service = commented().await;
    let there = json!({"id": "x", "elsewhere": "https://x.org/page.json"});
    let made = service.ask(Method::POST, PATH, Some(there)).await;
    assert_eq!(
        (made.status, &made.body["embedded"], made.body.get("items"), &made.body["uri"]),
        (201, &json!(false), None, &json!("https://x.org/page.json"))
    );
    assert_eq!(made.header("location"), format!("{}/api/v1{PATH}/x", service.base));
    let minted = service
        .ask(Method::POST, PATH, Some(json!({"items": [{"motivation": "describing", "body": {"id": "https://x.org/b", "type": "Text"}}]})))
        .await;
    assert_eq!((minted.status, &minted.body["position"]), (201, &json!(1)), "{minted:?}");
    assert_eq!(minted.body["items"][0]["target"], format!("{}/manifests/i", service.base));
    let manifest = service.json("/manifests/i").await;
    assert_right(&manifest);
    assert_eq!(manifest["annotations"][0], json!({"id": "https://x.org/page.json", "type": "AnnotationPage"}));
    assert_eq!(manifest["annotations"][1]["id"], minted.body["uri"]);
    assert_eq!(service.get("/manifests/i/annotations/x").await.status(), 404);

    let ids = |list: &Value| list["items"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    let list = service.record(PATH).await;
    assert_eq!(ids(&list).len(), 3);
    assert!(list["items"].as_array().is_some_and(|pages| pages.iter().all(|page| page.get("items").is_none())), "{list}");
    assert_eq!(ids(&service.record(&format!("{PATH}?canvas=c")).await), ["p"]);
    assert_eq!(ids(&service.record(&format!("{PATH}?canvas=d")).await), Vec::<Value>::new());
    let first = service.record(&format!("{PATH}?limit=2")).await;
    let next = first["next"].as_str().and_then(|next| next.split_once("/api/v1")).expect("another page").1.to_owned();
    assert_eq!([ids(&first), ids(&service.record(&next).await)].concat(), ids(&list));

    let path = format!("{PATH}/x");
    assert_eq!(
        service.ask_if(Method::POST, &format!("{path}/items"), "*", Some(json!({"items": [comment("a")]}))).await.faults(),
        (422, vec![""])
    );
    assert_eq!(service.ask_if(Method::PATCH, &path, "*", Some(json!({"elsewhere": null, "items": [comment("a")]}))).await.status, 200);
    assert_eq!(service.get("/manifests/i/annotations/x/a").await.status(), 200);
}

#[tokio::test]
async fn what_is_annotated_stays_as_it_came() {
    let service = commented().await;
    let odd = json!({
        "id": "https://x.org/anno/1", "type": "Annotation", "created": "2020-01-01T00:00:00Z", "motivation": ["tagging", "commenting"],
        "creator": {"id": "https://x.org/me", "type": "Person"},
        "body": [{"type": "TextualBody", "value": "<b>x</b>", "format": "text/html", "purpose": "tagging"}, "https://x.org/b", {"type": "Choice", "items": []}],
        "target": {
            "type": "SpecificResource", "source": {"id": format!("{}/manifests/i/canvases/c", service.base), "type": "Canvas"},
            "selector": [
                {"type": "SvgSelector", "value": "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0,0'/></svg>"},
                {"type": "FragmentSelector", "value": "xywh=0,0,10,10", "refinedBy": {"type": "TextQuoteSelector", "exact": "e"}}
            ]
        },
        "x:own": {"deep": [[{"er": 1.5}]]}
    });
    let added = service.ask_if(Method::POST, &format!("{PATH}/p/items"), "\"1\"", Some(json!({"position": 1, "items": [odd]}))).await;
    assert_eq!((added.status, added.header("etag"), &added.body["items"]), (201, "\"2\"", &json!([odd])), "{added:?}");
    assert_eq!(names(&service).await, ["a", "1", "b"]);
    assert_eq!(service.record(&format!("{PATH}/p/items/https%3A%2F%2Fx.org%2Fanno%2F1")).await, odd);
    assert_eq!(service.json("/manifests/i").await["items"][0]["annotations"][0]["items"][1], odd);
}

#[tokio::test]
async fn single_annotations_are_added_changed_and_deleted() {
    let service = commented().await;
    let items = format!("{PATH}/p/items");
    let new = json!({"items": [comment("x"), {"motivation": "tagging", "target": "xywh=0,0,9,9"}]});
    assert_eq!(service.ask(Method::POST, &items, Some(new.clone())).await.status, 428);
    assert_eq!(service.ask_if(Method::POST, &items, "\"9\"", Some(new.clone())).await.status, 412);
    let added = service.ask_if(Method::POST, &items, "\"1\"", Some(new)).await;
    assert_eq!((added.status, added.body["items"].as_array().map(Vec::len)), (201, Some(2)), "{added:?}");
    assert_eq!(added.body["items"][1]["target"], format!("{}/manifests/i/canvases/c#xywh=0,0,9,9", service.base));
    assert_right(&service.json("/manifests/i").await);

    let path = format!("{items}/x");
    let replaced = service.ask_if(Method::PUT, &path, "\"2\"", Some(json!({"motivation": "tagging"}))).await;
    assert_eq!((replaced.status, replaced.header("etag"), replaced.body.get("body")), (200, "\"3\"", None), "{replaced:?}");
    let patched = service.ask_if(Method::PATCH, &path, "\"3\"", Some(json!({"body": "https://x.org/b", "motivation": "linking"}))).await;
    assert_eq!((patched.status, &patched.body["motivation"]), (200, &json!("linking")), "{patched:?}");
    assert_eq!(
        service.ask_if(Method::PUT, &path, "\"4\"", Some(patched.body.clone())).await.body,
        patched.body,
        "what was read can be written"
    );
    let created = service.ask_if(Method::PUT, &format!("{items}/y"), "\"5\"", Some(comment("y"))).await;
    assert_eq!((created.status, created.header("location")), (201, &*format!("{}/api/v1{items}/y", service.base)), "{created:?}");
    for (method, body) in [(Method::PUT, Some(comment("x"))), (Method::PATCH, Some(json!({}))), (Method::DELETE, None)] {
        assert_eq!(service.ask(method.clone(), &path, body.clone()).await.status, 428, "{method}");
        assert_eq!(service.ask_if(method.clone(), &path, "\"1\"", body).await.status, 412, "{method}");
    }
    assert_eq!(service.ask_if(Method::DELETE, &path, "\"6\"", None).await.status, 204);
    for (method, body) in [(Method::GET, None), (Method::PATCH, Some(json!({}))), (Method::DELETE, None)] {
        assert_eq!(service.ask_if(method, &path, "*", body).await.status, 404);
    }
    let left = names(&service).await;
    assert_eq!((left.len(), &left[..2], &left[3]), (4, &["a".to_owned(), "b".to_owned()][..], &"y".to_owned()));
}

#[tokio::test]
async fn every_fault_is_told_with_its_place() {
    let service = commented().await;
    let before = (service.record(PATH).await, service.record(&format!("{PATH}/p")).await);
    let cases = [
        (json!({"id": "-"}), vec!["/id"]),
        (json!({"canvas": "none", "position": 0, "items": [{}]}), vec!["/canvas", "/items/0/motivation"]),
        (json!({"position": -1}), vec!["/position"]),
        (json!({"elsewhere": "x", "embedded": true, "items": [comment("a")]}), vec!["/elsewhere", "/embedded", "/items"]),
        (
            json!({"properties": {"label": 7, "navDate": "1900", "items": []}}),
            vec!["/properties/navDate", "/properties/label", "/properties/items"],
        ),
        (json!({"properties": []}), vec!["/properties"]),
        (
            json!({"items": ["x", comment("a"), comment("a"), {"motivation": "painting"}]}),
            vec!["/items/0", "/items/2/id", "/items/3/motivation"],
        ),
        (
            json!({"canvas": "c", "items": [{"motivation": "tagging", "target": format!("{}/manifests/i/canvases/d", service.base)}]}),
            vec!["/items/0/target"],
        ),
        (json!({"colour": 1}), vec!["/colour"]),
    ];
    for (body, expected) in cases {
        let refused = service.ask(Method::POST, PATH, Some(body.clone())).await;
        assert_eq!(refused.faults(), (422, expected), "{body}: {refused:?}");
    }
    let path = format!("{PATH}/p");
    assert_eq!(service.ask(Method::POST, PATH, Some(json!({"id": "p"}))).await.status, 409);
    assert_eq!(service.ask_if(Method::PUT, &path, "*", Some(json!({"id": "q"}))).await.faults(), (422, vec!["/id"]));
    assert_eq!(service.ask(Method::PUT, &path, Some(json!({}))).await.status, 428);
    assert_eq!(
        service.ask_if(Method::PATCH, &path, "*", Some(json!({"canvas": "none"}))).await.faults(),
        (422, vec!["/canvas", "/items/0/target", "/items/1/target"])
    );
    let items = format!("{path}/items");
    for (body, expected) in [
        (json!({"items": []}), vec!["/items"]),
        (
            json!({"items": [comment("a"), {"id": "a b", "motivation": "tagging", "target": 7}]}),
            vec!["/items/0/id", "/items/1/id", "/items/1/target"],
        ),
    ] {
        assert_eq!(service.ask_if(Method::POST, &items, "*", Some(body.clone())).await.faults(), (422, expected), "{body}");
    }
    for (body, expected) in [
        (json!([]), vec![""]),
        (json!({"id": "b", "motivation": "tagging"}), vec!["/id"]),
        (json!({"type": "Canvas", "motivation": ["painting"]}), vec!["/type", "/motivation"]),
    ] {
        assert_eq!(service.ask_if(Method::PUT, &format!("{items}/a"), "*", Some(body.clone())).await.faults(), (422, expected), "{body}");
    }
    let refused = service.ask_if(Method::PUT, &format!("{items}/a"), "*", Some(json!({"motivation": "painting"}))).await;
    assert!(refused.detail("/motivation").contains("paintings"), "{refused:?}");
    let deep = (0..150).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(service.ask_if(Method::PATCH, &format!("{items}/a"), "*", Some(json!({"body": deep}))).await.status, 400);
    assert_eq!((service.record(PATH).await, service.record(&path).await), before);
    for path in [format!("{PATH}/none"), format!("{items}/none"), "/items/none/annotations".to_owned()] {
        assert_eq!(service.ask(Method::GET, &path, None).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn deeply_nested_bodies_are_kept() {
    let service = commented().await;
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let path = format!("{PATH}/p/items/a");
    let zero = json!({"items": [{"motivation": "tagging", "body": {"type": "TextualBody", "value": "a\u{0}b"}}]});
    assert_eq!(service.ask(Method::POST, PATH, Some(zero)).await.status, 201);
    assert_eq!(service.ask_if(Method::PATCH, &path, "*", Some(json!({"x:deep": deep}))).await.status, 200);
    assert_eq!(service.record(&path).await["x:deep"], deep);
    assert_eq!(service.get("/manifests/i").await.status(), 200);
}

#[tokio::test]
async fn what_is_deleted_is_gone_for_ever_and_goes_with_its_canvas() {
    let service = commented().await;
    let of_item = service.ask(Method::PUT, &format!("{PATH}/q"), Some(json!({"items": [comment("a")]}))).await;
    assert_eq!(of_item.status, 201);
    assert_eq!(service.ask(Method::DELETE, &format!("{PATH}/q"), None).await.status, 428);
    assert_eq!(service.ask_if(Method::DELETE, &format!("{PATH}/q"), "\"1\"", None).await.status, 204);
    assert_eq!(service.ask_if(Method::DELETE, "/items/i/canvases/c", "*", None).await.status, 204);
    for id in ["q", "p"] {
        let path = format!("{PATH}/{id}");
        assert_eq!(service.ask(Method::GET, &path, None).await.status, 410, "{id}");
        assert_eq!(service.get(&format!("/manifests/i/annotations/{id}")).await.status(), 410, "{id}");
        assert_eq!(service.get(&format!("/manifests/i/annotations/{id}/a")).await.status(), 410, "{id}");
        assert_eq!(service.ask(Method::PUT, &path, Some(json!({}))).await.status, 410, "{id}");
        assert_eq!(service.ask(Method::POST, PATH, Some(json!({ "id": id }))).await.status, 410, "{id}");
    }
    assert_eq!(service.record(PATH).await["items"], json!([]));
    assert_right(&service.json("/manifests/i").await);
}

#[tokio::test]
async fn drafts_stay_hidden() {
    let service = commented().await;
    for embedded in [true, false] {
        assert_eq!(service.ask_if(Method::PATCH, &format!("{PATH}/p"), "*", Some(json!({ "embedded": embedded }))).await.status, 200);
        for (status, expected) in [("draft", 404), ("published", 200)] {
            assert_eq!(service.ask_if(Method::PATCH, "/items/i", "*", Some(json!({ "status": status }))).await.status, 200);
            let public = ["/manifests/i/annotations/p".to_owned(), "/manifests/i/annotations/p/a".to_owned()];
            for path in [format!("/api/v1{PATH}"), format!("/api/v1{PATH}/p"), format!("/api/v1{PATH}/p/items/a")].iter().chain(&public) {
                assert_eq!(service.get(path).await.status(), expected, "{status} {path}");
            }
        }
    }
}

#[tokio::test]
async fn of_changes_at_the_same_time_none_is_lost() {
    let service = commented().await;
    let add = |number: usize| {
        let (service, body) = (&service, json!({"items": [comment(&format!("n{number}"))]}));
        async move { service.ask_if(Method::POST, &format!("{PATH}/p/items"), "\"1\"", Some(body)).await.status }
    };
    let mut statuses = futures_util::future::join_all((0..6).map(add)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 412, 412, 412, 412, 412]);
    assert_eq!(names(&service).await.len(), 3);
}
