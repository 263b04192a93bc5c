//! Sheets through all of the pure functions.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::canvas_rows::{self, CanvasRows};
use super::columns::{Column, Heading};
use super::item_rows::{ImagesKnown, ItemRows, Known};
use super::*;
use crate::catalog::{Canvas, Item, ItemWrite, Status};
use crate::iiif::presentation::{Descriptive, LabelValue, LanguageMap, samples};

fn item(id: &str, descriptive: Descriptive) -> Item {
    let now = OffsetDateTime::UNIX_EPOCH;
    Item {
        id: id.to_owned(),
        status: Status::Draft,
        descriptive,
        revision: 1,
        created: now,
        modified: now,
        canvas_count: 2,
        hidden_count: 0,
    }
}

fn described(value: Value) -> Descriptive {
    serde_json::from_value(value).expect("properties")
}

fn known(items: Vec<Item>) -> Known {
    let images = ImagesKnown {
        ids: ["a/1", "a/2"].map(str::to_owned).into(),
        by_key: HashMap::from([("1.tif".to_owned(), vec!["a/1".to_owned()]), ("2.tif".to_owned(), vec!["x".to_owned(), "y".to_owned()])]),
    };
    let gone = ["gone".to_owned()].into();
    let placed = [("herbarium".to_owned(), "a/1".to_owned())].into();
    Known { items: items.into_iter().map(|item| (item.id.clone(), item)).collect(), gone, images, placed }
}

fn plan(text: &str, known: &Known) -> (Report, Vec<ItemWrite>) {
    let sheet = Sheet::read(text.as_bytes(), None).expect("a sheet");
    let mut rows = ItemRows::default();
    let (reports, writes): (Vec<_>, Vec<_>) = sheet.records.iter().map(|record| rows.plan(&sheet, record, known)).unzip();
    (Report { faults: sheet.faults.clone(), rows: reports }, writes.into_iter().flatten().collect())
}

