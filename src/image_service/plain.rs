//! Plain files in the open storage, such as a JPEG or a TIFF in strips: made into pyramids when they are first asked for, which are
//! kept on this machine's disk as long as there is room.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::ImageError;
use crate::formats::{self, ConvertOptions, FormatError, FormatLimits, Kind};
use crate::storage::{FetchError, Object, Storage, StorageError};

/// Bytes that tell what a file is.
const HEAD: u64 = 64;

/// How plain files are made into pyramids.
#[derive(Clone, Debug)]
pub struct PlainSettings {
    /// Where pyramids are kept.
    pub folder: PathBuf,
    /// Most bytes of pyramids; none are made if 0.
    pub disk: u64,
    /// Largest file taken, in bytes.
    pub max_file: u64,
    pub limits: FormatLimits,
}

/// The pyramids of plain files.
pub(super) struct Plain {
    settings: PlainSettings,
    kept: Option<Storage>,
    /// One is made at a time: each may hold a whole decoded picture.
    turn: Arc<Semaphore>,
}

impl Plain {
    pub fn new(settings: PlainSettings) -> Self {
        let kept = if settings.disk > 0 { Storage::directory(settings.folder.clone()) } else { Err(StorageError::NotFound) };
        Self { settings, kept: kept.ok(), turn: Arc::new(Semaphore::new(1)) }
    }

    /// Where the pyramid of a page of a file lies, and under which key; made if it is not there yet.
    ///
    /// # Errors
    /// `refused`, which says why the file is no pyramid itself, when it is nothing that a pyramid could be made of.
    pub async fn pyramid(
        &self,
        masters: &Storage,
        (key, page): (&str, u32),
        object: &Object,
        refused: ImageError,
    ) -> Result<(Storage, String), ImageError> {
        let Some(kept) = &self.kept else { return Err(refused) };
        let name = name(key, page, object);
        if kept.head(&name).await.is_ok() {
            return Ok((kept.clone(), name));
        }
        let (head, _) = masters.read_head(key, HEAD).await?;
        match formats::sniff(&head) {
            None => return Err(refused),
            Some(Kind::Jp2) => {
                let what = "it is JPEG 2000, which is served once it is registered (POST /api/v1/images), or converted (triptych convert)";
                return Err(ImageError::Unsupported(what.to_owned()));
            }
            Some(Kind::Pdf) => {
                let what = "it is a PDF, whose pages are served once they are registered (POST /api/v1/images with `page`)";
                return Err(ImageError::Unsupported(what.to_owned()));
            }
            Some(_) if object.size > self.settings.max_file => return Err(refused),
            Some(_) => {}
        }
        // On a task of its own: who waits may leave, but what was begun is finished for those who come.
        let work = Work { settings: self.settings.clone(), masters: masters.clone(), key: key.to_owned(), page, object: object.clone() };
        let (turn, kept_too, made) = (self.turn.clone(), kept.clone(), name.clone());
        let task = tokio::spawn(async move {
            let _turn = turn.acquire_owned().await;
            match kept_too.head(&made).await {
                Ok(_) => Ok(()),
                Err(_) => work.run(&made).await,
            }
        });
        task.await.map_err(|_| ImageError::Damaged("it cannot be decoded".to_owned()))??;
        Ok((kept.clone(), name))
    }
}

/// The name of a page's pyramid: another for every state of the file.
fn name(key: &str, page: u32, object: &Object) -> String {
    let parts = [key.as_bytes(), &[0], &page.to_be_bytes(), object.version.as_str().as_bytes()];
    let digest = Sha256::digest(parts.concat());
    let digits: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{digits}.tif")
}

/// The making of one pyramid.
struct Work {
    settings: PlainSettings,
    masters: Storage,
    key: String,
    page: u32,
    object: Object,
}

impl Work {
    async fn run(self, name: &str) -> Result<(), ImageError> {
        let folder = self.settings.folder.clone();
        let master = tempfile::NamedTempFile::new_in(&folder).map_err(no_room)?;
        self.fetch(master.path()).await?;
        let (limits, target, most) = (self.settings.limits, folder.join(name), self.settings.disk);
        let options = ConvertOptions { page: self.page, ..ConvertOptions::default() };
        let converted = tokio::task::spawn_blocking(move || {
            let pyramid = tempfile::NamedTempFile::new_in(&folder).map_err(FormatError::Io)?;
            formats::convert(master.path(), pyramid.path(), &limits, &options)?;
            pyramid.persist(&target).map_err(|error| FormatError::Io(error.error))?;
            drop(master);
            sweep(&folder, most, &target);
            Ok(())
        });
        let converted = converted.await.map_err(|_| ImageError::Damaged("it cannot be decoded".to_owned()))?;
        converted.map_err(|error: FormatError| match error {
            FormatError::Io(error) => no_room(error),
            FormatError::Damaged(what) => ImageError::Damaged(what),
            other => ImageError::Unsupported(other.to_string()),
        })
    }

    /// Copies the file.
    async fn fetch(&self, to: &Path) -> Result<(), ImageError> {
        let mut file = tokio::fs::File::create(to).await.map_err(no_room)?;
        self.masters.fetch(&self.key, &self.object, &mut file, |_| ()).await.map_err(|error| match error {
            FetchError::Storage(error) => error.into(),
            FetchError::Disk(error) => no_room(error),
        })
    }
}

fn no_room(error: io::Error) -> ImageError {
    ImageError::Storage(format!("pyramids of plain files: {error}"))
}

/// Removes what was made first until there is room, be it a pyramid or what an interrupted process left; `newest` stays.
fn sweep(folder: &Path, most: u64, newest: &Path) {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len(), entry.path()))
        })
        .collect();
    files.sort();
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if total <= most {
            break;
        }
        if path != newest && std::fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_first_goes_first_whatever_it_is() {
        let folder = tempfile::tempdir().expect("folder");
        for (age, name) in [(3, ".tmp-left-behind"), (2, "older.tif"), (1, "newer.tif")] {
            let file = std::fs::File::create(folder.path().join(name)).expect("made");
            file.set_len(10).expect("sized");
            file.set_modified(SystemTime::now() - std::time::Duration::from_secs(age)).expect("dated");
        }
        let newest = folder.path().join("newer.tif");
        let left = |most| {
            sweep(folder.path(), most, &newest);
            let names = std::fs::read_dir(folder.path()).expect("listed").map(|entry| entry.expect("entry").file_name());
            let mut names: Vec<String> = names.map(|name| name.into_string().expect("text")).collect();
            names.sort();
            names
        };
        assert_eq!(left(30), [".tmp-left-behind", "newer.tif", "older.tif"]);
        assert_eq!(left(20), ["newer.tif", "older.tif"]);
        assert_eq!(left(0), ["newer.tif"]);
    }
}
