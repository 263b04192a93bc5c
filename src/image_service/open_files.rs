//! Files of the open storage that nobody registered, and pages of them.

use std::sync::Arc;

use futures_util::FutureExt;

use super::sources::{Facts, INCOMING, Measured, Source, Tiles, UPLOADS, open_in};
use super::{ImageError, ImageService};
use crate::catalog::Descriptor;
use crate::storage::StorageError;

/// What an identifier may stand for.
struct Candidates {
    /// Files and numbers of pages in them, from 1; the likeliest first.
    pages: Vec<(String, u32)>,
    /// Files among them that are masters of images which the public may not see.
    closed: Vec<String>,
}

impl Candidates {
    fn include(&self, source: &Source) -> bool {
        !self.closed.contains(&source.storage_key) && self.pages.iter().any(|(file, _)| *file == source.storage_key)
    }
}

impl ImageService {
    /// The file, or page of a file, that an unregistered identifier stands for. `files` and `closed` are those of its descriptor.
    pub(super) async fn open_file(&self, id: &str, files: [String; 3], closed: &[String]) -> Result<Arc<Source>, ImageError> {
        if !self.is_open(id) {
            return Err(ImageError::NotFound);
        }
        let candidates = self.candidates(id, files, closed).await?;
        if let Some(source) = self.open_files.get(id).await {
            if candidates.include(&source) && (source.is_fresh() || self.is_unchanged(&source).await?) {
                return Ok(source);
            }
            self.open_files.invalidate(id).await;
        }
        let load = self.load_file(&candidates);
        self.open_files.try_get_with(id.to_owned(), load).await.map_err(|error: Arc<ImageError>| (*error).clone())
    }

    /// The same, if nothing has to be waited for.
    pub(super) fn known_file(&self, id: &str, closed: &[String]) -> Option<Arc<Source>> {
        let source = self.open_files.get(id).now_or_never().flatten().filter(|source| self.is_open(id) && source.is_fresh())?;
        let is_open = |closed: &[String]| !closed.contains(&source.storage_key);
        let of_book = |(book, _)| match self.catalog.known_descriptor(book).as_deref() {
            Some(Descriptor::Unregistered { closed }) => is_open(closed),
            _ => false,
        };
        (is_open(closed) && page_of(id).is_none_or(of_book)).then_some(source)
    }

    fn is_open(&self, id: &str) -> bool {
        self.settings.open_storage && ![UPLOADS, INCOMING].iter().any(|ours| id.starts_with(ours))
    }

    /// Of registered images, whoever registers them chooses the page: only other files have pages here.
    async fn candidates(&self, id: &str, whole: [String; 3], closed: &[String]) -> Result<Candidates, ImageError> {
        let mut candidates = Candidates { pages: whole.map(|file| (file, 1)).into(), closed: closed.to_vec() };
        if let Some((book, page)) = page_of(id) {
            let of_book = files(book);
            let descriptor = self.catalog.descriptor(book, &of_book).await.map_err(ImageError::Catalog)?;
            if let Descriptor::Unregistered { closed } = &*descriptor {
                candidates.pages.extend(of_book.map(|file| (file, page)));
                candidates.closed.extend_from_slice(closed);
            }
        }
        Ok(candidates)
    }

    async fn is_unchanged(&self, source: &Source) -> Result<bool, ImageError> {
        match self.storage.head(&source.storage_key).await {
            Ok(object) if object.version == source.version => {
                source.refresh();
                Ok(true)
            }
            Ok(_) | Err(StorageError::NotFound) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn load_file(&self, candidates: &Candidates) -> Result<Arc<Source>, ImageError> {
        for (file, page) in &candidates.pages {
            if candidates.closed.contains(file) {
                return Err(ImageError::NotFound);
            }
            match self.open_any(file, *page).await {
                Err(ImageError::NotFound) => {}
                other => return other,
            }
        }
        Err(ImageError::NotFound)
    }

    /// Opens a page of a file of the open storage: a pyramid, or one that a pyramid can be made of.
    async fn open_any(&self, key: &str, page: u32) -> Result<Arc<Source>, ImageError> {
        let facts = Facts { page, visible: true, revision: 0 };
        let refused = match open_in(&self.storage, key, page).await {
            Ok(Measured { object, index }) if index.orientation == 1 => {
                let tiles = Tiles { storage: self.storage.clone(), key: key.to_owned(), version: object.version.clone() };
                return Ok(self.source(key.to_owned(), object.version, tiles, index, facts));
            }
            Ok(_) => ImageError::Unsupported("it is stored turned".to_owned()),
            Err(error @ ImageError::Unsupported(_)) => error,
            Err(error) => return Err(error),
        };
        let object = self.storage.head(key).await?;
        let (storage, tiles_key) = self.plain.pyramid(&self.storage, (key, page), &object, refused).await?;
        let Measured { object: pyramid, index } = open_in(&storage, &tiles_key, 1).await?;
        let tiles = Tiles { storage, key: tiles_key, version: pyramid.version };
        Ok(self.source(key.to_owned(), object.version, tiles, index, facts))
    }
}

/// The files that an identifier may stand for, the likeliest first.
pub(super) fn files(id: &str) -> [String; 3] {
    [id.to_owned(), format!("{id}.tif"), format!("{id}.tiff")]
}

/// The file and the number of the page, from 1, that an identifier such as `book.tif;2` may stand for.
fn page_of(id: &str) -> Option<(&str, u32)> {
    let (book, page) = id.rsplit_once(';')?;
    let number = page.parse().ok().filter(|number: &u32| *number > 0 && number.to_string() == page)?;
    Some((book, number)).filter(|_| !book.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_number_after_a_semicolon() {
        for (id, page) in [
            ("book.tif;2", Some(("book.tif", 2))),
            ("a/b;1", Some(("a/b", 1))),
            ("a;b;12", Some(("a;b", 12))),
            ("book.tif", None),
            ("book.tif;", None),
            ("book.tif;0", None),
            ("book.tif;02", None),
            ("book.tif;+2", None),
            ("book.tif;-1", None),
            ("book.tif;4294967296", None),
            (";2", None),
            ("2", None),
        ] {
            assert_eq!(page_of(id), page, "{id}");
        }
    }
}
