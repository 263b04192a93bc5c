//! Collections in collections, and many writers at once.

use reqwest::Method;
use serde_json::json;

use super::{add, drafts, fill, held, make};
use crate::support::service::Service;

#[tokio::test]
async fn no_collection_is_in_itself() {
    let service = Service::start().await;
    for id in ["a", "b", "c", "d", "e"] {
        make(&service, id).await;
    }
    fill(&service, "a", json!([{"collection": "b"}, {"collection": "d"}])).await;
    fill(&service, "b", json!([{"collection": "c"}])).await;
    fill(&service, "d", json!([{"collection": "c"}])).await;
    let itself = add(&service, "a", json!({"members": [{"collection": "a"}]})).await;
    assert_eq!(itself.faults(), (422, vec!["/members/0/collection"]));
    let through = add(&service, "c", json!({"members": [{"collection": "e"}, {"collection": "b"}, {"collection": "a"}]})).await;
    assert_eq!(through.faults(), (422, vec!["/members/1/collection", "/members/2/collection"]));
    assert!(through.detail("/members/1/collection").ends_with(r#""b" holds "c" holds "b""#), "{through:?}");
    let told = through.detail("/members/2/collection");
    let ways = ["b", "d"].map(|middle| format!(r#""a" holds "{middle}" holds "c" holds "a""#));
    assert!(ways.iter().any(|way| told.ends_with(way)), "{told}");
    assert!(held(&service, "c").await.is_empty());
    fill(&service, "a", json!([{"collection": "c"}])).await;
    assert_eq!(held(&service, "a").await, ["b", "d", "c"], "a collection may be reached in several ways");
}

#[tokio::test]
async fn two_writers_close_no_circle_together() {
    let service = Service::start().await;
    for round in 0..8 {
        let names = ["x", "y", "z"].map(|name| format!("{name}{round}"));
        for name in &names {
            make(&service, name).await;
        }
        let one_in = |held: &str| json!({"members": [{"collection": held}]});
        let [x, y, z] = &names;
        let (one, two, three) = tokio::join!(add(&service, x, one_in(y)), add(&service, y, one_in(z)), add(&service, z, one_in(x)));
        let mut statuses = [one.status, two.status, three.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 422], "{one:?} {two:?} {three:?}");
    }
}

#[tokio::test]
async fn writers_at_the_same_time_leave_no_gap_and_lose_nothing() {
    let service = Service::start().await;
    make(&service, "all").await;
    let names: Vec<String> = (0..24).map(|n| format!("i{n:02}")).collect();
    drafts(&service, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    fill(&service, "all", names[..12].iter().map(|name| json!({"item": name})).collect()).await;
    let adding = futures_util::future::join_all(
        names[12..].iter().map(|name| add(&service, "all", json!({"position": 3, "members": [{"item": name}]}))),
    );
    let deleting = futures_util::future::join_all((0..6).map(|n| {
        let service = &service;
        async move { service.ask_if(Method::DELETE, &format!("/items/i{n:02}"), "*", None).await.status }
    }));
    let (added, deleted) = tokio::join!(adding, deleting);
    assert!(added.iter().all(|answer| answer.status == 201) && deleted.iter().all(|status| *status == 204), "{added:?} {deleted:?}");
    let mut all = held(&service, "all").await;
    all.sort();
    assert_eq!(all, names[6..]);
    let count = service.record("/collections/all").await;
    assert_eq!((&count["memberCount"], &count["revision"]), (&json!(18), &json!(20)));
}
