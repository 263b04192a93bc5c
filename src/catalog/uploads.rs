//! Uploads: what has arrived of them, and where its parts lie.
//!
//! One at a time may append to an upload or clear it away: whoever holds it. A hold ends by itself when it is not renewed, so that a
//! replica that died keeps nobody out.

use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use super::{Catalog, CatalogError};

/// How long a hold lasts unless it is renewed.
pub const UPLOAD_HOLD: Duration = Duration::from_secs(20);

/// Bytes on their way in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Upload {
    pub id: Uuid,
    /// Of the whole, as announced.
    pub length: i64,
    /// How much of it is there.
    pub received: i64,
    /// Objects that it lies in.
    pub parts: i32,
    /// As it was sent.
    pub metadata: String,
    /// Of the file, where the client had it.
    pub name: Option<String>,
    /// Media type, as the client believes.
    pub kind: Option<String>,
    /// Of the whole, if it was announced.
    pub sha256: Option<Vec<u8>>,
    /// The one object that the client itself puts into the storage.
    pub direct: Option<Uuid>,
    pub expires: OffsetDateTime,
    pub created: OffsetDateTime,
}

impl Upload {
    pub fn is_complete(&self) -> bool {
        self.received == self.length
    }
}

/// An upload that is announced.
#[derive(Clone, Debug, Default)]
pub struct NewUpload {
    pub length: i64,
    pub metadata: String,
    pub name: Option<String>,
    pub kind: Option<String>,
    pub sha256: Option<Vec<u8>>,
    pub direct: Option<Uuid>,
}

/// Consecutive bytes of an upload, in an object of their own.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UploadPart {
    /// Place of the first byte in the whole.
    pub start: i64,
    pub length: i64,
    /// Names it in the storage.
    pub object: Uuid,
    pub version: String,
}

/// Completes a statement with the columns of [`Upload`].
macro_rules! upload_columns {
    ($before:literal, $after:literal) => {
        concat!($before, " id, length, received, parts, metadata, name, kind, sha256, direct, expires, created ", $after)
    };
}

impl Catalog {
    /// Announces an upload that has to be whole within `lifetime` of the last bytes.
    pub async fn create_upload(&self, new: &NewUpload, lifetime: Duration) -> Result<Upload, CatalogError> {
        let NewUpload { length, metadata, name, kind, sha256, direct } = new;
        let statement = upload_columns!(
            "insert into uploads (id, length, metadata, name, kind, sha256, direct, expires) \
             values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8)) returning",
            ""
        );
        let query = sqlx::query_as(statement).bind(Uuid::now_v7()).bind(length).bind(metadata).bind(name).bind(kind);
        Ok(query.bind(sha256).bind(direct).bind(lifetime.as_secs_f64()).fetch_one(&self.pool).await?)
    }

    /// An upload that is neither over nor expired.
    pub async fn upload(&self, id: Uuid) -> Result<Upload, CatalogError> {
        let statement = upload_columns!("select", "from uploads where id = $1 and ended is null and expires > now()");
        match sqlx::query_as(statement).bind(id).fetch_optional(&self.pool).await? {
            Some(upload) => Ok(upload),
            None => Err(self.no_upload(id).await?),
        }
    }

    /// Uploads that are neither over nor expired, in the order in which they were announced.
    pub async fn uploads(&self, after: Option<Uuid>, limit: usize) -> Result<super::Page<Upload>, CatalogError> {
        let statement = upload_columns!(
            "select",
            "from uploads where ended is null and expires > now() and ($1::uuid is null or id > $1) order by id limit $2"
        );
        let entries = sqlx::query_as(statement).bind(after).bind(limit as i64 + 1).fetch_all(&self.pool).await?;
        Ok(super::Page::cut(entries, limit, |upload: &Upload| upload.id.to_string()))
    }

    /// Why it is not there: it was, or it never was.
    async fn no_upload(&self, id: Uuid) -> Result<CatalogError, CatalogError> {
        let statement = "select exists (select 1 from uploads where id = $1)";
        let was: bool = sqlx::query_scalar(statement).bind(id).fetch_one(&self.pool).await?;
        Ok(if was { CatalogError::Gone("upload") } else { CatalogError::NotFound("upload") })
    }

    /// Makes `holder` the one who may append. `None`: somebody else is at it.
    pub async fn hold_upload(&self, id: Uuid, holder: Uuid) -> Result<Option<Upload>, CatalogError> {
        let statement = upload_columns!(
            "update uploads set holder = $2, held_until = now() + make_interval(secs => $3) \
             where id = $1 and ended is null and expires > now() and (holder is null or held_until < now()) returning",
            ""
        );
        let held = sqlx::query_as(statement).bind(id).bind(holder).bind(UPLOAD_HOLD.as_secs_f64()).fetch_optional(&self.pool).await?;
        if held.is_none() {
            self.upload(id).await?;
        }
        Ok(held)
    }

