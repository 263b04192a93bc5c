//! What the Image API answers to right and wrong requests: statuses, errors, headers, negotiation, limits.
//!
//! This file is long because it is mostly tables: one row for each rule of the specification.

use reqwest::{Method, Response};
use serde_json::Value;

use crate::support::fixture;
use crate::support::pictures::{header, picture};
use crate::support::raw;
use crate::support::service::Service;

const V3: &str = "/iiif/3/book/";
const V2: &str = "/iiif/2/book/";

/// With `book`, 187 x 139 pixels.
async fn service() -> Service {
    let service = Service::start().await;
    service.place("tiff/vips-lzw.tif", "book.tif");
    service
}

fn nines() -> String {
    "9".repeat(400)
}

/// An error as every error has to be told: for people, for programs, and for pages of other origins.
fn assert_problem(answer: &raw::Answer, status: u16, target: &str) -> Value {
    let target: String = target.chars().take(120).collect();
    assert_eq!(answer.status, status, "{target}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{target}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{target}");
    let problem = answer.json();
    assert_eq!(problem["status"], status, "{target}");
    assert_eq!(problem["requestId"].as_str(), answer.header("x-request-id"), "{target}");
    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty() && detail.len() < 600), "{target}: {problem}");
    problem
}

async fn assert_refused(service: &Service, prefix: &str, requests: &[&str], names: &str) {
    for request in requests {
        let target = format!("{prefix}{request}");
        let problem = assert_problem(&raw::get(service, &target).await, 400, &target);
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(names.split('|').any(|name| detail.contains(name)), "{target}: {detail}");
    }
}

#[tokio::test]
async fn wrong_regions_are_refused() {
    let service = service().await;
    let wrong = [
        "Full",
        "FULL",
        "max",
        "pct:",
        "PCT:0,0,1,1",
        "pct:1,2,3",
        "pct:0,0,1,1,1",
        "pct:-1,0,1,1",
        "pct:1e1,0,1,1",
        "0,0,1",
        "0,0,1,1,1",
        "-1,0,1,1",
        "0.5,0,1,1",
        "0,0,1,NaN",
        "0,0,1,",
        "a,b,c,d",
        "%20full",
        "0,0,%2B1,1",
        "0;0;1;1",
        "0,0,0,10",
        "0,0,10,0",
        "pct:0,0,0,100",
        "187,0,1,1",
        "0,139,1,1",
        "pct:100,0,10,10",
        "4294967296,0,1,1",
        "18446744073709551616,0,1,1",
    ];
    for prefix in [V2, V3] {
        for region in wrong.iter().copied().map(str::to_owned).chain([format!("{},0,1,1", nines()), format!("pct:{},0,1,1", nines())]) {
            assert_refused(&service, prefix, &[&format!("{region}/max/0/default.png")], "region").await;
        }
    }
}

#[tokio::test]
async fn wrong_sizes_are_refused() {
    let service = service().await;
    let wrong = [
        "", ",", "10", "a,", "10.5,", "%5Efull", "^^max", "max^", "!300,", "!,300", "!300", "!^10,10", "-10,", "1e2,", "Max", "FULL",
        "pct:", "pct:a", "pct:-1", "pct:1e1", "PCT:50", "1,2,3", "%201,2", "!pct:50", "0,", ",0", "0,0", "5,0", "0,5", "pct:0", "pct:0.01",
        "!0,0", "!5,0",
    ];
    for (prefix, only) in
        [(V2, vec!["^max", "^10,", "^!10,10"]), (V3, vec!["full", "188,", ",140", "pct:101", "188,10", "10,140", "^0,", "^a,"])]
    {
        let requests: Vec<String> = wrong.iter().copied().chain(only).map(|size| format!("full/{size}/0/default.png")).collect();
        let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
        assert_refused(&service, prefix, &requests, "size").await;
    }
    let nines = nines();
    for size in [
        "10001,".to_owned(),
        ",10001".to_owned(),
        "9000,9000".to_owned(),
        format!("{nines},"),
        format!("{nines},{nines}"),
        format!("pct:{nines}"),
    ] {
        assert_refused(&service, V2, &[&format!("full/{size}/0/default.png")], "are the most").await;
        assert_refused(&service, V3, &[&format!("full/%5E{size}/0/default.png")], "are the most").await;
    }
}

