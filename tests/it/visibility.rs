//! Who sees what, and from when on.

use reqwest::Method;
use serde_json::{Value, json};
use triptych::storage::Storage;

use crate::support::pictures::{difference, picture};
use crate::support::rest::{answer, until};
use crate::support::service::Service;

/// Everything that shows something of the item `book` with the canvas `c` and the image `secret`.
const PLACES: [&str; 18] = [
    "/manifests/book",
    "/manifests/book/v2",
    "/manifests/book/v3",
    "/manifests/book/canvases/c",
    "/manifests/book/canvases/c/page",
    "/manifests/book/canvases/c/page/1",
    "/iiif/3/secret/info.json",
    "/iiif/2/secret/info.json",
    "/iiif/3/secret/full/max/0/default.jpg",
    "/iiif/2/secret/full/full/0/default.jpg",
    "/iiif/3/secret/0,0,256,256/256,256/0/default.jpg",
    "/iiif/3/secret/full/!100,100/0/default.jpg",
    "/api/v1/items/book",
    "/api/v1/items/book/canvases",
    "/api/v1/items/book/canvases/c",
    "/api/v1/items/book/order",
    "/api/v1/images/secret",
    "/iiif/3/secret",
];

/// Ways to ask for the master `x.tif` of `secret` as a file that nobody registered.
const FILES: [&str; 8] = [
    "/iiif/3/x.tif/info.json",
    "/iiif/3/x/info.json",
    "/iiif/2/x/info.json",
    "/iiif/2/x.tif/full/100,/0/default.jpg",
    "/iiif/3/x/full/max/0/default.jpg",
    "/iiif/3/%78.tif/info.json",
    "/iiif/3/x%2Etif/info.json",
    "/iiif/3/x",
];

/// A draft `book` with the canvas `c`, which shows `secret`, whose master is `x.tif`.
async fn draft(service: &Service) {
    service.place("tiff/vips-jpeg90.tif", "x.tif");
    service.ask(Method::POST, "/images", Some(json!({"id": "secret", "key": "x.tif"}))).await;
    let canvases = json!([{"id": "c", "image": "secret"}]);
    let made = service.ask(Method::PUT, "/items/book", Some(json!({"label": "Book", "canvases": canvases}))).await;
    assert_eq!(made.status, 201, "{made:?}");
}

async fn set_status(service: &Service, item: &str, status: &str) {
    let changed = service.ask_if(Method::PATCH, &format!("/items/{item}"), "*", Some(json!({"status": status}))).await;
    assert_eq!(changed.status, 200, "{changed:?}");
}

/// Whether the public sees this.
async fn seen(service: &Service, path: &str) -> bool {
    match service.get(path).await.status().as_u16() {
        200 | 303 => true,
        404 => false,
        other => panic!("{path}: {other}"),
    }
}

async fn all(service: &Service, expected: bool) {
    for path in PLACES.iter().chain(&FILES) {
        assert_eq!(seen(service, path).await, expected, "{path}");
    }
}

/// Another process over the same database and storage, listening for changes as the first does.
async fn twin(service: &Service) -> Service {
    let storage = Storage::directory(service.images.clone()).expect("the same directory");
    let twin = Service::on(Some(storage), &[], service.pool.clone()).await;
    let statement = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'";
    until("both listen", async || {
        let listening: i64 = sqlx::query_scalar(statement).fetch_one(&service.pool).await.expect("a count");
        listening >= 2
    })
    .await;
    twin
}

