//! Jobs: work that goes on after the answer. They lie in the catalogue, where the workers of every replica take their entries one by
//! one; what a worker leaves that was killed is taken by another one when its lease has run out.

mod order;
mod page;
mod plan;
mod words;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

pub use order::{is_picture, natural};
pub use plan::{How, Ingest, MOST_PAGES, PageSource, PageWork, Place};

use super::masters::Masters;
use super::progress::Progress;
use super::{Puller, UploadError, Uploads};
use crate::catalog::{Catalog, CatalogError, Claim, Held, Job};
use crate::fetch::Fetcher;
use crate::iiif::presentation::Fault;
use crate::storage::{Storage, StorageError};
use page::Left;

/// The kind of job that makes pages of pictures.
const INGEST: &str = "ingest";
/// How often work is looked for though nobody told of any.
const POLL: Duration = Duration::from_secs(3);
/// How often a worker says how far it is.
const BEAT: Duration = Duration::from_secs(1);
/// How often an entry is begun whose worker was never heard of again.
const MOST_LOST: i32 = 20;
/// How often an entry is tried that fails for what may pass by itself.
const MOST_TRIES: i32 = 5;
/// Keys read at a time from a listing.
const LISTED: usize = 1000;

/// Why a job was not taken on.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
}

/// Takes jobs on, and does them.
#[derive(Clone)]
pub struct Jobs {
    catalog: Catalog,
    masters: Masters,
    storage: Storage,
    others: Others,
    /// How many entries are worked on at a time.
    workers: usize,
}

/// Where masters come from that are not in the storage.
#[derive(Clone)]
pub struct Others {
    pub fetcher: Fetcher,
    pub puller: Puller,
    pub uploads: Uploads,
}

/// How work on an entry ended.
enum Outcome {
    Done,
    /// Why, in plain words, and whether it may pass by itself.
    Failed(String, bool),
    /// The job was cancelled.
    Cancelled,
    /// Somebody else has it.
    Lost,
    /// The service stops.
    Leaving,
}

impl Jobs {
    pub fn new(catalog: Catalog, masters: Masters, storage: Storage, others: Others, workers: usize) -> Self {
        Self { catalog, masters, storage, others, workers }
    }

    /// Puts an ingest into the queue.
    ///
    /// # Errors
    /// Nothing is queued then.
    pub async fn ingest(&self, mut ingest: Ingest) -> Result<Job, IngestError> {
        self.check_label(&ingest).await?;
        self.name_uploads(&mut ingest.sources).await?;
        let new = match ingest.prefix.clone() {
            Some(prefix) => plan::of_folder(ingest, self.keys(&prefix).await?),
            None => plan::of_sources(ingest),
        };
        Ok(self.catalog.create_job(&new.map_err(IngestError::Faults)?).await?)
    }

    /// A label is for a new item: one that is there has its own.
    async fn check_label(&self, ingest: &Ingest) -> Result<(), IngestError> {
        let (Some(item), Some(_)) = (&ingest.item, &ingest.label) else { return Ok(()) };
        match self.catalog.item(item).await {
            Err(CatalogError::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(_) => {
                let detail = "the item is there already and has a label: leave this one out, or change that with PATCH".to_owned();
                Err(IngestError::Faults(vec![Fault { pointer: "/label".to_owned(), detail }]))
            }
        }
    }

    /// Uploads are called like their files; all must be there, and whole.
    async fn name_uploads(&self, sources: &mut [PageSource]) -> Result<(), IngestError> {
        let mut faults = Vec::new();
        for (at, source) in sources.iter_mut().enumerate() {
            let Place::Upload { id, name } = &mut source.place else { continue };
            let detail = match self.others.uploads.find(*id).await {
                Ok(upload) if upload.is_complete() => {
                    *name = upload.name.unwrap_or_else(|| id.to_string());
                    continue;
                }
                Ok(upload) => format!("only {} of its {} bytes are there: send the rest", upload.received, upload.length),
                Err(UploadError::Catalog(CatalogError::NotFound(_) | CatalogError::Gone(_))) => {
                    "there is no such upload any more".to_owned()
                }
                Err(UploadError::Catalog(error)) => return Err(error.into()),
                Err(error) => error.to_string(),
            };
            faults.push(Fault { pointer: format!("/sources/{at}/upload"), detail });
        }
        if faults.is_empty() { Ok(()) } else { Err(IngestError::Faults(faults)) }
    }

    /// Every key that begins like this.
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, IngestError> {
        let mut keys: Vec<String> = Vec::new();
        loop {
            let more = self.storage.list(prefix, keys.last().map(String::as_str), LISTED).await?;
            let last = more.len() < LISTED;
            keys.extend(more);
            if keys.len() > MOST_PAGES {
                let detail = format!("there are more than {MOST_PAGES} files; ingest them in parts, by longer prefixes");
                return Err(IngestError::Faults(vec![Fault { pointer: "/prefix".to_owned(), detail }]));
            }
            if last {
                return Ok(keys);
            }
        }
    }

    /// Does jobs until `stop` resolves; what is not done then is given back to the queue.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let worker = Uuid::now_v7();
        // Nothing is ever sent: the end of the sender is what is told.
        let (stopper, stopped) = watch::channel(());
        let mut lanes = JoinSet::new();
        for _ in 0..self.workers.max(1) {
            lanes.spawn(self.clone().work(worker, stopped.clone()));
        }
        lanes.spawn(self.clone().requeue(stopped));
        stop.await;
        drop(stopper);
        while lanes.join_next().await.is_some() {}
        if let Err(error) = self.catalog.release_entries(worker).await {
            tracing::warn!("entries of jobs are given back when their leases run out: {error}");
        }
    }

