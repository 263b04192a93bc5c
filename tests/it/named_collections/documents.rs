//! Collections that somebody made, as readers see them.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{drafts, fill, make};
use crate::collections::{insert, manifests, path};
use crate::support::documents::{assert_right, id};
use crate::support::service::Service;

fn ids(collection: &Value, list: &str) -> Vec<String> {
    collection[list].as_array().into_iter().flatten().map(|member| id(member).to_owned()).collect()
}

#[tokio::test]
async fn a_collection_shows_its_members_with_label_and_picture() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    for item in ["a", "b"] {
        service.publish(item, &["one"]).await;
    }
    let said = json!([{"id": "https://example.net/b.jpg", "type": "Image", "format": "image/jpeg"}]);
    assert_eq!(service.ask_if(Method::PATCH, "/items/b", "*", Some(json!({"thumbnail": said}))).await.status, 200);
    for collection in ["all", "inner"] {
        make(&service, collection).await;
    }
    let there = json!({"id": "https://example.net/m", "type": "Manifest", "label": {"en": ["There"]}, "thumbnail": [{"id": "https://example.net/t.jpg", "type": "Image"}]});
    fill(&service, "inner", json!([{"item": "a"}])).await;
    fill(&service, "all", json!([{"elsewhere": there}, {"item": "a"}, {"item": "b"}, {"collection": "inner"}])).await;
    let base = &service.base;

    let three = service.json("/collections/all").await;
    assert_right(&three);
    assert_eq!(
        ids(&three, "items"),
        [
            "https://example.net/m".to_owned(),
            format!("{base}/manifests/a"),
            format!("{base}/manifests/b"),
            format!("{base}/collections/inner")
        ]
    );
    assert_eq!((three["items"][0].to_string(), &three["items"][2]["thumbnail"]), (there.to_string(), &said));
    for member in [&three["items"][1], &three["items"][3]] {
        let label = id(member).rsplit('/').next().expect("a name");
        assert_eq!(member["label"], json!({"en": [label]}));
        assert_eq!(service.get(path(&service, id(&member["thumbnail"][0]))).await.status(), 200);
    }
    assert_eq!(three["thumbnail"][0]["id"], "https://example.net/t.jpg", "the picture of the first member");
    let inner = service.json("/collections/inner").await;
    assert_right(&inner);
    assert_eq!((id(&inner["partOf"][0]), &inner["partOf"][0]["label"]), (&*format!("{base}/collections/all"), &json!({"en": ["all"]})));
    assert_eq!(service.get(path(&service, id(&inner["thumbnail"][0]))).await.status(), 200);

    let two = service.json("/collections/all/v2").await;
    assert_right(&two);
    assert_eq!(
        ids(&two, "manifests"),
        ["https://example.net/m".to_owned(), format!("{base}/manifests/a/v2"), format!("{base}/manifests/b/v2")]
    );
    assert_eq!(ids(&two, "collections"), [format!("{base}/collections/inner/v2")]);
    assert_eq!(id(&two["manifests"][0]["thumbnail"]), "https://example.net/t.jpg");
    assert_eq!(two["manifests"][0]["label"], json!({"@value": "There", "@language": "en"}));

    let manifest = service.json("/manifests/a").await;
    assert_right(&manifest);
    assert_eq!(ids(&manifest, "partOf"), ["all", "inner"].map(|id| format!("{base}/collections/{id}")));
    assert_right(&service.json("/manifests/a/v2").await);
    let listed = service.json("/api/v1/items/a/collections").await;
    assert_eq!((&listed["items"][0]["id"], &listed["items"][1]["id"]), (&json!("all"), &json!("inner")));
}

