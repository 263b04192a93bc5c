//! Pixels in memory.

mod planes;

pub use planes::Planes;

/// What one pixel is made of; every sample is 8 bits, alpha is not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channels {
    Gray,
    Rgb,
    Rgba,
}

impl Channels {
    /// Bytes per pixel.
    pub const fn count(self) -> usize {
        match self {
            Channels::Gray => 1,
            Channels::Rgb => 3,
            Channels::Rgba => 4,
        }
    }
}

/// A rectangle of pixels, rows from top to bottom, samples interleaved, no padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    channels: Channels,
    pixels: Vec<u8>,
}

impl Raster {
    /// A raster of zero bytes: black, and transparent where it has alpha.
    pub fn zeroed(width: u32, height: u32, channels: Channels) -> Self {
        let pixels = vec![0; width as usize * height as usize * channels.count()];
        Self { width, height, channels, pixels }
    }

    /// Takes `pixels` over.
    ///
    /// # Panics
    /// When their number is not `width * height * channels.count()`: the caller has mixed something up.
    pub fn from_pixels(width: u32, height: u32, channels: Channels, pixels: Vec<u8>) -> Self {
        assert_eq!(pixels.len(), width as usize * height as usize * channels.count(), "pixels do not fill the raster");
        Self { width, height, channels, pixels }
    }

    pub fn width(&self) -> u32 {
        self.width
    }

    pub fn height(&self) -> u32 {
        self.height
    }

    pub fn channels(&self) -> Channels {
        self.channels
    }

    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    pub fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// Bytes from one row to the next.
    pub fn stride(&self) -> usize {
        self.width as usize * self.channels.count()
    }

    pub fn row(&self, y: u32) -> &[u8] {
        let stride = self.stride();
        &self.pixels[y as usize * stride..][..stride]
    }

    pub fn pixel(&self, x: u32, y: u32) -> &[u8] {
        let count = self.channels.count();
        &self.row(y)[x as usize * count..][..count]
    }

    /// Copies the part of `source` that starts at (`from_x`, `from_y`) to (`x`, `y`), as far as both rasters reach.
    ///
    /// # Panics
    /// When the two differ in channels.
    pub fn copy_from(&mut self, source: &Raster, (from_x, from_y): (u32, u32), (x, y): (u32, u32)) {
        assert_eq!(self.channels, source.channels, "rasters differ in channels");
        let width = source.width.saturating_sub(from_x).min(self.width.saturating_sub(x)) as usize;
        let height = source.height.saturating_sub(from_y).min(self.height.saturating_sub(y));
        let (count, stride) = (self.channels.count(), self.stride());
        for row in 0..height {
            let from = &source.row(from_y + row)[from_x as usize * count..][..width * count];
            self.pixels[(y + row) as usize * stride + x as usize * count..][..width * count].copy_from_slice(from);
        }
    }

    /// Writes the column before `x` over column `x`, if both are there.
    pub fn repeat_column(&mut self, x: u32) {
        let (count, stride, at) = (self.channels.count(), self.stride(), x as usize * self.channels.count());
        if x > 0 && x < self.width {
            self.pixels.chunks_exact_mut(stride).for_each(|row| row.copy_within(at - count..at, at));
        }
    }

    /// Writes the row before `y` over row `y`, if both are there.
    pub fn repeat_row(&mut self, y: u32) {
        let (stride, at) = (self.stride(), y as usize * self.stride());
        if y > 0 && y < self.height {
            self.pixels.copy_within(at - stride..at, at);
        }
    }

    /// The part at (`x`, `y`), as large as asked or as far as the raster reaches.
    pub fn crop(&self, x: u32, y: u32, width: u32, height: u32) -> Raster {
        let width = width.min(self.width.saturating_sub(x));
        let height = height.min(self.height.saturating_sub(y));
        let mut part = Raster::zeroed(width, height, self.channels);
        part.copy_from(self, (x, y), (0, 0));
        part
    }
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raster({} x {}, {:?})", self.width, self.height, self.channels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_copies_what_is_there() {
        let raster = Raster::from_pixels(3, 2, Channels::Gray, vec![1, 2, 3, 4, 5, 6]);
        assert_eq!(raster.crop(1, 0, 2, 2).pixels(), [2, 3, 5, 6]);
        assert_eq!(raster.crop(2, 1, 9, 9).pixels(), [6]);
        assert_eq!(raster.crop(3, 0, 1, 1).width(), 0);
    }
}
