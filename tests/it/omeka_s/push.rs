//! `triptych omeka push`, the real program, from a real service into what stands for an Omeka S.

use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use triptych::fetch::{Answered, FetchError, FetchSettings, Fetcher};

use super::http::Server;
use super::site::{CREDENTIAL, IDENTITY, Site};
use super::{elsewhere, library};
use crate::support::service::Service;

/// What the program did and said.
struct Run {
    status: i32,
    told: String,
}

/// Runs the program with a key, and checks that it never says it.
async fn run(arguments: Vec<String>, credential: &str) -> Run {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_triptych"));
    let directory = tempfile::tempdir().expect("a directory");
    command.args(["omeka", "push"]).args(arguments).current_dir(directory.path()).env("DATABASE_URL", "postgres://nobody@localhost:1/none");
    command.env("OMEKA_IDENTITY", IDENTITY).env("OMEKA_CREDENTIAL", credential).env("TRIPTYCH_LOG", "trace");
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(move || command.output()).await.expect("it ends").expect("it runs");
    let told = [stdout, stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat();
    assert!(!told.contains(IDENTITY) && !told.contains(credential), "{told}");
    Run { status: status.code().expect("a status"), told }
}

/// From the service into the site; whatever the site did not understand is a fault.
async fn push(service: &Service, site: &Site, arguments: &[&str]) -> Run {
    let all = ["--server", &site.server.base, "--from", &service.base, "--fetch-networks", "127.0.0.0/8"];
    let ran = run(all.iter().chain(arguments).map(|text| (*text).to_owned()).collect(), CREDENTIAL).await;
    assert_eq!(site.with(|state| state.faults.clone()), Vec::<String>::new());
    ran
}

/// The texts of a term, each with its language.
fn said(item: &Value, term: &str) -> Vec<(String, String)> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let values = item[term].as_array().into_iter().flatten();
    values.map(|value| (text(value, "@value") + &text(value, "@id"), text(value, "@language"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(text, language)| ((*text).to_owned(), (*language).to_owned())).collect()
}

#[tokio::test]
async fn items_are_made_once_and_then_brought_up_to_date() {
    let (service, site) = (library().await, Site::start().await);
    service.publish("second", &["ezu/1"]).await;
    assert_eq!(service.send(Method::POST, "/items", &json!({"id": "draft", "label": "D", "images": ["ezu/1"]})).await.0, 201);
    let first = push(&service, &site, &["--all", "--item-set", "5", "--resource-template", "3", "--private"]).await;
    assert!(first.status == 0 && first.told.contains("2 created, 0 changed, 0 unchanged, 0 failed"), "{}", first.told);
    let manifest = format!("{}/manifests/book", service.base);
    let (book, media) = site.with(|state| (state.items[0].clone(), state.media.clone()));
    assert_eq!(said(&book, "dcterms:identifier"), pairs(&[(&manifest, "")]));
    assert_eq!(said(&book, "dcterms:title"), pairs(&[("Livre", "fr"), ("Book", "en")]));
    assert_eq!(said(&book, "dcterms:creator"), pairs(&[("Anna", "de")]));
    assert_eq!(
        (&book["o:is_public"], &book["o:item_set"][0]["o:id"], &book["o:resource_template"]["o:id"]),
        (&json!(false), &json!(5), &json!(3))
    );
    assert_eq!((media.len(), &media[0]["o:source"], &media[0]["o:ingester"]), (2, &json!(manifest), &json!("iiif_presentation")));
    assert_eq!((&media[0]["o:data"]["id"], said(&media[0], "dcterms:title").len()), (&json!(manifest), 2));

    let writes = site.with(|state| state.writes.len());
    let second = push(&service, &site, &["--all"]).await;
    assert!(second.status == 0 && second.told.contains("0 created, 0 changed, 2 unchanged, 0 failed"), "{}", second.told);
    assert_eq!(site.with(|state| state.writes.len()), writes);

    site.with(|state| {
        state.items[0]["foaf:name"] = json!([{"type": "literal", "property_id": 9, "@value": "Kept", "is_public": false}]);
        let shelfmark = json!({"type": "literal", "property_id": 110, "@value": "A 1"});
        state.items[0]["dcterms:identifier"].as_array_mut().expect("a list").insert(0, shelfmark);
    });
    let patch = json!({"label": {"en": ["Atlas"]}, "rights": "http://rightsstatements.org/vocab/InC/1.0/"});
    assert_eq!(service.ask_if(Method::PATCH, "/items/book", "*", Some(patch)).await.status, 200);
    let third = push(&service, &site, &["book"]).await;
    assert!(third.status == 0 && third.told.contains("changed    book"), "{}", third.told);
    let changed = site.with(|state| (state.items.len(), state.media.len(), state.items[0].clone()));
    let (2, 2, now) = changed else { panic!("{changed:?}") };
    assert_eq!(said(&now, "dcterms:title"), pairs(&[("Livre", "fr"), ("Atlas", "en")]));
    assert_eq!(said(&now, "dcterms:rights"), pairs(&[("http://rightsstatements.org/vocab/InC/1.0/", "")]));
    assert_eq!(said(&now, "dcterms:identifier"), pairs(&[("A 1", ""), (&manifest, "")]));
    assert_eq!((said(&now, "foaf:name"), &now["foaf:name"][0]["is_public"]), (pairs(&[("Kept", "")]), &json!(false)));
    assert_eq!((&now["o:media"], &now["o:item_set"], &now["o:is_public"]), (&book["o:media"], &book["o:item_set"], &json!(false)));
}

#[tokio::test]
async fn a_dry_run_tells_and_writes_nothing() {
    let (service, site) = (library().await, Site::start().await);
    let dry = push(&service, &site, &["--all", "--dry-run"]).await;
    assert!(dry.status == 0 && dry.told.contains("1 would be created, 0 would be changed"), "{}", dry.told);
    assert_eq!(push(&service, &site, &["book"]).await.status, 0);
    let writes = site.with(|state| state.writes.len());
    assert_eq!(service.ask_if(Method::PATCH, "/items/book", "*", Some(json!({"label": "Atlas"}))).await.status, 200);
    let dry = push(&service, &site, &["--all", "--dry-run"]).await;
    assert!(dry.told.contains("0 would be created, 1 would be changed"), "{}", dry.told);
    let kept = push(&service, &site, &["--all", "--keep-metadata"]).await;
    assert!(kept.told.contains("1 unchanged"), "{}", kept.told);
    assert_eq!(site.with(|state| (state.writes.len(), state.items.len())), (writes, 1));
}

#[tokio::test]
async fn each_image_becomes_a_medium_in_order_and_missing_ones_are_added() {
    let (service, site) = (library().await, Site::start().await);
    let sources = |site: &Site| {
        let media = site.with(|state| state.media.clone());
        media.iter().map(|medium| medium["o:source"].as_str().expect("a source").to_owned()).collect::<Vec<_>>()
    };
    let made = push(&service, &site, &["book", "--media", "images"]).await;
    assert_eq!(made.status, 0, "{}", made.told);
    let wanted = ["page", "ezu%2F1"].map(|image| format!("{}/iiif/3/{image}/info.json", service.base));
    assert_eq!(sources(&site), wanted);
    assert_eq!(site.with(|state| state.items[0]["o:media"].as_array().map(Vec::len)), Some(2));
    site.with(|state| state.media.pop());
    let again = push(&service, &site, &["book", "--media", "images"]).await;
    assert!(again.told.contains("changed    book"), "{}", again.told);
    assert_eq!(sources(&site), wanted);
    let older = push(&service, &site, &["book", "--media", "images", "--iiif", "2"]).await;
    assert_eq!(
        (older.status, sources(&site)[2].as_str()),
        (0, format!("{}/iiif/2/page/info.json", service.base).as_str()),
        "{}",
        older.told
    );
}

#[tokio::test]
async fn what_fails_is_told_in_words_and_the_rest_goes_on() {
    let (service, site) = (library().await, Site::start().await);
    assert_eq!(service.send(Method::POST, "/items", &json!({"id": "draft", "label": "D", "images": ["page"]})).await.0, 201);
    let some = push(&service, &site, &["none", "draft", "book"]).await;
    assert!(some.status == 1 && some.told.contains("1 created, 0 changed, 0 unchanged, 2 failed"), "{}", some.told);
    assert!(some.told.contains("failed     draft  it is not there, or not published"), "{}", some.told);

    service.publish("second", &["page"]).await;
    let refused = push(&service, &site, &["second", "--item-set", "77"]).await;
    assert!(refused.status == 1 && refused.told.contains("status 404: Omeka\\Entity\\ItemSet"), "{}", refused.told);

    let twice = site.with(|state| {
        let mut other = state.items[0].clone();
        other["o:id"] = 900.into();
        state.items.push(other);
        state.writes.len()
    });
    let doubled = push(&service, &site, &["book"]).await;
    assert!(doubled.status == 1 && doubled.told.contains("/admin/item/900"), "{}", doubled.told);
    assert_eq!(site.with(|state| state.writes.len()), twice);
}

#[tokio::test]
async fn an_item_that_omeka_s_cannot_fetch_is_not_half_made() {
    let (service, site) = (library().await, Site::start().await);
    let view = json!({"id": "a", "label": {"en": ["A"]}, "manifest": format!("{}/manifests/none", service.base)});
    let other = elsewhere(vec![("/api/v1/items/a", view)]).await;
    let arguments = ["--server", &site.server.base, "--from", &other.base, "--fetch-networks", "127.0.0.0/8", "a"];
    let failed = run(arguments.map(str::to_owned).to_vec(), CREDENTIAL).await;
    assert!(failed.status == 1 && failed.told.contains("o:source: Error reading the URL: status 404"), "{}", failed.told);
    assert_eq!(site.with(|state| (state.items.len(), state.media.len())), (0, 0));
}

#[tokio::test]
async fn what_is_sent_goes_to_one_address_once_and_any_status_is_an_answer() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let known = seen.clone();
    let server = Server::start(move |request| {
        let kind = request.headers.get("content-type").cloned().unwrap_or_default();
        let body = String::from_utf8(request.body).expect("text");
        known.lock().expect("a list").push(format!("{} {} {kind} {body}", request.method, request.path));
        let status = request.path.trim_start_matches('/').parse().expect("a status");
        async move { (status, "Location: /200\r\n".to_owned(), b"{}".to_vec()) }
    })
    .await;
    let networks = vec!["127.0.0.0/8".parse().expect("a network")];
    let fetcher = Fetcher::new(FetchSettings { networks, max_bytes: 100, timeout: Duration::from_secs(20) });
    let body = json!({"a": "ü"});
    for (method, status, json) in
        [(Method::POST, 200, Some(&body)), (Method::PATCH, 422, Some(&body)), (Method::GET, 404, None), (Method::POST, 307, Some(&body))]
    {
        let sent = fetcher.send_json(method, &format!("{}/{status}?secret=x", server.base), json).await;
        match status {
            307 => assert!(matches!(sent, Err(FetchError::Redirect(_))), "{sent:?}"),
            _ => assert_eq!(sent, Ok(Answered { status, body: b"{}".to_vec() })),
        }
    }
    let json = "application/json {\"a\":\"ü\"}";
    let expected = [format!("POST /200 {json}"), format!("PATCH /422 {json}"), "GET /404  ".to_owned(), format!("POST /307 {json}")];
    assert_eq!(*seen.lock().expect("a list"), expected);
}

#[tokio::test]
async fn nothing_is_begun_where_it_cannot_end() {
    let (service, site) = (library().await, Site::start().await);
    let (server, from) = (site.server.base.as_str(), service.base.as_str());
    let open = ["--fetch-networks", "127.0.0.0/8", "--all"];
    for (arguments, credential, status, told) in [
        (vec!["--server", server, "--from", from, "--all"], CREDENTIAL, 2, "private or reserved network"),
        ([&["--server", from, "--from", from], &open[..]].concat(), CREDENTIAL, 2, "status 404"),
        ([&["--server", "http://127.0.0.1:1", "--from", from], &open[..]].concat(), CREDENTIAL, 2, "does not take connections"),
        ([&["--server", server, "--from", server], &open[..]].concat(), CREDENTIAL, 2, "no list of items"),
        ([&["--server", server], &open[..]].concat(), CREDENTIAL, 2, "--from"),
        ([&["--server", server, "--from", from], &open[..]].concat(), "wrong-secret", 1, "refuses the key"),
        (vec!["--server", server, "--from", from], CREDENTIAL, 2, "ITEM"),
    ] {
        let ran = run(arguments.iter().map(|text| (*text).to_owned()).collect(), credential).await;
        assert!(ran.status == status && ran.told.contains(told), "{arguments:?}: {} {}", ran.status, ran.told);
        assert_eq!(site.with(|state| (state.items.len(), state.media.len())), (0, 0));
    }
}
