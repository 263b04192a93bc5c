//! Collections that somebody made: over REST, and as documents.

mod documents;
mod nesting;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::rest::Answer;
use crate::support::service::Service;

/// A published collection.
async fn make(service: &Service, id: &str) {
    let made = service.ask(Method::PUT, &format!("/collections/{id}"), Some(json!({"label": {"en": [id]}, "status": "published"}))).await;
    assert_eq!(made.status, 201, "{made:?}");
}

async fn add(service: &Service, collection: &str, body: Value) -> Answer {
    service.ask_if(Method::POST, &format!("/collections/{collection}/members"), "*", Some(body)).await
}

/// Adds these members at the end; gives their ids.
async fn fill(service: &Service, collection: &str, members: Value) -> Vec<String> {
    let added = add(service, collection, json!({"members": members})).await;
    assert_eq!(added.status, 201, "{added:?}");
    added.body["members"].as_array().expect("ids").iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

/// What a collection holds, as the names of its items and collections, with the key; the positions must be without gaps.
async fn held(service: &Service, collection: &str) -> Vec<String> {
    let list = service.record(&format!("/collections/{collection}/members?limit=500")).await;
    let members = list["items"].as_array().expect("members");
    assert!(members.iter().enumerate().all(|(place, member)| member["position"] == place), "{members:#?}");
    let name = |member: &Value| member["item"].as_str().or(member["collection"].as_str()).unwrap_or("elsewhere").to_owned();
    members.iter().map(name).collect()
}

async fn drafts(service: &Service, items: &[&str]) {
    for item in items {
        assert_eq!(service.ask(Method::PUT, &format!("/items/{item}"), Some(json!({"label": *item}))).await.status, 201);
    }
}

#[tokio::test]
async fn a_collection_is_made_changed_and_deleted_like_an_item() {
    let service = Service::start().await;
    let body = json!({
        "label": {"cs": ["Mapy"], "en": ["Maps"]}, "status": "draft", "summary": {"en": ["<p>All of them</p>"]}, "behavior": ["multi-part"],
        "metadata": [{"label": {"en": ["Scale"]}, "value": {"none": ["1:1"]}}], "navDate": "1856-01-01T00:00:00Z",
        "thumbnail": [{"id": "https://example.net/t.jpg", "type": "Image"}], "other": {"x:note": {"b": 1, "a": [2]}}
    });
    let made = service.ask(Method::PUT, "/collections/maps", Some(body.clone())).await;
    assert_eq!(
        (made.status, made.header("location"), made.header("etag")),
        (201, &*format!("{}/api/v1/collections/maps", service.base), "\"1\"")
    );
    let read = service.record("/collections/maps").await;
    for (name, value) in body.as_object().expect("an object") {
        assert_eq!(read[name].to_string(), value.to_string(), "{name}");
    }
    assert_eq!((&read["memberCount"], read["uri"].as_str()), (&json!(0), Some(&*format!("{}/collections/maps", service.base))));
    assert_eq!(service.ask(Method::PUT, "/collections/maps", Some(json!({"label": "x"}))).await.status, 428);
    assert_eq!(service.ask_if(Method::PUT, "/collections/maps", "\"7\"", Some(json!({"label": "x"}))).await.status, 412);
    let patched = service.ask_if(Method::PATCH, "/collections/maps", "\"1\"", Some(json!({"summary": null, "status": "published"}))).await;
    assert_eq!((patched.status, patched.header("etag"), patched.body.get("summary")), (200, "\"2\"", None), "{patched:?}");
    assert_eq!(patched.body["other"], body["other"]);
    assert_eq!(service.ask(Method::POST, "/collections", Some(json!({"id": "maps", "label": "x"}))).await.status, 409);
    let minted = service.ask(Method::POST, "/collections", Some(json!({"label": "Minted"}))).await;
    assert_eq!((minted.status, &minted.body["status"]), (201, &json!("draft")));
    let list = service.record("/collections?label=map&status=published&total=true").await;
    assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(1), &json!("maps")));
    let refused = service
        .ask(
            Method::PUT,
            "/collections/bad",
            Some(json!({"label": "x", "start": {"id": "x", "type": "Canvas"}, "behavior": ["non-paged"]})),
        )
        .await;
    assert_eq!(refused.faults(), (422, vec!["/start", "/behavior/0"]));
    assert_eq!(service.ask_if(Method::DELETE, "/collections/maps", "\"1\"", None).await.status, 412);
    assert_eq!(service.ask_if(Method::DELETE, "/collections/maps", "\"2\"", None).await.status, 204);
    for path in [
        "/api/v1/collections/maps",
        "/api/v1/collections/maps/members",
        "/collections/maps",
        "/collections/maps/v2",
        "/collections/~part-1-maps",
    ] {
        assert_eq!(service.get(path).await.status(), 410, "{path}");
    }
    assert_eq!(service.ask(Method::PUT, "/collections/maps", Some(json!({"label": "x"}))).await.status, 410);
    assert_eq!(service.get("/api/v1/collections/none").await.status(), 404);
}

