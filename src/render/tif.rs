//! A small TIFF: one directory, deflated strips, 8 bits a sample.

use std::io::Cursor;

use tiff::encoder::colortype::{ColorType, Gray8, RGB8, RGBA8};
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder};
use tiff::tags::{ExtraSamples, Tag};
use tiff::{TiffError, TiffResult};

use super::RenderError;
use crate::raster::{Channels, Raster};

/// Writes `raster`; `profile` must fit its channels.
pub(super) fn tiff(raster: &Raster, profile: Option<&[u8]>) -> Result<Vec<u8>, RenderError> {
    let written = match raster.channels() {
        Channels::Gray => write::<Gray8>(raster, profile),
        Channels::Rgb => write::<RGB8>(raster, profile),
        Channels::Rgba => write::<RGBA8>(raster, profile),
    };
    let (width, height) = (raster.width().into(), raster.height().into());
    written.map_err(|error| match error {
        TiffError::LimitsExceeded | TiffError::IntSizeError => RenderError::TooLarge { width, height, what: "TIFF, which ends at 4 GB" },
        other => RenderError::failed("write TIFF", other),
    })
}

fn write<C: ColorType<Inner = u8>>(raster: &Raster, profile: Option<&[u8]>) -> TiffResult<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    let encoder = TiffEncoder::new(&mut file)?;
    let mut encoder = encoder.with_compression(Compression::Deflate(DeflateLevel::Fast)).with_predictor(Predictor::Horizontal);
    let mut image = encoder.new_image::<C>(raster.width(), raster.height())?;
    if raster.channels() == Channels::Rgba {
        // Alpha that the colours have not been multiplied with.
        image.encoder().write_tag(Tag::ExtraSamples, &[ExtraSamples::UnassociatedAlpha.to_u16()][..])?;
    }
    if let Some(profile) = profile {
        image.encoder().write_tag(Tag::IccProfile, profile)?;
    }
    image.write_data(raster.pixels())?;
    Ok(file.into_inner())
}
