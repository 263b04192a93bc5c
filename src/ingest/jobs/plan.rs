//! From what is asked to the entries of a job: one for each page, with identifiers that do not change whatever happens on the way.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::order::{folder, is_picture, name, natural, stem};
use crate::catalog::{JobItem, NewEntry, NewJob, minted};
use crate::iiif::presentation::{Descriptive, Fault, LanguageMap};
use crate::image_service::UPLOADS;

/// Most pages of one job.
pub const MOST_PAGES: usize = 50_000;
/// Of files that are left out, so many are named.
const NAMED: usize = 100;

/// Where a master is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// In the storage, where it stays.
    Key(String),
    /// Elsewhere, http or https.
    Url(String),
    /// Sent before, as a whole; it ends when it has become a page.
    Upload { id: Uuid, name: String },
    /// Given by a IIIF image service: its base URI or info.json.
    Service(String),
}

impl Place {
    /// As people know it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Key(text) | Self::Url(text) | Self::Service(text) | Self::Upload { id: _, name: text } => text,
        }
    }

    /// What a page is called before somebody calls it something else.
    fn label(&self) -> String {
        match self {
            Self::Key(key) | Self::Upload { id: _, name: key } => stem(key).to_owned(),
            Self::Url(url) => decoded(stem(path(url))),
            // The identifier may have slashes of its own, which are encoded.
            Self::Service(url) => {
                let base = path(url);
                let identifier = decoded(name(base.strip_suffix("/info.json").unwrap_or(base)));
                stem(&identifier).to_owned()
            }
        }
    }
}

fn path(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/')
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A page that is asked for.
#[derive(Clone, Debug)]
pub struct PageSource {
    pub place: Place,
    /// Which picture of a TIFF that has several, from 1.
    pub page: u32,
    /// Of the canvas; the name of the file if it is not given.
    pub label: Option<LanguageMap>,
}

/// Pictures that are to become images, and canvases of an item.
#[derive(Clone, Debug, Default)]
pub struct Ingest {
    /// A new one if it is not given, or not there.
    pub item: Option<String>,
    /// Of a new item.
    pub label: Option<LanguageMap>,
    /// Whether an item is published once all its pages are there.
    pub publish: bool,
    pub sources: Vec<PageSource>,
    /// Instead: every picture in the storage whose key begins like this.
    pub prefix: Option<String>,
    /// An item for each folder of pictures.
    pub item_per_folder: bool,
    pub priority: i32,
    pub key_id: Option<Uuid>,
    pub how: How,
}

/// How pictures become images.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct How {
    /// Nothing is lost between master and pyramid, at several times the size.
    pub lossless: bool,
    /// Whether a master from a URL is kept beside its pyramid.
    pub keep_master: bool,
    /// Whether anyone may see the images even if no published item uses them.
    pub public: bool,
}

/// What an entry does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageWork {
    #[serde(flatten)]
    pub place: Place,
    pub page: u32,
    pub label: LanguageMap,
    pub image: String,
    pub canvas: String,
    pub publish: bool,
    #[serde(flatten)]
    pub how: How,
}

/// Pages of one item.
struct Book {
    item: JobItem,
    pages: Vec<PageSource>,
}

