//! JPEGs cut out of a level without decoding.

use super::jpeg::{Marks, Mosaic, Place};
use super::{Color, Compression, Level, PyramidError};

/// Largest side of a JPEG.
const MAX_SIDE: u32 = 0xFFFF;

/// A part of a level that is wanted as a JPEG of its own.
#[derive(Clone, Copy, Debug)]
pub struct SpliceRequest<'a> {
    /// The rectangle in pixels of the level; it must lie within.
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    /// Only the luminance is wanted.
    pub gray: bool,
    /// A colour profile to embed.
    pub icc: Option<&'a [u8]>,
}

/// One JPEG being put together from the tiles of a rectangle, without decoding them. What [`Splice::head`], [`Splice::row`] for each
/// row of tiles, and [`Splice::end`] return, one behind the other, is the stream. It holds one row of tiles in memory.
pub struct Splice {
    head: Vec<u8>,
    mosaic: Mosaic,
}

impl Level {
    /// Prepares a JPEG of a rectangle whose corner lies on the grid of the tiles' coded units (8 or 16 pixels, mostly), which the
    /// corner of each tile does; `first_tile` holds the bytes of the tile in that corner. The pixels are those that decoding gives,
    /// but for chroma that is smoothed across the seams of tiles and not into what has been cut off. It takes as long as going
    /// through the bytes.
    ///
    /// `None` when it cannot be done and decoding is the way: tiles that are no baseline JPEG, are stored inverted or left out of the
    /// file, a corner elsewhere, more than 65535 pixels, tiles that bring their own Huffman tables, or gray out of RGB.
    pub fn splice(&self, request: &SpliceRequest, first_tile: &[u8]) -> Option<Splice> {
        let SpliceRequest { x, y, width, height, gray, icc } = *request;
        let inside = x.checked_add(width)? <= self.width && y.checked_add(height)? <= self.height;
        let whole = inside
            && width.max(height) <= MAX_SIDE
            && self.tiles_in(x, y, width, height).all(|(column, row)| self.tile_range(column, row).is_some());
        let (x, y) = (x % self.tile_width, y % self.tile_height);
        if !whole {
            return None;
        }
        let (mosaic, marks) = self.mosaic(&SpliceRequest { x, y, width, height, gray, icc }, first_tile)?;
        Some(Splice { head: mosaic.head(&marks, 0), mosaic })
    }

    /// The left upper part of one tile as a complete JPEG, without decoding: what an image needs of the tiles at its right and lower
    /// edge, which are stored in full size. With `gray`, only its luminance. `None` as in [`Level::splice`], and for a part that is
    /// larger than the tile or a damaged one.
    pub fn cropped_stream(&self, tile: &[u8], width: u32, height: u32, gray: bool, icc: Option<&[u8]>) -> Option<Vec<u8>> {
        if width > self.tile_width || height > self.tile_height {
            return None;
        }
        let (mosaic, marks) = self.mosaic(&SpliceRequest { x: 0, y: 0, width, height, gray, icc }, tile)?;
        mosaic.alone(&marks, tile)
    }

    /// `request` is in pixels from the corner of the first tile.
    fn mosaic<'a>(&self, request: &SpliceRequest<'a>, first_tile: &[u8]) -> Option<(Mosaic, Marks<'a>)> {
        let SpliceRequest { x, y, width, height, gray, icc } = *request;
        let plain = self.compression == Compression::Jpeg && matches!(self.color, Color::Gray | Color::Rgb | Color::YCbCr);
        if !plain || gray && self.color == Color::Rgb {
            return None;
        }
        let place = Place { x, y, width, height, tile_width: self.tile_width, tile_height: self.tile_height };
        let mosaic = Mosaic::new(place, first_tile, self.tables.as_deref(), gray)?;
        let marks = Marks::new(self.color, icc)?;
        (mosaic.components() == self.color.samples()).then_some((mosaic, marks))
    }
}

impl Splice {
    /// The start of the stream, up to its entropy-coded data.
    pub fn head(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.head)
    }

    /// What the next row of tiles adds to the stream; `tiles` are those of the row from left to right, as
    /// [`Level::tiles_in`] lists them.
    ///
    /// # Errors
    /// `Damaged` when a tile is, or is of another kind than the first one, or when there are more or fewer than the rectangle has.
    pub fn row(&mut self, tiles: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, PyramidError> {
        let mut stream = Vec::new();
        self.mosaic.row(tiles, &mut stream)?;
        Ok(stream)
    }

    /// The end of the stream.
    ///
    /// # Errors
    /// `Damaged` when rows are missing.
    pub fn end(self) -> Result<Vec<u8>, PyramidError> {
        let mut stream = Vec::new();
        self.mosaic.end(&mut stream)?;
        Ok(stream)
    }
}
