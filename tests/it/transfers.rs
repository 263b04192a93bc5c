//! Items that are split and merged: what goes along, and where old addresses lead.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::rules;
use crate::support::service::Service;

/// A published item with these canvases, painted with the image of the same name, and a range and an annotation page for each.
async fn item(service: &Service, id: &str, canvases: &[&str]) {
    let all: Vec<Value> = canvases.iter().map(|canvas| json!({"id": canvas, "image": canvas, "label": canvas})).collect();
    let body = json!({
        "label": id, "status": "published", "rights": "http://creativecommons.org/licenses/by/4.0/", "behavior": ["paged"], "canvases": all,
        "start": {"id": format!("{}/manifests/{id}/canvases/{}", service.base, canvases[0]), "type": "Canvas"}
    });
    assert_eq!(service.ask(Method::PUT, &format!("/items/{id}"), Some(body)).await.status, 201);
    let inner: Vec<Value> =
        canvases.iter().map(|canvas| json!({"id": format!("r-{canvas}"), "label": canvas, "items": [canvas]})).collect();
    let tree = json!({"ranges": [{"id": format!("all-{id}"), "label": "All", "items": inner}]});
    assert_eq!(service.ask(Method::PUT, &format!("/items/{id}/ranges"), Some(tree)).await.status, 200);
    for canvas in canvases {
        let page =
            json!({"canvas": canvas, "items": [{"id": "a", "motivation": "commenting", "body": {"type": "TextualBody", "value": "x"}}]});
        assert_eq!(service.ask(Method::PUT, &format!("/items/{id}/annotations/of-{canvas}"), Some(page)).await.status, 201);
    }
}

async fn order(service: &Service, item: &str) -> Value {
    let list = service.record(&format!("/items/{item}/canvases")).await;
    let canvases = list["items"].as_array().expect("a list");
    canvases.iter().enumerate().for_each(|(place, canvas)| assert_eq!(canvas["position"], place, "{list}"));
    let order = service.record(&format!("/items/{item}/order")).await["canvases"].clone();
    assert_eq!(order, canvases.iter().map(|canvas| canvas["id"].clone()).collect::<Value>());
    order
}

/// Where an address leads in the end, without the base.
async fn leads(service: &Service, path: &str) -> (u16, String) {
    let mut path = path.to_owned();
    for _ in 0..5 {
        let answer = service.get(&path).await;
        let Some(location) = answer.headers().get("location") else { return (answer.status().as_u16(), path) };
        assert_eq!(answer.status(), 303, "{path}");
        path = location.to_str().expect("text").strip_prefix(&service.base).expect("ours").to_owned();
    }
    panic!("it leads in circles: {path}");
}

async fn rightly_published(service: &Service, item: &str) -> Value {
    let manifest = service.json(&format!("/manifests/{item}")).await;
    assert_eq!(rules::presentation_3(&manifest), Vec::<String>::new());
    let (text, here) = (manifest.to_string(), format!("{}/manifests/{item}", service.base));
    for (at, _) in text.match_indices(&format!("{}/manifests/", service.base)) {
        assert!(text[at..].starts_with(&here), "{}", &text[at..at + 80]);
    }
    manifest
}

