//! Images out of an S3 bucket: which requests that takes, and what happens when an object becomes another.

use reqwest::Method;
use serde_json::json;
use triptych::storage::Storage;

use crate::support::fixture;
use crate::support::pictures::{difference, part, picture, reference};
use crate::support::s3::S3Server;
use crate::support::service::Service;

/// A service on a bucket, with the bucket's server beside it.
struct Place {
    bucket: S3Server,
    storage: Storage,
    service: Service,
}

impl Place {
    async fn open() -> Self {
        let bucket = S3Server::start().await;
        let storage = Storage::s3(bucket.settings("masters", "scans")).await.expect("a store");
        // What is read in the background would be counted.
        let service = Service::on(Some(storage.clone()), &[("warm", "false")], crate::support::database::pool().await).await;
        Self { bucket, storage, service }
    }

    async fn put(&self, file: &str, key: &str) {
        self.storage.write_file(key, &fixture(&format!("tiff/{file}.tif"))).await.expect("written");
    }

    async fn register(&self, file: &str, id: &str) {
        let key = format!("{id}.tiff");
        self.put(file, &key).await;
        let (status, image) = self.service.send(Method::POST, "/images", &json!({"id": id, "key": key, "public": true})).await;
        assert_eq!(status, 201, "{image}");
    }

    /// How many bytes each read asked for since the last reset; every one must name its range.
    fn lengths(&self) -> Vec<u64> {
        let length = |range: &str| {
            let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
            Some(to.parse::<u64>().ok()? + 1 - from.parse::<u64>().ok()?)
        };
        self.bucket.reads().iter().map(|(key, range)| length(range).unwrap_or_else(|| panic!("all of {key} is read: {range:?}"))).collect()
    }
}

/// How many bytes the tiles of this size take at most: less than their pixels do.
const TILE: u64 = 128 * 128 * 3;

#[tokio::test]
async fn opening_a_file_takes_few_short_reads() {
    let place = Place::open().await;
    for file in ["vips-jpeg90", "vips-subifd", "vips-deflate", "vips-lzw", "vips-rgba", "magick-rgb", "tiffcp-bigendian"] {
        place.put(file, &format!("{file}.tif")).await;
        place.bucket.reset();
        place.service.json(&format!("/iiif/3/{file}/info.json")).await;
        let size = std::fs::metadata(fixture(&format!("tiff/{file}.tif"))).expect("a fixture").len();
        let lengths = place.lengths();
        // The first try is for a file named as the image is; such a read fails.
        assert!(lengths.len() <= 6, "{file}: {lengths:?}");
        let (_, read) = lengths.split_first().expect("reads");
        assert!(size < 100_000 || read.iter().sum::<u64>() < size, "{file}: {lengths:?} of {size}");
        place.bucket.reset();
        place.service.json(&format!("/iiif/2/{file}/info.json")).await;
        assert_eq!(place.bucket.reads(), [], "{file} is known");
    }
}

