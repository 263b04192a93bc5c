//! Items over REST.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::rest::answer;
use crate::support::service::Service;

/// Everything that can be said of an item.
fn full() -> Value {
    json!({
        "label": {"cs": ["Herbář", "druhý"], "en": ["A Herbarium"], "none": ["漢字 🌿 e\u{301}"]},
        "status": "draft",
        "summary": {"en": ["<p>Pressed &amp; <i>dried</i></p>"]},
        "metadata": [
            {"label": {"zh-Hant": ["作者"]}, "value": {"none": ["  two  spaces\tand a tab\nand a line "]}},
            {"label": {"en": ["Again"]}, "value": {"en": ["one", "two"]}},
            {"label": {"en": ["Again"]}, "value": {"en": ["quote \" backslash \\ slash /"]}}
        ],
        "rights": "http://creativecommons.org/licenses/by/4.0/",
        "requiredStatement": {"label": {"en": ["Attribution"]}, "value": {"en": ["Somebody"]}},
        "provider": [{
            "id": "https://example.org/", "type": "Agent", "label": {"en": ["Example"]},
            "homepage": [{"id": "https://example.org/home", "type": "Text", "label": {"en": ["Home"]}, "format": "text/html"}],
            "logo": [{"id": "https://example.org/logo.png", "type": "Image", "format": "image/png", "width": 10, "height": 20}],
            "seeAlso": [{"id": "https://example.org/data", "type": "Dataset"}]
        }],
        "homepage": [{"id": "https://example.org/1", "type": "Text", "label": {"fr": ["Page"]}, "language": ["fr"]}],
        "seeAlso": [{"id": "https://example.org/1.xml", "type": "Dataset", "format": "text/xml", "profile": "https://example.org/p"}],
        "rendering": [{"id": "https://example.org/1.pdf", "type": "Text", "label": {"en": ["PDF"]}, "format": "application/pdf"}],
        "navDate": "1856-01-01T00:00:00+02:00",
        "viewingDirection": "right-to-left",
        "behavior": ["paged"]
    })
}

