//! `/api/v1/jobs/{id}/events`: a job while it goes on, as server-sent events.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use poem::web::Data;
use poem::web::sse::Event;
use poem_openapi::param::Path;
use poem_openapi::payload::EventStream;
use poem_openapi::types::ToJSON;
use poem_openapi::{ApiResponse, OpenApi};
use time::OffsetDateTime;
use uuid::Uuid;

use super::address::Address;
use super::auth::Key;
use super::problem::Problem;
use super::schema::{JobEvent, JobView};
use super::{App, Tags, jobs};
use crate::catalog::{Catalog, CatalogError, Job};
use crate::iiif::uris::Uris;

/// How often the job is looked at.
const TICK: Duration = Duration::from_secs(1);
/// How often something is sent at least, so that nobody on the way takes the connection for dead.
const ALIVE: Duration = Duration::from_secs(10);
/// Most entries that one event tells of; the others follow with the next ones.
const MOST: usize = 200;

/// A job that is followed.
#[derive(ApiResponse)]
enum Followed {
    /// Events until nothing is left to do.
    #[oai(status = 200)]
    Stream(EventStream<BoxStream<'static, JobEvent>>),
}

/// Live streams of jobs.
pub struct JobEvents;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Jobs")]
impl JobEvents {
    /// Follow a job
    ///
    /// Server-sent events named `job`: how far the job is, about once a second while that changes, with the entries that changed since the
    /// event before. The first comes at once; the stream ends after the event that says that nothing is left to do.
    #[oai(path = "/jobs/:id/events", method = "get", operation_id = "followJob")]
    async fn events(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The job's id.
        id: Path<String>,
    ) -> Result<Followed, Problem> {
        let job = app.catalog.job(jobs::parsed(&id)?).await?;
        let following = Following { catalog: app.catalog.clone(), uris, job: job.id, shown: None, told: (job.created, 0) };
        let events = stream::unfold(following, |mut following| async {
            let event = following.next().await?;
            Some((event, following))
        });
        let to_event = |event: JobEvent| Event::message(event.to_json_string()).event_type("job");
        Ok(Followed::Stream(EventStream::new(events.boxed()).to_event(to_event).keep_alive(ALIVE)))
    }
}

/// Somebody who follows a job.
struct Following {
    catalog: Catalog,
    uris: Uris,
    job: Uuid,
    /// The job as it was told last.
    shown: Option<Job>,
    /// The last change of an entry that was told: when, and of which.
    told: (OffsetDateTime, i32),
}

impl Following {
    /// The next event; `None` when there is nothing more to tell.
    async fn next(&mut self) -> Option<JobEvent> {
        let mut changes = self.catalog.job_changes();
        loop {
            if self.shown.as_ref().is_some_and(|shown| shown.finished.is_some()) {
                return None;
            }
            match self.look().await {
                Ok(Some(event)) => return Some(event),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!("the stream of job {} breaks off: {error}", self.job);
                    return None;
                }
            }
            tokio::time::sleep(TICK / 4).await;
            drop(tokio::time::timeout(TICK, changes.changed()).await);
        }
    }

    /// What has changed since it was told last.
    async fn look(&mut self) -> Result<Option<JobEvent>, CatalogError> {
        let job = self.catalog.job(self.job).await?;
        let entries = self.catalog.changed_entries(self.job, self.told, MOST).await?;
        if self.shown.as_ref() == Some(&job) && entries.is_empty() {
            return Ok(None);
        }
        if let Some(last) = entries.last() {
            self.told = (last.modified, last.number);
        }
        // What is left of many entries is told before the end is.
        let more = entries.len() == MOST;
        self.shown = Some(Job { finished: job.finished.filter(|_| !more), ..job.clone() });
        let entries = entries.into_iter().map(Into::into).collect();
        Ok(Some(JobEvent { job: JobView::of(job, &self.uris), entries }))
    }
}
