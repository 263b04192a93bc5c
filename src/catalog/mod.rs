//! Items, canvases, images and keys in PostgreSQL: the only SQL of the service, one file a table.
//!
//! Every row that can be changed has a revision number; a change says which revision it was made for. Identifiers that were
//! deleted stay in the table `gone` and are refused for ever.

/// Whether anyone may see an image, as SQL over `images i`: it is marked public, or a published item uses it on a canvas that is not
/// hidden.
macro_rules! image_is_visible {
    () => {
        "(i.public or exists (select 1 from canvases c join items t on t.id = c.item_id \
                              where c.image_id = i.id and not c.hidden and t.status = 'published') \
                   or exists (select 1 from canvas_images p join items t on t.id = p.item_id \
                              join canvases c on c.item_id = p.item_id and c.id = p.canvas_id \
                              where p.image_id = i.id and not c.hidden and t.status = 'published'))"
    };
}

/// Whether somebody sees a member of a collection, as SQL over `collection_members m`: `$2` says that drafts are seen too.
macro_rules! member_is_seen {
    () => {
        "($2 or m.elsewhere is not null or exists (select 1 from items t where t.id = m.item_id and t.status = 'published') \
             or exists (select 1 from collections t where t.id = m.member_id and t.status = 'published')) "
    };
}

/// The image that stands for an item, as SQL: that of its first canvas that has one of ours and is not hidden.
macro_rules! image_of_item {
    ($item:literal) => {
        concat!(
            "left join lateral (select m.id as image_id, m.width as image_width, m.height as image_height, m.tile_size \
                 from canvases c join images m on m.id = coalesce(c.image_id, \
                     (select min(p.image_id) from canvas_images p where p.item_id = c.item_id and p.canvas_id = c.id)) \
                 where not c.hidden and c.item_id = ",
            $item,
            " order by c.position limit 1) f on true "
        )
    };
}

/// What the file is called that the image on a canvas was made of, as SQL over `canvases`: its own name, or that in the storage.
macro_rules! file_name_of_canvas {
    () => {
        "(select coalesce(i.file_name, case when not i.uploaded then regexp_replace(i.storage_key, '^.*/', '') end) from images i \
          where i.id = coalesce(canvases.image_id, (select min(p.image_id) from canvas_images p \
                                                    where p.item_id = canvases.item_id and p.canvas_id = canvases.id))) as file_name "
    };
}

/// Completes a statement with the columns of [`Canvas`].
macro_rules! canvas_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " item_id, id, position, width, height, duration, descriptive, image_id, painting, hidden, revision, created, modified, ",
            file_name_of_canvas!(),
            $after
        )
    };
}

/// Completes a statement with the columns of [`Item`] from `items i`.
macro_rules! select_items {
    ($rest:literal) => {
        concat!(
            "select id, status, descriptive, revision, created, modified, \
             (select count(*) from canvases c where c.item_id = i.id) as canvas_count, \
             (select count(*) from canvases c where c.item_id = i.id and c.hidden) as hidden_count from items i where ",
            $rest
        )
    };
}

mod annotation_pages;
mod canvases;
mod changes;
mod collection_imports;
mod collection_members;
mod collections;
mod descriptors;
mod documents;
mod hidden;
mod images;
mod imports;
mod items;
mod job_queue;
mod jobs;
mod keys;
mod nesting;
mod page_work;
mod precondition;
mod public;
mod public_collections;
mod reading_order;
mod sheet_undo;
mod spreadsheets;
mod structures;
mod transfers;
mod uploads;

use std::sync::Arc;

use sqlx::PgPool;

use crate::iiif::presentation::Fault;

pub use annotation_pages::{AnnotationPage, AnnotationPageContent};
pub use canvases::{Canvas, CanvasContent, NewCanvas};
pub use changes::{Changes, Told};
pub use collection_imports::CollectionSource;
pub use collection_members::{CollectionMember, MemberTarget};
pub use collections::{Collection, CollectionContent};
pub use descriptors::{Descriptor, Registration};
pub use documents::{DocumentKey, Stamp, StoredDocument};
pub use images::{Checksums, Image, MasterFinding, MasterReport, NewImage};
pub use imports::{NewImport, Source};
pub use items::{Item, ItemContent, ItemFilter, Status};
pub use job_queue::{Claim, Held, NewPage};
pub use jobs::{EntryState, Job, JobEntry, JobItem, JobProgress, NewEntry, NewJob};
pub use keys::{ApiKey, NewApiKey};
pub use page_work::{Labelled, MissingPages};
pub use precondition::Precondition;
pub use public::{NamedImage, PlacedImage, PublicCanvas, PublicItem};
pub use public_collections::{Holder, PublicMember};
pub use sheet_undo::Undone;
pub use spreadsheets::{CanvasWrite, ItemWrite, SheetWork, Spreadsheet};
pub use transfers::{NewPart, Transferred};
pub use uploads::{NewUpload, UPLOAD_HOLD, Upload, UploadPart};

/// The catalogue over one database.
#[derive(Clone)]
pub struct Catalog {
    pool: PgPool,
    changes: Arc<Changes>,
}

impl Catalog {
    /// A catalogue over `pool`, whose schema is up to date.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, changes: Arc::default() }
    }

    /// Whether the database answers.
    pub async fn check(&self) -> Result<(), CatalogError> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }
}

/// A part of a list, with the key to ask the next part with.
#[derive(Debug)]
pub struct Page<T> {
    pub entries: Vec<T>,
    /// Where the next page starts after; `None` on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts off the one entry that was asked for beyond `limit`, which tells that there are more.
    fn cut(mut entries: Vec<T>, limit: usize, key: impl Fn(&T) -> String) -> Self {
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = if more { entries.last().map(key) } else { None };
        Self { entries, next }
    }
}

/// Why the catalogue did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("this {0} was deleted; its identifier is not used again")]
    Gone(&'static str),
    #[error("this {what} is in the item \"{to}\" now")]
    Moved { what: &'static str, to: String },
    #[error("there is a {0} with this identifier already")]
    Exists(&'static str),
    #[error("the resource is at revision {current} by now")]
    Stale { current: i64 },
    #[error("the resource exists: say which revision is to be changed")]
    PreconditionRequired,
    /// The image is still on canvases: the items, some of them.
    #[error("the image is used by canvases of {0:?}")]
    InUse(Vec<String>),
    /// What was sent does not fit what is there.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
    #[error("the database cannot be asked: {0}")]
    Unavailable(sqlx::Error),
    #[error("the database refused: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for CatalogError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        let away = match &error {
            Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed | Protocol(_) => true,
            // 08: connection exception; 53: insufficient resources; 57P: the server is going down or coming up.
            sqlx::Error::Database(told) => {
                told.code().is_some_and(|code| code.starts_with("08") || code.starts_with("53") || code.starts_with("57P"))
            }
            _ => false,
        };
        if away { Self::Unavailable(error) } else { Self::Database(error) }
    }
}

/// An identifier for a resource that came without one: unique, and in the order of creation.
pub fn minted() -> String {
    uuid::Uuid::now_v7().to_string()
}
