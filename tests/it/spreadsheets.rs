//! Spreadsheets over REST: in, looked at or applied, taken back, and out.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::documents::header;
use crate::support::rest::{Answer, answer};
use crate::support::service::Service;

/// Sends a sheet; `query` begins with `?` or is empty.
async fn send(service: &Service, query: &str, sheet: impl Into<Vec<u8>>) -> Answer {
    let request = service.rest(Method::POST, &format!("/spreadsheets{query}")).header("Content-Type", "text/csv");
    answer(request.body(sheet.into())).await
}

/// Sends a sheet that must be applied; gives its id.
async fn applied(service: &Service, query: &str, sheet: &str) -> String {
    let made = send(service, query, sheet).await;
    assert_eq!((made.status, &made.body["applied"]), (201, &json!(true)), "{made:?}");
    let id = made.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(made.header("location"), format!("{}/api/v1/spreadsheets/{id}", service.base));
    id
}

async fn undo(service: &Service, id: &str, query: &str) -> Answer {
    service.ask(Method::POST, &format!("/spreadsheets/{id}/undo{query}"), None).await
}

async fn exported(service: &Service, query: &str) -> String {
    let response = service.rest(Method::GET, &format!("/spreadsheets/export{query}")).send().await.expect("an answer");
    assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "text/csv; charset=utf-8"));
    assert!(header(&response, "content-disposition").starts_with("attachment; filename=\""));
    response.text().await.expect("text")
}

fn counts(answer: &Answer) -> [u64; 4] {
    ["new", "changed", "unchanged", "refused"].map(|name| answer.body["counts"][name].as_u64().expect("a count"))
}

/// An item as it is read, without what counts changes.
async fn state(service: &Service, item: &str) -> Value {
    let mut whole = json!([service.record(&format!("/items/{item}")).await, service.record(&format!("/items/{item}/canvases")).await]);
    forget_times(&mut whole);
    whole
}

fn forget_times(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(forget_times),
        Value::Object(object) => {
            ["revision", "modified", "created"].iter().for_each(|name| drop(object.remove(*name)));
            object.values_mut().for_each(forget_times);
        }
        _ => {}
    }
}

const ITEMS: &str = "id;label@en;label@cs;metadata.Author@none;images;status\r\n\
    herbarium;A Herbarium;Herbář;Anna|Beate;a/1|a/2;published\r\n\
    atlas;\"An Atlas; large\";;;;\r\n";

#[tokio::test]
async fn a_sheet_makes_items_and_the_same_sheet_again_changes_nothing() {
    let service = Service::start().await;
    service.images_named(&["a/1", "a/2"]).await;
    let before = service.tables().await;
    let tried = send(&service, "?dryRun=true", ITEMS).await;
    assert_eq!((tried.status, counts(&tried), &tried.body["applied"]), (200, [2, 0, 0, 0], &json!(false)), "{tried:?}");
    assert_eq!(service.tables().await, before);
    let id = applied(&service, "", ITEMS).await;
    let item = service.record("/items/herbarium").await;
    assert_eq!((&item["label"], &item["status"]), (&json!({"en": ["A Herbarium"], "cs": ["Herbář"]}), &json!("published")));
    assert_eq!(item["metadata"], json!([{"label": {"none": ["Author"]}, "value": {"none": ["Anna", "Beate"]}}]));
    let canvases = service.record("/items/herbarium/canvases").await;
    let images: Vec<&Value> = canvases["items"].as_array().expect("canvases").iter().map(|canvas| &canvas["image"]).collect();
    assert_eq!((images, &canvases["items"][0]["width"]), (vec![&json!("a/1"), &json!("a/2")], &json!(509)));
    assert_eq!(service.json("/manifests/herbarium").await["items"].as_array().map(Vec::len), Some(2));
    let after = service.tables().await;
    let again = send(&service, "", ITEMS).await;
    assert_eq!((again.status, counts(&again)), (201, [0, 0, 2, 0]), "{again:?}");
    assert_eq!(service.tables().await, after);
    let read = service.record(&format!("/spreadsheets/{id}")).await;
    assert_eq!(
        (&read["counts"]["new"], &read["rows"][0]["manifest"]),
        (&json!(2), &json!(format!("{}/manifests/herbarium", service.base)))
    );
    let result =
        service.rest(Method::GET, &format!("/spreadsheets/{id}/result")).send().await.expect("an answer").text().await.expect("text");
    let expected = format!(
        "\u{feff}row,item,canvas,manifest,outcome,faults\r\n2,herbarium,,{base}/manifests/herbarium,new,\r\n3,atlas,,{base}/manifests/atlas,new,\r\n",
        base = service.base
    );
    assert_eq!(result, expected);
}