#[tokio::test]
async fn wrong_rotations_qualities_and_formats_are_refused() {
    let service = service().await;
    for prefix in [V2, V3] {
        for rotation in ["", "361", "360.1", "-90", "90deg", "!", "!!0", "0!", "1e2", "NaN", "inf", "+90", "1.2.3", "%200", &nines()] {
            assert_refused(&service, prefix, &[&format!("full/10,/{rotation}/default.png")], "rotation").await;
        }
        for quality in ["", "Default", "grey", "colour", "DEFAULT", "default%20", "default%2Epng%2E"] {
            assert_refused(&service, prefix, &[&format!("full/10,/0/{quality}.png")], "quality|format").await;
        }
        for last in
            ["default", "default.", "default.JPG", "default.jpeg", "default.jp2", "default.pdf", "default.bmp", "default.png.png", "png"]
        {
            assert_refused(&service, prefix, &[&format!("full/10,/0/{last}")], "format").await;
        }
    }
}

#[tokio::test]
async fn malformed_urls_are_refused() {
    let service = service().await;
    let (long, endless) = ("a".repeat(5000), "a".repeat(9000));
    let cases = [
        ("/iiif/3/book/full/max/0".to_owned(), 404),
        ("/iiif/3/book/full/max".to_owned(), 404),
        ("/iiif/3/book/full/max/0/default.jpg/x".to_owned(), 404),
        ("/iiif/3/book/full/max/0/default.jpg/".to_owned(), 404),
        ("/iiif/3/book///full/max/0/default.jpg".to_owned(), 404),
        ("/iiif/3/book/full/max//default.jpg".to_owned(), 400),
        ("/iiif/3/book/full%2Fmax/0/default.jpg".to_owned(), 404),
        ("/iiif/3/book%2Ffull%2Fmax%2F0%2Fdefault.jpg".to_owned(), 404),
        ("/iiif/3/book/full/max/0/default.%zz".to_owned(), 400),
        ("/iiif/3/%zz/info.json".to_owned(), 400),
        ("/iiif/3/%/info.json".to_owned(), 400),
        ("/iiif/3/%FF/info.json".to_owned(), 400),
        ("/iiif/3/%00/info.json".to_owned(), 400),
        ("/iiif/3/book%00/info.json".to_owned(), 400),
        ("/iiif/3/book%0A/info.json".to_owned(), 404),
        ("/iiif/3/..%2F..%2Fetc/info.json".to_owned(), 404),
        ("/iiif/3/..%2F..%2Fetc%2Fpasswd/full/max/0/default.jpg".to_owned(), 404),
        ("/iiif/3/..%5C..%5Cetc/info.json".to_owned(), 404),
        ("/iiif/3/%2E%2E/info.json".to_owned(), 404),
        ("/iiif/3/.%2Fbook/info.json".to_owned(), 404),
        ("/iiif/3/%2Fbook/info.json".to_owned(), 404),
        ("/iiif/3/%2Fetc%2Fpasswd/info.json".to_owned(), 404),
        ("/iiif/3/../../../etc/passwd".to_owned(), 404),
        ("/iiif/3/bo%256Fk/info.json".to_owned(), 404),
        ("/iiif/3/a/b/full/max/0/default.jpg".to_owned(), 404),
        ("/iiif/3/book/info.xml".to_owned(), 404),
        ("/iiif/3/book/info.json/".to_owned(), 404),
        ("/iiif/3/".to_owned(), 404),
        ("/iiif/3//info.json".to_owned(), 404),
        ("/iiif/1/book/info.json".to_owned(), 404),
        ("/iiif/4/book/info.json".to_owned(), 404),
        ("/iiif/3/absent/info.json".to_owned(), 404),
        ("/iiif/2/absent/full/full/0/default.jpg".to_owned(), 404),
        ("/iiif/3/absent".to_owned(), 404),
        (format!("/iiif/3/{long}/info.json"), 404),
        (format!("/iiif/3/{long}/full/max/0/default.jpg"), 404),
        (format!("/iiif/3/{endless}/info.json"), 400),
    ];
    for (target, status) in &cases {
        let answer = raw::get(&service, target).await;
        let problem = assert_problem(&answer, *status, target);
        let told = problem["detail"].as_str().unwrap_or_default();
        assert!(!told.contains(&*service.images.to_string_lossy()), "{target}: {told}");
    }
    // Not even HTTP: the layer below refuses it.
    for target in ["/iiif/3/book/f<u>ll/max/0/default.jpg", "/iiif/3/b ook/info.json"] {
        assert_eq!(raw::get(&service, target).await.status, 400, "{target}");
    }
}

