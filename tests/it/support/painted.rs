//! Masters made for a test: of any size, with something on them.

use std::path::Path;

use triptych::pyramid::{RowError, RowSource, WriteOptions, write};
use triptych::raster::Channels;

/// A picture that is like no other of another `hue`, anywhere.
struct Painted {
    width: u32,
    height: u32,
    hue: u8,
    row: u32,
}

impl RowSource for Painted {
    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn channels(&self) -> Channels {
        Channels::Rgb
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        for row in rows.chunks_mut(self.width as usize * 3) {
            for (x, pixel) in row.chunks_mut(3).enumerate() {
                let stripe = (x as u32 / 24 + self.row / 40) as u8;
                pixel.copy_from_slice(&[self.hue, stripe.wrapping_mul(37).wrapping_add(self.hue), (x as u32 / 4 + self.row / 4) as u8]);
            }
            self.row += 1;
        }
        Ok(())
    }
}

/// Writes a pyramid of this size.
pub fn pyramid(path: &Path, (width, height): (u32, u32), hue: u8, options: &WriteOptions) {
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
    write(&mut file, &mut Painted { width, height, hue, row: 0 }, options).expect("a pyramid");
    std::io::Write::flush(&mut file).expect("written");
}