/// The job for pages that are named.
pub(super) fn of_sources(ingest: Ingest) -> Result<NewJob, Vec<Fault>> {
    let mut faults = Vec::new();
    for (at, source) in ingest.sources.iter().enumerate() {
        if let Place::Key(key) = &source.place
            && key.starts_with(UPLOADS)
        {
            faults.push(Fault { pointer: format!("/sources/{at}/key"), detail: "these bytes are of an image already".to_owned() });
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let label = ingest.label.clone().or_else(|| ingest.item.clone().map(LanguageMap::plain));
    let label = label.unwrap_or_else(|| LanguageMap::plain(ingest.sources.first().map_or_else(String::new, |one| one.place.label())));
    let book = Book { item: job_item(ingest.item.clone(), label), pages: ingest.sources.clone() };
    Ok(job(&ingest, vec![book], &[]))
}

/// The job for the objects below a prefix.
pub(super) fn of_folder(ingest: Ingest, keys: Vec<String>) -> Result<NewJob, Vec<Fault>> {
    let (mut pictures, others): (Vec<String>, Vec<String>) =
        keys.into_iter().filter(|key| !key.starts_with("triptych-")).partition(|key| is_picture(key));
    if pictures.is_empty() {
        let detail = match others.len() {
            0 => "there is nothing in the storage whose key begins like this".to_owned(),
            count => format!("none of the {count} files there is a picture, by its ending"),
        };
        return Err(vec![Fault { pointer: "/prefix".to_owned(), detail }]);
    }
    pictures.sort_by(|a, b| natural(a, b));
    let books = match ingest.item_per_folder {
        true => books(pictures),
        false => {
            let label = ingest.label.clone().unwrap_or_else(|| named_after(ingest.item.as_deref(), folder(&pictures[0])));
            vec![Book { item: job_item(ingest.item.clone(), label), pages: pictures.into_iter().map(page_of).collect() }]
        }
    };
    Ok(job(&ingest, books, &others))
}

fn named_after(item: Option<&str>, folder: &str) -> LanguageMap {
    let folder = name(folder);
    LanguageMap::plain(if folder.is_empty() { item.unwrap_or("Untitled") } else { folder })
}

fn page_of(key: String) -> PageSource {
    PageSource { place: Place::Key(key), page: 1, label: None }
}

/// The pictures of each folder together; they come in order, so a folder's are neighbours unless it has folders between them.
fn books(pictures: Vec<String>) -> Vec<Book> {
    let mut books: Vec<Book> = Vec::new();
    let mut places = HashMap::new();
    for key in pictures {
        let at = *places.entry(folder(&key).to_owned()).or_insert_with(|| {
            books.push(Book { item: job_item(None, named_after(None, folder(&key))), pages: Vec::new() });
            books.len() - 1
        });
        books[at].pages.push(page_of(key));
    }
    books
}

fn job_item(id: Option<String>, label: LanguageMap) -> JobItem {
    JobItem { id: id.unwrap_or_else(minted), new: Some(Descriptive { label, ..Descriptive::default() }) }
}

fn job(ingest: &Ingest, books: Vec<Book>, others: &[String]) -> NewJob {
    let items: Vec<&str> = books.iter().map(|book| book.item.id.as_str()).collect();
    let left_out: Vec<&String> = others.iter().take(NAMED).collect();
    let input = json!({"prefix": ingest.prefix, "items": items, "leftOut": left_out, "leftOutCount": others.len()});
    let entries = books.iter().flat_map(|book| book.pages.iter().map(|page| entry(ingest, &book.item.id, page))).collect();
    let items = books.into_iter().map(|book| book.item).collect();
    NewJob { kind: super::INGEST, input, priority: ingest.priority, key_id: ingest.key_id, items, entries }
}

fn entry(ingest: &Ingest, item: &str, source: &PageSource) -> NewEntry {
    let PageSource { place, page, label } = source.clone();
    let label = label.unwrap_or_else(|| LanguageMap::plain(place.label()));
    let work = PageWork { place, page, label, image: minted(), canvas: minted(), publish: ingest.publish, how: ingest.how };
    NewEntry { item_id: Some(item.to_owned()), input: serde_json::to_value(work).expect("strings, numbers and maps are always JSON") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn labels(job: &NewJob) -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value["none"][0].as_str().unwrap_or_default().to_owned();
        job.entries.iter().map(|entry| (entry.item_id.clone().unwrap_or_default(), text(&entry.input["label"]))).collect()
    }

    #[test]
    fn a_folder_becomes_a_book_in_the_order_of_its_pages() {
        let ingest = Ingest { item: Some("book".to_owned()), prefix: Some("s/".to_owned()), ..Ingest::default() };
        let job = of_folder(ingest, keys(&["s/10.tif", "s/2.tif", "s/notes.txt", "triptych-uploads/a.tif"])).expect("a job");
        assert_eq!(labels(&job), [("book".to_owned(), "2".to_owned()), ("book".to_owned(), "10".to_owned())]);
        assert_eq!((&job.input["leftOut"], &job.input["leftOutCount"]), (&json!(["s/notes.txt"]), &json!(1)));
        assert_ne!(job.entries[0].input["image"], job.entries[1].input["image"]);
    }

    #[test]
    fn a_book_for_each_folder() {
        let ingest = Ingest { prefix: Some("s/".to_owned()), item_per_folder: true, ..Ingest::default() };
        let job = of_folder(ingest, keys(&["s/b10/1.tif", "s/b2/2.tif", "s/b2/10.tif", "s/b2/x/1.tif"])).expect("a job");
        let books: Vec<String> =
            job.items.iter().map(|item| item.new.as_ref().expect("new").label.texts().next().expect("a label").1.to_owned()).collect();
        assert_eq!(books, ["b2", "x", "b10"]);
        let pages: Vec<String> = labels(&job).into_iter().map(|(_, label)| label).collect();
        assert_eq!(pages, ["2", "10", "1", "1"]);
    }

    #[test]
    fn what_cannot_be_ingested_is_told() {
        let ingest = || Ingest { prefix: Some("s/".to_owned()), ..Ingest::default() };
        assert!(of_folder(ingest(), Vec::new()).is_err_and(|faults| faults[0].detail.contains("nothing")));
        assert!(of_folder(ingest(), keys(&["s/a.txt"])).is_err_and(|faults| faults[0].detail.contains("1 files")));
        let ours = PageSource { place: Place::Key(format!("{UPLOADS}a.tif")), page: 1, label: None };
        let faults = of_sources(Ingest { sources: vec![ours], ..Ingest::default() }).expect_err("ours");
        assert_eq!(faults[0].pointer, "/sources/0/key");
    }

    #[test]
    fn pages_are_called_after_their_files() {
        for (place, label) in [
            (Place::Key("a/b/001.tif".to_owned()), "001"),
            (Place::Url("https://example.org/scans/page%201.jpg?size=full".to_owned()), "page 1"),
            (Place::Url("https://example.org/".to_owned()), "example"),
            (Place::Upload { id: Uuid::nil(), name: "Blatt 7.tif".to_owned() }, "Blatt 7"),
            (Place::Service("https://example.org/iiif/3/ezu%2F12.tif/info.json".to_owned()), "12"),
            (Place::Service("https://example.org/iiif/3/ezu/".to_owned()), "ezu"),
        ] {
            assert_eq!(place.label(), label);
        }
    }
}
