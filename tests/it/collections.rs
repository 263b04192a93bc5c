//! The whole catalogue as collections, however much is in it.

use std::collections::HashSet;

use serde_json::json;
use sqlx::PgPool;

use crate::support::documents::{assert_right, id};
use crate::support::service::Service;

/// Items straight into the table, as many as are wanted.
pub async fn insert(pool: &PgPool, prefix: &str, status: &str, count: i32) {
    let statement = "insert into items (id, status, descriptive, label_text) \
         select $1 || lpad(n::text, 5, '0'), $2, json_build_object('label', json_build_object('en', json_build_array('Item ' || n))), 'Item ' || n \
         from generate_series(1, $3) n";
    sqlx::query(statement).bind(prefix).bind(status).bind(count).execute(pool).await.expect("items");
}

pub fn path<'a>(service: &Service, url: &'a str) -> &'a str {
    url.strip_prefix(&service.base).expect("an own URL")
}

/// Ids of all manifests below a collection, each page checked; `version` is 2 or 3.
pub async fn manifests(service: &Service, top: &str, version: u8) -> Vec<String> {
    let (kind, lists): (&str, &[&str]) =
        if version == 2 { ("sc:Collection", &["collections", "manifests"]) } else { ("Collection", &["items"]) };
    let (mut found, mut waiting, mut seen) = (Vec::new(), vec![top.to_owned()], HashSet::new());
    while let Some(next) = waiting.pop() {
        assert!(seen.insert(next.clone()), "{next} is listed twice");
        let collection = service.json(&next).await;
        assert_right(&collection);
        assert!(collection["type"] == kind || collection["@type"] == kind);
        for member in lists.iter().flat_map(|list| collection[list].as_array().into_iter().flatten()) {
            if member["type"] == kind || member["@type"] == kind {
                let url = id(member);
                let page = service.json(path(service, url)).await;
                assert_eq!(id(&page), url);
                waiting.push(path(service, url).to_owned());
            } else {
                found.push(id(member).to_owned());
            }
        }
    }
    found
}

#[tokio::test]
async fn an_empty_catalogue_is_an_empty_collection() {
    let service = Service::start().await;
    insert(&service.pool, "draft-", "draft", 2).await;
    let top = service.json("/collections").await;
    assert_right(&top);
    assert_eq!(top["items"], json!([]));
    assert_eq!(id(&top), format!("{}/collections", service.base));
    assert_right(&service.json("/collections/~top/v2").await);
    assert!(manifests(&service, "/collections/~first", 3).await.is_empty());
}

#[tokio::test]
async fn a_small_catalogue_is_one_collection() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    for item in ["b", "a", "c"] {
        service.publish(item, &["one"]).await;
    }
    insert(&service.pool, "draft-", "draft", 3).await;
    let top = service.json("/collections").await;
    assert_right(&top);
    let of = |version: &str| ["a", "b", "c"].map(|item| format!("{}/manifests/{item}{version}", service.base));
    assert_eq!(manifests(&service, "/collections", 3).await, of(""));
    assert_eq!(manifests(&service, "/collections/~top/v2", 2).await, of("/v2"));
    for member in top["items"].as_array().expect("members") {
        let manifest = service.json(path(&service, id(member))).await;
        assert_eq!((id(&manifest), &manifest["label"]), (id(member), &member["label"]));
        assert_eq!(service.get(path(&service, id(&member["thumbnail"][0]))).await.status(), 200);
    }
}

#[tokio::test]
async fn a_large_catalogue_is_paged_and_holds_each_item_once() {
    let service = Service::start().await;
    insert(&service.pool, "item-", "published", 1201).await;
    insert(&service.pool, "item-hidden-", "draft", 700).await;
    let expected =
        |version: &str| -> Vec<String> { (1..=1201).map(|n| format!("{}/manifests/item-{n:05}{version}", service.base)).collect() };
    let mut found = manifests(&service, "/collections", 3).await;
    found.sort();
    assert_eq!(found, expected(""));
    let mut found = manifests(&service, "/collections/~top/v2", 2).await;
    found.sort();
    assert_eq!(found, expected("/v2"));
    let (mut path_of_page, mut lengths) = ("/collections".to_owned(), Vec::new());
    loop {
        let page = service.json(&path_of_page).await;
        assert!(path_of_page == "/collections" || page["partOf"][0]["id"] == format!("{}/collections", service.base));
        let (more, items): (Vec<_>, Vec<_>) = page["items"].as_array().expect("items").iter().partition(|one| one["type"] == "Collection");
        lengths.push(items.len());
        let Some(more) = more.first() else { break };
        assert_eq!(&page["items"][items.len()], *more, "it goes on at the end");
        path_of_page = path(&service, id(more)).to_owned();
    }
    assert_eq!(lengths, [500, 500, 201]);
}

#[tokio::test]
async fn a_page_keeps_its_address_when_items_come_and_go() {
    let service = Service::start().await;
    insert(&service.pool, "item-", "published", 501).await;
    let more = id(&service.json("/collections").await["items"][500]).to_owned();
    sqlx::query("delete from items where id = 'item-00500'").execute(&service.pool).await.expect("deleted");
    // What somebody noted before still answers, with what comes after that item.
    let second = service.json(path(&service, &more)).await;
    assert_right(&second);
    assert_eq!(second["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(manifests(&service, "/collections", 3).await.len(), 500);
}
