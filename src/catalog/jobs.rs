//! Jobs: work that goes on after the answer, in entries that are done or fail each on its own. Who does it is in `job_queue`.

use serde_json::Value;
use sqlx::PgTransaction;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Catalog, CatalogError, ItemContent, Page, Status};
use crate::iiif::presentation::Descriptive;

/// A job, and how far it is.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Job {
    pub id: Uuid,
    /// What is done: `ingest`.
    pub kind: String,
    /// What was asked, as its kind writes it.
    #[sqlx(json)]
    pub input: Value,
    /// Higher first.
    pub priority: i32,
    /// Whose key asked for it.
    pub key_id: Option<Uuid>,
    /// It was cancelled: nothing more of it is begun.
    pub stopping: bool,
    /// Entries in each state.
    pub queued: i32,
    pub running: i32,
    pub done: i32,
    pub failed: i32,
    pub cancelled: i32,
    /// From 0 to 1, entries that are half done included.
    pub progress: f64,
    pub created: OffsetDateTime,
    /// When no entry waited or ran any more.
    pub finished: Option<OffsetDateTime>,
}

impl Job {
    /// In one word, as its entries say: `queued`, `running`, `done`, `failed` (some of it) or `cancelled` (some of it).
    pub fn state(&self) -> EntryState {
        match self {
            Self { running: 1.., .. } => EntryState::Running,
            Self { queued: 1.., done: 0, failed: 0, .. } => EntryState::Queued,
            Self { queued: 1.., .. } => EntryState::Running,
            Self { cancelled: 1.., .. } => EntryState::Cancelled,
            Self { failed: 1.., .. } => EntryState::Failed,
            _ => EntryState::Done,
        }
    }

    pub fn entries(&self) -> i32 {
        self.queued + self.running + self.done + self.failed + self.cancelled
    }
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl EntryState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl TryFrom<String> for EntryState {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let all = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];
        all.into_iter().find(|state| state.name() == name).ok_or(name)
    }
}

/// A part of a job.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct JobEntry {
    /// Its place in the job, from 1.
    pub number: i32,
    pub item_id: Option<String>,
    #[sqlx(json)]
    pub input: Value,
    #[sqlx(try_from = "String")]
    pub state: EntryState,
    /// How often it was begun.
    pub attempts: i32,
    #[sqlx(flatten)]
    pub progress: JobProgress,
    #[sqlx(json(nullable))]
    pub result: Option<Value>,
    /// Why it failed, or has to be tried again.
    pub error: Option<String>,
    pub modified: OffsetDateTime,
}

/// How far an entry is.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct JobProgress {
    #[sqlx(rename = "progress")]
    pub done: i64,
    pub total: Option<i64>,
    /// What is counted: `bytes`, or `rows` of pixels.
    pub unit: Option<String>,
}

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub kind: &'static str,
    pub input: Value,
    pub priority: i32,
    pub key_id: Option<Uuid>,
    /// Items that the job works on: made, as drafts without canvases, where they are not there.
    pub items: Vec<JobItem>,
    pub entries: Vec<NewEntry>,
}

/// An item that a job works on.
#[derive(Clone, Debug)]
pub struct JobItem {
    pub id: String,
    /// What a new item says; `None` where it must be there.
    pub new: Option<Descriptive>,
}

/// An entry to be done.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub item_id: Option<String>,
    pub input: Value,
}

/// Completes a statement with the columns of [`Job`] from `jobs j`.
macro_rules! select_jobs {
    ($rest:literal) => {
        concat!(
            "select id, kind, input, priority, key_id, stopping, queued, running, done, failed, cancelled, created, finished, \
             (done + failed + cancelled + coalesce((select sum(case e.unit when 'bytes' then 0.25 * e.progress / nullif(e.total, 0) \
                 else 0.25 + 0.75 * e.progress / nullif(e.total, 0) end) \
                 from job_entries e where e.job_id = j.id and e.state = 'running'), 0))::float8 \
             / greatest(1, queued + running + done + failed + cancelled) as progress from jobs j where ",
            $rest
        )
    };
}

/// Completes a statement with the columns of [`JobEntry`].
macro_rules! entry_columns {
    ($rest:literal) => {
        concat!("select number, item_id, input, state, attempts, progress, total, unit, result, error, modified from job_entries ", $rest)
    };
}

