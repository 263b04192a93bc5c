//! Pictures in by the dozen: jobs and their entries, what fails and what is tried again.

mod command;
mod kills;
mod stream;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::rest::{Answer, files, until};
use crate::support::service::Service;

/// Masters of several kinds, small ones.
const GOOD: [&str; 4] = ["masters/baseline.jpg", "tiff-kinds/rgb-lzw.tif", "tiff/vips-jpeg90.tif", "masters/progressive.jpg"];

impl Service {
    async fn ingest(&self, body: Value) -> Answer {
        self.ask(Method::POST, "/jobs", Some(body)).await
    }

    /// A job that was taken on.
    async fn job(&self, body: Value) -> String {
        let taken = self.ingest(body).await;
        assert_eq!(taken.status, 202, "{taken:?}");
        let id = taken.body["id"].as_str().expect("an id").to_owned();
        assert_eq!(taken.header("location"), format!("{}/api/v1/jobs/{id}", self.base));
        id
    }

    /// The job once nothing is left to do.
    async fn finished(&self, job: &str) -> Value {
        let path = format!("/jobs/{job}");
        until("the job has come to its end", async || self.record(&path).await["finished"].is_string()).await;
        self.record(&path).await
    }

    async fn entries(&self, job: &str) -> Vec<Value> {
        self.record(&format!("/jobs/{job}/entries?limit=500")).await["items"].as_array().expect("entries").clone()
    }

    /// The canvases of an item: label and image.
    async fn pages(&self, item: &str) -> Vec<(String, String)> {
        let canvases = self.record(&format!("/items/{item}/canvases?limit=500")).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let page = |canvas: &Value| (text(&canvas["label"]["none"][0]), text(&canvas["image"]));
        canvases["items"].as_array().expect("canvases").iter().map(page).collect()
    }

    /// Puts files of all kinds into the storage: `scans/1.…` and so on.
    fn scans(&self, count: usize) {
        for number in 1..=count {
            let fixture = GOOD[number % GOOD.len()];
            let ending = fixture.rsplit('.').next().expect("an ending");
            self.place(fixture, &format!("scans/{number}.{ending}"));
        }
    }

    /// Objects of the storage that are ours and that no image names.
    async fn orphans(&self) -> Vec<String> {
        let mut named: Vec<String> =
            sqlx::query_scalar("select storage_key from images union select pyramid_key from images where pyramid_key is not null")
                .fetch_all(&self.pool)
                .await
                .expect("keys");
        named.sort();
        let ours = files(&self.images.join("triptych-uploads"));
        let keys = ours.iter().map(|file| file.strip_prefix(&self.images).expect("below").to_string_lossy().into_owned());
        keys.filter(|key| named.binary_search(key).is_err()).collect()
    }
}

#[tokio::test]
async fn a_folder_becomes_a_published_book_in_the_order_of_its_pages() {
    let service = Service::start().await;
    service.scans(11);
    std::fs::write(service.images.join("scans/notes.txt"), "about the scans").expect("a file");
    let job = service.job(json!({"item": "book", "prefix": "scans/", "label": "A book", "status": "published"})).await;
    let done = service.finished(&job).await;
    assert_eq!((&done["state"], &done["entries"]["done"], &done["progress"]), (&json!("done"), &json!(11), &json!(1.0)), "{done}");
    assert_eq!((&done["input"]["leftOut"], &done["input"]["items"]), (&json!(["scans/notes.txt"]), &json!(["book"])), "{done}");
    let pages = service.pages("book").await;
    let labels: Vec<&str> = pages.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    let item = service.json("/api/v1/items/book").await;
    assert_eq!((&item["status"], &item["label"]), (&json!("published"), &json!({"none": ["A book"]})));
    for (label, image) in &pages {
        let record = service.record(&format!("/images/{image}")).await;
        let (key, master) = (record["key"].as_str().expect("a key"), record["masterSha256"].as_str().expect("a sum"));
        let bytes = std::fs::read(service.images.join(key)).expect("the master is where it was");
        assert_eq!(master, format!("{:x}", <sha2::Sha256 as sha2::Digest>::digest(bytes)), "{label}");
        let serves = GOOD[label.parse::<usize>().expect("a number") % GOOD.len()] == "tiff/vips-jpeg90.tif";
        assert_eq!(record["pyramidSha256"].is_string(), !serves, "{record}");
        let shown = service.get(&format!("/iiif/3/{image}/full/!100,100/0/default.jpg")).await;
        assert_eq!(shown.status(), 200, "{label}: published with the item");
    }
    assert_eq!(service.orphans().await, Vec::<String>::new());
}