#[tokio::test]
async fn an_image_of_ours_may_be_the_picture_of_an_item_or_a_collection() {
    let service = Service::start().await;
    service.images_named(&["page", "cover", "closed"]).await;
    service.publish("a", &["page"]).await;
    let ours = |image: &str| json!({"thumbnail": [{"type": "Image", "image": image}]});
    make(&service, "all").await;
    make(&service, "inner").await;
    fill(&service, "inner", json!([{"item": "a"}])).await;
    fill(&service, "all", json!([{"collection": "inner"}, {"item": "a"}])).await;
    assert_eq!(service.ask_if(Method::PATCH, "/images/cover", "*", Some(json!({"public": true}))).await.status, 200);
    assert_eq!(service.ask_if(Method::PATCH, "/collections/inner", "*", Some(ours("cover"))).await.status, 200);
    let all = service.json("/collections/all").await;
    assert_right(&all);
    for (place, image) in [(0, "cover"), (1, "page")] {
        let picture = id(&all["items"][place]["thumbnail"][0]);
        assert!(picture.starts_with(&format!("{}/iiif/3/{image}/full/", service.base)), "{picture}");
        assert_eq!(service.get(path(&service, picture)).await.status(), 200);
    }
    let inner = service.json("/collections/inner").await;
    assert_right(&inner);
    assert_eq!(inner["thumbnail"], all["items"][0]["thumbnail"]);
    assert_eq!(service.ask_if(Method::PATCH, "/collections/inner", "*", Some(ours("closed"))).await.status, 200);
    for path in ["/collections/all", "/collections/inner"] {
        let seen = service.json(path).await;
        assert_right(&seen);
        assert!(!seen.to_string().contains("closed"), "{path}: what nobody may see is no picture");
    }
}

#[tokio::test]
async fn drafts_are_hidden_as_collections_and_as_members() {
    let service = Service::start().await;
    service.images_named(&["one"]).await;
    service.publish("shown", &["one"]).await;
    drafts(&service, &["hidden"]).await;
    for collection in ["all", "secret"] {
        make(&service, collection).await;
    }
    fill(&service, "all", json!([{"item": "hidden"}, {"item": "shown"}, {"collection": "secret"}])).await;
    fill(&service, "secret", json!([{"item": "shown"}, {"item": "hidden"}])).await;
    assert_eq!(service.ask_if(Method::PATCH, "/collections/secret", "*", Some(json!({"status": "draft"}))).await.status, 200);
    for path in [
        "/collections/all",
        "/collections/all/v2",
        "/collections/~part-1-all",
        "/api/v1/collections",
        "/api/v1/collections/all/members",
        "/collections",
        "/manifests/shown",
        "/manifests/shown/v2",
        "/api/v1/items/shown/collections",
    ] {
        let seen = service.json(path).await.to_string();
        assert!(!seen.contains("hidden") && !seen.contains("secret"), "{path}: {seen}");
    }
    assert_eq!(service.json("/api/v1/collections/all/order").await["members"].as_array().map(Vec::len), Some(1));
    for path in [
        "/collections/secret",
        "/collections/secret/v2",
        "/collections/~part-1-secret",
        "/api/v1/collections/secret",
        "/api/v1/collections/secret/members",
        "/api/v1/collections/secret/order",
    ] {
        assert_eq!(service.get(path).await.status(), 404, "{path}");
        let read = service.request(Method::GET, path).bearer_auth(&service.key).send().await.expect("an answer");
        assert_eq!((read.status().as_u16(), read.headers()["cache-control"].to_str().expect("text")), (200, "private, no-store"), "{path}");
        let text = read.text().await.expect("text");
        assert!(path.ends_with("secret") && path.contains("/api/") || path.ends_with("order") || text.contains("hidden"), "{path}: {text}");
    }
    assert_eq!(service.record("/collections/all/members").await["items"].as_array().map(Vec::len), Some(3));
    let all = service.json("/collections/all").await;
    assert_right(&all);
    assert_eq!(ids(&all, "items"), [format!("{}/manifests/shown", service.base)]);
    assert_eq!(service.ask_if(Method::PATCH, "/collections/secret", "*", Some(json!({"status": "published"}))).await.status, 200);
    assert_eq!(ids(&service.json("/collections/all").await, "items").len(), 2);
}

/// Puts items straight into a collection, in the order of their ids.
async fn place(service: &Service, collection: &str, prefix: &str) {
    let statement = "insert into collection_members (id, collection_id, position, item_id) \
         select gen_random_uuid(), $1, row_number() over (order by id) - 1, id from items where id like $2 || '%'";
    sqlx::query(statement).bind(collection).bind(prefix).execute(&service.pool).await.expect("members");
}

