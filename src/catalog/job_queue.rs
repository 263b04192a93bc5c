//! Who works on which entry of which job. A worker has an entry for as long as its lease lasts, which it renews while it works;
//! whatever an entry writes to the catalogue commits together with its being done, and only if its worker has it still.

use std::time::Duration;

use serde_json::Value;
use sqlx::PgTransaction;
use uuid::Uuid;

use super::{CanvasContent, Catalog, CatalogError, JobProgress, NewCanvas, NewImage, Precondition};
use crate::iiif::presentation::Descriptive;

/// How long an entry is left to a worker of whom nothing is heard.
const LEASE: &str = "10 seconds";

/// An entry that a worker has.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Claim {
    pub job_id: Uuid,
    pub number: i32,
    pub kind: String,
    #[sqlx(json)]
    pub input: Value,
    pub item_id: Option<String>,
    /// How often it was ever begun, this time included.
    pub attempts: i32,
    /// How often it was begun since somebody asked for it, this time included.
    pub strikes: i32,
    /// The job was cancelled: all there is to do is to clear away.
    pub stopping: bool,
    pub worker: Uuid,
}

/// Whether a worker has its entry still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Yes,
    /// It is to stop: the job was cancelled.
    Stopping,
    /// Its lease ran out, and somebody else may have it.
    Lost,
}

/// A page that an entry has made: a new image, and the canvas that shows it.
#[derive(Clone, Debug)]
pub struct NewPage {
    pub image: NewImage,
    pub canvas: String,
    pub descriptive: Descriptive,
    /// Publishes the item once the job has nothing more to do for it.
    pub publish: bool,
    pub result: Value,
}

impl Catalog {
    /// The entry that is to be done next, which the worker has from now on.
    pub async fn claim_entry(&self, worker: Uuid) -> Result<Option<Claim>, CatalogError> {
        let statement = "with next as (select job_id, number from job_entries where state = 'queued' and due <= now() \
                 order by priority desc, job_id, number limit 1 for update skip locked) \
             update job_entries e set state = 'running', worker = $1, lease = now() + $2::interval, attempts = attempts + 1, \
                 strikes = strikes + 1, progress = 0, total = null, unit = null, modified = now() \
             from next, jobs j where e.job_id = next.job_id and e.number = next.number and j.id = next.job_id \
             returning e.job_id, e.number, j.kind, e.input, e.item_id, e.attempts, e.strikes, j.stopping, e.worker";
        Ok(sqlx::query_as(statement).bind(worker).bind(LEASE).fetch_optional(&self.pool).await?)
    }

    /// Queues the entries again whose workers were not heard of for too long; says how many.
    pub async fn requeue_lost(&self) -> Result<u64, CatalogError> {
        let statement = "update job_entries e set state = 'queued', worker = null, lease = null, due = now(), modified = now() \
             from (select job_id, number from job_entries where state = 'running' and lease < now() for update skip locked) lost \
             where e.job_id = lost.job_id and e.number = lost.number";
        Ok(sqlx::query(statement).execute(&self.pool).await?.rows_affected())
    }

    /// Gives back what a worker has and will not finish, as if it had not been begun.
    pub async fn release_entries(&self, worker: Uuid) -> Result<(), CatalogError> {
        let statement = "update job_entries set state = 'queued', worker = null, lease = null, due = now(), strikes = strikes - 1, \
             modified = now() where worker = $1 and state = 'running'";
        sqlx::query(statement).bind(worker).execute(&self.pool).await?;
        Ok(())
    }

    /// Says how far a worker is, and that it is at work.
    pub async fn renew_entry(&self, claim: &Claim, progress: &JobProgress) -> Result<Held, CatalogError> {
        let statement = "update job_entries e set lease = now() + $5::interval, progress = $6, total = $7, unit = $8, modified = now() \
             from jobs j where e.job_id = $1 and e.number = $2 and e.worker = $3 and e.attempts = $4 and e.state = 'running' \
             and j.id = e.job_id returning j.stopping";
        let stopping: Option<bool> = sqlx::query_scalar(statement)
            .bind(claim.job_id)
            .bind(claim.number)
            .bind(claim.worker)
            .bind(claim.attempts)
            .bind(LEASE)
            .bind(progress.done)
            .bind(progress.total)
            .bind(&progress.unit)
            .fetch_optional(&self.pool)
            .await?;
        Ok(match stopping {
            Some(false) => Held::Yes,
            Some(true) => Held::Stopping,
            None => Held::Lost,
        })
    }

    /// Ends an entry that failed; with `again`, it is tried again after that time. `false`: the worker does not have it any more.
    pub async fn fail_entry(&self, claim: &Claim, error: &str, again: Option<Duration>) -> Result<bool, CatalogError> {
        let state = if again.is_some() { "queued" } else { "failed" };
        self.end_entry(claim, state, Some(error), again.unwrap_or_default()).await
    }

