use super::{Level, PyramidError};
use crate::raster::Raster;
impl Level {
    pub fn decode_scaled(&self, bytes: &[u8], _eighths: u8) -> Result<Raster, PyramidError> {
        self.decode_tile(bytes)
    }
}