#[tokio::test]
async fn right_requests_have_the_size_they_ask_for() {
    let service = service().await;
    let both = [
        ("full/max/0/default.png", (187, 139)),
        ("square/max/0/default.png", (139, 139)),
        ("100,100,200,200/max/0/default.png", (87, 39)),
        ("0,0,4294967296,18446744073709551616/max/0/default.png", (187, 139)),
        ("pct:50,50,50,50/max/0/default.png", (93, 69)),
        ("pct:.5,0.50,10,10/10,/0/default.png", (10, 7)),
        ("full/94,/0/default.png", (94, 70)),
        ("full/,70/0/default.png", (94, 70)),
        ("full/10,/0/default.png", (10, 7)),
        ("full/,10/0/default.png", (13, 10)),
        ("full/1,/0/default.png", (1, 1)),
        ("0,0,187,1/1,/0/default.png", (1, 1)),
        ("full/pct:50/0/default.png", (94, 70)),
        ("full/10,20/0/default.png", (10, 20)),
        ("full/!20,20/0/default.png", (20, 15)),
        ("full/!9999,9999/0/default.png", (187, 139)),
        ("full/max/90/default.png", (139, 187)),
        ("full/max/!270.0/default.png", (139, 187)),
        ("full/max/360/default.png", (187, 139)),
        ("full/max/007/native.png", (203, 161)),
        ("full/10,/0/color.png", (10, 7)),
        ("pct%3A0%2C0%2C50%2C50/10%2C/%210/default.png", (10, 7)),
        ("full/10,/0/default.png?x=1&y=%zz", (10, 7)),
        ("/full/10,/0/default.png", (10, 7)),
    ];
    let nines = nines();
    let cropped = format!("0,0,{nines},{nines}/10,/0/default.png");
    for (prefix, request, size) in [V2, V3].iter().flat_map(|prefix| both.iter().map(move |(request, size)| (prefix, *request, *size))) {
        assert_eq!(picture(&service, &format!("{prefix}{request}")).await.dimensions(), size, "{prefix}{request}");
    }
    let only = [
        (V2, "full/full/0/default.png", (187, 139)),
        (V2, "full/374,/0/default.png", (374, 278)),
        (V2, "full/pct:200/0/default.png", (374, 278)),
        (V2, "full/200,139/0/default.png", (200, 139)),
        (V3, "full/^374,/0/default.png", (374, 278)),
        (V3, "full/%5E,278/0/default.png", (374, 278)),
        (V3, "full/^pct:150/0/default.png", (281, 209)),
        (V3, "full/^200,139/0/default.png", (200, 139)),
        (V3, "full/^!500,500/0/default.png", (500, 372)),
        (V3, "full/^94,/0/default.png", (94, 70)),
        (V3, &cropped, (10, 7)),
    ];
    for (prefix, request, size) in only {
        assert_eq!(picture(&service, &format!("{prefix}{request}")).await.dimensions(), size, "{prefix}{request}");
    }
}

#[tokio::test]
async fn an_identifier_is_decoded_once() {
    let service = service().await;
    for (key, id) in [("a/b.tif", "a%2Fb"), ("a%2Fc.tif", "a%252Fc"), ("漢 1.tif", "%E6%BC%A2%201"), ("a,b;c|d.tif", "a%2Cb%3Bc%7Cd")] {
        service.place("tiff/vips-lzw.tif", key);
        for version in [2, 3] {
            let base = format!("/iiif/{version}/{id}");
            let info = service.json(&format!("{base}/info.json")).await;
            let told = info[if version == 2 { "@id" } else { "id" }].as_str().unwrap_or_default();
            assert_eq!(told, format!("{}{base}", service.base), "{key}");
            picture(&service, &format!("{base}/full/10,/0/default.png")).await;
        }
    }
    let same = service.json("/iiif/3/%62oo%6B/info.json").await;
    assert_eq!(same["id"], format!("{}/iiif/3/book", service.base));
}

