//! Tiles in, picture out: blocking work, a row of tiles at a time.

use std::sync::Arc;

use bytes::Bytes;

use super::ImageError;
use super::colours::Colours;
use super::decoded::{Decoded, Key};
use super::lanes::Wanted;
use super::parts::Parts;
use super::plan::Plan;
use super::strip::{Frame, Strip};
use crate::iiif::image::{Dimensions, Format, Quality, Resolved};
use crate::pyramid::{Index, Level};
use crate::raster::{Channels, Planes};
use crate::render::{self, EncodeOptions, Finish, RenderError, SizedPlanes, Window};

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

/// What a picture is made for, beside its pixels.
#[derive(Clone)]
pub(super) struct Order {
    pub request: Resolved,
    pub encode: EncodeOptions,
    pub colours: Colours,
    /// Whether parts of it are wanted before the last is made.
    pub in_parts: bool,
}

/// An answer that is being made from decoded tiles.
pub(super) struct Cut {
    index: Arc<Index>,
    plan: Plan,
    order: Order,
    strip: Strip,
    /// The row of tiles that comes next.
    row: u32,
    /// Whether luma and chroma are taken apart.
    planar: bool,
    decoded: Option<(Arc<Decoded>, [u8; 8])>,
    parts: Option<Parts>,
}

impl Cut {
    /// With nothing made yet. Tiles that are decoded are kept in `decoded`, if it is given, for the master of that name.
    pub fn new(index: Arc<Index>, mut plan: Plan, order: Order, decoded: Option<(Arc<Decoded>, [u8; 8])>) -> Self {
        let level = &index.levels[plan.level];
        // What stands for a tile that is not there has all its pixels, together.
        let sparse = plan.tiles_of(level).any(|range| range.is_none());
        let even = level.tile_width.is_multiple_of(2) && level.tile_height.is_multiple_of(2);
        let planar = !sparse && even && order.colours.to_srgb.is_none() && is_planar(&order.request);
        if sparse {
            plan.eighths = 8;
        }
        let frame = Frame::new(level, &plan);
        let room = if order.in_parts { 0 } else { u32::MAX };
        let (strip, row) = (Strip::new(frame, room), plan.rows.start);
        Self { index, plan, order, strip, row, planar, decoded, parts: None }
    }

    /// The tile at a place, if it was decoded before.
    pub fn known(&self, column: u32, row: u32) -> Option<Arc<Planes>> {
        let (kept, master) = self.decoded.as_ref()?;
        kept.get(&Key::new(*master, &self.plan, self.planar, column, row))
    }

    fn level(&self) -> &Level {
        &self.index.levels[self.plan.level]
    }

    /// Adds the next row of tiles, from left to right; `helpers` more threads may be used for it. Gives the bytes that can be made
    /// by now, if parts are wanted.
    pub fn row(&mut self, pieces: &[Piece], helpers: usize, wanted: &Wanted) -> Result<Vec<u8>, ImageError> {
        let tiles = self.decode(pieces, helpers, wanted)?;
        let columns = self.plan.columns.clone();
        self.strip.append(self.row, columns, tiles.iter().map(Arc::as_ref))?;
        self.row += 1;
        if !self.order.in_parts {
            return Ok(Vec::new());
        }
        if self.parts.is_none() {
            self.parts = Some(Parts::new(&self.strip, &self.order)?);
        }
        let last = self.row == self.plan.rows.end;
        self.parts.as_mut().map_or(Ok(Vec::new()), |parts| parts.take(&mut self.strip, &self.order, last, wanted))
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

    /// The answer, or what is still missing of it, once every row of tiles has come.
    pub fn finish(self) -> Result<Vec<u8>, ImageError> {
        let Self { order, strip, parts, .. } = self;
        if let Some(parts) = parts {
            return parts.finish();
        }
        let Order { request, encode, colours, .. } = order;
        let (planes, window) = strip.picture()?;
        if colours.to_srgb.is_none() && as_jpeg(&request) && is_apart(planes) {
            return Ok(sized(planes, window, &request, request.size)?.encode(&encode, colours.profile())?);
        }
        let (size, rotation, quality, format) = (request.size, request.rotation, request.quality, request.format);
        let raster = strip.into_planes().map(Planes::into_first);
        let mut raster = raster.ok_or_else(|| ImageError::Damaged("no tile holds this region".to_owned()))?;
        if let Some(transform) = &colours.to_srgb {
            transform.apply_to(&mut raster);
        }
        Ok(render::finish(raster, window, &Finish { size, rotation, quality, format, profile: colours.profile() }, &encode)?)
    }
}

/// Whether planes can become a JPEG as they are.
pub(super) fn is_apart(planes: &Planes) -> bool {
    planes.as_ycbcr().is_some() || planes.first().channels() == Channels::Gray
}

/// A part of a picture at the size of the answer, or of a band of it.
pub(super) fn sized(planes: &Planes, window: Window, request: &Resolved, size: Dimensions) -> Result<SizedPlanes, RenderError> {
    match request.quality {
        Quality::Gray => render::size_luma(planes, window, size),
        _ => render::size_planes(planes, window, size),
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