#[tokio::test]
async fn drafts_are_for_the_holder_of_a_key() {
    let service = Service::start().await;
    draft(&service).await;
    all(&service, false).await;
    for path in PLACES {
        let read = service.request(Method::GET, path).bearer_auth(&service.key).send().await.expect("an answer");
        assert!(matches!(read.status().as_u16(), 200 | 303), "{path}: {}", read.status());
        if read.status() == 200 {
            assert_eq!(read.headers()["cache-control"], "private, no-store", "{path}");
        }
    }
    let listed = |path: &'static str| async { service.json(path).await["items"].as_array().map(Vec::len) };
    assert_eq!((listed("/api/v1/items").await, listed("/api/v1/images").await), (Some(0), Some(0)));
    assert!(!service.json("/collections").await.to_string().contains("book"));
    set_status(&service, "book", "published").await;
    all(&service, true).await;
    let image = service.json("/api/v1/images/secret").await;
    assert_eq!((image.get("key"), &image["id"]), (None, &json!("secret")), "where the master lies is nobody's business");
    assert_eq!((listed("/api/v1/items").await, listed("/api/v1/images").await), (Some(1), Some(1)));
    set_status(&service, "book", "draft").await;
    all(&service, false).await;
}

#[tokio::test]
async fn what_is_withdrawn_is_gone_from_every_replica() {
    let first = Service::start().await;
    let second = twin(&first).await;
    draft(&first).await;
    for _ in 0..2 {
        set_status(&first, "book", "published").await;
        all(&first, true).await;
        for path in PLACES.iter().chain(&FILES) {
            until(path, async || seen(&second, path).await).await;
        }
        set_status(&first, "book", "draft").await;
        all(&first, false).await;
        for path in PLACES.iter().chain(&FILES) {
            until(path, async || !seen(&second, path).await).await;
        }
    }
}

#[tokio::test]
async fn every_way_of_taking_an_image_off_closes_it() {
    let service = Service::start().await;
    let second = twin(&service).await;
    service.images_named(&["other"]).await;
    for (id, way) in [("i0", "replaced"), ("i1", "canvas"), ("i2", "list"), ("i3", "item"), ("i4", "patched")] {
        let key = format!("{id}-file.tif");
        service.place("tiff/vips-jpeg90.tif", &key);
        service.ask(Method::POST, "/images", Some(json!({"id": id, "key": key}))).await;
        let canvases = json!([{"id": "c", "image": id}, {"id": "d", "image": "other"}]);
        let (item, body) = (format!("/items/{way}"), json!({"label": "x", "status": "published", "canvases": canvases}));
        assert_eq!(service.ask(Method::PUT, &item, Some(body)).await.status, 201);
        let places = [format!("/iiif/3/{id}/info.json"), format!("/iiif/3/{id}-file/info.json"), format!("/iiif/3/{key}/info.json")];
        for path in &places {
            assert!(seen(&service, path).await, "{path}");
            until(path, async || seen(&second, path).await).await;
        }
        let done = match way {
            "replaced" => service.ask_if(Method::PUT, &format!("{item}/canvases/c/image"), "*", Some(json!({"image": "other"}))).await,
            "patched" => service.ask_if(Method::PATCH, &format!("{item}/canvases/c"), "*", Some(json!({"image": null}))).await,
            "canvas" => service.ask_if(Method::DELETE, &format!("{item}/canvases/c"), "*", None).await,
            "list" => service.ask_if(Method::PATCH, &item, "*", Some(json!({"images": ["other"]}))).await,
            _ => service.ask_if(Method::DELETE, &item, "*", None).await,
        };
        assert!(matches!(done.status, 200 | 204), "{way}: {done:?}");
        for path in &places {
            assert!(!seen(&service, path).await, "{way}: {path}");
            until(path, async || !seen(&second, path).await).await;
        }
    }
}

#[tokio::test]
async fn one_published_item_is_enough() {
    let service = Service::start().await;
    draft(&service).await;
    service.publish("shown", &["secret"]).await;
    let path = "/iiif/3/secret/info.json";
    assert!(seen(&service, path).await && seen(&service, "/iiif/3/x/info.json").await);
    assert!(!seen(&service, "/manifests/book").await, "the draft itself stays one");
    set_status(&service, "book", "published").await;
    set_status(&service, "shown", "draft").await;
    assert!(seen(&service, path).await);
    set_status(&service, "book", "draft").await;
    assert!(!seen(&service, path).await && !seen(&service, "/iiif/3/x/info.json").await);
}