#[tokio::test]
async fn a_label_and_images_are_enough() {
    let service = Service::start().await;
    service.images_named(&["a/1", "a/2"]).await;
    let made = service.ask(Method::POST, "/items", Some(json!({"label": "Plain", "images": ["a/1", "a/2"]}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!((&made.body["label"], &made.body["status"]), (&json!({"none": ["Plain"]}), &json!("draft")));
    assert_eq!(made.body["canvasCount"], 2);
    let id = made.body["id"].as_str().expect("an id");
    assert_eq!(made.header("location"), format!("{}/api/v1/items/{id}", service.base));
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(service.record(&format!("/items/{id}")).await, made.body);
    let canvases = service.record(&format!("/items/{id}/canvases")).await;
    let told: Vec<Value> =
        canvases["items"].as_array().expect("a list").iter().map(|c| json!([c["image"], c["width"], c["height"]])).collect();
    assert_eq!(told, [json!(["a/1", 509, 387]), json!(["a/2", 509, 387])]);
}

#[tokio::test]
async fn labels_come_as_text_list_or_map() {
    let service = Service::start().await;
    let cases = [
        (json!("a"), json!({"none": ["a"]})),
        (json!(["a", "b"]), json!({"none": ["a", "b"]})),
        (json!({"fr": "a", "en": ["b", "c"]}), json!({"fr": ["a"], "en": ["b", "c"]})),
    ];
    for (sent, kept) in cases {
        let made = service.ask(Method::POST, "/items", Some(json!({"label": sent, "metadata": [{"label": sent, "value": sent}]}))).await;
        assert_eq!((made.status, made.body["label"].to_string()), (201, kept.to_string()));
        assert_eq!(made.body["metadata"].to_string(), json!([{"label": kept, "value": kept}]).to_string());
    }
}

#[tokio::test]
async fn what_is_said_is_kept_to_the_letter_and_in_order() {
    let service = Service::start().await;
    let put = service.ask(Method::PUT, "/items/full", Some(full())).await;
    assert_eq!((put.status, put.header("location")), (201, &*format!("{}/api/v1/items/full", service.base)), "{put:?}");
    let read = service.record("/items/full").await;
    for (name, value) in full().as_object().expect("an object") {
        assert_eq!(read[name].to_string(), value.to_string(), "{name}");
    }
    let many: Vec<Value> = (0..1000).map(|n| json!({"label": format!("{n}"), "value": "x".repeat(n % 50 + 1)})).collect();
    let put = service.ask(Method::PUT, "/items/long", Some(json!({"label": "long", "metadata": many}))).await;
    assert_eq!((put.status, put.body["metadata"][999]["label"]["none"][0].as_str()), (201, Some("999")));
    let more: Vec<Value> = (0..1001).map(|_| json!({"label": "a", "value": "b"})).collect();
    let refused = service.ask(Method::PUT, "/items/longer", Some(json!({"label": "long", "metadata": more}))).await;
    assert_eq!(refused.faults(), (422, vec!["/metadata"]));
}

#[tokio::test]
async fn put_creates_and_replaces() {
    let service = Service::start().await;
    service.images_named(&["a", "b", "c"]).await;
    let body = json!({"id": "book", "label": "One", "summary": "Goes", "images": ["a", "b"]});
    assert_eq!(service.ask(Method::PUT, "/items/book", Some(body.clone())).await.status, 201);
    let order = service.record("/items/book/order").await;
    let again = service.ask_if(Method::PUT, "/items/book", "\"1\"", Some(json!({"label": "Two"}))).await;
    assert_eq!((again.status, again.header("etag"), again.body.get("summary")), (200, "\"2\"", None), "{again:?}");
    assert_eq!(again.body["canvasCount"], 2, "canvases stay unless they are sent");
    let same = service.ask_if(Method::PUT, "/items/book", "\"2\"", Some(body)).await;
    assert_eq!(same.status, 200, "{same:?}");
    assert_eq!(service.record("/items/book/order").await, order, "the same list again changes no id");
    let grown = service.ask_if(Method::PUT, "/items/book", "*", Some(json!({"label": "Two", "images": ["c", "b", "a"]}))).await;
    assert_eq!(grown.status, 200, "{grown:?}");
    let now = service.record("/items/book/order").await;
    assert_eq!((&now["canvases"][1], &now["canvases"][2]), (&order["canvases"][1], &order["canvases"][0]));
    let other = service.ask_if(Method::PUT, "/items/book", "*", Some(json!({"id": "other", "label": "Two"}))).await;
    assert_eq!(other.faults(), (422, vec!["/id"]));
    assert_eq!(service.ask(Method::POST, "/items", Some(json!({"id": "book", "label": "Two"}))).await.status, 409);
}

#[tokio::test]
async fn patch_keeps_what_is_not_sent() {
    let service = Service::start().await;
    service.ask(Method::PUT, "/items/full", Some(full())).await;
    let before = service.record("/items/full").await;
    let patch = json!({"rights": null, "navDate": "1900-01-01T00:00:00Z", "label": {"cs": null, "de": "Herbarium"}, "metadata": []});
    let patched =
        service.rest(Method::PATCH, "/items/full").header("If-Match", "\"1\"").header("Content-Type", "application/merge-patch+json");
    let patched = answer(patched.body(patch.to_string())).await;
    assert_eq!((patched.status, patched.header("etag")), (200, "\"2\""), "{patched:?}");
    let after = patched.body;
    assert_eq!(after["label"], json!({"en": ["A Herbarium"], "none": ["漢字 🌿 e\u{301}"], "de": ["Herbarium"]}));
    assert_eq!((after.get("rights"), after.get("metadata"), after["navDate"].as_str()), (None, None, Some("1900-01-01T00:00:00Z")));
    for name in ["summary", "requiredStatement", "provider", "homepage", "seeAlso", "rendering", "viewingDirection", "behavior", "created"]
    {
        assert_eq!(after[name].to_string(), before[name].to_string(), "{name}");
    }
    assert_eq!(service.ask_if(Method::PATCH, "/items/full", "*", Some(json!({"label": null}))).await.faults(), (422, vec!["/label"]));
    assert_eq!(service.ask_if(Method::PATCH, "/items/full", "*", Some(json!({"id": "x"}))).await.faults(), (422, vec!["/id"]));
    assert_eq!(service.ask_if(Method::PATCH, "/items/full", "*", Some(json!("x"))).await.faults(), (422, vec![""]));
    assert_eq!(service.record("/items/full").await, after);
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    let before = service.tables().await;
    let cases = [
        (
            json!({"lable": "x", "status": "open", "images": "a", "metadata": [{"label": 1}]}),
            vec!["/images", "/label", "/lable", "/metadata/0/label", "/metadata/0/value", "/status"],
        ),
        (
            json!({"id": "a/b", "label": "x", "rights": "https://creativecommons.org/licenses/by/4.0/", "navDate": "1856", "behavior": ["sideways"]}),
            vec!["/behavior/0", "/id", "/navDate", "/rights"],
        ),
        (json!({"label": "x", "images": ["a", "none", "a", "nor/this"]}), vec!["/images/1", "/images/3"]),
        (json!({"label": "x", "images": ["a", "../up", "a//b"]}), vec!["/images/1", "/images/2"]),
        (
            json!({"label": "x", "canvases": [{"image": "none"}, {"image": "a"}, {"label": "sizeless"}]}),
            vec!["/canvases/0/image", "/canvases/2/width"],
        ),
        (json!({"label": "x", "canvases": [{"id": "c", "image": "a"}, {"id": "c", "image": "a"}]}), vec!["/canvases/1/id"]),
        (json!({"label": "x", "canvases": [{"id": "-c", "image": "a", "width": 5}]}), vec!["/canvases/0/height", "/canvases/0/id"]),
        (json!({"label": "x", "images": ["a"], "canvases": []}), vec!["/images"]),
        (json!({"label": "a\u{0}b"}), vec!["/label"]),
        (
            json!({"label": {"en": ["a\u{0}b"], "x y": "a"}, "metadata": [{"label": "a", "value": "b\u{0}"}]}),
            vec!["/label/en/0", "/metadata/0/value"],
        ),
        (json!({"label": {"x y": "a", "en_GB": "b"}}), vec!["/label/en_GB", "/label/x y"]),
        (json!({"label": ""}), vec!["/label/none/0"]),
        (json!({"label": {}}), vec!["/label"]),
        (
            json!({"label": "x", "provider": [{"id": "https://x.org", "type": "Person", "label": "x", "logo": [{"id": "https://x.org", "width": -1}]}]}),
            vec!["/provider/0/logo/0/width", "/provider/0/type"],
        ),
        (json!({"label": "x", "canvases": [{"width": 1e300, "height": 1u64 << 60}]}), vec!["/canvases/0/height", "/canvases/0/width"]),
        (json!({"label": "x", "status": "published"}), vec!["/canvases"]),
        (json!({"label": "x", "status": "published", "images": []}), vec!["/images"]),
        (json!([]), vec![""]),
        (json!(null), vec![""]),
    ];
    for (body, expected) in cases {
        let refused = service.ask(Method::POST, "/items", Some(body.clone())).await;
        let (status, mut pointers) = refused.faults();
        pointers.sort_unstable();
        assert_eq!((status, pointers), (422, expected), "{body}: {refused:?}");
    }
    assert_eq!(service.tables().await, before, "nothing of it was written");
    let https =
        service.ask(Method::POST, "/items", Some(json!({"label": "x", "rights": "https://creativecommons.org/licenses/by/4.0/"}))).await;
    assert!(https.detail("/rights").contains("http://creativecommons.org/licenses/by/4.0/"));
    let unknown = service.ask(Method::POST, "/items", Some(json!({"label": "x", "descripton": 1}))).await;
    assert!(unknown.detail("/descripton").contains("descripton"));
    let nulls = json!({"label": "x", "summary": null, "provider": [{"id": "https://x.org", "label": "x", "homepage": null, "logo": null}]});
    assert_eq!(service.ask(Method::POST, "/items", Some(nulls)).await.status, 201);
}

#[tokio::test]
async fn bodies_that_are_no_json_and_urls_that_lead_nowhere() {
    let service = Service::with(&[("max_body", "2000")]).await;
    service.ask(Method::PUT, "/items/book", Some(json!({"label": "x"}))).await;
    let deep = format!("{{\"label\": {}{}}}", "[".repeat(800), "]".repeat(800));
    let cases = [
        ("application/json", "{\"label\": ".to_owned(), 400),
        ("application/json", String::new(), 400),
        ("application/json", "{\"label\": \"\\ud800\"}".to_owned(), 400),
        ("application/json", "{\"label\": 1e999}".to_owned(), 400),
        ("application/json", deep, 400),
        ("application/json", format!("{{\"label\": \"{}\"}}", "x".repeat(2000)), 413),
        ("text/plain", "{\"label\": \"x\"}".to_owned(), 415),
        ("application/merge-patch+json", "{\"label\": \"x\"}".to_owned(), 415),
        ("application/json; charset=utf-8", "{\"label\": \"x\"}".to_owned(), 201),
    ];
    for (content_type, body, status) in cases {
        let sent = service.rest(Method::POST, "/items").header("Content-Type", content_type).body(body.clone());
        assert_eq!(answer(sent).await.status, status, "{content_type} {body:.60}");
    }
    let stream = futures_util::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>(vec![b' '; 400])));
    let endless = service.rest(Method::POST, "/items").header("Content-Type", "application/json").body(reqwest::Body::wrap_stream(stream));
    assert_eq!(answer(endless).await.status, 413, "a length that was not said counts too");
    for (method, path, status) in [
        (Method::GET, "/items/none", 404),
        (Method::GET, "/nothing", 404),
        (Method::GET, "/items/a%00b", 400),
        (Method::GET, "/items?after=%00", 400),
        (Method::GET, "/items?label=%00", 400),
        (Method::GET, "/images/a%00b", 400),
        (Method::GET, "/items/book/canvases/%00", 400),
        (Method::GET, "/items/book/canvases/none", 404),
        (Method::GET, "/items/none/canvases/none", 404),
        (Method::DELETE, "/items", 405),
        (Method::POST, "/items/book", 405),
        (Method::PATCH, "/items/book/order", 405),
        (Method::GET, "/items?limit=0", 400),
        (Method::GET, "/items?limit=501", 400),
        (Method::GET, "/items?limit=-1", 400),
        (Method::GET, "/items?limit=many", 400),
        (Method::GET, "/items?limit=500", 200),
        (Method::GET, "/items?status=open", 400),
        (Method::GET, "/items?modifiedSince=yesterday", 400),
    ] {
        assert_eq!(service.ask(method.clone(), path, None).await.status, status, "{method} {path}");
    }
    assert_eq!(service.ask(Method::PUT, "/items/-book", Some(json!({"label": "x"}))).await.status, 400);
    assert_eq!(service.get("/manifests/a%00b").await.status(), 400);
}

#[tokio::test]
async fn a_change_says_which_revision_it_is_for() {
    let service = Service::start().await;
    service.ask(Method::PUT, "/items/book", Some(json!({"label": "x"}))).await;
    service.ask_if(Method::PATCH, "/items/book", "\"1\"", Some(json!({"label": "y"}))).await;
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let body = || (method != Method::DELETE).then(|| json!({"label": "z"}));
        assert_eq!(service.ask(method.clone(), "/items/book", body()).await.status, 428, "{method}");
        for tag in ["\"1\"", "\"3\"", "W/\"2\"", "\"abc\""] {
            let stale = service.ask_if(method.clone(), "/items/book", tag, body()).await;
            assert_eq!((stale.status, stale.header("etag")), (412, "\"2\""), "{method} {tag}");
        }
        for tag in ["2", "", "two"] {
            assert_eq!(service.ask_if(method.clone(), "/items/book", tag, body()).await.status, 400, "{method} {tag}");
        }
        let absent = crate::support::rest::answer(
            match body() {
                Some(body) => service.rest(method.clone(), "/items/book").json(&body),
                None => service.rest(method.clone(), "/items/book"),
            }
            .header("If-None-Match", "*"),
        );
        assert_eq!(absent.await.status, 412, "{method}");
    }
    assert_eq!(service.record("/items/book").await["label"], json!({"none": ["y"]}));
    let known = answer(service.rest(Method::GET, "/items/book").header("If-None-Match", "\"2\"")).await;
    assert_eq!((known.status, known.header("etag")), (304, "\"2\""));
    assert_eq!(service.ask_if(Method::PUT, "/items/new", "*", Some(json!({"label": "x"}))).await.status, 404, "nothing is there to change");
    assert_eq!(service.ask_if(Method::PATCH, "/items/book", "\"7\", \"2\"", Some(json!({"label": "z"}))).await.status, 200);
    assert_eq!(service.ask_if(Method::PUT, "/items/book", "*", Some(json!({"label": "z"}))).await.header("etag"), "\"4\"");
}