#[tokio::test]
async fn broken_files_keep_nothing_else_and_are_named() {
    let service = Service::start().await;
    service.scans(3);
    std::fs::write(service.images.join("scans/4.tif"), "a text that is called a picture").expect("a file");
    let jpeg = std::fs::read(service.images.join("scans/3.jpg")).expect("a scan");
    std::fs::write(service.images.join("scans/5.jpg"), &jpeg[..jpeg.len() / 3]).expect("a file");
    let sources = ["1.tif", "4.tif", "2.tif", "5.jpg", "none.tif", "3.jpg"].map(|name| json!({"key": format!("scans/{name}")}));
    let job = service.job(json!({"item": "book", "sources": sources, "status": "published"})).await;
    let ended = service.finished(&job).await;
    assert_eq!(
        (&ended["state"], &ended["entries"]["done"], &ended["entries"]["failed"]),
        (&json!("failed"), &json!(3), &json!(3)),
        "{ended}"
    );
    let entries = service.entries(&job).await;
    for (at, words) in [(1, ["scans/4.tif", "not a TIFF"]), (3, ["scans/5.jpg", "damaged"]), (4, ["scans/none.tif", "no such file"])] {
        let error = entries[at]["error"].as_str().expect("an error");
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }
    assert_eq!(service.pages("book").await.len(), 3);
    assert_eq!(service.record("/items/book").await["status"], "draft", "it is not whole");
    assert_eq!(service.orphans().await, Vec::<String>::new());

    // Mended, and tried again: the pages come where they belong, and the book is whole.
    for name in ["4.tif", "none.tif"] {
        service.place("tiff-kinds/rgb-lzw.tif", &format!("scans/{name}"));
    }
    std::fs::write(service.images.join("scans/5.jpg"), &jpeg).expect("a file");
    assert_eq!(service.ask(Method::POST, &format!("/jobs/{job}/retry"), None).await.status, 202);
    let done = service.finished(&job).await;
    assert_eq!((&done["state"], &done["entries"]["done"]), (&json!("done"), &json!(6)), "{done}");
    let labels: Vec<String> = service.pages("book").await.into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["1", "4", "2", "5", "none", "3"]);
    assert_eq!(service.record("/items/book").await["status"], "published");
    let images: Vec<Value> = entries.iter().map(|entry| entry["image"].clone()).collect();
    let again: Vec<Value> = service.entries(&job).await.iter().map(|entry| entry["image"].clone()).collect();
    assert_eq!(images, again, "identifiers stay");
}

#[tokio::test]
async fn pages_come_behind_what_is_there_whichever_is_done_first() {
    let service = Service::with(&[("workers", "3")]).await;
    service.scans(9);
    service.images_named(&["old"]).await;
    service.publish("book", &["old"]).await;
    let sources: Vec<Value> = (1..=9).rev().map(|number| json!({"key": format!("scans/{number}.{}", ending(number))})).collect();
    let job = service.job(json!({"item": "book", "sources": sources})).await;
    assert_eq!(service.finished(&job).await["state"], "done");
    let labels: Vec<String> = service.pages("book").await.into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["", "9", "8", "7", "6", "5", "4", "3", "2", "1"]);
}

fn ending(number: usize) -> &'static str {
    GOOD[number % GOOD.len()].rsplit('.').next().expect("an ending")
}