    /// Ends an entry whose job was cancelled. `false`: the worker does not have it any more.
    pub async fn cancel_entry(&self, claim: &Claim) -> Result<bool, CatalogError> {
        self.end_entry(claim, "cancelled", None, Duration::ZERO).await
    }

    async fn end_entry(&self, claim: &Claim, state: &str, error: Option<&str>, wait: Duration) -> Result<bool, CatalogError> {
        let statement = "update job_entries set state = $5, worker = null, lease = null, error = $6, \
             due = now() + make_interval(secs => $7), modified = now() \
             where job_id = $1 and number = $2 and worker = $3 and attempts = $4 and state = 'running'";
        let done = sqlx::query(statement)
            .bind(claim.job_id)
            .bind(claim.number)
            .bind(claim.worker)
            .bind(claim.attempts)
            .bind(state)
            .bind(error)
            .bind(wait.as_secs_f64())
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends an entry with its page: image, canvas and state in one transaction. The canvas comes behind those of the entries before it,
    /// whichever was done first, and behind all others of the item. `false`: the worker does not have the entry any more.
    pub async fn finish_page(&self, claim: &Claim, item: &str, page: &NewPage) -> Result<bool, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        if !holds(&mut transaction, claim).await? {
            return Ok(false);
        }
        self.lock_item(&mut transaction, item, &Precondition::Exists).await?;
        self.insert_image(&mut transaction, &page.image).await?;
        let position = place(&mut transaction, claim, item).await?;
        sqlx::query("update canvases set position = position + 1 where item_id = $1 and position >= $2")
            .bind(item)
            .bind(position)
            .execute(&mut *transaction)
            .await?;
        let content =
            CanvasContent { descriptive: page.descriptive.clone(), image: Some(page.image.id.clone()), ..CanvasContent::default() };
        let canvas = NewCanvas { id: Some(page.canvas.clone()), content };
        self.append_canvases(&mut transaction, item, position, &[canvas]).await?;
        set_done(&mut transaction, claim, &page.result).await?;
        if page.publish {
            publish(&mut transaction, claim, item).await?;
        }
        self.finish_canvases(transaction, item, std::slice::from_ref(&page.image.id)).await?;
        Ok(true)
    }
}

/// Whether the worker has the entry, whose row is locked by asking.
async fn holds(transaction: &mut PgTransaction<'_>, claim: &Claim) -> Result<bool, CatalogError> {
    let statement = "select 1 from job_entries where job_id = $1 and number = $2 and worker = $3 and attempts = $4 \
         and state = 'running' for update";
    let query = sqlx::query(statement).bind(claim.job_id).bind(claim.number).bind(claim.worker).bind(claim.attempts);
    Ok(query.fetch_optional(&mut **transaction).await?.is_some())
}

/// Where the canvas of an entry goes: behind that of the nearest entry before it which is there, or else before that of the nearest one
/// after it, or else at the end.
async fn place(transaction: &mut PgTransaction<'_>, claim: &Claim, item: &str) -> Result<i32, CatalogError> {
    let statement = "select coalesce( \
             (select c.position + 1 from job_entries e join canvases c on c.item_id = $3 and c.id = e.result->>'canvas' \
              where e.job_id = $1 and e.number < $2 and e.state = 'done' and e.item_id = $3 order by e.number desc limit 1), \
             (select c.position from job_entries e join canvases c on c.item_id = $3 and c.id = e.result->>'canvas' \
              where e.job_id = $1 and e.number > $2 and e.state = 'done' and e.item_id = $3 order by e.number limit 1), \
             (select count(*)::int from canvases where item_id = $3))";
    Ok(sqlx::query_scalar(statement).bind(claim.job_id).bind(claim.number).bind(item).fetch_one(&mut **transaction).await?)
}

async fn set_done(transaction: &mut PgTransaction<'_>, claim: &Claim, result: &Value) -> Result<(), CatalogError> {
    let statement = "update job_entries set state = 'done', worker = null, lease = null, result = $3::json, error = null, \
         progress = coalesce(total, progress), modified = clock_timestamp() where job_id = $1 and number = $2";
    sqlx::query(statement).bind(claim.job_id).bind(claim.number).bind(result.to_string()).execute(&mut **transaction).await?;
    Ok(())
}

/// Publishes the item if no entry of the job that works on it is left. Its row is locked, so that one of two that end together sees it.
async fn publish(transaction: &mut PgTransaction<'_>, claim: &Claim, item: &str) -> Result<(), CatalogError> {
    let statement = "update items set status = 'published' where id = $2 and status <> 'published' \
         and not exists (select 1 from job_entries where job_id = $1 and item_id = $2 and state <> 'done')";
    sqlx::query(statement).bind(claim.job_id).bind(item).execute(&mut **transaction).await?;
    Ok(())
}
