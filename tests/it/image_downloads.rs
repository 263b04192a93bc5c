//! Larger answers: taken in parts, waited for, refused, given up; and the colours that they say they have.

use futures_util::future::join_all;
use reqwest::Response;
use triptych::pyramid::WriteOptions;

use crate::support::fixture;
use crate::support::painted::pyramid;
use crate::support::pictures::{bytes, header};
use crate::support::service::Service;

const SIZE: (u32, u32) = (2400, 1500);

async fn service(settings: &[(&str, &str)]) -> Service {
    let service = Service::with(settings).await;
    pyramid(&service.images.join("large.tif"), SIZE, 70, &WriteOptions::default());
    service
}

async fn asked(service: &Service, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = headers.iter().fold(service.request(reqwest::Method::GET, path), |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn a_download_that_broke_off_goes_on_where_it_was() {
    let service = service(&[]).await;
    for request in ["full/max/0/default.jpg", "full/2350,/0/default.jpg", "full/600,/0/default.png", "0,0,256,256/256,256/0/default.jpg"] {
        let path = format!("/iiif/3/large/{request}");
        let first = service.get(&path).await;
        let tag = header(&first, "etag").to_owned();
        let whole = first.bytes().await.expect("bytes");
        let (half, length) = (whole.len() / 2, whole.len());
        for (range, from, to) in
            [(format!("bytes={half}-"), half, length), ("bytes=0-99".to_owned(), 0, 100), ("bytes=-7".to_owned(), length - 7, length)]
        {
            let rest = asked(&service, &path, &[("Range", &range), ("If-Range", &tag)]).await;
            assert_eq!(rest.status(), 206, "{request} {range}");
            assert_eq!(header(&rest, "content-range"), format!("bytes {from}-{}/{length}", to - 1), "{request}");
            assert_eq!((header(&rest, "etag"), header(&rest, "accept-ranges")), (&*tag, "bytes"), "{request}");
            assert!(rest.bytes().await.expect("bytes") == whole[from..to], "{request} {range}");
        }
        let another = asked(&service, &path, &[("Range", "bytes=5-9"), ("If-Range", "\"another\"")]).await;
        assert_eq!(another.status(), 200, "{request}");
        assert!(another.bytes().await.expect("bytes") == whole, "{request}: all of it, as it is not what the client has");
        let past = asked(&service, &path, &[("Range", &format!("bytes={length}-"))]).await;
        assert_eq!((past.status().as_u16(), header(&past, "content-range")), (416, &*format!("bytes */{length}")), "{request}");
        let known = asked(&service, &path, &[("Range", "bytes=5-9"), ("If-None-Match", &tag)]).await;
        assert_eq!(known.status(), 304, "{request}: the client has it all");
    }
}

#[tokio::test]
async fn parts_of_an_answer_that_was_never_kept_fit_together() {
    let service = service(&[]).await;
    let path = "/iiif/3/large/300,300,2050,1190/max/0/default.jpg";
    let ranges = ["bytes=0-9999", "bytes=10000-19999", "bytes=20000-"];
    let parts =
        join_all(ranges.map(|range| async { asked(&service, path, &[("Range", range)]).await.bytes().await.expect("bytes") })).await;
    assert!(parts.concat() == bytes(&service, path).await);
}

#[tokio::test]
async fn what_can_never_fit_is_refused() {
    let service = service(&[("pixel_memory", "16M")]).await;
    for request in ["full/max/0/default.png", "full/max/90/default.jpg", "full/2300,/3/default.webp"] {
        let refused = service.get(&format!("/iiif/3/large/{request}")).await;
        assert_eq!(refused.status(), 400, "{request}");
        assert!(refused.text().await.expect("text").contains("smaller"), "{request} names the cure");
    }
    for request in ["full/max/0/default.jpg", "full/!600,600/0/default.jpg", "256,256,256,256/256,256/0/default.jpg"] {
        assert_eq!(service.get(&format!("/iiif/3/large/{request}")).await.status(), 200, "{request} takes little");
    }
}

/// The profile in a JPEG's markers, if it has one in one piece.
fn profile_of(jpeg: &[u8]) -> Option<&[u8]> {
    let at = jpeg.windows(12).position(|part| part == b"ICC_PROFILE\0")?;
    let length = usize::from(u16::from_be_bytes([jpeg[at - 2], jpeg[at - 1]]));
    jpeg.get(at + 14..at - 2 + length)
}

#[tokio::test]
async fn the_colours_of_a_pyramid_are_said_in_every_jpeg() {
    let (kept, converted) = (Service::start().await, Service::with(&[("colours", "srgb")]).await);
    let profile = std::fs::read(fixture("profiles/prophoto.icc")).expect("a profile");
    for service in [&kept, &converted] {
        service.place("icc/vips-prophoto.tif", "wide.tif");
        service.place("tiff/vips-jpeg90.tif", "plain.tif");
    }
    for request in
        ["64,64,64,64/64,64/0/default.jpg", "128,64,59,64/59,64/0/default.jpg", "full/max/0/default.jpg", "10,10,90,90/45,45/0/default.jpg"]
    {
        let wide = bytes(&kept, &format!("/iiif/3/wide/{request}")).await;
        assert_eq!(profile_of(&wide), Some(&profile[..]), "{request}");
        let plain = bytes(&kept, &format!("/iiif/3/plain/{request}")).await;
        assert_eq!(profile_of(&plain), None, "{request}: nothing was said, and nothing is");
        let srgb = bytes(&converted, &format!("/iiif/3/wide/{request}")).await;
        assert_eq!(profile_of(&srgb), None, "{request}");
        let apart = crate::support::pictures::difference(
            &crate::support::pictures::decode(&wide).to_rgba8(),
            &crate::support::pictures::decode(&srgb).to_rgba8(),
        );
        assert!(apart.mean > 3.0, "{request}: the numbers are others in sRGB, {apart:?}");
    }
}
