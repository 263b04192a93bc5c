//! Quality: colour, gray or black and white (Image API 3.0, section 4.4).

use crate::iiif::image::{Format, Quality};
use crate::raster::{Channels, Raster};

/// From this luma on a pixel is white in a bitonal picture.
const WHITE_FROM: u8 = 128;

/// Applies `quality`, and lays what is transparent on white where `format` or the quality knows no transparency.
///
/// A JPEG's luma is left to its encoder.
pub(super) fn tone(raster: Raster, quality: Quality, format: Format) -> Raster {
    let raster = if keeps_alpha(quality, format) { raster } else { on_white(raster) };
    match quality {
        Quality::Default | Quality::Color => raster,
        Quality::Gray if format == Format::Jpg => raster,
        Quality::Gray => gray(raster),
        Quality::Bitonal => bitonal(gray(raster)),
    }
}

/// Whether transparency survives.
pub(super) fn keeps_alpha(quality: Quality, format: Format) -> bool {
    format != Format::Jpg && quality != Quality::Bitonal
}

fn on_white(raster: Raster) -> Raster {
    if raster.channels() != Channels::Rgba {
        return raster;
    }
    let source = raster.pixels().as_chunks::<4>().0;
    let mut pixels = vec![0; source.len() * 3];
    for (target, &[r, g, b, a]) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(source) {
        *target = [r, g, b].map(|v| over_white(v, a));
    }
    Raster::from_pixels(raster.width(), raster.height(), Channels::Rgb, pixels)
}

/// `value`, seen through its `alpha`, on white.
pub(super) fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Luma as ITU-R BT.601 weighs it, which is also what a JPEG's Y is.
fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 77 + u32::from(g) * 150 + u32::from(b) * 29 + 128) >> 8) as u8
}

/// One sample a pixel; with alpha there is no such layout, so red, green and blue are made equal instead.
pub fn gray(mut raster: Raster) -> Raster {
    match raster.channels() {
        Channels::Gray => raster,
        Channels::Rgb => {
            let pixels = raster.pixels().as_chunks::<3>().0.iter().map(|&rgb| luma(rgb)).collect();
            Raster::from_pixels(raster.width(), raster.height(), Channels::Gray, pixels)
        }
        Channels::Rgba => {
            for [r, g, b, _] in raster.pixels_mut().as_chunks_mut::<4>().0 {
                let value = luma([*r, *g, *b]);
                (*r, *g, *b) = (value, value, value);
            }
            raster
        }
    }
}

fn bitonal(mut gray: Raster) -> Raster {
    for value in gray.pixels_mut() {
        *value = if *value >= WHITE_FROM { 255 } else { 0 };
    }
    gray
}

/// The rows of a bitonal raster with one bit a pixel, white being 1; every row begins with a new byte.
pub(super) fn packed(bitonal: &Raster) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(bitonal.width().div_ceil(8) as usize * bitonal.height() as usize);
    for row in bitonal.pixels().chunks(bitonal.stride().max(1)) {
        let (whole, rest) = row.as_chunks::<8>();
        let byte = |pixels: &[u8]| pixels.iter().zip(0..).fold(0, |byte, (value, at)| byte | (value & 0x80) >> at);
        bytes.extend(whole.iter().map(|pixels| byte(pixels)));
        bytes.extend((!rest.is_empty()).then(|| byte(rest)));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const RGBA: [u8; 16] = [0, 0, 0, 255, 255, 255, 255, 255, 10, 20, 30, 0, 0, 0, 0, 128];

    fn toned(channels: Channels, pixels: &[u8], quality: Quality, format: Format) -> (Channels, Vec<u8>) {
        let width = (pixels.len() / channels.count()) as u32;
        let raster = tone(Raster::from_pixels(width, 1, channels, pixels.to_vec()), quality, format);
        assert_eq!((raster.width(), raster.height()), (width, 1));
        (raster.channels(), raster.into_pixels())
    }

    #[test]
    fn each_quality_of_each_layout() {
        use {Channels::*, Format::*, Quality::*};
        let rgb = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
        type Case<'a> = (Channels, &'a [u8], Quality, Format, Channels, &'a [u8]);
        let cases: [Case; 11] = [
            (Rgb, &rgb, Default, Jpg, Rgb, &rgb),
            (Rgb, &rgb, Color, Png, Rgb, &rgb),
            (Rgb, &rgb, Quality::Gray, Png, Channels::Gray, &[77, 149, 29, 255]),
            (Rgb, &rgb, Bitonal, Png, Channels::Gray, &[0, 255, 0, 255]),
            (Channels::Gray, &[0, 127, 128, 255], Bitonal, Jpg, Channels::Gray, &[0, 0, 255, 255]),
            (Channels::Gray, &[7], Color, Jpg, Channels::Gray, &[7]),
            (Rgba, &RGBA, Default, Webp, Rgba, &RGBA),
            (Rgba, &RGBA, Default, Jpg, Rgb, &[0, 0, 0, 255, 255, 255, 255, 255, 255, 127, 127, 127]),
            (Rgba, &RGBA, Quality::Gray, Jpg, Rgb, &[0, 0, 0, 255, 255, 255, 255, 255, 255, 127, 127, 127]),
            (Rgba, &RGBA, Quality::Gray, Png, Rgba, &[0, 0, 0, 255, 255, 255, 255, 255, 18, 18, 18, 0, 0, 0, 0, 128]),
            (Rgba, &RGBA, Bitonal, Gif, Channels::Gray, &[0, 255, 255, 0]),
        ];
        for (channels, pixels, quality, format, expected_channels, expected) in cases {
            let result = toned(channels, pixels, quality, format);
            assert_eq!(result, (expected_channels, expected.to_vec()), "{channels:?} {quality:?} {format:?}");
        }
    }

    #[test]
    fn eight_pixels_to_the_byte() {
        let pixels = [255, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
        let packed = packed(&Raster::from_pixels(10, 2, Channels::Gray, pixels.to_vec()));
        assert_eq!(packed, [0b1010_0000, 0b1000_0000, 0b0011_1111, 0b1100_0000]);
    }
}
