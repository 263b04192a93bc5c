//! An item about which everything is said that can be said.

use serde_json::{Value, json};

use super::service::Service;

/// Id of the item.
pub const ITEM: &str = "a.b~c_d-e";

/// Its content: every property, canvases with and without label, image and size.
pub fn item(images: &[&str]) -> Value {
    let mut canvases: Vec<Value> = images.iter().map(|image| json!({"image": image})).collect();
    canvases[0] = canvas(images[0]);
    canvases.push(json!({"id": "Z~empty.page_1-", "width": 600, "height": 800, "label": "Blank"}));
    json!({
        "id": ITEM,
        "status": "published",
        "label": {"en": ["A book & its <cover>"], "cs": ["Kniha"], "none": ["B 12", "B.12"]},
        "summary": {"en": ["<p>About <b>plants</b> &amp; <a href=\"https://example.net/plants\">more</a></p>"], "cs": ["O rostlinách"]},
        "metadata": [
            {"label": {"en": ["Author"], "cs": ["Autor"]}, "value": {"none": ["Jan Novák", "Anna Černá"]}},
            {"label": "Shelf", "value": "<i>B</i> 12"},
            {"label": "Shelf", "value": "once more"},
        ],
        "rights": "http://creativecommons.org/licenses/by/4.0/",
        "requiredStatement": {"label": {"en": ["Attribution"]}, "value": {"en": ["Provided by the <b>library</b>"]}},
        "provider": [{
            "id": "https://example.net/about", "type": "Agent", "label": {"en": ["Example Library"]},
            "homepage": [page("https://example.net/library", "The library")],
            "logo": [{"id": "https://example.net/logo.png", "type": "Image", "format": "image/png", "width": 100, "height": 120}],
            "seeAlso": [{"id": "https://example.net/library.json", "type": "Dataset", "format": "application/json"}],
        }],
        "homepage": [page("https://example.net/book", "The book")],
        "seeAlso": [{
            "id": "https://example.net/book.xml", "type": "Dataset", "label": "MODS", "format": "text/xml",
            "profile": "https://example.net/profiles/mods",
        }],
        "rendering": [{"id": "https://example.net/book.pdf", "type": "Text", "label": {"en": ["PDF"]}, "format": "application/pdf"}],
        "navDate": "1856-01-01T00:00:00Z",
        "viewingDirection": "right-to-left",
        "behavior": ["paged"],
        "canvases": canvases,
    })
}

fn canvas(image: &str) -> Value {
    json!({
        "id": "c.1~x_y-z", "image": image, "label": {"en": ["Cover"], "cs": ["Obálka"]},
        "summary": "The <b>front</b>", "metadata": [{"label": "Hand", "value": "A"}], "rights": "http://rightsstatements.org/vocab/InC/1.0/",
        "requiredStatement": {"label": "By", "value": "Them"}, "behavior": ["non-paged"], "navDate": "1856-01-02T00:00:00+01:00",
        "homepage": [page("https://example.net/cover", "The cover")],
        "seeAlso": [{"id": "https://example.net/cover.xml", "type": "Dataset", "format": "text/xml"}],
        "rendering": [{"id": "https://example.net/cover.txt", "type": "Text", "label": "Text", "format": "text/plain"}],
        "provider": [{"id": "https://example.net/conservator", "type": "Agent", "label": "Conservator"}],
    })
}

fn page(id: &str, label: &str) -> Value {
    json!({"id": id, "type": "Text", "label": {"en": [label]}, "format": "text/html", "language": ["en"]})
}

/// Publishes the item with these registered images.
pub async fn publish(service: &Service, images: &[&str]) -> Value {
    let (status, item) = service.send(reqwest::Method::POST, "/items", &item(images)).await;
    assert_eq!(status, 201, "{item}");
    item
}