impl Catalog {
    /// Puts a job into the queue, with the items that it needs: all or nothing.
    pub async fn create_job(&self, new: &NewJob) -> Result<Job, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        for item in &new.items {
            self.item_for_job(&mut transaction, item).await?;
        }
        let id = Uuid::now_v7();
        sqlx::query("insert into jobs (id, kind, input, priority, key_id, queued) values ($1, $2, $3::json, $4, $5, $6)")
            .bind(id)
            .bind(new.kind)
            .bind(new.input.to_string())
            .bind(new.priority)
            .bind(new.key_id)
            .bind(new.entries.len() as i32)
            .execute(&mut *transaction)
            .await?;
        insert_entries(&mut transaction, id, new).await?;
        sqlx::query("select pg_notify('triptych_jobs', $1)").bind(id.to_string()).execute(&mut *transaction).await?;
        let job = sqlx::query_as(select_jobs!("id = $1")).bind(id).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(job)
    }

    async fn item_for_job(&self, transaction: &mut PgTransaction<'_>, item: &JobItem) -> Result<(), CatalogError> {
        let there: Option<i32> =
            sqlx::query_scalar("select 1 from items where id = $1 for key share").bind(&item.id).fetch_optional(&mut **transaction).await?;
        match (there, &item.new) {
            (Some(_), _) => Ok(()),
            (None, None) => Err(self.absent(&mut **transaction, "item", "", &item.id).await?),
            (None, Some(descriptive)) => {
                let content = ItemContent { status: Status::Draft, descriptive: descriptive.clone(), canvases: None };
                self.insert_item(transaction, &item.id, &content).await
            }
        }
    }

    pub async fn job(&self, id: Uuid) -> Result<Job, CatalogError> {
        let job = sqlx::query_as(select_jobs!("id = $1")).bind(id).fetch_optional(&self.pool).await?;
        job.ok_or(CatalogError::NotFound("job"))
    }

    /// Jobs, the newest first: all, those with something left to do, or those without.
    pub async fn jobs(&self, open: Option<bool>, before: Option<Uuid>, limit: usize) -> Result<Page<Job>, CatalogError> {
        let statement =
            select_jobs!("($1::bool is null or (finished is null) = $1) and ($2::uuid is null or id < $2) order by id desc limit $3");
        let entries = sqlx::query_as(statement).bind(open).bind(before).bind(limit as i64 + 1).fetch_all(&self.pool).await?;
        Ok(Page::cut(entries, limit, |job: &Job| job.id.to_string()))
    }

    /// The entries of a job in their order, all or those in one state.
    pub async fn job_entries(
        &self,
        job: Uuid,
        state: Option<EntryState>,
        after: Option<i32>,
        limit: usize,
    ) -> Result<Page<JobEntry>, CatalogError> {
        let statement = entry_columns!("where job_id = $1 and ($2::text is null or state = $2) and number > $3 order by number limit $4");
        let entries = sqlx::query_as(statement)
            .bind(job)
            .bind(state.map(EntryState::name))
            .bind(after.unwrap_or(0))
            .bind(limit as i64 + 1)
            .fetch_all(&self.pool)
            .await?;
        Ok(Page::cut(entries, limit, |entry: &JobEntry| entry.number.to_string()))
    }

    /// The entries of a job that changed after one that changed then, what changed first before the others.
    pub async fn changed_entries(&self, job: Uuid, after: (OffsetDateTime, i32), limit: usize) -> Result<Vec<JobEntry>, CatalogError> {
        let statement = entry_columns!("where job_id = $1 and (modified, number) > ($2, $3) order by modified, number limit $4");
        Ok(sqlx::query_as(statement).bind(job).bind(after.0).bind(after.1).bind(limit as i64).fetch_all(&self.pool).await?)
    }

    /// Queues the entries again that failed or were cancelled.
    pub async fn retry_job(&self, id: Uuid) -> Result<Job, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(
            "update job_entries set state = 'queued', strikes = 0, due = now(), error = null, progress = 0, total = null, unit = null, \
             modified = now() where job_id = $1 and state in ('failed', 'cancelled')",
        )
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("update jobs set stopping = false where id = $1").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.job(id).await
    }

    /// Cancels what is not done yet: what waits at once, what is being worked on as soon as its worker hears of it. `None`: it has come
    /// to its end already.
    pub async fn cancel_job(&self, id: Uuid) -> Result<Option<Job>, CatalogError> {
        if self.job(id).await?.finished.is_some() {
            return Ok(None);
        }
        let mut transaction = self.pool.begin().await?;
        // What was begun before may have left something behind, which a worker clears away. Entries are always locked before their job.
        sqlx::query(
            "update job_entries set due = now(), state = case attempts when 0 then 'cancelled' else state end, modified = now() \
             where job_id = $1 and state = 'queued'",
        )
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("update jobs set stopping = true where id = $1").bind(id).execute(&mut *transaction).await?;
        sqlx::query("select pg_notify('triptych_jobs', $1)").bind(id.to_string()).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.job(id).await.map(Some)
    }
}

async fn insert_entries(transaction: &mut PgTransaction<'_>, job: Uuid, new: &NewJob) -> Result<(), CatalogError> {
    let items: Vec<Option<&str>> = new.entries.iter().map(|entry| entry.item_id.as_deref()).collect();
    let inputs: Vec<String> = new.entries.iter().map(|entry| entry.input.to_string()).collect();
    let statement = "insert into job_entries (job_id, number, item_id, input, priority) \
         select $1, number, item_id, input::json, $2 from unnest($3::text[], $4::text[]) with ordinality as n (item_id, input, number)";
    sqlx::query(statement).bind(job).bind(new.priority).bind(items).bind(inputs).execute(&mut **transaction).await?;
    Ok(())
}
