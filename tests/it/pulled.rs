//! Pictures from image services of others: our own as one of them, and folders of files.

mod folder;

use std::time::Duration;

use triptych::fetch::{FetchSettings, Fetcher};
use triptych::formats::{self, FormatLimits};
use triptych::ingest::{PullError, Pulled, Puller};

use crate::support::fixture;
use crate::support::pictures::{difference, reference};
use crate::support::rest::files;
use crate::support::service::Service;
use folder::Folder;

/// One that may reach this machine, as nobody's may by default.
fn puller(scratch: &std::path::Path, max_bytes: u64) -> Puller {
    let networks = vec!["127.0.0.0/8".parse().expect("a network")];
    let fetcher = Fetcher::new(FetchSettings { networks, max_bytes: 8 << 20, timeout: Duration::from_secs(20) });
    Puller::new(fetcher, scratch.to_owned(), FormatLimits::default(), max_bytes).with_pause(Duration::from_millis(10))
}

async fn pull(scratch: &std::path::Path, url: &str) -> Result<Pulled, PullError> {
    puller(scratch, 64 << 20).pull(url).await
}

/// The pixels of the pyramid.
fn shown(pulled: &Pulled) -> image::RgbaImage {
    let mut rows = formats::rows(pulled.pyramid.path(), &FormatLimits::default()).expect("a picture");
    assert_eq!((rows.width(), rows.height(), rows.channels().count()), (pulled.width, pulled.height, 3));
    let mut pixels = vec![0; rows.width() as usize * rows.height() as usize * 3];
    rows.read_rows(&mut pixels).expect("rows");
    let picture = image::RgbImage::from_raw(rows.width(), rows.height(), pixels).expect("a picture");
    image::DynamicImage::from(picture).to_rgba8()
}

#[tokio::test]
async fn a_service_like_our_own_gives_its_whole_picture() {
    // Small answers only, so that it takes many.
    let small = Service::with(&[("max_width", "300"), ("max_height", "200")]).await;
    let large = Service::start().await;
    for (service, requests) in [(&small, 4 * 4), (&large, 1)] {
        service.place("tiff/vips-jpeg75.tif", "pages/one.tif");
        let scratch = service.scratch().join("pulled");
        for version in [2, 3] {
            let url = format!("{}/iiif/{version}/pages%2Fone", service.base);
            for url in [url.clone(), format!("{url}/info.json"), format!("{url}/")] {
                let pulled = pull(&scratch, &url).await.expect("a picture");
                assert_eq!((pulled.width, pulled.height, pulled.whole, pulled.requests), (1021, 777, (1021, 777), requests), "{url}");
                let difference = difference(&shown(&pulled), &reference("tiff/vips-jpeg75.tif.0.png"));
                assert!(difference.mean < 4.0, "{url}: {difference:?}");
            }
        }
        assert!(files(&scratch).is_empty(), "nothing is left of it");
    }
}

#[tokio::test]
async fn a_folder_of_level_0_gives_its_whole_picture() {
    for (name, version) in [("level0/of-2", 2), ("level0/of-3", 3)] {
        let folder = Folder::of(&fixture(name)).await;
        let scratch = tempfile::tempdir().expect("a folder");
        let pulled = pull(scratch.path(), &folder.base).await.expect("a picture");
        assert_eq!((pulled.width, pulled.height, pulled.requests, &pulled.service), (509, 387, 4, &folder.base), "{version}");
        let difference = difference(&shown(&pulled), &reference("tiff/vips-jpeg90.tif.0.png"));
        assert!(difference.mean < 3.0, "{name}: {difference:?}");
        assert!(folder.asked().iter().all(|path| !path.contains("default.jpg/")), "{:?}", folder.asked());
    }
}

