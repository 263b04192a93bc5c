//! The master that is served: a drawn plate, so that nothing has to be fetched and every run measures the same bytes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use triptych::demo::{Plate, plates};
use triptych::pyramid::{RowError, RowSource, WriteOptions, write};
use triptych::raster::Channels;

use crate::Outcome;

/// Writes the plate as a pyramid.
pub fn draw(file: &Path) -> Outcome<()> {
    let plate = plates().iter().find(|plate| plate.slug == "island").ok_or("the plate is missing")?;
    std::fs::create_dir_all(file.parent().ok_or("no directory")?)?;
    let mut out = BufWriter::new(File::create(file)?);
    write(&mut out, &mut Rows { plate, row: 0 }, &WriteOptions::default())?;
    Ok(out.flush()?)
}

struct Rows {
    plate: &'static Plate,
    row: u32,
}

impl RowSource for Rows {
    fn width(&self) -> u32 {
        self.plate.width
    }

    fn height(&self) -> u32 {
        self.plate.height
    }

    fn channels(&self) -> Channels {
        Channels::Rgb
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        self.plate.draw_rows(self.row, rows);
        self.row += (rows.len() / (self.plate.width as usize * 3)) as u32;
        Ok(())
    }
}
