//! What Omeka S is given.

use reqwest::Method;
use serde_json::json;

use crate::support::documents::header;
use crate::support::service::Service;

async fn rows(service: &Service, query: &str) -> Vec<String> {
    let answer = service.get(&format!("/api/v1/omeka/items.csv{query}")).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (200, "text/csv; charset=utf-8"), "{query}");
    assert_eq!(header(&answer, "content-disposition"), "attachment; filename=\"omeka-items.csv\"");
    answer.text().await.expect("a text").lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn published_items_are_rows() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "ezu/1").await;
    service.register("tiff/vips-jpeg75.tif", "two").await;
    let item = json!({
        "id": "map", "label": {"en": ["A map, old"]}, "status": "published", "images": ["ezu/1", "two"],
        "metadata": [{"label": "Creator", "value": ["Ann", "Bob"]}, {"label": "Weight", "value": "2 kg"}],
        "rights": "http://rightsstatements.org/vocab/InC/1.0/"
    });
    assert_eq!(service.send(Method::POST, "/items", &item).await.0, 201);
    assert_eq!(service.send(Method::POST, "/items", &json!({"id": "draft", "label": "Draft", "images": ["two"]})).await.0, 201);
    let base = &service.base;
    let said = format!("{base}/manifests/map,\"A map, old\",Ann|Bob,,,,,,,,,,,Weight: 2 kg,http://rightsstatements.org/vocab/InC/1.0/");
    let shown = [
        ("", "iiif_presentation", format!("{base}/manifests/map")),
        ("?version=2", "iiif_presentation", format!("{base}/manifests/map/v2")),
        ("?media=images", "iiif", format!("{base}/iiif/3/ezu%2F1/info.json|{base}/iiif/3/two/info.json")),
        ("?media=images&version=2", "iiif", format!("{base}/iiif/2/ezu%2F1/info.json|{base}/iiif/2/two/info.json")),
    ];
    for (query, column, media) in shown {
        let rows = rows(&service, query).await;
        assert!(rows[0].starts_with("dcterms:identifier,dcterms:title,") && rows[0].ends_with(&format!(",{column}")), "{rows:?}");
        assert_eq!(rows[1..], [format!("{said},{media}")], "{query}");
        for address in media.split('|') {
            let answer = service.get(address.strip_prefix(base.as_str()).expect("an address of ours")).await;
            assert_eq!(answer.status(), 200, "{address}");
        }
    }
    assert_eq!(rows(&service, "?label=nothing").await.len(), 1);
    assert_eq!(service.get("/api/v1/omeka/items.csv?modifiedSince=yesterday").await.status(), 400);
    assert_eq!(service.get("/api/v1/omeka/items.csv?media=films").await.status(), 400);
}

#[tokio::test]
async fn any_number_of_items_is_exported() {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    let statement = "insert into items (id, status, descriptive, label_text) \
         select 'i' || lpad(n::text, 4, '0'), 'published', '{\"label\":{\"en\":[\"I\"]}}', 'I' from generate_series(1, 1201) n";
    sqlx::query(statement).execute(&service.pool).await.expect("items");
    let rows = rows(&service, "").await;
    assert_eq!(rows.len(), 1202);
    assert!(rows[1].contains("/manifests/i0001,I,") && rows[1201].contains("/manifests/i1201,I,"));
}
