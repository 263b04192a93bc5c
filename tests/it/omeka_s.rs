//! Omeka S: what it asks of this service at import and when people look, each thing that it was seen to stumble over, and items
//! brought into it. There is no Omeka S here: what stands for it was written down from a running one (4.2) and is itself tested.

mod http;
mod ingest;
mod push;
mod site;

use reqwest::Method;
use serde_json::{Value, json};
use triptych::pyramid::WriteOptions;

use crate::support::documents::header;
use crate::support::painted::pyramid;
use crate::support::pictures::decode;
use crate::support::service::Service;
use http::Server;
use ingest::{image, presentation};

/// A page of 3000 × 2000 pixels, one of 1021 × 777, and a published collection of the item with both.
pub async fn library() -> Service {
    let service = Service::start().await;
    pyramid(&service.images.join("page.tif"), (3000, 2000), 40, &WriteOptions::default());
    let page = json!({"id": "page", "key": "page.tif"});
    assert_eq!(service.send(Method::POST, "/images", &page).await.0, 201);
    service.register("tiff/vips-jpeg75.tif", "ezu/1").await;
    let place = json!({"id": "https://example.net/place", "type": "Feature", "geometry": {"type": "Point", "coordinates": [9.9, 51.5]}});
    let features = json!({"id": "https://example.net/places", "type": "FeatureCollection", "features": [place]});
    let book = json!({"id": "book", "label": {"fr": ["Livre"], "en": ["Book"]}, "status": "published", "images": ["page", "ezu/1"],
        "metadata": [{"label": "Creator", "value": {"de": ["Anna"]}}], "other": {"navPlace": features}});
    let made = service.send(Method::POST, "/items", &book).await;
    assert_eq!(made.0, 201, "{made:?}");
    let collection = json!({"id": "maps", "label": {"en": ["Maps"]}, "status": "published"});
    assert_eq!(service.send(Method::POST, "/collections", &collection).await.0, 201);
    let member = json!({"members": [{"item": "book"}]});
    assert_eq!(service.ask_if(Method::POST, "/collections/maps/members", "*", Some(member)).await.status, 201);
    service
}

#[tokio::test]
async fn manifests_and_collections_come_in_with_a_picture_in_either_version() {
    let service = library().await;
    for (path, version, name) in [
        ("/manifests/book", 3, "/manifests/book"),
        ("/manifests/book/v3", 3, "/manifests/book"),
        ("/manifests/book/v2", 2, "/manifests/book/v2"),
        ("/manifests/book/", 3, "/manifests/book"),
        ("/manifests/book/manifest.json", 3, "/manifests/book"),
        ("/iiif/book/manifest", 3, "/manifests/book"),
        ("/collections/maps", 3, "/collections/maps"),
        ("/collections/maps/v2", 2, "/collections/maps/v2"),
        ("/collections", 3, "/collections"),
        ("/collections/~top/v2", 2, "/collections/~top/v2"),
    ] {
        let medium = presentation(&format!("{}{path}", service.base)).await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let context = format!("http://iiif.io/api/presentation/{version}/context.json");
        assert_eq!(medium.data["@context"], context, "{path}");
        let id = if version == 2 { &medium.data["@id"] } else { &medium.data["id"] };
        assert_eq!(*id, format!("{}{name}", service.base), "{path}");
        if path.contains("book") {
            assert_eq!(medium.picture, Some((800, 533)), "{path}: {}", medium.data["thumbnail"]);
        }
        assert!(medium.picture.is_some() || !path.contains("maps"), "{path}: {}", medium.data["thumbnail"]);
    }
    for (path, told) in [("/manifests/none", "404"), ("/collections/none", "404"), ("/api/docs", "JSON")] {
        let refused = presentation(&format!("{}{path}", service.base)).await.expect_err(path);
        assert!(refused.contains(told), "{path}: {refused}");
    }
}

