//! Baseline JPEG, colour at half resolution.

use turbojpeg::{Compressor, OwnedBuf, PixelFormat, Subsamp};

use super::RenderError;
use crate::raster::{Channels, Raster};

/// No side of a JPEG is longer.
pub(super) const LONGEST: u32 = 65_535;
/// What one APP2 segment holds of a colour profile, beside its heading (ICC.1:2022, annex B.4).
pub(super) const PROFILE_PART: usize = 65_519;

const SOI: [u8; 2] = [0xff, 0xd8];
const APP0: [u8; 2] = [0xff, 0xe0];
const APP2: [u8; 2] = [0xff, 0xe2];

/// Whether a picture keeps its colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Components {
    /// As many as the raster has; alpha is left out.
    AsTheyAre,
    /// Luma alone, which the codec finds quicker than we do.
    Luma,
}

/// The whole picture; `profile` must fit its channels.
pub(super) fn jpeg(raster: &Raster, components: Components, quality: u8, profile: Option<&[u8]>) -> Result<Vec<u8>, RenderError> {
    Ok(with_profile(&compressed(raster, components, quality)?, profile))
}

/// A file as the codec writes it, and the profile in it.
pub(super) fn with_profile(bytes: &[u8], profile: Option<&[u8]>) -> Vec<u8> {
    let mut file = Vec::with_capacity(bytes.len() + profile.map_or(0, profile_room));
    let (head, rest) = bytes.split_at(after_app0(bytes));
    file.extend_from_slice(head);
    profile.into_iter().for_each(|profile| push_profile(&mut file, profile));
    file.extend_from_slice(rest);
    file
}

/// A JPEG file as the codec writes it.
pub(super) fn compressed(raster: &Raster, components: Components, quality: u8) -> Result<OwnedBuf, RenderError> {
    let format = match raster.channels() {
        Channels::Gray => PixelFormat::GRAY,
        Channels::Rgb => PixelFormat::RGB,
        Channels::Rgba => PixelFormat::RGBX,
    };
    let gray = components == Components::Luma || raster.channels() == Channels::Gray;
    let image = turbojpeg::Image {
        pixels: raster.pixels(),
        width: raster.width() as usize,
        pitch: raster.stride(),
        height: raster.height() as usize,
        format,
    };
    let compress = || {
        let mut compressor = Compressor::new()?;
        compressor.set_quality(i32::from(quality.clamp(1, 100)))?;
        compressor.set_subsamp(if gray { Subsamp::Gray } else { Subsamp::Sub2x2 })?;
        compressor.compress_to_owned(image)
    };
    compress().map_err(|e| RenderError::failed("write JPEG", e))
}

/// Where further application segments may stand: behind the JFIF header, which must come first.
pub(super) fn after_app0(file: &[u8]) -> usize {
    match file {
        [first, second, 0xff, 0xe0, high, low, ..] if [*first, *second] == SOI => {
            (SOI.len() + APP0.len() + usize::from(u16::from_be_bytes([*high, *low]))).min(file.len())
        }
        _ => SOI.len().min(file.len()),
    }
}

/// Appends the profile in as many numbered segments as it takes.
pub(super) fn push_profile(file: &mut Vec<u8>, profile: &[u8]) {
    let parts = profile.len().div_ceil(PROFILE_PART);
    for (part, number) in profile.chunks(PROFILE_PART).zip(1_usize..) {
        file.extend(APP2);
        file.extend((part.len() as u16 + 16).to_be_bytes());
        file.extend(b"ICC_PROFILE\0");
        file.extend([number as u8, parts as u8]);
        file.extend(part);
    }
}

fn profile_room(profile: &[u8]) -> usize {
    profile.len() + 18 * profile.len().div_ceil(PROFILE_PART)
}
