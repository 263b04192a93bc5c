//! What is cleared away: uploads that expired, and objects that no upload tells of.

use std::collections::HashSet;
use std::time::Duration;

use uuid::Uuid;

use super::{INCOMING, UploadError, Uploads};

/// Keys that are listed, and uploads that are cleared away, at a time.
pub(super) const PAGE: usize = 1000;
/// Uploads that are cleared away within one hold.
const BATCH: usize = 20;
/// How often it is done.
const EVERY: Duration = Duration::from_secs(600);
/// How long it is still told of an upload that it was there.
const MEMORY: Duration = Duration::from_secs(7 * 24 * 3600);

impl Uploads {
    /// Clears away whenever it is time to, for ever.
    pub async fn keep_swept(self) {
        loop {
            match self.sweep().await {
                Ok(0) => {}
                Ok(count) => tracing::info!("{count} uploads expired and were cleared away"),
                Err(error) => tracing::warn!("expired uploads are not cleared away: {error}"),
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Clears away what has expired, and says how many uploads that were. Replicas that do it together share the work.
    pub async fn sweep(&self) -> Result<usize, UploadError> {
        let mut count = 0;
        loop {
            let expired = self.catalog.expired_uploads(Uuid::now_v7(), BATCH).await?;
            for id in &expired {
                self.clear(*id).await?;
            }
            count += expired.len();
            if expired.len() < BATCH {
                break;
            }
        }
        self.catalog.forget_uploads(MEMORY).await?;
        self.sweep_strays().await?;
        Ok(count)
    }

    /// Removes objects below [`INCOMING`] whose upload has ended or was never there: the last words of a replica that died.
    async fn sweep_strays(&self) -> Result<(), UploadError> {
        let mut after: Option<String> = None;
        loop {
            let keys = self.storage.list(INCOMING, after.as_deref(), PAGE).await?;
            let ids: HashSet<Uuid> = keys.iter().filter_map(|key| upload_of(key)).collect();
            let ids: Vec<Uuid> = ids.into_iter().collect();
            let live: HashSet<Uuid> = self.catalog.uploads_not_ended(&ids).await?.into_iter().collect();
            for key in keys.iter().filter(|key| upload_of(key).is_some_and(|id| !live.contains(&id))) {
                self.storage.delete(key).await?;
            }
            match keys.into_iter().nth(PAGE - 1) {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }
}

/// The upload that a key belongs to; none for what somebody else put there.
fn upload_of(key: &str) -> Option<Uuid> {
    let (upload, object) = key.strip_prefix(INCOMING)?.split_once('.')?;
    object.parse::<Uuid>().ok()?;
    upload.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_of_uploads_are_swept() {
        let id = Uuid::from_u128(7);
        assert_eq!(upload_of(&super::super::key(id, Uuid::from_u128(8))), Some(id));
        for other in ["triptych-incoming/readme.txt", "triptych-incoming/mine/a.tif", "masters/a.b", "", "triptych-incoming/."] {
            assert_eq!(upload_of(other), None, "{other}");
        }
        assert_eq!(upload_of(&format!("{INCOMING}{id}.tif")), None);
    }
}
