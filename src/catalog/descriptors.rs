//! What the image service must know of an identifier, and nothing more.

use std::sync::Arc;

use super::{Catalog, CatalogError};

/// What an image identifier stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Descriptor {
    Registered(Registration),
    /// It was an image once.
    Gone,
    /// Not in the catalogue: perhaps a file of the open mount.
    Unregistered {
        /// Which of the files it could stand for are masters of images that the public may not see.
        closed: Vec<String>,
    },
}

/// The master of a registered image.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Registration {
    pub storage_key: String,
    pub object_version: String,
    pub object_size: i64,
    /// Key and version of the pyramid that was made of the master; none where its tiles are read themselves.
    pub pyramid_key: Option<String>,
    pub pyramid_version: Option<String>,
    pub width: i32,
    pub height: i32,
    pub revision: i64,
    /// Whether anyone may see it: it is marked public, or a published item uses it.
    pub visible: bool,
}

impl Registration {
    /// The key and version of what tiles are read from: the pyramid made of the master, or the master itself.
    pub fn tiles(&self) -> (&str, &str) {
        match (&self.pyramid_key, &self.pyramid_version) {
            (Some(key), Some(version)) => (key, version),
            _ => (&self.storage_key, &self.object_version),
        }
    }
}

impl Catalog {
    /// What `id` stands for, and whether the public may see it. From memory as long as nothing changed.
    ///
    /// `files` are the storage keys that the identifier could mean if it is not registered.
    pub async fn descriptor(&self, id: &str, files: &[String]) -> Result<Arc<Descriptor>, Arc<CatalogError>> {
        self.changes.get_with(id, self.load_descriptor(id, files)).await
    }

    /// The same, if nothing has to be waited for.
    pub fn known_descriptor(&self, id: &str) -> Option<Arc<Descriptor>> {
        self.changes.known(id)
    }

    async fn load_descriptor(&self, id: &str, files: &[String]) -> Result<Descriptor, CatalogError> {
        let statement = concat!(
            "select storage_key, object_version, object_size, pyramid_key, pyramid_version, width, height, revision, ",
            image_is_visible!(),
            " as visible from images i where id = $1"
        );
        let registered: Option<Registration> = sqlx::query_as(statement).bind(id).fetch_optional(&self.pool).await?;
        if let Some(registration) = registered {
            return Ok(Descriptor::Registered(registration));
        }
        if self.is_gone(&self.pool, "image", "", id).await? {
            return Ok(Descriptor::Gone);
        }
        Ok(Descriptor::Unregistered { closed: self.closed_files(files).await? })
    }

    /// Those of `files` that are masters of images of which none may be seen.
    async fn closed_files(&self, files: &[String]) -> Result<Vec<String>, CatalogError> {
        let statement = concat!(
            "select storage_key from images i where storage_key = any($1) group by storage_key having not bool_or(",
            image_is_visible!(),
            ")"
        );
        Ok(sqlx::query_scalar(statement).bind(files).fetch_all(&self.pool).await?)
    }

    /// The tile index of a registered image, as it was when its row had this revision.
    pub async fn tile_index(&self, id: &str, revision: i64) -> Result<Vec<u8>, CatalogError> {
        let statement = "select tile_index from images where id = $1 and revision = $2";
        let index = sqlx::query_scalar(statement).bind(id).bind(revision).fetch_optional(&self.pool).await?;
        index.ok_or(CatalogError::NotFound("image"))
    }

    /// Whether an identifier was used and deleted.
    pub(super) async fn is_gone(
        &self,
        on: impl sqlx::PgExecutor<'_>,
        kind: &'static str,
        item: &str,
        id: &str,
    ) -> Result<bool, CatalogError> {
        let statement = "select exists (select 1 from gone where kind = $1 and item_id = $2 and id = $3)";
        Ok(sqlx::query_scalar(statement).bind(kind).bind(item).bind(id).fetch_one(on).await?)
    }

    /// Why a part of an item is not there.
    pub async fn missing(&self, kind: &'static str, item: &str, id: &str) -> CatalogError {
        self.absent(&self.pool, kind, item, id).await.unwrap_or_else(|error| error)
    }

    /// What to say of a resource that is not there.
    pub(super) async fn absent(
        &self,
        on: impl sqlx::PgExecutor<'_>,
        kind: &'static str,
        item: &str,
        id: &str,
    ) -> Result<CatalogError, CatalogError> {
        let statement = "select m.to_item from gone g left join moved m on m.kind = g.kind and m.item_id = g.item_id and m.id = g.id \
             where g.kind = $1 and g.item_id = $2 and g.id = $3";
        let gone: Option<Option<String>> = sqlx::query_scalar(statement).bind(kind).bind(item).bind(id).fetch_optional(on).await?;
        Ok(match gone {
            Some(Some(to)) => CatalogError::Moved { what: kind, to },
            Some(None) => CatalogError::Gone(kind),
            None => CatalogError::NotFound(kind),
        })
    }
}
