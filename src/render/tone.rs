//! Quality: colour, gray or black and white (Image API 3.0, section 4.4).

use crate::iiif::image::{Format, Quality};
use crate::raster::{Channels, Raster};

/// From this luma on a pixel is white in a bitonal picture.
const WHITE_FROM: u8 = 128;

/// Applies `quality`, and lays what is transparent on white where `format` or the quality knows no transparency.
pub(super) fn tone(raster: Raster, quality: Quality, format: Format) -> Raster {
    let keeps_alpha = format != Format::Jpg && quality != Quality::Bitonal;
    let raster = if keeps_alpha { raster } else { on_white(raster) };
    match quality {
        Quality::Default | Quality::Color => raster,
        Quality::Gray => gray(raster),
        Quality::Bitonal => bitonal(gray(raster)),
    }
}

fn on_white(raster: Raster) -> Raster {
    if raster.channels() != Channels::Rgba {
        return raster;
    }
    let (width, height) = (raster.width(), raster.height());
    let mut pixels = raster.into_pixels();
    let count = pixels.len() / 4;
    for at in 0..count {
        let [r, g, b, a] = [0, 1, 2, 3].map(|i| pixels[at * 4 + i]);
        pixels[at * 3..at * 3 + 3].copy_from_slice(&[r, g, b].map(|v| over_white(v, a)));
    }
    pixels.truncate(count * 3);
    Raster::from_pixels(width, height, Channels::Rgb, pixels)
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Luma as ITU-R BT.601 weighs it, which is also what a JPEG's Y is.
fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 77 + u32::from(g) * 150 + u32::from(b) * 29 + 128) >> 8) as u8
}

/// One sample a pixel; with alpha there is no such layout, so red, green and blue are made equal instead.
fn gray(mut raster: Raster) -> Raster {
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
            (Rgba, &RGBA, Quality::Gray, Jpg, Channels::Gray, &[0, 255, 255, 127]),
            (Rgba, &RGBA, Quality::Gray, Png, Rgba, &[0, 0, 0, 255, 255, 255, 255, 255, 18, 18, 18, 0, 0, 0, 0, 128]),
            (Rgba, &RGBA, Bitonal, Gif, Channels::Gray, &[0, 255, 255, 0]),
        ];
        for (channels, pixels, quality, format, expected_channels, expected) in cases {
            let result = toned(channels, pixels, quality, format);
            assert_eq!(result, (expected_channels, expected.to_vec()), "{channels:?} {quality:?} {format:?}");
        }
    }
}