#[tokio::test]
async fn a_long_collection_is_paged_and_holds_each_member_once() {
    let service = Service::start().await;
    make(&service, "long-1").await;
    make(&service, "outer").await;
    insert(&service.pool, "item-", "published", 3000).await;
    place(&service, "long-1", "item-").await;
    fill(&service, "outer", json!([{"collection": "long-1"}])).await;
    for (top, version, ending) in [("/collections/long-1", 3, ""), ("/collections/long-1/v2", 2, "/v2"), ("/collections/outer", 3, "")] {
        let mut found = manifests(&service, top, version).await;
        found.sort();
        let expected: Vec<String> = (1..=3000).map(|n| format!("{}/manifests/item-{n:05}{ending}", service.base)).collect();
        assert!(found == expected, "{top}: {}", found.len());
    }
    let whole = service.json("/collections/long-1").await;
    let pages = ids(&whole, "items");
    assert_eq!(pages, (1..=6).map(|n| format!("{}/collections/~part-{n}-long-1", service.base)).collect::<Vec<_>>());
    assert_eq!(whole["items"][1]["label"], json!({"en": ["long-1, 501–1000"]}));
    let page = service.json(path(&service, &pages[5])).await;
    assert_eq!((id(&page["partOf"][0]), &page["partOf"][0]["label"]), (id(&whole), &whole["label"]));
    assert_eq!(ids(&page, "items")[499], format!("{}/manifests/item-03000", service.base));
    for path in
        ["/collections/~part-7-long-1", "/collections/~part-4294967295-long-1", "/collections/~part-0-long-1", "/collections/~part-1-none"]
    {
        assert_eq!(service.get(path).await.status(), 404, "{path}");
    }
    sqlx::query("update items set status = 'draft' where id between 'item-00501' and 'item-01001'")
        .execute(&service.pool)
        .await
        .expect("drafts");
    let whole = service.json("/collections/long-1").await;
    assert_eq!(ids(&whole, "items").len(), 5, "a page of drafts is not listed");
    assert_eq!(manifests(&service, "/collections/long-1", 3).await.len(), 2499);
}

#[tokio::test]
async fn the_top_lists_collections_that_are_in_no_other_one_and_then_items() {
    let service = Service::start().await;
    service.images_named(&["one"]).await;
    for item in ["a", "b"] {
        service.publish(item, &["one"]).await;
    }
    for collection in ["inner", "outer", "lone", "z-draft", "in-draft"] {
        make(&service, collection).await;
    }
    fill(&service, "outer", json!([{"collection": "inner"}, {"item": "a"}])).await;
    fill(&service, "z-draft", json!([{"collection": "in-draft"}])).await;
    assert_eq!(service.ask_if(Method::PATCH, "/collections/z-draft", "*", Some(json!({"status": "draft"}))).await.status, 200);
    let top = service.json("/collections").await;
    assert_right(&top);
    let expected = ["collections/in-draft", "collections/lone", "collections/outer", "manifests/a", "manifests/b"];
    assert_eq!(ids(&top, "items"), expected.map(|path| format!("{}/{path}", service.base)));
    assert_eq!(service.get(path(&service, id(&top["items"][2]["thumbnail"][0]))).await.status(), 200);
    assert_right(&service.json("/collections/~top/v2").await);

    let statement = "insert into collections (id, status, descriptive, label_text) \
         select 'many-' || lpad(n::text, 5, '0'), 'published', json_build_object('label', json_build_object('en', json_build_array('C'))), 'C' \
         from generate_series(1, 1100) n";
    sqlx::query(statement).execute(&service.pool).await.expect("collections");
    let (mut next, mut seen) = ("/collections".to_owned(), HashSet::new());
    loop {
        let page = service.json(&next).await;
        assert_right(&page);
        let (more, members): (Vec<String>, Vec<String>) = ids(&page, "items").into_iter().partition(|id| id.contains("/~"));
        assert!(members.len() <= 502 && members.into_iter().all(|id| seen.insert(id)));
        let Some(more) = more.first() else { break };
        next = path(&service, more).to_owned();
    }
    assert_eq!(seen.len(), 1105);
}
