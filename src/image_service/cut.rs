//! Tiles in, picture out: blocking work.

use bytes::Bytes;

use super::ImageError;
use super::plan::{Plan, Tile};
use crate::iiif::image::Resolved;
use crate::pyramid::Level;
use crate::raster::Raster;
use crate::render::{self, EncodeOptions, Finish, RenderError, Window};

/// Decodes the tiles of a plan, puts them together and renders the answer.
pub fn cut(level: &Level, plan: &Plan, tiles: &[Bytes], request: &Resolved, encode: &EncodeOptions) -> Result<Vec<u8>, ImageError> {
    let (raster, window) = assemble(level, plan, tiles)?;
    let finish = Finish { size: request.size, rotation: request.rotation, quality: request.quality, format: request.format, profile: None };
    render::finish(raster, window, &finish, encode).map_err(ImageError::from)
}

/// The part of the level that the window touches, and the window within it.
fn assemble(level: &Level, plan: &Plan, tiles: &[Bytes]) -> Result<(Raster, Window), ImageError> {
    let Window { x, y, width, height } = plan.window;
    let (left, top) = (x as u32, y as u32);
    let right = ((x + width).ceil() as u32).min(level.width);
    let bottom = ((y + height).ceil() as u32).min(level.height);
    let mut whole: Option<Raster> = None;
    for &Tile { column, row, range } in &plan.tiles {
        let tile = match range.and_then(|place| tiles.get(place)) {
            Some(bytes) => level.decode_tile(bytes)?,
            None => level.blank_tile(),
        };
        let whole = whole.get_or_insert_with(|| Raster::zeroed(right - left, bottom - top, tile.channels()));
        if whole.channels() != tile.channels() {
            return Err(ImageError::Damaged("tiles differ in their channels".to_owned()));
        }
        let (tile_x, tile_y) = (column * level.tile_width, row * level.tile_height);
        let from = (left.saturating_sub(tile_x), top.saturating_sub(tile_y));
        whole.copy_from(&tile, from, (tile_x.saturating_sub(left), tile_y.saturating_sub(top)));
    }
    let whole = whole.ok_or_else(|| ImageError::Damaged("no tile holds this region".to_owned()))?;
    Ok((whole, Window { x: x - f64::from(left), y: y - f64::from(top), width, height }))
}

impl From<RenderError> for ImageError {
    fn from(error: RenderError) -> Self {
        Self::Render(error)
    }
}
