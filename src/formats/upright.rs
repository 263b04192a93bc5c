//! Pictures that lie on their side, set upright.

use super::exif::Orientation;
use super::held::Held;
use super::limits::FormatError;
use crate::pyramid::{RowError, RowSource};
use crate::raster::{Channels, Raster};

/// The rows as the source's orientation wants them seen. Only a mirrored picture goes on row by row; one that is turned is held in memory.
pub(super) fn upright(mut rows: Box<dyn RowSource>) -> Result<Box<dyn RowSource>, FormatError> {
    match Orientation::from_tag(rows.orientation()) {
        Orientation::UPRIGHT => Ok(rows),
        Orientation { swap: false, flip_x: true, flip_y: false } => Ok(Box::new(Mirrored(rows))),
        turned => {
            let mut raster = Raster::zeroed(rows.width(), rows.height(), rows.channels());
            rows.read_rows(raster.pixels_mut())?;
            Ok(Box::new(Held::new(raster, turned, rows.icc())))
        }
    }
}

/// Rows of another source, left and right exchanged.
struct Mirrored(Box<dyn RowSource>);

impl RowSource for Mirrored {
    fn width(&self) -> u32 {
        self.0.width()
    }

    fn height(&self) -> u32 {
        self.0.height()
    }

    fn channels(&self) -> Channels {
        self.0.channels()
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        self.0.read_rows(rows)?;
        let width = self.width() as usize;
        match self.channels() {
            Channels::Gray => rows.chunks_exact_mut(width).for_each(<[u8]>::reverse),
            Channels::Rgb => rows.as_chunks_mut::<3>().0.chunks_exact_mut(width).for_each(<[[u8; 3]]>::reverse),
            Channels::Rgba => rows.as_chunks_mut::<4>().0.chunks_exact_mut(width).for_each(<[[u8; 4]]>::reverse),
        }
        Ok(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        self.0.icc()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three by two pixels of a letter each, repeated for each channel.
    struct Letters(u16, Channels, usize);

    impl RowSource for Letters {
        fn width(&self) -> u32 {
            3
        }
        fn height(&self) -> u32 {
            2
        }
        fn channels(&self) -> Channels {
            self.1
        }
        fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
            let all = spread(b"abcdef", self.1);
            rows.copy_from_slice(&all[self.2..][..rows.len()]);
            self.2 += rows.len();
            Ok(())
        }
        fn icc(&self) -> Option<Vec<u8>> {
            Some(vec![7])
        }
        fn orientation(&self) -> u16 {
            self.0
        }
    }

    fn spread(letters: &[u8], channels: Channels) -> Vec<u8> {
        letters.iter().flat_map(|letter| (0..channels.count() as u8).map(move |channel| letter + channel * 8)).collect()
    }

    #[test]
    fn all_eight_ways_up() {
        let cases: [(u16, u32, &[u8; 6]); 10] = [
            (0, 3, b"abcdef"),
            (1, 3, b"abcdef"),
            (2, 3, b"cbafed"),
            (3, 3, b"fedcba"),
            (4, 3, b"defabc"),
            (5, 2, b"adbecf"),
            (6, 2, b"daebfc"),
            (7, 2, b"fcebda"),
            (8, 2, b"cfbead"),
            (9, 3, b"abcdef"),
        ];
        for (tag, width, expected) in cases {
            for channels in [Channels::Gray, Channels::Rgb, Channels::Rgba] {
                let mut rows = upright(Box::new(Letters(tag, channels, 0))).unwrap();
                assert_eq!((rows.width(), rows.height(), rows.icc()), (width, 6 / width, Some(vec![7])), "{tag}");
                assert_eq!(rows.orientation(), if (1..9).contains(&tag) { 1 } else { tag });
                let mut pixels = vec![0; 6 * channels.count()];
                for row in pixels.chunks_mut(width as usize * channels.count()) {
                    rows.read_rows(row).unwrap();
                }
                assert_eq!(pixels, spread(expected, channels), "{tag}");
            }
        }
    }
}
