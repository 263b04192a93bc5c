//! Damaged and lying files: told as what they are, at once, and the service goes on.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::service::Service;
use crate::support::{fixture, pictures, pointers};

const FIXTURES: [&str; 12] = [
    "vips-jpeg75",
    "vips-jpeg90",
    "vips-subifd",
    "vips-gray",
    "vips-deflate",
    "vips-lzw",
    "vips-rgba",
    "magick-rgb",
    "magick-ycbcr",
    "tiffcp-bigendian",
    "libtiff-complete",
    "libtiff-deflate32946",
];
/// Far more than any of these answers may take. It is there to find what hangs, not what is slow.
const HANGING: Duration = Duration::from_secs(50);
/// Kilobytes that this process may ever have had in memory, other tests included.
const MOST_MEMORY: u64 = 3 << 20;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// The most memory that this process had at any time, in kilobytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Asks for everything that may stumble over a damaged file. The statuses come back.
async fn ask(service: &Service, id: &str) -> Vec<u16> {
    let requests = [
        "info.json",
        "full/!90,90/0/default.jpg",
        "0,0,64,64/64,64/0/default.png",
        "0,0,128,128/128,128/0/default.jpg",
        "full/max/0/gray.png",
    ];
    let mut statuses = Vec::new();
    for request in requests {
        let started = Instant::now();
        let response = service.get(&format!("/iiif/3/{id}/{request}")).await;
        assert!(started.elapsed() < HANGING, "{id} {request} hangs");
        let status = response.status().as_u16();
        statuses.push(status);
        if status == 200 {
            continue;
        }
        assert_eq!(response.headers()["access-control-allow-origin"], "*", "{id} {request}");
        let problem: Value = response.json().await.expect("a problem");
        let detail = problem["detail"].as_str().unwrap_or_default();
        let told = match status {
            400 => true,
            404 => detail.contains("no pyramid that can be served"),
            500 => detail == "the stored master of this image is damaged",
            _ => false,
        };
        assert!(told, "{id} {request}: {problem}");
    }
    statuses
}

/// The file with something done to it, in the ways that disks, networks and people have.
fn damaged(file: &[u8], way: usize, dice: &mut Dice) -> Vec<u8> {
    let mut file = file.to_vec();
    if way == 0 {
        file.truncate(dice.roll(file.len()));
        return file;
    }
    for _ in 0..1 + dice.roll(3) {
        let reach = file.len().min(600);
        let at = match way {
            1 => dice.roll(file.len()),
            2 => dice.roll(reach),
            _ => file.len() - 1 - dice.roll(reach),
        };
        file[at] = [0, 1, 0x7F, 0xFF, dice.roll(256) as u8][dice.roll(5)];
    }
    file
}

#[tokio::test]
async fn damaged_pyramids_are_told_as_such() {
    let service = Service::start().await;
    service.place("tiff/vips-gray.tif", "sound.tif");
    let (mut dice, mut seen) = (Dice(7), Vec::new());
    for name in FIXTURES {
        let file = std::fs::read(fixture(&format!("tiff/{name}.tif"))).expect("a fixture");
        for way in 0..12 {
            let id = format!("{name}-{way}");
            std::fs::write(service.images.join(format!("{id}.tif")), damaged(&file, way % 4, &mut dice)).expect("written");
            seen.extend(ask(&service, &id).await);
        }
    }
    for status in [200, 500] {
        assert!(seen.contains(&status), "none of the files was damaged so as to give {status}");
    }
    assert!(peak_memory() < MOST_MEMORY, "{} kB", peak_memory());
    assert_eq!(ask(&service, "sound").await, [200; 5]);
}

