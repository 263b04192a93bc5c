//! Jobs.

use poem_openapi::{Enum, Object};
use serde_json::Value;
use uuid::Uuid;

use super::item::StatusName;
use super::language::LanguageText;
use super::moment;
use crate::api::problem::Problem;
use crate::catalog::{EntryState, Job, JobEntry};
use crate::iiif::ids::ResourceId;
use crate::iiif::presentation::Fault;
use crate::iiif::uris::Uris;
use crate::ingest::{How, Ingest, PageSource, PageWork, Place};

/// Pictures that are to become the pages of an item: either `sources` or `prefix`.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct IngestInput {
    /// Id of the item. One that is there gets the pages at its end; else a new one is made, as a draft, with a minted id if none is given.
    pub item: Option<String>,
    /// Of a new item; its id or the name of the folder if it is not given.
    pub label: Option<LanguageText>,
    /// `published`: the item is published once all pages of the job are there, and not before.
    pub status: Option<StatusName>,
    /// The masters in the order of the pages, whichever is done first.
    #[oai(validator(min_items = 1, max_items = 50000))]
    pub sources: Option<Vec<SourceInput>>,
    /// Every picture in the storage whose key begins like this, a page each, in the order in which people count: 2 before 10. Files
    /// that are no pictures, by their endings, are left out and named in the answer.
    #[oai(validator(min_length = 1, max_length = 1024))]
    pub prefix: Option<String>,
    /// With `prefix`: a new item for each folder, called like the folder.
    #[oai(default)]
    pub item_per_folder: bool,
    /// Higher ones first, from -100 to 100: a new page can overtake a whole reel.
    #[oai(default, validator(minimum(value = "-100"), maximum(value = "100")))]
    pub priority: i32,
    /// Pyramids lose nothing of the masters, at several times the size.
    #[oai(default)]
    pub lossless: bool,
    /// Masters from URLs and uploads are kept beside their pyramids. Those in the storage stay anyway.
    #[oai(default)]
    pub keep_master: bool,
    /// Anyone may see the images even if no published item uses them.
    #[oai(default)]
    pub public: bool,
}

/// A master: one of `key`, `url`, `upload` and `service`.
#[derive(Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SourceInput {
    /// Its key in the storage, where it stays.
    #[oai(validator(min_length = 1, max_length = 1024))]
    pub key: Option<String>,
    /// Where it is, http or https.
    #[oai(validator(min_length = 1, max_length = 8192))]
    pub url: Option<String>,
    /// An upload that is whole; it ends when it has become a page.
    pub upload: Option<String>,
    /// A IIIF image service, by its base URI or info.json: the largest picture that it gives is taken.
    #[oai(validator(min_length = 1, max_length = 8192))]
    pub service: Option<String>,
    /// Which picture of a TIFF that has several, from 1.
    #[oai(validator(minimum(value = "1")))]
    pub page: Option<u32>,
    /// Of the canvas; the name of the file without its ending if it is not given.
    pub label: Option<LanguageText>,
}

impl IngestInput {
    /// What to ingest and how, or everything that is wrong with it.
    pub fn check(self, key: Uuid) -> Result<Ingest, Problem> {
        let mut told = self.faults();
        let Self { item, label, status, sources, prefix, item_per_folder, priority, lossless, keep_master, public } = self;
        let sources: Vec<PageSource> =
            sources.unwrap_or_default().into_iter().enumerate().filter_map(|(at, source)| source.check(at, &mut told)).collect();
        if !told.is_empty() {
            return Err(Problem::invalid(told));
        }
        Ok(Ingest {
            item,
            label: label.map(|label| label.0),
            publish: matches!(status, Some(StatusName::Published)),
            sources,
            prefix,
            item_per_folder,
            priority,
            key_id: Some(key),
            how: How { lossless, keep_master, public },
        })
    }

    fn faults(&self) -> Vec<Fault> {
        let mut told = Vec::new();
        let mut tell = |pointer: &str, detail: String| told.push(Fault { pointer: pointer.to_owned(), detail });
        if let Some(Err(error)) = self.item.as_deref().map(ResourceId::parse) {
            tell("/item", error.to_string());
        }
        if self.sources.is_some() == self.prefix.is_some() {
            tell("/sources", "send either sources or prefix".to_owned());
        }
        if self.item_per_folder {
            if self.prefix.is_none() {
                tell("/itemPerFolder", "this needs prefix".to_owned());
            }
            for (pointer, given) in [("/item", self.item.is_some()), ("/label", self.label.is_some())] {
                if given {
                    tell(pointer, "with itemPerFolder each folder becomes a new item that is called like the folder".to_owned());
                }
            }
        }
        told
    }
}

impl SourceInput {
    fn of(work: &PageWork) -> Self {
        let PageWork { place, page, label, image: _, canvas: _, publish: _, how: _ } = work.clone();
        let empty = Self { key: None, url: None, upload: None, service: None, page: Some(page), label: Some(LanguageText(label)) };
        match place {
            Place::Key(key) => Self { key: Some(key), ..empty },
            Place::Url(url) => Self { url: Some(url), ..empty },
            Place::Upload { id, name: _ } => Self { upload: Some(id.to_string()), ..empty },
            Place::Service(service) => Self { service: Some(service), ..empty },
        }
    }