#[tokio::test]
async fn a_deleted_id_is_gone_for_ever() {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    service.publish("book", &["a"]).await;
    let canvas = service.record("/items/book/order").await["canvases"][0].as_str().expect("an id").to_owned();
    let deleted = service.ask_if(Method::DELETE, "/items/book", "\"1\"", None).await;
    assert_eq!((deleted.status, deleted.body), (204, Value::Null));
    let label = || Some(json!({"label": "x"}));
    for (method, path, body) in [
        (Method::GET, "/items/book".to_owned(), None),
        (Method::PUT, "/items/book".to_owned(), label()),
        (Method::PATCH, "/items/book".to_owned(), label()),
        (Method::DELETE, "/items/book".to_owned(), None),
        (Method::POST, "/items".to_owned(), Some(json!({"id": "book", "label": "x"}))),
        (Method::GET, "/items/book/canvases".to_owned(), None),
        (Method::GET, format!("/items/book/canvases/{canvas}"), None),
        (Method::PUT, format!("/items/book/canvases/{canvas}"), Some(json!({"image": "a"}))),
        (Method::PATCH, format!("/items/book/canvases/{canvas}"), label()),
        (Method::POST, "/items/book/canvases".to_owned(), Some(json!({"canvases": [{"image": "a"}]}))),
        (Method::GET, "/items/book/order".to_owned(), None),
    ] {
        assert_eq!(service.ask(method.clone(), &path, body).await.status, 410, "{method} {path}");
    }
    assert_eq!(service.get("/manifests/book").await.status(), 410);
    assert_eq!(service.record("/images/a").await["id"], "a", "images stay");
}