#[tokio::test]
async fn a_dry_run_tells_every_difference_and_every_fault_with_its_cell() {
    let service = Service::start().await;
    applied(&service, "", "id,label@en,summary\natlas,An Atlas,Maps\n").await;
    let before = service.tables().await;
    let sheet = "id,label@en,summary,metadata.Author,rigths\natlas,The Atlas,-,,\nherbarium,,x,,\natlas,y,,,\n";
    let tried = send(&service, "?dryRun=true", sheet).await;
    assert_eq!((tried.status, counts(&tried)), (200, [0, 1, 0, 2]), "{tried:?}");
    let differences = json!([
        {"cell": "B2", "column": "label@en", "old": "An Atlas", "new": "The Atlas"}, {"cell": "C2", "column": "summary", "old": "Maps"}
    ]);
    assert_eq!(tried.body["rows"][0]["differences"], differences);
    assert_eq!((&tried.body["faults"][0]["cell"], &tried.body["rows"][1]["faults"][0]["cell"]), (&json!("E1"), &json!("B3")));
    assert!(tried.body["faults"][0]["detail"].as_str().is_some_and(|detail| detail.contains("rights")), "{tried:?}");
    for query in ["", "?atomic=false"] {
        let refused = send(&service, query, sheet).await;
        assert_eq!(refused.faults(), (422, vec!["/E1", "/B3", "/A4"]), "{refused:?}");
    }
    assert_eq!(service.tables().await, before);
}

#[tokio::test]
async fn a_fault_keeps_all_rows_out_or_only_its_own() {
    let service = Service::start().await;
    let sheet = "id,label\none,One\ntwo,\nthree,Three\n";
    let refused = send(&service, "", sheet).await;
    assert_eq!(refused.faults(), (422, vec!["/B3"]));
    assert_eq!(service.ask(Method::GET, "/items/one", None).await.status, 404);
    let partly = send(&service, "?atomic=false", sheet).await;
    assert_eq!((partly.status, counts(&partly)), (201, [2, 0, 0, 1]), "{partly:?}");
    assert_eq!(service.ask(Method::GET, "/items/two", None).await.status, 404);
    assert_eq!(service.record("/items/three").await["label"], json!({"none": ["Three"]}));
}

#[tokio::test]
async fn canvases_are_rows_too() {
    let service = Service::start().await;
    service.images_named(&["a/1", "a/2"]).await;
    service.place("tiff/vips-jpeg90.tif", "own.tif");
    assert_eq!(service.ask(Method::POST, "/images", Some(json!({"id": "own", "key": "own.tif"}))).await.status, 201);
    applied(&service, "", ITEMS).await;
    let sheet = "item,id,label@en,image,key,width,height,duration\n\
        atlas,p1,Cover,a/1,,,,\natlas,p2,Map 1,,own.tif,1000,2000,\natlas,p3,Empty,,,30,40,\natlas,p4,Song,,,,,12.5\n";
    applied(&service, "", sheet).await;
    let canvases = service.record("/items/atlas/canvases").await;
    let told: Vec<Value> =
        canvases["items"].as_array().expect("canvases").iter().map(|c| json!([c["id"], c["image"], c["width"], c["duration"]])).collect();
    let expected =
        [json!(["p1", "a/1", 509, null]), json!(["p2", "own", 1000, null]), json!(["p3", null, 30, null]), json!(["p4", null, null, 12.5])];
    assert_eq!(told, expected);
    assert_eq!(service.record("/items/atlas").await["revision"], 2);
    assert_eq!(counts(&send(&service, "", sheet).await), [0, 0, 4, 0]);
    let before = state(&service, "atlas").await;
    let id = applied(&service, "", "item,id,label@en,image,width\natlas,p1,Front,a/2,\natlas,p5,New,a/1,\natlas,p3,-,,31\n").await;
    let canvases = service.record("/items/atlas/canvases").await;
    assert_eq!((&canvases["items"][0]["image"], &canvases["items"][4]["id"]), (&json!("a/2"), &json!("p5")));
    assert_eq!((&canvases["items"][2]["width"], canvases["items"][2].get("label")), (&json!(31), None));
    assert_eq!(undo(&service, &id, "").await.body, json!({"undone": ["atlas"], "kept": [], "gone": []}));
    assert_eq!(state(&service, "atlas").await, before);
    let sheet = "item,id,image,key,width,height\natlas,new,,,5,\nnowhere,p,a/1,,,\natlas,p9,a/9,,,\natlas,p8,,x.tif,,\natlas,p1,a/1,own.tif,,\natlas,p1,,,0,\n";
    let refused = send(&service, "", sheet).await;
    assert_eq!(refused.faults(), (422, vec!["/C2", "/E2", "/A3", "/C4", "/C4", "/C5", "/D5", "/D6", "/B7", "/E7"]), "{refused:?}");
}