#[tokio::test]
async fn links_name_the_canonical_request() {
    let service = service().await;
    let cases = [
        (V3, "full/max/0/default.png", "full/max/0/default.png"),
        (V3, "0,0,187,139/94,/360/color.png", "full/94,70/0/default.png"),
        (V3, "pct:0,0,100,100/,70/!0.0/default.jpg", "full/94,70/!0/default.jpg"),
        (V3, "square/max/!90.0/gray.png", "24,0,139,139/max/!90/gray.png"),
        (V3, "100,100,900,900/!900,900/22.50/bitonal.gif", "100,100,87,39/max/22.5/bitonal.gif"),
        (V3, "full/^374,/0/default.webp", "full/^374,278/0/default.webp"),
        (V3, "full/^94,/0/default.tif", "full/94,70/0/default.tif"),
        (V2, "full/max/0/native.png", "full/full/0/default.png"),
        (V2, "full/94,70/0/default.png", "full/94,/0/default.png"),
        (V2, "full/,70/0/default.png", "full/94,/0/default.png"),
        (V2, "full/94,20/0/default.png", "full/94,20/0/default.png"),
        (V2, "pct:0,0,100,100/pct:200/0/default.png", "full/374,/0/default.png"),
    ];
    for (prefix, request, canonical) in cases {
        let response = service.get(&format!("{prefix}{request}")).await;
        let level = format!("<http://iiif.io/api/image/{}/level2.json>;rel=\"profile\"", &prefix[6..7]);
        let expected = format!("<{}{prefix}{canonical}>;rel=\"canonical\", {level}", service.base);
        assert_eq!(header(&response, "link"), expected, "{request}");
        assert_eq!(response.headers().get_all("link").iter().count(), 1, "some clients read only the first");
        let same = service.get(&format!("{prefix}{canonical}")).await;
        assert_eq!((same.status().as_u16(), header(&same, "etag")), (200, header(&response, "etag")), "{request}");
        assert_eq!(same.bytes().await.expect("bytes"), response.bytes().await.expect("bytes"), "{request}");
    }
}

async fn asked(service: &Service, method: Method, path: &str, name: &str, value: &str) -> Response {
    service.request(method, path).header(name, value).send().await.expect("an answer")
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let service = service().await;
    for path in
        ["/iiif/3/book/full/94,/0/default.jpg", "/iiif/2/book/full/94,/0/default.png", "/iiif/3/book/info.json", "/iiif/2/book/info.json"]
    {
        let first = service.get(path).await;
        let tag = header(&first, "etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 8, "{path}: a strong tag, not {tag}");
        assert_eq!(header(&first, "cache-control"), "public, max-age=86400", "{path}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let again = asked(&service, Method::GET, path, "If-None-Match", &known).await;
            assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, &*tag), "{path} {known}");
            assert_eq!(header(&again, "access-control-allow-origin"), "*");
            assert_eq!(header(&again, "cache-control"), header(&first, "cache-control"));
            assert!(again.bytes().await.expect("bytes").is_empty());
        }
        assert_eq!(asked(&service, Method::GET, path, "If-None-Match", "\"x\"").await.status(), 200, "{path}");

        let head = service.request(Method::HEAD, path).send().await.expect("an answer");
        for name in ["etag", "content-type", "content-length", "cache-control", "link", "vary"] {
            assert_eq!(header(&head, name), header(&first, name), "{path} {name}");
        }
        assert_eq!(header(&head, "content-length"), first.bytes().await.expect("bytes").len().to_string(), "{path}");
        assert!(head.bytes().await.expect("bytes").is_empty());
    }
    let mut tags = Vec::new();
    for format in ["jpg", "png"] {
        tags.push(header(&service.get(&format!("/iiif/3/book/full/94,/0/default.{format}")).await, "etag").to_owned());
    }
    assert_ne!(tags[0], tags[1]);
}

