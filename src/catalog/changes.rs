//! Image descriptors in memory, kept true by what PostgreSQL tells: a change on any replica reaches all of them as it commits. Others
//! who keep what comes out of the catalogue are told as well.
//!
//! The cache is only used while the connection that listens is known to be well. Without it every look-up asks the database, so
//! that what was withdrawn elsewhere is never shown from memory.

use std::sync::{
    Arc, RwLock,
    atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
};
use std::time::Duration;

use futures_util::FutureExt;
use moka::future::Cache;
use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgNotification};
use tokio::sync::watch;

use super::{Catalog, CatalogError, Descriptor};

/// How many descriptors are kept; each is a few hundred bytes.
const KEPT: u64 = 200_000;
/// How long the listening connection may be silent before it is asked whether it lives.
const SILENCE: Duration = Duration::from_secs(10);
/// Channels of PostgreSQL.
const IMAGES: &str = "triptych_images";
const ITEMS: &str = "triptych_items";
const JOBS: &str = "triptych_jobs";
const PATIENCE: Duration = Duration::from_secs(3);

/// What is remembered of images, and whether it may be trusted.
pub struct Changes {
    known: Cache<String, Arc<Descriptor>>,
    listening: AtomicBool,
    /// Counts what was told: a descriptor read before a change must not be kept after it.
    told: AtomicU64,
    watchers: RwLock<Vec<Watcher>>,
    /// Changes whenever a job does.
    jobs: watch::Sender<()>,
}

type Watcher = Box<dyn Fn(&Told<'_>) + Send + Sync>;

/// Of what the published documents may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    Item(&'a str),
    Everything,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            known: Cache::new(KEPT),
            listening: AtomicBool::new(false),
            told: AtomicU64::new(0),
            watchers: RwLock::default(),
            jobs: watch::Sender::new(()),
        }
    }
}

impl Changes {
    /// The descriptor of `id`, from memory or by `load`, which runs once however many ask at a time.
    pub(super) async fn get_with(
        &self,
        id: &str,
        load: impl Future<Output = Result<Descriptor, CatalogError>>,
    ) -> Result<Arc<Descriptor>, Arc<CatalogError>> {
        if !self.listening.load(SeqCst) {
            return load.await.map(Arc::new).map_err(Arc::new);
        }
        if let Some(descriptor) = self.known.get(id).await {
            return Ok(descriptor);
        }
        let told = self.told.load(SeqCst);
        let descriptor = self.known.try_get_with_by_ref(id, async { load.await.map(Arc::new) }).await?;
        if self.told.load(SeqCst) != told {
            self.known.invalidate(id).await;
        }
        Ok(descriptor)
    }

    /// The descriptor of `id`, if it is in memory and may be trusted.
    pub(super) fn known(&self, id: &str) -> Option<Arc<Descriptor>> {
        if self.listening.load(SeqCst) { self.known.get(id).now_or_never().flatten() } else { None }
    }

    /// Forgets what a change of the image, or of the file with this name, may have made untrue.
    pub(super) async fn forget(&self, id_or_key: &str) {
        self.told.fetch_add(1, SeqCst);
        self.known.invalidate(id_or_key).await;
        for ending in [".tif", ".tiff"] {
            if let Some(id) = id_or_key.strip_suffix(ending) {
                self.known.invalidate(id).await;
            }
        }
    }

    fn forget_all(&self) {
        self.told.fetch_add(1, SeqCst);
        self.known.invalidate_all();
        self.tell(&Told::Everything);
        self.jobs.send_replace(());
    }

    pub(super) fn tell(&self, told: &Told<'_>) {
        if let Ok(watchers) = self.watchers.read() {
            watchers.iter().for_each(|watcher| watcher(told));
        }
    }

    async fn hear(&self, told: &PgNotification) {
        match (told.channel(), told.payload()) {
            (ITEMS, "*") => self.tell(&Told::Everything),
            (ITEMS, item) => self.tell(&Told::Item(item)),
            (JOBS, _) => self.jobs.send_replace(()),
            (_, image) => self.forget(image).await,
        }
    }
}

impl Catalog {
    /// Forgets images at once in this process, so that a writer sees its own change; others are told by the database.
    pub(super) async fn forget_images<'a>(&self, ids_or_keys: impl IntoIterator<Item = &'a str>) {
        for name in ids_or_keys {
            self.changes.forget(name).await;
        }
    }

    /// Changes whenever an entry of a job is queued, begun or finished on any replica, as far as this one is told of it.
    pub fn job_changes(&self) -> watch::Receiver<()> {
        self.changes.jobs.subscribe()
    }

    /// Has `watcher` told of every change that may show in a document, of this process before the change is answered.
    pub fn watch(&self, watcher: impl Fn(&Told<'_>) + Send + Sync + 'static) {
        if let Ok(mut watchers) = self.changes.watchers.write() {
            watchers.push(Box::new(watcher));
        }
    }

    /// Whether changes of other processes are told; if not, nothing that is kept may be trusted.
    pub fn is_listening(&self) -> bool {
        self.changes.listening.load(SeqCst)
    }

    /// Listens for changes until the process ends, connecting again whenever the connection is lost.
    pub async fn listen(self) {
        loop {
            if let Err(error) = self.listen_once().await {
                tracing::warn!("not listening for changes, descriptors are read anew each time: {error}");
            }
            self.changes.listening.store(false, SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn listen_once(&self) -> Result<(), sqlx::Error> {
        let mut listener = listener(&self.pool).await?;
        self.changes.forget_all();
        self.changes.listening.store(true, SeqCst);
        loop {
            match tokio::time::timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(told))) => self.changes.hear(&told).await,
                Ok(Ok(None)) => return Err(sqlx::Error::WorkerCrashed),
                Ok(Err(error)) => return Err(error),
                Err(_) => alive(&mut listener).await?,
            }
        }
    }
}

async fn listener(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen_all([IMAGES, ITEMS, JOBS]).await?;
    Ok(listener)
}

async fn alive(listener: &mut PgListener) -> Result<(), sqlx::Error> {
    let asked = tokio::time::timeout(PATIENCE, sqlx::query("select 1").execute(listener)).await;
    asked.map_err(|_| sqlx::Error::PoolTimedOut)?.map(drop)
}
