//! The kinds of packing and of colour that files have.

use crate::raster::Channels;
use serde::{Deserialize, Serialize};

/// How tiles or strips are packed.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    None,
    Lzw,
    Deflate,
    Jpeg,
    PackBits,
    Zstd,
    WebP,
    /// CCITT T.6, for images of one bit.
    Group4,
    /// CCITT T.4, for images of one bit.
    Group3,
}

/// How samples make a colour in the file; decoded tiles are always gray, RGB or RGBA.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    Gray,
    /// Gray with 0 as white.
    GrayInverted,
    GrayAlpha,
    /// Gray already multiplied by alpha.
    GrayAlphaPremultiplied,
    Rgb,
    Rgba,
    /// RGB already multiplied by alpha.
    RgbaPremultiplied,
    /// Full-range YCbCr of BT.601: in JPEG, or with samples that several pixels share.
    YCbCr,
    /// Numbers of colours in a table.
    Palette,
    /// Cyan, magenta, yellow and black ink.
    Cmyk,
    /// CIE L*a*b* under D50, a* and b* signed.
    Lab,
    /// The same, with an offset in place of the sign.
    IccLab,
}

impl Color {
    /// What a decoded tile has.
    pub fn channels(self) -> Channels {
        match self {
            Color::Gray | Color::GrayInverted => Channels::Gray,
            Color::Rgb | Color::YCbCr | Color::Palette | Color::Cmyk | Color::Lab | Color::IccLab => Channels::Rgb,
            Color::GrayAlpha | Color::GrayAlphaPremultiplied | Color::Rgba | Color::RgbaPremultiplied => Channels::Rgba,
        }
    }

    /// Samples of each pixel in the file that count; others may follow them.
    pub(super) fn samples(self) -> usize {
        match self {
            Color::Gray | Color::GrayInverted | Color::Palette => 1,
            Color::GrayAlpha | Color::GrayAlphaPremultiplied => 2,
            Color::Rgb | Color::YCbCr | Color::Lab | Color::IccLab => 3,
            Color::Rgba | Color::RgbaPremultiplied | Color::Cmyk => 4,
        }
    }

    /// Whether the file's colour profile speaks of the decoded samples too: not where they are converted to another kind.
    pub(super) fn keeps_profile(self) -> bool {
        !matches!(self, Color::Cmyk | Color::Lab | Color::IccLab)
    }
}

/// What a compression is called, by TIFF's number.
pub(super) fn compression_name(number: u64) -> &'static str {
    match number {
        1 => "none",
        2 => "CCITT modified Huffman",
        3 => "CCITT Group 3",
        4 => "CCITT Group 4",
        5 => "LZW",
        6 => "old-style JPEG",
        7 => "JPEG",
        8 | 32946 => "deflate",
        9 | 10 => "JBIG",
        32766 => "NeXT",
        32771 => "CCITT modified Huffman, word-aligned",
        32773 => "PackBits",
        32809 => "ThunderScan",
        32908 | 32909 => "Pixar",
        33003 | 33004 | 33005 | 34712 => "JPEG 2000",
        34661 => "JBIG",
        34676 | 34677 => "SGI LogLuv",
        34887 => "LERC",
        34892 => "lossy JPEG of DNG",
        34925 => "LZMA",
        34926 | 50000 => "Zstandard",
        34927 | 50001 => "WebP",
        34933 => "PNG",
        34934 | 22610 => "JPEG XR",
        50002 | 52546 => "JPEG XL",
        _ => "unknown",
    }
}

/// What a photometric interpretation is called, by TIFF's number.
pub(super) fn color_name(number: Option<u64>) -> &'static str {
    match number {
        Some(0) => "gray (0 is white)",
        Some(1) => "gray",
        Some(2) => "RGB",
        Some(3) => "palette",
        Some(4) => "transparency mask",
        Some(5) => "CMYK",
        Some(6) => "YCbCr",
        Some(8) => "CIE L*a*b*",
        Some(9) => "ICC L*a*b*",
        Some(10) => "ITU L*a*b*",
        Some(32803) => "colour filter array of a camera",
        Some(34892) => "linear raw of a camera",
        Some(32844 | 32845) => "SGI LogLuv",
        _ => "unknown",
    }
}