#[tokio::test]
async fn members_are_added_moved_and_taken_out() {
    let service = Service::start().await;
    drafts(&service, &["a", "b", "c", "d"]).await;
    make(&service, "all").await;
    make(&service, "inner").await;
    let reference = json!({"id": "https://example.net/m", "type": "Manifest", "label": {"en": ["M"]}, "x:note": {"z": 1, "a": []}});
    let ids = fill(&service, "all", json!([{"item": "a"}, {"collection": "inner"}, {"elsewhere": reference}])).await;
    let first = add(&service, "all", json!({"position": 0, "members": [{"item": "c"}, {"item": "b"}]})).await;
    assert_eq!((first.status, &first.body["position"], first.header("etag")), (201, &json!(0), "\"3\""));
    assert_eq!(held(&service, "all").await, ["c", "b", "a", "inner", "elsewhere"]);
    let list = service.record("/collections/all/members?limit=2&total=true").await;
    assert_eq!((&list["total"], list["items"][0]["label"].clone()), (&json!(5), json!({"none": ["c"]})));
    let next = list["next"].as_str().expect("a next page").strip_prefix(&format!("{}/api/v1", service.base)).expect("an own URL");
    let rest = service.record(next).await;
    assert_eq!((&rest["items"][0]["item"], &rest["items"][1]["status"]), (&json!("a"), &json!("published")));
    let last = service.record("/collections/all/members?after=3").await;
    assert_eq!(last["items"][0]["elsewhere"].to_string(), reference.to_string());
    assert_eq!((last.get("next"), &last["items"][0]["uri"]), (None, &reference["id"]));

    let moved =
        service.ask_if(Method::POST, "/collections/all/move", "\"3\"", Some(json!({"position": 1, "members": [ids[2], ids[0]]}))).await;
    assert_eq!((moved.status, moved.header("etag")), (200, "\"4\""), "{moved:?}");
    assert_eq!(held(&service, "all").await, ["c", "elsewhere", "a", "b", "inner"]);
    let far = service.ask_if(Method::POST, "/collections/all/move", "*", Some(json!({"position": 99, "members": [ids[0]]}))).await;
    assert_eq!(far.status, 200);
    assert_eq!(held(&service, "all").await, ["c", "elsewhere", "b", "inner", "a"]);
    let mut order = service.record("/collections/all/order").await;
    order["members"].as_array_mut().expect("ids").reverse();
    let set = service.ask_if(Method::PUT, "/collections/all/order", "\"5\"", Some(order.clone())).await;
    assert_eq!((set.status, set.header("etag")), (200, "\"6\""));
    assert_eq!(held(&service, "all").await, ["a", "inner", "b", "elsewhere", "c"]);
    assert_eq!(service.record("/collections/all/order").await, order);

    let out = service.ask_if(Method::DELETE, &format!("/collections/all/members/{}", ids[1]), "\"6\"", None).await;
    assert_eq!((out.status, out.header("etag")), (204, "\"7\""));
    assert_eq!(held(&service, "all").await, ["a", "b", "elsewhere", "c"]);
    assert_eq!(service.record("/collections/inner").await["id"], "inner", "what is taken out stays");
    for path in [format!("/collections/all/members/{}", ids[1]), "/collections/all/members/x".to_owned()] {
        assert_eq!(service.ask_if(Method::DELETE, &path, "*", None).await.status, 404, "{path}");
    }
    assert_eq!(service.record("/collections/all").await["memberCount"], 4);
}

