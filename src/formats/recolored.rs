//! Rows in other colours.

use crate::pyramid::{RowError, RowSource};
use crate::raster::Channels;
use crate::render::ColorTransform;

/// Rows of another source, in sRGB.
pub(super) struct Recolored<'a> {
    rows: &'a mut dyn RowSource,
    transform: Option<ColorTransform>,
}

impl<'a> Recolored<'a> {
    /// What `icc` means becomes sRGB; without a profile that can be understood rows stay as they are.
    pub fn to_srgb(rows: &'a mut dyn RowSource, icc: Option<&[u8]>) -> Self {
        let transform = icc.and_then(|icc| ColorTransform::to_srgb(icc, rows.channels()));
        Self { rows, transform }
    }
}

impl RowSource for Recolored<'_> {
    fn width(&self) -> u32 {
        self.rows.width()
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn channels(&self) -> Channels {
        self.rows.channels()
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        self.rows.read_rows(rows)?;
        if let Some(transform) = &self.transform {
            transform.apply(rows);
        }
        Ok(())
    }
}