#[tokio::test]
async fn what_was_painted_comes_back_when_the_image_in_its_place_goes() {
    let service = Service::start().await;
    service.images_named(&["a/1", "a/2"]).await;
    let painted = json!([{"type": "AnnotationPage", "items": [
        {"type": "Annotation", "motivation": "painting", "body": {"type": "Image", "image": "a/1"}, "target": "xywh=0,0,5,5"}
    ]}]);
    let item = json!({"id": "atlas", "label": "A", "canvases": [{"id": "p1", "width": 10, "height": 10, "items": painted}]});
    assert_eq!(service.ask(Method::POST, "/items", Some(item)).await.status, 201);
    let before = state(&service, "atlas").await;
    let id = applied(&service, "", "item,id,image\natlas,p1,a/2\n").await;
    assert_eq!(undo(&service, &id, "").await.status, 200);
    assert_eq!(state(&service, "atlas").await, before);
    assert_eq!(service.ask_if(Method::DELETE, "/images/a%2F1", "*", None).await.status, 409);
    let id = applied(&service, "", "item,id,image\natlas,p1,a/2\n").await;
    let after = state(&service, "atlas").await;
    assert_eq!(service.ask_if(Method::DELETE, "/images/a%2F1", "*", None).await.status, 204);
    assert_eq!(undo(&service, &id, "").await.faults(), (409, vec!["/items/atlas"]));
    assert_eq!(undo(&service, &id, "?partial=true").await.body["kept"], json!(["atlas"]));
    assert_eq!(state(&service, "atlas").await, after);
}

#[tokio::test]
async fn an_undone_sheet_leaves_everything_as_it_was() {
    let service = Service::start().await;
    service.images_named(&["a/1", "a/2", "a/3"]).await;
    applied(&service, "", ITEMS).await;
    let before = [state(&service, "herbarium").await, state(&service, "atlas").await];
    let sheet =
        "id,label@en,summary,images,status\nherbarium,Renamed,New,a/3,draft\natlas,-,x,,\nnew,New,,a/1,\npublic,Public,,a/2,published\n";
    let id = applied(&service, "?atomic=false", sheet).await;
    assert_eq!(service.get("/manifests/herbarium").await.status(), 404);
    let undone = undo(&service, &id, "").await;
    assert_eq!(undone.body, json!({"undone": ["herbarium", "new", "public"], "kept": [], "gone": ["public"]}), "{undone:?}");
    assert_eq!([state(&service, "herbarium").await, state(&service, "atlas").await], before);
    assert_eq!(service.get("/manifests/herbarium").await.status(), 200);
    assert_eq!(service.ask(Method::GET, "/items/new", None).await.status, 404);
    assert_eq!(service.ask(Method::GET, "/items/public", None).await.status, 410);
    assert_eq!(undo(&service, &id, "").await.status, 409);
    applied(&service, "", "id,label@en,images\nnew,Better,a/1\n").await;
    let refused = send(&service, "", "id,label@en\npublic,Again\n").await;
    assert_eq!(refused.faults(), (422, vec!["/A2"]));
}