#[tokio::test]
async fn lists_are_walked_by_their_next_links() {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    for number in 0..3 {
        service.publish(&format!("p{number}"), &["a"]).await;
        service.ask(Method::PUT, &format!("/items/d~{number}"), Some(json!({"label": "Draft"}))).await;
    }
    let all = walk(&service, "/items?limit=2&total=true", true, 6).await;
    assert_eq!(all, ["d~0", "d~1", "d~2", "p0", "p1", "p2"]);
    assert_eq!(walk(&service, "/items?limit=2&total=true", false, 3).await, ["p0", "p1", "p2"]);
    assert_eq!(walk(&service, "/items?limit=2&status=draft&total=true", true, 3).await, ["d~0", "d~1", "d~2"]);
    assert!(walk(&service, "/items?limit=2&status=draft&total=true", false, 0).await.is_empty());
    assert_eq!(walk(&service, "/items?limit=1&label=DRAFT&total=true", true, 3).await, ["d~0", "d~1", "d~2"]);
    assert_eq!(service.record("/items?limit=2").await.get("total"), None);
}

/// The ids on all pages, with the `total` that each must tell.
async fn walk(service: &Service, path: &str, with_key: bool, total: u32) -> Vec<String> {
    let (mut next, mut ids) = (Some(format!("{}/api/v1{path}", service.base)), Vec::new());
    while let Some(url) = next {
        let request = service.client.get(url);
        let page = answer(if with_key { request.bearer_auth(&service.key) } else { request }).await;
        assert_eq!((page.status, &page.body["total"]), (200, &json!(total)));
        ids.extend(page.body["items"].as_array().expect("a list").iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        next = page.body.get("next").map(|next| next.as_str().expect("a URL").to_owned());
        assert_eq!(page.header("link"), next.as_ref().map_or(String::new(), |next| format!("<{next}>; rel=\"next\"")));
        assert!(ids.len() <= 100, "a list without end");
    }
    ids
}

#[tokio::test]
async fn filters_take_every_character_as_it_is() {
    let service = Service::start().await;
    for (id, label) in [("percent", "100% wool"), ("under", "a_b"), ("plain", "axb 100"), ("back", "a\\b"), ("second", "x")] {
        let label = if id == "second" { json!({"en": ["first", "Sécond"]}) } else { json!(label) };
        service.ask(Method::PUT, &format!("/items/{id}"), Some(json!({"label": label}))).await;
    }
    for (label, found) in [
        ("%", vec!["percent"]),
        ("_", vec!["under"]),
        ("A_B", vec!["under"]),
        ("\\", vec!["back"]),
        ("séc", vec!["second"]),
        ("none", vec![]),
    ] {
        let asked = service.rest(Method::GET, "/items").query(&[("label", label), ("total", "true")]);
        let page = answer(asked).await.body;
        let ids: Vec<&str> = page["items"].as_array().expect("a list").iter().map(|item| item["id"].as_str().expect("an id")).collect();
        assert_eq!((ids, &page["total"]), (found.clone(), &json!(found.len())), "{label}");
    }
    let moment = service.record("/items/plain").await["modified"].as_str().expect("a moment").to_owned();
    let since = answer(service.rest(Method::GET, "/items").query(&[("modifiedSince", &moment)])).await.body;
    let ids: Vec<&str> = since["items"].as_array().expect("a list").iter().map(|item| item["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ["back", "plain", "second"]);
}

#[tokio::test]
async fn of_writers_at_the_same_time_one_wins() {
    let service = Service::start().await;
    service.ask(Method::PUT, "/items/book", Some(json!({"label": "x"}))).await;
    let writers = (0..20).map(|number| service.ask_if(Method::PATCH, "/items/book", "\"1\"", Some(json!({"label": format!("{number}")}))));
    let answers = futures_util::future::join_all(writers).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((won, answers.iter().filter(|answer| answer.status == 412).count()), (1, 19));
    let item = service.record("/items/book").await;
    let winner = answers.iter().find(|answer| answer.status == 200).expect("a winner");
    assert_eq!(item, winner.body);
    let makers = (0..10).map(|number| service.ask(Method::PUT, "/items/new", Some(json!({"label": format!("{number}")}))));
    let answers = futures_util::future::join_all(makers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409 | 428)), "{answers:?}");
}

#[tokio::test]
async fn an_id_is_not_won_back_from_a_deletion_under_way() {
    let service = Service::start().await;
    for round in 0..10 {
        let path = format!("/items/r{round}");
        service.ask(Method::PUT, &path, Some(json!({"label": "x"}))).await;
        let makers = futures_util::future::join_all(
            (0..4).map(|_| service.ask(Method::POST, "/items", Some(json!({"id": format!("r{round}"), "label": "y"})))),
        );
        let (deleted, made) = tokio::join!(service.ask_if(Method::DELETE, &path, "*", None), makers);
        assert_eq!(deleted.status, 204);
        assert!(made.iter().all(|answer| matches!(answer.status, 409 | 410)), "{made:?}");
        assert_eq!(service.ask(Method::GET, &path, None).await.status, 410);
    }
}