#[tokio::test]
async fn documents_from_elsewhere_come_in_whatever_extensions_they_use() {
    let service = Service::start().await;
    let folders = ["cookbook", "manifests/p3", "manifests/p2"].map(crate::support::fixture);
    let files = folders.iter().flat_map(|folder| crate::support::rest::files(folder));
    let (mut imported, mut extended) = (0, 0);
    for file in files.filter(|file| file.extension().is_some_and(|ending| ending == "json")) {
        let document: Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
        let is_manifest = document["type"] == "Manifest" || document["@type"] == "sc:Manifest";
        let id = format!("m{imported}");
        let body = json!({"document": document, "id": id, "status": "published"});
        if !is_manifest || service.send(Method::POST, "/imports", &body).await.0 != 201 {
            continue;
        }
        for path in [format!("/manifests/{id}"), format!("/manifests/{id}/v2")] {
            let taken = presentation(&format!("{}{path}", service.base)).await;
            assert!(taken.is_ok(), "{path} of {}: {taken:?}", file.display());
        }
        imported += 1;
        extended += usize::from(document["@context"].as_array().is_some_and(|contexts| contexts.len() > 1));
    }
    assert!(imported > 40 && extended > 0, "{imported} {extended}");
}

#[tokio::test]
async fn images_come_in_with_a_picture_in_either_version() {
    let service = library().await;
    pyramid(&service.images.join("scroll.tif"), (20_000, 300), 90, &WriteOptions::default());
    assert_eq!(service.send(Method::POST, "/images", &json!({"id": "scroll", "key": "scroll.tif", "public": true})).await.0, 201);
    for version in [2, 3] {
        for (name, size) in [("page", (3000, 2000)), ("ezu%2F1", (1021, 777)), ("scroll", (10_000, 150))] {
            let base = format!("{}/iiif/{version}/{name}", service.base);
            for url in [format!("{base}/info.json"), base.clone()] {
                let medium = image(&url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
                let id = if version == 2 { &medium.data["@id"] } else { &medium.data["id"] };
                assert_eq!((id.as_str(), medium.picture), (Some(base.as_str()), Some(size)), "{url}");
            }
        }
        let copied = http::get(&format!("{}/iiif/{version}/page/full/max/0/default.jpg", service.base), "gzip, deflate").await;
        assert_eq!(decode(&copied.expect("a picture").body).width(), 3000);
    }
}

/// The image services painted on the canvases of a manifest, by version.
fn services(manifest: &Value, kind: &str) -> Vec<String> {
    let canvases = manifest["items"].as_array().expect("canvases").iter();
    let all = canvases.flat_map(|canvas| canvas["items"][0]["items"][0]["body"]["service"].as_array().expect("services"));
    let of_kind = all.filter(|service| service["type"] == kind || service["@type"] == kind);
    of_kind.map(|service| service["id"].as_str().or(service["@id"].as_str()).expect("an id").to_owned()).collect()
}

/// What a page elsewhere gets: it must be allowed to read it.
async fn browsed(service: &Service, url: &str) -> reqwest::Response {
    let request = service.client.get(url).header("Origin", "https://omeka.example.org").header("Accept", "*/*");
    let response = request.send().await.expect("an answer");
    assert_eq!(header(&response, "access-control-allow-origin"), "*", "{url}");
    response
}

#[tokio::test]
async fn everything_that_its_viewers_ask_for_is_there() {
    let service = library().await;
    let stored: Value = browsed(&service, &format!("{}/manifests/book", service.base)).await.json().await.expect("JSON");
    for (kind, form) in [("ImageService3", "{w},{h}"), ("ImageService2", "{w},")] {
        let found = services(&stored, kind);
        assert_eq!(found.len(), 2, "{kind}");
        for base in found {
            let info: Value = browsed(&service, &format!("{base}/info.json")).await.json().await.expect("JSON");
            let sizes = info["sizes"].as_array().filter(|sizes| !sizes.is_empty()).expect("sizes").iter();
            let sizes = sizes.map(|size| (size["width"].clone(), size["height"].clone()));
            let mut wanted = vec![("full".to_owned(), ",120".to_owned(), None, 120)];
            for (width, height) in sizes {
                let size = form.replace("{w}", &width.to_string()).replace("{h}", &height.to_string());
                wanted.push(("full".to_owned(), size, width.as_u64(), height.as_u64().expect("a height")));
            }
            let tile = info["tiles"][0]["width"].as_u64().expect("tiles");
            let (width, height) = (info["width"].as_u64().expect("a width"), info["height"].as_u64().expect("a height"));
            let right = width - (width / tile) * tile;
            let size = form.replace("{w}", &right.to_string()).replace("{h}", &tile.min(height).to_string());
            wanted.push((format!("{},0,{right},{}", width - right, tile.min(height)), size, Some(right), tile.min(height)));
            for (region, size, width, height) in wanted {
                let url = format!("{base}/{region}/{size}/0/default.jpg");
                let response = browsed(&service, &url).await;
                assert_eq!(response.status(), 200, "{url}");
                let picture = decode(&response.bytes().await.expect("bytes"));
                assert_eq!(u64::from(picture.height()), height, "{url}");
                assert!(width.is_none_or(|width| width == u64::from(picture.width())), "{url}");
            }
        }
    }
}

#[tokio::test]
async fn pages_may_read_errors_and_redirects() {
    let service = library().await;
    for (path, status) in [
        ("/manifests/none", 404),
        ("/iiif/3/none/info.json", 404),
        ("/iiif/3/page/full/0,/0/default.jpg", 400),
        ("/iiif/3/page", 303),
        ("/iiif/2/page", 303),
        ("/collections/none", 404),
    ] {
        assert_eq!(browsed(&service, &format!("{}{path}", service.base)).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn what_was_stored_once_stays_true() {
    let service = library().await;
    let url = |path: &str| format!("{}{path}", service.base);
    let info = image(&url("/iiif/3/page/info.json")).await.expect("info.json").data;
    let manifest = presentation(&url("/manifests/book")).await.expect("a manifest").data;
    let names = |manifest: &Value| {
        let canvases = manifest["items"].as_array().expect("canvases").iter();
        canvases.map(|canvas| canvas["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    let mut order = names(&manifest);
    order.reverse();
    let ids: Vec<&str> = order.iter().filter_map(|id| id.rsplit('/').next()).collect();
    let ordered = service.ask_if(Method::PUT, "/items/book/order", "*", Some(json!({"canvases": ids}))).await;
    assert_eq!(ordered.status, 200, "{ordered:?}");
    let renamed = service.ask_if(Method::PATCH, "/items/book", "*", Some(json!({"label": {"en": ["Other"]}}))).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    assert_eq!(image(&url("/iiif/3/page/info.json")).await.expect("info.json").data, info);
    let now = presentation(&url("/manifests/book")).await.expect("a manifest").data;
    assert_eq!((&now["id"], names(&now)), (&manifest["id"], order));
}

/// A server that answers these documents, and leads from `/r1` over `/r2` and so on to `/r0`.
pub async fn elsewhere(documents: Vec<(&'static str, Value)>) -> Server {
    Server::start(move |request| {
        let known = documents.iter().find(|(path, _)| *path == request.path).map(|(_, document)| document.to_string());
        let step = request.path.strip_prefix("/r").and_then(|number| number.parse::<u32>().ok());
        async move {
            match (known, step) {
                (Some(document), _) => (200, String::new(), document.into_bytes()),
                (_, Some(step)) => (302, format!("Location: /r{}\r\n", step - 1), Vec::new()),
                _ => (404, String::new(), Vec::new()),
            }
        }
    })
    .await
}

#[tokio::test]
async fn what_stands_for_omeka_s_refuses_what_that_refuses() {
    const P3: &str = "http://iiif.io/api/presentation/3/context.json";
    const I3: &str = "http://iiif.io/api/image/3/context.json";
    let server = elsewhere(vec![
        ("/r0", json!({"@context": P3, "type": "Manifest"})),
        ("/list", json!({"@context": [P3], "type": "Manifest"})),
        ("/canvas", json!({"@context": P3, "type": "Canvas"})),
        ("/none", json!({"type": "Manifest"})),
        ("/i3", json!({"@context": I3, "protocol": "http://iiif.io/api/image", "id": "http://127.0.0.1:1/x"})),
        ("/no-protocol", json!({"@context": I3, "id": "http://127.0.0.1:1/x"})),
    ])
    .await;
    for (path, told) in [
        ("/r0", None),
        ("/r5", None),
        ("/r6", Some("redirected too often")),
        ("/list", Some("Invalid IIIF presentation JSON")),
        ("/canvas", Some("Invalid IIIF presentation JSON")),
        ("/none", Some("Invalid IIIF presentation JSON")),
        ("/missing", Some("404")),
    ] {
        let taken = presentation(&format!("{}{path}", server.base)).await;
        match told {
            None => assert_eq!(taken.expect(path).picture, None),
            Some(told) => assert!(taken.as_ref().is_err_and(|error| error.contains(told)), "{path}: {taken:?}"),
        }
    }
    assert_eq!(image(&format!("{}/i3", server.base)).await.expect("an image").picture, None);
    assert!(image(&format!("{}/no-protocol", server.base)).await.is_err_and(|error| error.contains("500")));
}
