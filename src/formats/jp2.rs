//! JPEG 2000 masters, decoded as a whole: about 24 bytes for each pixel while that lasts.

use std::fs::File;

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecodedImage, DecoderContext, Image};

use super::codestream::{self, Facts};
use super::convert::Rows;
use super::exif::Orientation;
use super::held::{Held, without_idle_alpha};
use super::limits::{FormatError, FormatLimits, MAX_PROFILE};
use crate::raster::{Channels, Raster};
use crate::render::{CmykTransform, color_space};

/// Most blocks that the samples of a picture may be cut into: each costs some 200 bytes before anything is known of it.
const MAX_BLOCKS: u64 = 2 << 20;
/// Most tiles (ISO/IEC 15444-1, table A.5).
const MAX_TILES: u64 = 65_535;
/// Most quality layers.
const MAX_LAYERS: u16 = 32;

/// Reads and decodes `file`; its claims are checked before memory is taken for pixels.
pub(super) fn open(file: File, limits: &FormatLimits) -> Result<Rows, FormatError> {
    open_reduced(file, u32::MAX, limits)
}

/// The same, halved as often as leaves `at_least` pixels for the longer side and as the file allows.
pub(super) fn open_reduced(file: File, at_least: u32, limits: &FormatLimits) -> Result<Rows, FormatError> {
    let limits = limits.for_jp2();
    let bytes = limits.read_whole(file)?;
    let facts = codestream::facts(&bytes).ok_or_else(|| FormatError::Damaged("JPEG 2000: it has no size".into()))?;
    check(&facts, &limits)?;
    let settings = DecodeSettings { target_resolution: target(&facts, at_least), ..DecodeSettings::default() };
    let image = Image::new(&bytes, &settings).map_err(damaged)?;
    limits.check(image.width().into(), image.height().into())?;
    let layout = layout(&image)?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(damaged)?;
    let samples = interleaved(&decoded, u64::from(image.width()) * u64::from(image.height()), layout.samples())?;
    let raster = layout.raster(image.width(), image.height(), samples);
    Ok(Box::new(Held::new(raster, Orientation::UPRIGHT, layout.profile())))
}

fn damaged(error: impl std::fmt::Display) -> FormatError {
    FormatError::Damaged(format!("JPEG 2000: {error}"))
}

/// Whether claims are ones to be followed up.
pub(super) fn check(facts: &Facts, limits: &FormatLimits) -> Result<(), FormatError> {
    let (width, height) = limits.check(facts.width, facts.height)?;
    let samples = u64::from(width) * u64::from(height) * u64::from(facts.components);
    let refused = |what: String| Err(FormatError::Unsupported(format!("JPEG 2000 {what}")));
    match facts {
        Facts { high_throughput: true, .. } => refused("of the high-throughput variety (HTJ2K)".into()),
        Facts { components: 5.., .. } => refused(format!("with {} components; up to 4 are supported", facts.components)),
        Facts { bits: 17.., .. } => refused(format!("of {} bits a sample; up to 16 are supported", facts.bits)),
        Facts { layers, .. } if *layers > MAX_LAYERS => refused(format!("with {layers} quality layers; up to 32 are supported")),
        Facts { tiles, .. } if *tiles > MAX_TILES => Err(damaged("more tiles than there can be")),
        Facts { complete: false, .. } => Err(damaged("the file ends within its pixels")),
        Facts { block, .. } if *block > 0 && samples / block > MAX_BLOCKS => refused("cut into very small blocks".into()),
        _ => Ok(()),
    }
}

/// The size to ask for so that the longer side keeps `at_least` pixels.
fn target(facts: &Facts, at_least: u32) -> Option<(u32, u32)> {
    let longer = facts.width.max(facts.height);
    let side = |side: u64| u32::try_from(side * u64::from(at_least) / longer).unwrap_or(u32::MAX).max(1);
    (u64::from(at_least) < longer).then(|| (side(facts.width), side(facts.height)))
}

/// All samples, 8 bits each, pixel by pixel.
fn interleaved(decoded: &DecodedImage<'_>, pixels: u64, samples: usize) -> Result<Vec<u8>, FormatError> {
    let components = decoded.components();
    if components.len() != samples || components.iter().any(|component| component.samples().len() as u64 != pixels) {
        return Err(damaged("its components do not make up its colours"));
    }
    Ok(decoded.data_u8())
}

/// What the decoded samples mean.
struct Layout {
    color: Color,
    alpha: bool,
}

enum Color {
    Gray(Option<Vec<u8>>),
    Rgb(Option<Vec<u8>>),
    Inks(Option<Vec<u8>>),
}

fn layout(image: &Image<'_>) -> Result<Layout, FormatError> {
    let refused = |what: &str| Err(FormatError::Unsupported(format!("JPEG 2000 in {what}; gray, RGB and CMYK are supported")));
    let color = match image.color_space() {
        ColorSpace::Gray => Color::Gray(None),
        ColorSpace::RGB => Color::Rgb(None),
        ColorSpace::CMYK => Color::Inks(None),
        ColorSpace::Icc { profile, num_channels } => {
            let kept = Some(profile.clone()).filter(|icc| icc.len() <= MAX_PROFILE);
            match (num_channels, color_space(profile)) {
                (1, _) => Color::Gray(kept),
                (3, Some(b"RGB ")) => Color::Rgb(kept),
                (4, _) => Color::Inks(kept),
                (_, Some(b"Lab ")) => return refused("Lab colours"),
                _ => return refused("uncommon colours"),
            }
        }
        ColorSpace::Unknown { num_channels } => return refused(&format!("{num_channels} channels of unknown meaning")),
    };
    match (&color, image.has_alpha()) {
        (Color::Inks(_), true) => refused("CMYK with alpha"),
        (_, alpha) => Ok(Layout { color, alpha }),
    }
}

impl Layout {
    fn samples(&self) -> usize {
        let colors = match self.color {
            Color::Gray(_) => 1,
            Color::Rgb(_) => 3,
            Color::Inks(_) => 4,
        };
        colors + usize::from(self.alpha)
    }

    fn raster(&self, width: u32, height: u32, samples: Vec<u8>) -> Raster {
        match (&self.color, self.alpha) {
            (Color::Gray(_), false) => Raster::from_pixels(width, height, Channels::Gray, samples),
            (Color::Gray(_), true) => {
                let pixels = samples.as_chunks::<2>().0.iter().flat_map(|&[gray, alpha]| [gray, gray, gray, alpha]).collect();
                without_idle_alpha(Raster::from_pixels(width, height, Channels::Rgba, pixels))
            }
            (Color::Rgb(_), false) => Raster::from_pixels(width, height, Channels::Rgb, samples),
            (Color::Rgb(_), true) => without_idle_alpha(Raster::from_pixels(width, height, Channels::Rgba, samples)),
            (Color::Inks(icc), _) => {
                let mut raster = Raster::zeroed(width, height, Channels::Rgb);
                CmykTransform::new(icc.as_deref()).to_rgb(&samples, raster.pixels_mut());
                raster
            }
        }
    }

    /// The profile that is still to be heeded.
    fn profile(self) -> Option<Vec<u8>> {
        match self.color {
            // Gray with alpha has become RGB, which a profile for gray does not fit.
            Color::Gray(_) if self.alpha => None,
            Color::Gray(icc) | Color::Rgb(icc) => icc,
            Color::Inks(_) => None,
        }
    }
}
