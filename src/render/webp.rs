//! Lossy WebP, and its container where there is a colour profile to carry.

use webp::{PixelLayout, WebPConfig};

use super::{RenderError, encode};
use crate::raster::{Channels, Raster};

/// libwebp's scale from 0 (fast) to 6 (small): from 3 on it takes more than twice the time.
const METHOD: i32 = 2;
/// Bytes of the file's heading: `RIFF`, its length, `WEBP`.
const HEADING: usize = 12;
/// Bytes of a chunk's heading: its name and length.
const CHUNK: usize = 8;
/// In the extended header's first byte: a colour profile follows.
const HAS_PROFILE: u8 = 0x20;

/// The picture; `profile` must fit its channels.
pub(super) fn webp(raster: &Raster, quality: u8, profile: Option<&[u8]>) -> Result<Vec<u8>, RenderError> {
    encode::check_sides((raster.width(), raster.height()), 16_383, "WebP, whose sides end at 16383")?;
    let mut config = WebPConfig::new().map_err(|()| RenderError::failed("write WebP", "no configuration"))?;
    config.quality = f32::from(quality.min(100));
    config.method = METHOD;
    let write = |pixels: &[u8], layout| {
        let memory = webp::Encoder::new(pixels, layout, raster.width(), raster.height()).encode_advanced(&config);
        let memory = memory.map_err(|e| RenderError::failed("write WebP", format!("{e:?}")))?;
        Ok(profile.map_or_else(|| memory.to_vec(), |profile| with_profile(&memory, raster, profile)))
    };
    match raster.channels() {
        Channels::Gray => write(&encode::tripled(raster), PixelLayout::Rgb),
        Channels::Rgb => write(raster.pixels(), PixelLayout::Rgb),
        Channels::Rgba => write(raster.pixels(), PixelLayout::Rgba),
    }
}

/// Puts the profile between the extended header, which is made if there is none, and the picture (RFC 9649, section 2.7).
fn with_profile(file: &[u8], raster: &Raster, profile: &[u8]) -> Vec<u8> {
    let chunks = &file[HEADING.min(file.len())..];
    let (mut header, picture) = match chunks.split_at_checked(CHUNK + 10) {
        Some((header, rest)) if header.starts_with(b"VP8X") => (header.to_vec(), rest),
        _ => (extended_header(raster), chunks),
    };
    header[CHUNK] |= HAS_PROFILE;
    let padding = profile.len() % 2;
    let length = 4 + header.len() + CHUNK + profile.len() + padding + picture.len();
    let mut bytes = Vec::with_capacity(CHUNK + length);
    bytes.extend(b"RIFF");
    bytes.extend((length as u32).to_le_bytes());
    bytes.extend(b"WEBP");
    bytes.extend(header);
    bytes.extend(b"ICCP");
    bytes.extend((profile.len() as u32).to_le_bytes());
    bytes.extend(profile);
    bytes.extend(&[0][..padding]);
    bytes.extend(picture);
    bytes
}

fn extended_header(raster: &Raster) -> Vec<u8> {
    let side = |length: u32| (length - 1).to_le_bytes()[..3].to_vec();
    [b"VP8X\x0a\0\0\0\0\0\0\0".to_vec(), side(raster.width()), side(raster.height())].concat()
}