#[tokio::test]
async fn a_reel_is_split_into_items() {
    let service = Service::start().await;
    let names = ["p1", "p2", "p3", "p4", "p5"];
    service.images_named(&names).await;
    item(&service, "reel", &names).await;
    let before = service.record("/items/reel/canvases/p2").await;
    let body = json!({"items": [
        {"id": "one", "label": "One", "from": "p1", "to": "p2"}, {"label": "Two", "status": "draft", "from": "p4", "to": "p4", "rights": "http://rightsstatements.org/vocab/InC/1.0/"}
    ]});
    assert_eq!(service.ask(Method::POST, "/items/reel/split", Some(body.clone())).await.status, 428);
    assert_eq!(service.ask_if(Method::POST, "/items/reel/split", "\"1\"", Some(body.clone())).await.status, 412);
    let tag = service.ask(Method::GET, "/items/reel", None).await.header("etag").to_owned();
    let done = service.ask_if(Method::POST, "/items/reel/split", &tag, Some(body)).await;
    assert_eq!((done.status, &done.body["told"]), (200, &json!([])), "{done:?}");
    assert_eq!(service.ask(Method::GET, "/items/reel", None).await.header("etag"), done.header("etag"));
    let two = done.body["items"][2]["id"].as_str().expect("an id").to_owned();
    assert_eq!((&done.body["items"][1]["status"], &done.body["items"][1]["behavior"]), (&json!("published"), &json!(["paged"])));
    assert_eq!(
        (&done.body["items"][2]["status"], &done.body["items"][2]["rights"]),
        (&json!("draft"), &json!("http://rightsstatements.org/vocab/InC/1.0/"))
    );
    for (id, canvases) in [("reel", json!(["p3", "p5"])), ("one", json!(["p1", "p2"])), (two.as_str(), json!(["p4"]))] {
        assert_eq!(order(&service, id).await, canvases, "{id}");
    }
    let after = service.record("/items/one/canvases/p2").await;
    let without = |canvas: &Value| {
        let mut canvas = canvas.as_object().expect("a canvas").clone();
        canvas.remove("uri");
        canvas
    };
    assert_eq!(without(&after), without(&before));
    let one = rightly_published(&service, "one").await;
    assert_eq!(one["start"]["id"], format!("{}/manifests/one/canvases/p1", service.base));
    assert_eq!(one["structures"].as_array().map(Vec::len), Some(2), "{one}");
    assert_eq!(one["items"][0]["annotations"][0]["id"], format!("{}/manifests/one/annotations/of-p1", service.base));
    let reel = rightly_published(&service, "reel").await;
    assert_eq!((reel.get("start"), reel["structures"][0]["items"].as_array().map(Vec::len)), (None, Some(2)));
    for path in ["canvases/p1", "canvases/p1/page/1", "ranges/r-p1", "annotations/of-p1", "annotations/of-p1/a"] {
        assert_eq!(leads(&service, &format!("/manifests/reel/{path}")).await, (200, format!("/manifests/one/{path}")));
    }
    assert_eq!(leads(&service, "/manifests/reel/canvases/p4").await.0, 404, "a draft is nobody's business");
    assert_eq!(service.get("/iiif/3/p4/info.json").await.status(), 404);
    assert_eq!(service.get("/iiif/3/p1/info.json").await.status(), 200);
    let gone = service.ask(Method::GET, "/items/reel/canvases/p1", None).await;
    assert_eq!((gone.status, gone.body["detail"].as_str().is_some_and(|text| text.contains("\"one\""))), (410, true), "{gone:?}");
    let again = service.ask_if(Method::PUT, "/items/reel/canvases/p1", "*", Some(json!({"image": "p1"}))).await;
    assert!(matches!(again.status, 404 | 410), "an id is not used again: {again:?}");
    assert_eq!(service.ask(Method::PUT, "/items/reel/canvases/p1", Some(json!({"image": "p1"}))).await.status, 410);
}

#[tokio::test]
async fn what_was_split_off_comes_home() {
    let service = Service::start().await;
    service.images_named(&["p1", "p2", "p3"]).await;
    item(&service, "reel", &["p1", "p2", "p3"]).await;
    let everything =
        json!({"items": [{"id": "a", "label": "A", "from": "p1", "to": "p1"}, {"id": "b", "label": "B", "from": "p2", "to": "p3"}]});
    let split = service.ask_if(Method::POST, "/items/reel/split", "*", Some(everything)).await;
    assert_eq!((split.status, &split.body["items"][0]["status"]), (200, &json!("draft")), "nothing is left to show: {split:?}");
    assert_eq!(leads(&service, "/manifests/reel").await.0, 404);
    let merged = service.ask_if(Method::POST, "/items/a/merge", "*", Some(json!({"items": ["b"]}))).await;
    assert_eq!(merged.status, 200, "{merged:?}");
    assert_eq!(order(&service, "a").await, json!(["p1", "p2", "p3"]));
    for (from, to) in [
        ("/manifests/b", "/manifests/a"),
        ("/manifests/b/v2", "/manifests/a/v2"),
        ("/manifests/b/canvases/p2", "/manifests/a/canvases/p2"),
        ("/manifests/reel/canvases/p2", "/manifests/a/canvases/p2"),
        ("/manifests/reel/canvases/p1", "/manifests/a/canvases/p1"),
        ("/manifests/reel/ranges/r-p3", "/manifests/a/ranges/r-p3"),
    ] {
        assert_eq!(leads(&service, from).await, (200, to.to_owned()));
    }
    rightly_published(&service, "a").await;
    let home = service.ask_if(Method::POST, "/items/reel/merge", "*", Some(json!({"items": ["a"]}))).await;
    assert_eq!(home.status, 200, "{home:?}");
    assert_eq!(order(&service, "reel").await, json!(["p1", "p2", "p3"]));
    assert_eq!(service.ask_if(Method::PATCH, "/items/reel", "*", Some(json!({"status": "published"}))).await.status, 200);
    rightly_published(&service, "reel").await;
    for from in ["reel", "a", "b"] {
        let path = format!("/manifests/{from}/canvases/p2");
        assert_eq!(leads(&service, &path).await, (200, "/manifests/reel/canvases/p2".to_owned()));
    }
    for item in ["a", "b"] {
        assert_eq!(service.ask_if(Method::DELETE, &format!("/items/{item}"), "*", None).await.status, 204);
        assert_eq!(
            leads(&service, &format!("/manifests/{item}")).await,
            (200, "/manifests/reel".to_owned()),
            "deleted, it still leads there"
        );
        assert_eq!(leads(&service, &format!("/manifests/{item}/canvases/p3")).await, (200, "/manifests/reel/canvases/p3".to_owned()));
    }
    service.ask_if(Method::DELETE, "/items/reel", "*", None).await;
    assert_eq!(leads(&service, "/manifests/a/canvases/p2").await.0, 410);
}

