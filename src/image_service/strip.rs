//! The pixels of a level that an answer needs, put together from decoded tiles row by row.

use std::ops::Range;

use super::ImageError;
use super::plan::Plan;
use crate::pyramid::Level;
use crate::raster::Planes;
use crate::render::Window;

/// Where tiles and window lie once every tile is decoded to some eighths of its size.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Of a tile.
    tile: (u32, u32),
    /// Of the level; the last column and row may stand for less than a pixel.
    level: (u32, u32),
    /// Whether the last column and row hold some of the padding behind the edge of the image.
    ragged: (bool, bool),
    /// The window, in pixels of this size.
    pub window: Window,
    /// The pixels that are kept: those of the window and their neighbours, from an even place on.
    across: Range<u32>,
    down: Range<u32>,
}

/// How many pixels beside the window a filter may look at.
const MARGIN: f64 = 8.0;

impl Frame {
    pub fn new(level: &Level, plan: &Plan) -> Self {
        let eighths = u32::from(plan.eighths);
        let scaled = |side: u32| (u64::from(side) * u64::from(eighths)).div_ceil(8) as u32;
        let part = f64::from(eighths) / 8.0;
        let Window { x, y, width, height } = plan.window;
        let window = Window { x: x * part, y: y * part, width: width * part, height: height * part };
        let tile = (scaled(level.tile_width), scaled(level.tile_height));
        let size = (scaled(level.width), scaled(level.height));
        let kept = |from: f64, length: f64, tiles: &Range<u32>, tile: u32, whole: u32| {
            let start = ((from - MARGIN).max(0.0) as u32 & !1).max(tiles.start * tile);
            start..((from + length + MARGIN).ceil() as u32).min(whole).min(tiles.end * tile)
        };
        let ragged = |side: u32| !(u64::from(side) * u64::from(eighths)).is_multiple_of(8);
        Self {
            across: kept(window.x, window.width, &plan.columns, tile.0, size.0),
            down: kept(window.y, window.height, &plan.rows, tile.1, size.1),
            tile,
            level: size,
            ragged: (ragged(level.width), ragged(level.height)),
            window,
        }
    }
}

/// The rows that are at hand.
pub(super) struct Strip {
    frame: Frame,
    planes: Option<Planes>,
    rows: Range<u32>,
    /// Rows that there is room for.
    room: u32,
}

impl Strip {
    /// Without rows yet; with room for `room` rows, more where a row of tiles needs it.
    pub fn new(frame: Frame, room: u32) -> Self {
        let rows = frame.down.start..frame.down.start;
        let room = room.min(frame.down.end - frame.down.start).max(1);
        Self { frame, planes: None, rows, room }
    }

    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The rows of the level that are at hand.
    pub fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    /// Adds a row of tiles, from left to right; each row follows the one before.
    pub fn append<'a>(&mut self, row: u32, columns: Range<u32>, tiles: impl IntoIterator<Item = &'a Planes>) -> Result<(), ImageError> {
        let Frame { tile, across, down, .. } = self.frame.clone();
        let top = row * tile.1;
        let bottom = (top + tile.1).min(down.end);
        self.make_room(bottom.saturating_sub(self.rows.start));
        for (column, piece) in columns.zip(tiles) {
            if (piece.width(), piece.height()) != tile {
                return Err(ImageError::Damaged("a tile of another size than its level says".to_owned()));
            }
            let left = column * tile.0;
            let from = (across.start.saturating_sub(left), self.rows.start.saturating_sub(top));
            let to = (left.saturating_sub(across.start), top.saturating_sub(self.rows.start));
            let whole = self.planes.get_or_insert_with(|| piece.blank(across.end - across.start, self.room));
            if !whole.paste(piece, from, to) {
                return Err(ImageError::Damaged("tiles differ in their channels".to_owned()));
            }
        }
        self.rows.end = bottom;
        self.mend_edges();
        Ok(())
    }

    fn make_room(&mut self, rows: u32) {
        if rows <= self.room {
            return;
        }
        self.room = rows;
        if let Some(planes) = &mut self.planes {
            let mut larger = planes.blank(planes.width(), rows);
            larger.paste(planes, (0, 0), (0, 0));
            *planes = larger;
        }
    }

    /// Lets go of the rows above; an even number of them.
    pub fn forget_above(&mut self, row: u32) {
        let gone = row.min(self.rows.end).saturating_sub(self.rows.start) & !1;
        if let (1.., Some(planes)) = (gone, &mut self.planes) {
            let mut rest = planes.blank(planes.width(), self.room);
            rest.paste(planes, (0, gone), (0, 0));
            *planes = rest;
            self.rows.start += gone;
        }
    }

    /// What lies behind the edge of the image is padding, of any colour: where a last sample holds some of it, its neighbour
    /// stands for it.
    fn mend_edges(&mut self) {
        let Frame { across, down, level, ragged, .. } = &self.frame;
        let (right, bottom) = (across.end == level.0, self.rows.end == level.1 && self.rows.end == down.end);
        let Some(planes) = &mut self.planes else { return };
        let (width, height) = (across.end - across.start, self.rows.end - self.rows.start);
        planes.each(|plane, factor| {
            if right && (ragged.0 || !level.0.is_multiple_of(factor.0)) {
                plane.repeat_column(width.div_ceil(factor.0) - 1);
            }
            if bottom && (ragged.1 || !level.1.is_multiple_of(factor.1)) {
                plane.repeat_row(height.div_ceil(factor.1) - 1);
            }
        });
    }

    /// What is at hand, and the window as it lies in it.
    pub fn picture(&self) -> Result<(&Planes, Window), ImageError> {
        let Window { x, y, width, height } = self.frame.window;
        let planes = self.planes.as_ref().ok_or_else(|| ImageError::Damaged("no tile holds this region".to_owned()))?;
        Ok((planes, Window { x: x - f64::from(self.frame.across.start), y: y - f64::from(self.rows.start), width, height }))
    }

    pub fn into_planes(self) -> Option<Planes> {
        self.planes
    }
}