#[tokio::test]
async fn an_image_may_be_public_by_itself() {
    let service = Service::start().await;
    draft(&service).await;
    let path = "/iiif/3/secret/info.json";
    for public in [true, false, true] {
        service.ask_if(Method::PATCH, "/images/secret", "*", Some(json!({"public": public}))).await;
        for path in [path, "/iiif/3/x/info.json", "/api/v1/images/secret"] {
            assert_eq!(seen(&service, path).await, public, "{path}");
        }
        assert!(!seen(&service, "/manifests/book").await);
    }
    let cached = answer(service.request(Method::GET, path)).await;
    assert!(cached.header("cache-control").starts_with("public"), "{cached:?}");
}

#[tokio::test]
async fn files_that_nobody_registered_are_open_if_the_setting_says_so() {
    for open in [true, false] {
        let service = Service::with(&[("open_storage", if open { "true" } else { "false" })]).await;
        service.place("tiff/vips-jpeg90.tif", "loose.tif");
        for path in ["/iiif/3/loose/info.json", "/iiif/2/loose.tif/info.json"] {
            assert_eq!(seen(&service, path).await, open, "{path}");
        }
        service.ask(Method::POST, "/images", Some(json!({"id": "kept", "key": "loose.tif"}))).await;
        for path in ["/iiif/3/loose/info.json", "/iiif/2/loose.tif/info.json", "/iiif/3/kept/info.json"] {
            assert!(!seen(&service, path).await, "registered, it is as visible as its image: {path}");
        }
        let told: Value = service.record("/images/kept").await;
        assert_eq!(told["key"], "loose.tif");
    }
}

#[tokio::test]
async fn a_page_of_an_open_file_is_part_of_its_identifier() {
    let service = Service::start().await;
    for (fixture, name) in [("tiff-kinds/pages-tiles.tif", "tiles"), ("tiff-kinds/pages.tif", "strips")] {
        service.place(fixture, &format!("{name}.tif"));
        let mut pictures = Vec::new();
        for page in 1..=3 {
            let register = json!({"id": format!("{name}-{page}"), "key": format!("{name}-twin.tif"), "page": page, "public": true});
            service.place(fixture, &format!("{name}-twin.tif"));
            let made = service.ask(Method::POST, "/images", Some(register)).await;
            assert_eq!(made.status, 201, "{made:?}");
            let registered = whole(&service, &format!("{name}-{page}")).await;
            for id in [format!("{name}%3B{page}"), format!("{name}.tif%3B{page}"), format!("{name};{page}")] {
                // The registered one is encoded once more.
                let open = whole(&service, &id).await;
                assert_eq!(open.dimensions(), registered.dimensions(), "{id}");
                assert!(difference(&open, &registered).mean < 6.0, "{id}: {:?}", difference(&open, &registered));
            }
            pictures.push(registered);
        }
        assert!(whole(&service, &format!("{name};1")).await == whole(&service, name).await, "the first page is meant if nothing is said");
        for (one, other) in [(0, 1), (1, 2), (0, 2)] {
            let same = pictures[one].dimensions() == pictures[other].dimensions();
            assert!(!same || difference(&pictures[one], &pictures[other]).mean > 10.0, "{name} {one} {other}");
        }
        for id in [format!("{name};0"), format!("{name};02"), format!("{name};9"), format!("{name};2;2"), format!("{name}-1;2")] {
            assert_eq!(service.get(&format!("/iiif/3/{id}/info.json")).await.status(), 404, "{id}");
        }
        // Asked for before, and now the master of an image that only its holder may see.
        let closed = service.ask(Method::POST, "/images", Some(json!({"id": format!("{name}-kept"), "key": format!("{name}.tif")}))).await;
        assert_eq!(closed.status, 201, "{closed:?}");
        for page in 1..=3 {
            assert!(!seen(&service, &format!("/iiif/3/{name};{page}/full/max/0/default.png")).await, "{name} {page}");
        }
    }
}

async fn whole(service: &Service, id: &str) -> image::RgbaImage {
    picture(service, &format!("/iiif/3/{id}/full/max/0/default.png")).await
}
