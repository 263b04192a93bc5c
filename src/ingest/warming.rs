//! Thumbnails and overviews made before anybody asks, in the background: one image at a time, behind everything else.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::image_service::{ImageError, ImageService, Viewer};

/// Most wishes that wait.
const ROOM: usize = 10_000;

/// Warms images; clones share the line.
#[derive(Clone)]
pub struct Warming {
    images: Arc<ImageService>,
    turn: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

impl Warming {
    pub fn new(images: Arc<ImageService>) -> Self {
        Self { images, turn: Arc::new(Semaphore::new(1)), room: Arc::new(Semaphore::new(ROOM)) }
    }

    /// Makes what is usually asked for of an image, when its turn has come, and says how much was not there yet.
    ///
    /// # Errors
    /// When the image cannot be read, or others need the machine all the time.
    pub async fn now(&self, id: &str) -> Result<usize, ImageError> {
        let _turn = self.turn.acquire().await;
        self.images.warm(&self.images.find(id, Viewer::KeyHolder).await?).await
    }

    /// Forgets what was made of an image, in the memory of this process and on its disk.
    ///
    /// # Errors
    /// When there is no such image, or its record cannot be read.
    pub async fn purge(&self, id: &str) -> Result<(), ImageError> {
        self.images.purge(&*self.images.find(id, Viewer::KeyHolder).await?).await;
        Ok(())
    }

    /// Warms several images later on; what fails is logged. `false`: too many wait already, and these are left out.
    pub fn later(&self, ids: Vec<String>) -> bool {
        let Ok(place) = self.room.clone().try_acquire_owned() else { return false };
        let warming = self.clone();
        tokio::spawn(async move {
            let _place = place;
            for id in ids {
                match warming.now(&id).await {
                    Ok(_) | Err(ImageError::NotFound | ImageError::Gone) => {}
                    Err(error) => tracing::warn!("the image {id} is not warmed: {error}"),
                }
            }
        });
        true
    }
}