fn exported(items: &[Item]) -> String {
    let mut export = Export::new(Rows::Items);
    items.iter().for_each(|item| export.note(&item.descriptive).expect("few columns"));
    let rows = items.iter().map(|item| export.item(item, "https://h.org/manifests/x"));
    [export.head()].into_iter().chain(rows).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[-=+@'|\\\\;,\"a]{1,5}", "[ \ta\n\r]{1,5}", "\\PC{1,12}", Just(String::new())]
}

fn map() -> impl Strategy<Value = LanguageMap> {
    let language = prop_oneof![Just("none"), Just("en"), Just("zh-Hant"), Just("not a tag")];
    proptest::collection::vec((language, proptest::collection::vec(text(), 0..3)), 0..4).prop_map(|entries| {
        let mut map = LanguageMap::default();
        entries.into_iter().for_each(|(language, texts)| map.extend(language, texts));
        map
    })
}

fn descriptive() -> impl Strategy<Value = Descriptive> {
    let label = prop_oneof![map(), "[A-D@.\\[\\] ]{1,3}".prop_map(LanguageMap::plain), Just(LanguageMap::new("en", "Creator"))];
    let pair = (label, map()).prop_map(|(label, value)| LabelValue { label, value }).boxed();
    let own = (map(), map(), proptest::collection::vec(pair.clone(), 0..5), proptest::option::of(pair), samples::any_descriptive());
    own.prop_map(|(label, summary, metadata, required_statement, rest)| {
        let all = Descriptive { label, summary, metadata, required_statement, ..rest };
        // The catalogue holds no null characters.
        serde_json::from_str(&serde_json::to_string(&all).expect("JSON").replace("\\u0000", "0")).expect("properties")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_exported_changes_nothing_when_it_is_read_again(all in proptest::collection::vec(descriptive(), 1..4)) {
        let items: Vec<Item> = all.into_iter().enumerate().map(|(place, one)| item(&format!("i{place}"), one)).collect();
        let sheet = exported(&items);
        let (report, writes) = plan(&sheet, &known(items.clone()));
        prop_assert!(report.all_faults().next().is_none(), "{sheet}\n{report:?}");
        prop_assert_eq!(report.count(Outcome::Unchanged), items.len(), "{}\n{:?}", sheet, report);
        prop_assert!(writes.is_empty());
    }

    #[test]
    fn what_is_exported_makes_items_elsewhere_that_are_exported_the_same(one in descriptive()) {
        let sheet = exported(&[item("i", one)]);
        let (report, writes) = plan(&sheet, &known(Vec::new()));
        for write in writes {
            let again = exported(&[item("i", write.descriptive)]);
            let cells = |sheet: &str| {
                let read = Sheet::read(sheet.as_bytes(), None).expect("a sheet");
                let cell = |heading: &Heading| (heading.column.clone(), read.cell(&read.records[0], heading).to_owned());
                read.headings.iter().map(cell).filter(|(_, cell)| !cell.is_empty()).collect::<BTreeMap<_, _>>()
            };
            let (before, mut after) = (cells(&sheet), cells(&again));
            // A statement that came without a label has got one.
            after.retain(|column, cell| before.contains_key(column) || !matches!(column, Column::StatementLabel(_)) || cell != "Attribution");
            prop_assert_eq!(before, after, "{:?}", report);
        }
    }

    #[test]
    fn canvases_read_back_as_they_were_exported(
        descriptive in descriptive(), size in proptest::option::of((1..9000, 1..9000)), duration in proptest::option::of(0.001..1e6)
    ) {
        let now = OffsetDateTime::UNIX_EPOCH;
        let canvas = Canvas {
            file_name: None,
            hidden: false,
            item_id: "herbarium".to_owned(), id: "p1".to_owned(), position: 0, width: size.map(|size| size.0), height: size.map(|size| size.1),
            duration, descriptive, image_id: Some("a/1".to_owned()), painting: None, revision: 1, created: now, modified: now,
        };
        let mut export = Export::new(Rows::Canvases);
        export.note(&canvas.descriptive).expect("few columns");
        let text = export.head() + &export.canvas(&canvas);
        let sheet = Sheet::read(text.as_bytes(), None).expect("a sheet");
        let Known { items, images, .. } = known(vec![item("herbarium", Descriptive::default())]);
        let canvases = HashMap::from([(("herbarium".to_owned(), "p1".to_owned()), canvas)]);
        let known = canvas_rows::Known { items, images, canvases, ..canvas_rows::Known::default() };
        let (report, write) = CanvasRows::default().plan(&sheet, &sheet.records[0], &known);
        prop_assert!(sheet.faults.is_empty() && write.is_none(), "{} {:?}", text, report);
        prop_assert_eq!(report.outcome, Outcome::Unchanged, "{} {:?}", text, report);
    }
}

#[test]
fn a_row_says_what_it_changes_and_leaves_the_rest() {
    let before = described(json!({
        "label": {"en": ["A Herbarium"], "cs": ["Herbář"]}, "summary": "Plants", "rights": "http://creativecommons.org/licenses/by/4.0/",
        "metadata": [{"label": {"en": ["Author"]}, "value": "Anna"}, {"label": "Date", "value": "1850"}], "behavior": ["paged"]
    }));
    let known = known(vec![item("herbarium", before.clone())]);
    let text = "id,label@en,label@cs,summary,metadata.Author,metadata.Place@en,behavior,rights\r\n\
        herbarium,A Herbarium,,-,Anna | Beate,Prag,individuals,-\r\n";
    let (report, writes) = plan(text, &known);
    let told: Vec<_> = report.rows[0].differences.iter().map(|d| (d.cell.as_str(), d.old.as_deref(), d.new.as_deref())).collect();
    let expected = [
        ("D2", Some("Plants"), None),
        ("E2", Some("Anna"), Some("Anna|Beate")),
        ("F2", None, Some("Prag")),
        ("G2", Some("paged"), Some("individuals")),
        ("H2", Some("http://creativecommons.org/licenses/by/4.0/"), None),
    ];
    assert_eq!(told, expected, "{report:?}");
    let after = described(json!({
        "label": {"en": ["A Herbarium"], "cs": ["Herbář"]}, "behavior": ["individuals"],
        "metadata": [
            {"label": {"en": ["Author"]}, "value": ["Anna", "Beate"]}, {"label": "Date", "value": "1850"},
            {"label": {"en": ["Place"]}, "value": {"en": ["Prag"]}}
        ]
    }));
    assert_eq!(writes[0].descriptive, after);
}

#[test]
fn every_fault_is_told_with_its_cell() {
    let text = "id;lable@en;label@en;status;rights;images;keys;navDate;;metadata.Author@en\n\
        herbarium;;-;published;All mine;;;;;\n\
        new item;;;;;;;;;\n\
        herbarium;;x;draft;;a/9;;;x;\n\
        gone;;x;sometimes;;;1.tif|2.tif|3.tif;1850;;<script>x</script>\n\
        fresh;;x;published;;;;;;\n\
        ;;x;;;;;;;\n\
        right;;x;published;;a/1|a/2;1.tif;1850-01-01T00:00:00Z;;Anna\n";
    let before = described(json!({"label": {"en": ["A"]}}));
    let (report, writes) = plan(text, &known(vec![item("herbarium", before)]));
    let cells: Vec<&str> = report.all_faults().map(|fault| fault.cell.as_str()).collect();
    let expected = ["B1", "C2", "E2", "A3", "C3", "A4", "F4", "I4", "A5", "D5", "G5", "G5", "H5", "J5", "D6", "A7"];
    assert_eq!(cells, expected, "{:#?}", report.all_faults().collect::<Vec<_>>());
    let written: Vec<_> = writes.iter().map(|write| (write.id.as_str(), write.status, write.images.clone())).collect();
    assert_eq!(written, [("right", Status::Published, vec!["a/1".to_owned(), "a/2".to_owned()])]);
}

#[test]
fn images_are_added_once() {
    let known = known(vec![item("herbarium", described(json!({"label": "A"})))]);
    let (report, writes) = plan("id,images,keys\nherbarium,a/1|a/2|a/2,1.tif\n", &known);
    assert_eq!((report.count(Outcome::Changed), &writes[0].images, writes[0].position), (1, &vec!["a/2".to_owned()], 2));
    assert_eq!(plan("id,images\nherbarium,a/1\n", &known).0.count(Outcome::Unchanged), 1);
}

#[test]
fn faults_that_were_there_before_are_no_fault_of_the_sheet() {
    let odd = described(json!({"label": {"en": ["A"]}, "rights": "All mine"}));
    let known = known(vec![item("odd", odd)]);
    assert_eq!(plan("id,summary\nodd,x\n", &known).0.count(Outcome::Changed), 1);
    assert_eq!(plan("id,rights\nodd,Yours\n", &known).0.count(Outcome::Refused), 1);
}

#[test]
fn a_template_is_a_sheet_without_rows() {
    for rows in [Rows::Items, Rows::Canvases] {
        let sheet = Sheet::read(Export::template(rows).as_bytes(), None).expect("a sheet");
        assert_eq!((sheet.rows, sheet.faults, sheet.records.len()), (rows, Vec::new(), 0));
        assert!(sheet.headings.len() > 5);
    }
}

proptest! {
    #[test]
    fn no_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "(id|item|label@en|-|\"|,|;|\n|\\||\\PC){0,40}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(sheet) = Sheet::read(bytes, Some("windows-1252")) {
                let mut rows = ItemRows::default();
                sheet.records.iter().for_each(|record| drop(rows.plan(&sheet, record, &Known::default())));
            }
        }
    }
}
