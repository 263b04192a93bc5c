//! The whole path once: a master, an image, an item, a manifest, a tile.

use crate::support::service::Service;

#[tokio::test]
async fn a_master_becomes_a_manifest_and_a_tile() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "ezu/1286201").await;
    service.publish("book", &["ezu/1286201"]).await;
    let manifest = service.json("/manifests/book").await;
    assert_eq!(manifest["id"], format!("{}/manifests/book", service.base));
    let tile = service.get("/iiif/3/ezu%2F1286201/0,0,256,256/256,256/0/default.jpg").await;
    assert_eq!(tile.headers()["content-type"], "image/jpeg");
    let tile = image::load_from_memory(&tile.bytes().await.expect("bytes")).expect("a JPEG");
    assert_eq!((tile.width(), tile.height()), (256, 256));
}
