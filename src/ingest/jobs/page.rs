//! An entry of an ingest: a picture becomes an image, and a canvas of its item.

use std::sync::Arc;

use serde_json::json;

use super::Jobs;
use super::plan::{PageWork, Place};
use crate::catalog::{Claim, NewImage, NewPage};
use crate::iiif::presentation::Descriptive;
use crate::image_service::UPLOADS;
use crate::ingest::MasterError;
use crate::ingest::conversions::{Converted, Wish};
use crate::ingest::prepare::Prepared;
use crate::ingest::progress::Progress;
use crate::ingest::ready::StoredMaster;
use crate::ingest::scratch::Scratch;
use crate::storage::Object;

/// The keys under which an attempt puts bytes into the storage. Another attempt has others: one that was thought to be lost and writes
/// late does not spoil what its successor wrote.
pub(super) struct Left {
    pub pyramid: String,
    pub master: String,
}

impl Left {
    pub fn of(claim: &Claim, attempt: i32) -> Self {
        let base = format!("{UPLOADS}{}-{}-{attempt}", claim.job_id, claim.number);
        Self { pyramid: format!("{base}.tif"), master: format!("{base}.master") }
    }

    pub fn keys(self) -> [String; 2] {
        [self.pyramid, self.master]
    }
}

/// What was made of a page's master before anything is put into the storage.
pub(super) enum Ready {
    /// A master in the storage.
    Stored(Prepared),
    /// One that was fetched.
    Fetched(Arc<Scratch>, Converted),
}

/// What people call an entry.
pub(super) fn name(claim: &Claim) -> String {
    match work(claim) {
        Ok(work) => work.place.as_str().to_owned(),
        Err(_) => format!("entry {}", claim.number),
    }
}

fn work(claim: &Claim) -> Result<PageWork, MasterError> {
    serde_json::from_value(claim.input.clone()).map_err(|error| MasterError::Work(error.to_string()))
}

impl Jobs {
    /// Reads and converts a page's master; nothing is left wherever this is cut off.
    pub(super) async fn prepare_page(&self, claim: &Claim, progress: &Progress) -> Result<(PageWork, Ready), MasterError> {
        if claim.kind != super::INGEST {
            return Err(MasterError::Work(format!("this version of the service does not know the kind of job {}", claim.kind)));
        }
        let work = work(claim)?;
        let wish = Wish { page: work.page, lossless: work.how.lossless, anew: work.how.lossless, progress: progress.clone() };
        let ready = match &work.place {
            Place::Key(key) => Ready::Stored(self.prepare_stored(&work, key, wish).await?),
            Place::Url(url) => self.converted(self.masters.download(&self.others.fetcher, url, progress).await?, wish).await?,
            Place::Upload { id, name: _ } => self.converted(self.others.uploads.received(*id, &self.masters.scratch).await?, wish).await?,
            Place::Service(url) => self.converted(self.others.puller.pull(url).await?.pyramid, wish).await?,
        };
        Ok((work, ready))
    }

    async fn converted(&self, file: Scratch, wish: Wish) -> Result<Ready, MasterError> {
        let file = Arc::new(file);
        let converted = self.masters.conversions.run(&file, wish).await?;
        Ok(Ready::Fetched(file, converted))
    }

    async fn prepare_stored(&self, work: &PageWork, key: &str, wish: Wish) -> Result<Prepared, MasterError> {
        let progress = wish.progress.clone();
        let mut prepared = self.masters.prepare(&work.image, &stored(work, key), false, wish).await?;
        if let Prepared::AsItIs(new) = &mut prepared {
            let object = Object { size: new.object_size.unsigned_abs(), version: new.object_version.clone().into() };
            new.sums.master = Some(self.masters.sum(key, &object, &progress).await?);
        }
        Ok(prepared)
    }

    /// Puts what was made into the storage and the catalogue. `false`: somebody else has the entry.
    pub(super) async fn settle_page(&self, claim: &Claim, work: &PageWork, ready: Ready) -> Result<bool, MasterError> {
        let left = Left::of(claim, claim.attempts);
        let image = match (ready, &work.place) {
            (Ready::Stored(prepared), place) => {
                self.masters.settle(&work.image, &stored(work, place.as_str()), false, left.pyramid, prepared).await?
            }
            (Ready::Fetched(file, converted), _) => self.settle_fetched(work, left, &file, converted).await?,
        };
        let item = claim.item_id.as_deref().unwrap_or_default();
        let result = json!({"image": work.image, "canvas": work.canvas, "width": image.width, "height": image.height});
        let descriptive = Descriptive { label: work.label.clone(), ..Descriptive::default() };
        let page = NewPage { image, canvas: work.canvas.clone(), descriptive, publish: work.publish, result };
        let finished = self.catalog.finish_page(claim, item, &page).await?;
        if finished {
            self.masters.warm(&work.image);
            if let Place::Upload { id, name: _ } = work.place {
                self.others.uploads.taken(id).await;
            }
        }
        Ok(finished)
    }

    async fn settle_fetched(&self, work: &PageWork, left: Left, file: &Scratch, converted: Converted) -> Result<NewImage, MasterError> {
        match &converted.pyramid {
            Some(_) if work.how.keep_master => {
                let object = self.storage.write_file(&left.master, file.path()).await?;
                let master = stored(work, &left.master);
                self.masters.settle(&work.image, &master, true, left.pyramid, Prepared::Pyramid(object, converted)).await
            }
            pyramid => {
                let path = pyramid.as_ref().map_or(file.path(), Scratch::path);
                let (report, sums) = (converted.report.clone(), converted.sums.clone());
                self.masters.store(&work.image, &stored(work, &left.pyramid), path, report, sums).await
            }
        }
    }
}

fn stored(work: &PageWork, key: &str) -> StoredMaster {
    StoredMaster { key: key.to_owned(), page: work.page, public: work.how.public }
}
