//! A picture held in memory, read out by rows, upright.

use super::exif::Orientation;
use crate::pyramid::{RowError, RowSource};
use crate::raster::{Channels, Raster};

/// Gives the rows of a raster the way up that its orientation says, without a second copy of it.
pub(super) struct Held {
    raster: Raster,
    orientation: Orientation,
    icc: Option<Vec<u8>>,
    next: u32,
}

impl Held {
    pub fn new(raster: Raster, orientation: Orientation, icc: Option<Vec<u8>>) -> Self {
        Self { raster, orientation, icc, next: 0 }
    }

    /// Where the picture's pixel (`x`, `y`) is stored.
    fn stored(&self, x: u32, y: u32) -> (u32, u32) {
        let Orientation { swap, flip_x, flip_y } = self.orientation;
        let (x, y) = if swap { (y, x) } else { (x, y) };
        let x = if flip_x { self.raster.width() - 1 - x } else { x };
        let y = if flip_y { self.raster.height() - 1 - y } else { y };
        (x, y)
    }

    fn copy<const N: usize>(&self, rows: &mut [u8]) {
        let (width, target) = (self.width() as usize, rows.as_chunks_mut::<N>().0);
        let count = target.len() / width;
        // When rows and columns change places, walk along the stored rows: that is along each column of the picture.
        let (outer, inner) = if self.orientation.swap { (width, count) } else { (count, width) };
        for a in 0..outer {
            for b in 0..inner {
                let (column, row) = if self.orientation.swap { (a, b) } else { (b, a) };
                let (x, y) = self.stored(column as u32, self.next + row as u32);
                target[row * width + column].copy_from_slice(self.raster.pixel(x, y));
            }
        }
    }
}

impl RowSource for Held {
    fn width(&self) -> u32 {
        if self.orientation.swap { self.raster.height() } else { self.raster.width() }
    }

    fn height(&self) -> u32 {
        if self.orientation.swap { self.raster.width() } else { self.raster.height() }
    }

    fn channels(&self) -> Channels {
        self.raster.channels()
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        let stride = self.width() as usize * self.channels().count();
        let count = rows.len() / stride.max(1);
        if count > (self.height() - self.next) as usize {
            return Err(RowError::Damaged("more rows were asked for than there are".into()));
        }
        if self.orientation == Orientation::UPRIGHT {
            let start = self.next as usize * stride;
            rows.copy_from_slice(&self.raster.pixels()[start..start + rows.len()]);
        } else {
            match self.channels() {
                Channels::Gray => self.copy::<1>(rows),
                Channels::Rgb => self.copy::<3>(rows),
                Channels::Rgba => self.copy::<4>(rows),
            }
        }
        self.next += count as u32;
        Ok(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        self.icc.clone()
    }
}

/// The raster without alpha, if that says nothing: every pixel is opaque.
pub(super) fn without_idle_alpha(raster: Raster) -> Raster {
    let opaque = raster.channels() == Channels::Rgba && raster.pixels().as_chunks::<4>().0.iter().all(|pixel| pixel[3] == u8::MAX);
    if !opaque {
        return raster;
    }
    let (width, height, mut pixels) = (raster.width(), raster.height(), raster.into_pixels());
    for pixel in 1..pixels.len() / 4 {
        pixels.copy_within(4 * pixel..4 * pixel + 3, 3 * pixel);
    }
    pixels.truncate(pixels.len() / 4 * 3);
    Raster::from_pixels(width, height, Channels::Rgb, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(channels: Channels, pixels: Vec<u8>, tag: u16, band: u32) -> (u32, Vec<u8>) {
        let mut held = Held::new(Raster::from_pixels(3, 2, channels, pixels), Orientation::from_tag(tag), None);
        let (stride, mut all) = (held.width() as usize * channels.count(), Vec::new());
        let mut left = held.height();
        while left > 0 {
            let count = left.min(band);
            let mut rows = vec![0; stride * count as usize];
            held.read_rows(&mut rows).unwrap();
            all.extend(rows);
            left -= count;
        }
        assert!(held.read_rows(&mut vec![0; stride]).is_err());
        (held.width(), all)
    }

    #[test]
    fn all_eight_ways_up() {
        let cases = [
            (1, 3, "abcdef"),
            (2, 3, "cbafed"),
            (3, 3, "fedcba"),
            (4, 3, "defabc"),
            (5, 2, "adbecf"),
            (6, 2, "daebfc"),
            (7, 2, "fcebda"),
            (8, 2, "cfbead"),
        ];
        for (tag, width, expected) in cases {
            for band in [1, 2, 3] {
                assert_eq!(read(Channels::Gray, b"abcdef".to_vec(), tag, band), (width, expected.into()), "{tag}");
                for channels in [Channels::Rgb, Channels::Rgba] {
                    let wide = |text: &str| text.bytes().flat_map(|b| [b, 1, 2, 3].into_iter().take(channels.count())).collect::<Vec<_>>();
                    assert_eq!(read(channels, wide("abcdef"), tag, band), (width, wide(expected)), "{tag}");
                }
            }
        }
    }

    #[test]
    fn alpha_that_says_nothing_goes() {
        let picture = |alpha| Raster::from_pixels(2, 1, Channels::Rgba, vec![1, 2, 3, 255, 4, 5, 6, alpha]);
        assert_eq!(without_idle_alpha(picture(255)), Raster::from_pixels(2, 1, Channels::Rgb, vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(without_idle_alpha(picture(254)), picture(254));
        let gray = Raster::from_pixels(4, 1, Channels::Gray, vec![255; 4]);
        assert_eq!(without_idle_alpha(gray.clone()), gray);
    }
}