    /// One entry after the other.
    async fn work(self, worker: Uuid, stopped: watch::Receiver<()>) {
        let mut changes = self.catalog.job_changes();
        while stopped.has_changed().is_ok() {
            changes.mark_unchanged();
            match self.catalog.claim_entry(worker).await {
                Ok(Some(claim)) => self.entry(&claim, &stopped).await,
                nothing => {
                    if let Err(error) = nothing {
                        tracing::warn!("no work can be taken: {error}");
                    }
                    tokio::select! {
                        _ = changes.changed() => {}
                        () = tokio::time::sleep(POLL) => {}
                        () = ended(stopped.clone()) => {}
                    }
                }
            }
        }
    }

    /// Finds what nobody works on any more.
    async fn requeue(self, stopped: watch::Receiver<()>) {
        while stopped.has_changed().is_ok() {
            match self.catalog.requeue_lost().await {
                Ok(0) => {}
                Ok(count) => tracing::warn!("{count} entries of jobs were left by their workers and are begun again"),
                Err(error) => tracing::warn!("lost work cannot be looked for: {error}"),
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = ended(stopped.clone()) => {}
            }
        }
    }

    async fn entry(&self, claim: &Claim, stopped: &watch::Receiver<()>) {
        self.masters.remove((1..claim.attempts).flat_map(|attempt| Left::of(claim, attempt).keys())).await;
        let outcome = match claim.strikes {
            _ if claim.stopping => Outcome::Cancelled,
            MOST_LOST.. => Outcome::Failed(format!("the service ended {} times while it worked on this", claim.strikes - 1), false),
            _ => self.attempt(claim, stopped).await,
        };
        if let Err(error) = self.end(claim, outcome).await {
            tracing::warn!("the end of entry {} of job {} is told when its lease has run out: {error}", claim.number, claim.job_id);
        }
    }

    /// Works on an entry, as long as the worker has it and the service goes on.
    async fn attempt(&self, claim: &Claim, stopped: &watch::Receiver<()>) -> Outcome {
        let progress = Progress::default();
        let prepared = tokio::select! {
            prepared = self.prepare_page(claim, &progress) => prepared,
            held = self.beat(claim, &progress) => return if held == Held::Stopping { Outcome::Cancelled } else { Outcome::Lost },
            () = ended(stopped.clone()) => return Outcome::Leaving,
        };
        let (work, prepared) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return words::outcome(&error),
        };
        // On a task of its own, which nothing cuts off: bytes in the storage are never left without somebody who knows of them.
        let (jobs, own) = (self.clone(), claim.clone());
        let settled = tokio::spawn(async move { jobs.settle_page(&own, &work, prepared).await });
        let keeping = async { while self.beat(claim, &progress).await == Held::Stopping {} };
        tokio::pin!(keeping, settled);
        let settled = tokio::select! {
            settled = &mut settled => settled,
            () = &mut keeping => settled.await,
        };
        match settled {
            Ok(Ok(true)) => Outcome::Done,
            Ok(Ok(false)) => Outcome::Lost,
            Ok(Err(error)) => words::outcome(&error),
            Err(error) => Outcome::Failed(format!("it could not be worked on: {error}"), true),
        }
    }

    /// Says again and again how far the work is; ends when it is not wanted any more.
    async fn beat(&self, claim: &Claim, progress: &Progress) -> Held {
        loop {
            tokio::time::sleep(BEAT).await;
            match self.catalog.renew_entry(claim, &progress.now()).await {
                Ok(Held::Yes) => {}
                Ok(held) => return held,
                // Whether it is held still is asked again when it is done.
                Err(error) => tracing::warn!("a lease cannot be renewed: {error}"),
            }
        }
    }

    /// Clears away what a failed attempt left, and writes down how it ended.
    async fn end(&self, claim: &Claim, outcome: Outcome) -> Result<(), CatalogError> {
        if !matches!(outcome, Outcome::Done) {
            self.masters.remove(Left::of(claim, claim.attempts).keys()).await;
        }
        match outcome {
            Outcome::Done | Outcome::Lost | Outcome::Leaving => Ok(()),
            Outcome::Cancelled => self.catalog.cancel_entry(claim).await.map(drop),
            Outcome::Failed(why, passing) => {
                let again = (passing && claim.strikes < MOST_TRIES).then(|| Duration::from_secs(1 << claim.strikes.clamp(0, 6)));
                self.catalog.fail_entry(claim, &format!("{}: {why}", page::name(claim)), again).await.map(drop)
            }
        }
    }
}

/// Resolves when the service stops.
async fn ended(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}
