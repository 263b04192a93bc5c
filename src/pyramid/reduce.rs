//! Halving rows of pixels.

use crate::raster::Channels;

/// Rows of half the width and number, rounded up; each pixel is the mean of four, those at odd edges counted twice. Colours count as
/// much as they are opaque.
pub(super) fn halve(rows: &[u8], width: usize, channels: Channels) -> Vec<u8> {
    match channels {
        Channels::Gray => halve_with::<1>(rows, width, mean),
        Channels::Rgb => halve_with::<3>(rows, width, mean),
        Channels::Rgba => halve_with::<4>(rows, width, weighted_mean),
    }
}

fn halve_with<const N: usize>(rows: &[u8], width: usize, mean: impl Fn([&[u8; N]; 4]) -> [u8; N]) -> Vec<u8> {
    let stride = width * N;
    let mut halved = Vec::with_capacity(rows.len() / 4 + stride);
    for pair in rows.chunks(2 * stride) {
        let (upper, lower) = pair.split_at(stride);
        let upper = upper.as_chunks::<N>().0;
        let lower = if lower.is_empty() { upper } else { lower.as_chunks::<N>().0 };
        for (above, below) in upper.chunks(2).zip(lower.chunks(2)) {
            halved.extend_from_slice(&mean([&above[0], &above[above.len() - 1], &below[0], &below[below.len() - 1]]));
        }
    }
    halved
}

fn mean<const N: usize>(pixels: [&[u8; N]; 4]) -> [u8; N] {
    std::array::from_fn(|sample| ((pixels.iter().map(|pixel| u16::from(pixel[sample])).sum::<u16>() + 2) / 4) as u8)
}

fn weighted_mean(pixels: [&[u8; 4]; 4]) -> [u8; 4] {
    let alpha: u32 = pixels.iter().map(|pixel| u32::from(pixel[3])).sum();
    let colour = |sample: usize| {
        let sum: u32 = pixels.iter().map(|pixel| u32::from(pixel[sample]) * u32::from(pixel[3])).sum();
        (sum + alpha / 2).checked_div(alpha).unwrap_or(0) as u8
    };
    [colour(0), colour(1), colour(2), ((alpha + 2) / 4) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pixels_become_one() {
        assert_eq!(halve(&[0, 1, 9, 2, 3, 9], 3, Channels::Gray), [2, 9]);
        assert_eq!(halve(&[255; 4], 2, Channels::Gray), [255]);
        assert_eq!(halve(&[1, 2, 3, 5, 6, 7], 2, Channels::Rgb), [3, 4, 5]);
        assert_eq!(halve(&[7], 1, Channels::Gray), [7]);
        assert_eq!(halve(&[200, 0, 0, 255, 9, 9, 9, 0], 2, Channels::Rgba), [200, 0, 0, 128]);
        assert_eq!(halve(&[9, 9, 9, 0], 1, Channels::Rgba), [0, 0, 0, 0]);
    }
}