#[tokio::test]
async fn pages_of_other_origins_may_ask() {
    let service = service().await;
    for path in ["/iiif/3/book/info.json", "/iiif/3/book/full/max/0/default.jpg", "/iiif/2/absent/info.json"] {
        let request = service.request(Method::OPTIONS, path).header("Origin", "https://example.org");
        let response = request.header("Access-Control-Request-Headers", "authorization").send().await.expect("an answer");
        assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (204, "*"), "{path}");
        assert!(header(&response, "access-control-allow-headers").contains("Authorization"), "{path}");
        assert!(header(&response, "access-control-allow-methods").contains("GET"), "{path}");
    }
    for path in ["/iiif/3/book/info.json", "/iiif/3/book/full/10,/0/default.jpg", "/iiif/3/book"] {
        assert_eq!(header(&service.get(path).await, "access-control-allow-origin"), "*", "{path}");
    }
    let refused = service.request(Method::POST, "/iiif/3/book/info.json").send().await.expect("an answer");
    assert!([404, 405].contains(&refused.status().as_u16()), "{}", refused.status());
}

#[tokio::test]
async fn information_comes_as_the_client_wants_it() {
    let service = service().await;
    const LD3: &str = "application/ld+json;profile=\"http://iiif.io/api/image/3/context.json\"";
    let cases = [
        (3, None, LD3),
        (3, Some("*/*"), LD3),
        (3, Some("application/ld+json"), LD3),
        (3, Some(LD3), LD3),
        (3, Some("application/json"), "application/json"),
        (3, Some("application/json; charset=utf-8"), "application/json"),
        (3, Some("application/json;q=0.5, application/ld+json"), LD3),
        (3, Some("application/json, application/ld+json;q=0.5"), "application/json"),
        (3, Some("text/html,application/xhtml+xml,*/*;q=0.8"), LD3),
        (3, Some("image/png"), LD3),
        (2, None, "application/json"),
        (2, Some("*/*"), "application/json"),
        (2, Some("application/json"), "application/json"),
        (2, Some("application/ld+json"), "application/ld+json"),
        (2, Some("application/json;q=0.5, application/ld+json"), "application/ld+json"),
        (2, Some("text/html,application/xhtml+xml,*/*;q=0.8"), "application/json"),
        (2, Some("image/png"), "application/json"),
    ];
    for (version, accept, expected) in cases {
        let path = format!("/iiif/{version}/book/info.json");
        let response = match accept {
            Some(accept) => asked(&service, Method::GET, &path, "Accept", accept).await,
            None => service.get(&path).await,
        };
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, expected), "{version} {accept:?}");
        let vary: Vec<_> = response.headers().get_all("vary").iter().filter_map(|value| value.to_str().ok()).collect();
        assert!(vary.join(",").split(',').any(|name| name.trim() == "Accept"), "{version} {accept:?}: {vary:?}");
        assert_eq!(header(&response, "link"), format!("<http://iiif.io/api/image/{version}/level2.json>;rel=\"profile\""));
        assert_eq!(response.json::<Value>().await.expect("JSON")["protocol"], "http://iiif.io/api/image");
    }
}

#[tokio::test]
async fn a_bare_identifier_leads_to_its_information() {
    let service = service().await;
    for (path, to) in [("/iiif/3/book", "/iiif/3/book"), ("/iiif/2/book/", "/iiif/2/book"), ("/iiif/3/%62ook", "/iiif/3/book")] {
        let response = service.get(path).await;
        assert_eq!(response.status(), 303, "{path}");
        assert_eq!(header(&response, "location"), format!("{}{to}/info.json", service.base), "{path}");
        assert_eq!(header(&response, "access-control-allow-origin"), "*", "{path}");
    }
}

