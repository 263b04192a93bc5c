//! A large JPEG in bands, from the top down: made and sent while the rows of tiles below are still to come.

use super::ImageError;
use super::cut::{Order, is_apart, sized};
use super::lanes::Wanted;
use super::strip::Strip;
use crate::iiif::image::{Dimensions, Quality};
use crate::raster::Channels;
use crate::render::{self, EncodedBand, JpegBands, RenderError, Window};

/// Rows of the answer in one band, about.
const BAND: u32 = 256;
/// How far the kernel reaches, in pixels of the coarser side.
const REACH: f64 = 3.0;

/// The bands so far.
pub(super) struct Parts {
    bands: JpegBands,
    channels: Channels,
    /// Rows of each band but the last.
    rows: u32,
    /// Rows of the answer that are made.
    done: u32,
}

impl Parts {
    /// For the picture whose first rows are at hand.
    pub fn new(strip: &Strip, order: &Order) -> Result<Self, ImageError> {
        let (planes, _) = strip.picture()?;
        let gray = order.request.quality == Quality::Gray || planes.as_ycbcr().is_none() && planes.first().channels() == Channels::Gray;
        let channels = if gray { Channels::Gray } else { Channels::Rgb };
        let Dimensions { width, height } = order.request.size;
        let bands = JpegBands::new(width, height, channels, &order.encode, order.colours.profile())?;
        Ok(Self { rows: bands.band_rows(BAND), bands, channels, done: 0 })
    }

    /// Makes the bands for which there are enough rows; `last` says that no more come. Lets go of rows that are not needed again.
    pub fn take(&mut self, strip: &mut Strip, order: &Order, last: bool, wanted: &Wanted) -> Result<Vec<u8>, ImageError> {
        let height = order.request.size.height;
        let window = strip.frame().window;
        let step = window.height / f64::from(height);
        let reach = REACH * step.max(1.0) + 1.0;
        let mut bytes = Vec::new();
        while self.done < height {
            let rows = self.rows.min(height - self.done);
            let below = window.y + f64::from(self.done + rows) * step + reach;
            if !last && below > f64::from(strip.rows().end) {
                break;
            }
            wanted.check()?;
            bytes.extend(self.bands.append(&self.band(strip, order, rows, step)?)?);
            self.done += rows;
            strip.forget_above((window.y + f64::from(self.done) * step - reach).max(0.0) as u32);
        }
        Ok(bytes)
    }

    fn band(&self, strip: &Strip, order: &Order, rows: u32, step: f64) -> Result<EncodedBand, RenderError> {
        let (planes, whole) = strip.picture().map_err(|_| RenderError::Empty("no rows are at hand"))?;
        let window = Window { y: whole.y + f64::from(self.done) * step, height: f64::from(rows) * step, ..whole };
        let size = Dimensions { width: order.request.size.width, height: rows };
        if order.colours.to_srgb.is_none() && is_apart(planes) {
            return self.bands.encoder().encode_planes(&sized(planes, window, &order.request, size)?);
        }
        let mut band = render::part(planes.first(), window, size)?;
        if let Some(transform) = &order.colours.to_srgb {
            transform.apply_to(&mut band);
        }
        let band = if self.channels == Channels::Gray { render::gray(band) } else { band };
        self.bands.encoder().encode(&band)
    }

    /// The end of the file.
    pub fn finish(self) -> Result<Vec<u8>, ImageError> {
        Ok(self.bands.finish()?)
    }
}