#[tokio::test]
async fn a_tile_is_one_short_read() {
    let place = Place::open().await;
    place.put("vips-jpeg90", "open.tif").await;
    place.register("vips-subifd", "registered").await;
    let picture_of = [("open", reference("tiff/vips-jpeg90.tif.0.png")), ("registered", reference("tiff/vips-subifd.tif.0.png"))];
    for (id, whole) in picture_of {
        place.service.json(&format!("/iiif/3/{id}/info.json")).await;
        for (region, size) in [
            ([0, 0, 128, 128], (128, 128)),
            ([128, 256, 128, 128], (128, 128)),
            ([384, 256, 125, 128], (125, 128)),
            ([0, 0, 256, 256], (128, 128)),
        ] {
            let [x, y, width, height] = region;
            place.bucket.reset();
            let path = format!("/iiif/3/{id}/{x},{y},{width},{height}/{},{}/0/default.jpg", size.0, size.1);
            let tile = picture(&place.service, &path).await;
            let lengths = place.lengths();
            assert!(lengths.len() == 1 && lengths[0] < TILE, "{path}: {lengths:?}");
            assert_eq!(place.bucket.count("HEAD"), 0, "{path}");
            assert_eq!(tile.dimensions(), size);
            if size == (width, height) {
                let apart = difference(&tile, &part(&whole, region));
                assert!(apart.mean < 6.0, "{path}: {apart:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_replica_that_just_started_reads_the_tile_and_nothing_else() {
    let place = Place::open().await;
    place.register("vips-jpeg75", "large").await;
    let replica = Service::on(Some(place.storage.clone()), &[], place.service.pool.clone()).await;
    place.bucket.reset();
    let tile = picture(&replica, "/iiif/3/large/256,256,256,256/256,256/0/default.jpg").await;
    assert_eq!(tile.dimensions(), (256, 256));
    let lengths = place.lengths();
    assert!(lengths.len() == 1 && lengths[0] < 30_000, "{lengths:?}");
    assert_eq!(place.bucket.count("HEAD"), 0);
    place.bucket.reset();
    assert_eq!(replica.json("/iiif/3/large/info.json").await["width"], 1021);
    assert_eq!(place.bucket.count("GET") + place.bucket.count("HEAD"), 0, "the catalogue knows it all");
}

#[tokio::test]
async fn a_replaced_object_is_noticed() {
    const REQUEST: &str = "128,128,128,128/128,128/0/default.png";
    /// What was made of the old object is kept: whatever is read tells that there is another.
    const READ: [&str; 2] = ["0,0,128,128/128,128/0/default.png", "128,0,128,128/128,128/0/default.png"];
    let place = Place::open().await;
    place.put("vips-jpeg90", "open.tif").await;
    place.register("vips-jpeg90", "kept").await;
    let mut tags = Vec::new();
    for (file, read) in ["vips-jpeg90", "magick-rgb"].into_iter().zip(READ) {
        place.put(file, "open.tif").await;
        place.put(file, "kept.tiff").await;
        let expected = part(&reference(&format!("tiff/{file}.tif.0.png")), [128, 128, 128, 128]);
        for id in ["open", "kept"] {
            assert_eq!(place.service.get(&format!("/iiif/3/{id}/{read}")).await.status(), 200);
            let path = format!("/iiif/3/{id}/{REQUEST}");
            let apart = difference(&picture(&place.service, &path).await, &expected);
            assert!(apart.most <= 3, "{file} {id}: {apart:?}");
            tags.push(place.service.get(&path).await.headers()["etag"].clone());
        }
    }
    assert!(tags[0] != tags[2] && tags[1] != tags[3], "{tags:?}");

    // Of another size: a file of the open storage is what it is, but a registered image keeps its dimensions for ever.
    place.put("vips-lzw", "open.tif").await;
    place.put("vips-lzw", "kept.tiff").await;
    let tile = picture(&place.service, "/iiif/3/open/0,0,64,64/64,64/0/default.png").await;
    assert_eq!(difference(&tile, &part(&reference("tiff/vips-lzw.tif.0.png"), [0, 0, 64, 64])).most, 0);
    assert_eq!(place.service.json("/iiif/3/open/info.json").await["width"], 187);
    let refused = place.service.get("/iiif/3/kept/256,256,128,128/128,128/0/default.png").await;
    assert_eq!(refused.status(), 409);
    assert!(refused.text().await.expect("text").contains("register it as a new image"));
}

#[tokio::test]
async fn a_store_that_is_down_is_told_as_such() {
    let place = Place::open().await;
    place.register("vips-jpeg90", "kept").await;
    place.bucket.set_down(true);
    let refused = place.service.get("/iiif/3/kept/0,0,128,128/128,128/0/default.jpg").await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(place.service.json("/iiif/3/kept/info.json").await["width"], 509, "what the catalogue knows is still told");
    place.bucket.set_down(false);
    picture(&place.service, "/iiif/3/kept/0,0,128,128/128,128/0/default.jpg").await;
}