#[tokio::test]
async fn a_book_for_each_folder() {
    let service = Service::start().await;
    for (key, fixture) in [("reel/b/2.tif", 2), ("reel/b/1.jpg", 0), ("reel/a/1.tif", 1)] {
        service.place(GOOD[fixture], key);
    }
    let job = service.job(json!({"prefix": "reel/", "itemPerFolder": true, "lossless": true})).await;
    let done = service.finished(&job).await;
    let items = done["input"]["items"].as_array().expect("items");
    assert_eq!(items.len(), 2, "{done}");
    let mut found = Vec::new();
    for item in items {
        let id = item.as_str().expect("an id");
        let label = service.record(&format!("/items/{id}")).await["label"]["none"][0].clone();
        found.push((label, service.pages(id).await.into_iter().map(|(label, _)| label).collect::<Vec<_>>()));
    }
    assert_eq!(found, [(json!("a"), vec!["1".to_owned()]), (json!("b"), vec!["1".to_owned(), "2".to_owned()])]);
    let (_, image) = service.pages(items[1].as_str().expect("an id")).await.swap_remove(0);
    let record = service.record(&format!("/images/{image}")).await;
    assert!(record["pyramidSha256"].is_string(), "a pyramid of its own: {record}");
    let key: String =
        sqlx::query_scalar("select pyramid_key from images where id = $1").bind(&image).fetch_one(&service.pool).await.expect("a key");
    let file = std::io::BufReader::new(std::fs::File::open(service.images.join(key)).expect("a file"));
    let compression = tiff::decoder::Decoder::new(file).expect("a TIFF").get_tag_u32(tiff::tags::Tag::Compression);
    assert_eq!(compression.expect("a number"), 8, "deflate, not JPEG");
}

