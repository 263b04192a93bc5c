//! How the samples of an image lie in a strip or tile, and how they become bytes.

use super::{Color, Compression, PyramidError, damaged};
use serde::{Deserialize, Serialize};

/// Most samples of a pixel.
pub(super) const MAX_SAMPLES: u64 = 64;

/// The layout of samples, before they mean a colour.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(super) struct Samples {
    /// Stored for each pixel, whether shown or not.
    pub count: u8,
    /// Of each sample.
    pub bits: u8,
    /// Floating-point numbers of which 0 to 1 is shown.
    pub float: bool,
    /// Each sample of the pixels lies in strips or tiles of its own.
    pub planar: bool,
    pub predictor: Predictor,
    pub big_endian: bool,
    /// The first pixel of a byte is in its lowest bit.
    pub reversed: bool,
    /// Pixels across and down that share their Cb and Cr, where samples lie that way; otherwise 1 and 1.
    pub sharing: (u8, u8),
    /// Colours by number, three bytes each.
    pub palette: Option<Vec<u8>>,
    /// How CCITT Group 3 is coded: the field T4Options.
    pub fax: u8,
}

/// What is done to samples so that they pack better.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    /// Each sample is stored as its difference from the one before.
    Horizontal,
    /// Bytes of numbers sorted by weight, then differences.
    Float,
}

impl Samples {
    /// Strips or tiles for one place of the image.
    pub fn planes(&self) -> usize {
        if self.planar { usize::from(self.count) } else { 1 }
    }

    /// Samples beside each other in one plane, for each pixel.
    pub fn stride(&self) -> usize {
        if self.planar { 1 } else { usize::from(self.count) }
    }

    /// Bytes of a row of one plane, unpacked; of as many rows as share their Cb and Cr.
    pub fn row_len(&self, width: u32) -> u64 {
        let (across, down) = (u64::from(self.sharing.0), u64::from(self.sharing.1));
        match across * down {
            1 => (u64::from(width) * self.stride() as u64 * u64::from(self.bits)).div_ceil(8),
            unit => u64::from(width).div_ceil(across) * (unit + 2),
        }
    }

    /// Bytes of one plane of `width` by `height` pixels, unpacked.
    pub fn plane_len(&self, width: u32, height: u32) -> u64 {
        self.row_len(width).saturating_mul(u64::from(height).div_ceil(u64::from(self.sharing.1)))
    }

    /// That the layout is one that is read, whoever wrote it down.
    pub fn check(&self, color: Color, compression: Compression) -> Result<(), PyramidError> {
        let bits = if self.float { matches!(self.bits, 16 | 32 | 64) } else { matches!(self.bits, 1..=16 | 32) };
        let packed = !matches!(compression, Compression::Jpeg | Compression::WebP) || self.bits == 8 && !self.float;
        let packed = packed && !(compression == Compression::WebP && self.planar);
        let bilevel = !matches!(compression, Compression::Group4 | Compression::Group3) || self.bits == 1 && self.stride() == 1;
        let count = (color.samples() as u64..=MAX_SAMPLES).contains(&u64::from(self.count));
        let shared = matches!(self.sharing, (1 | 2 | 4, 1 | 2 | 4)) && (self.sharing == (1, 1) || self.shares());
        let palette = match &self.palette {
            Some(table) => color == Color::Palette && self.bits <= 8 && table.len() == 3 << self.bits,
            None => color != Color::Palette,
        };
        let lab = !matches!(color, Color::Lab | Color::IccLab) || matches!(self.bits, 8 | 16) && !self.float;
        match bits && packed && bilevel && count && shared && palette && lab {
            true => Ok(()),
            false => Err(damaged("samples that lie in no way that is read here")),
        }
    }

    fn shares(&self) -> bool {
        self.bits == 8 && self.count == 3 && !self.planar && !self.float && self.predictor == Predictor::None
    }

    /// Every sample of a row as a byte, black 0 and white 255; numbers of several bytes are in this machine's order.
    pub fn row_to_bytes(&self, row: &[u8], to: &mut [u8]) {
        match (self.bits, self.float) {
            (8, _) => to.copy_from_slice(&row[..to.len()]),
            (16, false) => convert(row, to, |sample| short_to_byte(u16::from_ne_bytes(sample))),
            (32, false) => convert(row, to, |sample| long_to_byte(u32::from_ne_bytes(sample))),
            (16, true) => convert(row, to, |sample| unit_to_byte(half_to_single(u16::from_ne_bytes(sample)))),
            (32, true) => convert(row, to, |sample| unit_to_byte(f32::from_ne_bytes(sample))),
            (64, true) => convert(row, to, |sample| unit_to_byte(f64::from_ne_bytes(sample) as f32)),
            (bits, _) => {
                let most = (1_u32 << bits) - 1;
                let scaled: Vec<u8> = (0..=most.min(255)).map(|sample| ((sample * 255 + most / 2) / most) as u8).collect();
                let scale = |sample: u32| ((sample * 255 + most / 2) / most) as u8;
                self.each_of_few_bits(row, to, |sample| scaled.get(sample as usize).copied().unwrap_or_else(|| scale(sample)));
            }
        }
    }