    /// Prolongs a hold. `false`: it was lost.
    pub async fn renew_upload(&self, id: Uuid, holder: Uuid) -> Result<bool, CatalogError> {
        let statement = "update uploads set held_until = now() + make_interval(secs => $3) where id = $1 and holder = $2 and ended is null";
        let done = sqlx::query(statement).bind(id).bind(holder).bind(UPLOAD_HOLD.as_secs_f64()).execute(&self.pool).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends a hold, if it still is one.
    pub async fn release_upload(&self, id: Uuid, holder: Uuid) -> Result<(), CatalogError> {
        let statement = "update uploads set holder = null, held_until = null where id = $1 and holder = $2";
        sqlx::query(statement).bind(id).bind(holder).execute(&self.pool).await?;
        Ok(())
    }

    /// Adds parts at the end: all of them, or none. `None`: the hold was lost, or the upload does not end where they start.
    pub async fn add_upload_parts(
        &self,
        id: Uuid,
        holder: Uuid,
        parts: &[UploadPart],
        lifetime: Duration,
    ) -> Result<Option<Upload>, CatalogError> {
        let (start, length) = (parts.first().map_or(0, |part| part.start), parts.iter().map(|part| part.length).sum::<i64>());
        let mut transaction = self.pool.begin().await?;
        let statement = upload_columns!(
            "update uploads set received = received + $4, parts = parts + $5, held_until = now() + make_interval(secs => $6), \
             expires = now() + make_interval(secs => $7) \
             where id = $1 and holder = $2 and received = $3 and ended is null returning",
            ""
        );
        let query = sqlx::query_as(statement).bind(id).bind(holder).bind(start).bind(length).bind(parts.len() as i32);
        let query = query.bind(UPLOAD_HOLD.as_secs_f64()).bind(lifetime.as_secs_f64());
        let Some(upload) = query.fetch_optional(&mut *transaction).await? else { return Ok(None) };
        let (starts, lengths): (Vec<i64>, Vec<i64>) = parts.iter().map(|part| (part.start, part.length)).unzip();
        let (objects, versions): (Vec<Uuid>, Vec<&str>) = parts.iter().map(|part| (part.object, part.version.as_str())).unzip();
        let statement = "insert into upload_parts (upload_id, start, length, object, version) select $1, p.* \
             from unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::text[]) as p";
        let query = sqlx::query(statement).bind(id).bind(starts).bind(lengths).bind(objects).bind(versions);
        query.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(Some(upload))
    }

    /// The parts of an upload in their order.
    pub async fn upload_parts(&self, id: Uuid) -> Result<Vec<UploadPart>, CatalogError> {
        let statement = "select start, length, object, version from upload_parts where upload_id = $1 order by start";
        Ok(sqlx::query_as(statement).bind(id).fetch_all(&self.pool).await?)
    }

    /// Lets an upload expire at once, for `holder` to clear it away. `false`: somebody is appending to it.
    pub async fn close_upload(&self, id: Uuid, holder: Uuid) -> Result<bool, CatalogError> {
        let statement = "update uploads set holder = $2, held_until = now() + make_interval(secs => $3), expires = now() \
             where id = $1 and ended is null and expires > now() and (holder is null or held_until < now())";
        let done = sqlx::query(statement).bind(id).bind(holder).bind(UPLOAD_HOLD.as_secs_f64()).execute(&self.pool).await?;
        if done.rows_affected() == 0 {
            self.upload(id).await?;
        }
        Ok(done.rows_affected() == 1)
    }

    /// Uploads that expired, for `holder` to clear away: at most `limit` of those that nobody is at.
    pub async fn expired_uploads(&self, holder: Uuid, limit: usize) -> Result<Vec<Uuid>, CatalogError> {
        let statement = "update uploads set holder = $1, held_until = now() + make_interval(secs => $2) where id in \
             (select id from uploads where ended is null and expires <= now() and (holder is null or held_until < now()) \
              order by expires limit $3 for update skip locked) returning id";
        let query = sqlx::query_scalar(statement).bind(holder).bind(UPLOAD_HOLD.as_secs_f64()).bind(limit as i64);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Writes down that the bytes of an upload are gone.
    pub async fn end_upload(&self, id: Uuid) -> Result<(), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let statement = "update uploads set ended = now(), holder = null, held_until = null where id = $1 and ended is null";
        sqlx::query(statement).bind(id).execute(&mut *transaction).await?;
        sqlx::query("delete from upload_parts where upload_id = $1").bind(id).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets uploads that ended longer ago than this.
    pub async fn forget_uploads(&self, after: Duration) -> Result<(), CatalogError> {
        let statement = "delete from uploads where ended < now() - make_interval(secs => $1)";
        sqlx::query(statement).bind(after.as_secs_f64()).execute(&self.pool).await?;
        Ok(())
    }

    /// Those of `ids` whose bytes are still wanted, or being cleared away.
    pub async fn uploads_not_ended(&self, ids: &[Uuid]) -> Result<Vec<Uuid>, CatalogError> {
        let statement = "select id from uploads where id = any($1) and ended is null";
        Ok(sqlx::query_scalar(statement).bind(ids).fetch_all(&self.pool).await?)
    }
}