#[tokio::test]
async fn masters_come_from_elsewhere_too() {
    let elsewhere = Service::start().await;
    elsewhere.place("masters/baseline.jpg", "pictures/a.jpg");
    elsewhere.place("tiff/vips-jpeg90.tif", "pictures/b.tif");
    let open = |name: &str| format!("{}/iiif/3/pictures%2F{name}/full/max/0/default.jpg", elsewhere.base);
    let service = Service::with(&[("fetch_networks", "127.0.0.0/8")]).await;
    let sources = json!([{"url": open("a.jpg"), "label": "A"}, {"url": open("b"), "label": "B"}, {"url": open("none")}]);
    let job = service.job(json!({"item": "book", "sources": sources, "keepMaster": true})).await;
    let ended = service.finished(&job).await;
    assert_eq!((&ended["entries"]["done"], &ended["entries"]["failed"]), (&json!(2), &json!(1)), "{ended}");
    let error = service.entries(&job).await[2]["error"].clone();
    assert!(error.as_str().is_some_and(|error| error.contains("404") && error.contains("/pictures%2Fnone/")), "{error}");
    let pages = service.pages("book").await;
    assert_eq!(pages.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    let record = service.record(&format!("/images/{}", pages[0].1)).await;
    assert!(record["key"].as_str().is_some_and(|key| key.ends_with(".master")), "{record}");
    assert_eq!(files(&service.images).len(), 4, "two masters and two pyramids");
    assert_eq!(service.orphans().await, Vec::<String>::new());
    // Who keeps no masters keeps pyramids only.
    let job = service.job(json!({"item": "other", "sources": [{"url": open("a.jpg")}]})).await;
    assert_eq!(service.finished(&job).await["state"], "done");
    assert_eq!(files(&service.images).len(), 5);
    assert!(files(&service.scratch().join("uploads")).is_empty(), "nothing waits on the disk");

    let closed = Service::start().await;
    let job = closed.job(json!({"sources": [{"url": open("a.jpg")}]})).await;
    closed.finished(&job).await;
    let error = closed.entries(&job).await[0]["error"].clone();
    assert!(error.as_str().is_some_and(|error| error.contains("private")), "{error}");
}

#[tokio::test]
async fn uploads_and_pictures_of_image_services_become_pages() {
    let elsewhere = Service::with(&[("max_width", "600"), ("max_height", "600")]).await;
    elsewhere.place("tiff/vips-jpeg75.tif", "maps/north.tif");
    let service = Service::with(&[("fetch_networks", "127.0.0.0/8")]).await;
    let bytes = std::fs::read(crate::support::fixture("masters/baseline.jpg")).expect("a fixture");
    // "Blatt 7.jpg"
    let name = "filename QmxhdHQgNy5qcGc=";
    let (half, upload) = (service.announced(name, 100).await, service.uploaded(name, &bytes).await);
    let info = format!("{}/iiif/2/maps%2Fnorth/info.json", elsewhere.base);
    let missing = "0192f0c1-7d0e-7c3a-9a51-6f5f6c0f2b11";
    let wrong = json!({"sources": [{"upload": half}, {"upload": upload, "service": info}, {"upload": missing}]});
    assert_eq!(service.ingest(wrong).await.faults(), (422, vec!["/sources/1"]));
    let wrong = json!({"sources": [{"upload": half}, {"upload": upload}, {"upload": missing}]});
    assert_eq!(service.ingest(wrong).await.faults(), (422, vec!["/sources/0/upload", "/sources/2/upload"]));

    let none = format!("{}/iiif/3/none", elsewhere.base);
    let sources = json!([{"upload": upload}, {"service": info}, {"service": none}]);
    let job = service.job(json!({"item": "book", "sources": sources})).await;
    let ended = service.finished(&job).await;
    assert_eq!((&ended["entries"]["done"], &ended["entries"]["failed"]), (&json!(2), &json!(1)), "{ended}");
    let error = service.entries(&job).await[2]["error"].clone();
    assert!(error.as_str().is_some_and(|error| error.contains(&none) && error.contains("404")), "{error}");
    let pages = service.pages("book").await;
    assert_eq!(pages.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(), ["Blatt 7", "north"]);
    let pulled = service.record(&format!("/images/{}", pages[1].1)).await;
    assert_eq!((&pulled["width"], &pulled["height"]), (&json!(1021), &json!(777)), "{pulled}");
    let ended =
        service.request(Method::HEAD, &format!("/api/v1/uploads/{upload}")).bearer_auth(&service.key).header("Tus-Resumable", "1.0.0");
    assert_eq!(ended.send().await.expect("an answer").status(), 410, "it has become a page");
    assert_eq!(service.orphans().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_asked_wrongly_is_told_at_once() {
    let service = Service::start().await;
    service.scans(1);
    service.send(Method::POST, "/items", &json!({"id": "there", "label": "x"})).await;
    service.send(Method::POST, "/items", &json!({"id": "gone", "label": "x"})).await;
    service.ask_if(Method::DELETE, "/items/gone", "*", None).await;
    let source = json!([{"key": "scans/1.tif"}]);
    for (body, status, pointers) in [
        (json!({}), 422, vec!["/sources"]),
        (json!({"sources": source, "prefix": "scans/"}), 422, vec!["/sources"]),
        (json!({"sources": []}), 422, vec!["/sources"]),
        (json!({"sources": [{}, {"key": "a", "url": "https://b.org/"}]}), 422, vec!["/sources/0", "/sources/1"]),
        (json!({"sources": source, "item": "no/id", "itemPerFolder": true}), 422, vec!["/item", "/itemPerFolder", "/item"]),
        (json!({"sources": source, "item": "there", "label": "y"}), 422, vec!["/label"]),
        (json!({"sources": source, "item": "gone"}), 410, vec![]),
        (json!({"sources": [{"key": "triptych-uploads/a.tif"}]}), 422, vec!["/sources/0/key"]),
        (json!({"prefix": "nothing/"}), 422, vec!["/prefix"]),
        (json!({"sources": source, "priority": 101}), 422, vec!["/priority"]),
    ] {
        let refused = service.ingest(body.clone()).await;
        assert_eq!(refused.faults(), (status, pointers), "{body}: {refused:?}");
    }
    assert_eq!(service.record("/jobs").await["items"], json!([]));
    let nobody = service.request(Method::POST, "/api/v1/jobs").json(&json!({"sources": source})).send().await.expect("an answer");
    assert_eq!(nobody.status(), 401);
    for path in ["/jobs", "/jobs/x", "/jobs/x/entries", "/jobs/x/events"] {
        assert_eq!(service.get(&format!("/api/v1{path}")).await.status(), 401, "{path}");
    }
    for id in ["x", "0192f0c1-7d0e-7c3a-9a51-6f5f6c0f2b11"] {
        assert_eq!(service.ask(Method::GET, &format!("/jobs/{id}"), None).await.status, 404, "{id}");
        assert_eq!(service.ask(Method::POST, &format!("/jobs/{id}/retry"), None).await.status, 404, "{id}");
        assert_eq!(service.ask(Method::POST, &format!("/jobs/{id}/cancel"), None).await.status, 404, "{id}");
    }
}

/// Queues a job while nobody works.
async fn queued(service: &Service, count: usize, priority: i32) -> String {
    let sources: Vec<Value> = (1..=count).map(|number| json!({"key": format!("scans/{number}.{}", ending(number))})).collect();
    service.job(json!({"sources": sources, "priority": priority})).await
}

#[tokio::test]
async fn what_is_cancelled_is_given_up_and_can_be_taken_up_again() {
    let service = Service::with(&[("workers", "1")]).await;
    service.scans(30);
    let job = queued(&service, 30, 0).await;
    until("something is done", async || service.record(&format!("/jobs/{job}")).await["entries"]["done"] != 0).await;
    let cancelled = service.ask(Method::POST, &format!("/jobs/{job}/cancel"), None).await;
    assert_eq!((cancelled.status, &cancelled.body["entries"]["queued"]), (202, &json!(0)), "{cancelled:?}");
    let ended = service.finished(&job).await;
    let done = ended["entries"]["done"].as_i64().expect("a number");
    assert!((1..30).contains(&done) && ended["state"] == "cancelled", "{ended}");
    let item = ended["input"]["items"][0].as_str().expect("an item").to_owned();
    assert_eq!(service.pages(&item).await.len() as i64, done);
    assert_eq!(service.orphans().await, Vec::<String>::new());
    assert_eq!(service.ask(Method::POST, &format!("/jobs/{job}/cancel"), None).await.status, 409);
    assert_eq!(service.ask(Method::POST, &format!("/jobs/{job}/retry"), None).await.status, 202);
    assert_eq!(service.finished(&job).await["entries"]["done"], 30);
    let labels: Vec<String> = service.pages(&item).await.into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, (1..=30).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_page_of_priority_overtakes_a_reel() {
    let service = Service::with(&[("workers", "1")]).await;
    service.scans(30);
    let reel = queued(&service, 30, 0).await;
    let page = queued(&service, 1, 5).await;
    service.finished(&page).await;
    let behind = service.record(&format!("/jobs/{reel}")).await;
    assert!(behind["finished"].is_null() && behind["entries"]["queued"].as_i64().is_some_and(|left| left > 5), "{behind}");
    let listed = service.record("/jobs?limit=1").await;
    assert_eq!(listed["items"][0]["id"], json!(page), "the newest first");
    let next = listed["next"].as_str().expect("more").trim_start_matches(&service.base).trim_start_matches("/api/v1").to_owned();
    assert_eq!(service.record(&next).await["items"][0]["id"], json!(reel));
    service.finished(&reel).await;
    assert_eq!(service.record("/jobs?open=true").await["items"], json!([]));
    let two = service.record(&format!("/jobs/{reel}/entries?state=done&limit=2&after=3")).await;
    let numbers: Vec<i64> = two["items"].as_array().expect("entries").iter().filter_map(|entry| entry["number"].as_i64()).collect();
    assert_eq!(numbers, [4, 5]);
}

#[tokio::test]
async fn an_item_that_is_deleted_meanwhile_is_told() {
    let service = Service::with(&[("workers", "1")]).await;
    service.scans(20);
    let job = queued(&service, 20, 0).await;
    let item = service.record(&format!("/jobs/{job}")).await["input"]["items"][0].as_str().expect("an item").to_owned();
    until("something is done", async || service.record(&format!("/jobs/{job}")).await["entries"]["done"] != 0).await;
    assert_eq!(service.ask_if(Method::DELETE, &format!("/items/{item}"), "*", None).await.status, 204);
    let ended = service.finished(&job).await;
    assert_eq!(ended["state"], "failed", "{ended}");
    let failed = service.record(&format!("/jobs/{job}/entries?state=failed")).await;
    assert!(failed["items"][0]["error"].as_str().is_some_and(|error| error.contains("deleted")), "{failed}");
    assert_eq!(service.orphans().await, Vec::<String>::new());
}