#[tokio::test]
async fn what_was_edited_since_is_named_and_kept() {
    let service = Service::start().await;
    let id = applied(&service, "", "id,label\none,One\ntwo,Two\nthree,Three\n").await;
    let edit = service.rest(Method::PATCH, "/items/two").header("If-Match", "*").json(&json!({"summary": "mine"}));
    assert_eq!(answer(edit).await.status, 200);
    assert_eq!(service.ask_if(Method::DELETE, "/items/three", "*", None).await.status, 204);
    let before = service.tables().await;
    let refused = undo(&service, &id, "").await;
    assert_eq!(refused.faults(), (409, vec!["/items/three", "/items/two"]), "{refused:?}");
    assert_eq!(service.tables().await, before);
    let undone = undo(&service, &id, "?partial=true").await;
    assert_eq!(undone.body, json!({"undone": ["one"], "kept": ["three", "two"], "gone": []}));
    assert_eq!(service.record("/items/two").await["summary"], json!({"none": ["mine"]}));
    assert_eq!(service.ask(Method::GET, "/items/one", None).await.status, 404);
    assert_eq!(undo(&service, "0192f0c1-7d0e-7c3a-9a51-6f5f6c0f2b11", "").await.status, 404);
    assert_eq!(undo(&service, "book", "").await.status, 404);
}

#[tokio::test]
async fn what_goes_out_comes_in_without_a_change() {
    let service = Service::start().await;
    service.images_named(&["a/1", "a/2"]).await;
    applied(&service, "", ITEMS).await;
    let odd = json!({
        "id": "odd", "label": {"en": ["=1+1", "a|b"], "cs": ["-"], "zh-Hant": [" two\nlines\\ "]}, "summary": {"none": ["'@x", "\tx"]},
        "metadata": [
            {"label": {"en": ["Again"]}, "value": {"en": ["one"]}}, {"label": {"en": ["Again"]}, "value": {"en": ["two"]}},
            {"label": {"en": ["A@b, \"c\""], "fr": ["Z"]}, "value": {"none": ["x;y"], "de": ["z"]}}
        ],
        "requiredStatement": {"label": {"en": ["Attribution"]}, "value": {"en": ["Somebody"]}}, "navDate": "1856-01-01T00:00:00+02:00",
        "rights": "http://creativecommons.org/licenses/by/4.0/", "viewingDirection": "right-to-left", "behavior": ["paged"],
        "seeAlso": [{"id": "https://example.org/1.xml", "type": "Dataset"}],
        "canvases": [{"id": "p1", "image": "a/1", "label": {"en": ["=p"]}}, {"id": "p2", "width": 5, "height": 7, "duration": 0.1}]
    });
    assert_eq!(service.ask(Method::POST, "/items", Some(odd)).await.status, 201);
    let before = service.tables().await;
    for (query, rows) in [("", 3), ("?rows=items&label=herb", 1), ("?rows=canvases", 4), ("?status=draft", 2), ("?label=nothing", 0)] {
        let sheet = exported(&service, query).await;
        assert!(sheet.starts_with('\u{feff}'));
        let again = send(&service, "", sheet.clone()).await;
        assert_eq!((again.status, counts(&again)), (201, [0, 0, rows, 0]), "{query}\n{sheet}\n{again:?}");
        let semicolons = send(&service, "?dryRun=true", format!("sep=,\r\n{}", sheet.trim_start_matches('\u{feff}'))).await;
        assert_eq!(counts(&semicolons), [0, 0, rows, 0]);
    }
    assert_eq!(service.tables().await, before);
    let open = service.get("/api/v1/spreadsheets/export").await.text().await.expect("text");
    assert!(open.contains("herbarium") && !open.contains("atlas"), "{open}");
    let none = service.get("/api/v1/spreadsheets/export?status=draft").await.text().await.expect("text");
    assert_eq!(none.lines().count(), 1);
}

