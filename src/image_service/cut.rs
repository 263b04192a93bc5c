//! Tiles in, picture out: blocking work, a row of tiles at a time.

use std::sync::Arc;

use bytes::Bytes;

use super::ImageError;
use super::decoded::{Decoded, Key};
use super::lanes::Wanted;
use super::plan::Plan;
use super::strip::{Frame, Strip};
use crate::iiif::image::{Format, Quality, Resolved};
use crate::pyramid::{Index, Level};
use crate::raster::Planes;
use crate::render::{self, EncodeOptions, Finish};

/// Fewest tiles of a row that are worth the threads to decode them together.
const SHARED: usize = 8;

/// A tile on its way into a picture.
#[derive(Clone)]
pub(super) enum Piece {
    /// As the file has it.
    Packed(Bytes),
    /// The file leaves it out.
    Missing,
    /// It was decoded before.
    Decoded(Arc<Planes>),
}

/// An answer that is being made from decoded tiles.
pub(super) struct Cut {
    index: Arc<Index>,
    plan: Plan,
    request: Resolved,
    encode: EncodeOptions,
    strip: Strip,
    /// The row of tiles that comes next.
    row: u32,
    /// Whether luma and chroma are taken apart.
    planar: bool,
    decoded: Option<(Arc<Decoded>, [u8; 8])>,
}

impl Cut {
    /// With nothing made yet. Tiles that are decoded are kept in `decoded`, if it is given, for the master of that name.
    pub fn new(
        index: Arc<Index>,
        mut plan: Plan,
        request: Resolved,
        encode: EncodeOptions,
        decoded: Option<(Arc<Decoded>, [u8; 8])>,
        _in_parts: bool,
    ) -> Self {
        let level = &index.levels[plan.level];
        // What stands for a tile that is not there has all its pixels, together.
        let sparse = plan.tiles_of(level).any(|range| range.is_none());
        let planar = !sparse && level.tile_width.is_multiple_of(2) && level.tile_height.is_multiple_of(2) && is_planar(&request);
        if sparse {
            plan.eighths = 8;
        }
        let (strip, row) = (Strip::new(Frame::new(level, &plan), u32::MAX), plan.rows.start);
        Self { index, plan, request, encode, strip, row, planar, decoded }
    }

    /// The tile at a place, if it was decoded before.
    pub fn known(&self, column: u32, row: u32) -> Option<Arc<Planes>> {
        let (kept, master) = self.decoded.as_ref()?;
        kept.get(&Key::new(*master, &self.plan, self.planar, column, row))
    }

    fn level(&self) -> &Level {
        &self.index.levels[self.plan.level]
    }

    /// Adds the next row of tiles, from left to right; `helpers` more threads may be used for it.
    pub fn row(&mut self, pieces: &[Piece], helpers: usize, wanted: &Wanted) -> Result<Vec<u8>, ImageError> {
        let tiles = self.decode(pieces, helpers, wanted)?;
        let columns = self.plan.columns.clone();
        self.strip.append(self.row, columns, tiles.iter().map(Arc::as_ref))?;
        self.row += 1;
        Ok(Vec::new())
    }

    fn decode(&self, pieces: &[Piece], helpers: usize, wanted: &Wanted) -> Result<Vec<Arc<Planes>>, ImageError> {
        let numbered: Vec<(u32, &Piece)> = self.plan.columns.clone().zip(pieces).collect();
        let decode = |part: &[(u32, &Piece)]| -> Result<Vec<Arc<Planes>>, ImageError> {
            part.iter().map(|(column, piece)| wanted.check().and_then(|()| self.tile(*column, piece))).collect()
        };
        if helpers == 0 || numbered.len() < SHARED {
            return decode(&numbered);
        }
        let share = numbered.len().div_ceil(helpers + 1);
        std::thread::scope(|scope| {
            let threads: Vec<_> = numbered.chunks(share).map(|part| scope.spawn(move || decode(part))).collect();
            let mut tiles = Vec::with_capacity(numbered.len());
            for thread in threads {
                tiles.extend(thread.join().map_err(|_| ImageError::Damaged("decoding failed".to_owned()))??);
            }
            Ok(tiles)
        })
    }

    fn tile(&self, column: u32, piece: &Piece) -> Result<Arc<Planes>, ImageError> {
        let (level, eighths) = (self.level(), self.plan.eighths);
        match piece {
            Piece::Decoded(planes) => Ok(planes.clone()),
            Piece::Missing => Ok(Arc::new(Planes::whole(level.blank_tile()))),
            Piece::Packed(bytes) => {
                let planes = Arc::new(level.decode_planes(bytes, eighths, self.planar)?);
                if let Some((kept, master)) = &self.decoded {
                    kept.keep(Key::new(*master, &self.plan, self.planar, column, self.row), planes.clone());
                }
                Ok(planes)
            }
        }
    }

    /// The answer, once every row of tiles has come.
    pub fn finish(self) -> Result<Vec<u8>, ImageError> {
        let Self { request, encode, strip, .. } = self;
        let (planes, window) = strip.picture()?;
        let planar = planes.as_ycbcr().is_some() || planes.first().channels() == crate::raster::Channels::Gray;
        if planar && as_jpeg(&request) {
            let sized = match request.quality {
                Quality::Gray => render::size_luma(planes, window, request.size)?,
                _ => render::size_planes(planes, window, request.size)?,
            };
            return Ok(sized.encode(&encode)?);
        }
        let finish = Finish { size: request.size, rotation: request.rotation, quality: request.quality, format: request.format };
        let raster = strip.into_planes().map(Planes::into_first);
        let raster = raster.ok_or_else(|| ImageError::Damaged("no tile holds this region".to_owned()))?;
        Ok(render::finish(raster, window, &finish, &encode)?)
    }
}

/// A JPEG that is not turned, in its colours or in gray: luma and chroma need not become red, green and blue for that.
fn as_jpeg(request: &Resolved) -> bool {
    request.format == Format::Jpg && request.rotation.is_none() && request.quality != Quality::Bitonal
}

/// Whether luma and chroma are taken apart: for such JPEGs; and whatever is gray needs the luma only.
fn is_planar(request: &Resolved) -> bool {
    as_jpeg(request) || matches!(request.quality, Quality::Gray | Quality::Bitonal)
}
