//! Canvases that the public does not see, and the names of source files.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::rest::until;
use crate::support::rules;
use crate::support::service::Service;
use triptych::storage::Storage;

/// What shows something of the canvas `h`, or of the image `secret` that is on it and on nothing else.
const PLACES: [&str; 15] = [
    "/manifests/book/canvases/h",
    "/manifests/book/canvases/h/page",
    "/manifests/book/canvases/h/page/1",
    "/manifests/book/annotations/of-h",
    "/manifests/book/annotations/apart",
    "/manifests/book/annotations/mixed/about-h",
    "/manifests/book/ranges/only-h",
    "/api/v1/items/book/canvases/h",
    "/api/v1/items/book/canvases/h/paintings",
    "/api/v1/items/book/annotations/of-h",
    "/api/v1/items/book/annotations/mixed/items/about-h",
    "/api/v1/images/secret",
    "/iiif/3/secret/info.json",
    "/iiif/2/secret/full/100,/0/default.jpg",
    "/iiif/3/secret-file/info.json",
];

/// Documents in which `h` must not be named.
const DOCUMENTS: [&str; 12] = [
    "/manifests/book",
    "/manifests/book/v2",
    "/manifests/book/v3",
    "/manifests/book/canvases/c",
    "/manifests/book/ranges/all",
    "/manifests/book/annotations/mixed",
    "/collections",
    "/api/v1/items",
    "/api/v1/items/book",
    "/api/v1/items/book/canvases",
    "/api/v1/items/book/ranges",
    "/api/v1/items/book/annotations",
];