#[tokio::test]
async fn what_is_no_picture_is_not_served() {
    let service = Service::start().await;
    std::fs::create_dir_all(&service.images).expect("a directory");
    let files: [(&str, &[u8]); 4] =
        [("text.tif", b"Not a picture at all.\n"), ("empty.tif", b""), ("byte.tif", b"I"), ("head.tif", b"II*\0")];
    for (name, bytes) in files {
        std::fs::write(service.images.join(name), bytes).expect("written");
        let statuses = ask(&service, name).await;
        assert!(statuses == [404; 5] || (name == "head.tif" && statuses == [500; 5]), "{name}: {statuses:?}");
        let (status, problem) = service.send(Method::POST, "/images", &json!({"id": name, "key": name})).await;
        assert_eq!((status, pointers(&problem)), (422, vec!["/key"]), "{name}: {problem}");
    }
    assert_eq!(service.get("/health/ready").await.status(), 200);
}

#[tokio::test]
async fn a_plain_file_is_what_it_is_whatever_it_is_called() {
    let service = Service::start().await;
    std::fs::create_dir_all(&service.images).expect("a directory");
    for name in ["photo.tif", "photo.jpg"] {
        std::fs::write(service.images.join(name), pictures::jpeg(300, 200)).expect("written");
        assert_eq!(ask(&service, name).await, [200; 5], "{name}");
        let whole = pictures::picture(&service, &format!("/iiif/3/{name}/full/max/0/default.png")).await;
        let apart = pictures::difference(&whole, &pictures::decode(&pictures::jpeg(300, 200)).to_rgba8());
        assert!(whole.dimensions() == (300, 200) && apart.mean < 4.0, "{apart:?}");
    }
    let jp2 = std::fs::read(fixture("masters/lossless.jp2")).expect("a fixture");
    std::fs::write(service.images.join("scan.jp2"), jp2).expect("written");
    let told = service.get("/iiif/3/scan.jp2/info.json").await;
    assert_eq!(told.status(), 404);
    assert!(told.text().await.expect("text").contains("once it is registered"));
}

/// A PNG of few bytes that says it is this large.
fn lying_png(side: u32) -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(&[name, data].concat());
        [&(data.len() as u32).to_be_bytes()[..], name, data, &sum.sum().to_be_bytes()].concat()
    };
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let pixels = [0x78, 0x9C, 3, 0, 0, 0, 0, 1, 0, 0, 0];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &pixels), chunk(b"IEND", &[])].concat()
}

async fn upload(service: &Service, id: &str, bytes: Vec<u8>) -> (u16, Value) {
    let request = service.rest(Method::POST, &format!("/images/{id}")).header("Content-Type", "application/octet-stream").body(bytes);
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn uploads_that_lie_are_refused_before_they_cost_anything() {
    let service = Service::start().await;
    let bomb = lying_png(100_000);
    assert_eq!(bomb.len(), 68);
    let (status, problem) = upload(&service, "bomb", bomb).await;
    assert_eq!(status, 413, "{problem}");
    let (status, problem) = upload(&service, "empty-bomb", lying_png(15_000)).await;
    assert_eq!(status, 422, "{problem}");
    let jpeg = pictures::jpeg(400, 300);
    let cases: [(&str, Vec<u8>, u16); 4] = [
        ("nothing", Vec::new(), 415),
        ("text", b"hello".to_vec(), 415),
        ("half-png", std::fs::read(fixture("tiff/vips-lzw.tif.0.png")).expect("a fixture")[..20_000].to_vec(), 422),
        ("start-of-jpeg", jpeg[..100].to_vec(), 422),
    ];
    for (id, bytes, expected) in cases {
        let (status, problem) = upload(&service, id, bytes).await;
        assert_eq!(status, expected, "{id}: {problem}");
        assert_eq!(service.rest(Method::GET, &format!("/images/{id}")).send().await.expect("an answer").status(), 404, "{id}");
    }
    assert!(peak_memory() < MOST_MEMORY, "{} kB", peak_memory());
    let left = std::fs::read_dir(service.scratch().join("uploads")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "nothing of them stays");
}
