//! A picture put together from bands of tiles, as rows. Blocks.

use std::path::{Path, PathBuf};

use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::PullError;
use super::bands::Band;
use super::plan::Plan;
use crate::formats::{self, ConvertOptions, FormatError, FormatLimits, convert_rows};
use crate::pyramid::{RowError, RowSource};
use crate::raster::Channels;

/// Rows in RGB: tiles of one picture may be gray here and coloured there.
const CHANNELS: Channels = Channels::Rgb;

/// The picture of a plan.
pub struct Assembled {
    width: u32,
    height: u32,
    bands: Receiver<Band>,
    scratch: PathBuf,
    limits: FormatLimits,
    /// Rows that have been put together, and how many bytes of them are given away.
    rows: Vec<u8>,
    given: usize,
    /// The profile of the first tile, which stands for all.
    icc: Option<Vec<u8>>,
    /// Why there are no more rows.
    failure: Option<PullError>,
}

impl Assembled {
    pub fn new(plan: &Plan, bands: Receiver<Band>, scratch: &Path, limits: FormatLimits) -> Self {
        let scratch = scratch.to_owned();
        Self { width: plan.width, height: plan.height, bands, scratch, limits, rows: Vec::new(), given: 0, icc: None, failure: None }
    }

    /// Writes the picture as a pyramid.
    pub fn write(mut self, target: &Path) -> Result<(), PullError> {
        self.advance()?;
        let written = convert_rows(&mut self, target, &ConvertOptions::default());
        match (written, self.failure) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(cause)) => Err(cause),
            (Err(error), None) => Err(error.into()),
        }
    }

    fn stride(&self) -> usize {
        self.width as usize * CHANNELS.count()
    }

    /// Puts the next band together.
    fn advance(&mut self) -> Result<(), PullError> {
        let ended = || PullError::Format(FormatError::Damaged("the picture breaks off".to_owned()));
        let band = self.bands.blocking_recv().ok_or_else(ended)?;
        let height = band.first().map_or(0, |(tile, ..)| tile.height) as usize;
        let stride = self.stride();
        self.rows.clear();
        self.rows.resize(height * stride, 0);
        self.given = 0;
        for (tile, url, bytes) in band {
            let pixels = self.decoded(&url, &bytes, (tile.width, tile.height))?;
            let (start, length) = (tile.x as usize * CHANNELS.count(), tile.width as usize * CHANNELS.count());
            for (row, from) in self.rows.chunks_exact_mut(stride).zip(pixels.chunks_exact(length)) {
                row[start..start + length].copy_from_slice(from);
            }
        }
        Ok(())
    }

    /// The pixels of a tile, which has just this size.
    fn decoded(&mut self, url: &str, bytes: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, PullError> {
        let file = OnDisk::new(&self.scratch, bytes).map_err(PullError::Disk)?;
        let no_picture = |error| PullError::NoPicture { url: url.to_owned(), error };
        let mut rows = formats::rows(&file.0, &self.limits).map_err(no_picture)?;
        if (rows.width(), rows.height()) != (width, height) {
            let (found_width, found_height) = (rows.width(), rows.height());
            return Err(PullError::Size { url: url.to_owned(), width, height, found_width, found_height });
        }
        let mut pixels = vec![0; width as usize * height as usize * rows.channels().count()];
        if self.icc.is_none() {
            self.icc = rows.icc();
        }
        rows.read_rows(&mut pixels).map_err(|error| no_picture(error.into()))?;
        Ok(in_rgb(pixels, rows.channels()))
    }
}

fn in_rgb(pixels: Vec<u8>, channels: Channels) -> Vec<u8> {
    match channels {
        Channels::Gray => pixels.into_iter().flat_map(|gray| [gray; 3]).collect(),
        Channels::Rgb => pixels,
        Channels::Rgba => pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
    }
}

impl RowSource for Assembled {
    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn channels(&self) -> Channels {
        CHANNELS
    }

    fn icc(&self) -> Option<Vec<u8>> {
        self.icc.clone()
    }

    fn read_rows(&mut self, mut rows: &mut [u8]) -> Result<(), RowError> {
        while !rows.is_empty() {
            if self.given == self.rows.len() {
                self.advance().map_err(|error| {
                    let told = RowError::Damaged(error.to_string());
                    self.failure = Some(error);
                    told
                })?;
            }
            let length = rows.len().min(self.rows.len() - self.given);
            let (now, later) = rows.split_at_mut(length);
            now.copy_from_slice(&self.rows[self.given..self.given + length]);
            self.given += length;
            rows = later;
        }
        Ok(())
    }
}

/// A tile as a file, for as long as it is decoded.
struct OnDisk(PathBuf);

impl OnDisk {
    fn new(folder: &Path, bytes: &[u8]) -> std::io::Result<Self> {
        let file = Self(folder.join(Uuid::now_v7().to_string()));
        std::fs::write(&file.0, bytes)?;
        Ok(file)
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("a temporary file could not be deleted: {error}");
        }
    }
}
