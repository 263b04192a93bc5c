//! Pages of PDF files as images.
#![cfg(feature = "pdf")]

use reqwest::Method;
use serde_json::json;

use crate::support::pictures::{difference, picture, reference};
use crate::support::rest::files;
use crate::support::service::Service;

#[tokio::test]
async fn each_page_becomes_an_image() {
    let service = Service::start().await;
    service.place("pdf/drawn.pdf", "leaf.pdf");
    for (page, size) in [(1, (1500, 1000)), (2, (1000, 1500)), (3, (1000, 1500))] {
        let id = format!("leaf-{page}");
        let made = service.ask(Method::POST, "/images", Some(json!({"id": id, "key": "leaf.pdf", "page": page, "public": true}))).await;
        assert_eq!((made.status, &made.body["width"], &made.body["height"]), (201, &json!(size.0), &json!(size.1)), "{made:?}");
        assert_eq!(made.body["report"]["kind"], "PDF", "{made:?}");
    }
    let shown = picture(&service, "/iiif/3/leaf-1/0,0,700,500/max/0/default.jpg").await;
    assert!(shown.get_pixel(300, 200).0[0] > 190 && shown.get_pixel(300, 200).0[2] < 50);
}

#[tokio::test]
async fn an_upload_of_scans_gives_its_pages() {
    let service = Service::start().await;
    let bytes = std::fs::read(crate::support::fixture("pdf/scanned.pdf")).expect("a fixture");
    let id = service.announce(bytes.len()).await;
    assert_eq!(service.append(&id, 0, bytes).await.status, 204);
    let made = service.ask(Method::POST, "/images", Some(json!({"id": "scan", "upload": id, "page": 2, "public": true}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let difference = difference(&picture(&service, "/iiif/3/scan/full/max/0/default.png").await, &reference("masters/gray.jpg.png"));
    assert!(difference.mean < 3.0, "{difference:?}");
}

#[tokio::test]
async fn what_cannot_be_drawn_is_refused_in_clear_words() {
    let service = Service::start().await;
    for name in ["password", "huge", "drawn"] {
        service.place(&format!("pdf/{name}.pdf"), &format!("{name}.pdf"));
    }
    let before = files(&service.images);
    for (key, page, words) in [("password.pdf", 1, "password"), ("huge.pdf", 1, "100000"), ("drawn.pdf", 9, "page 9 of a PDF that has 3")] {
        let refused = service.ask(Method::POST, "/images", Some(json!({"id": "new", "key": key, "page": page}))).await;
        assert_eq!(refused.faults(), (422, vec!["/key"]), "{refused:?}");
        assert!(refused.detail("/key").contains(words), "{refused:?}");
    }
    let open = service.get("/iiif/3/drawn.pdf/info.json").await;
    assert_eq!(open.status(), 404, "pages are not drawn for anybody who asks");
    assert!(open.text().await.expect("text").contains("PDF"));
    assert_eq!(files(&service.images), before);
}
