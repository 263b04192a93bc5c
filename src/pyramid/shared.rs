//! YCbCr of which several pixels share their Cb and Cr, without JPEG.

/// RGB pixels from units of `across * down` Y samples with one Cb and one Cr (TIFF 6.0, section 21).
pub(super) fn to_rgb(units: &[u8], width: usize, height: usize, (across, down): (u8, u8)) -> Vec<u8> {
    let (across, down) = (usize::from(across), usize::from(down));
    let (unit_len, units_across) = (across * down + 2, width.div_ceil(across));
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        let row = &units[y / down * units_across * unit_len..];
        for x in 0..width {
            let unit = &row[x / across * unit_len..][..unit_len];
            pixels.extend(rgb([unit[y % down * across + x % across], unit[unit_len - 2], unit[unit_len - 1]]));
        }
    }
    pixels
}

/// BT.601 in full range, in steps of 1/65536.
pub(super) fn rgb([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let byte = |value: i32| ((value + (1 << 15)) >> 16).clamp(0, 255) as u8;
    [byte(y + 91_881 * cr), byte(y - 22_554 * cb - 46_802 * cr), byte(y + 116_130 * cb)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_spread_over_their_pixels() {
        let unit = [10, 20, 30, 40, 128, 128];
        let gray = |pixels: Vec<u8>| pixels.chunks(3).map(|pixel| pixel[0]).collect::<Vec<_>>();
        assert_eq!(gray(to_rgb(&unit, 2, 2, (2, 2))), [10, 20, 30, 40]);
        assert_eq!(gray(to_rgb(&unit, 1, 2, (2, 2))), [10, 30]);
        assert_eq!(gray(to_rgb(&[10, 20, 128, 128, 30, 40, 128, 128], 3, 1, (2, 1))), [10, 20, 30]);
        assert_eq!((rgb([76, 85, 255]), rgb([255, 128, 128])), ([254, 0, 0], [255, 255, 255]));
    }
}