#[tokio::test]
async fn what_a_folder_lacks_is_had_by_another_name_or_smaller_or_not_at_all() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = Folder::of(&fixture("level0/of-3")).await;
    // Named as of 2.x.
    folder.change("/0,0,256,256/256,256/0/default.jpg", "/0,0,256,256/256,/0/default.jpg");
    assert_eq!(pull(scratch.path(), &folder.base).await.expect("a picture").width, 509);
    // Only the reduced one is there: it is had as what it is.
    let info = serde_json::json!({
        "@context": "http://iiif.io/api/image/3/context.json", "id": "https://example.org/a", "type": "ImageService3",
        "profile": "level0", "width": 509, "height": 387, "tiles": [{"width": 256, "scaleFactors": [2]}]
    });
    folder.put("/info.json", info.to_string().into_bytes());
    let reduced = pull(scratch.path(), &folder.base).await.expect("a picture");
    assert_eq!((reduced.width, reduced.height, reduced.whole, reduced.requests), (255, 194, (509, 387), 1));
    drop(reduced);
    folder.put("/info.json", std::fs::read(fixture("level0/of-3/info.json")).expect("a file"));
    folder.change("/256,0,253,256/253,256/0/default.jpg", "/lost");
    match pull(scratch.path(), &folder.base).await.map(|_| ()) {
        Err(PullError::Tile { url, .. }) => assert!(url.ends_with("/256,0,253,256/253,256/0/default.jpg"), "{url}"),
        other => panic!("a picture with a hole: {other:?}"),
    }
    assert!(files(scratch.path()).is_empty());
}

#[tokio::test]
async fn a_service_that_stumbles_is_asked_again_and_one_that_lies_is_refused() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (tile, other) = ("/0,256,256,131/256,131/0/default.jpg", "/0,0,256,256/256,256/0/default.jpg");
    let folder = Folder::of(&fixture("level0/of-3")).await;
    folder.stumble(tile, 3);
    assert!(pull(scratch.path(), &folder.base).await.is_ok());
    folder.stumble(tile, 4);
    let given_up = pull(scratch.path(), &folder.base).await.map(|_| ()).expect_err("it is given up");
    assert!(given_up.to_string().contains("503"), "{given_up}");
    assert!(matches!(puller(scratch.path(), 10_000).pull(&folder.base).await.map(|_| ()), Err(PullError::TooLarge(10_000))));
    let whole = folder.file(other);
    folder.put(tile, whole.clone());
    let size = pull(scratch.path(), &folder.base).await.map(|_| ());
    assert!(matches!(size, Err(PullError::Size { width: 256, height: 131, found_width: 256, found_height: 256, .. })), "{size:?}");
    for bytes in [b"<html>no</html>".to_vec(), Vec::new(), whole[..100].to_vec()] {
        folder.put(tile, bytes);
        let refused = pull(scratch.path(), &folder.base).await.map(|_| ());
        assert!(matches!(refused, Err(PullError::NoPicture { .. })), "{refused:?}");
    }
    for info in ["{}", "[]", "no", "{\"width\": 1000000, \"height\": 1000000, \"profile\": \"level2\", \"id\": \"https://x.org/a\"}"] {
        folder.put("/info.json", info.as_bytes().to_vec());
        let refused = pull(scratch.path(), &folder.base).await.map(|_| ());
        assert!(matches!(refused, Err(PullError::Info(_) | PullError::Unusable(_))), "{info}: {refused:?}");
    }
    assert!(files(scratch.path()).is_empty());
}

#[tokio::test]
async fn private_networks_are_closed() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = Folder::of(&fixture("level0/of-3")).await;
    let fetcher = Fetcher::new(FetchSettings { networks: Vec::new(), max_bytes: 1 << 20, timeout: Duration::from_secs(5) });
    let puller = Puller::new(fetcher, scratch.path().to_owned(), FormatLimits::default(), 1 << 20);
    assert!(matches!(puller.pull(&folder.base).await.map(|_| ()), Err(PullError::Info(_))));
    assert!(folder.asked().is_empty());
}