#[tokio::test]
async fn every_fault_of_a_list_of_members_is_told() {
    let service = Service::start().await;
    drafts(&service, &["a", "b"]).await;
    make(&service, "all").await;
    let ids = fill(&service, "all", json!([{"item": "a"}])).await;
    let before = service.record("/collections/all").await;
    let members = json!([{"item": "a"}, {"item": "b"}, {"item": "b"}, {"item": "none"}, {"collection": "none"}, {"collection": "all"}]);
    let refused = add(&service, "all", json!({"members": members})).await;
    let places = ["0/item", "2/item", "3/item", "4/collection", "5/collection"].map(|place| format!("/members/{place}"));
    assert_eq!(refused.faults(), (422, places.iter().map(String::as_str).collect()), "{refused:?}");
    let members =
        json!([{"item": "b", "collection": "x"}, {}, {"item": "~"}, {"elsewhere": {"id": "x", "type": "Manifest", "label": "x"}}]);
    let refused = add(&service, "all", json!({"members": members})).await;
    assert_eq!(refused.faults(), (422, vec!["/members/0", "/members/1", "/members/2/item", "/members/3/elsewhere/id"]));
    assert_eq!(add(&service, "all", json!({"members": []})).await.faults(), (422, vec!["/members"]));
    let body = json!({"members": [{"item": "b"}]});
    assert_eq!(service.ask(Method::POST, "/collections/all/members", Some(body.clone())).await.status, 428);
    assert_eq!(service.ask_if(Method::POST, "/collections/all/members", "\"1\"", Some(body.clone())).await.status, 412);
    assert_eq!(service.ask_if(Method::POST, "/collections/none/members", "*", Some(body)).await.status, 404);
    let other = "0192f0c1-7d0e-7c3a-9a51-6f5f6c0f2b11";
    let order = service.ask_if(Method::PUT, "/collections/all/order", "*", Some(json!({"members": [other]}))).await;
    assert_eq!(order.faults(), (422, vec!["/members/0", "/members"]));
    let moved =
        service.ask_if(Method::POST, "/collections/all/move", "*", Some(json!({"position": 0, "members": [ids[0], ids[0], "x"]}))).await;
    assert_eq!(moved.faults(), (422, vec!["/members/2"]));
    let moved =
        service.ask_if(Method::POST, "/collections/all/move", "*", Some(json!({"position": 0, "members": [ids[0], ids[0], other]}))).await;
    assert_eq!(moved.faults(), (422, vec!["/members/1", "/members/2"]));
    assert_eq!(service.record("/collections/all").await, before);
}

#[tokio::test]
async fn what_is_deleted_leaves_every_collection_without_a_gap() {
    let service = Service::start().await;
    drafts(&service, &["a", "b", "c", "d"]).await;
    for id in ["one", "two", "inner"] {
        make(&service, id).await;
    }
    fill(&service, "one", json!([{"item": "a"}, {"item": "b"}, {"collection": "inner"}, {"item": "c"}])).await;
    fill(&service, "two", json!([{"collection": "inner"}, {"item": "b"}, {"item": "d"}])).await;
    assert_eq!(service.ask_if(Method::DELETE, "/items/b", "*", None).await.status, 204);
    assert_eq!(held(&service, "one").await, ["a", "inner", "c"]);
    assert_eq!(held(&service, "two").await, ["inner", "d"]);
    assert_eq!(service.record("/collections/one").await["revision"], 3);
    assert_eq!(service.ask_if(Method::DELETE, "/collections/inner", "*", None).await.status, 204);
    assert_eq!((held(&service, "one").await, held(&service, "two").await), (vec!["a".to_owned(), "c".to_owned()], vec!["d".to_owned()]));
    assert_eq!(service.record("/collections/two").await["revision"], 4);
    let added = add(&service, "two", json!({"members": [{"collection": "inner"}, {"item": "b"}]})).await;
    assert_eq!(added.faults(), (422, vec!["/members/0/collection", "/members/1/item"]));
    assert_eq!(service.ask_if(Method::DELETE, "/collections/one", "*", None).await.status, 204);
    assert_eq!(service.record("/items/a").await["id"], "a", "what a collection held stays");
    assert_eq!(service.record("/items/a/collections").await["items"], json!([]));
}