#[tokio::test]
async fn what_cannot_be_split_or_merged_says_all_that_stands_against_it() {
    let service = Service::start().await;
    service.images_named(&["p1", "p2", "p3"]).await;
    item(&service, "one", &["p1", "p2"]).await;
    item(&service, "two", &["p2", "p3"]).await;
    let about =
        |canvases: &[&str]| -> Vec<String> { canvases.iter().map(|id| format!("{}/manifests/one/canvases/{id}", service.base)).collect() };
    let both = json!({"items": [{"id": "x", "motivation": "commenting", "body": {"type": "TextualBody", "value": "x"}, "target": about(&["p1", "p2"])}]});
    assert_eq!(service.ask(Method::PUT, "/items/one/annotations/both", Some(both)).await.status, 201);
    let before = service.tables().await;
    let run = |from: &str, to: &str| json!({"label": "x", "from": from, "to": to});
    for (path, items, pointers) in [
        ("/items/one/split", json!([run("p1", "p1")]), vec!["/items/0"]),
        ("/items/one/split", json!([run("p2", "p1"), run("x", "y")]), vec!["/items/0/to", "/items/1/from", "/items/1/to"]),
        ("/items/one/split", json!([run("p1", "p2"), run("p2", "p2")]), vec!["/items/1/from"]),
        ("/items/one/split", json!([{"id": "two", "label": "x", "from": "p1", "to": "p2"}]), vec!["/items/0/id"]),
        (
            "/items/one/split",
            json!([{"id": "-", "label": "x", "behavior": ["odd"], "from": "p1", "to": "p2"}]),
            vec!["/items/0/id", "/items/0/behavior/0"],
        ),
        ("/items/one/merge", json!(["one", "none", "two", "two"]), vec!["/items/0", "/items/1", "/items/3"]),
        // The canvas, its annotation page and its range.
        ("/items/one/merge", json!(["two"]), vec!["/items/0", "/items/0", "/items/0"]),
    ] {
        let refused = service.ask_if(Method::POST, path, "*", Some(json!({"items": items}))).await;
        assert_eq!(refused.faults(), (422, pointers), "{items}: {refused:?}");
    }
    assert_eq!(service.tables().await, before);
    assert_eq!(order(&service, "one").await, json!(["p1", "p2"]));
    assert_eq!(order(&service, "two").await, json!(["p2", "p3"]));
}

#[tokio::test]
async fn items_that_keep_the_names_of_their_source_stay_whole() {
    let service = Service::start().await;
    let canvas = |id: &str| json!({"id": format!("https://x.org/{id}"), "type": "Canvas", "height": 10, "width": 10, "items": []});
    let manifest = json!({
        "@context": "http://iiif.io/api/presentation/3/context.json", "id": "https://x.org/m", "type": "Manifest", "label": {"en": ["Book"]},
        "items": [canvas("a"), canvas("b")]
    });
    let imported = service.ask(Method::POST, "/imports", Some(json!({"document": manifest, "id": "book", "ids": "original"}))).await;
    assert_eq!(imported.status, 201, "{imported:?}");
    let ids = order(&service, "book").await;
    let body = json!({"items": [{"label": "x", "from": ids[0], "to": ids[0]}]});
    let refused = service.ask_if(Method::POST, "/items/book/split", "*", Some(body)).await;
    assert_eq!((refused.status, refused.faults().1), (422, vec![""]), "{refused:?}");
}
