//! The page for people.

use reqwest::Method;
use serde_json::json;

use crate::support::documents::header;
use crate::support::service::Service;

/// Values of an attribute, unescaped.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let values = html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    values
        .map(|value| value.replace("&#39;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        .collect()
}

/// The opening tags with this name.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let ends = |rest: &str| rest.starts_with([' ', '>', '/']);
    html.split(&format!("<{name}")).skip(1).filter(|rest| ends(rest)).map(|rest| rest.split('>').next().unwrap_or_default()).collect()
}

async fn page(service: &Service, path: &str) -> String {
    let response = service.get(path).await;
    assert_eq!(response.status(), 200, "{path}");
    assert!(header(&response, "content-type").starts_with("text/html"), "{path}");
    let policy = header(&response, "content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    response.text().await.expect("text")
}

async fn publish(service: &Service, id: &str, label: &str, status: &str) {
    let item = json!({"id": id, "label": {"en": [label]}, "status": status, "images": ["one"]});
    let (status, item) = service.send(Method::POST, "/items", &item).await;
    assert_eq!(status, 201, "{item}");
}

#[tokio::test]
async fn labels_are_texts_and_nothing_else() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("evil", &["one"]).await;
    service.relabel("evil", "<script>alert(1)</script>").await;
    service.publish("quotes", &["one"]).await;
    service.relabel("quotes", "\"><img src=x onerror='alert(2)'>&amp;").await;
    publish(&service, "secret", "Not yet", "draft").await;
    let html = page(&service, "/").await;
    assert!(!html.to_ascii_lowercase().contains("<script") && tags(&html, "img").len() == 2, "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
    assert!(html.contains("&quot;&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;amp;"), "{html}");
    assert!(!html.contains("secret") && !html.contains("Not yet"), "{html}");
    for after in ["%00", "%3Cscript%3E", "%FF", "\u{6f22}", "", "zzz", "a&after=b"] {
        let html = page(&service, &format!("/?after={after}")).await;
        assert!(!html.to_ascii_lowercase().contains("<script"), "{html}");
    }
}

#[tokio::test]
async fn every_picture_and_link_answers() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    publish(&service, "book", "A book", "published").await;
    let html = page(&service, "/").await;
    let pictures = attributes(&html, "src");
    assert_eq!(pictures.len(), 1);
    for url in pictures {
        let response = service.get(url.strip_prefix(&service.base).expect("an own URL")).await;
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "image/jpeg"), "{url}");
        let bytes = response.bytes().await.expect("bytes");
        assert!(image::load_from_memory(&bytes).is_ok_and(|image| image.width() <= 1000), "{url}");
    }
    let links = attributes(&html, "href");
    assert!(links.contains(&format!("{}/manifests/book", service.base)), "{links:?}");
    for url in links {
        assert_eq!(service.get(url.strip_prefix(&service.base).expect("an own URL")).await.status(), 200, "{url}");
    }
}

#[tokio::test]
async fn it_can_be_read_without_eyes() {
    let service = Service::start().await;
    let empty = page(&service, "/").await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    publish(&service, "book", "A book", "published").await;
    for html in [empty, page(&service, "/").await] {
        assert!(html.starts_with("<!doctype html>"), "{html}");
        assert!(tags(&html, "html")[0].contains(" lang=\"en\""), "{html}");
        let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
        assert!(!title.trim().is_empty(), "{html}");
        assert_eq!((tags(&html, "h1").len(), tags(&html, "main").len()), (1, 1), "{html}");
        assert!(tags(&html, "meta").iter().any(|tag| tag.contains("viewport")), "{html}");
        for image in tags(&html, "img") {
            assert!(image.contains(" alt=\""), "{image}");
        }
        for link in html.split("<a ").skip(1) {
            let text = link.split_once('>').and_then(|(_, rest)| rest.split_once("</a>")).expect("an end").0;
            assert!(!text.trim().is_empty(), "{link}");
        }
        assert!(!html.contains("tabindex") && !html.contains("onclick"), "{html}");
    }
}

#[tokio::test]
async fn long_lists_go_on_until_each_item_was_there_once() {
    let service = Service::start().await;
    let statement = "insert into items (id, status, descriptive, label_text) \
         select 'item-' || lpad(n::text, 3, '0'), 'published', json_build_object('label', json_build_object('en', json_build_array('Item ' || n))), '' \
         from generate_series(1, 125) n";
    sqlx::query(statement).execute(&service.pool).await.expect("items");
    let (mut found, mut next) = (Vec::new(), Some("/".to_owned()));
    while let Some(path) = next {
        let html = page(&service, &path).await;
        let links = attributes(&html, "href");
        found.extend(links.iter().filter_map(|link| link.split_once("/manifests/")).map(|(_, id)| id.to_owned()));
        next = links.iter().find(|link| link.contains("?after=")).map(|link| link.replacen(&service.base, "", 1));
    }
    assert_eq!(found, (1..=125).map(|n| format!("item-{n:03}")).collect::<Vec<_>>());
}