#[tokio::test]
async fn what_is_no_sheet_is_refused_with_a_cure() {
    let service = Service::start().await;
    for (sheet, pointer, part) in [
        (&b""[..], "", "first row"),
        (b"id,label\nh,H\xE1j\xE8ek\n", "", "windows-1250"),
        (b"id,label\nh,\"open\n", "/B2", "quotation mark"),
    ] {
        let refused = send(&service, "?dryRun=true", sheet).await;
        assert_eq!(refused.faults(), (422, vec![pointer]), "{refused:?}");
        assert!(refused.detail(pointer).contains(part), "{refused:?}");
    }
    let named = service.rest(Method::POST, "/spreadsheets").header("Content-Type", "text/csv; charset=\"windows-1250\"");
    assert_eq!(answer(named.body(&b"id,label\nh,H\xE1j\xE8ek\n"[..])).await.status, 201);
    assert_eq!(service.record("/items/h").await["label"], json!({"none": ["Hájček"]}));
    let json = service.ask(Method::POST, "/spreadsheets", Some(json!({}))).await;
    assert_eq!(json.status, 415);
    let stranger = service.request(Method::POST, "/api/v1/spreadsheets").header("Content-Type", "text/csv").body("id,label\nx,y\n");
    assert_eq!(answer(stranger).await.status, 401);
    let template = service.get("/api/v1/spreadsheets/template?rows=canvases").await.text().await.expect("text");
    assert!(template.starts_with("\u{feff}item,id,image"), "{template}");
}

#[tokio::test]
async fn a_draft_that_no_viewer_can_open_is_not_published_by_a_sheet() {
    let service = Service::start().await;
    let id = |part: &str| format!("https://example.org/{part}");
    let body = json!({"id": id("i.jpg"), "type": "Image", "format": "image/jpeg", "width": 10, "height": 10});
    let annotation = json!({"id": id("a"), "type": "Annotation", "motivation": "painting", "target": id("other"), "body": body});
    let page = json!({"id": id("p"), "type": "AnnotationPage", "items": [annotation]});
    let canvas = json!({"id": id("c"), "type": "Canvas", "width": 10, "height": 10, "items": [page]});
    let context = "http://iiif.io/api/presentation/3/context.json";
    let mut document = json!({"@context": context, "id": id("m"), "type": "Manifest", "label": {"en": ["M"]}, "items": [canvas]});
    assert_eq!(service.send(Method::POST, "/imports", &json!({"document": document, "id": "astray"})).await.0, 201);
    let sheet = "id,label@en,status\nastray,N,published\nempty,E,published\nother,O,draft\n";
    let tried = send(&service, "?dryRun=true", sheet).await;
    assert_eq!((counts(&tried), &tried.body["rows"][0]["faults"][0]["cell"]), ([1, 0, 0, 2], &json!("C2")), "{tried:?}");
    assert_eq!(send(&service, "", sheet).await.faults(), (422, vec!["/C2", "/C3"]));
    assert_eq!(counts(&send(&service, "?atomic=false", sheet).await), [1, 0, 0, 2]);
    assert_eq!(service.record("/items/astray").await["label"], json!({"en": ["M"]}));
    document["items"][0]["items"][0]["items"][0]["target"] = id("c").into();
    assert_eq!(service.send(Method::POST, "/imports", &json!({"document": document})).await.0, 200);
    applied(&service, "", "id,status\nastray,Published\n").await;
    assert_eq!(service.get("/manifests/astray").await.status(), 200);
}

#[tokio::test]
async fn two_sheets_at_a_time_do_not_stand_in_each_others_way() {
    let service = Service::start().await;
    let sheet = |from: usize, step: isize, label: &str| {
        let rows = (0..700).map(|place: isize| format!("i{},{label}\n", from as isize + step * place));
        ["id,label\n".to_owned()].into_iter().chain(rows).collect::<String>()
    };
    applied(&service, "", &sheet(0, 1, "begin")).await;
    let (up, down) = (sheet(0, 1, "up"), sheet(699, -1, "down"));
    let (up, down) = futures_util::join!(send(&service, "", up), send(&service, "", down));
    assert_eq!((up.status, down.status, counts(&up), counts(&down)), (201, 201, [0, 700, 0, 0], [0, 700, 0, 0]));
    let last = service.record("/items/i0").await["label"].clone();
    for item in ["i350", "i699"] {
        assert_eq!(service.record(&format!("/items/{item}")).await["label"], last);
    }
}
