//! CIE L*a*b* under D50 to sRGB.

use super::Color;
use std::sync::LazyLock;

/// White of D50, as profiles have it.
const WHITE: [f32; 3] = [0.964_22, 1.0, 0.825_21];
/// From XYZ under D50 to linear sRGB, white adapted to D65 by Bradford's method.
const TO_RGB: [[f32; 3]; 3] =
    [[3.133_856, -1.616_866_7, -0.490_614_6], [-0.978_768_4, 1.916_141_5, 0.033_454], [0.071_945_3, -0.228_991_4, 1.405_242_7]];
/// Steps of the table below.
const STEPS: usize = 1 << 14;
/// The curve of sRGB.
static CURVE: LazyLock<Vec<u8>> = LazyLock::new(|| (0..=STEPS).map(|step| curved(step as f32 / STEPS as f32)).collect());

fn curved(linear: f32) -> u8 {
    let value = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0 + 0.5) as u8
}

/// RGB of one pixel; what sRGB does not hold is cut off.
pub(super) fn to_rgb([lightness, a, b]: [f32; 3]) -> [u8; 3] {
    let y = (lightness + 16.0) / 116.0;
    let xyz = [y + a / 500.0, y, y - b / 200.0].map(uncubed);
    let xyz = [xyz[0] * WHITE[0], xyz[1], xyz[2] * WHITE[2]];
    TO_RGB.map(|row| {
        let linear = row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2];
        CURVE[(linear.clamp(0.0, 1.0) * STEPS as f32 + 0.5) as usize]
    })
}

fn uncubed(value: f32) -> f32 {
    const EDGE: f32 = 6.0 / 29.0;
    if value > EDGE { value * value * value } else { 3.0 * EDGE * EDGE * (value - 4.0 / 29.0) }
}

/// L*, a* and b* from samples of 8 bits.
pub(super) fn from_bytes(color: Color, [lightness, a, b]: [u8; 3]) -> [f32; 3] {
    let signed = |sample: u8| match color {
        Color::IccLab => f32::from(sample) - 128.0,
        _ => f32::from(sample as i8),
    };
    [f32::from(lightness) * (100.0 / 255.0), signed(a), signed(b)]
}

/// L*, a* and b* from samples of 16 bits.
pub(super) fn from_shorts(color: Color, [lightness, a, b]: [u16; 3]) -> [f32; 3] {
    match color {
        Color::IccLab => [f32::from(lightness) * (100.0 / 65_280.0), f32::from(a) / 256.0 - 128.0, f32::from(b) / 256.0 - 128.0],
        _ => [f32::from(lightness) * (100.0 / 65_535.0), f32::from(a as i16) / 256.0, f32::from(b as i16) / 256.0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours() {
        // The primaries of sRGB under D50, as published.
        for (lab, rgb) in [
            ([100.0, 0.0, 0.0], [255, 255, 255]),
            ([0.0, 0.0, 0.0], [0, 0, 0]),
            ([54.29, 80.81, 69.89], [255, 0, 0]),
            ([87.82, -79.29, 80.99], [0, 255, 0]),
            ([29.57, 68.30, -112.03], [0, 0, 255]),
            ([53.59, 0.0, 0.0], [128, 128, 128]),
        ] {
            let found = to_rgb(lab);
            assert!(found.iter().zip(rgb).all(|(found, rgb)| found.abs_diff(rgb) <= 1), "{lab:?}: {found:?}");
        }
    }

    #[test]
    fn signs_and_offsets() {
        assert_eq!(from_bytes(Color::Lab, [255, 0x80, 0x7F]), [100.0, -128.0, 127.0]);
        assert_eq!(from_bytes(Color::IccLab, [0, 0, 255]), [0.0, -128.0, 127.0]);
        assert_eq!(from_shorts(Color::Lab, [65_535, 0x8000, 0x7F00]), [100.0, -128.0, 127.0]);
        assert_eq!(from_shorts(Color::IccLab, [65_280, 0, 0x8000]), [100.0, -128.0, 0.0]);
    }
}