    fn check(self, at: usize, told: &mut Vec<Fault>) -> Option<PageSource> {
        let Self { key, url, upload, service, page, label } = self;
        let upload = match upload.map(|id| Uuid::parse_str(&id)).transpose() {
            // Its name is looked up where the job is planned.
            Ok(upload) => upload.map(|id| Place::Upload { id, name: String::new() }),
            Err(_) => {
                told.push(Fault { pointer: format!("/sources/{at}/upload"), detail: "it is not the id of an upload".to_owned() });
                return None;
            }
        };
        let given = [key.map(Place::Key), url.map(Place::Url), upload, service.map(Place::Service)];
        let mut given = given.into_iter().flatten();
        let (Some(place), None) = (given.next(), given.next()) else {
            told.push(Fault { pointer: format!("/sources/{at}"), detail: "give one of key, url, upload and service".to_owned() });
            return None;
        };
        Some(PageSource { place, page: page.unwrap_or(1), label: label.map(|label| label.0) })
    }
}

/// Where a job or an entry of one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum StateName {
    Queued,
    Running,
    Done,
    /// Of a job: some entries failed, and nothing is left to do.
    Failed,
    Cancelled,
}

impl From<EntryState> for StateName {
    fn from(state: EntryState) -> Self {
        match state {
            EntryState::Queued => Self::Queued,
            EntryState::Running => Self::Running,
            EntryState::Done => Self::Done,
            EntryState::Failed => Self::Failed,
            EntryState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<StateName> for EntryState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Queued => Self::Queued,
            StateName::Running => Self::Running,
            StateName::Done => Self::Done,
            StateName::Failed => Self::Failed,
            StateName::Cancelled => Self::Cancelled,
        }
    }
}

/// Work that goes on after the answer, and how far it is.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct JobView {
    pub id: String,
    /// What is done: `ingest`.
    pub kind: String,
    pub state: StateName,
    /// Somebody cancelled it: nothing more of it is begun.
    pub cancelling: bool,
    /// From 0 to 1, entries that are half done included.
    pub progress: f64,
    pub priority: i32,
    /// How many entries are in each state.
    pub entries: EntryCounts,
    /// What was asked: for an ingest, the ids of its `items`, its `prefix`, and which files were left out.
    pub input: Value,
    /// Id of the key that asked for it.
    pub key: Option<String>,
    pub created: String,
    /// When nothing was left to do.
    pub finished: Option<String>,
    /// URL of the entries.
    pub entries_url: String,
    /// URL of the live stream.
    pub events: String,
}

/// How many entries are in each state.
#[derive(Object)]
pub struct EntryCounts {
    pub total: i32,
    pub queued: i32,
    pub running: i32,
    pub done: i32,
    pub failed: i32,
    pub cancelled: i32,
}

impl JobView {
    pub fn of(job: Job, uris: &Uris) -> Self {
        let (state, total, id) = (job.state().into(), job.entries(), job.id.to_string());
        let Job { id: _, kind, input, priority, key_id, stopping, queued, running, done, failed, cancelled, progress, created, finished } =
            job;
        Self {
            kind,
            state,
            cancelling: stopping && finished.is_none(),
            progress: (progress * 1000.0).floor() / 1000.0,
            priority,
            entries: EntryCounts { total, queued, running, done, failed, cancelled },
            input,
            key: key_id.map(|key| key.to_string()),
            created: moment(created),
            finished: finished.map(moment),
            entries_url: uris.api(&["jobs", &id, "entries"]),
            events: uris.api(&["jobs", &id, "events"]),
            id,
        }
    }
}

/// A part of a job.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct EntryView {
    /// Its place in the job, from 1.
    pub number: i32,
    pub state: StateName,
    /// The master, with the label that its canvas gets.
    pub source: Option<SourceInput>,
    /// Id of the item that the page belongs to.
    pub item: Option<String>,
    /// Id that the page's image has, or will have.
    pub image: Option<String>,
    /// Id that the page's canvas has, or will have.
    pub canvas: Option<String>,
    /// How often it was begun.
    pub attempts: i32,
    /// How far it is, in `unit`s.
    pub done: i64,
    /// How many there are, where that is known.
    pub total: Option<i64>,
    /// `bytes` while a master is read, `rows` of pixels while its pyramid is made.
    pub unit: Option<String>,
    /// Why it failed, or is to be tried again.
    pub error: Option<String>,
    pub modified: String,
}

impl From<JobEntry> for EntryView {
    fn from(entry: JobEntry) -> Self {
        let JobEntry { number, item_id, input, state, attempts, progress, result: _, error, modified } = entry;
        let work: Option<PageWork> = serde_json::from_value(input).ok();
        let source = work.as_ref().map(SourceInput::of);
        let (image, canvas) = work.map(|work| (work.image, work.canvas)).unzip();
        Self {
            number,
            state: state.into(),
            source,
            item: item_id,
            image,
            canvas,
            attempts,
            done: progress.done,
            total: progress.total,
            unit: progress.unit,
            error,
            modified: moment(modified),
        }
    }
}

/// What is told of a job while it goes on: the job itself whenever it changes, and its entries that changed since.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct JobEvent {
    pub job: JobView,
    pub entries: Vec<EntryView>,
}
