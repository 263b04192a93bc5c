//! `/api/v1/jobs`.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::address::Address;
use super::answer::{Accepted, Listed, Shown};
use super::auth::Key;
use super::body::Body;
use super::ids;
use super::problem::{Kind, Problem};
use super::schema::{EntryView, IngestInput, JobView, StateName};
use super::{App, Tags};
use crate::catalog::Job;
use crate::iiif::uris::Uris;
use crate::ingest::IngestError;

/// Jobs.
pub struct Jobs;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Jobs")]
impl Jobs {
    /// Ingest pictures
    ///
    /// Masters in the storage or at URLs become images and pages of an item, one by one in the background; what fails keeps nothing
    /// else, and can be tried again. The job survives restarts, and every replica takes part in it. Follow it at its `Location`.
    #[oai(path = "/jobs", method = "post", operation_id = "ingest")]
    async fn ingest(
        &self,
        app: Data<&Arc<App>>,
        key: Key,
        Address(uris): Address,
        body: Body<IngestInput>,
    ) -> Result<Accepted<JobView>, Problem> {
        let job = app.jobs.ingest(body.0.check(key.0)?).await?;
        Ok(accepted(job, &uris))
    }

    /// List jobs
    ///
    /// The newest first.
    #[oai(path = "/jobs", method = "get", operation_id = "listJobs")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// Only jobs with something left to do (`true`), or only those without (`false`).
        open: Query<Option<bool>>,
        /// Where the page starts: the id it comes after, as `next` of the page before says.
        after: Query<Option<String>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
    ) -> Result<Listed<JobView>, Problem> {
        let limit = ids::limit(limit.0)?;
        let after = after.0.as_deref().map(Uuid::parse_str).transpose();
        let after = after.map_err(|_| Problem::new(Kind::BadRequest, "after must be the id of a job"))?;
        let page = app.catalog.jobs(open.0, after, limit).await?;
        let query: Vec<(&str, String)> =
            [("limit", limit.to_string())].into_iter().chain(open.0.map(|open| ("open", open.to_string()))).collect();
        Ok(Listed::new(page, |job| JobView::of(job, &uris), None, &uris.api(&["jobs"]), &query))
    }

    /// Read a job
    ///
    /// What it is, and how far.
    #[oai(path = "/jobs/:id", method = "get", operation_id = "getJob")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The job's id.
        id: Path<String>,
    ) -> Result<Shown<JobView>, Problem> {
        Ok(Shown::Now(Json(JobView::of(app.catalog.job(parsed(&id)?).await?, &uris))))
    }

    /// List the entries of a job
    ///
    /// In their order: each master, how far it is, and in plain words why it failed.
    #[oai(path = "/jobs/:id/entries", method = "get", operation_id = "listJobEntries")]
    async fn entries(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The job's id.
        id: Path<String>,
        /// Only entries in this state.
        state: Query<Option<StateName>>,
        /// Where the page starts: the number it comes after, as `next` of the page before says.
        after: Query<Option<i32>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
    ) -> Result<Listed<EntryView>, Problem> {
        let limit = ids::limit(limit.0)?;
        let job = app.catalog.job(parsed(&id)?).await?;
        let page = app.catalog.job_entries(job.id, state.0.map(Into::into), after.0, limit).await?;
        let named = state.0.map(|state| ("state", crate::catalog::EntryState::from(state).name().to_owned()));
        let query: Vec<(&str, String)> = [("limit", limit.to_string())].into_iter().chain(named).collect();
        Ok(Listed::new(page, EntryView::from, None, &uris.api(&["jobs", &id, "entries"]), &query))
    }

    /// Try again
    ///
    /// Queues the entries again that failed or were cancelled; what is done stays done.
    #[oai(path = "/jobs/:id/retry", method = "post", operation_id = "retryJob")]
    async fn retry(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The job's id.
        id: Path<String>,
    ) -> Result<Accepted<JobView>, Problem> {
        Ok(accepted(app.catalog.retry_job(parsed(&id)?).await?, &uris))
    }

    /// Cancel a job
    ///
    /// What waits is not begun, what is being worked on is given up, and what is done stays done.
    #[oai(path = "/jobs/:id/cancel", method = "post", operation_id = "cancelJob")]
    async fn cancel(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The job's id.
        id: Path<String>,
    ) -> Result<Accepted<JobView>, Problem> {
        let cancelled = app.catalog.cancel_job(parsed(&id)?).await?;
        let job =
            cancelled.ok_or_else(|| Problem::new(Kind::Conflict, "the job has come to its end already; there is nothing to cancel"))?;
        Ok(accepted(job, &uris))
    }
}

/// The id of a job as it comes in a URL.
pub fn parsed(id: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(id).map_err(|_| Problem::not_found("job"))
}

fn accepted(job: Job, uris: &Uris) -> Accepted<JobView> {
    let location = uris.api(&["jobs", &job.id.to_string()]);
    Accepted::Accepted(Json(JobView::of(job, uris)), location)
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Catalog(error) => error.into(),
            IngestError::Storage(error) => error.into(),
            IngestError::Faults(faults) => Self::invalid(faults),
        }
    }
}
