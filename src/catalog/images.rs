//! Images: masters in storage that were opened and measured.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Catalog, CatalogError, Page, Precondition, Told};

/// A registered image.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Image {
    pub id: String,
    pub storage_key: String,
    /// Whether the service stored the master itself and deletes it with the image.
    pub uploaded: bool,
    /// Of the master.
    pub object_version: String,
    /// Of the master.
    pub object_size: i64,
    /// Where the pyramid is that was made of the master and goes with the image; none where the master is served itself.
    pub pyramid_key: Option<String>,
    pub pyramid_version: Option<String>,
    #[sqlx(json)]
    pub report: MasterReport,
    #[sqlx(flatten)]
    pub sums: Checksums,
    pub width: i32,
    pub height: i32,
    /// Edge of the square tiles that info.json offers.
    pub tile_size: i32,
    /// Shown to anyone even if no published item uses it.
    pub public: bool,
    pub revision: i64,
    pub created: OffsetDateTime,
    pub modified: OffsetDateTime,
}

impl Image {
    /// The key and version of what tiles are read from: the pyramid made of the master, or the master itself.
    pub fn tiles(&self) -> (&str, &str) {
        match (&self.pyramid_key, &self.pyramid_version) {
            (Some(key), Some(version)) => (key, version),
            _ => (&self.storage_key, &self.object_version),
        }
    }
}

/// SHA-256 of an image's bytes, as far as they were read whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Checksums {
    /// Of the master as it came.
    #[sqlx(rename = "master_sha256")]
    pub master: Option<Vec<u8>>,
    /// Of the pyramid that was made of it.
    #[sqlx(rename = "pyramid_sha256")]
    pub pyramid: Option<Vec<u8>>,
}

/// What a master was found to be when it was registered.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct MasterReport {
    /// Kind of file, such as `JPEG 2000`.
    pub kind: Option<String>,
    pub findings: Vec<MasterFinding>,
}

/// Something worth knowing of a master.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct MasterFinding {
    /// `note`, `odd`, `slow` or `refused`.
    pub severity: String,
    pub what: String,
    /// What to do about it; empty when nothing needs to be done.
    pub cure: String,
}

/// What opening and measuring a master gave.
#[derive(Clone, Debug)]
pub struct NewImage {
    pub id: String,
    pub storage_key: String,
    pub uploaded: bool,
    pub object_version: String,
    pub object_size: i64,
    /// Key and version of the pyramid that was made of the master.
    pub pyramid: Option<(String, String)>,
    pub report: MasterReport,
    pub sums: Checksums,
    pub width: i32,
    pub height: i32,
    /// Edge of the square tiles that info.json offers.
    pub tile_size: i32,
    pub tile_index: Vec<u8>,
    pub public: bool,
}

/// Completes a statement with the columns of [`Image`].
macro_rules! image_columns {
    ($before:literal, $after:expr) => {
        concat!(
            $before,
            " id, storage_key, uploaded, object_version, object_size, pyramid_key, pyramid_version, report, master_sha256, \
             pyramid_sha256, width, height, tile_size, public, revision, created, modified ",
            $after
        )
    };
}

impl Catalog {
    /// Whether an image may be registered under `id`: not if it exists or existed.
    pub async fn image_id_is_free(&self, id: &str) -> Result<(), CatalogError> {
        let exists: bool = sqlx::query_scalar("select exists (select 1 from images where id = $1)").bind(id).fetch_one(&self.pool).await?;
        if exists {
            return Err(CatalogError::Exists("image"));
        }
        if self.is_gone(&self.pool, "image", "", id).await? { Err(CatalogError::Gone("image")) } else { Ok(()) }
    }

    /// Whether the bytes at this storage key are the master of an image, or its pyramid.
    pub async fn is_in_use(&self, key: &str) -> Result<bool, CatalogError> {
        let statement = "select exists (select 1 from images where storage_key = $1 or pyramid_key = $1)";
        Ok(sqlx::query_scalar(statement).bind(key).fetch_one(&self.pool).await?)
    }