#[tokio::test]
async fn files_of_the_open_storage_are_images() {
    let service = service().await;
    for key in ["one.tif", "two.tiff", "three", "deep/er/four.tif", "triptych-uploads/five.tif"] {
        service.place("tiff/vips-lzw.tif", key);
    }
    for id in ["one", "one.tif", "two", "two.tiff", "three", "deep%2Fer%2Ffour", "deep%2Fer%2Ffour.tif"] {
        assert_eq!(service.get(&format!("/iiif/3/{id}/info.json")).await.status(), 200, "{id}");
    }
    for id in [
        "one.tiff",
        "two.tif",
        "three.tif",
        "deep",
        "deep%2Fer",
        "deep/er/four",
        "ONE",
        "triptych-uploads%2Ffive",
        "triptych-uploads%2Ffive.tif",
    ] {
        assert_eq!(service.get(&format!("/iiif/3/{id}/info.json")).await.status(), 404, "{id}");
    }
}

#[tokio::test]
async fn a_closed_storage_shows_what_is_registered_only() {
    let service = Service::with(&[("open_storage", "false")]).await;
    service.place("tiff/vips-lzw.tif", "open.tif");
    service.register("tiff/vips-lzw.tif", "kept").await;
    service.register("tiff/vips-lzw.tif", "shown").await;
    service.publish("item", &["shown"]).await;
    for (id, status) in [("open", 404), ("open.tif", 404), ("kept", 404), ("shown", 200)] {
        for rest in ["/info.json", "/full/10,/0/default.jpg"] {
            let answer = raw::get(&service, &format!("/iiif/3/{id}{rest}")).await;
            assert_eq!(answer.status, status, "{id}{rest}");
        }
    }
    let bare = service.get("/iiif/3/kept").await;
    assert_eq!(bare.status(), 404, "not even that it is there");
}

#[tokio::test]
async fn nothing_exceeds_the_limits() {
    let service =
        Service::with(&[("max_width", "150"), ("max_height", "120"), ("max_area", "10000"), ("max_region_area", "100000000")]).await;
    service.place("tiff/vips-lzw.tif", "book.tif");
    let info = service.json("/iiif/3/book/info.json").await;
    assert_eq!((&info["maxWidth"], &info["maxHeight"], &info["maxArea"]), (&150.into(), &120.into(), &10_000.into()));
    let two = service.json("/iiif/2/book/info.json").await;
    assert_eq!((&two["profile"][1]["maxWidth"], &two["profile"][1]["maxArea"]), (&150.into(), &10_000.into()));
    for size in info["sizes"].as_array().expect("sizes") {
        let asked = format!("{},{}", size["width"], size["height"]);
        let made = picture(&service, &format!("{V3}full/{asked}/0/default.png")).await;
        assert_eq!(format!("{},{}", made.width(), made.height()), asked);
    }
    for request in ["full/max/0", "full/^max/0", "0,0,20,20/^max/0", "full/!150,120/0", "full/!9999,9999/0", "full/^!9999,9999/0"] {
        let made = picture(&service, &format!("{V3}{request}/default.png")).await;
        assert!(
            made.width() <= 150 && made.height() <= 120 && made.width() * made.height() <= 10_000,
            "{request}: {:?}",
            made.dimensions()
        );
        assert!(made.width() * made.height() > 9_000, "{request}: {:?}, as large as it may be", made.dimensions());
    }
    for (prefix, request) in [
        (V3, "full/151,/0/default.png"),
        (V3, "full/,121/0/default.png"),
        (V3, "full/130,90/0/default.png"),
        (V3, "full/pct:90/0/default.png"),
        (V3, "0,0,20,20/^151,/0/default.png"),
        (V3, "0,0,20,20/^101,101/0/default.png"),
        (V2, "full/151,/0/default.png"),
        (V2, "full/130,90/0/default.png"),
        (V3, "full/116,86/45/default.png"),
    ] {
        assert_refused(&service, prefix, &[request], "are the most").await;
    }
}

#[tokio::test]
async fn a_region_of_too_many_pixels_is_refused() {
    let service = Service::with(&[("max_region_area", "4200")]).await;
    std::fs::create_dir_all(&service.images).expect("a directory");
    std::fs::copy(fixture("tiff/libtiff-complete.tif"), service.images.join("flat.tif")).expect("a fixture");
    let refused = raw::get(&service, "/iiif/3/flat/full/10,/0/default.png").await;
    assert_problem(&refused, 400, "too many pixels of one level");
    assert_eq!(picture(&service, "/iiif/3/flat/0,0,64,64/10,/0/default.png").await.dimensions(), (10, 10));
}