    /// Every sample of a row as the number it is; for 8 bits or fewer.
    pub fn row_to_numbers(&self, row: &[u8], to: &mut [u8]) {
        match self.bits {
            8 => to.copy_from_slice(&row[..to.len()]),
            _ => self.each_of_few_bits(row, to, |sample| sample as u8),
        }
    }

    /// Samples that do not fill bytes: from each byte's highest bit on.
    fn each_of_few_bits(&self, row: &[u8], to: &mut [u8], of: impl Fn(u32) -> u8) {
        let (bits, mut held, mut have) = (u32::from(self.bits), 0_u32, 0);
        let mut bytes = row.iter();
        for to in to {
            while have < bits {
                held = held << 8 | u32::from(bytes.next().copied().unwrap_or(0));
                have += 8;
            }
            have -= bits;
            *to = of(held >> have & ((1 << bits) - 1));
        }
    }
}

fn convert<const N: usize>(row: &[u8], to: &mut [u8], of: impl Fn([u8; N]) -> u8) {
    row.as_chunks::<N>().0.iter().zip(to).for_each(|(sample, to)| *to = of(*sample));
}

/// Divided by 257 and rounded.
fn short_to_byte(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_895) >> 16) as u8
}

fn long_to_byte(sample: u32) -> u8 {
    let most = u64::from(u32::MAX);
    ((u64::from(sample) * 255 + most / 2) / most) as u8
}

/// 0 to 1 as 0 to 255; what is outside is cut off, and what is no number is black.
fn unit_to_byte(sample: f32) -> u8 {
    (sample.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

/// A floating-point number of 16 bits (IEEE 754 binary16).
fn half_to_single(half: u16) -> f32 {
    let (sign, exponent, fraction) = (half >> 15, i32::from(half >> 10 & 31), f32::from(half & 1023) / 1024.0);
    let size = match exponent {
        0 => fraction * 2.0_f32.powi(-14),
        31 if fraction > 0.0 => f32::NAN,
        31 => f32::INFINITY,
        _ => (1.0 + fraction) * 2.0_f32.powi(exponent - 15),
    };
    if sign == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_sizes_become_the_nearest_byte() {
        assert!((0..=u16::MAX).all(|sample| u32::from(short_to_byte(sample)) == (u32::from(sample) * 2 + 257) / 514));
        for (sample, byte) in [(0, 0), (8_421_504, 0), (8_421_505, 1), (u32::MAX / 2, 127), (u32::MAX / 2 + 1, 128), (u32::MAX, 255)] {
            assert_eq!(long_to_byte(sample), byte, "{sample}");
        }
        for (sample, byte) in [(0.0, 0), (0.5, 128), (1.0, 255), (-3.0, 0), (1e30, 255), (f32::NAN, 0), (0.0019, 0), (0.002, 1)] {
            assert_eq!(unit_to_byte(sample), byte, "{sample}");
        }
        for (half, single) in [(0x3C00, 1.0), (0xC000, -2.0), (0x3800, 0.5), (0x0001, 5.960_464_5e-8), (0x7BFF, 65504.0)] {
            assert_eq!(half_to_single(half), single, "{half:04X}");
        }
        assert!(half_to_single(0x7C01).is_nan() && half_to_single(0xFC00) == f32::NEG_INFINITY);
    }

    #[test]
    fn samples_of_few_bits_are_scaled() {
        for (bits, row, expected) in [
            (1, vec![0b1010_0000], vec![255, 0, 255]),
            (2, vec![0b0001_1011], vec![0, 85, 170, 255]),
            (4, vec![0x0F, 0x80], vec![0, 255, 136]),
            (6, vec![0b1111_1100, 0b0000_0000], vec![255, 0]),
            (12, vec![0xFF, 0xF0, 0x00, 0x80, 0x00], vec![255, 0, 128]),
        ] {
            let mut found = vec![9; expected.len()];
            samples(bits).row_to_bytes(&row, &mut found);
            assert_eq!(found, expected, "{bits}");
        }
    }

    fn samples(bits: u8) -> Samples {
        Samples {
            count: 1,
            bits,
            float: false,
            planar: false,
            predictor: Predictor::None,
            big_endian: false,
            reversed: false,
            sharing: (1, 1),
            palette: None,
            fax: 0,
        }
    }

    #[test]
    fn layouts_that_are_not_read_are_refused() {
        let check = |samples: Samples, color, compression| samples.check(color, compression).is_ok();
        assert!(check(samples(8), Color::Gray, Compression::Jpeg) && check(samples(1), Color::GrayInverted, Compression::Group4));
        assert!(!check(samples(0), Color::Gray, Compression::None) && !check(samples(24), Color::Gray, Compression::None));
        assert!(!check(samples(16), Color::Gray, Compression::Jpeg) && !check(samples(8), Color::Gray, Compression::Group4));
        assert!(!check(samples(8), Color::Rgb, Compression::None) && !check(samples(8), Color::Palette, Compression::None));
        assert!(!check(Samples { palette: Some(vec![0; 5]), ..samples(8) }, Color::Palette, Compression::None));
        assert!(!check(Samples { sharing: (0, 2), ..samples(8) }, Color::Gray, Compression::None));
        assert!(!check(Samples { count: 255, ..samples(8) }, Color::Gray, Compression::None));
    }
}