/// A published `book` with the canvases `h`, painted with `secret`, and `c`, and everything that can name a canvas.
async fn book(service: &Service) {
    service.place("tiff/vips-jpeg90.tif", "scans/secret-file.tif");
    service.place("tiff/vips-jpeg90.tif", "secret-file.tif");
    service.images_named(&["open"]).await;
    let made = service.ask(Method::POST, "/images", Some(json!({"id": "secret", "key": "secret-file.tif"}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let h = format!("{}/manifests/book/canvases/h", service.base);
    let body = json!({
        "label": "Book", "status": "published", "start": {"id": h, "type": "Canvas"},
        "canvases": [{"id": "h", "image": "secret"}, {"id": "c", "image": "open"}]
    });
    assert_eq!(service.ask(Method::PUT, "/items/book", Some(body)).await.status, 201);
    let ranges = json!({"ranges": [{"id": "all", "label": "All", "start": "h", "items": ["h", "c", {"id": "only-h", "label": "H", "items": ["h"]}]}]});
    assert_eq!(service.ask(Method::PUT, "/items/book/ranges", Some(ranges)).await.status, 200);
    let about = |id: &str, target: Value| json!({"id": id, "motivation": "commenting", "body": {"type": "TextualBody", "value": "x"}, "target": target});
    let c = format!("{}/manifests/book/canvases/c", service.base);
    for (id, page) in [
        ("of-h", json!({"canvas": "h", "items": [about("a", json!(h))]})),
        ("apart", json!({"canvas": "h", "embedded": false, "items": [about("a", json!(h))]})),
        (
            "mixed",
            json!({"items": [about("about-h", json!(format!("{h}#xywh=0,0,1,1"))), about("both", json!([h, c])), about("about-c", json!(c))]}),
        ),
    ] {
        let made = service.ask(Method::PUT, &format!("/items/book/annotations/{id}"), Some(page)).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
}

async fn hide(service: &Service, hidden: Value) {
    let changed = service.ask_if(Method::PATCH, "/items/book/canvases/h", "*", Some(json!({"hidden": hidden}))).await;
    assert_eq!((changed.status, changed.body.get("hidden")), (200, (hidden == true).then_some(&json!(true))), "{changed:?}");
}

async fn status(service: &Service, path: &str) -> u16 {
    service.get(path).await.status().as_u16()
}

async fn named(service: &Service, path: &str) -> bool {
    let text = service.json(path).await.to_string();
    text.contains("canvases/h") || text.contains("\"h\"") || text.contains("only-h") || text.contains("/secret")
}

#[tokio::test]
async fn nothing_public_names_a_hidden_canvas_or_shows_its_image() {
    let service = Service::start().await;
    let storage = Storage::directory(service.images.clone()).expect("the same directory");
    let twin = Service::on(Some(storage), &[], service.pool.clone()).await;
    let listening = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'";
    until("both listen", async || sqlx::query_scalar::<_, i64>(listening).fetch_one(&service.pool).await.expect("a count") >= 2).await;
    book(&service).await;
    for hidden in [json!(true), json!(null), json!(true), json!(false)] {
        hide(&service, hidden.clone()).await;
        let shown = hidden != true;
        for path in PLACES {
            let expected = if shown { 200 } else { 404 };
            assert_eq!(status(&service, path).await, expected, "{path} {hidden}");
            until(path, async || status(&twin, path).await == expected).await;
        }
        for path in DOCUMENTS {
            let expected = shown && !path.ends_with("/canvases/c");
            let named_here = named(&service, path).await;
            assert!(!named_here || expected, "{path} {hidden}");
            until(path, async || named(&twin, path).await == named_here).await;
        }
        assert_eq!(named(&service, "/manifests/book").await, shown);
    }
}

#[tokio::test]
async fn what_is_left_is_a_right_manifest() {
    let service = Service::start().await;
    book(&service).await;
    hide(&service, json!(true)).await;
    let manifest = service.json("/manifests/book").await;
    assert_eq!(manifest["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(manifest.get("start"), None);
    assert_eq!(
        manifest["structures"][0]["items"],
        json!([{"id": format!("{}/manifests/book/canvases/c", service.base), "type": "Canvas"}])
    );
    assert_eq!(manifest["structures"][0].get("start"), None);
    let about: Vec<&Value> = manifest["annotations"][0]["items"].as_array().expect("a list").iter().map(|one| &one["id"]).collect();
    assert_eq!(about.len(), 2, "{manifest}");
    assert_eq!(service.json("/api/v1/items/book").await["canvasCount"], 1);
    assert_eq!(rules::presentation_3(&manifest), Vec::<String>::new());
    assert_eq!(rules::presentation_2(&service.json("/manifests/book/v2").await), Vec::<String>::new());
}

#[tokio::test]
async fn the_holder_of_a_key_sees_it() {
    let service = Service::start().await;
    book(&service).await;
    hide(&service, json!(true)).await;
    let ask = async |path: &str| service.request(Method::GET, path).bearer_auth(&service.key).send().await.expect("an answer");
    // A registered master is no file of the open storage to anyone.
    for path in PLACES.into_iter().filter(|path| !path.contains("secret-file")) {
        let read = ask(path).await;
        assert_eq!(read.status(), 200, "{path}");
        if !path.starts_with("/api") {
            assert_eq!(read.headers()["cache-control"], "private, no-store", "{path}");
        }
        assert!(path.starts_with("/api") || status(&service, path).await == 404, "it is not kept for others: {path}");
    }
    assert_eq!(service.record("/items/book").await["canvasCount"], 2);
    assert_eq!(service.record("/items/book/order").await["canvases"], json!(["h", "c"]));
    assert_eq!(service.json("/api/v1/items/book/order").await["canvases"], json!(["c"]));
    // What does not speak of it leaves it hidden.
    for (method, path, body) in [
        (Method::PUT, "/items/book/canvases/h", json!({"image": "secret", "label": "H"})),
        (Method::PUT, "/items/book/canvases/h/image", json!({"image": "secret"})),
        (Method::PATCH, "/items/book/canvases/h", json!({"label": "again"})),
        (
            Method::PUT,
            "/items/book",
            json!({"label": "Book", "status": "published", "canvases": [{"id": "h", "image": "secret"}, {"id": "c", "image": "open"}]}),
        ),
        (Method::POST, "/items/book/canvases/h/paintings", json!({"annotation": {"image": "secret", "target": "xywh=0,0,10,10"}})),
    ] {
        let done = service.ask_if(method, path, "*", Some(body)).await;
        assert!(matches!(done.status, 200 | 201), "{path}: {done:?}");
        assert_eq!(service.record("/items/book/canvases/h").await["hidden"], true, "{path}");
        assert_eq!(status(&service, "/iiif/3/secret/info.json").await, 404, "{path}");
    }
}

#[tokio::test]
async fn a_published_item_shows_something() {
    let service = Service::start().await;
    book(&service).await;
    hide(&service, json!(true)).await;
    let before = service.tables().await;
    let refused = service.ask_if(Method::PATCH, "/items/book/canvases/c", "*", Some(json!({"hidden": true}))).await;
    assert_eq!(refused.faults(), (422, vec!["/canvases"]), "{refused:?}");
    assert_eq!(service.ask_if(Method::DELETE, "/items/book/canvases/c", "*", None).await.status, 422);
    assert_eq!(service.tables().await, before);
}

#[tokio::test]
async fn the_source_file_is_named_to_the_holder_of_a_key() {
    let service = Service::start().await;
    service.place("tiff/vips-jpeg90.tif", "reel 1/scan_0001.tif");
    service.ask(Method::POST, "/images", Some(json!({"id": "one", "key": "reel 1/scan_0001.tif"}))).await;
    let master = std::fs::read(crate::support::fixture("tiff/vips-jpeg90.tif")).expect("a fixture");
    let upload = |path: &str| service.rest(Method::POST, path).header("content-type", "application/octet-stream").body(master.clone());
    assert_eq!(upload("/images/two?fileName=IMG%20%C3%A9.tif").send().await.expect("an answer").status(), 201);
    assert_eq!(upload("/images/three").send().await.expect("an answer").status(), 201);
    let canvases = json!([{"id": "a", "image": "one"}, {"id": "b", "image": "two"}, {"id": "c", "image": "three"}, {"id": "d", "width": 1, "height": 1}]);
    let made = service.ask(Method::PUT, "/items/book", Some(json!({"label": "Book", "status": "published", "canvases": canvases}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let names = |list: &Value| list["items"].as_array().expect("a list").iter().map(|one| one.get("fileName").cloned()).collect::<Vec<_>>();
    let expected = vec![Some(json!("scan_0001.tif")), Some(json!("IMG é.tif")), None, None];
    assert_eq!(names(&service.record("/items/book/canvases").await), expected);
    assert_eq!(names(&service.json("/api/v1/items/book/canvases").await), vec![None; 4]);
    assert_eq!(service.json("/api/v1/items/book/canvases/a").await.get("fileName"), None);
    assert!(!service.json("/manifests/book").await.to_string().contains("scan_0001"));
    let labelled = service.ask_if(Method::POST, "/items/book/labels", "*", Some(json!({"pattern": "1", "to": "b"}))).await;
    assert_eq!(labelled.body["canvases"][1], json!({"id": "b", "label": {"none": ["2"]}, "fileName": "IMG é.tif"}), "{labelled:?}");
    let bad = upload("/images/four?fileName=a%2Fb.tif").send().await.expect("an answer");
    assert_eq!(bad.status(), 400);
}