    /// Adds an image. Its identifier must be new.
    pub async fn create_image(&self, new: &NewImage) -> Result<Image, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let image = self.insert_image(&mut transaction, new).await?;
        transaction.commit().await?;
        self.forget_images([new.id.as_str(), &new.storage_key]).await;
        Ok(image)
    }

    /// Adds an image within a change that is larger.
    pub(super) async fn insert_image(&self, transaction: &mut sqlx::PgTransaction<'_>, new: &NewImage) -> Result<Image, CatalogError> {
        let statement = image_columns!(
            "insert into images (id, storage_key, uploaded, object_version, object_size, width, height, tile_size, tile_index, public, \
             pyramid_key, pyramid_version, report, master_sha256, pyramid_sha256) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::json, $14, $15) on conflict (id) do nothing returning",
            ""
        );
        let image: Option<Image> = bind_measured(sqlx::query_as(statement), new).fetch_optional(&mut **transaction).await?;
        let image = image.ok_or(CatalogError::Exists("image"))?;
        // Asked after the insert, which waits for a deletion that is under way.
        if self.is_gone(&mut **transaction, "image", "", &new.id).await? {
            return Err(CatalogError::Gone("image"));
        }
        Ok(image)
    }

    /// Measures an existing image anew: the same master, opened again. Its size must not have changed. Gives what it was before, too.
    pub async fn replace_image(&self, new: &NewImage, precondition: &Precondition) -> Result<(Image, Image), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let current = self.lock_image(&mut transaction, &new.id, precondition).await?;
        let statement = image_columns!(
            "update images set storage_key = $2, uploaded = $3, object_version = $4, object_size = $5, width = $6, \
             height = $7, tile_size = $8, tile_index = $9, public = $10, pyramid_key = $11, pyramid_version = $12, report = $13::json, \
             master_sha256 = $14, pyramid_sha256 = $15, revision = revision + 1, modified = now() where id = $1 returning",
            ""
        );
        let image: Image = bind_measured(sqlx::query_as(statement), new).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Everything);
        self.forget_images([new.id.as_str(), &new.storage_key, &current.storage_key]).await;
        Ok((image, current))
    }

    pub async fn image(&self, id: &str) -> Result<Image, CatalogError> {
        let image = sqlx::query_as(image_columns!("select", "from images where id = $1")).bind(id).fetch_optional(&self.pool).await?;
        match image {
            Some(image) => Ok(image),
            None => Err(self.absent(&self.pool, "image", "", id).await?),
        }
    }

    /// The images that are painted on the canvases of these items, in reading order, each with its item.
    pub async fn images_of_items(&self, items: &[&str]) -> Result<Vec<(String, String)>, CatalogError> {
        let statement = "select c.item_id, coalesce(c.image_id, p.image_id) from canvases c \
             left join canvas_images p on p.item_id = c.item_id and p.canvas_id = c.id and c.image_id is null \
             where c.item_id = any($1) and not c.hidden and coalesce(c.image_id, p.image_id) is not null order by c.item_id, c.position, p.image_id";
        Ok(sqlx::query_as(statement).bind(items).fetch_all(&self.pool).await?)
    }

    /// The images on the canvases of an item, each once, in the order in which they come first.
    pub async fn images_of_item(&self, item: &str) -> Result<Vec<String>, CatalogError> {
        self.item(item).await?;
        let statement = "select coalesce(c.image_id, p.image_id) from canvases c left join canvas_images p on p.item_id = c.item_id and p.canvas_id = c.id and c.image_id is null \
             where c.item_id = $1 and coalesce(c.image_id, p.image_id) is not null group by 1 order by min(c.position), 1";
        Ok(sqlx::query_scalar(statement).bind(item).fetch_all(&self.pool).await?)
    }

    /// Those of `ids` that are no images.
    pub async fn unknown_images(&self, ids: &[&str]) -> Result<Vec<String>, CatalogError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let statement =
            "select id from unnest($1::text[]) as named (id) where not exists (select 1 from images i where i.id = named.id collate \"C\")";
        Ok(sqlx::query_scalar(statement).bind(ids).fetch_all(&self.pool).await?)
    }

    /// Whether anyone may see the image.
    pub async fn image_is_visible(&self, id: &str) -> Result<bool, CatalogError> {
        let statement = concat!("select ", image_is_visible!(), " from images i where id = $1");
        Ok(sqlx::query_scalar(statement).bind(id).fetch_optional(&self.pool).await?.unwrap_or(false))
    }

    /// Images in the order of their identifiers; without `all` only those that anyone may see.
    pub async fn images(&self, all: bool, after: Option<&str>, limit: usize) -> Result<Page<Image>, CatalogError> {
        let statement = image_columns!(
            "select",
            concat!("from images i where ($1 or ", image_is_visible!(), ") and ($2::text is null or id > $2) order by id limit $3")
        );
        let entries = sqlx::query_as(statement).bind(all).bind(after).bind(limit as i64 + 1).fetch_all(&self.pool).await?;
        Ok(Page::cut(entries, limit, |image: &Image| image.id.clone()))
    }

    pub async fn set_image_public(&self, id: &str, public: bool, precondition: &Precondition) -> Result<Image, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_image(&mut transaction, id, precondition).await?;
        let statement =
            image_columns!("update images set public = $2, revision = revision + 1, modified = now() where id = $1 returning", "");
        let image: Image = sqlx::query_as(statement).bind(id).bind(public).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        self.forget_images([id, &image.storage_key]).await;
        Ok(image)
    }

    /// Deletes an image that no canvas uses any more, and says what it was: an uploaded master is then nobody's.
    pub async fn delete_image(&self, id: &str, precondition: &Precondition) -> Result<Image, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let image = self.lock_image(&mut transaction, id, precondition).await?;
        let users: Vec<String> = sqlx::query_scalar("select item_id from canvases where image_id = $1 union select item_id from canvas_images where image_id = $1 order by item_id limit 10")
            .bind(id)
            .fetch_all(&mut *transaction)
            .await?;
        if !users.is_empty() {
            return Err(CatalogError::InUse(users));
        }
        sqlx::query("delete from images where id = $1").bind(id).execute(&mut *transaction).await?;
        sqlx::query("insert into gone (kind, id) values ('image', $1)").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.forget_images([id, &image.storage_key]).await;
        Ok(image)
    }

    async fn lock_image(
        &self,
        transaction: &mut sqlx::PgTransaction<'_>,
        id: &str,
        precondition: &Precondition,
    ) -> Result<Image, CatalogError> {
        let statement = image_columns!("select", "from images where id = $1 for update");
        let image: Option<Image> = sqlx::query_as(statement).bind(id).fetch_optional(&mut **transaction).await?;
        match image {
            Some(image) => precondition.allows(image.revision).map(|()| image),
            None => Err(self.absent(&mut **transaction, "image", "", id).await?),
        }
    }
}

type ImageQuery<'q> = sqlx::query::QueryAs<'q, sqlx::Postgres, Image, sqlx::postgres::PgArguments>;

fn bind_measured<'q>(query: ImageQuery<'q>, new: &'q NewImage) -> ImageQuery<'q> {
    let NewImage {
        id,
        storage_key,
        uploaded,
        object_version,
        object_size,
        pyramid,
        report,
        sums: Checksums { master, pyramid: pyramid_sum },
        width,
        height,
        tile_size,
        tile_index,
        public,
    } = new;
    let (pyramid_key, pyramid_version) = pyramid.as_ref().map(|(key, version)| (key, version)).unzip();
    query
        .bind(id)
        .bind(storage_key)
        .bind(uploaded)
        .bind(object_version)
        .bind(object_size)
        .bind(width)
        .bind(height)
        .bind(tile_size)
        .bind(tile_index)
        .bind(public)
        .bind(pyramid_key)
        .bind(pyramid_version)
        .bind(stored(report))
        .bind(master)
        .bind(pyramid_sum)
}

/// A report as the text of a `json` column.
fn stored(report: &MasterReport) -> String {
    serde_json::to_string(report).expect("strings are always JSON")
}
